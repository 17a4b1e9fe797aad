"""The account, and its time in test mode."""

from __future__ import annotations

import asyncio
import os
from typing import Any, cast

import pytest

from finsecure_server.accounts import api
from finsecure_server.accounts.types import STEP_SECONDS_MAX
from finsecure_server.core.env import Env, Vault
from finsecure_server.storage import queue
from finsecure_server.storage.database import Database
from tests.edge import SECOND, T0, Edge

NOW = T0 // SECOND
DAY = 86_400


@pytest.fixture
async def edge(database: Database) -> Edge:
    edge = Edge(database, api.ROUTES)
    await edge.open_account()
    return edge


async def advance(edge: Edge, **how: Any) -> dict[str, Any]:
    got = await edge.post("/v1/test_helpers/clock/advance", how)
    assert got.status == 200, got.body
    clock: dict[str, Any] = got.json
    return clock


async def test_the_account_of_the_key(edge: Edge) -> None:
    account = (await edge.get("/v1/account")).json
    assert account == {
        "id": edge.account.account,
        "object": "account",
        "business_profile": {"name": "Tea Shop"},
        "charges_enabled": False,
        "country": "US",
        "created": NOW,
        "default_currency": "usd",
        "details_submitted": True,
        "email": None,
        "metadata": {},
        "payouts_enabled": False,
        "settings": {
            "dashboard": {"display_name": "Tea Shop", "timezone": "Etc/UTC"},
            "payments": {"statement_descriptor": None},
        },
        "test_clock": {"object": "test_clock", "livemode": False, "now": NOW, "offset": 0, "moved_at": None},
        "type": "standard",
    }
    live = (await edge.get("/v1/account", key=edge.account.secret_live)).json
    assert live == account | {"test_clock": None}


async def test_the_clock_runs_on_by_itself(edge: Edge) -> None:
    edge.wall += 90 * SECOND
    clock = (await edge.get("/v1/test_helpers/clock")).json
    assert clock == {"object": "test_clock", "livemode": False, "now": NOW + 90, "offset": 0, "moved_at": None}
    moved = await advance(edge, by=DAY)
    assert moved == {
        "object": "test_clock", "livemode": False, "now": NOW + 90 + DAY, "offset": DAY, "moved_at": NOW + 90,
    }  # fmt: skip
    edge.wall += 10 * SECOND
    assert (await edge.get("/v1/test_helpers/clock")).json["now"] == NOW + 100 + DAY


async def test_replies_tell_the_clock_once_it_was_moved(edge: Edge) -> None:
    assert "finsecure-clock" not in (await edge.get("/v1/account")).headers
    await advance(edge, by=DAY)
    edge.wall += 10 * SECOND
    assert (await edge.get("/v1/account")).headers["finsecure-clock"] == str(NOW + 10 + DAY)
    refused = await edge.get("/v1/api_keys/key_none")
    assert (refused.status, refused.headers["finsecure-clock"]) == (404, str(NOW + 10 + DAY))
    assert "finsecure-clock" not in (await edge.get("/v1/account", key=edge.account.secret_live)).headers
    assert "finsecure-clock" not in (await edge.get("/v1/account", key="sk_test_nobodys")).headers


async def test_to_a_time_or_by_some_seconds(edge: Edge) -> None:
    assert (await advance(edge, advance_to=NOW + 3 * DAY))["offset"] == 3 * DAY
    assert (await advance(edge, by=1))["now"] == NOW + 3 * DAY + 1
    assert (await advance(edge, by=STEP_SECONDS_MAX))["now"] == NOW + 3 * DAY + 1 + STEP_SECONDS_MAX


