"""Routes of payment methods."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code
from finsecure_server.customers import store as customers
from finsecure_server.payment_methods import customer_api, ops, refusals, store
from finsecure_server.payment_methods.types import (
    AttachPaymentMethod,
    CreatePaymentMethod,
    ListPaymentMethods,
    PaymentMethod,
    UpdatePaymentMethod,
)
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.web import lists
from finsecure_server.web.params import Nothing
from finsecure_server.web.router import Call, Route


def create(tx: Tx, env: Env, call: Call[CreatePaymentMethod]) -> PaymentMethod:
    """A new payment method. A page in a browser does not learn whether it has seen the number before."""
    wire = ops.create(tx, env, call.params).wire
    if env.publishable and wire.card is not None:
        return replace(wire, card=replace(wire.card, fingerprint=None))
    if env.publishable and wire.us_bank_account is not None:
        return replace(wire, us_bank_account=replace(wire.us_bank_account, fingerprint=None))
    return wire


def retrieve(reader: Reader, env: Env, call: Call[Nothing]) -> PaymentMethod:
    """A payment method, shared ones included."""
    return store.find(reader, env, call.path["payment_method"], "payment_method").wire


def list_all(reader: Reader, env: Env, call: Call[ListPaymentMethods]) -> bytes:
    """Payment methods of the merchant's own, newest first."""
    params = call.params
    listing = store.LISTING
    filters: dict[str, object] = {"type": params.type}
    if isinstance(params.customer, str):
        customers.require(reader, env, params.customer, "customer")
        listing = store.OF_CUSTOMER
        filters["customer"] = params.customer
    return lists.page(reader, env, listing, "pm", "/v1/payment_methods", params, filters)


def update(tx: Tx, env: Env, call: Call[UpdatePaymentMethod]) -> PaymentMethod:
    """Change what may change."""
    return ops.update(tx, env, call.path["payment_method"], call.params).wire


def attach(tx: Tx, env: Env, call: Call[AttachPaymentMethod]) -> PaymentMethod:
    """Save it to a customer."""
    return ops.attach(tx, env, call.path["payment_method"], call.params.customer).wire


def detach(tx: Tx, env: Env, call: Call[Nothing]) -> PaymentMethod:
    """Take it from its customer."""
    return ops.detach(tx, env, call.path["payment_method"]).wire


ROUTES: Final = (
    Route(
        "POST",
        "/v1/payment_methods",
        create,
        params=CreatePaymentMethod,
        returns=PaymentMethod,
        scope="payment_methods:write",
        summary="Create a payment method",
        errors=refusals.ENTERED,
        publishable=True,
    ),
    Route(
        "GET",
        "/v1/payment_methods",
        list_all,
        params=ListPaymentMethods,
        returns=list[PaymentMethod],
        scope="payment_methods:read",
        summary="List payment methods",
        errors=(Code.RESOURCE_MISSING, Code.PARAMETERS_EXCLUSIVE),
    ),
    Route(
        "GET",
        "/v1/payment_methods/{payment_method}",
        retrieve,
        returns=PaymentMethod,
        scope="payment_methods:read",
        summary="Retrieve a payment method",
        errors=(Code.RESOURCE_MISSING, Code.TEST_CARD_IN_LIVE_MODE),
    ),
    Route(
        "POST",
        "/v1/payment_methods/{payment_method}",
        update,
        params=UpdatePaymentMethod,
        returns=PaymentMethod,
        scope="payment_methods:write",
        summary="Update a payment method",
        errors=(
            Code.EMAIL_INVALID,
            Code.INVALID_EXPIRY_MONTH,
            Code.INVALID_EXPIRY_YEAR,
            Code.PAYMENT_METHOD_UNEXPECTED_STATE,
            Code.PAYMENT_METHOD_UNSUPPORTED_TYPE,
            Code.RESOURCE_MISSING,
            Code.TEST_CARD_IN_LIVE_MODE,
        ),
    ),
    Route(
        "POST",
        "/v1/payment_methods/{payment_method}/attach",
        attach,
        params=AttachPaymentMethod,
        returns=PaymentMethod,
        scope="payment_methods:write",
        summary="Attach a payment method to a customer",
        errors=refusals.ATTACHED,
    ),
    Route(
        "POST",
        "/v1/payment_methods/{payment_method}/detach",
        detach,
        returns=PaymentMethod,
        scope="payment_methods:write",
        summary="Detach a payment method from its customer",
        errors=(Code.PAYMENT_METHOD_UNEXPECTED_STATE, Code.RESOURCE_MISSING, Code.TEST_CARD_IN_LIVE_MODE),
    ),
    *customer_api.ROUTES,
)
