"""What the rest of the platform knows of a database: a transaction, and somebody to run it.

Ops are plain functions of a `Tx`. They are never given a connection, never commit, and may be run again after a
serialization failure, so they hold no effect on the outside. SQL is written once, with `:named` parameters, and means
the same on both engines.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from finsecure_server.storage.troubles import Trouble

T = TypeVar("T")


class Row(Protocol):
    """A row that is read by column name."""

    def __getitem__(self, column: str, /) -> Any: ...


class Reader(Protocol):
    """A consistent view of what is committed."""

    def one(self, sql: str, /, **params: object) -> Row | None:
        """The first row, if there is one."""
        ...

    def all(self, sql: str, /, **params: object) -> list[Row]:
        """Every row."""
        ...


class Tx(Reader, Protocol):
    """One transaction: all of it happens, or none."""

    def lock(self, sql: str, /, **params: object) -> Row | None:
        """Like `one`, and nobody else may change that row until this transaction ends."""
        ...

    def run(self, sql: str, /, **params: object) -> int:
        """Write; returns how many rows it changed."""
        ...

    def append(self, table: str, row: Mapping[str, object], /) -> None:
        """Add a row that this transaction will not read again: it is written in bulk as the transaction commits.

        A unique key that is taken shows only then. The op is run again, alone, and should see whose it is.
        """
        ...

    def later(self, sql: str, /, **params: object) -> None:
        """A write that nothing in this transaction depends on, done as it commits: its row is held a short time."""
        ...

    def tell(self, word: str, /) -> None:
        """Once this is committed, whoever listens to the database hears the word: a hint that may be lost, no more."""
        ...

    def flush(self) -> None:
        """Do now what `append` and `later` have put off, so that this transaction can read it."""
        ...


class Database(Protocol):
    """An engine. `url` names it; secrets in it are never logged."""

    url: str

    def write(self, op: Callable[[Tx], T]) -> Awaitable[T]:
        """Run `op` in a transaction of its own. When this returns, its writes are durable. If it raises, none is."""
        ...

    def read(self, look: Callable[[Reader], T]) -> Awaitable[T]:
        """Look at what is committed."""
        ...

    def listen(self, hear: Callable[[frozenset[str]], None]) -> None:
        """Have `hear` called, on this event loop, with the words of what was committed, by whichever process.

        "*" stands for words that were too many, or that may have been missed: anything can have happened.
        """
        ...

    async def check_writable(self) -> None:
        """Raises Unavailable, within seconds, while writes cannot be made. Costs nothing while real ones succeed."""
        ...

    async def close(self) -> None:
        """Finish what is queued, then let go of the engine."""
        ...


class Unavailable(Exception):
    """The database cannot take work now (full disk, lost connection, shutting down). Nothing was written."""

    def __init__(self, reason: str, trouble: Trouble = Trouble.OTHER) -> None:
        """`reason` is for the log, in the engine's words; `trouble` is for programs."""
        super().__init__(reason)
        self.trouble = trouble


class Overloaded(Unavailable):
    """More ops wait than may: this one was not taken in. It passes by itself."""


class CommitUnknown(Exception):
    """The connection was lost during COMMIT: all of it is written, or nothing, and we cannot tell which.

    Never run the op again on this ground. Look for what it would have written, as the recovery of a started idempotency
    key does.
    """
