"""What can be wrong with a database that takes no work: a kind for programs, and words for people."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Trouble(StrEnum):
    """Why a database takes no work."""

    DISK_FULL = "disk_full"
    READ_ONLY = "read_only"
    FILE_MISSING = "file_missing"
    LOCKED = "locked"
    IO_ERROR = "io_error"
    DAMAGED = "damaged"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no_answer"
    STOPPING = "stopping"
    OTHER = "other"


#: What is said of each, behind "The database cannot take work now: ".
SAYS: Final[Mapping[Trouble, str]] = MappingProxyType(
    {
        Trouble.DISK_FULL: "its disk is full",
        Trouble.READ_ONLY: "it is read-only",
        Trouble.FILE_MISSING: "its file was moved or deleted, or its disk is gone",
        Trouble.LOCKED: "another program holds its file",
        Trouble.IO_ERROR: "its disk fails",
        Trouble.DAMAGED: "its file is damaged",
        Trouble.UNREACHABLE: "it cannot be reached",
        Trouble.NO_ANSWER: "it does not answer in time",
        Trouble.STOPPING: "the server is shutting down",
        Trouble.OTHER: "it refuses writes; the server's log says why",
    }
)
assert set(SAYS) == set(Trouble)

#: SQLite's primary result codes (https://www.sqlite.org/rescode.html) that are no mistake of a statement.
_OF_SQLITE: Final[Mapping[int, Trouble]] = MappingProxyType(
    {
        sqlite3.SQLITE_FULL: Trouble.DISK_FULL,
        sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
        sqlite3.SQLITE_BUSY: Trouble.LOCKED,
        sqlite3.SQLITE_LOCKED: Trouble.LOCKED,
        sqlite3.SQLITE_IOERR: Trouble.IO_ERROR,
        sqlite3.SQLITE_CANTOPEN: Trouble.FILE_MISSING,
        sqlite3.SQLITE_CORRUPT: Trouble.DAMAGED,
        sqlite3.SQLITE_NOTADB: Trouble.DAMAGED,
    }
)


def of_sqlite(error: BaseException) -> Trouble | None:
    """What a failure of SQLite says of the database; None when it is the op's own."""
    if not isinstance(error, sqlite3.Error):
        return None
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest tells more closely, and differs by system
    other = Trouble.OTHER if isinstance(error, sqlite3.OperationalError) else None
    return _OF_SQLITE.get(primary, other)


def of_sqlstate(state: str | None) -> Trouble:
    """What a failure of PostgreSQL says of it, by its SQLSTATE; None is a connection that was not had, or was lost."""
    if state is None or state[:2] in {"08", "57"} or state == "55000":
        # 08 connection, 57P01 to 57P05 shutting down or starting; 57014, stopped by us, took too long
        return Trouble.NO_ANSWER if state == "57014" else Trouble.UNREACHABLE
    return {"53100": Trouble.DISK_FULL, "25006": Trouble.READ_ONLY, "58030": Trouble.IO_ERROR}.get(state, Trouble.OTHER)
