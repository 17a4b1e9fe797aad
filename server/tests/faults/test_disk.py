"""The disk is full: nobody is told that a payment succeeded which is not there, and it mends itself."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from finsecure_server.storage.database import Tx, Unavailable
from finsecure_server.storage.sqlite import SqliteDatabase


@pytest.fixture
async def small(sqlite_url: str) -> AsyncIterator[SqliteDatabase]:
    """A database that may not grow beyond a few pages more than it has."""
    database = SqliteDatabase(sqlite_url.removeprefix("sqlite://"))
    pages = database._conn.execute("PRAGMA page_count").fetchone()[0]
    database._conn.execute(f"PRAGMA max_page_count = {pages + 20}")
    yield database
    await database.close()


def _note(tx: Tx, number: int) -> None:
    row = {"id": f"acct_{number}", "created_us": 0, "clock_offset_us": 0, "clock_moved_us": 0, "doc": "x" * 3000}
    tx.append("accounts", row)


async def test_a_write_that_does_not_fit_is_refused_and_leaves_nothing(small: SqliteDatabase) -> None:
    written = [small.write(partial(_note, number=number)) for number in range(200)]
    ends = await asyncio.gather(*written, return_exceptions=True)
    refused = [end for end in ends if end is not None]
    assert refused
    assert all(isinstance(end, Unavailable) and "full" in str(end) for end in refused)
    done = len(ends) - len(refused)
    assert done > 0
    count = await small.read(lambda reader: reader.one("SELECT COUNT(*) AS n FROM accounts"))
    assert count is not None
    assert count["n"] == done
    small._conn.execute("PRAGMA max_page_count = 100000")
    await small.write(partial(_note, number=5000))
    with sqlite3.connect(Path(small.path)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
