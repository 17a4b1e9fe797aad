"""SQLite: one writer thread, many ops to a commit.

Durability costs one fsync a commit (`synchronous=FULL`, WAL), whatever the commit holds. So the writer takes every op
that is waiting, runs each under a savepoint of its own, and commits them together; a refused op rolls back to its
savepoint and disturbs nobody. What the ops of a batch put off (`append`, `later`) is written by one `executemany` a
statement just before COMMIT. Should that, or the COMMIT, fail, the ops of the batch run again one by one, so that only
the guilty one sees the failure.

Nobody hears of an op before its commit is on disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from finsecure_server.storage.database import Overloaded, Reader, Row, Tx, Unavailable
from finsecure_server.storage.drive import transaction_open
from finsecure_server.storage.pulse import Pulse
from finsecure_server.storage.sqlite_file import identity, require_room
from finsecure_server.storage.troubles import Trouble, of_sqlite
from finsecure_server.storage.urls import sqlite_url
from finsecure_server.storage.words import Hear, Listeners, is_word

T = TypeVar("T")

BATCH_MAX: Final = 64  # ops to a commit: bounds how long the first of a batch waits for the last
LINGER_S: Final = 0.0005  # how long a batch waits for the company that the last one had
WAITING_MAX: Final = 10_000  # ops that may queue; past that the caller is told to come back later
CHECKPOINT_BYTES: Final = 32 << 20  # the log is copied into the database from here on, beside the writer
RESTART_BYTES: Final = 96 << 20  # ... and here the writer itself waits for that, so that the log stays bounded
CHECKPOINT_EVERY_S: Final = 0.25
LOOK_EVERY: Final = 16  # commits between two looks at the log's size
BUSY_TIMEOUT_MS: Final = 5_000  # how long another process may hold the file before we answer 503


def connect(path: str, *, writer: bool) -> sqlite3.Connection:
    """A connection with our settings. The writer's page cache is larger: it walks every index."""
    conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=1024)
    conn.row_factory = sqlite3.Row
    conn.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    _keep_a_log(conn)
    conn.execute("PRAGMA synchronous = FULL")
    conn.execute("PRAGMA wal_autocheckpoint = 0")
    conn.execute(f"PRAGMA journal_size_limit = {CHECKPOINT_BYTES // 2}")
    conn.execute("PRAGMA foreign_keys = ON")
    conn.execute("PRAGMA trusted_schema = OFF")
    conn.execute("PRAGMA temp_store = MEMORY")
    conn.execute(f"PRAGMA cache_size = {-32_768 if writer else -8_192}")
    if not writer:
        conn.execute("PRAGMA query_only = ON")
    return conn


def _keep_a_log(conn: sqlite3.Connection) -> None:
    """Write-ahead logging. The first to come to a new file turns it on; for the lock of that, SQLite does not wait."""
    give_up = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            conn.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


class _Job:
    """One op, and whoever waits for it."""

    __slots__ = ("error", "future", "loop", "op", "result", "told")

    def __init__(self, op: Callable[[Tx], Any], loop: asyncio.AbstractEventLoop) -> None:
        self.op = op
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.result: Any = None
        self.error: BaseException | None = None
        self.told: Collection[str] = ()

    def settle(self) -> None:
        if self.future.done():  # the caller gave up waiting; what was committed stays committed
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


#: Statements put off, each with the parameters of every time it is to run, in the order in which they came up.
PutOff = dict[str, list[Any]]


class _BatchLost(Exception):
    """The batch cannot go on as one transaction: its ops run again one by one."""


class SqliteTx:
    """A `Tx` on the writer's connection. `before` is what the ops before it in the batch have put off."""

    __slots__ = ("_before", "_conn", "_execute", "caught_up", "put_off", "told")

    def __init__(self, conn: sqlite3.Connection, before: PutOff | None = None) -> None:
        self._conn = conn
        self._execute = conn.execute
        self._before = before
        self.caught_up = False  # whether `before` is written now, under this op's savepoint
        self.put_off: PutOff = {}
        self.told: set[str] = set()

    def one(self, sql: str, /, **params: object) -> Row | None:
        row: Row | None = self._execute(sql, params).fetchone()
        return row

    def lock(self, sql: str, /, **params: object) -> Row | None:
        """There is one writer, so a row stays as it is; but it must be read as the ops before left it."""
        if self._before and not self.caught_up:
            try:
                write(self._conn, self._before)
            except Exception as error:  # one of them is guilty, not this one
                raise _BatchLost from error
            self.caught_up = True
        return self.one(sql, **params)

    def all(self, sql: str, /, **params: object) -> list[Row]:
        return self._execute(sql, params).fetchall()

    def run(self, sql: str, /, **params: object) -> int:
        return self._execute(sql, params).rowcount

    def append(self, table: str, row: Mapping[str, object], /) -> None:
        self.put_off.setdefault(_insert(table, tuple(row)), []).append(tuple(row.values()))

    def later(self, sql: str, /, **params: object) -> None:
        self.put_off.setdefault(sql, []).append(params)

    def tell(self, word: str, /) -> None:
        assert is_word(word), word
        self.told.add(word)

    def flush(self) -> None:
        put_off, self.put_off = self.put_off, {}
        write(self._conn, put_off)


