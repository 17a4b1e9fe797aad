"""PostgreSQL when it goes wrong: real contention, connections that are cut, a COMMIT whose end nobody saw."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import SerializationFailure

from finsecure_server.core.errors import Code, Refused
from finsecure_server.storage.database import CommitUnknown, Overloaded, Reader, Tx, Unavailable
from finsecure_server.storage.postgres import PostgresDatabase
from tests import servers

SEED = "INSERT INTO accounts (id, created_us, clock_offset_us, clock_moved_us, doc) VALUES (:id, 0, 0, 0, '')"
LOCK = "SELECT created_us FROM accounts WHERE id = :id"
ADD = "UPDATE accounts SET created_us = created_us + 1 WHERE id = :id"
PID = "SELECT pg_backend_pid() AS pid"
EVENT = {
    "account_id": "a",
    "livemode": 0,
    "created_us": 0,
    "type": "t",
    "object_id": "pi_1",
    "sequence": 1,
    "sample": 0,
    "doc": "",
}


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[PostgresDatabase]:
    database = PostgresDatabase(postgres_url, writers=4, lock_timeout_ms=300, statement_timeout_ms=2_000)
    for name in ("x", "y"):
        await database.write(lambda tx, name=name: tx.run(SEED, id=name))  # type: ignore[misc]
    yield database
    await database.close()


@pytest.fixture
def admin(postgres_url: str) -> Iterator[psycopg.Connection[tuple[int, ...]]]:
    """Somebody else on the same database."""
    with psycopg.connect(postgres_url, autocommit=True) as conn:
        yield conn


def count(name: str) -> Callable[[Reader], int]:
    def look(reader: Reader) -> int:
        row = reader.one(LOCK, id=name)
        assert row is not None
        return int(row["created_us"])

    return look


def cut_commit(conn: psycopg.Connection[tuple[int, ...]], how: LiteralString) -> None:
    """Wait until somebody is committing on this server, and stop that."""
    committing = "SELECT {}(pid) FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active'"
    give_up = time.monotonic() + 10
    while not conn.execute(sql.SQL(committing).format(sql.SQL(how))).fetchall():
        assert time.monotonic() < give_up, "nobody commits"
        time.sleep(0.01)


async def test_a_deadlock_is_resolved_by_running_an_op_again(database: PostgresDatabase) -> None:
    both = threading.Barrier(2)
    runs: list[str] = []

    def crosswise(first: str, second: str) -> Callable[[Tx], None]:
        def op(tx: Tx) -> None:
            runs.append(first)
            tx.run(ADD, id=first)
            if len(runs) <= 2:  # only the first two wait for one another
                both.wait(5)
            tx.run(ADD, id=second)

        return op

    patient = PostgresDatabase(database.url, writers=2, lock_timeout_ms=5_000)
    await asyncio.gather(patient.write(crosswise("x", "y")), patient.write(crosswise("y", "x")))
    await patient.close()
    assert len(runs) == 3
    assert await database.read(count("x")) == await database.read(count("y")) == 2


async def test_a_serialization_failure_runs_the_op_again(database: PostgresDatabase, admin: psycopg.Connection) -> None:
    runs: list[int] = []

    def op(tx: Tx) -> int:
        runs.append(1)
        if len(runs) == 1:  # a stricter snapshot, and a rival who is faster
            tx.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            tx.one(LOCK, id="x")
            admin.execute("UPDATE accounts SET created_us = 10 WHERE id = 'x'")
        tx.append("events", {**EVENT, "id": f"evt_{len(runs)}"})
        return tx.run(ADD, id="x")

    assert await database.write(op) == 1
    assert len(runs) == 2
    assert await database.read(count("x")) == 11
    assert await database.read(lambda reader: len(reader.all("SELECT id FROM events"))) == 1


async def test_an_op_that_fails_to_serialize_each_time_is_refused_in_the_end(database: PostgresDatabase) -> None:
    runs: list[int] = []

    def op(_: Tx) -> None:
        runs.append(1)
        raise SerializationFailure

    with pytest.raises(Refused) as refused:
        await database.write(op)
    assert refused.value.code is Code.LOCK_TIMEOUT
    assert len(runs) == 5


async def test_a_lock_that_does_not_come_is_refused_and_one_that_comes_late_is_waited_for(
    database: PostgresDatabase, admin: psycopg.Connection
) -> None:
    with admin.transaction():
        admin.execute("SELECT 1 FROM accounts WHERE id = 'x' FOR UPDATE")
        with pytest.raises(Refused) as refused:
            await database.write(lambda tx: tx.lock(LOCK, id="x"))
        assert refused.value.code is Code.LOCK_TIMEOUT
        late = asyncio.ensure_future(database.write(lambda tx: tx.run(ADD, id="x")))
        await asyncio.sleep(0.5)
        assert not late.done()
    assert await late == 1


async def test_a_connection_cut_before_commit_runs_the_op_again(
    database: PostgresDatabase, admin: psycopg.Connection
) -> None:
    pids: list[int] = []

    def op(tx: Tx) -> int:
        row = tx.one(PID)
        assert row is not None
        pids.append(row["pid"])
        changed = tx.run(ADD, id="x")
        if len(pids) == 1:
            admin.execute("SELECT pg_terminate_backend(%s)", (pids[0],))
            time.sleep(0.05)
            tx.run(ADD, id="y")
        return changed

    assert await database.write(op) == 1
    assert len(set(pids)) == 2
    assert await database.read(count("x")) == 1
    assert await database.read(count("y")) == 0


async def test_idle_connections_that_were_cut_are_replaced_unnoticed(
    database: PostgresDatabase, admin: psycopg.Connection
) -> None:
    for _ in range(3):
        await asyncio.gather(*(database.write(lambda tx: tx.run(ADD, id="x")) for _ in range(20)))
        await asyncio.gather(*(database.read(count("x")) for _ in range(20)))
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert await database.read(count("x")) == 60


async def test_a_connection_cut_during_commit_is_unknown_and_the_op_is_not_run_again(
    postgres_url: str, admin: psycopg.Connection
) -> None:
    """A deferred trigger makes COMMIT take its time; the backend is killed in the middle of it."""
    admin.execute(
        """
        CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(5); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON accounts DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION slow();
        """
    )
    database = PostgresDatabase(postgres_url, writers=1)
    runs: list[int] = []

    def op(tx: Tx) -> None:
        runs.append(1)
        tx.run(SEED, id="z")

    work = asyncio.ensure_future(database.write(op))
    await asyncio.to_thread(cut_commit, admin, "pg_terminate_backend")
    with pytest.raises(CommitUnknown):
        await work
    assert len(runs) == 1
    admin.execute("DROP TRIGGER slow ON accounts")
    assert await database.write(lambda tx: tx.run(SEED, id="w")) == 1  # the pool goes on
    await database.close()


async def test_an_op_that_goes_on_after_a_failed_statement_is_a_bug(database: PostgresDatabase) -> None:
    def op(tx: Tx) -> None:
        try:
            tx.run(SEED, id="x")
        except psycopg.errors.UniqueViolation:
            """COMMIT would now roll back without a word."""

    with pytest.raises(AssertionError, match="had failed"):
        await database.write(op)


async def test_a_statement_that_takes_too_long_is_stopped(database: PostgresDatabase) -> None:
    with pytest.raises(Unavailable, match="timeout"):
        await database.write(lambda tx: tx.one("SELECT 1 AS slept FROM (SELECT pg_sleep(5)) AS s"))
    assert await database.write(lambda tx: tx.run(ADD, id="x")) == 1


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    database = PostgresDatabase("postgresql://127.0.0.1:1/none?connect_timeout=1", writers=1, readers=1)
    with pytest.raises(Unavailable):
        await database.write(lambda tx: tx.run(ADD, id="x"))
    with pytest.raises(Unavailable):
        await database.read(count("x"))
    await database.close()


async def test_a_changed_table_does_not_break_prepared_statements(
    database: PostgresDatabase, admin: psycopg.Connection
) -> None:
    look = "SELECT * FROM accounts WHERE id = :id"
    single = PostgresDatabase(database.url, writers=1, readers=1)
    for _ in range(3):
        assert await single.write(lambda tx: tx.one(look, id="x"))
    admin.execute("ALTER TABLE accounts ADD COLUMN later BIGINT")
    row = await single.write(lambda tx: tx.one(look, id="x"))
    assert row is not None
    assert row["later"] is None
    await single.close()


async def test_a_commit_that_no_standby_confirmed_is_unknown(testrun_uid: str, worker_id: str) -> None:
    """Its own server: the setting is the whole server's, and would hold every other test."""
    with (
        servers.postgres(f"{testrun_uid[:6]}-{worker_id}-standby") as server,
        psycopg.connect(server, autocommit=True) as conn,
    ):
        database = PostgresDatabase(server, writers=1)
        await database.write(lambda tx: tx.run("CREATE TABLE t (id BIGINT)"))
        conn.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        conn.execute("SELECT pg_reload_conf()")
        await asyncio.sleep(0.2)
        work = asyncio.ensure_future(database.write(lambda tx: tx.run("INSERT INTO t VALUES (1)")))
        await asyncio.to_thread(cut_commit, conn, "pg_cancel_backend")
        with pytest.raises(CommitUnknown, match="standby"):
            await work
        await database.close()


async def test_without_durable_commits_by_default_ours_are_durable_all_the_same(
    postgres_url: str, admin: psycopg.Connection
) -> None:
    admin.execute(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$"
    )
    database = PostgresDatabase(postgres_url, writers=1, readers=1)
    row = await database.write(lambda tx: tx.one("SELECT current_setting('synchronous_commit') AS setting"))
    assert row is not None
    assert row["setting"] == "on"
    await database.close()


async def test_more_work_than_may_wait_is_turned_away(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finsecure_server.storage.postgres.WAITING_MAX", 3)
    database = PostgresDatabase(postgres_url, writers=1, readers=1)
    go = threading.Event()
    work = [asyncio.ensure_future(database.write(lambda _: go.wait(5))) for _ in range(20)]
    await asyncio.sleep(0.1)
    go.set()
    results = await asyncio.gather(*work, return_exceptions=True)
    turned_away = [result for result in results if isinstance(result, Overloaded)]
    assert 0 < len(turned_away) < 20
    assert all(result is True for result in results if not isinstance(result, Overloaded))
    await database.close()
