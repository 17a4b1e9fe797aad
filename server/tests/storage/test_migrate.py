"""Migrations: what is applied, what is refused, and what happens when two servers start at once."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from finsecure_server.storage import migrate
from finsecure_server.storage.admin import Unfit
from finsecure_server.storage.postgres_admin import ADVISORY_LOCK
from finsecure_server.storage.urls import is_postgres, sqlite_path
from tests.conftest import Databases
from tests.storage.shapes import shape

T0 = 1_700_000_000_000_000
FILES = {
    "0001_pre_initial.sql": migrate.FOLDER.joinpath("0001_pre_initial.sql").read_text(),
    "0002_pre_colour.sql": "-- what the new program needs\nALTER TABLE accounts ADD COLUMN colour TEXT;\n",
    "0003_post_shade.sql": "CREATE TABLE shades (id TEXT PRIMARY KEY);\nDROP INDEX due_when;\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three migrations, as a later release would have them."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for name, text in FILES.items():
        folder.joinpath(name).write_text(text)
    return folder


def execute(url: str, statement: str) -> None:
    """Somebody else changes the database."""
    if is_postgres(url):
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute(statement.encode())
    else:
        with contextlib.closing(sqlite3.connect(sqlite_path(url), isolation_level=None)) as file:
            file.execute(statement)


def test_an_empty_database_is_brought_to_the_newest_schema(empty_url: str) -> None:
    assert [state.applied_us for state in migrate.status(empty_url)] == [None]
    planned = migrate.plan(empty_url)
    assert [(step.number, step.phase, step.name) for step in planned] == [(1, "pre", "0001_pre_initial")]
    assert migrate.up(empty_url, T0) == planned
    assert [state.applied_us for state in migrate.status(empty_url)] == [T0]
    assert migrate.plan(empty_url) == migrate.up(empty_url, T0 + 1) == []
    assert "payment_intents" in shape(empty_url)


def test_looking_changes_nothing(empty_url: str) -> None:
    migrate.status(empty_url)
    migrate.plan(empty_url)
    if not is_postgres(empty_url):
        assert not sqlite_path(empty_url).exists()
    else:
        assert shape(empty_url) == {}


def test_a_plan_shows_what_that_engine_would_run(empty_url: str) -> None:
    (step,) = migrate.plan(empty_url)
    assert ("livemode BIGINT NOT NULL" in step.script) == is_postgres(empty_url)
    assert (") WITHOUT ROWID;" in step.script) != is_postgres(empty_url)


def test_only_what_is_missing_is_applied(database_url: str, folder: Path) -> None:
    assert [step.name for step in migrate.plan(database_url, folder=folder)] == ["0002_pre_colour", "0003_post_shade"]
    assert [step.number for step in migrate.up(database_url, T0 + 5, folder=folder)] == [2, 3]
    assert [state.applied_us for state in migrate.status(database_url, folder=folder)] == [T0, T0 + 5, T0 + 5]
    found = shape(database_url)
    assert "colour" in found["accounts"]["columns"]
    assert "shades" in found
    assert not [index for index in found["due"]["indexes"] if "due_when" in index]


def test_a_migration_that_fails_leaves_nothing_of_itself(empty_url: str, folder: Path) -> None:
    folder.joinpath("0003_post_shade.sql").write_text("CREATE TABLE shades (id TEXT);\nDROP INDEX no_such_index;\n")
    with pytest.raises((Unfit, psycopg.Error), match="no_such_index"):
        migrate.up(empty_url, T0, folder=folder)
    assert "shades" not in shape(empty_url)
    assert [state.applied_us for state in migrate.status(empty_url, folder=folder)] == [T0, T0, None]
    folder.joinpath("0003_post_shade.sql").write_text(FILES["0003_post_shade.sql"])
    assert [step.number for step in migrate.up(empty_url, T0, folder=folder)] == [3]


def refused(url: str, why: str, **options: Path) -> None:
    calls: list[Callable[[], object]] = [
        lambda: migrate.status(url, **options),
        lambda: migrate.plan(url, **options),
        lambda: migrate.up(url, T0, **options),
    ]
    before = shape(url)
    for call in calls:
        with pytest.raises(Unfit, match=why):
            call()
    assert shape(url) == before


def test_a_database_newer_than_the_program_is_refused(empty_url: str, folder: Path) -> None:
    migrate.up(empty_url, T0, folder=folder)
    refused(empty_url, "newer than this program: it has 0002_pre_colour")


def test_a_migration_with_another_content_is_refused(database_url: str, folder: Path) -> None:
    folder.joinpath("0001_pre_initial.sql").write_text(FILES["0001_pre_initial.sql"] + "-- one more word\n")
    refused(database_url, "another content", folder=folder)


def test_a_gap_is_refused(empty_url: str, folder: Path) -> None:
    migrate.up(empty_url, T0, folder=folder)
    execute(empty_url, "DELETE FROM schema_migrations WHERE number = 2")
    refused(empty_url, "migration 2 is missing", folder=folder)


def test_somebody_elses_database_is_refused(empty_url: str) -> None:
    execute(empty_url, "CREATE TABLE recipes (id INTEGER)")
    refused(empty_url, r"not FinSecure's: it holds tables \(recipes\)")


def test_a_file_that_is_no_database_is_refused(sqlite_url: str) -> None:
    sqlite_path(sqlite_url).write_bytes(b"Dear diary, " * 1000)
    with pytest.raises(Unfit, match="not a database"):
        migrate.up(sqlite_url, T0)


def test_a_server_that_is_not_there_is_said_so() -> None:
    with pytest.raises(Unfit, match="connection"):
        migrate.status("postgresql://x:hunter2@127.0.0.1:1/none?connect_timeout=1")


@pytest.mark.parametrize("name", ["0003_pre_gap.sql", "0002_mid_way.sql", "2_pre_short.sql", "0002_pre_UPPER.sql"])
def test_a_misnamed_migration_is_our_own_mistake(name: str, tmp_path: Path) -> None:
    tmp_path.joinpath("0001_pre_initial.sql").write_text("")
    tmp_path.joinpath(name).write_text("")
    with pytest.raises(AssertionError):
        migrate.status("sqlite:///none.db", folder=tmp_path)


def test_servers_that_start_at_once_migrate_once(empty_url: str, folder: Path) -> None:
    ready = threading.Barrier(4)
    applied: list[int] = []

    def start() -> None:
        ready.wait(10)
        applied.extend(step.number for step in migrate.up(empty_url, T0, folder=folder))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(applied) == [1, 2, 3]


def test_a_migration_waits_for_another_one_but_not_for_ever(
    postgres_databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("finsecure_server.storage.postgres_admin.ADVISORY_WAIT_MS", 100)
    url = postgres_databases.empty()
    with psycopg.connect(url) as conn:
        conn.execute("SELECT pg_advisory_lock(%s)", (ADVISORY_LOCK,))
        with pytest.raises(Unfit, match="somebody else"):
            migrate.up(url, T0)
        assert migrate.plan(url)  # to look, nobody need be waited for
    assert migrate.up(url, T0)


def test_a_table_that_is_in_use_is_waited_for_but_not_for_ever(
    postgres_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("finsecure_server.storage.postgres_admin.TABLE_WAIT_MS", 100)
    with psycopg.connect(postgres_url) as conn:
        conn.execute("SELECT 1 FROM accounts")
        with pytest.raises(Unfit, match="somebody else"):
            migrate.up(postgres_url, T0, folder=folder)
    assert len(migrate.up(postgres_url, T0, folder=folder)) == 2


def test_a_file_that_is_in_use_is_waited_for_but_not_for_ever(
    sqlite_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("finsecure_server.storage.sqlite.BUSY_TIMEOUT_MS", 100)
    with contextlib.closing(sqlite3.connect(sqlite_path(sqlite_url), isolation_level=None)) as conn:
        conn.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unfit, match="locked"):
            migrate.up(sqlite_url, T0, folder=folder)
        conn.execute("ROLLBACK")
    assert len(migrate.up(sqlite_url, T0, folder=folder)) == 2


def test_a_new_database_file_is_its_owners_alone(sqlite_databases: Databases) -> None:
    url = sqlite_databases.empty()
    migrate.up(url, T0)
    assert stat.S_IMODE(sqlite_path(url).stat().st_mode) == 0o600
