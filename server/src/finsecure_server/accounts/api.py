"""Routes of the account, its keys and its test clock."""

from __future__ import annotations

import msgspec

from finsecure_server.accounts import ops, store
from finsecure_server.accounts.types import (
    Account,
    AdvanceClock,
    ApiKey,
    CreateApiKey,
    ListApiKeys,
    RollApiKey,
    TestClock,
)
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.web import lists, render
from finsecure_server.web.params import Nothing
from finsecure_server.web.router import Answer, Call, Route


def account(reader: Reader, env: Env, call: Call[Nothing]) -> Account:
    """The account of the key that asks."""
    return ops.shown_account(reader, env)


def list_keys(reader: Reader, env: Env, call: Call[ListApiKeys]) -> bytes:
    """The keys of the mode of the key that asks."""
    rows, more = lists.select(reader, env, store.LISTING, "key", call.params, {"kind": call.params.kind})
    docs = (msgspec.json.encode(store.shown(row, env.wall)).decode() for row in rows)
    return render.listed(docs, "/v1/api_keys", more)


def retrieve_key(reader: Reader, env: Env, call: Call[Nothing]) -> ApiKey:
    """One key."""
    return store.key(reader, env, call.path["id"])


def create_key(tx: Tx, env: Env, call: Call[CreateApiKey]) -> Answer:
    """A new key, shown whole this once."""
    return _once(ops.create_key(tx, env, call.params))


def roll_key(tx: Tx, env: Env, call: Call[RollApiKey]) -> Answer:
    """A successor for a key, shown whole this once."""
    return _once(ops.roll_key(tx, env, call.path["id"], call.params))


def revoke_key(tx: Tx, env: Env, call: Call[Nothing]) -> ApiKey:
    """End a key's time."""
    return ops.revoke_key(tx, env, call.path["id"])


def clock(reader: Reader, env: Env, call: Call[Nothing]) -> TestClock:
    """The time in test mode."""
    return ops.shown_clock(reader, env)


def advance_clock(tx: Tx, env: Env, call: Call[AdvanceClock]) -> TestClock:
    """Move the time in test mode on."""
    return ops.advance_clock(tx, env, call.params)


def _once(key: ApiKey) -> Answer:
    """A key in clear goes out and is kept nowhere: under an idempotency key lies the reply without it."""
    kept = msgspec.structs.replace(key, secret=msgspec.UNSET)
    return Answer(key, object_id=key.id, kept=msgspec.json.encode(kept))


ROUTES = (
    Route("GET", "/v1/account", account, returns=Account, scope="account:read", summary="Retrieve your account"),
    Route(
        "GET",
        "/v1/api_keys",
        list_keys,
        params=ListApiKeys,
        returns=list[ApiKey],
        scope="api_keys:read",
        summary="List API keys",
    ),
    Route(
        "POST",
        "/v1/api_keys",
        create_key,
        params=CreateApiKey,
        returns=ApiKey,
        scope="api_keys:write",
        summary="Create an API key",
        errors=(
            Code.INSUFFICIENT_SCOPE,
            Code.PARAMETER_INVALID_ENUM,
            Code.PARAMETER_INVALID_TIMESTAMP,
            Code.PARAMETER_MISSING,
            Code.PARAMETERS_EXCLUSIVE,
        ),
    ),
    Route(
        "GET", "/v1/api_keys/{id}", retrieve_key, returns=ApiKey, scope="api_keys:read", summary="Retrieve an API key"
    ),
    Route(
        "POST",
        "/v1/api_keys/{id}/roll",
        roll_key,
        params=RollApiKey,
        returns=ApiKey,
        scope="api_keys:write",
        summary="Roll an API key",
        errors=(
            Code.API_KEY_UNEXPECTED_STATE,
            Code.INSUFFICIENT_SCOPE,
            Code.PARAMETER_INVALID_TIMESTAMP,
            Code.PARAMETER_OUT_OF_RANGE,
        ),
        changes_callers=True,
    ),
    Route(
        "POST",
        "/v1/api_keys/{id}/revoke",
        revoke_key,
        returns=ApiKey,
        scope="api_keys:write",
        summary="Revoke an API key",
        changes_callers=True,
    ),
    Route(
        "GET",
        "/v1/test_helpers/clock",
        clock,
        returns=TestClock,
        scope="test_helpers:read",
        summary="Read the test clock",
        test_only=True,
    ),
    Route(
        "POST",
        "/v1/test_helpers/clock/advance",
        advance_clock,
        params=AdvanceClock,
        returns=TestClock,
        scope="test_helpers:write",
        summary="Advance the test clock",
        errors=(
            Code.PARAMETER_MISSING,
            Code.PARAMETERS_EXCLUSIVE,
            Code.TEST_CLOCK_BACKWARDS,
            Code.TEST_CLOCK_TOO_FAR,
        ),
        test_only=True,
        changes_callers=True,
    ),
)
