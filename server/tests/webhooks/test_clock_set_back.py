"""The clock is set back by an hour while deliveries go out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from finsecure_server.storage.database import Database
from finsecure_server.webhooks import delivery_api
from tests.edge import SECOND
from tests.receiver import Receiver, receiving
from tests.webhooks.test_sender import HOUR, customer, endpoint
from tests.world import World, open_world


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


async def test_a_worker_that_died_before_the_clock_was_set_back_delays_nobody(world: World, receiver: Receiver) -> None:
    """Its lease ends in an hour, by today's clock."""
    await endpoint(world, receiver)
    await customer(world)
    await world.sender.settle()
    assert len(receiver.got) == 1
    world.wall -= HOUR * SECOND
    await customer(world)
    await world.another_sender("the other").settle()
    assert len(receiver.got) == 2


async def test_a_running_sender_goes_on_when_the_clock_is_set_back(world: World, receiver: Receiver) -> None:
    """Nobody tells it of what another process has written; it looks every few seconds, whatever the clock says."""
    await endpoint(world, receiver)
    await customer(world)
    task = asyncio.create_task(world.sender.run())  # it is told of nothing
    await receiver.until(lambda: len(receiver.got) == 1)
    world.wall -= HOUR * SECOND
    await customer(world)
    for _ in range(300):
        if len(receiver.got) == 2:
            break
        world.wall += SECOND // 10
        await asyncio.sleep(0.1)
    assert len(receiver.got) == 2
    await world.sender.stop(5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
