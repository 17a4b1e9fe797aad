"""Whether an engine's own files are sound. PostgreSQL keeps checksums of its pages and sees to that itself."""

from __future__ import annotations

import sqlite3
from typing import Final

from finsecure_server.storage.database import Reader, Unavailable
from finsecure_server.storage.urls import is_postgres

#: What a read raises, among other troubles, of a file that is damaged where one reads it.
UNREADABLE: Final = Unavailable


def damage(reader: Reader, url: str) -> list[str]:
    """What SQLite finds wrong with its file, in its own words; nothing if all is well. Reads the whole file."""
    if is_postgres(url):
        return []
    try:
        found = [str(row["integrity_check"]) for row in reader.all("PRAGMA integrity_check")]
        dangling = reader.all("PRAGMA foreign_key_check")
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [line for line in found if line != "ok"] + [
        f"row {row['rowid']} of {row['table']} points to a row of {row['parent']} that is not there" for row in dangling
    ]
