"""Real databases for every test that asks for one: fresh, migrated, and on both engines where it says `database`."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from finsecure_server.storage import migrate
from finsecure_server.storage.database import Database
from finsecure_server.storage.engines import open_database
from finsecure_server.storage.urls import sqlite_path, sqlite_url
from tests import servers

T0 = 1_700_000_000_000_000  # the wall clock of tests, microseconds
ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_server(testrun_uid: str) -> Iterator[str]:
    """The URL of a PostgreSQL server's maintenance database; all workers of a run share the server."""
    with servers.postgres(testrun_uid[:12]) as url:
        yield url


@pytest.fixture(scope="session")
def names(worker_id: str) -> Iterator[str]:
    """Names that no other worker gives."""
    return (f"test_{worker_id}_{number}" for number in itertools.count())


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, worker_id: str) -> str:
    """The name of a migrated database to copy."""
    name = f"template_{worker_id}"
    migrate.up(servers.make_database(postgres_server, name), T0)
    return name


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str, names: Iterator[str]) -> Iterator[str]:
    """A fresh PostgreSQL database with our schema."""
    name = next(names)
    yield servers.make_database(postgres_server, name, postgres_template)
    servers.drop_database(postgres_server, name)


@pytest.fixture
def empty_postgres_url(postgres_server: str, names: Iterator[str]) -> Iterator[str]:
    """A fresh PostgreSQL database without a table."""
    name = next(names)
    yield servers.make_database(postgres_server, name)
    servers.drop_database(postgres_server, name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate.up(sqlite_url(path), T0)
    return path


@pytest.fixture
def sqlite_url_(sqlite_template: Path, empty_sqlite_url: str) -> str:
    """A fresh SQLite database with our schema."""
    shutil.copyfile(sqlite_template, sqlite_path(empty_sqlite_url))
    return empty_sqlite_url


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite database that is not there yet."""
    return sqlite_url(tmp_path / "finsecure.db")


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with our schema, on each engine in turn."""
    url: str = request.getfixturevalue({"sqlite": "sqlite_url_", "postgresql": "postgres_url"}[request.param])
    return url


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest) -> str:
    """A database without a table, on each engine in turn."""
    url: str = request.getfixturevalue(
        {"sqlite": "empty_sqlite_url", "postgresql": "empty_postgres_url"}[request.param]
    )
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database, on each engine in turn."""
    database = open_database(database_url)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """The URL of a Valkey server of this worker."""
    with servers.valkey() as url:
        yield url


@pytest.fixture
def valkey_url(valkey_server: str) -> str:
    """The URL of an empty Valkey."""
    with redis.Redis.from_url(valkey_server) as client:
        client.flushall()
    return valkey_server
