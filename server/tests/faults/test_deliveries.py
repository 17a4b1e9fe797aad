"""Webhooks are never lost: killed, stopped, starved or told to end, and every event still arrives, signed and whole."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import pytest
import redis

from finsecure_server.core.delivery import IN_FLIGHT_MAX
from finsecure_server.webhooks.lane import LEASE_US
from tests.conftest import Databases
from tests.faults.clients import PAYMENT, Connection
from tests.flows.live import Live
from tests.receiver import Received, Receiver, receiving

#: A death repeats at most what was in flight to an endpoint, and as many whose reports were being written.
REPEATS_MAX: Final = 2 * IN_FLIGHT_MAX
ROUNDS: Final = {"sqlite": 10, "postgresql": 3}  # there the workers are killed, below
WORKERS_KILLED: Final = 10
PAYMENTS: Final = 12  # a round; three events each
LEASE_S: Final = LEASE_US / 1_000_000
PATIENCE_S: Final = 90.0  # a lease that must end, a sweep, and a retry or two


class Endpoint:
    """An endpoint of the live server that points to a receiver."""

    def __init__(self, live: Live, receiver: Receiver) -> None:
        client = live.stripe()
        made = client.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["*"]})
        assert made.secret is not None
        self.id, self.secret = made.id, made.secret


async def pay(live: Live, payments: int) -> None:
    """Confirmed payments over one connection."""
    connection = Connection(live.port)
    for _ in range(payments):
        answer = await connection.post("/v1/payment_intents", PAYMENT)
        assert answer.status == 200, answer.body
    connection.close()


def all_events(live: Live) -> set[str]:
    """Ids of every event that the account has, but for those about endpoints."""
    listed = live.stripe().v1.events.list({"limit": 100}).auto_paging_iter()
    return {event.id for event in listed if not event.type.startswith("webhook_endpoint.")}


async def arrived(live: Live, receiver: Receiver, seconds: float = PATIENCE_S) -> set[str]:
    """Wait until the receiver has answered 2xx to every event that there is."""
    events = await asyncio.to_thread(all_events, live)
    await receiver.until(lambda: events <= {got.event for got in receiver.got}, seconds)
    return events


async def settled(live: Live, seconds: float = PATIENCE_S) -> None:
    """Wait until nothing is pending any more."""
    connection = Connection(live.port)
    give_up = time.monotonic() + seconds
    while True:
        answer = await connection.get("/v1/webhook_deliveries?status=pending&limit=100")
        if not answer.json["data"]:
            break
        assert time.monotonic() < give_up, answer.json
        await asyncio.sleep(0.2)
    connection.close()


def check_what_came(receiver: Receiver, endpoint: Endpoint, extra: int) -> None:
    """Each request verifies, an event's bytes never change, and there are at most `extra` repeats."""
    bodies: dict[str, str] = {}
    for got in receiver.got:
        got.verified(endpoint.secret, tolerance=600)
        stamp = int(got.headers["webhook-timestamp"])
        digest = hashlib.sha256(got.body).hexdigest()
        assert bodies.setdefault(got.event, digest) == digest, "an event's payload has changed"
        assert stamp <= got.at + 1
    repeats = sum(times - 1 for times in Counter(receiver.events).values())
    assert repeats <= extra, f"{repeats} repeats, where {extra} may be"


@contextlib.asynccontextmanager
async def holding() -> AsyncIterator[tuple[Receiver, asyncio.Event]]:
    """A receiver that takes its time while the gate is closed."""
    gate = asyncio.Event()

    async def answer(_: Received) -> int:
        await gate.wait()
        return 200

    async with receiving(answer) as receiver:
        yield receiver, gate


def test_killed_while_receivers_hold_the_reply(live: Live) -> None:
    chance = random.Random(7)
    rounds = ROUNDS[live.database_url.partition(":")[0]]

    async def story() -> None:
        async with holding() as (receiver, gate):
            endpoint = await asyncio.to_thread(Endpoint, live, receiver)
            for _ in range(rounds):
                gate.clear()
                before = len(receiver.got)
                await pay(live, PAYMENTS)
                await receiver.until(lambda before=before: len(receiver.got) > before, PATIENCE_S)  # type: ignore[misc]
                await asyncio.sleep(chance.uniform(0, 0.3))
                await asyncio.to_thread(live.stop, signal.SIGKILL)
                gate.set()
                await asyncio.to_thread(live.start)
                await arrived(live, receiver)
            await settled(live)
            check_what_came(receiver, endpoint, extra=rounds * REPEATS_MAX)

    asyncio.run(story())
    live.verify()


def test_stopped_in_its_tracks_for_longer_than_its_lease(live: Live) -> None:
    """SIGSTOP: what it wakes up with is out of date, and may not undo what has happened since."""

    async def story() -> None:
        async with holding() as (receiver, gate):
            endpoint = await asyncio.to_thread(Endpoint, live, receiver)
            assert live.process is not None
            await pay(live, PAYMENTS)
            await receiver.until(lambda: bool(receiver.got))
            live.process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(LEASE_S + 2)
            gate.set()
            live.process.send_signal(signal.SIGCONT)
            await arrived(live, receiver)
            await settled(live)
            check_what_came(receiver, endpoint, extra=REPEATS_MAX)

    asyncio.run(story())
    live.verify()


