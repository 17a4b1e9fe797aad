"""Whether writes can be made, on real engines: full, locked, gone, damaged, away, and well again."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from finsecure_server.storage import migrate, pulse, sqlite
from finsecure_server.storage.database import Database, Reader, Tx, Unavailable
from finsecure_server.storage.engines import open_database
from finsecure_server.storage.sqlite import SqliteDatabase
from finsecure_server.storage.troubles import Trouble, of_sqlite, of_sqlstate
from finsecure_server.storage.urls import is_postgres, sqlite_path
from tests import servers

SEED: Final = "INSERT INTO accounts (id, created_us, clock_offset_us, clock_moved_us, doc) VALUES (:id, 0, 0, 0, :doc)"
PAGES: Final = "PRAGMA page_count"
BYTES: Final = """
SELECT SUM(pg_total_relation_size(oid)) AS page_count FROM pg_class WHERE relkind = 'r' AND relnamespace >= 2200
"""
FLUSHED: Final = "SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn AS bytes"
SPILLED: Final = "SELECT temp_bytes AS bytes FROM pg_stat_database WHERE datname = current_database()"


@pytest.fixture
async def file(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SqliteDatabase]:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 100)
    database = SqliteDatabase(sqlite_path(sqlite_url))
    yield database
    await database.close()


def add(name: str, doc: str = "") -> Callable[[Tx], int]:
    return lambda tx: tx.run(SEED, id=name, doc=doc)


async def trouble_of(awaited: Awaitable[Any]) -> Trouble | None:
    """Why something cannot be done; None when it can."""
    try:
        await awaited
    except Unavailable as error:
        return error.trouble
    return None


async def until(database: Database, *wanted: Trouble | None) -> None:
    """Ask, as a load balancer does, until one of these is the answer."""
    for _ in range(600):
        if await trouble_of(database.check_writable()) in wanted:
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"it was never {wanted}")


def away(path: Path) -> Path:
    """Move a file, and say where it is now."""
    return path.rename(path.with_name("away.db"))


def damage(path: Path) -> None:
    """Write nonsense over all of a database but its first page."""
    size = path.stat().st_size
    with path.open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xff" * (size - 4096))


# -- a database that is well -------------------------------------------------------------------------------------------


async def test_nothing_stays_of_a_trial(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "FRESH_S", 0.0)
    monkeypatch.setattr(pulse, "TRIAL_EVERY_S", 0.0)
    await database.check_writable()
    before = await database.read(_size)
    for _ in range(50):
        await database.check_writable()
    assert await database.read(_size) == before


def _size(reader: Reader) -> int:
    """Of all that is kept: pages of the file, or bytes of the tables, their indexes and what they put aside."""
    row = reader.one(PAGES if isinstance(reader, sqlite.SqliteTx) else BYTES)
    assert row is not None
    return int(row["page_count"])


async def test_real_writes_are_the_proof(database: Database) -> None:
    engine = cast("Any", database)
    engine._pulse._trial = _never
    await database.write(add("acct_1"))
    await database.check_writable()
    engine._pulse._wrote_at = float("-inf")
    row = {"id": "acct_2", "created_us": 0, "clock_offset_us": 0, "clock_moved_us": 0, "doc": ""}
    await database.write(lambda tx: tx.append("accounts", row))
    await database.check_writable()


async def test_what_writes_nothing_proves_nothing(database: Database) -> None:
    engine = cast("Any", database)
    engine._pulse._trial = _never
    await database.write(lambda tx: tx.one("SELECT 1 AS one"))
    await database.write(lambda tx: tx.run("UPDATE accounts SET doc = '' WHERE id = 'acct_none'"))
    with pytest.raises(Unavailable):
        await database.check_writable()


async def _never() -> None:
    raise Unavailable("a trial was made")


async def test_a_trial_reaches_the_disk(database: Database) -> None:
    before = await database.read(_logged)
    await database.check_writable()
    assert await database.read(_logged) > before
    if is_postgres(database.url):
        for _ in range(300):  # a connection tells when it has ended another transaction a second later
            await asyncio.gather(*(database.write(lambda tx: tx.one("SELECT 1 AS one")) for _ in range(16)))
            found = await database.read(lambda reader: reader.one(SPILLED))
            if found is not None and found["bytes"] > 200_000:
                return
            await asyncio.sleep(0.1)
        pytest.fail("nothing went onto the disk of the tables")


def _logged(reader: Reader) -> int:
    """How long the log is."""
    if isinstance(reader, sqlite.SqliteTx):
        (file,) = reader._conn.execute("PRAGMA database_list").fetchall()
        return Path(file["file"] + "-wal").stat().st_size
    row = reader.one(FLUSHED)
    assert row is not None
    return int(row["bytes"])


# -- SQLite in trouble -------------------------------------------------------------------------------------------------


async def test_a_full_disk(file: SqliteDatabase) -> None:
    await file.write(add("acct_0"))
    pages = file._conn.execute(PAGES).fetchone()[0]
    file._conn.execute(f"PRAGMA max_page_count = {pages + 20}")
    filling = [file.write(add(f"acct_{number}", "x" * 3000)) for number in range(1, 100)]
    ends = await asyncio.gather(*map(trouble_of, filling))
    assert Trouble.DISK_FULL in ends
    await until(file, Trouble.DISK_FULL)
    assert await trouble_of(file.write(add("acct_a"))) in {None, Trouble.DISK_FULL}  # what is small may fit
    assert await trouble_of(file.check_writable()) is Trouble.DISK_FULL
    file._conn.execute("PRAGMA max_page_count = 1000000")
    await until(file, None)
    assert await file.write(add("acct_b", "x" * 3000)) == 1


async def test_a_file_that_another_program_holds(file: SqliteDatabase) -> None:
    with contextlib.closing(sqlite3.connect(file.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await until(file, Trouble.LOCKED)
        other.execute("ROLLBACK")
        await until(file, None)


async def test_a_file_that_was_moved_takes_no_writes_until_it_is_back(file: SqliteDatabase) -> None:
    """They would go into a file that no one can open again."""
    await file.write(add("acct_1"))
    path = Path(file.path)
    moved = away(path)
    assert await trouble_of(file.write(add("acct_2"))) is Trouble.FILE_MISSING
    await until(file, Trouble.FILE_MISSING)
    migrate.up(file.url, 0)  # another one in its place is not it
    assert await trouble_of(file.write(add("acct_2"))) is Trouble.FILE_MISSING
    moved.replace(path)
    assert await file.write(add("acct_2")) == 1
    await until(file, None)


async def test_a_file_that_is_damaged_is_no_mistake_of_a_caller(sqlite_url: str) -> None:
    path = sqlite_path(sqlite_url)
    database = SqliteDatabase(path)
    damage(path)
    try:
        assert await trouble_of(database.read(lambda reader: reader.all("SELECT * FROM accounts"))) is Trouble.DAMAGED
        assert await trouble_of(database.write(add("acct_1"))) is Trouble.DAMAGED
    finally:
        await database.close()


async def test_a_value_that_no_column_takes_stops_nobody_else(database: Database) -> None:
    """It shows only as the batch is written, and must be the guilty op's alone to hear."""

    def too_large(tx: Tx) -> None:
        row = {"id": "acct_big", "created_us": 1 << 80, "clock_offset_us": 0, "clock_moved_us": 0, "doc": ""}
        tx.append("accounts", row)

    def no_text(tx: Tx) -> None:
        row = {"id": "acct_odd", "created_us": 0, "clock_offset_us": 0, "clock_moved_us": 0, "doc": "\ud800"}
        tx.append("accounts", row)

    ops = [add("acct_1"), too_large, add("acct_2"), no_text, add("acct_3")]
    async with asyncio.timeout(30):
        ends = await asyncio.gather(*(database.write(op) for op in ops), return_exceptions=True)
    assert [isinstance(end, Exception) for end in ends] == [False, True, False, True, False]
    assert await database.write(add("acct_4")) == 1


