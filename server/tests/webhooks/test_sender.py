"""The sender, over real sockets, to a receiver that answers what a test wants it to."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from finsecure_server.core.breaker import STREAK, WAITS_S
from finsecure_server.core.delivery import IN_FLIGHT_MAX, delivery_id
from finsecure_server.core.retry import TEST_SCHEDULE_S
from finsecure_server.storage.database import CommitUnknown, Database, Unavailable
from finsecure_server.webhooks import delivery_api
from finsecure_server.webhooks.lane import LEASE_US
from tests.edge import SECOND
from tests.receiver import Received, Receiver, receiving
from tests.world import World, open_world

HOUR = 3600
T = TypeVar("T")


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """On each engine in turn, and able to send."""
    world = await open_world(database, tmp_path, routes=delivery_api.ROUTES)
    await world.outbound.open()
    yield world
    await world.outbound.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def endpoint(world: World, receiver: Receiver, **params: Any) -> dict[str, Any]:
    return await world.made("/v1/webhook_endpoints", {"url": receiver.url, "enabled_events": ["*"], **params})


async def customer(world: World) -> str:
    """One event, customer.created; its id."""
    made = await world.made("/v1/customers", {"email": "a@example.com"})
    (event,) = await world.events(made["id"])
    event_id: str = event["id"]
    return event_id


async def deliveries(world: World, query: str = "") -> dict[str, dict[str, Any]]:
    """By event."""
    shown = await world.seen(f"/v1/webhook_deliveries?limit=100{query}")
    return {row["event"]: row for row in shown["data"]}


async def attempts(world: World, query: str = "") -> list[dict[str, Any]]:
    """The oldest first."""
    shown = await world.seen(f"/v1/webhook_attempts?limit=100{query}")
    data: list[dict[str, Any]] = shown["data"]
    return data[::-1]


@contextlib.asynccontextmanager
async def running(world: World) -> AsyncIterator[None]:
    """The sender as it runs in a server: told of what is committed."""
    world.db.listen(world.sender.hear)
    task = asyncio.create_task(world.sender.run())
    yield
    await world.sender.stop(5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


# -- what arrives -----------------------------------------------------------------------------------------------------


async def test_every_event_arrives_once_signed_and_whole(world: World, receiver: Receiver) -> None:
    made = await endpoint(world, receiver)
    intent = await world.pay()
    await world.deliver()
    assert sorted(receiver.types) == ["charge.succeeded", "payment_intent.created", "payment_intent.succeeded"]
    for got in receiver.got:
        event = got.verified(made["secret"], tolerance=None)
        stored = await world.seen(f"/v1/events/{event.id}")
        assert got.json == stored | {"pending_webhooks": 1}
        assert stored["pending_webhooks"] == 0
        assert got.headers["webhook-timestamp"] == str(world.wall // SECOND)
        assert got.headers["finsecure-delivery"] == delivery_id(event.id, made["id"])
        assert got.headers["finsecure-attempt"] == "1"
        assert got.headers["content-type"] == "application/json; charset=utf-8"
        assert got.headers["user-agent"].startswith("FinSecure/")
    assert {row["status"] for row in (await deliveries(world)).values()} == {"delivered"}
    (of_charge,) = await attempts(world, f"&related_object={intent['latest_charge']}")
    assert (of_charge["status"], of_charge["number"], of_charge["response"]["status"]) == ("succeeded", 1, 200)
    assert of_charge["connection"]["address"] in ("127.0.0.1", "::1")
    await world.deliver()
    assert len(receiver.got) == 3


async def test_only_what_an_endpoint_asked_for(world: World, receiver: Receiver) -> None:
    await endpoint(world, receiver, enabled_events=["charge.*", "customer.created"])
    await world.pay()
    await customer(world)
    await world.deliver()
    assert sorted(receiver.types) == ["charge.succeeded", "customer.created"]


async def test_thin_payload_own_headers_and_an_older_version(world: World, receiver: Receiver) -> None:
    types = ["payment_intent.*"]
    own = {"headers[Authorization]": "Bearer of-my-own"}
    await endpoint(world, receiver, payload="thin", enabled_events=types, **own)
    await endpoint(world, receiver, api_version="2018-11-08", enabled_events=["payment_intent.created"])
    await world.post("/v1/payment_intents", {"amount": 500, "currency": "usd"})
    await world.deliver()
    by_kind = {"data" in got.json: got for got in receiver.got}
    assert by_kind[False].headers["authorization"] == "Bearer of-my-own"
    assert by_kind[False].json["related_object"]["type"] == "payment_intent"
    assert by_kind[True].json["data"]["object"]["status"] == "requires_source"
    logged = [attempt for attempt in await attempts(world) if "Authorization" in attempt["request"]["headers"]]
    assert [attempt["request"]["headers"]["Authorization"] for attempt in logged] == ["****"]


async def test_an_endpoint_does_not_hear_of_itself(world: World, receiver: Receiver) -> None:
    first = await endpoint(world, receiver)
    async with receiving() as other:
        second = await endpoint(world, other)
        await world.made(f"/v1/webhook_endpoints/{first['id']}", {"description": "the first"})
        await world.deliver()
        told = [(got.json["type"], got.json["data"]["object"]["id"]) for got in receiver.got]
        assert told == [("webhook_endpoint.created", second["id"])]
        assert other.types == ["webhook_endpoint.updated"]


async def test_after_a_roll_both_secrets_verify_until_the_old_one_ends(world: World, receiver: Receiver) -> None:
    made = await endpoint(world, receiver)
    rolled = await world.made(f"/v1/webhook_endpoints/{made['id']}/roll_secret", {"expires_in": 600})
    await customer(world)
    await world.deliver()
    for secret in (made["secret"], rolled["secret"]):
        receiver.got[-1].verified(secret, tolerance=None)
    world.wall += 601 * SECOND
    await customer(world)
    await world.deliver()
    receiver.got[-1].verified(rolled["secret"], tolerance=None)
    with pytest.raises(Exception, match="No signatures found"):
        receiver.got[-1].verified(made["secret"], tolerance=None)


# -- what fails -------------------------------------------------------------------------------------------------------


async def test_the_schedule_to_its_end_and_a_resend(world: World, receiver: Receiver) -> None:
    receiver.answer = lambda _: 500
    await endpoint(world, receiver)
    event = await customer(world)
    began = world.wall
    await world.pass_time(3 * HOUR, deliver=True)
    times = [(attempt["created"] * SECOND - began) / SECOND for attempt in await attempts(world)]
    assert len(times) == len(TEST_SCHEDULE_S)
    for (one, next_), planned in zip(itertools.pairwise(times), TEST_SCHEDULE_S[1:], strict=True):
        assert planned - 1 <= next_ - one <= planned * 1.2 + 1
    (row,) = (await deliveries(world)).values()
    assert (row["event"], row["status"], row["attempts"]) == (event, "exhausted", 4)
    assert row["last_error"]["code"] == "webhook_http_error"
    receiver.answer = lambda _: 204
    await world.made(f"/v1/webhook_deliveries/{row['id']}/resend")
    await world.deliver()
    assert (await deliveries(world))[event]["status"] == "delivered"
    last = (await attempts(world))[-1]
    assert (last["number"], last["cause"], receiver.got[-1].headers["finsecure-attempt"]) == (5, "resend", "5")


async def test_too_many_requests_and_retry_after(world: World, receiver: Receiver) -> None:
    receiver.answer = lambda _: 429
    await endpoint(world, receiver)
    event = await customer(world)
    await world.deliver()
    wait = (await deliveries(world))[event]["next_attempt_at"] - world.wall // SECOND
    assert 59 <= wait <= 73


async def test_the_breaker_defers_and_burns_no_attempt(world: World, receiver: Receiver) -> None:
    receiver.answer = lambda _: 503
    await endpoint(world, receiver)
    for _ in range(STREAK + 5):
        await customer(world)
    await world.deliver()
    assert len(receiver.got) == STREAK + 1  # two at once, so that one more was on its way
    untouched = [row for row in (await deliveries(world)).values() if row["attempts"] == 0]
    assert len(untouched) == 4
    await world.deliver()
    assert len(receiver.got) == STREAK + 1
    world.wall += int(WAITS_S[0] * 1.1 + 1) * SECOND
    await world.deliver()
    assert len(receiver.got) == STREAK + 2, "one probe"
    receiver.answer = lambda _: 200
    world.wall += int(WAITS_S[1] * 1.1 + 1) * SECOND
    await world.pass_time(600, deliver=True)
    assert {row["status"] for row in (await deliveries(world)).values()} == {"delivered"}


async def test_who_mends_an_endpoint_need_not_wait_for_the_probe(world: World, receiver: Receiver) -> None:
    receiver.answer = lambda _: 503
    made = await endpoint(world, receiver)
    async with running(world):
        for _ in range(STREAK + 5):
            await customer(world)
        await receiver.until(lambda: len(receiver.got) >= STREAK)
        async with receiving() as mended:
            await world.made(f"/v1/webhook_endpoints/{made['id']}", {"url": mended.url})
            await mended.until(lambda: bool(mended.got), 5)


async def test_a_redirect_is_refused_and_its_aim_never_called(world: World, receiver: Receiver) -> None:
    async with receiving() as aim:

        def answer(_: Received) -> Any:
            from aiohttp import web

            return web.Response(status=308, headers={"Location": aim.url})

        receiver.answer = answer
        await endpoint(world, receiver)
        event = await customer(world)
        await world.deliver()
        (attempt,) = await attempts(world)
        assert attempt["error"]["code"] == "webhook_redirect_refused"
        assert attempt["response"]["headers"]["location"] == aim.url
        assert (await deliveries(world))[event]["status"] == "pending"
        assert not aim.got


async def test_an_endpoint_that_fails_for_days_is_warned_about_disabled_and_its_events_held(
    world: World, receiver: Receiver
) -> None:
    async with receiving() as healthy:
        receiver.answer = lambda _: 500
        failing = await endpoint(world, receiver, enabled_events=["customer.created"])
        await endpoint(world, healthy, enabled_events=["webhook_endpoint.*"])
        await customer(world)
        await world.pass_time(13 * HOUR, deliver=True)
        await customer(world)
        await world.pass_time(121 * HOUR, deliver=True)
        assert [kind for kind in healthy.types if "updated" not in kind] == [
            "webhook_endpoint.failing",
            "webhook_endpoint.failing",
            "webhook_endpoint.disabled",
        ]
        shown = await world.seen(f"/v1/webhook_endpoints/{failing['id']}")
        assert (shown["status"], shown["disabled_reason"]) == ("disabled", "failing")
        held = await customer(world)
        await world.deliver()
        assert (await deliveries(world))[held]["status"] == "held"
        receiver.answer = lambda _: 200
        await world.made(f"/v1/webhook_endpoints/{failing['id']}/enable", {"replay_held": "true"})
        await world.pass_time(60, deliver=True)
        assert (await deliveries(world))[held]["status"] == "delivered"


async def test_a_success_in_time_forgets_the_failures(world: World, receiver: Receiver) -> None:
    receiver.answer = lambda _: 500
    failing = await endpoint(world, receiver, enabled_events=["customer.created"])
    await customer(world)
    await world.pass_time(13 * HOUR, deliver=True)
    await customer(world)
    await world.pass_time(30 * HOUR, deliver=True)
    assert (await world.seen(f"/v1/webhook_endpoints/{failing['id']}"))["health"]["failing_since"] is not None
    receiver.answer = lambda _: 200
    await customer(world)
    await world.deliver()
    assert (await world.seen(f"/v1/webhook_endpoints/{failing['id']}"))["health"]["failing_since"] is None
    types = [event["type"] for event in await world.events(failing["id"])]
    assert types[-1] == "webhook_endpoint.recovered"
    await world.pass_time(200 * HOUR, deliver=True)
    assert (await world.seen(f"/v1/webhook_endpoints/{failing['id']}"))["status"] == "enabled"


async def test_after_a_week_in_which_nothing_was_sent_what_is_due_decides(world: World, receiver: Receiver) -> None:
    """The endpoint is well again, and we were away: it is not for its clock to disable it."""
    receiver.answer = lambda _: 500
    failing = await endpoint(world, receiver, enabled_events=["customer.created"])
    await customer(world)
    await world.pass_time(13 * HOUR, deliver=True)
    await customer(world)
    await world.deliver()
    receiver.answer = lambda _: 200
    world.wall += 8 * 24 * HOUR * SECOND
    await world.worker.sweep()
    assert (await world.seen(f"/v1/webhook_endpoints/{failing['id']}"))["status"] == "enabled"
    await world.deliver()
    await world.pass_time(HOUR)
    shown = await world.seen(f"/v1/webhook_endpoints/{failing['id']}")
    assert (shown["status"], shown["health"]["failing_since"]) == ("enabled", None)


# -- what changes while something is in flight ------------------------------------------------------------------------


class Gate:
    """Holds every reply until it is opened."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.opened = asyncio.Event()

    async def __call__(self, _: Received) -> int:
        await self.opened.wait()
        return self.status


