"""Payment intents and charges over HTTP: reads go to the store, writes to the ops."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.payment_methods import refusals
from finsecure_server.payments import charge_ops, failure, ops, store
from finsecure_server.payments.settle import Result
from finsecure_server.payments.types import (
    CancelPaymentIntent,
    CaptureCharge,
    CapturePaymentIntent,
    Charge,
    ConfirmPaymentIntent,
    CreatePaymentIntent,
    IncrementAuthorization,
    ListCharges,
    ListPaymentIntents,
    PaymentIntent,
    RetrievePaymentIntent,
    UpdateCharge,
    UpdatePaymentIntent,
)
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.storage.drive import Ask
from finsecure_server.web import lists
from finsecure_server.web.command import decline
from finsecure_server.web.router import Answer, Call, Route

Reply = Answer | Ask[Any, Answer]


def create(tx: Tx, env: Env, call: Call[CreatePaymentIntent]) -> Reply:
    """POST /v1/payment_intents."""
    return answer(env, ops.create(tx, env, call.params))


def retrieve(reader: Reader, env: Env, call: Call[RetrievePaymentIntent]) -> Answer:
    """GET /v1/payment_intents/{intent}."""
    intent_id = call.path["intent"]
    doc = store.get_intent(reader, env, intent_id)
    if env.publishable or isinstance(call.params.client_secret, str):
        secret = msgspec.json.decode(doc, type=PaymentIntent).client_secret
        ops.check_secret(env, secret, call.params.client_secret)
    return Answer(failure.reduced(env, doc), object_id=intent_id)


def update(tx: Tx, env: Env, call: Call[UpdatePaymentIntent]) -> Reply:
    """POST /v1/payment_intents/{intent}."""
    return answer(env, ops.update(tx, env, call.path["intent"], call.params))


def confirm(tx: Tx, env: Env, call: Call[ConfirmPaymentIntent]) -> Reply:
    """POST /v1/payment_intents/{intent}/confirm."""
    return answer(env, ops.confirm(tx, env, call.path["intent"], call.params))


def capture(tx: Tx, env: Env, call: Call[CapturePaymentIntent]) -> Reply:
    """POST /v1/payment_intents/{intent}/capture."""
    return answer(env, ops.capture(tx, env, call.path["intent"], call.params))


def increment(tx: Tx, env: Env, call: Call[IncrementAuthorization]) -> Reply:
    """POST /v1/payment_intents/{intent}/increment_authorization."""
    return answer(env, ops.increment(tx, env, call.path["intent"], call.params))


def cancel(tx: Tx, env: Env, call: Call[CancelPaymentIntent]) -> Reply:
    """POST /v1/payment_intents/{intent}/cancel."""
    return answer(env, ops.cancel(tx, env, call.path["intent"], call.params))


def list_(reader: Reader, env: Env, call: Call[ListPaymentIntents]) -> Answer:
    """GET /v1/payment_intents."""
    filters = {"customer": call.params.customer}
    return Answer(lists.page(reader, env, store.INTENTS, "pi", "/v1/payment_intents", call.params, filters))


def answer(env: Env, result: Result | Ask[Any, Result]) -> Reply:
    """An intent as a reply; a decline as 402 with the intent inside."""
    if isinstance(result, Ask):
        then = result.then
        return Ask(result.question, lambda tx, reply: answer(env, then(tx, reply)), result.about)
    doc, intent_id = result.doc.encode(), result.intent.wire.id
    if result.failure is None:
        return Answer(failure.reduced(env, doc), object_id=intent_id)
    return decline(failure.refusal(env, result.failure, doc), env, intent_id)


def recover(reader: Reader, env: Env, intent_id: str) -> Answer:
    """The reply to a call that a crash cut short: what its intent has come to. In use while that is still open."""
    doc = store.get_intent(reader, env, intent_id)
    intent = msgspec.json.decode(doc, type=PaymentIntent)
    if intent.status == "processing":
        raise Refused(Code.IDEMPOTENCY_KEY_IN_USE)
    if intent.status == "requires_payment_method" and intent.last_payment_error is not None:
        return decline(failure.refusal(env, intent.last_payment_error, doc), env, intent_id)
    return Answer(failure.reduced(env, doc), object_id=intent_id)


def retrieve_charge(reader: Reader, env: Env, call: Call[Any]) -> Answer:
    """GET /v1/charges/{charge}."""
    return Answer(store.get_charge(reader, env, call.path["charge"]), object_id=call.path["charge"])


def list_charges(reader: Reader, env: Env, call: Call[ListCharges]) -> Answer:
    """GET /v1/charges."""
    filters = {"customer": call.params.customer, "payment_intent": call.params.payment_intent}
    return Answer(lists.page(reader, env, store.CHARGES, "ch", "/v1/charges", call.params, filters))


def update_charge(tx: Tx, env: Env, call: Call[UpdateCharge]) -> Answer:
    """POST /v1/charges/{charge}."""
    charge_id = call.path["charge"]
    return Answer(charge_ops.update(tx, env, charge_id, call.params).encode(), object_id=charge_id)


def capture_charge(tx: Tx, env: Env, call: Call[CaptureCharge]) -> Reply:
    """POST /v1/charges/{charge}/capture."""
    charge_id = call.path["charge"]
    return _charge_now(tx, env, charge_id, charge_ops.capture(tx, env, charge_id, call.params))


def _charge_now(tx: Tx, env: Env, charge_id: str, result: Result | Ask[Any, Result]) -> Reply:
    """The charge rather than its intent."""
    if isinstance(result, Ask):
        then = result.then
        return Ask(result.question, lambda tx, reply: _charge_now(tx, env, charge_id, then(tx, reply)), result.about)
    if result.failure is not None:
        return decline(failure.refusal(env, result.failure, result.doc.encode()), env, charge_id)
    return Answer(store.get_charge(tx, env, charge_id), object_id=charge_id)


def recover_charge(reader: Reader, env: Env, intent_id: str) -> Answer:
    """As `recover`, of a capture by the charge: the charge that its intent was captured by."""
    intent = msgspec.json.decode(store.get_intent(reader, env, intent_id), type=PaymentIntent)
    if intent.status == "processing":
        raise Refused(Code.IDEMPOTENCY_KEY_IN_USE)
    assert intent.latest_charge is not None, intent_id
    return Answer(store.get_charge(reader, env, intent.latest_charge), object_id=intent.latest_charge)


_WRITES: Final = "payment_intents:write"
_READS: Final = "payment_intents:read"
_MONEY: Final = (
    Code.AMOUNT_TOO_LARGE,
    Code.AMOUNT_TOO_SMALL,
    Code.CURRENCY_UNKNOWN,
    Code.INVALID_CHARGE_AMOUNT,
)
_GIVEN: Final = (
    *refusals.ENTERED,
    *refusals.USED,
    Code.PARAMETER_INVALID_ENUM,
    Code.SIMULATION_INVALID,
    Code.URL_INVALID,
)
_STATE: Final = (Code.PAYMENT_INTENT_UNEXPECTED_STATE, Code.RESOURCE_MISSING)
_ASKED: Final = (*refusals.DECLINED, Code.PROCESSOR_NOT_CONFIGURED, Code.PROCESSOR_UNREACHABLE)
_TRIED: Final = (
    *_ASKED,
    Code.CARD_DECLINE_RATE_LIMIT_EXCEEDED,
    Code.PAYMENT_INTENT_AUTHENTICATION_FAILURE,
    Code.PAYMENT_INTENT_INCOMPATIBLE_PAYMENT_METHOD,
    Code.PAYMENT_INTENT_RATE_LIMIT_EXCEEDED,
    Code.PAYMENT_INTENT_UNEXPECTED_STATE,
    Code.PAYMENT_METHOD_UNSUPPORTED_TYPE,
)
_CAPTURED: Final = (
    *_STATE,
    *_ASKED,
    Code.AMOUNT_TOO_SMALL,
    Code.CAPTURE_EXCEEDS_AUTHORIZED,
    Code.INVALID_CHARGE_AMOUNT,
    Code.SIMULATION_INVALID,
)

ROUTES: Final = (
    Route(
        "POST",
        "/v1/payment_intents",
        create,
        params=CreatePaymentIntent,
        returns=PaymentIntent,
        scope=_WRITES,
        summary="Create a payment intent, and with confirm=true pay it",
        errors=(*_MONEY, *_GIVEN, *_TRIED),
        recover=recover,
    ),
    Route(
        "GET",
        "/v1/payment_intents",
        list_,
        params=ListPaymentIntents,
        returns=list[PaymentIntent],
        scope=_READS,
        summary="List payment intents, newest first",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "GET",
        "/v1/payment_intents/{intent}",
        retrieve,
        params=RetrievePaymentIntent,
        returns=PaymentIntent,
        scope=_READS,
        summary="Retrieve a payment intent",
        errors=(Code.RESOURCE_MISSING, Code.CLIENT_SECRET_INVALID, Code.PARAMETER_MISSING),
        publishable=True,
        hidden=failure.NOT_FOR_PAYERS,
    ),
    Route(
        "POST",
        "/v1/payment_intents/{intent}",
        update,
        params=UpdatePaymentIntent,
        returns=PaymentIntent,
        scope=_WRITES,
        summary="Update a payment intent",
        errors=(*_MONEY, *_STATE, *_GIVEN),
    ),
    Route(
        "POST",
        "/v1/payment_intents/{intent}/confirm",
        confirm,
        params=ConfirmPaymentIntent,
        returns=PaymentIntent,
        scope=_WRITES,
        summary="Confirm a payment intent: try to be paid",
        errors=(
            *_STATE,
            *_GIVEN,
            *_TRIED,
            Code.CLIENT_SECRET_INVALID,
            Code.PARAMETER_MISSING,
            Code.PAYMENT_INTENT_PAYMENT_ATTEMPT_FAILED,
        ),
        publishable=True,
        hidden=failure.NOT_FOR_PAYERS,
        recover=recover,
    ),
    Route(
        "POST",
        "/v1/payment_intents/{intent}/capture",
        capture,
        params=CapturePaymentIntent,
        returns=PaymentIntent,
        scope=_WRITES,
        summary="Capture what is held, or a part of it",
        errors=(*_CAPTURED, Code.CAPTURE_CHARGE_AUTHORIZATION_EXPIRED),
        recover=recover,
    ),
    Route(
        "POST",
        "/v1/payment_intents/{intent}/increment_authorization",
        increment,
        params=IncrementAuthorization,
        returns=PaymentIntent,
        scope=_WRITES,
        summary="Raise what is held",
        errors=(
            *_MONEY,
            *_STATE,
            *_ASKED,
            Code.CAPTURE_CHARGE_AUTHORIZATION_EXPIRED,
            Code.INCREMENT_LIMIT_EXCEEDED,
            Code.INCREMENT_NOT_ALLOWED,
            Code.SIMULATION_INVALID,
        ),
        recover=recover,
    ),
    Route(
        "POST",
        "/v1/payment_intents/{intent}/cancel",
        cancel,
        params=CancelPaymentIntent,
        returns=PaymentIntent,
        scope=_WRITES,
        summary="Cancel a payment intent and release what is held",
        errors=(*_STATE, *_ASKED),
        recover=recover,
    ),
    Route(
        "GET",
        "/v1/charges",
        list_charges,
        params=ListCharges,
        returns=list[Charge],
        scope="charges:read",
        summary="List charges, newest first",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "GET",
        "/v1/charges/{charge}",
        retrieve_charge,
        returns=Charge,
        scope="charges:read",
        summary="Retrieve a charge",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "POST",
        "/v1/charges/{charge}",
        update_charge,
        params=UpdateCharge,
        returns=Charge,
        scope="charges:write",
        summary="Update a charge's description, metadata and the like",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "POST",
        "/v1/charges/{charge}/capture",
        capture_charge,
        params=CaptureCharge,
        returns=Charge,
        scope="charges:write",
        summary="Capture a charge",
        errors=(*_CAPTURED, Code.CHARGE_ALREADY_CAPTURED, Code.CHARGE_EXPIRED_FOR_CAPTURE),
        recover=recover_charge,
    ),
)
