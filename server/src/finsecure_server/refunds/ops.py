"""What can be done to a refund. Rules of a write: no clock, no randomness, no network, no transaction of its own."""

from __future__ import annotations

import msgspec

from finsecure_server.core import refund as core
from finsecure_server.core.attempt import Attempt, Kind
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.refund import Charged, Failure, Status, Wait
from finsecure_server.payments import store as payments
from finsecure_server.payments.store import ChargeRow
from finsecure_server.payments.types import FraudDetails, PaymentIntent
from finsecure_server.refunds import settle, store
from finsecure_server.refunds.settle import Answer, Case, Done
from finsecure_server.refunds.store import Asked, RefundRow
from finsecure_server.refunds.types import CreateRefund, Refund, UpdateRefund
from finsecure_server.storage import queue
from finsecure_server.storage.database import Tx
from finsecure_server.web.params import merged


def create(tx: Tx, env: Env, params: CreateRefund) -> Answer:
    """Give a charge back, whole or in part. Never more than was captured, however many ask at once."""
    if env.processor is None:
        raise Refused(Code.PROCESSOR_NOT_CONFIGURED)
    charge_id, param = _charge_id(tx, env, params)
    charge = payments.lock_charge(tx, env, charge_id, param)
    before = msgspec.structs.replace(charge.wire)
    amount = core.amount_to_refund(
        params.amount if isinstance(params.amount, int) else None, _charged(tx, env, charge), param
    )
    reason = params.reason if isinstance(params.reason, str) else None
    wire = Refund(
        id=env.new_id("re"),
        amount=amount,
        balance_transaction=None,
        charge=charge.wire.id,
        created=env.seconds,
        currency=charge.wire.currency,
        destination_details=settle.destination(None),
        failure_balance_transaction=None,
        failure_reason=None,
        metadata=merged({}, params.metadata),
        payment_intent=charge.wire.payment_intent,
        pending_reason=None,
        reason=reason,
        status="pending",
    )
    charge.refunded += amount
    if reason == "fraudulent":
        charge.wire.fraud_details = FraudDetails(user_report="fraudulent")
    number = store.of_charge(tx, env, charge.wire.id).made + 1
    refund = RefundRow(wire=wire, asked=Asked(attempt=_attempt(charge, wire, number)))
    return settle.begin(tx, env, Case(charge, refund, before, None))


def update(tx: Tx, env: Env, refund_id: str, params: UpdateRefund) -> Done:
    """Change what is said about a refund."""
    case = settle.locked(tx, env, refund_id)
    case.refund.wire.metadata = merged(case.refund.wire.metadata, params.metadata)
    return settle.finish(tx, env, case)


def cancel(tx: Tx, env: Env, refund_id: str) -> Done:
    """Give up a refund for which no money has moved yet."""
    case = settle.locked(tx, env, refund_id)
    wire = case.refund.wire
    core.check_cancel(Status(wire.status), None if wire.pending_reason is None else Wait(wire.pending_reason))
    queue.cancel(tx, env, settle.RETRY, refund_id)
    return settle.fail(tx, env, case, Status.CANCELED, Failure.MERCHANT_REQUEST)


def _charge_id(tx: Tx, env: Env, params: CreateRefund) -> tuple[str, str]:
    """The charge that is meant, and the parameter that named it."""
    if isinstance(params.charge, str) and isinstance(params.payment_intent, str):
        raise Refused(
            Code.PARAMETERS_EXCLUSIVE,
            "You may only specify one of these: charge, payment_intent.",
            param="payment_intent",
        )
    if isinstance(params.charge, str):
        return params.charge, "charge"
    if not isinstance(params.payment_intent, str):
        raise Refused(
            Code.PARAMETER_MISSING, "Send payment_intent or charge: what is to be refunded.", param="payment_intent"
        )
    doc = payments.get_intent(tx, env, params.payment_intent, "payment_intent")
    intent = msgspec.json.decode(doc, type=PaymentIntent)
    if intent.latest_charge is None:
        raise Refused(
            Code.CHARGE_NOT_REFUNDABLE,
            f"The PaymentIntent {intent.id} has no charge, so there is nothing to refund. If it is no longer wanted, "
            "cancel it instead.",
            param="payment_intent",
        )
    return intent.latest_charge, "payment_intent"


def _charged(tx: Tx, env: Env, charge: ChargeRow) -> Charged:
    wire = charge.wire
    disputed = store.disputed(tx, env, wire.id)
    return Charged(
        id=wire.id,
        intent=wire.payment_intent,
        status=wire.status,
        currency=wire.currency,
        captured=wire.amount_captured,
        refunded=charge.refunded,
        contested=disputed.contested,
        lost=disputed.lost,
    )


def _attempt(charge: ChargeRow, refund: Refund, number: int) -> Attempt:
    """The question: about the card that was charged, for the `number`th refund of its charge."""
    return msgspec.structs.replace(
        charge.asked.attempt, id=refund.id, kind=Kind.REFUND, amount=refund.amount, number=number
    )
