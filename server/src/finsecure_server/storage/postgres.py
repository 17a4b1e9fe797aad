"""PostgreSQL: a bounded pool of threads, each with a connection of its own.

READ COMMITTED with row locks. A serialization failure, a deadlock or a lock that did not come is answered by running
the op again, for an op has no effect on the outside. So is a connection lost before COMMIT. One lost *during* COMMIT
leaves the outcome open, and is reported as that (`CommitUnknown`), never run again.

Round trips are what a transaction costs here. So BEGIN goes out together with the first statement, and what an op puts
off goes out together with COMMIT, many rows to a statement. Measured for three statements, three events and six
postings: on one machine 2,000 to 2,700 transactions/s a connection against 1,600 to 1,900 with a round trip each; over
a network two and a half milliseconds wide, 93 against 54. `executemany` cost a third more CPU than many rows to a
statement, `unnest` of arrays twice as much. Every connection goes to the primary: money is never decided on a replica's
word.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import random
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import psycopg
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row
from psycopg.types.numeric import Int8Dumper

from finsecure_server.core.errors import Code, Refused
from finsecure_server.storage.database import CommitUnknown, Overloaded, Reader, Tx, Unavailable
from finsecure_server.storage.drive import transaction_open
from finsecure_server.storage.postgres_tx import Cursor, PostgresTx
from finsecure_server.storage.postgres_words import Line
from finsecure_server.storage.pulse import Pulse
from finsecure_server.storage.troubles import Trouble, of_sqlstate
from finsecure_server.storage.words import Hear, Listeners

T = TypeVar("T")

WRITERS: Final = 8
READERS: Final = 4
WAITING_MAX: Final = 10_000  # ops that may queue; past that the caller is told to come back later
STATEMENT_TIMEOUT_MS: Final = 10_000
LOCK_TIMEOUT_MS: Final = 2_000
IDLE_TIMEOUT_MS: Final = 10_000  # an op that computes for longer than this with locks held is a bug
RETRY_DELAYS_S: Final = (0.005, 0.02, 0.08, 0.32)  # halved to doubled by chance, so that two rivals part
RETRY_UNTIL_S: Final = 6.0  # nothing is begun again when an op has been at it for so long

_BEGIN_WRITE: Final = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
_BEGIN_READ: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
#: A record in the log that nobody reads, and a file of a third of a megabyte, gone with the statement, on the disk on
#: which tables grow. A row that is rolled back would stay in its table until that is vacuumed.
_TRIAL: Final = (
    "SELECT pg_logical_emit_message(true, 'finsecure', repeat('.', 8000))",
    "SELECT set_config('work_mem', '64kB', true)",
    "SELECT COUNT(*) AS n FROM generate_series(1, 20000)",
)
_CONTENTION: Final = frozenset({"40001", "40P01", "55P03"})  # serialization failure, deadlock, lock not available
_CONNECTION: Final[Mapping[str, str | int]] = {
    "connect_timeout": 5,
    "target_session_attrs": "read-write",
    "application_name": "finsecure",
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


class _BoolDumper(Int8Dumper):
    """A boolean is 0 or 1 in every column, as on SQLite."""

    def dump(self, obj: Any) -> bytes:
        return b"1" if obj else b"0"


class _WholeLoader(Loader):
    """SUM of integers is `numeric` here and an integer on SQLite. A fraction has no business in this database."""

    def load(self, data: Any) -> int:
        return int(bytes(data))


def connect(url: str, **settings: str | int) -> psycopg.Connection[dict[str, Any]]:
    """A connection to the primary that speaks as SQLite does: integers are 64 bits, booleans are integers."""
    parameters: dict[str, Any] = {**_CONNECTION, **conninfo_to_dict(url)}
    conn = psycopg.connect(
        make_conninfo(**parameters),
        autocommit=True,  # BEGIN and COMMIT are ours to send
        row_factory=dict_row,
        cursor_factory=psycopg.RawCursor,
    )
    conn.prepare_threshold = 0  # our statements are few and all of them come again
    conn.prepared_max = 2_000
    conn.adapters.register_dumper(int, Int8Dumper)
    conn.adapters.register_dumper(bool, _BoolDumper)
    conn.adapters.register_loader("numeric", _WholeLoader)
    for name, value in settings.items():
        conn.execute("SELECT set_config($1, $2, false)", (name, str(value)))
    # An acknowledged payment must survive a power cut, whatever the server's default is. Stronger settings stay.
    conn.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
    return conn


class _Again(Exception):
    """Nothing was written and the op may run again; `verdict` is what the caller hears when it has often enough."""

    def __init__(self, verdict: Exception) -> None:
        super().__init__()
        self.verdict = verdict


class _Connection:
    """A thread's own connection: opened when it is first needed, and anew after it is lost."""

    def __init__(self, url: str, settings: Mapping[str, int], tell: Callable[[set[str]], None], pulse: Pulse) -> None:
        self._url = url
        self._settings = settings
        self._tell = tell
        self._pulse = pulse
        self._conn: psycopg.Connection[dict[str, Any]] | None = None
        self._cursor: Cursor | None = None
        self._warned = False

    def cursor(self) -> Cursor:
        if self._cursor is None:
            try:
                conn = connect(self._url, **self._settings)
            except psycopg.OperationalError as error:
                raise _Again(Unavailable(str(error), of_sqlstate(error.sqlstate))) from error
            conn.add_notice_handler(self._notice)
            self._conn = conn
            self._cursor = psycopg.RawCursor(conn)
        return self._cursor

    def close(self) -> None:
        if self._conn is not None:
            with contextlib.suppress(psycopg.Error):
                self._conn.close()
        self._conn = self._cursor = None

    def _notice(self, notice: psycopg.errors.Diagnostic) -> None:
        self._warned = self._warned or notice.severity_nonlocalized == "WARNING"

    # -- one transaction ------------------------------------------------------------------------------------------

    def write(self, op: Callable[[Tx], T]) -> T:
        """Run `op` and commit. Raises `_Again` if that may be tried once more."""
        tx = PostgresTx(self.cursor(), _BEGIN_WRITE)
        committing = False
        try:
            with transaction_open():
                result = op(tx)
            assert self._state() != TransactionStatus.INERROR, "an op went on after one of its statements had failed"
            committing, self._warned = True, False
            tx.commit()
        except psycopg.Error as error:
            raise self._understood(error, committing=committing) from error
        except BaseException:  # whatever it was, it is the caller's to hear
            self._roll_back()
            raise
        if tx.told:
            self._tell(tx.told)
        if self._warned:  # a standby that must have it did not say so
            raise CommitUnknown("the transaction is committed here, but not known to be safe on a standby")
        if tx.wrote:
            self._pulse.wrote()
        return result

    def read(self, look: Callable[[Reader], T], answer: Callable[[T], None]) -> None:
        """Let `look` see one snapshot, and pass its result to `answer`, who need not wait for the end."""
        reader = PostgresTx(self.cursor(), _BEGIN_READ)
        try:
            with transaction_open():
                result = look(reader)
        except psycopg.Error as error:
            raise self._understood(error, committing=False) from error
        except BaseException:
            self._roll_back()
            raise
        answer(result)
        self._roll_back()

    def _state(self) -> TransactionStatus:
        return TransactionStatus.UNKNOWN if self._conn is None else self._conn.info.transaction_status

    def _roll_back(self) -> None:
        try:
            if self._cursor is not None and self._state() != TransactionStatus.IDLE:
                self._cursor.execute("ROLLBACK")
        except psycopg.Error:
            self.close()

    def _lost(self, error: psycopg.Error) -> bool:
        """Whether the connection is gone. The server hangs up after a fatal error, even if libpq has yet to see it."""
        if self._conn is None or self._conn.closed or self._conn.broken:
            return True
        return error.diag.severity_nonlocalized in {"FATAL", "PANIC"}

    def _understood(self, error: psycopg.Error, *, committing: bool) -> Exception:
        """What a failure means for the op. The connection is left usable, or closed."""
        if self._lost(error):
            self.close()
            if committing:
                return CommitUnknown("the connection was lost during COMMIT")
            return _Again(Unavailable("the connection to the database was lost", Trouble.UNREACHABLE))
        self._roll_back()
        state = error.sqlstate
        if state in _CONTENTION:
            return _Again(Refused(Code.LOCK_TIMEOUT))
        if state == "23505" and committing:  # a row that was put off met a rival's: run again, the op will see it
            return _Again(error)
        if state == "0A000" and "cached plan" in str(error):  # a migration changed a table under a prepared statement
            self.close()
            return _Again(Unavailable("the schema has just changed"))
        if state == "25006":  # this server is a replica now; a new connection finds the primary
            self.close()
            return _Again(Unavailable("the database is read-only", Trouble.READ_ONLY))
        if isinstance(error, psycopg.OperationalError):  # out of space, out of memory, statement took too long ...
            return Unavailable(str(error), of_sqlstate(state))
        return error


