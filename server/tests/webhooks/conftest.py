"""A merchant whose events are looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from finsecure_server.storage.database import Database
from tests.world import World, open_world


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> World:
    """On each engine in turn."""
    return await open_world(database, tmp_path)
