"""A merchant's world with payers who dispute."""

from __future__ import annotations

from pathlib import Path

import pytest

from finsecure_server.disputes import api, jobs, store, types
from finsecure_server.refunds import api as refunds_api
from finsecure_server.refunds import jobs as refunds_jobs
from finsecure_server.storage.database import Database
from tests.world import World, open_world


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> World:
    """A world on each engine in turn."""
    return await open_world(
        database,
        tmp_path,
        routes=(*refunds_api.ROUTES, *api.ROUTES),
        jobs={**refunds_jobs.JOBS, **jobs.JOBS},
        expands=types.EXPANDS,
        loaders={"dispute": store.load},
    )
