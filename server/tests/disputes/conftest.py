"""A merchant's world with payers who dispute."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from finsecure_server.diagnostics.verify import verify
from finsecure_server.disputes import api, jobs, store, types
from finsecure_server.refunds import api as refunds_api
from finsecure_server.refunds import jobs as refunds_jobs
from finsecure_server.storage.database import Database
from tests.world import World, open_world


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A world on each engine in turn. Whatever a test does to it, every invariant holds at the end."""
    world = await open_world(
        database,
        tmp_path,
        routes=(*refunds_api.ROUTES, *api.ROUTES),
        jobs={**refunds_jobs.JOBS, **jobs.JOBS},
        expands=types.EXPANDS,
        loaders={"dispute": store.load},
    )
    yield world
    report = await verify(world.db, wall_us=world.wall)
    assert report.clean, report.text()
