"""What has no business with the engine is tested on one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from finsecure_server.storage.database import Database
from finsecure_server.storage.engines import open_database


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    """An open SQLite database."""
    database = open_database(sqlite_url)
    yield database
    await database.close()