@pytest.mark.parametrize(
    ("how", "code", "param"),
    [
        ({}, "parameter_missing", "advance_to"),
        ({"by": 1, "advance_to": NOW + 1}, "parameters_exclusive", "advance_to"),
        ({"by": 0}, "test_clock_backwards", "by"),
        ({"by": -1}, "test_clock_backwards", "by"),
        ({"advance_to": NOW}, "test_clock_backwards", "advance_to"),
        ({"advance_to": NOW - 1}, "test_clock_backwards", "advance_to"),
        ({"by": STEP_SECONDS_MAX + 1}, "test_clock_too_far", "by"),
        ({"advance_to": NOW * 1000}, "test_clock_too_far", "advance_to"),
        ({"by": 2**63 - 1}, "test_clock_too_far", "by"),
        ({"by": 2**63}, "parameter_invalid_integer", "by"),
        ({"by": "1.5"}, "parameter_invalid_integer", "by"),
        ({"frozen_time": NOW + 1}, "parameter_unknown", "frozen_time"),
    ],
)
async def test_what_it_does_not_do(edge: Edge, how: dict[str, object], code: str, param: str) -> None:
    got = await edge.post("/v1/test_helpers/clock/advance", how)
    assert (got.status, got.code, got.error["param"]) == (400, code, param)
    assert (await edge.get("/v1/test_helpers/clock")).json["offset"] == 0


async def test_a_century_is_the_end(edge: Edge) -> None:
    steps = 0
    while (got := await edge.post("/v1/test_helpers/clock/advance", {"by": STEP_SECONDS_MAX})).status == 200:
        steps += 1
    assert (steps, got.code) == (50, "test_clock_too_far")


async def test_the_next_call_lives_in_the_new_time(edge: Edge) -> None:
    header = f"Bearer {edge.account.secret_test}"
    assert (await edge.keys(header, edge.wall)).clock_offset == 0
    await advance(edge, by=DAY)
    assert (await edge.keys(header, edge.wall)).clock_offset == DAY * SECOND


async def test_keys_live_by_the_wall_clock(edge: Edge) -> None:
    made = (await edge.post("/v1/api_keys", {"name": "x", "kind": "secret", "expires_at": NOW + 60})).json
    await advance(edge, by=DAY)
    assert (await edge.get("/v1/account", key=made["secret"])).status == 200
    later = (await edge.post("/v1/api_keys", {"name": "x", "kind": "secret"})).json
    assert later["created"] == NOW


async def test_live_mode_and_other_accounts_have_their_own_time(edge: Edge) -> None:
    first = edge.account
    await advance(edge, by=DAY)
    assert (await edge.keys(f"Bearer {first.secret_live}", T0)).clock_offset == DAY * SECOND  # which Env then ignores
    await edge.open_account("Other")
    assert (await edge.get("/v1/test_helpers/clock")).json["offset"] == 0
    assert (await edge.post("/v1/test_helpers/clock/advance", {"by": 1}, key=first.secret_live)).code == "testmode_only"


async def test_what_is_due_by_then_is_due_now(edge: Edge) -> None:
    def env(account: str, livemode: bool) -> Env:
        return Env(
            account=account, livemode=livemode, wall=T0, chance=os.urandom, processor=None, vault=cast("Vault", None)
        )

    mine, other = edge.account.account, (await Edge(edge.db, ()).open_account("Other")).account
    for account, livemode in ((mine, False), (mine, True), (other, False)):
        at = env(account, livemode)
        await edge.db.write(lambda tx, at=at: queue.schedule(tx, at, "expire", "pi_1", T0 + DAY * SECOND))  # type: ignore[misc]
    await advance(edge, by=DAY - 1)
    assert await edge.db.write(lambda tx: queue.lease(tx, T0, SECOND, 9)) == []
    await advance(edge, by=1)
    due = await edge.db.write(lambda tx: queue.lease(tx, T0, SECOND, 9))
    assert [(row.account, row.livemode) for row in due] == [(mine, False)]


async def test_moves_at_once_add_up(edge: Edge) -> None:
    await asyncio.gather(*(advance(edge, by=60) for _ in range(12)))
    assert (await edge.get("/v1/test_helpers/clock")).json["offset"] == 12 * 60


async def test_a_repeated_move_moves_once(edge: Edge) -> None:
    for _ in range(2):
        await edge.post("/v1/test_helpers/clock/advance", {"by": 60}, idempotency_key="once")
    assert (await edge.get("/v1/test_helpers/clock")).json["offset"] == 60
