"""Disputes over HTTP: reads go to the store, writes to the ops."""

from __future__ import annotations

from typing import Final

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code
from finsecure_server.disputes import ops, store
from finsecure_server.disputes.types import Dispute, ListDisputes, UpdateDispute
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.web import lists
from finsecure_server.web.params import Nothing
from finsecure_server.web.router import Answer, Call, Route


def retrieve(reader: Reader, env: Env, call: Call[Nothing]) -> Answer:
    """GET /v1/disputes/{dispute}."""
    return Answer(store.get(reader, env, call.path["dispute"]), object_id=call.path["dispute"])


def update(tx: Tx, env: Env, call: Call[UpdateDispute]) -> Answer:
    """POST /v1/disputes/{dispute}."""
    done = ops.update(tx, env, call.path["dispute"], call.params)
    return Answer(done.doc.encode(), object_id=done.dispute.id)


def close(tx: Tx, env: Env, call: Call[Nothing]) -> Answer:
    """POST /v1/disputes/{dispute}/close."""
    done = ops.close(tx, env, call.path["dispute"])
    return Answer(done.doc.encode(), object_id=done.dispute.id)


def list_(reader: Reader, env: Env, call: Call[ListDisputes]) -> Answer:
    """GET /v1/disputes."""
    filters = {"charge": call.params.charge, "payment_intent": call.params.payment_intent}
    page = lists.page(
        reader,
        env,
        store.LISTING,
        "dp",
        "/v1/disputes",
        call.params,
        filters,
        show=lambda doc: store.shown(doc, env),
    )
    return Answer(page)


_WRITES: Final = "disputes:write"
_READS: Final = "disputes:read"

ROUTES: Final = (
    Route(
        "GET",
        "/v1/disputes",
        list_,
        params=ListDisputes,
        returns=list[Dispute],
        scope=_READS,
        summary="List disputes, newest first",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "GET",
        "/v1/disputes/{dispute}",
        retrieve,
        returns=Dispute,
        scope=_READS,
        summary="Retrieve a dispute",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "POST",
        "/v1/disputes/{dispute}",
        update,
        params=UpdateDispute,
        returns=Dispute,
        scope=_WRITES,
        summary="Answer a dispute with evidence",
        errors=(
            Code.DISPUTE_EVIDENCE_OVERDUE,
            Code.DISPUTE_UNEXPECTED_STATE,
            Code.PARAMETER_MISSING,
            Code.PARAMETER_TOO_LONG,
            Code.RESOURCE_MISSING,
        ),
    ),
    Route(
        "POST",
        "/v1/disputes/{dispute}/close",
        close,
        returns=Dispute,
        scope=_WRITES,
        summary="Accept a dispute",
        errors=(Code.DISPUTE_UNEXPECTED_STATE, Code.RESOURCE_MISSING),
    ),
)
