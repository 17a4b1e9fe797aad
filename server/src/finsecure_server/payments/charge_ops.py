"""What can be done to a charge itself. Money moves through its intent."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import UNSET

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.customers import store as customers
from finsecure_server.payments import ops, store
from finsecure_server.payments.store import ChargeRow
from finsecure_server.payments.types import CaptureCharge, CapturePaymentIntent, Charge, UpdateCharge
from finsecure_server.storage.database import Tx
from finsecure_server.web.params import merged
from finsecure_server.webhooks import store as events

_PLAIN: Final = ("description", "receipt_email", "shipping", "transfer_group", "fraud_details")


def update(tx: Tx, env: Env, charge_id: str, params: UpdateCharge) -> str:
    """Change what is said about a charge; its JSON afterwards."""
    charge = store.lock_charge(tx, env, charge_id)
    wire = charge.wire
    before: dict[str, Any] = {}
    for name in _PLAIN:
        value = getattr(params, name)
        if value is not UNSET and value != getattr(wire, name):
            before[name] = msgspec.to_builtins(getattr(wire, name))
            setattr(wire, name, value)
    if isinstance(params.customer, str) and params.customer != wire.customer:
        if wire.customer is not None:
            raise Refused(
                Code.PARAMETER_INVALID_STRING,
                "The customer of a charge can be set once, not changed.",
                param="customer",
            )
        customers.require(tx, env, params.customer, "customer")
        before["customer"] = None
        wire.customer = params.customer
    metadata = merged(wire.metadata, params.metadata)
    if metadata != wire.metadata:
        before["metadata"] = wire.metadata
        wire.metadata = metadata
    return save(tx, env, charge, "charge.updated" if before else None, before or None)


def save(tx: Tx, env: Env, charge: ChargeRow, event: str | None, previous: dict[str, Any] | None = None) -> str:
    """Write a charge and say what happened to it; its JSON."""
    charge.sequence += event is not None
    doc = msgspec.json.encode(charge.wire).decode()
    store.save_charge(tx, env, charge, doc)
    if event is not None:
        events.emit(tx, env, event, charge.wire.id, charge.sequence, doc, previous)
    return doc


def capture(tx: Tx, env: Env, charge_id: str, params: CaptureCharge) -> ops.Answer:
    """Capture by the charge: the older way to say what its intent's capture says."""
    intent_id = msgspec.json.decode(store.get_charge(tx, env, charge_id), type=Charge).payment_intent
    intent = store.lock_intent(tx, env, intent_id)  # before its charge, as everybody locks them
    charge = store.lock_charge(tx, env, charge_id)
    if charge.wire.captured:
        raise Refused(Code.CHARGE_ALREADY_CAPTURED)
    if charge.wire.status == "failed" or intent.wire.latest_charge != charge_id:
        raise Refused(
            Code.PAYMENT_INTENT_UNEXPECTED_STATE,
            f"The charge {charge_id} failed, so it holds nothing to capture. Another attempt may have been paid: "
            f"retrieve the PaymentIntent {intent_id}, and look at latest_charge.",
        )
    if isinstance(params.receipt_email, str):
        charge.wire.receipt_email = params.receipt_email or None
        save(tx, env, charge, None)
    wanted = CapturePaymentIntent(amount_to_capture=params.amount, statement_descriptor=params.statement_descriptor)
    return ops.capture(tx, env, intent_id, wanted, Code.CHARGE_EXPIRED_FOR_CAPTURE)