@pytest.mark.parametrize(
    ("how", "status", "state"),
    [
        ("disable", 500, "held"),
        ("disable", 200, "delivered"),
        ("delete", 500, "canceled"),
        ("delete", 200, "delivered"),
    ],
)
async def test_taken_away_while_in_flight(world: World, receiver: Receiver, how: str, status: int, state: str) -> None:
    gate = receiver.answer = Gate(status)
    made = await endpoint(world, receiver)
    event = await customer(world)
    sending = asyncio.create_task(world.deliver())
    await receiver.until(lambda: bool(receiver.got))
    if how == "delete":
        assert (await world.call("DELETE", f"/v1/webhook_endpoints/{made['id']}")).status == 200
    else:
        await world.made(f"/v1/webhook_endpoints/{made['id']}/disable")
    gate.opened.set()
    await sending
    row = (await deliveries(world))[event]
    assert (row["status"], row["attempts"]) == (state, 1)
    await world.pass_time(HOUR, deliver=True)
    assert len(receiver.got) == 1


async def test_what_slips_in_as_an_endpoint_is_disabled_is_held(world: World, receiver: Receiver) -> None:
    """On PostgreSQL an event may commit just after, with what it saw just before."""
    made = await endpoint(world, receiver)
    event = await customer(world)
    await world.made(f"/v1/webhook_endpoints/{made['id']}/disable")
    slip = "UPDATE deliveries SET state = 'pending', next_us = :now WHERE event_id = :event"
    await world.db.write(lambda tx: tx.run(slip, now=world.wall, event=event))
    await world.deliver()
    await world.pass_time(10, deliver=True)
    assert not receiver.got
    assert (await deliveries(world))[event]["status"] == "held"


