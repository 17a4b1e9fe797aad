"""A replay that does not get to its end: it is called off, its endpoint goes, or whoever works on it dies."""

from __future__ import annotations

import contextlib
import itertools
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from finsecure_server.core.delivery import State, delivery_id
from finsecure_server.core.env import Env
from finsecure_server.storage.database import Database, Tx, Unavailable
from finsecure_server.webhooks import delivery_api, replay_api, replay_jobs, replay_ops, replay_store
from finsecure_server.webhooks.replay_types import WebhookReplay
from finsecure_server.worker import LEASE_US, Worker
from tests.edge import SECOND
from tests.webhooks import planted
from tests.world import World, open_world

E, H, D, P = State.EXHAUSTED, State.HELD, State.DELIVERED, State.PENDING

ARRIVE = """
UPDATE deliveries SET state = 'delivered', next_us = NULL, attempts = attempts + 1, tried = tried + 1
WHERE state = 'pending' AND next_us <= :now"""
HOLD = "UPDATE deliveries SET state = 'held', next_us = NULL WHERE state = 'pending'"


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> World:
    """A merchant who can replay, on each engine in turn."""
    routes = (*replay_api.ROUTES, *delivery_api.ROUTES)
    return await open_world(database, tmp_path, routes=routes, jobs=replay_jobs.JOBS)


async def begin(shop: World, endpoint: str, **more: Any) -> str:
    """Begin a replay; its path."""
    body = {"webhook_endpoint": endpoint, **more}
    return f"/v1/webhook_replays/{(await shop.made('/v1/webhook_replays', body))['id']}"


async def arrive(shop: World) -> int:
    """Everything that is due arrives."""
    return await shop.db.write(lambda tx: tx.run(ARRIVE, now=shop.wall))


