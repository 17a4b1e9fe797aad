"""Rules of customers that are about their payment methods too: create with one, choose the default, delete."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET, UnsetType

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.customers import ops as customers
from finsecure_server.customers import store as customer_store
from finsecure_server.customers.types import CreateCustomer, Customer, DeletedCustomer, UpdateCustomer
from finsecure_server.payment_methods import ops, store
from finsecure_server.payment_methods.method import Method
from finsecure_server.storage.database import Tx

_DEFAULT: Final = "invoice_settings[default_payment_method]"


def create(tx: Tx, env: Env, params: CreateCustomer) -> Customer:
    """A new customer; `payment_method` is attached, and may be named as the default in the same call.

    Raises what `customers.ops.create` and `ops.attachable` do, payment_method_customer_mismatch.
    """
    customer_id = env.new_id("cus")
    method = None
    if isinstance(params.payment_method, str):
        method = ops.attachable(tx, env, params.payment_method, "payment_method")
    default = _first_default(tx, env, customer_id, params, method)
    customer = customers.create(tx, env, customer_id, params, default)
    if method is not None:
        ops.put(tx, env, method, customer_id)
    return customer


def update(tx: Tx, env: Env, customer_id: str, params: UpdateCustomer) -> Customer:
    """Change a customer. Raises as `customers.ops.update`, resource_missing, payment_method_customer_mismatch."""
    stored = customer_store.lock(tx, env, customer_id, "id")
    wanted = _wanted(params)
    if isinstance(wanted, str):
        _check_owner(tx, env, wanted, customer_id)
    return customers.update(tx, env, stored, params, wanted)


def delete(tx: Tx, env: Env, customer_id: str) -> DeletedCustomer:
    """Delete a customer, and detach what they paid with. Raises resource_missing."""
    stored = customer_store.lock(tx, env, customer_id, "id")
    for method_id in store.ids_of_customer(tx, env, customer_id):
        ops.take(tx, env, store.lock(tx, env, method_id, "id"))
    return customers.delete(tx, env, stored)


def _wanted(params: UpdateCustomer) -> str | UnsetType | None:
    settings = params.invoice_settings
    return UNSET if isinstance(settings, UnsetType) else settings.default_payment_method


def _first_default(tx: Tx, env: Env, customer_id: str, params: CreateCustomer, method: Method | None) -> str | None:
    """A customer who is only now made has no payment method but the one that comes along, whichever id names it."""
    wanted = _wanted(params)
    if not isinstance(wanted, str):
        return None
    if method is not None and wanted == params.payment_method:
        return method.wire.id
    _check_owner(tx, env, wanted, customer_id)
    return wanted


def _check_owner(tx: Tx, env: Env, method_id: str, customer_id: str) -> None:
    if store.find(tx, env, method_id, _DEFAULT).wire.customer != customer_id:
        raise Refused(
            Code.PAYMENT_METHOD_CUSTOMER_MISMATCH,
            f"The customer does not have a payment method with the ID {method_id}. The payment method must be attached "
            "to the customer.",
            param=_DEFAULT,
        )