async def test_a_report_that_comes_too_late_changes_nothing(world: World, receiver: Receiver) -> None:
    """A worker sleeps past its lease; another delivers; the sleeper's failure may not undo that."""
    gate = receiver.answer = Gate(500)
    await endpoint(world, receiver)
    event = await customer(world)
    sleeper = asyncio.create_task(world.deliver())
    await receiver.until(lambda: bool(receiver.got))
    world.wall += LEASE_US + SECOND
    receiver.answer = lambda _: 200
    await world.another_sender("the other").settle()
    assert (await deliveries(world))[event]["status"] == "delivered"
    gate.opened.set()
    await sleeper
    row = (await deliveries(world))[event]
    assert (row["status"], row["attempts"], row["last_error"]) == ("delivered", 1, None)
    logged = [(attempt["status"], attempt["superseded"]) for attempt in await attempts(world)]
    assert sorted(logged) == [("failed", True), ("succeeded", False)]


async def test_one_worker_at_a_time(world: World, receiver: Receiver) -> None:
    await endpoint(world, receiver)
    first, second = world.sender, world.another_sender("the other")
    await customer(world)
    await first.settle()
    await customer(world)
    await second.settle()
    assert len(receiver.got) == 1, "the first has the lease"
    await first.settle()
    world.wall += LEASE_US + SECOND
    await customer(world)
    await second.settle()
    assert len(receiver.got) == 3
    world.db.listen(first.hear)
    await second.stop(1)
    await customer(world)
    await first.settle()
    assert len(receiver.got) == 4, "who stops lets go, and says so"


