"""Words: who hears what of which transaction, in this process and, on PostgreSQL, in others."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator

import psycopg
import pytest
from psycopg.errors import SerializationFailure
from structlog.testing import capture_logs

from finsecure_server.storage import postgres_words
from finsecure_server.storage.database import Database, Tx, Unavailable
from finsecure_server.storage.postgres import PostgresDatabase
from finsecure_server.storage.postgres_words import GATHER_S, PAYLOAD_BYTES_MAX, Gathered
from finsecure_server.storage.sqlite import SqliteDatabase
from finsecure_server.storage.urls import sqlite_path
from finsecure_server.storage.words import EVERYTHING
from tests.storage.ear import SECONDS_MAX, Ear

SEED = "INSERT INTO accounts (id, created_us, clock_offset_us, clock_moved_us, doc) VALUES (:id, 0, 0, 0, '')"
COUNT = "SELECT COUNT(*) AS n FROM accounts"
LINES = "FROM pg_stat_activity WHERE application_name = 'finsecure words' AND datname = current_database()"


def says(*words: str, account: str | None = None) -> Callable[[Tx], None]:
    def op(tx: Tx) -> None:
        if account is not None:
            tx.run(SEED, id=account)
        for word in words:
            tx.tell(word)

    return op


# -- both engines -----------------------------------------------------------------------------------------------------


async def test_everybody_who_listens_hears_what_was_committed(database: Database) -> None:
    first, second = Ear(database), Ear(database)
    await database.write(says("acct_1 0", "acct_2 1", "acct_1 0", account="acct_1"))
    for ear in (first, second):
        await ear.until(lambda: bool(ear.said))  # noqa: B023  called within the round
        assert ear.said == [{"acct_1 0", "acct_2 1"}]


async def test_a_word_is_heard_only_when_others_can_see_what_it_is_about(database: Database) -> None:
    seen: list[asyncio.Task[int]] = []

    async def look() -> int:
        row = await database.read(lambda reader: reader.one(COUNT))
        assert row is not None
        return int(row["n"])

    def hear(words: frozenset[str]) -> None:
        if words != {EVERYTHING}:
            seen.append(asyncio.create_task(look()))

    database.listen(hear)
    ear = Ear(database)
    await database.write(says("new", account="acct_1"))
    await ear.until(lambda: bool(ear.said))
    assert await asyncio.gather(*seen) == [1]


async def test_an_op_that_is_rolled_back_tells_nobody(database: Database) -> None:
    ear = Ear(database)

    def fails(tx: Tx) -> None:
        says("lost", account="acct_1")(tx)
        raise ZeroDivisionError

    def clashes(tx: Tx) -> None:  # shows only as it commits
        says("lost too")(tx)
        for _ in range(2):
            tx.later(SEED, id="acct_2")

    results = await asyncio.gather(
        database.write(says("before")), database.write(fails), database.write(clashes), database.write(says("after")),
        return_exceptions=True,
    )  # fmt: skip
    assert [isinstance(result, Exception) for result in results] == [False, True, True, False]
    await ear.until(lambda: len(ear.words) == 2)
    await database.write(says("last"))
    await ear.until(lambda: "last" in ear.words)
    assert ear.words == ["after", "before", "last"]


async def test_an_op_that_says_nothing_is_not_heard(database: Database) -> None:
    ear = Ear(database)
    await database.write(says(account="acct_1"))
    await database.write(says("end"))
    await ear.until(lambda: bool(ear.said))
    assert ear.said == [{"end"}]


@pytest.mark.parametrize("word", ["", "two\nlines"])
async def test_what_is_not_a_word_is_a_bug(word: str, database: Database) -> None:
    with pytest.raises(AssertionError):
        await database.write(says(word))


async def test_a_word_after_which_the_database_closes_is_still_heard(database: Database) -> None:
    ear = Ear(database)
    work = asyncio.ensure_future(database.write(says("last")))
    await asyncio.sleep(0)
    await database.close()
    await work
    await ear.until(lambda: bool(ear.said))
    assert ear.said == [{"last"}]


# -- SQLite -----------------------------------------------------------------------------------------------------------


async def held(database: SqliteDatabase) -> threading.Event:
    """Hold the writer, so that what comes next is one batch; set the event to let it go on."""
    go, begun = threading.Event(), threading.Event()

    def waits(_: Tx) -> None:
        begun.set()
        go.wait(SECONDS_MAX)

    database.write(waits)
    await asyncio.to_thread(begun.wait, SECONDS_MAX)
    return go


async def test_the_words_of_a_batch_come_together_and_each_once(sqlite_url: str) -> None:
    database = SqliteDatabase(sqlite_path(sqlite_url))
    ear = Ear(database)
    go = await held(database)
    work = [database.write(says("same", str(number % 3))) for number in range(12)]
    go.set()
    await asyncio.gather(*work)
    await ear.until(lambda: bool(ear.said))
    assert ear.said == [{"same", "0", "1", "2"}]
    await database.close()


async def test_ops_that_run_again_alone_are_heard_once(sqlite_url: str) -> None:
    database = SqliteDatabase(sqlite_path(sqlite_url))
    ear = Ear(database)
    runs: list[int] = []

    def good(number: int) -> Callable[[Tx], None]:
        def op(tx: Tx) -> None:
            runs.append(number)
            tx.tell(f"{number} run {runs.count(number)}")

        return op

    def guilty(tx: Tx) -> None:
        tx.tell("guilty")
        for _ in range(2):
            tx.later(SEED, id="acct_1")

    go = await held(database)
    work = [database.write(guilty if number == 2 else good(number)) for number in range(5)]
    go.set()
    results = await asyncio.gather(*work, return_exceptions=True)
    assert [isinstance(result, Exception) for result in results] == [False, False, True, False, False]
    assert sorted(runs) == [0, 0, 1, 1, 3, 3, 4, 4]
    await ear.until(lambda: bool(ear.said))
    assert ear.said == [{f"{number} run 2" for number in (0, 1, 3, 4)}]
    await database.close()


# -- PostgreSQL -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def here(postgres_url: str) -> AsyncIterator[PostgresDatabase]:
    database = PostgresDatabase(postgres_url, writers=2, readers=1)
    yield database
    await database.close()


@pytest.fixture
async def there(postgres_url: str) -> AsyncIterator[PostgresDatabase]:
    """Another process, as far as the server can tell."""
    database = PostgresDatabase(postgres_url, writers=2, readers=1)
    yield database
    await database.close()


@pytest.fixture
def admin(postgres_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres_url, autocommit=True) as conn:
        yield conn


def lines(admin: psycopg.Connection) -> int:
    return len(admin.execute(f"SELECT pid {LINES}").fetchall())


async def test_two_processes_hear_one_another_and_nobody_hears_twice(
    here: PostgresDatabase, there: PostgresDatabase
) -> None:
    ours, theirs = Ear(here), Ear(there)
    await ours.connected()
    await theirs.connected()
    await here.write(says("from here", "é"))
    await theirs.until(lambda: bool(theirs.said))
    await there.write(says("from there"))
    await ours.until(lambda: "from there" in ours.words)
    await theirs.until(lambda: "from there" in theirs.words)
    for ear in (ours, theirs):
        assert ear.said == [{"from here", "é"}, {"from there"}]


async def test_who_only_tells_is_heard_and_does_not_listen(
    here: PostgresDatabase, there: PostgresDatabase, admin: psycopg.Connection
) -> None:
    ear = Ear(here)
    await ear.connected()
    await there.write(says("new"))
    await ear.until(lambda: bool(ear.said))
    rows = admin.execute(f"SELECT query {LINES} ORDER BY query").fetchall()
    assert [row[0].partition(" ")[0] for row in rows] == ["LISTEN", "SELECT"]


async def test_nobody_pays_for_a_line_that_is_not_used(here: PostgresDatabase, admin: psycopg.Connection) -> None:
    await here.write(says(account="acct_1"))
    assert lines(admin) == 0
    assert not [thread for thread in threading.enumerate() if thread.name == "postgres-words"]
    ear = Ear(here)
    await ear.connected()
    assert lines(admin) == 1
    await here.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "postgres-words"]
    here.listen(lambda _: None)  # too late, and no harm


async def test_words_said_at_once_cross_together(here: PostgresDatabase, there: PostgresDatabase) -> None:
    ear = Ear(there)
    await ear.connected()
    began = time.monotonic()
    await asyncio.gather(*(here.write(says(f"acct_{number} 0", "same")) for number in range(60)))
    await ear.until(lambda: {f"acct_{number} 0" for number in range(60)} | {"same"} <= set(ear.words))
    assert len(ear.said) <= 3 + (time.monotonic() - began) / GATHER_S
    assert len(ear.said) < 30


async def test_more_words_than_fit_are_everything(here: PostgresDatabase, there: PostgresDatabase) -> None:
    ear, own = Ear(there), Ear(here)
    await ear.connected()
    await own.connected()
    await here.write(says(*(f"acct_{number:020} 0" for number in range(1_000))))
    await ear.connected(2)
    assert ear.said == []
    await own.until(lambda: len(own.words) == 1_000)  # nothing need be sent to be heard here


def test_what_waits_is_bounded_and_fits() -> None:
    gathered = Gathered()
    word = "é" * 49
    fits = [f"{number:04}{word}" for number in range(PAYLOAD_BYTES_MAX // 103)]
    gathered.add(fits)
    gathered.add(fits)  # said already
    assert gathered
    assert gathered.take() == set(fits)
    assert not gathered
    gathered.add([*fits, "one more of this length" * 5])
    gathered.add(["and another"])
    assert gathered.take() == {EVERYTHING}
    gathered.add(["again"])
    assert gathered.take() == {"again"}
    gathered.add(["x" * 8_000])
    assert gathered.take() == {EVERYTHING}


async def test_an_op_that_runs_again_is_heard_once(here: PostgresDatabase, there: PostgresDatabase) -> None:
    ours, theirs = Ear(here), Ear(there)
    await theirs.connected()
    runs: list[int] = []

    def op(tx: Tx) -> None:
        runs.append(1)
        tx.tell(f"run {len(runs)}")
        if len(runs) < 3:
            raise SerializationFailure

    await here.write(op)
    await theirs.until(lambda: bool(theirs.said))
    assert ours.said == theirs.said == [{"run 3"}]


async def test_a_line_that_was_cut_is_opened_again(
    here: PostgresDatabase, there: PostgresDatabase, admin: psycopg.Connection
) -> None:
    ours, theirs = Ear(here), Ear(there)
    for times in (1, 2, 3):
        with capture_logs() as logs:
            if times > 1:
                cut = admin.execute(f"SELECT pg_terminate_backend(pid) {LINES}").fetchall()
                assert len(cut) == 2
            await ours.connected(times)
            await theirs.connected(times)
        assert len(logs) == (2 if times == 2 else 0), "each complains, and not again within a minute"
        assert all("terminat" in line["reason"] and "\n" not in line["reason"] for line in logs)
        await here.write(says(f"after {times}"))
        await theirs.until(lambda: f"after {times}" in theirs.words)  # noqa: B023  called within the round


async def test_words_wait_for_a_server_that_is_away(
    here: PostgresDatabase, there: PostgresDatabase, admin: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = Ear(there)
    await ear.connected()
    away = threading.Event()
    connect = here._line._connect

    def refuses() -> postgres_words.Connection:
        if not away.is_set():
            raise psycopg.OperationalError("away")
        return connect()

    monkeypatch.setattr(here._line, "_connect", refuses)
    with capture_logs() as logs:
        await here.write(says("patience"))
        await asyncio.sleep(0.5)  # several tries
        assert ear.said == []
        await here.write(says("more"))
        away.set()
        await ear.until(lambda: ear.words == ["more", "patience"])
    assert [(line["log_level"], line["reason"]) for line in logs] == [("warning", "away")]


async def test_a_server_that_is_not_there_does_not_hold_the_end() -> None:
    database = PostgresDatabase("postgresql://127.0.0.1:1/none?connect_timeout=1", writers=1, readers=1)
    ear = Ear(database)
    with pytest.raises(Unavailable):
        await database.write(says("nothing"))
    began = time.monotonic()
    await database.close()
    assert time.monotonic() - began < 3
    assert ear.times == []
