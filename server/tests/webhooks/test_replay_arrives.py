"""Resends and replays over real sockets: what was missed arrives, signed, once each, and the log says why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from finsecure_server.storage.database import Database
from finsecure_server.webhooks import delivery_api, replay_api, replay_jobs
from tests.edge import SECOND
from tests.receiver import Receiver, receiving
from tests.world import DAY, World, open_world


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A merchant who can send, and send again, on each engine in turn."""
    routes = (*delivery_api.ROUTES, *replay_api.ROUTES)
    world = await open_world(database, tmp_path, routes=routes, jobs=replay_jobs.JOBS)
    await world.outbound.open()
    yield world
    await world.outbound.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def endpoint(shop: World, receiver: Receiver) -> dict[str, Any]:
    wanted = {"url": receiver.url, "enabled_events": ["customer.created"]}
    return await shop.made("/v1/webhook_endpoints", wanted)


async def happen(shop: World, times: int) -> list[str]:
    """Events, oldest first."""
    made = [await shop.made("/v1/customers", {"name": "Jenny"}) for _ in range(times)]
    return [(await shop.events(customer["id"]))[0]["id"] for customer in made]


async def pass_by(shop: World, seconds: int, step: int = 900) -> None:
    """Let time pass a step at a time: an endpoint that is left alone for a while has something due all along."""
    for _ in range(seconds // step):
        shop.wall += step * SECOND
        await shop.worker.sweep()
        await shop.deliver()


async def statuses(shop: World) -> set[str]:
    return {row["status"] for row in (await shop.seen("/v1/webhook_deliveries?limit=100"))["data"]}


async def test_what_a_broken_receiver_missed_is_sent_again_once_it_is_mended(shop: World, receiver: Receiver) -> None:
    hooks = await endpoint(shop, receiver)
    receiver.answer = lambda _: 500
    events = await happen(shop, 12)
    await pass_by(shop, DAY)
    assert await statuses(shop) == {"exhausted"}
    receiver.answer, receiver.got = lambda _: 200, []
    one = (await shop.seen(f"/v1/webhook_deliveries?event={events[0]}"))["data"][0]
    await shop.made(f"/v1/webhook_deliveries/{one['id']}/resend")
    await pass_by(shop, 3600)
    assert [got.event for got in receiver.got] == events[:1]
    replay = await shop.made("/v1/webhook_replays", {"webhook_endpoint": hooks["id"], "rate": 2})
    assert replay["progress"]["total"] == 11
    await pass_by(shop, 60, step=1)
    assert sorted(got.event for got in receiver.got) == events
    for got in receiver.got:
        got.verified(hooks["secret"], tolerance=None)
    assert await statuses(shop) == {"delivered"}
    ended = await shop.seen(f"/v1/webhook_replays/{replay['id']}")
    assert (ended["status"], ended["percent"], ended["progress"]["delivered"]) == ("completed", 100, 11)
    log = (await shop.seen(f"/v1/webhook_attempts?delivery={one['id']}"))["data"]
    assert [(attempt["number"], attempt["cause"], attempt["status"]) for attempt in log] == [
        (5, "resend", "succeeded"),
        *((number, "automatic", "failed") for number in (4, 3, 2, 1)),
    ]


async def test_a_replay_whose_receiver_fails_has_the_whole_schedule(shop: World, receiver: Receiver) -> None:
    hooks = await endpoint(shop, receiver)
    receiver.answer = lambda _: 500
    (event,) = await happen(shop, 1)
    await pass_by(shop, DAY)
    assert len(receiver.got) == 4
    replay = await shop.made("/v1/webhook_replays", {"webhook_endpoint": hooks["id"]})
    await pass_by(shop, 60, step=1)
    shown = await shop.seen(f"/v1/webhook_replays/{replay['id']}")
    assert (shown["status"], shown["progress"]["pending"]) == ("completed", 1)
    await pass_by(shop, DAY)
    assert [got.event for got in receiver.got] == [event] * 8
    shown = await shop.seen(f"/v1/webhook_replays/{replay['id']}")
    assert (shown["progress"]["pending"], shown["progress"]["exhausted"]) == (0, 1)


async def test_what_is_canceled_midway_stays_where_it_was(shop: World, receiver: Receiver) -> None:
    hooks = await endpoint(shop, receiver)
    await shop.made(f"/v1/webhook_endpoints/{hooks['id']}/disable")
    events = await happen(shop, 10)
    await shop.made(f"/v1/webhook_endpoints/{hooks['id']}/enable")
    replay = await shop.made("/v1/webhook_replays", {"webhook_endpoint": hooks["id"], "rate": 1})
    await pass_by(shop, 4, step=1)
    path = f"/v1/webhook_replays/{replay['id']}"
    await shop.made(path + "/cancel")
    await pass_by(shop, 30, step=1)
    came = [got.event for got in receiver.got]
    assert came == events[: len(came)]
    assert 4 <= len(came) <= 6
    ended = await shop.seen(path)
    assert (ended["status"], ended["progress"]["delivered"]) == ("canceled", len(came))
    held = (await shop.seen("/v1/webhook_deliveries?status=held&limit=100"))["data"]
    assert [row["event"] for row in held] == events[len(came) :][::-1]
    await shop.made(f"/v1/webhook_endpoints/{hooks['id']}/enable", {"replay_held": "true"})
    await pass_by(shop, 30, step=1)
    assert sorted(got.event for got in receiver.got) == events