def _trial(tx: Tx) -> None:
    """Something goes into the log and onto the disk of the tables, and nothing of it stays."""
    for sql in _TRIAL:
        tx.one(sql)


class _Job:
    """One op, and whoever waits for it."""

    __slots__ = ("future", "loop", "op")

    def __init__(self, op: Callable[[Any], Any]) -> None:
        self.op = op
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()

    def answer(self, result: Any) -> None:
        self._settle(self.future.set_result, result)

    def fail(self, error: BaseException) -> None:
        self._settle(self.future.set_exception, error)

    def _settle(self, settle: Callable[[Any], None], value: Any) -> None:
        def unless_given_up() -> None:
            if not self.future.done():
                settle(value)

        with contextlib.suppress(RuntimeError):  # that loop is closed; nobody waits any more
            self.loop.call_soon_threadsafe(unless_given_up)


class _Pool:
    """Threads that take jobs from one queue."""

    def __init__(
        self, name: str, size: int, work: Callable[[_Connection, _Job], None], opened: Callable[[], _Connection]
    ) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._work = work
        self._opened = opened
        self._threads = [threading.Thread(target=self._serve, name=f"{name}-{n}", daemon=True) for n in range(size)]
        for thread in self._threads:
            thread.start()

    def put(self, job: _Job) -> None:
        if self._jobs.qsize() > WAITING_MAX:
            job.fail(Overloaded("too many operations are waiting"))
        else:
            self._jobs.put(job)

    def drain(self) -> None:
        """Finish what is queued and end every thread."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        connection = self._opened()
        while (job := self._jobs.get()) is not None:
            try:
                self._work(connection, job)
            except BaseException as error:  # noqa: BLE001  the caller's to hear, and the thread's to survive
                job.fail(error)
            del job  # what it answered must not live until the next one comes
        connection.close()


class PostgresDatabase:
    """A PostgreSQL database. Connections open when they are first needed."""

    def __init__(
        self,
        url: str,
        *,
        writers: int = WRITERS,
        readers: int = READERS,
        statement_timeout_ms: int = STATEMENT_TIMEOUT_MS,
        lock_timeout_ms: int = LOCK_TIMEOUT_MS,
        idle_timeout_ms: int = IDLE_TIMEOUT_MS,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`writers` and `readers` are connections; `chance` answers numbers in [0, 1) that jitter the retries."""
        self.url = url
        self._chance = chance
        self._closing = False
        self._settings = {
            "statement_timeout": statement_timeout_ms,
            "lock_timeout": lock_timeout_ms,
            "idle_in_transaction_session_timeout": idle_timeout_ms,
        }
        self._pulse = Pulse(lambda: self.write(_trial))
        self._listeners = Listeners()
        self._line = Line(self._connect_line, self._listeners, chance)
        self._writers = _Pool("postgres-writer", writers, self._write, self._open)
        self._readers = _Pool("postgres-reader", readers, self._read, self._open)

    def write(self, op: Callable[[Tx], T]) -> asyncio.Future[T]:
        return self._submit(self._writers, op)

    def read(self, look: Callable[[Reader], T]) -> asyncio.Future[T]:
        return self._submit(self._readers, look)

    def listen(self, hear: Hear) -> None:
        self._listeners.add(hear)
        self._line.listen()

    async def check_writable(self) -> None:
        await self._pulse.check()

    async def close(self) -> None:
        if not self._closing:
            self._closing = True
            await asyncio.to_thread(self._writers.drain)
            await asyncio.to_thread(self._readers.drain)
            await asyncio.to_thread(self._line.close)

    def _submit(self, pool: _Pool, op: Callable[[Any], T]) -> asyncio.Future[T]:
        job = _Job(op)
        if self._closing:
            job.fail(Unavailable("the server is shutting down", Trouble.STOPPING))
        else:
            pool.put(job)
        return job.future

    # -- the threads of the pools ---------------------------------------------------------------------------------

    def _open(self) -> _Connection:
        return _Connection(self.url, self._settings, self._tell, self._pulse)

    def _connect_line(self) -> psycopg.Connection[dict[str, Any]]:
        return connect(
            self.url, application_name="finsecure words", statement_timeout=self._settings["statement_timeout"]
        )

    def _tell(self, words: set[str]) -> None:
        self._listeners.tell(words)
        self._line.say(words)

    def _write(self, connection: _Connection, job: _Job) -> None:
        try:
            job.answer(self._until_done(lambda: connection.write(job.op)))
        except (Unavailable, CommitUnknown) as error:
            self._pulse.failed(error)
            raise

    def _read(self, connection: _Connection, job: _Job) -> None:
        self._until_done(lambda: connection.read(job.op, job.answer))

    def _until_done(self, attempt: Callable[[], T]) -> T:
        """Try, and try again while that may help."""
        give_up = time.monotonic() + RETRY_UNTIL_S
        for delay in RETRY_DELAYS_S:
            try:
                return attempt()
            except _Again as again:
                if time.monotonic() > give_up:
                    raise again.verdict from again.__cause__
                time.sleep(delay * (0.5 + 1.5 * self._chance()))
        try:
            return attempt()
        except _Again as again:
            raise again.verdict from again.__cause__
