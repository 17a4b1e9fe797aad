"""Real databases for every test that asks for one: fresh, migrated, and on both engines where it says `database`."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Protocol

import pytest
import redis

from finsecure_server.storage import migrate, urls
from finsecure_server.storage.database import Database
from finsecure_server.storage.engines import open_database
from tests import servers

T0 = 1_700_000_000_000_000  # when a test's database was made: wall clock, microseconds


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what did not run: only tests in a browser may be left out, where there is none."""
    left_out = terminalreporter.stats.get("skipped", [])
    if left_out:
        why = {str(report.longrepr[2]).removeprefix("Skipped: ") for report in left_out}
        terminalreporter.section("NOT EVERYTHING WAS TESTED", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{len(left_out)} tests of pages in a browser did not run. " + " ".join(sorted(why)), red=True
        )


class Databases(Protocol):
    """Makes databases of one engine; they are gone after the test."""

    def empty(self) -> str:
        """The URL of one without a table."""
        ...

    def fresh(self) -> str:
        """The URL of one with our schema and no row."""
        ...


class SqliteDatabases:
    def __init__(self, folder: Path, template: Path) -> None:
        self._paths = (folder / f"finsecure{number}.db" for number in itertools.count())
        self._template = template

    def empty(self) -> str:
        return urls.sqlite_url(next(self._paths))  # the file is not there yet

    def fresh(self) -> str:
        path = next(self._paths)
        shutil.copyfile(self._template, path)
        return urls.sqlite_url(path)


class PostgresDatabases:
    def __init__(self, server: str, names: Iterator[str], template: str) -> None:
        self._server = server
        self._names = names
        self._template = template
        self._made: list[str] = []

    def empty(self) -> str:
        return self._make("template0")

    def fresh(self) -> str:
        return self._make(self._template)

    def _make(self, template: str) -> str:
        self._made.append(next(self._names))
        return servers.make_database(self._server, self._made[-1], template)

    def drop(self) -> None:
        for name in self._made:
            servers.drop_database(self._server, name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate.up(urls.sqlite_url(path), T0)
    return path


@pytest.fixture(scope="session")
def postgres_server(testrun_uid: str) -> Iterator[str]:
    """The URL of a PostgreSQL server's maintenance database; all workers of a run share the server."""
    with servers.postgres(testrun_uid[:12]) as url:
        yield url


@pytest.fixture(scope="session")
def names(worker_id: str) -> Iterator[str]:
    """Names of databases that no other worker gives."""
    return (f"test_{worker_id}_{number}" for number in itertools.count())


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, names: Iterator[str]) -> str:
    """The name of a migrated database to copy."""
    name = next(names)
    migrate.up(servers.make_database(postgres_server, name), T0)
    return name


@pytest.fixture
def sqlite_databases(tmp_path: Path, sqlite_template: Path) -> SqliteDatabases:
    return SqliteDatabases(tmp_path, sqlite_template)


@pytest.fixture
def postgres_databases(
    postgres_server: str, names: Iterator[str], postgres_template: str
) -> Iterator[PostgresDatabases]:
    databases = PostgresDatabases(postgres_server, names, postgres_template)
    yield databases
    databases.drop()


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Databases of each engine in turn."""
    made: Databases = request.getfixturevalue(
        {"sqlite": "sqlite_databases", "postgresql": "postgres_databases"}[request.param]
    )
    return made


@pytest.fixture
def sqlite_url(sqlite_databases: Databases) -> str:
    """A fresh SQLite database with our schema."""
    return sqlite_databases.fresh()


@pytest.fixture
def postgres_url(postgres_databases: Databases) -> str:
    """A fresh PostgreSQL database with our schema."""
    return postgres_databases.fresh()


@pytest.fixture
def database_url(databases: Databases) -> str:
    """A fresh database with our schema, on each engine in turn."""
    return databases.fresh()


@pytest.fixture
def empty_url(databases: Databases) -> str:
    """A database without a table, on each engine in turn."""
    return databases.empty()


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
