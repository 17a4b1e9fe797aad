"""Words between processes that share a PostgreSQL server, by LISTEN and NOTIFY.

NOTIFY takes a lock on the whole server until its transaction has ended: within transactions that move money it would
let only one of them commit at a time. So a thread with a connection of its own says the words once they are committed,
the first at once, those of the next few milliseconds together. The same connection listens. Thread and connection begin
with the first word or listener, so whoever has neither pays nothing.

A connection that is lost is opened again, ever later while that fails. What was not said is said then, and listeners
hear that they may have missed something.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable, Collection
from typing import Any, Final

import psycopg
import structlog

from finsecure_server.storage.words import EVERYTHING, SEPARATOR, Listeners

log = structlog.get_logger()

CHANNEL: Final = "finsecure_words"
PAYLOAD_BYTES_MAX: Final = 7_900  # PostgreSQL takes fewer than 8,000
GATHER_S: Final = 0.005  # the least time between two NOTIFY: words said meanwhile go together
RECONNECT_FIRST_S: Final = 0.1
RECONNECT_LAST_S: Final = 10.0
COMPLAIN_EVERY_S: Final = 60.0

_LISTEN: Final = f"LISTEN {CHANNEL}"
_NOTIFY: Final = f"SELECT pg_notify('{CHANNEL}', $1)"
_NOT_DURABLE: Final = "SET synchronous_commit = off"  # else every NOTIFY would wait for the disk, and for a standby

Connection = psycopg.Connection[dict[str, Any]]


class _Bell:
    """Wakes a thread that waits for a socket."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._theirs.setblocking(False)

    def ring(self) -> None:
        with contextlib.suppress(BlockingIOError):  # so many have rung that it is going to wake
            self._ours.send(b"\0")

    def wait(self, conn: Connection | None, seconds: float | None) -> None:
        """Until somebody rings, `conn` has something to read, or the time is over (None: however long it takes)."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._theirs, selectors.EVENT_READ)
            if conn is not None:
                selector.register(conn.fileno(), selectors.EVENT_READ)
            selector.select(seconds)
        with contextlib.suppress(BlockingIOError):
            self._theirs.recv(4096)

    def close(self) -> None:
        self._ours.close()
        self._theirs.close()


class Gathered:
    """Words that wait to be said to others: bounded, for the server may be away. Used under the line's lock."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._bytes = 0

    def __bool__(self) -> bool:
        return bool(self._words)

    def add(self, words: Collection[str]) -> None:
        """Say these too. More than a payload holds become one: everything."""
        for word in words:
            if word not in self._words and EVERYTHING not in self._words:
                self._words.add(word)
                self._bytes += len(word.encode()) + len(SEPARATOR)
        if self._bytes > PAYLOAD_BYTES_MAX:
            self._words, self._bytes = {EVERYTHING}, len(EVERYTHING)

    def take(self) -> set[str]:
        """All of them; they wait no more."""
        words, self._words, self._bytes = self._words, set(), 0
        return words


class Line:
    """The line to other processes."""

    def __init__(self, connect: Callable[[], Connection], listeners: Listeners, chance: Callable[[], float]) -> None:
        """`connect` opens a connection in autocommit; `chance` answers numbers in [0, 1) that jitter reconnecting."""
        self._connect = connect
        self._listeners = listeners
        self._chance = chance
        self._lock = threading.Lock()
        self._gathered = Gathered()
        self._bell: _Bell | None = None
        self._thread: threading.Thread | None = None
        self._closing = False
        self._complained = float("-inf")

    # -- from any thread ------------------------------------------------------------------------------------------

    def say(self, words: Collection[str]) -> None:
        """Have other processes hear, soon."""
        with self._lock:
            quiet = not self._gathered
            self._gathered.add(words)
            if quiet:
                self._wake()

    def listen(self) -> None:
        """Have this process's listeners hear the others, from soon on."""
        with self._lock:
            self._wake()

    def close(self) -> None:
        """Say what waits, if there is a connection, and end the thread. Blocks: not for the event loop."""
        with self._lock:
            self._closing = True
            bell, self._bell = self._bell, None
        if bell is not None and self._thread is not None:
            bell.ring()
            self._thread.join()
            bell.close()

    def _wake(self) -> None:
        """Wake the thread, or begin it; under the lock."""
        if self._closing:
            return
        if self._bell is None:
            self._bell = _Bell()
            self._thread = threading.Thread(target=self._run, args=(self._bell,), name="postgres-words", daemon=True)
            self._thread.start()
        self._bell.ring()

    # -- the thread -----------------------------------------------------------------------------------------------

    def _run(self, bell: _Bell) -> None:
        failures = 0
        while not self._closing:
            began = time.monotonic()
            try:
                with contextlib.closing(self._connect()) as conn:
                    self._serve(conn, bell)
            except (psycopg.Error, OSError) as error:
                lasted = time.monotonic() - began > RECONNECT_LAST_S
                failures = 1 if lasted else failures + 1
                self._complain(error)
                self._rest(bell, min(RECONNECT_FIRST_S * 2 ** min(failures - 1, 10), RECONNECT_LAST_S))

    def _serve(self, conn: Connection, bell: _Bell) -> None:
        """Say and hear until told to end. Raises psycopg.Error when the connection is lost."""
        conn.execute(_NOT_DURABLE)
        listening, free_at = False, 0.0
        while True:
            if self._listeners and not listening:
                conn.execute(_LISTEN)
                listening = True
                self._listeners.tell({EVERYTHING})  # whatever was said before
            if self._gathered and (self._closing or time.monotonic() >= free_at):
                self._notify(conn)
                free_at = time.monotonic() + GATHER_S
            if listening:
                self._hear(conn)
            if self._closing and not self._gathered:
                return
            bell.wait(conn, max(0.0, free_at - time.monotonic()) if self._gathered else None)

    def _notify(self, conn: Connection) -> None:
        with self._lock:
            words = self._gathered.take()
        try:
            conn.execute(_NOTIFY, (SEPARATOR.join(sorted(words)),))
        except psycopg.Error:
            with self._lock:
                self._gathered.add(words)  # perhaps it was said; twice does no harm
            raise

    def _hear(self, conn: Connection) -> None:
        """Pass on what others have said. What we said ourselves our listeners have heard at once."""
        ours = conn.info.backend_pid
        words: set[str] = set()
        for heard in conn.notifies(timeout=0):
            if heard.pid != ours:
                words.update(heard.payload.split(SEPARATOR))
        self._listeners.tell(words)

    def _rest(self, bell: _Bell, seconds: float) -> None:
        """Wait before connecting again, at least half the time and at most one and a half."""
        until = time.monotonic() + seconds * (0.5 + self._chance())
        while not self._closing and (left := until - time.monotonic()) > 0:
            bell.wait(None, left)

    def _complain(self, error: Exception) -> None:
        if time.monotonic() - self._complained > COMPLAIN_EVERY_S:
            self._complained = time.monotonic()
            log.warning("words to and from other processes wait for the database", reason=" ".join(str(error).split()))
