"""A busy database on each engine, made once. A test spoils it in a transaction that it takes back."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from finsecure_server.storage import urls
from finsecure_server.storage.database import Database, Tx
from finsecure_server.storage.engines import open_database
from tests import servers
from tests.diagnostics.busy import busy_world

_CHECKS = """
SELECT CAST(CAST(conrelid AS regclass) AS text) AS relation, conname FROM pg_constraint
WHERE contype = 'c' AND conrelid > 0"""


class Busy(NamedTuple):
    """A busy database: its URL, and the wall clock at which it stands."""

    url: str
    wall_us: int


class Spoilt(NamedTuple):
    """A busy database that is open."""

    db: Database
    wall_us: int
    engine: str


async def _make(url: str, folder: Path) -> Busy:
    db = open_database(url)
    world = await busy_world(db, folder)
    await db.close()
    return Busy(url, world.wall)


@pytest.fixture(scope="session")
def sqlite_busy(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Busy:
    """A busy database in a file."""
    folder = tmp_path_factory.mktemp("busy")
    shutil.copyfile(sqlite_template, folder / "busy.db")
    return asyncio.run(_make(urls.sqlite_url(folder / "busy.db"), folder))


@pytest.fixture(scope="session")
def postgres_busy(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: str, names: Iterator[str], postgres_template: str
) -> Busy:
    """A busy database in PostgreSQL."""
    url = servers.make_database(postgres_server, next(names), postgres_template)
    return asyncio.run(_make(url, tmp_path_factory.mktemp("busy")))


@pytest.fixture(params=["sqlite", "postgresql"])
def busy(request: pytest.FixtureRequest) -> Busy:
    """The busy database of each engine in turn."""
    made: Busy = request.getfixturevalue({"sqlite": "sqlite_busy", "postgresql": "postgres_busy"}[request.param])
    return made


@pytest.fixture
async def spoilt(busy: Busy) -> AsyncIterator[Spoilt]:
    """It, open. What is spoilt must be taken back."""
    db = open_database(busy.url)
    yield Spoilt(db, busy.wall_us, "postgresql" if urls.is_postgres(busy.url) else "sqlite")
    await db.close()


def unguard(tx: Tx, engine: str) -> None:
    """Let this connection write what a check forbids; on PostgreSQL until the transaction is rolled back."""
    if engine == "sqlite":
        tx.run("PRAGMA ignore_check_constraints = ON")
        return
    for row in tx.all(_CHECKS):
        tx.run(f'ALTER TABLE {row["relation"]} DROP CONSTRAINT "{row["conname"]}"')