def test_told_to_stop_under_load_it_hands_over(live: Live) -> None:
    async def story() -> None:
        async def slow(_: Received) -> int:
            await asyncio.sleep(0.2)
            return 200

        async with receiving(slow) as receiver:
            endpoint = await asyncio.to_thread(Endpoint, live, receiver)
            for _ in range(3):
                await pay(live, 2 * PAYMENTS)
                begun = time.monotonic()
                await asyncio.to_thread(live.stop)
                assert time.monotonic() - begun < 17
                await asyncio.to_thread(live.start)
            await arrived(live, receiver)
            await settled(live)
            check_what_came(receiver, endpoint, extra=0)  # nothing that was in flight was cut off

    asyncio.run(story())
    live.verify()


def test_valkey_flushed_and_gone(valkey_url: str, live: Live) -> None:
    """Nothing of a delivery is in there."""
    live.settings = {**live.settings, "FINSECURE_REDIS_URL": valkey_url, "FINSECURE_RATE_LIMIT": "100000"}
    live.stop()
    live.start()

    async def story() -> None:
        async with receiving() as receiver:
            endpoint = await asyncio.to_thread(Endpoint, live, receiver)
            with redis.Redis.from_url(valkey_url) as valkey:
                for _ in range(3):
                    await pay(live, PAYMENTS)
                    valkey.flushall()
                valkey.client_pause(2000)
                await pay(live, PAYMENTS)
            await arrived(live, receiver)
            check_what_came(receiver, endpoint, extra=0)

    asyncio.run(story())
    live.verify()


# -- workers beside the server, on PostgreSQL --------------------------------------------------------------------------


class Workers:
    """`finsecure-server worker`, as often as one likes."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        log = (self._live.home / "worker.log").open("ab")
        worker = subprocess.Popen(
            [sys.executable, "-m", "finsecure_server", "worker"], env=self._live.environ(), stdout=log, stderr=log
        )
        log.close()
        self.processes.append(worker)
        return worker

    def end(self) -> None:
        for worker in self.processes:
            if worker.poll() is None:
                worker.kill()
            worker.wait(30)


@pytest.fixture
def beside(tmp_path: Path, postgres_databases: Databases) -> Iterator[Live]:
    """A server that leaves the work to others."""
    home = tmp_path / "home"
    home.mkdir()
    server = Live(home, postgres_databases.empty(), {"FINSECURE_WORK": "elsewhere"})
    server.init()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def workers(beside: Live) -> Iterator[Workers]:
    workers = Workers(beside)
    yield workers
    workers.end()


def test_workers_killed_one_after_the_other(beside: Live, workers: Workers) -> None:
    """Two workers; whichever dies, the other goes on, and eight at once stays the most that an endpoint sees of one."""

    async def story() -> None:
        async with holding() as (receiver, gate):
            endpoint = await asyncio.to_thread(Endpoint, beside, receiver)
            pair = [workers.start(), workers.start()]
            for number in range(WORKERS_KILLED):
                gate.clear()
                before = len(receiver.got)
                await pay(beside, PAYMENTS)
                await receiver.until(lambda before=before: len(receiver.got) > before, PATIENCE_S)  # type: ignore[misc]
                victim = pair[number % 2]
                os.kill(victim.pid, signal.SIGKILL)
                victim.wait(30)
                gate.set()
                pair[number % 2] = workers.start()
                await arrived(beside, receiver)
            await settled(beside)
            check_what_came(receiver, endpoint, extra=WORKERS_KILLED * REPEATS_MAX)

    asyncio.run(story())
    beside.verify()


def test_a_worker_that_slept_does_not_overwrite_what_another_did(beside: Live, workers: Workers) -> None:
    async def story() -> None:
        async with holding() as (receiver, gate):
            endpoint = await asyncio.to_thread(Endpoint, beside, receiver)
            sleeper = workers.start()
            await pay(beside, PAYMENTS)
            await receiver.until(lambda: bool(receiver.got), PATIENCE_S)
            sleeper.send_signal(signal.SIGSTOP)
            gate.set()
            workers.start()
            await arrived(beside, receiver)
            await settled(beside)
            sleeper.send_signal(signal.SIGCONT)  # it has its answers now, and its reports come too late
            await asyncio.sleep(3)
            await settled(beside)
            check_what_came(receiver, endpoint, extra=REPEATS_MAX)
            connection = Connection(beside.port)
            delivered = await connection.get("/v1/webhook_deliveries?limit=100")
            assert {row["status"] for row in delivered.json["data"]} == {"delivered"}
            connection.close()

    asyncio.run(story())
    beside.verify()
