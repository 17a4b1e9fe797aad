"""A merchant who also sets cards up, and whose payers open pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from finsecure_server.pages import api as pages_api
from finsecure_server.payments import setup_api, setup_store, setup_types
from finsecure_server.storage.database import Database
from tests.world import World, open_world


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> World:
    """On each engine in turn."""
    return await open_world(
        database,
        tmp_path,
        routes=(*setup_api.ROUTES, *pages_api.ROUTES),
        expands=setup_types.EXPANDS,
        loaders={"setup_attempt": setup_store.load_attempt, "setup_intent": setup_store.load},
    )
