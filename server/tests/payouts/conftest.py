"""A merchant's world with a bank, and money to send there."""

from __future__ import annotations

from pathlib import Path

import pytest

from finsecure_server.payouts import api, jobs, store, types
from finsecure_server.refunds import api as refunds_api
from finsecure_server.refunds import jobs as refunds_jobs
from finsecure_server.storage.database import Database
from tests.world import World, open_world


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> World:
    """A world on each engine in turn, with $19.12 available."""
    world = await open_world(
        database,
        tmp_path,
        routes=(*api.ROUTES, *refunds_api.ROUTES),
        jobs={**jobs.JOBS, **refunds_jobs.JOBS},
        expands=types.EXPANDS,
        loaders={"payout": store.load},
    )
    await world.pay(2000, "pm_card_bypassPending")
    await world.pass_time(1)
    assert await world.balance() == {"available": 1912, "pending": 0, "debt": 0}
    return world
