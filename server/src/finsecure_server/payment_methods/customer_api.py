"""Routes of customers that touch payment methods. Those that only read customers stand in `customers/api.py`."""

from __future__ import annotations

from typing import Final

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code
from finsecure_server.customers import store as customers
from finsecure_server.customers.types import CreateCustomer, Customer, DeletedCustomer, UpdateCustomer
from finsecure_server.payment_methods import customer_ops, refusals, store
from finsecure_server.payment_methods.types import ListOfCustomer, PaymentMethod
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.web import lists
from finsecure_server.web.params import Nothing
from finsecure_server.web.router import Call, Route


def create(tx: Tx, env: Env, call: Call[CreateCustomer]) -> Customer:
    """A new customer."""
    return customer_ops.create(tx, env, call.params)


def update(tx: Tx, env: Env, call: Call[UpdateCustomer]) -> Customer:
    """Change a customer."""
    return customer_ops.update(tx, env, call.path["customer"], call.params)


def delete(tx: Tx, env: Env, call: Call[Nothing]) -> DeletedCustomer:
    """Delete a customer for good."""
    return customer_ops.delete(tx, env, call.path["customer"])


def list_methods(reader: Reader, env: Env, call: Call[ListOfCustomer]) -> bytes:
    """What a customer can pay with, newest first."""
    customer_id = call.path["customer"]
    customers.require(reader, env, customer_id, "customer")
    filters = {"customer": customer_id, "type": call.params.type}
    url = f"/v1/customers/{customer_id}/payment_methods"
    return lists.page(reader, env, store.OF_CUSTOMER, "pm", url, call.params, filters)


def retrieve_method(reader: Reader, env: Env, call: Call[Nothing]) -> PaymentMethod:
    """One payment method of a customer. Somebody else's is as good as none."""
    customer_id, method_id = call.path["customer"], call.path["payment_method"]
    customers.require(reader, env, customer_id, "customer")
    method = store.find(reader, env, method_id, "payment_method")
    if method.wire.customer != customer_id:
        raise store.missing(method_id, "payment_method")
    return method.wire


_FIELDS: Final = (
    Code.RESOURCE_MISSING,
    Code.EMAIL_INVALID,
    Code.PARAMETER_INVALID_STRING,
    Code.PAYMENT_METHOD_CUSTOMER_MISMATCH,
)

ROUTES: Final = (
    Route(
        "POST",
        "/v1/customers",
        create,
        params=CreateCustomer,
        returns=Customer,
        scope="customers:write",
        summary="Create a customer",
        errors=(*_FIELDS, *refusals.ATTACHED),
    ),
    Route(
        "POST",
        "/v1/customers/{customer}",
        update,
        params=UpdateCustomer,
        returns=Customer,
        scope="customers:write",
        summary="Update a customer",
        errors=_FIELDS,
    ),
    Route(
        "DELETE",
        "/v1/customers/{customer}",
        delete,
        returns=DeletedCustomer,
        scope="customers:write",
        summary="Delete a customer and detach their payment methods",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "GET",
        "/v1/customers/{customer}/payment_methods",
        list_methods,
        params=ListOfCustomer,
        returns=list[PaymentMethod],
        scope="payment_methods:read",
        summary="List a customer's payment methods",
        errors=(Code.RESOURCE_MISSING, Code.PARAMETERS_EXCLUSIVE),
    ),
    Route(
        "GET",
        "/v1/customers/{customer}/payment_methods/{payment_method}",
        retrieve_method,
        returns=PaymentMethod,
        scope="payment_methods:read",
        summary="Retrieve a customer's payment method",
        errors=(Code.RESOURCE_MISSING, Code.TEST_CARD_IN_LIVE_MODE),
    ),
)
