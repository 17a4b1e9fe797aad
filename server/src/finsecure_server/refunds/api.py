"""Refunds over HTTP: reads go to the store, writes to the ops."""

from __future__ import annotations

from typing import Any, Final

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code
from finsecure_server.refunds import ops, store
from finsecure_server.refunds.settle import Answer as OpAnswer
from finsecure_server.refunds.types import CreateRefund, ListRefunds, Refund, UpdateRefund
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.storage.drive import Ask
from finsecure_server.web import lists
from finsecure_server.web.params import Nothing
from finsecure_server.web.router import Answer, Call, Route


def create(tx: Tx, env: Env, call: Call[CreateRefund]) -> Answer | Ask[Any, Answer]:
    """POST /v1/refunds."""
    return _answer(ops.create(tx, env, call.params))


def retrieve(reader: Reader, env: Env, call: Call[Nothing]) -> Answer:
    """GET /v1/refunds/{refund}."""
    return recover(reader, env, call.path["refund"])


def update(tx: Tx, env: Env, call: Call[UpdateRefund]) -> Answer | Ask[Any, Answer]:
    """POST /v1/refunds/{refund}."""
    return _answer(ops.update(tx, env, call.path["refund"], call.params))


def cancel(tx: Tx, env: Env, call: Call[Nothing]) -> Answer | Ask[Any, Answer]:
    """POST /v1/refunds/{refund}/cancel."""
    return _answer(ops.cancel(tx, env, call.path["refund"]))


def list_(reader: Reader, env: Env, call: Call[ListRefunds]) -> Answer:
    """GET /v1/refunds."""
    filters = {"charge": call.params.charge, "payment_intent": call.params.payment_intent}
    return Answer(lists.page(reader, env, store.LISTING, "re", "/v1/refunds", call.params, filters))


def recover(reader: Reader, env: Env, refund_id: str) -> Answer:
    """The refund as it stands: also the reply to a call that a crash cut short, for pending is an answer."""
    return Answer(store.get(reader, env, refund_id), object_id=refund_id)


def _answer(result: OpAnswer) -> Answer | Ask[Any, Answer]:
    if isinstance(result, Ask):
        then = result.then
        return Ask(result.question, lambda tx, reply: _answer(then(tx, reply)), result.about)
    return Answer(result.doc.encode(), object_id=result.refund.id)


_WRITES: Final = "refunds:write"
_READS: Final = "refunds:read"

ROUTES: Final = (
    Route(
        "POST",
        "/v1/refunds",
        create,
        params=CreateRefund,
        returns=Refund,
        scope=_WRITES,
        summary="Refund a charge, whole or in part",
        errors=(
            Code.AMOUNT_TOO_SMALL,
            Code.CHARGE_ALREADY_REFUNDED,
            Code.CHARGE_DISPUTED,
            Code.CHARGE_NOT_REFUNDABLE,
            Code.INVALID_CHARGE_AMOUNT,
            Code.PARAMETER_MISSING,
            Code.PARAMETERS_EXCLUSIVE,
            Code.PROCESSOR_NOT_CONFIGURED,
            Code.REFUND_DISPUTED_PAYMENT,
            Code.REFUND_EXCEEDS_CHARGE,
            Code.RESOURCE_MISSING,
        ),
        recover=recover,
    ),
    Route(
        "GET",
        "/v1/refunds",
        list_,
        params=ListRefunds,
        returns=list[Refund],
        scope=_READS,
        summary="List refunds, newest first",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "GET",
        "/v1/refunds/{refund}",
        retrieve,
        returns=Refund,
        scope=_READS,
        summary="Retrieve a refund",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "POST",
        "/v1/refunds/{refund}",
        update,
        params=UpdateRefund,
        returns=Refund,
        scope=_WRITES,
        summary="Update a refund's metadata",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "POST",
        "/v1/refunds/{refund}/cancel",
        cancel,
        returns=Refund,
        scope=_WRITES,
        summary="Cancel a refund that waits for funds",
        errors=(Code.REFUND_UNEXPECTED_STATE, Code.RESOURCE_MISSING),
    ),
)
