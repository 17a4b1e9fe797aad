"""The work behind the scenes, as it ends: what was taken is finished, nothing more is taken, nobody waits for ever."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from finsecure_server import app
from finsecure_server.app import Work
from finsecure_server.core.env import Env
from finsecure_server.storage import queue
from finsecure_server.storage.database import Database, Tx
from finsecure_server.storage.drive import Ask
from finsecure_server.worker import Worker
from tests.world import World


class Slow:
    """A job that asks somebody who takes their time."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.answer = asyncio.Event()
        self.done: list[str] = []

    def __call__(self, tx: Tx, env: Env, object_id: str) -> Ask[None, None]:
        def then(_: Tx, reply: None) -> None:
            self.done.append(object_id)

        return Ask(self._question, then)

    async def _question(self) -> None:
        self.asked.set()
        await self.answer.wait()


class Place:
    """Work on a database with rows that are due."""

    def __init__(self, world: World, db: Database) -> None:
        self.world = world
        self.db = db
        self.slow = Slow()
        worker = Worker(db, {"slow": self.slow}, world.env, lambda: world.wall)
        self.work = Work(db, worker, world.sender, world.outbound, deliveries_kept_days=30)

    async def due(self, *names: str) -> None:
        env = self.world.env("acct_1", False, 0)
        for name in names:
            await self.db.write(lambda tx, name=name: queue.schedule(tx, env, "slow", name, env.wall))  # type: ignore[misc]

    async def waiting(self) -> list[Any]:
        rows = await self.db.read(lambda reader: reader.all("SELECT object_id FROM due ORDER BY object_id"))
        return [row["object_id"] for row in rows]


@pytest.fixture
async def place(database: Database, tmp_path: Path) -> Place:
    return Place(World(database, tmp_path), database)


async def test_what_was_taken_is_finished_and_nothing_more_is_taken(place: Place) -> None:
    await place.due("a", "b")
    place.work.begin()
    await place.slow.asked.wait()
    ending = asyncio.create_task(place.work.finish(10))
    await asyncio.sleep(0)
    await place.due("c")
    assert not ending.done()
    place.slow.answer.set()
    await ending
    assert place.slow.done == ["a", "b"]
    assert await place.waiting() == ["c"]
    await place.work.finish(10)  # twice is once


async def test_what_does_not_end_is_cut_and_comes_due_again(place: Place) -> None:
    await place.due("a")
    place.work.begin()
    await place.slow.asked.wait()
    began = time.monotonic()
    await place.work.finish(0)
    assert time.monotonic() - began < 5
    assert place.slow.done == []
    assert await place.waiting() == ["a"]


async def test_whoever_cannot_wait_cuts_it_at_once(place: Place) -> None:
    await place.due("a")
    place.work.begin()
    await place.slow.asked.wait()
    ending = asyncio.create_task(place.work.finish(60))
    await asyncio.sleep(0)
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


async def test_work_that_waits_for_nothing_ends_at_once(place: Place) -> None:
    place.work.begin()
    await asyncio.sleep(0)
    began = time.monotonic()
    await place.work.finish(60)
    assert time.monotonic() - began < 5


async def test_a_bug_does_not_stop_what_comes_later(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep, broken = place.work.worker.sweep, asyncio.Event()

    async def breaks_once() -> int:
        if not broken.is_set():
            broken.set()
            raise ZeroDivisionError
        return await sweep()

    monkeypatch.setattr(app, "AFTER_BUG_SECONDS", 0)
    monkeypatch.setattr(place.work.worker, "sweep", breaks_once)
    place.slow.answer.set()
    await place.due("a")
    with capture_logs() as logs:
        place.work.begin()
        async with asyncio.timeout(10):
            await place.slow.asked.wait()
        await place.work.finish(10)
    assert place.slow.done == ["a"]
    assert [(line["event"], line["what"]) for line in logs] == [("work broke off, and begins again", "due jobs")]
