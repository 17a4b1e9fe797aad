"""The balance and its transactions over HTTP."""

from __future__ import annotations

from functools import partial
from typing import Final

from msgspec import UNSET

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, NoSuch
from finsecure_server.ledger import ops, store
from finsecure_server.ledger.types import Balance, BalanceTransaction, ListBalanceTransactions
from finsecure_server.storage.database import Reader
from finsecure_server.web import lists
from finsecure_server.web.params import Nothing
from finsecure_server.web.router import Answer, Call, Route


def balance(reader: Reader, env: Env, call: Call[Nothing]) -> Balance:
    """GET /v1/balance: two looks by primary key, so it serves as a probe as well."""
    return ops.balance(reader, env)


def retrieve(reader: Reader, env: Env, call: Call[Nothing]) -> Answer:
    """GET /v1/balance_transactions/{transaction}."""
    transaction_id = call.path["transaction"]
    doc = store.load(reader, env, transaction_id)
    if doc is None:
        raise NoSuch("balance_transaction", transaction_id, param="id")
    return Answer(doc, object_id=transaction_id)


def list_(url: str, reader: Reader, env: Env, call: Call[ListBalanceTransactions]) -> Answer:
    """GET /v1/balance_transactions."""
    params = call.params
    filters = {
        "source": params.source,
        "payout": params.payout,
        "currency": UNSET if params.currency is UNSET else str(params.currency).lower(),
        "type": params.type,
    }
    return Answer(
        lists.page(reader, env, store.LISTING, "txn", url, params, filters, show=lambda doc: store.shown(doc, env))
    )


def _routes(path: str, *, what: str) -> tuple[Route, Route]:
    """Listing and retrieval of balance transactions under a path."""
    return (
        Route(
            "GET",
            path,
            partial(list_, path),
            params=ListBalanceTransactions,
            returns=list[BalanceTransaction],
            scope="balance:read",
            summary=f"List balance transactions, newest first{what}",
            errors=(Code.RESOURCE_MISSING,),
        ),
        Route(
            "GET",
            path + "/{transaction}",
            retrieve,
            returns=BalanceTransaction,
            scope="balance:read",
            summary=f"Retrieve a balance transaction{what}",
            errors=(Code.RESOURCE_MISSING,),
        ),
    )


ROUTES: Final = (
    Route("GET", "/v1/balance", balance, returns=Balance, scope="balance:read", summary="Retrieve your balance"),
    *_routes("/v1/balance_transactions", what=""),
    *_routes("/v1/balance/history", what=" (the older address)"),
)