def write(conn: sqlite3.Connection, put_off: PutOff) -> None:
    """Do what was put off."""
    for sql, every in put_off.items():
        conn.executemany(sql, every)


@functools.lru_cache(256)
def _insert(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 -- our own names


class SqliteDatabase:
    """A database in one file. Use from one event loop."""

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self.url = sqlite_url(Path(path))
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._conn = connect(self.path, writer=True)
        self._reader = connect(self.path, writer=False)
        self._listeners = Listeners()
        self._closing = threading.Event()
        self._ended = False
        self._company = 1  # how many ops the last batch had
        self._commits = 0
        self._wal = Path(self.path + "-wal")
        self._file = identity(self.path)
        self._pulse = Pulse(lambda: self.write(self._trial))
        self._writer = threading.Thread(target=self._write_forever, name="sqlite-writer", daemon=True)
        self._checkpointer = threading.Thread(
            target=self._checkpoint_forever,
            args=(connect(self.path, writer=True),),
            name="sqlite-checkpoint",
            daemon=True,
        )
        self._writer.start()
        self._checkpointer.start()

    # -- for the event loop ---------------------------------------------------------------------------------------

    def write(self, op: Callable[[Tx], T]) -> asyncio.Future[T]:
        job = _Job(op, asyncio.get_running_loop())
        if self._closing.is_set():
            job.future.set_exception(Unavailable("the server is shutting down", Trouble.STOPPING))
        elif self._jobs.qsize() > WAITING_MAX:
            job.future.set_exception(Overloaded("too many writes are waiting"))
        else:
            self._jobs.put(job)
        return job.future

    async def read(self, look: Callable[[Reader], T]) -> T:
        """Looks from the loop's own thread: a read by primary key takes less time than a change of threads."""
        conn = self._reader
        with transaction_open():
            try:
                conn.execute("BEGIN")
                found = look(SqliteTx(conn))
                conn.execute("COMMIT")
                return found
            except sqlite3.Error as error:
                trouble = of_sqlite(error)
                if trouble is None:
                    raise
                raise Unavailable(str(error), trouble) from error
            finally:
                _roll_back(conn)

    def listen(self, hear: Hear) -> None:
        """One process owns the file, so all that is committed is heard here."""
        self._listeners.add(hear)

    async def check_writable(self) -> None:
        await self._pulse.check()

    async def close(self) -> None:
        if self._closing.is_set():
            return
        self._closing.set()
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        await asyncio.to_thread(self._checkpointer.join)
        self._reader.close()
        with contextlib.suppress(sqlite3.Error):  # a reader elsewhere; the log is replayed at the next start
            self._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._conn.close()

    # -- the writer's thread --------------------------------------------------------------------------------------

    def _write_forever(self) -> None:
        while not self._ended:
            job = self._jobs.get()
            if job is None:
                return
            self._batch(job)
            self._keep_log_short()

    def _batch(self, first: _Job) -> None:
        """Run every op that is waiting, in one transaction."""
        try:
            self._require_file()
            _roll_back(self._conn)  # what a failing disk did not let us roll back before
            self._conn.execute("BEGIN IMMEDIATE")
        except (Unavailable, sqlite3.Error) as error:  # another process holds the file: nobody waits for that twice
            self._refuse_all(first, _understood(error))
            return
        before = self._conn.total_changes
        jobs: list[_Job] = []
        job: _Job | None = first
        try:
            with transaction_open():
                put_off: PutOff = {}
                while job is not None:
                    jobs.append(job)
                    self._try(job, put_off)
                    job = self._next(len(jobs)) if len(jobs) < BATCH_MAX else None
                write(self._conn, put_off)
                self._conn.execute("COMMIT")
        except Exception:  # noqa: BLE001  sqlite3's, and what it says of values that it cannot take
            _roll_back(self._conn)
            for alone in jobs:
                self._alone(alone)
        else:
            self._note_commit(before)
        self._company = len(jobs)
        self._settle(jobs)

    def _require_file(self) -> None:
        """What is written into a file that nobody can open any more is lost. Raises Unavailable."""
        if identity(self.path) != self._file:
            raise Unavailable(
                f"{self.path} is not the file that was opened: it was moved or deleted, or its disk is gone. "
                "Put it back, or start the server again",
                Trouble.FILE_MISSING,
            )

    def _note_commit(self, changes_before: int) -> None:
        """A commit went well. It proves something if there was anything to commit."""
        if self._conn.total_changes != changes_before:
            self._pulse.wrote()

    def _refuse_all(self, first: _Job, error: BaseException) -> None:
        """Tell everybody who waits that nothing was written."""
        jobs: list[_Job] = []
        job: _Job | None = first
        while job is not None:
            job.error = error
            jobs.append(job)
            job = self._next()
        self._settle(jobs)

    def _next(self, have: int = BATCH_MAX) -> _Job | None:
        """The next op that waits, if any.

        Whoever was answered by the last commit is likely to be back in a moment. So a batch that has less than half of
        the company of the one before lingers for them: a commit costs more than that. One client alone never waits.
        """
        linger = have * 2 < self._company
        try:
            job = self._jobs.get(timeout=LINGER_S) if linger else self._jobs.get_nowait()
        except queue.Empty:
            return None
        self._ended = job is None
        return job

    def _try(self, job: _Job, put_off: PutOff) -> None:
        """One op under its savepoint."""
        execute = self._conn.execute
        tx = SqliteTx(self._conn, put_off)
        execute("SAVEPOINT op")
        try:
            job.result = job.op(tx)
        except _BatchLost:
            raise
        except BaseException as error:  # whatever it was, it is the caller's to hear, and the writer's to survive
            if not self._conn.in_transaction:
                raise _BatchLost from error
            execute("ROLLBACK TO op")
            execute("RELEASE op")
            job.error = _understood(error)
        else:
            execute("RELEASE op")
            job.told = tx.told
            if tx.caught_up:
                put_off.clear()
            for sql, every in tx.put_off.items():
                put_off.setdefault(sql, []).extend(every)

    def _alone(self, job: _Job) -> None:
        """One op in a transaction to itself, after its batch has failed."""
        job.result, job.error, job.told = None, None, ()
        tx = SqliteTx(self._conn)
        before = self._conn.total_changes
        try:
            with transaction_open():
                self._conn.execute("BEGIN IMMEDIATE")
                job.result = job.op(tx)
                tx.flush()
                self._conn.execute("COMMIT")
            job.told = tx.told
            self._note_commit(before)
        except BaseException as error:  # noqa: BLE001  whoever waits for the op hears of it
            _roll_back(self._conn)
            job.error = _understood(error)

    def _settle(self, jobs: list[_Job]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
        for job in jobs:
            if job.error is not None:
                self._pulse.failed(job.error)
            by_loop.setdefault(job.loop, []).append(job)
        for loop, theirs in by_loop.items():
            with contextlib.suppress(RuntimeError):  # that loop is closed; nobody waits any more
                loop.call_soon_threadsafe(_settle_all, theirs)
        self._listeners.tell({word for job in jobs for word in job.told})

    # -- whether it can be written ---------------------------------------------------------------------------------

    def _trial(self, tx: Tx) -> None:
        """There is room, and a page goes to the disk: the first of the file, as it is."""
        require_room(self.path, tx)
        tx.run("PRAGMA user_version = 0")

    # -- the log --------------------------------------------------------------------------------------------------

    def _keep_log_short(self) -> None:
        """Between two batches nobody else writes, so a checkpoint can reach the end and the log starts over."""
        self._commits += 1
        if self._commits % LOOK_EVERY:
            return
        with contextlib.suppress(sqlite3.Error, OSError):
            if self._wal.stat().st_size > RESTART_BYTES:
                self._conn.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _checkpoint_forever(self, conn: sqlite3.Connection) -> None:
        while not self._closing.wait(CHECKPOINT_EVERY_S):
            with contextlib.suppress(sqlite3.Error, OSError):
                if self._wal.stat().st_size > CHECKPOINT_BYTES:
                    conn.execute("PRAGMA wal_checkpoint(PASSIVE)")
        conn.close()


def _settle_all(jobs: list[_Job]) -> None:
    for job in jobs:
        job.settle()


def _roll_back(conn: sqlite3.Connection) -> None:
    """End a transaction that failed, if SQLite has not done so itself."""
    if conn.in_transaction:
        with contextlib.suppress(sqlite3.Error):  # then whoever comes next does it
            conn.execute("ROLLBACK")


def _understood(error: BaseException) -> BaseException:
    """A failure as whoever waits for the op hears it."""
    trouble = of_sqlite(error)
    return error if trouble is None else Unavailable(str(error), trouble)