def test_what_sqlite_calls_its_troubles() -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as conn:
        with pytest.raises(sqlite3.OperationalError) as unknown:
            conn.execute("SELECT * FROM nothing")
        assert of_sqlite(unknown.value) is Trouble.OTHER
        conn.execute("CREATE TABLE t (x INTEGER NOT NULL)")
        with pytest.raises(sqlite3.IntegrityError) as broken:
            conn.execute("INSERT INTO t VALUES (NULL)")
        assert of_sqlite(broken.value) is None
        conn.execute("PRAGMA query_only = ON")
        with pytest.raises(sqlite3.OperationalError) as only:
            conn.execute("INSERT INTO t VALUES (1)")
        assert of_sqlite(only.value) is Trouble.READ_ONLY
    assert of_sqlite(ValueError()) is None


# -- PostgreSQL in trouble ---------------------------------------------------------------------------------------------


async def test_a_postgresql_that_is_away_and_comes_back(postgres_server: str, postgres_url: str) -> None:
    database = open_database(postgres_url)
    name = urlsplit(postgres_url).path[1:]
    allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        await until(database, None)
        admin.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        assert await trouble_of(database.write(add("acct_1"))) is Trouble.UNREACHABLE
        await until(database, Trouble.UNREACHABLE)
        admin.execute(allow.format(sql.Identifier(name), sql.SQL("true")))
        await until(database, None)
    assert await database.write(add("acct_1")) == 1
    await database.close()


async def test_a_postgresql_that_is_a_replica_now(testrun_uid: str, worker_id: str) -> None:
    """It reads and takes no writes; a connection that wants the primary finds none."""
    with servers.postgres(f"replica-{worker_id}-{testrun_uid[:8]}") as url:
        database = open_database(url)
        await until(database, None)
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("ALTER SYSTEM SET default_transaction_read_only = on")
            admin.execute("SELECT pg_reload_conf()")
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        await until(database, Trouble.READ_ONLY, Trouble.UNREACHABLE, Trouble.NO_ANSWER)
        with psycopg.connect(url, autocommit=True, options="-c default_transaction_read_only=off") as admin:
            admin.execute("ALTER SYSTEM RESET default_transaction_read_only")
            admin.execute("SELECT pg_reload_conf()")
        await until(database, None)
        await database.close()


@pytest.mark.parametrize(
    ("state", "trouble"),
    [
        (None, Trouble.UNREACHABLE),
        ("08006", Trouble.UNREACHABLE),
        ("57P03", Trouble.UNREACHABLE),
        ("57014", Trouble.NO_ANSWER),
        ("53100", Trouble.DISK_FULL),
        ("25006", Trouble.READ_ONLY),
        ("58030", Trouble.IO_ERROR),
        ("53200", Trouble.OTHER),
    ],
)
def test_what_postgresql_calls_its_troubles(state: str | None, trouble: Trouble) -> None:
    assert of_sqlstate(state) is trouble
