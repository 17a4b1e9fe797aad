"""SQLite when it goes wrong: somebody else holds the file, the disk is full, the process is killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from finsecure_server.storage import sqlite
from finsecure_server.storage.database import Overloaded, Reader, Tx, Unavailable
from finsecure_server.storage.sqlite import SqliteDatabase
from finsecure_server.storage.urls import sqlite_path

SEED = "INSERT INTO accounts (id, created_us, clock_offset_us, clock_moved_us, doc) VALUES (:id, 0, 0, 0, :doc)"
COUNT = "SELECT COUNT(*) AS n FROM accounts"


@pytest.fixture
async def database(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SqliteDatabase]:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 100)
    database = SqliteDatabase(sqlite_path(sqlite_url))
    yield database
    await database.close()


@pytest.fixture
def other(sqlite_url: str) -> Iterator[sqlite3.Connection]:
    """Somebody else with the same file."""
    with contextlib.closing(sqlite3.connect(sqlite_path(sqlite_url), isolation_level=None)) as conn:
        yield conn


def add(name: str, doc: str = "") -> Callable[[Tx], int]:
    return lambda tx: tx.run(SEED, id=name, doc=doc)


def count(reader: Reader) -> int:
    row = reader.one(COUNT)
    assert row is not None
    return int(row["n"])


async def test_every_commit_is_on_disk(database: SqliteDatabase) -> None:
    def look(tx: Tx) -> list[object]:
        return [row[column] for column in ("journal_mode", "synchronous") if (row := tx.one(f"PRAGMA {column}"))]

    assert await database.write(look) == ["wal", 2]  # 2 is FULL


async def test_everybody_who_waits_for_a_held_file_waits_once(
    database: SqliteDatabase, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    tries = [database.write(add(f"acct_{number}")) for number in range(8)]
    refusals = await asyncio.wait_for(asyncio.gather(*tries, return_exceptions=True), 4)
    assert all(isinstance(refusal, Unavailable) for refusal in refusals)
    other.execute("ROLLBACK")
    assert await database.read(count) == 0


async def test_a_file_that_somebody_else_holds_is_unavailable_until_they_let_go(
    database: SqliteDatabase, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"):
        await database.write(add("acct_1"))
    assert await database.read(count) == 0  # reading goes on
    other.execute("ROLLBACK")
    assert await database.write(add("acct_1")) == 1
    assert await database.read(count) == 1


async def test_a_full_disk_fails_what_does_not_fit_and_heals(database: SqliteDatabase) -> None:
    def limit(pages: int) -> Callable[[Tx], object]:
        return lambda tx: tx.one(f"PRAGMA max_page_count = {pages}")

    def pages(tx: Tx) -> int:
        row = tx.one("PRAGMA page_count")
        assert row is not None
        return int(row["page_count"])

    await database.write(limit(await database.write(pages) + 3))
    big = "x" * 100_000
    results = await asyncio.gather(
        *(database.write(add(f"acct_{n}", big if n == 5 else "")) for n in range(10)), return_exceptions=True
    )
    assert [n for n, result in enumerate(results) if isinstance(result, Unavailable)] == [5]
    assert await database.read(count) == 9
    await database.write(limit(2**30))
    assert await database.write(add("acct_5", big)) == 1


async def test_the_log_is_copied_back_and_stays_bounded(
    database: SqliteDatabase, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "CHECKPOINT_BYTES", 200_000)
    monkeypatch.setattr(sqlite, "RESTART_BYTES", 400_000)
    log = Path(f"{sqlite_path(sqlite_url)}-wal")
    for number in range(300):
        await database.write(add(f"acct_{number}", "x" * 10_000))
    size = await asyncio.to_thread(log.stat)
    assert size.st_size < 1_000_000  # 300 documents are three times that


async def test_more_work_than_may_wait_is_turned_away(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "WAITING_MAX", 3)
    results = await asyncio.gather(*(database.write(add(f"acct_{n}")) for n in range(200)), return_exceptions=True)
    turned_away = [result for result in results if isinstance(result, Overloaded)]
    assert turned_away
    assert await database.read(count) == 200 - len(turned_away)


KILLED = """
import asyncio, sys
from finsecure_server.storage.sqlite import SqliteDatabase

async def main():
    database = SqliteDatabase(sys.argv[1])
    async def client(name):
        for number in range(100_000):
            await database.write(lambda tx: tx.run(
                "INSERT INTO accounts (id, created_us, clock_offset_us, clock_moved_us, doc) VALUES (:id, 0, 0, 0, '')",
                id=f"{name}_{number}"))
            print(f"{name}_{number}", flush=True)
    await asyncio.gather(*(client(f"c{n}") for n in range(8)))

asyncio.run(main())
"""


async def test_what_was_acknowledged_survives_a_kill(sqlite_url: str) -> None:
    command = [sys.executable, "-c", KILLED, str(sqlite_path(sqlite_url))]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: ASYNC220  killed
        assert process.stdout is not None
        acknowledged = [process.stdout.readline().strip() for _ in range(200)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [line.strip() for line in process.stdout if line.endswith("\n")]
    database = SqliteDatabase(sqlite_path(sqlite_url))
    there = {row["id"] for row in await database.read(lambda reader: reader.all("SELECT id FROM accounts"))}
    assert set(acknowledged) <= there
    check = await database.read(lambda reader: reader.all("PRAGMA integrity_check"))
    assert [row["integrity_check"] for row in check] == ["ok"]
    await database.close()


def test_who_comes_to_a_new_file_at_once_waits_for_the_others(tmp_path: Path) -> None:
    """SQLite does not wait by itself for the lock under which a new file gets its log."""
    for number in range(30):
        ready = threading.Barrier(8)
        modes: list[str] = []

        def come(path: str = str(tmp_path / f"{number}.db"), ready: threading.Barrier = ready) -> None:
            ready.wait(10)
            with contextlib.closing(sqlite.connect(path, writer=True)) as conn:
                modes.append(conn.execute("PRAGMA journal_mode").fetchone()[0])  # noqa: B023  joined below

        threads = [threading.Thread(target=come) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert modes == ["wal"] * 8
