"""A merchant's world that refunds."""

from __future__ import annotations

from pathlib import Path

import pytest

from finsecure_server.refunds import api, jobs, store, types
from finsecure_server.storage.database import Database
from tests.world import World, open_world


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> World:
    """A world on each engine in turn."""
    return await open_world(
        database, tmp_path, routes=api.ROUTES, jobs=jobs.JOBS, expands=types.EXPANDS, loaders={"refund": store.load}
    )