@pytest.mark.parametrize("step_max", [1, 3, 200])
async def test_what_was_not_tried_goes_back_to_where_it_stood(
    shop: World, monkeypatch: pytest.MonkeyPatch, step_max: int
) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    await planted.history(shop, endpoint, [E, H, D, None] * 4)
    before = {row["id"]: row for row in await planted.rows(shop.db, endpoint)}
    states = ["exhausted", "held", "delivered", "missing"]
    path = await begin(shop, endpoint, rate=1, states=states, **{"created[gte]": 0})
    await shop.pass_time(4)
    await arrive(shop)
    tried = {row["id"] for row in await planted.rows(shop.db, endpoint) if row["cause"] == "replay" and row["tried"]}
    assert len(tried) == 5
    monkeypatch.setattr(replay_ops, "STEP_MAX", step_max)
    canceling = await shop.made(path + "/cancel")
    assert (canceling["status"], canceling["stopped_by"]) == ("canceling", "request")
    await shop.pass_time(1)
    ended = await shop.seen(path)
    assert (ended["status"], ended["ended_at"]) == ("canceled", shop.wall // SECOND - 1)
    assert ended["progress"]["delivered"] == 5
    assert (ended["progress"]["pending"], ended["progress"]["untried"]) == (0, 0)
    after = {row["id"]: row for row in await planted.rows(shop.db, endpoint)}
    assert after.keys() == before.keys() | tried
    assert {name: row for name, row in after.items() if name not in tried} == {
        name: row for name, row in before.items() if name not in tried
    }
    await shop.pass_time(60)
    assert await shop.seen(path) == ended


async def test_what_has_failed_since_is_tried_on(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    first, second = await planted.history(shop, endpoint, [E, E])
    path = await begin(shop, endpoint)
    await shop.pass_time(0)
    await planted.move(shop, delivery_id(first, endpoint), P, attempts=5, tried=1, next_us=shop.wall + SECOND)
    await shop.made(path + "/cancel")
    await shop.pass_time(1)
    states = {row["event_id"]: row["state"] for row in await planted.rows(shop.db, endpoint)}
    assert states == {first: "pending", second: "exhausted"}


async def test_what_was_sent_again_since_is_not_the_replay_s_to_take_back(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    first, second = await planted.history(shop, endpoint, [E, E])
    path = await begin(shop, endpoint)
    await shop.pass_time(0)
    await shop.made(f"/v1/webhook_deliveries/{delivery_id(first, endpoint)}/resend")
    await shop.made(path + "/cancel")
    await shop.pass_time(1)
    states = {row["event_id"]: (row["state"], row["cause"]) for row in await planted.rows(shop.db, endpoint)}
    assert states == {first: ("pending", "resend"), second: ("exhausted", "automatic")}


async def test_two_replays_do_not_take_from_one_another(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    await planted.history(shop, endpoint, [E, H] * 5)
    first = await begin(shop, endpoint)
    second = await begin(shop, endpoint, states=["exhausted", "held", "missing"], **{"created[gte]": 0})
    await shop.pass_time(0)
    seen = [await shop.seen(path) for path in (first, second)]
    assert [(shown["status"], shown["progress"]["scheduled"]) for shown in seen] == [("running", 10), ("completed", 0)]
    assert {row["replay_id"] for row in await planted.rows(shop.db, endpoint)} == {seen[0]["id"]}


@pytest.mark.parametrize("end", ["completed", "canceled", "canceling"])
async def test_what_has_ended_cannot_be_canceled(shop: World, end: str) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    path = await begin(shop, endpoint)
    if end != "completed":
        await shop.made(path + "/cancel")
    if end != "canceling":
        await shop.pass_time(5)
    got = await shop.post(path + "/cancel")
    assert (got.code, got.error["message"]) == (
        "webhook_replay_unexpected_state",
        f"The replay is {end}: it cannot be canceled.",
    )


@pytest.mark.parametrize(("status", "stopped_by"), [("disabled", "endpoint_disabled"), ("deleted", "endpoint_deleted")])
@pytest.mark.parametrize("seconds", [0, 4, 20])
async def test_it_stops_when_its_endpoint_goes(shop: World, status: str, stopped_by: str, seconds: int) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    await planted.history(shop, endpoint, [E] * 300)
    path = await begin(shop, endpoint, rate=20)
    await shop.pass_time(seconds)
    await arrive(shop)
    await planted.set_status(shop, endpoint, status)
    await shop.db.write(lambda tx: tx.run(HOLD))
    await shop.pass_time(60)
    ended = await shop.seen(path)
    assert (ended["status"], ended["stopped_by"]) == ("canceled", stopped_by)
    assert ended["progress"]["pending"] == 0
    rows = await planted.rows(shop.db, endpoint)
    assert {row["state"] for row in rows} <= {"exhausted", "held", "delivered"}


# -- whoever works on it dies -----------------------------------------------------------------------------------------


async def sweep_until_ended(shop: World, worker: Worker, path: str) -> dict[str, Any]:
    """Work on it as long as it takes: what a worker that died had leased comes due again, and what is due arrives."""
    while (ended := await shop.seen(path))["status"] in ("running", "canceling"):
        shop.wall += LEASE_US // 2
        with contextlib.suppress(Unavailable):
            await worker.sweep()
        if ended["status"] == "running":
            await arrive(shop)
    return ended


async def test_another_worker_goes_on_where_one_stopped(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    events = await planted.history(shop, endpoint, [E, H] * 250)
    path = await begin(shop, endpoint, rate=1000)
    for _ in range(2):
        await shop.worker.sweep()
    assert (await shop.seen(path))["progress"]["scheduled"] == 400
    another = Worker(shop.db, replay_jobs.JOBS, shop.env, lambda: shop.wall)
    ended = await sweep_until_ended(shop, another, path)
    assert (ended["status"], ended["progress"]["delivered"]) == ("completed", 500)
    assert [row["event_id"] for row in await planted.rows(shop.db, endpoint)] == events


class Deaths:
    """Functions that die after they have done their work, now and then."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self._patch = monkeypatch

    def strike(self, name: str, every: int, first: int) -> None:
        """A function of the store dies at its call number `first`, and at every so manieth after that."""
        function, calls = getattr(replay_store, name), itertools.count(1)

        def dying(*args: Any) -> Any:
            done = function(*args)
            if next(calls) % every == first % every:
                self.count += 1
                raise Unavailable("died")
            return done

        self._patch.setattr(replay_store, name, dying)


async def test_a_step_that_dies_is_done_again_as_if_it_had_not_been(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_ops, "STEP_MAX", 20)
    endpoint = await planted.endpoint(shop, "1", "*")
    events = await planted.history(shop, endpoint, [E, None, H] * 30)
    path = await begin(shop, endpoint, rate=1000, states=["exhausted", "held", "missing"], **{"created[gte]": 0})
    deaths = Deaths(monkeypatch)
    deaths.strike("schedule", 37, 10)
    deaths.strike("save", 2, 1)
    ended = await sweep_until_ended(shop, shop.worker, path)
    assert deaths.count > 10
    assert (ended["status"], ended["progress"]["scheduled"], ended["progress"]["delivered"]) == ("completed", 90, 90)
    rows = await planted.rows(shop.db, endpoint)
    assert [row["event_id"] for row in rows] == events
    tries = [row["attempts"] - (4 if row["before_replay"].startswith("exhausted") else 0) for row in rows]
    assert tries == [1] * 90


async def test_a_cancellation_that_dies_takes_everything_back_all_the_same(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    await planted.history(shop, endpoint, [E, None, H] * 30)
    before = await planted.rows(shop.db, endpoint)
    path = await begin(shop, endpoint, rate=1, states=["exhausted", "held", "missing"], **{"created[gte]": 0})
    await shop.worker.sweep()
    assert (await shop.seen(path))["progress"]["pending"] == 90
    await shop.made(path + "/cancel")
    monkeypatch.setattr(replay_ops, "STEP_MAX", 20)
    deaths = Deaths(monkeypatch)
    deaths.strike("take_back", 2, 1)
    deaths.strike("save", 2, 1)
    ended = await sweep_until_ended(shop, shop.worker, path)
    assert deaths.count > 10
    assert (ended["status"], await planted.rows(shop.db, endpoint)) == ("canceled", before)


# -- what was held ----------------------------------------------------------------------------------------------------


async def test_an_op_begins_one_of_what_was_held(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    held = [await planted.history(shop, endpoint, [H, E, D]) for _ in range(3)]

    def op(tx: Tx, env: Env) -> WebhookReplay:
        return replay_ops.start(tx, env, endpoint, replay_ops.HELD)

    begun = await shop.do(op)
    assert (begun.progress.total, begun.rate, begun.filter.states) == (3, 10, ["held"])
    await shop.pass_time(0)
    rows = [row for row in await planted.rows(shop.db, endpoint) if row["state"] == "pending"]
    assert [row["event_id"] for row in rows] == [events[0] for events in held]
    assert {later["next_us"] - earlier["next_us"] for earlier, later in pairwise(rows)} == {SECOND // 10}