# -- many at once -----------------------------------------------------------------------------------------------------


async def test_no_more_than_eight_at_once(world: World, receiver: Receiver) -> None:
    async def slow(_: Received) -> int:
        await asyncio.sleep(0.02)
        return 200

    receiver.answer = slow
    await endpoint(world, receiver)
    for _ in range(40):
        await customer(world)
    await world.deliver()
    assert Counter(receiver.events).most_common(1)[0][1] == 1
    assert len(receiver.got) == 40
    assert receiver.most_at_once == IN_FLIGHT_MAX


async def test_a_rate_is_kept(world: World, receiver: Receiver) -> None:
    await endpoint(world, receiver, rate_limit=2)
    for _ in range(6):
        await customer(world)
    came = []
    for _ in range(8):
        await world.deliver()
        came.append(len(receiver.got))
        world.wall += SECOND // 2
    assert came == [1, 2, 3, 4, 5, 6, 6, 6]


async def test_a_dead_endpoint_delays_nobody(world: World, receiver: Receiver) -> None:
    gate = Gate(200)
    async with receiving(gate) as dead:
        await endpoint(world, dead)
        await endpoint(world, receiver)
        async with running(world):
            for _ in range(30):
                await customer(world)
            await receiver.until(lambda: receiver.types.count("customer.created") >= 30)
            assert dead.most_at_once <= IN_FLIGHT_MAX
            gate.opened.set()
            await dead.until(lambda: dead.types.count("customer.created") >= 30)
        assert max(Counter(receiver.events).values()) == max(Counter(dead.events).values()) == 1


