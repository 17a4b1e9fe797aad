"""Rules of customers: create, update, delete.

Whether a payment method may become somebody's default is a question that this folder cannot answer: whoever calls
(`payment_methods/customer_ops.py`) has asked it.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from finsecure_server.core import changes
from finsecure_server.core.contact import is_country, is_email
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.customers import store
from finsecure_server.customers.store import Stored
from finsecure_server.customers.types import Address, Customer, DeletedCustomer, InvoiceSettings, UpdateCustomer
from finsecure_server.storage.database import Tx
from finsecure_server.web.params import merged
from finsecure_server.webhooks import store as events

_PLAIN: Final = ("address", "description", "email", "name", "phone", "shipping")


def create(tx: Tx, env: Env, customer_id: str, params: UpdateCustomer, default_payment_method: str | None) -> Customer:
    """A new customer under an id that the caller made. Raises email_invalid and the like."""
    wire = Customer(
        id=customer_id,
        created=env.seconds,
        livemode=env.livemode,
        invoice_settings=InvoiceSettings(default_payment_method=default_payment_method),
    )
    wire = replace(wire, **_given(wire, params))
    doc = _json(wire)
    store.add(tx, env, wire, 1, doc)
    events.emit(tx, env, "customer.created", wire.id, 1, doc)
    return wire


def update(
    tx: Tx, env: Env, stored: Stored, params: UpdateCustomer, default_payment_method: str | UnsetType | None
) -> Customer:
    """Change a locked customer. Says nothing when nothing changed."""
    given = _given(stored.wire, params)
    if not isinstance(default_payment_method, UnsetType):
        given["invoice_settings"] = InvoiceSettings(default_payment_method=default_payment_method)
    return _change(tx, env, stored, replace(stored.wire, **given))


def forget_default(tx: Tx, env: Env, stored: Stored, payment_method: str) -> None:
    """A payment method of a locked customer is gone: it cannot stay their default."""
    if stored.wire.invoice_settings.default_payment_method == payment_method:
        _change(tx, env, stored, replace(stored.wire, invoice_settings=InvoiceSettings()))


def delete(tx: Tx, env: Env, stored: Stored) -> DeletedCustomer:
    """Delete a locked customer. The last event shows who it was; the row no longer does."""
    left = DeletedCustomer(id=stored.wire.id)
    sequence = stored.sequence + 1
    store.bury(tx, env, left, sequence)
    events.emit(tx, env, "customer.deleted", left.id, sequence, _json(stored.wire))
    return left


def check_email(email: str | None, param: str) -> None:
    """Raises email_invalid."""
    if email is not None and not is_email(email):
        raise Refused(Code.EMAIL_INVALID, f"Invalid email address: {email[:100]}", param=param)


def check_address(address: Address | None, param: str) -> None:
    """Raises parameter_invalid_string for a country that is not a code of two letters."""
    if address is not None and address.country is not None and not is_country(address.country):
        raise Refused(
            Code.PARAMETER_INVALID_STRING,
            f"Country '{address.country[:100]}' is unknown. Send a code of two letters, such as 'US', 'EG' or 'GB'.",
            param=f"{param}[country]",
        )


def _given(wire: Customer, params: UpdateCustomer) -> dict[str, Any]:
    """The fields that the parameters set, checked."""
    given = {name: value for name in _PLAIN if (value := getattr(params, name)) is not UNSET}
    check_email(given.get("email"), "email")
    check_address(given.get("address"), "address")
    shipping = given.get("shipping")
    if shipping is not None:
        check_address(shipping.address, "shipping[address]")
    if not isinstance(params.metadata, UnsetType):
        given["metadata"] = merged(wire.metadata, params.metadata)
    if not isinstance(params.preferred_locales, UnsetType):
        given["preferred_locales"] = params.preferred_locales
    if not isinstance(params.tax_exempt, UnsetType):
        given["tax_exempt"] = params.tax_exempt or "none"
    return given


def _change(tx: Tx, env: Env, stored: Stored, wire: Customer) -> Customer:
    previous = changes.previous(stored.wire, wire)
    if previous:
        sequence = stored.sequence + 1
        doc = _json(wire)
        store.save(tx, env, wire, sequence, doc)
        events.emit(tx, env, "customer.updated", wire.id, sequence, doc, previous)
    return wire


def _json(wire: Customer) -> str:
    return msgspec.json.encode(wire).decode()
