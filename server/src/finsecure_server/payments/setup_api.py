"""Setup intents over HTTP: reads go to the store, writes to the ops."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.payment_methods import refusals
from finsecure_server.payments import failure, setup_ops, setup_store
from finsecure_server.payments.ops import check_secret
from finsecure_server.payments.setup_settle import Result
from finsecure_server.payments.setup_types import (
    CancelSetupIntent,
    ConfirmSetupIntent,
    CreateSetupIntent,
    ListSetupAttempts,
    ListSetupIntents,
    RetrieveSetupIntent,
    SetupAttempt,
    SetupIntent,
    UpdateSetupIntent,
)
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.storage.drive import Ask
from finsecure_server.web import lists
from finsecure_server.web.command import decline
from finsecure_server.web.router import Answer, Call, Route

Reply = Answer | Ask[Any, Answer]


def create(tx: Tx, env: Env, call: Call[CreateSetupIntent]) -> Reply:
    """POST /v1/setup_intents."""
    return answer(env, setup_ops.create(tx, env, call.params))


def retrieve(reader: Reader, env: Env, call: Call[RetrieveSetupIntent]) -> Answer:
    """GET /v1/setup_intents/{intent}."""
    intent_id = call.path["intent"]
    doc = setup_store.get(reader, env, intent_id)
    if env.publishable or isinstance(call.params.client_secret, str):
        secret = msgspec.json.decode(doc, type=SetupIntent).client_secret
        check_secret(env, secret, call.params.client_secret)
    return Answer(failure.reduced(env, doc), object_id=intent_id)


def update(tx: Tx, env: Env, call: Call[UpdateSetupIntent]) -> Reply:
    """POST /v1/setup_intents/{intent}."""
    return answer(env, setup_ops.update(tx, env, call.path["intent"], call.params))


def confirm(tx: Tx, env: Env, call: Call[ConfirmSetupIntent]) -> Reply:
    """POST /v1/setup_intents/{intent}/confirm."""
    return answer(env, setup_ops.confirm(tx, env, call.path["intent"], call.params))


def cancel(tx: Tx, env: Env, call: Call[CancelSetupIntent]) -> Reply:
    """POST /v1/setup_intents/{intent}/cancel."""
    return answer(env, setup_ops.cancel(tx, env, call.path["intent"], call.params))


def list_intents(reader: Reader, env: Env, call: Call[ListSetupIntents]) -> Answer:
    """GET /v1/setup_intents."""
    filters = {"customer": call.params.customer, "payment_method": call.params.payment_method}
    page = lists.page(reader, env, setup_store.INTENTS, "seti", "/v1/setup_intents", call.params, filters)
    return Answer(page)


def list_attempts(reader: Reader, env: Env, call: Call[ListSetupAttempts]) -> Answer:
    """GET /v1/setup_attempts."""
    intent_id = call.params.setup_intent
    setup_store.get(reader, env, intent_id, "setup_intent")
    filters = {"setup_intent": intent_id}
    page = lists.page(reader, env, setup_store.ATTEMPTS, "setatt", "/v1/setup_attempts", call.params, filters)
    return Answer(page)


def answer(env: Env, result: Result | Ask[Any, Result]) -> Reply:
    """An intent as a reply; a decline as 402 with the intent inside."""
    if isinstance(result, Ask):
        then = result.then
        return Ask(result.question, lambda tx, reply: answer(env, then(tx, reply)), result.about)
    doc, intent_id = result.doc.encode(), result.intent.wire.id
    if result.failure is None:
        return Answer(failure.reduced(env, doc), object_id=intent_id)
    return decline(failure.refusal(env, result.failure, doc, "setup_intent"), env, intent_id)


def recover(reader: Reader, env: Env, intent_id: str) -> Answer:
    """The reply to a call that a crash cut short: what its intent has come to. In use while that is still open."""
    doc = setup_store.get(reader, env, intent_id)
    intent = msgspec.json.decode(doc, type=SetupIntent)
    if intent.status == "processing":
        raise Refused(Code.IDEMPOTENCY_KEY_IN_USE)
    if intent.status == "requires_payment_method" and intent.last_setup_error is not None:
        return decline(failure.refusal(env, intent.last_setup_error, doc, "setup_intent"), env, intent_id)
    return Answer(failure.reduced(env, doc), object_id=intent_id)


_WRITES: Final = "setup_intents:write"
_READS: Final = "setup_intents:read"
_STATE: Final = Code.SETUP_INTENT_UNEXPECTED_STATE
_GIVEN: Final = (
    *refusals.ENTERED,
    *refusals.USED,
    Code.PARAMETER_INVALID_ENUM,
    Code.SIMULATION_INVALID,
    Code.URL_INVALID,
)
_TRIED: Final = (
    *refusals.ATTACHED,
    Code.CARD_DECLINE_RATE_LIMIT_EXCEEDED,
    Code.PAYMENT_INTENT_INCOMPATIBLE_PAYMENT_METHOD,
    Code.PAYMENT_METHOD_UNSUPPORTED_TYPE,
    Code.PROCESSOR_NOT_CONFIGURED,
    Code.PROCESSOR_UNREACHABLE,
    Code.SETUP_INTENT_AUTHENTICATION_FAILURE,
    _STATE,
)

ROUTES: Final = (
    Route(
        "POST",
        "/v1/setup_intents",
        create,
        params=CreateSetupIntent,
        returns=SetupIntent,
        scope=_WRITES,
        summary="Create a setup intent, and with confirm=true save the payment method",
        errors=(*_GIVEN, *_TRIED),
        recover=recover,
    ),
    Route(
        "GET",
        "/v1/setup_intents",
        list_intents,
        params=ListSetupIntents,
        returns=list[SetupIntent],
        scope=_READS,
        summary="List setup intents, newest first",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "GET",
        "/v1/setup_intents/{intent}",
        retrieve,
        params=RetrieveSetupIntent,
        returns=SetupIntent,
        scope=_READS,
        summary="Retrieve a setup intent",
        errors=(Code.RESOURCE_MISSING, Code.CLIENT_SECRET_INVALID, Code.PARAMETER_MISSING),
        publishable=True,
        hidden=failure.NOT_FOR_PAYERS,
    ),
    Route(
        "POST",
        "/v1/setup_intents/{intent}",
        update,
        params=UpdateSetupIntent,
        returns=SetupIntent,
        scope=_WRITES,
        summary="Update a setup intent",
        errors=(*_GIVEN, _STATE),
    ),
    Route(
        "POST",
        "/v1/setup_intents/{intent}/confirm",
        confirm,
        params=ConfirmSetupIntent,
        returns=SetupIntent,
        scope=_WRITES,
        summary="Confirm a setup intent: try to save the payment method",
        errors=(*_GIVEN, *_TRIED, Code.CLIENT_SECRET_INVALID, Code.PARAMETER_MISSING),
        publishable=True,
        hidden=failure.NOT_FOR_PAYERS,
        recover=recover,
    ),
    Route(
        "POST",
        "/v1/setup_intents/{intent}/cancel",
        cancel,
        params=CancelSetupIntent,
        returns=SetupIntent,
        scope=_WRITES,
        summary="Cancel a setup intent",
        errors=(Code.RESOURCE_MISSING, _STATE),
    ),
    Route(
        "GET",
        "/v1/setup_attempts",
        list_attempts,
        params=ListSetupAttempts,
        returns=list[SetupAttempt],
        scope=_READS,
        summary="List the attempts of a setup intent, newest first",
        errors=(Code.RESOURCE_MISSING,),
    ),
)