async def test_a_commit_wakes_the_sender(world: World, receiver: Receiver) -> None:
    """No sweep happens: the world's clock stands still."""
    await endpoint(world, receiver)
    async with running(world):
        await asyncio.sleep(0.05)
        await customer(world)
        await receiver.until(lambda: len(receiver.got) == 1, 5)


# -- the database goes away -------------------------------------------------------------------------------------------


class Flaky:
    """A database that fails when told to, before or after the commit."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.url = db.url
        self.before: list[Exception] = []
        self.after: list[Exception] = []

    async def write(self, op: Any) -> Any:
        if self.before:
            raise self.before.pop()
        result = await self._db.write(op)
        if self.after:
            raise self.after.pop()
        return result

    async def read(self, look: Any) -> Any:
        return await self._db.read(look)


async def test_a_report_is_kept_while_the_database_is_away_and_written_once(world: World, receiver: Receiver) -> None:
    made = await endpoint(world, receiver)
    flaky = Flaky(world.db)
    sender = world.another_sender("flaky")
    sender._db = flaky  # type: ignore[assignment]
    event = await customer(world)
    gate = receiver.answer = Gate(200)
    task = asyncio.create_task(sender.run())
    await receiver.until(lambda: bool(receiver.got))
    flaky.before = [Unavailable("away")] * 2
    flaky.after = [CommitUnknown("who knows")]
    gate.opened.set()
    async with asyncio.timeout(10):
        while flaky.before or flaky.after or sender._reports:  # noqa: ASYNC110  nobody else waits for this
            await asyncio.sleep(0.02)
    await sender.stop(1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await deliveries(world))[event]["status"] == "delivered"
    assert len(await attempts(world, f"&webhook_endpoint={made['id']}")) == 1
    assert len(receiver.got) == 1
