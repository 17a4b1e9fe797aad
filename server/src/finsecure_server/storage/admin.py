"""What an engine can do beside transactions: change its schema, be copied whole. For the operator, never for an op."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol

from finsecure_server.storage.database import Database

Progress = Callable[[int, int], None]
"""Is told how far a copy has come: done, and of how many. The unit is the engine's: pages, or rows."""


class Unfit(Exception):
    """This database or this backup cannot be used so; the message says why and what to do. Nothing was changed."""


class Applied(NamedTuple):
    """A row of schema_migrations."""

    number: int
    name: str
    checksum: str  # SHA-256 of the file, hex
    applied_us: int  # wall clock


class Contents(NamedTuple):
    """What a backup holds."""

    history: Sequence[Applied]
    rows: Mapping[str, int]  # table -> rows


class Schema(Protocol):
    """The schema of one database, held so that nobody else changes it meanwhile."""

    def tables(self) -> frozenset[str]:
        """The names of the tables that stand there."""
        ...

    def history(self) -> list[Applied]:
        """The migrations applied so far, in order; none if the database is empty."""
        ...

    def apply(self, script: str, record: Applied) -> bool:
        """Run a script and record it, in one transaction. False, and nothing done, if somebody was faster."""
        ...


class Engine(Protocol):
    """The operator's side of an engine."""

    name: str

    def open(self, url: str) -> Database:
        """The database, ready for ops."""
        ...

    def dialect(self, script: str) -> str:
        """A migration as this engine takes it."""
        ...

    def schema(self, url: str, *, change: bool) -> AbstractContextManager[Schema]:
        """The schema; to `change` it makes the database if there is none. Raises Unfit if it cannot be held."""
        ...

    def dump(self, url: str, target: Path, progress: Progress) -> None:
        """Copy one consistent state of everything into a new file, while others go on writing."""
        ...

    def verify(self, backup: Path) -> Contents:
        """Read a whole backup and check it against itself. Raises Unfit if it is damaged."""
        ...

    def load(self, backup: Path, url: str, scripts: Sequence[str], progress: Progress) -> None:
        """Fill an empty database from a backup whose schema these scripts make. All of it, or nothing."""
        ...
