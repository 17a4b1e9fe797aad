"""Payouts over HTTP."""

from __future__ import annotations

from typing import Final

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code
from finsecure_server.payouts import ops, store
from finsecure_server.payouts.types import CreatePayout, ListPayouts, Payout, UpdatePayout
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.web import lists
from finsecure_server.web.params import Nothing
from finsecure_server.web.router import Answer, Call, Route


def create(tx: Tx, env: Env, call: Call[CreatePayout]) -> Payout:
    """POST /v1/payouts."""
    return ops.create(tx, env, call.params)


def retrieve(reader: Reader, env: Env, call: Call[Nothing]) -> Answer:
    """GET /v1/payouts/{payout}."""
    payout_id = call.path["payout"]
    return Answer(store.get(reader, env, payout_id), object_id=payout_id)


def list_(reader: Reader, env: Env, call: Call[ListPayouts]) -> Answer:
    """GET /v1/payouts."""
    filters = {"status": call.params.status}
    return Answer(lists.page(reader, env, store.LISTING, "po", "/v1/payouts", call.params, filters))


def update(tx: Tx, env: Env, call: Call[UpdatePayout]) -> Payout:
    """POST /v1/payouts/{payout}."""
    return ops.update(tx, env, call.path["payout"], call.params)


def cancel(tx: Tx, env: Env, call: Call[Nothing]) -> Payout:
    """POST /v1/payouts/{payout}/cancel."""
    return ops.cancel(tx, env, call.path["payout"])


_READS: Final = "payouts:read"
_WRITES: Final = "payouts:write"

ROUTES: Final = (
    Route(
        "POST",
        "/v1/payouts",
        create,
        params=CreatePayout,
        returns=Payout,
        scope=_WRITES,
        summary="Pay out available funds",
        errors=(
            Code.CURRENCY_UNKNOWN,
            Code.PAYOUT_AMOUNT_INVALID,
            Code.BALANCE_INSUFFICIENT,
            Code.RESOURCE_MISSING,
            Code.SIMULATION_INVALID,
            Code.PROCESSOR_NOT_CONFIGURED,
        ),
    ),
    Route(
        "GET",
        "/v1/payouts",
        list_,
        params=ListPayouts,
        returns=list[Payout],
        scope=_READS,
        summary="List payouts, newest first",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "GET",
        "/v1/payouts/{payout}",
        retrieve,
        returns=Payout,
        scope=_READS,
        summary="Retrieve a payout",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "POST",
        "/v1/payouts/{payout}",
        update,
        params=UpdatePayout,
        returns=Payout,
        scope=_WRITES,
        summary="Update a payout's metadata",
        errors=(Code.RESOURCE_MISSING, Code.SIMULATION_INVALID),
    ),
    Route(
        "POST",
        "/v1/payouts/{payout}/cancel",
        cancel,
        returns=Payout,
        scope=_WRITES,
        summary="Cancel a payout that is still pending",
        errors=(Code.RESOURCE_MISSING, Code.PAYOUT_UNEXPECTED_STATE),
    ),
)
