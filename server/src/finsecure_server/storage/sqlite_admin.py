"""SQLite, for the operator: its schema, and copies of it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from finsecure_server.storage.admin import Applied, Contents, Progress, Unfit
from finsecure_server.storage.files import publish_over
from finsecure_server.storage.sqlite import SqliteDatabase, connect
from finsecure_server.storage.urls import shown, sqlite_path

PAGES_A_STEP: Final = 4_096  # 16 MiB; between two steps the caller hears of the progress

_TABLES: Final = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
_HISTORY: Final = "SELECT number, name, checksum, applied_us FROM schema_migrations ORDER BY number"
_RECORD: Final = "INSERT INTO schema_migrations (number, name, checksum, applied_us) VALUES (?, ?, ?, ?)"


class SqliteSchema:
    """The schema of a database file."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def tables(self) -> frozenset[str]:
        return frozenset(name for (name,) in self._conn.execute(_TABLES))

    def history(self) -> list[Applied]:
        if "schema_migrations" not in self.tables():
            return []
        return [Applied(*row) for row in self._conn.execute(_HISTORY)]

    def apply(self, script: str, record: Applied) -> bool:
        execute = self._conn.execute
        execute("BEGIN IMMEDIATE")
        try:
            if len(self.history()) != record.number - 1:
                return False
            for statement in _statements(script):
                execute(statement)
            execute(_RECORD, record)
            execute("COMMIT")
        finally:
            if self._conn.in_transaction:
                execute("ROLLBACK")
        return True


class SqliteEngine:
    """The operator's side of SQLite."""

    name = "sqlite"

    def open(self, url: str) -> SqliteDatabase:
        return SqliteDatabase(sqlite_path(url))

    def dialect(self, script: str) -> str:
        return script

    @contextlib.contextmanager
    def schema(self, url: str, *, change: bool) -> Iterator[SqliteSchema]:
        path = sqlite_path(url)
        try:
            with contextlib.closing(_changing(path) if change else _looking(path)) as conn:
                yield SqliteSchema(conn)
        except sqlite3.DatabaseError as error:
            raise Unfit(f"{shown(url)}: {error}") from error

    def dump(self, url: str, target: Path, progress: Progress) -> None:
        """By the online backup API, from one read transaction, so that a writer neither waits nor shows through."""
        path = sqlite_path(url)
        if not path.exists():
            raise Unfit(f"there is no database at {path}")
        with contextlib.closing(connect(str(path), writer=False)) as source:
            source.execute("BEGIN")
            source.execute(_TABLES).fetchall()  # the first read is what takes the snapshot
            _copy(source, target, progress)

    def verify(self, backup: Path) -> Contents:
        try:
            with contextlib.closing(_looking(backup)) as conn:
                problems = [line for (line,) in conn.execute("PRAGMA integrity_check")]
                if problems != ["ok"]:
                    raise Unfit(f"{backup} is damaged: {problems[0]}")
                schema = SqliteSchema(conn)
                rows = {name: _count(conn, name) for name in sorted(schema.tables())}
                return Contents(schema.history(), rows)
        except sqlite3.DatabaseError as error:
            raise Unfit(f"{backup} is damaged: {error}") from error

    def load(self, backup: Path, url: str, scripts: Sequence[str], progress: Progress) -> None:
        """The file is made beside its place, and moved there when it is complete. It has its schema in it."""
        path = sqlite_path(url)
        with self.schema(url, change=False) as schema:
            if schema.tables():
                raise Unfit(f"{path} is not empty; restore into a new place, then change over")
        partial = path.with_name(path.name + ".partial")
        partial.unlink(missing_ok=True)
        try:
            with contextlib.closing(_looking(backup)) as source:
                _copy(source, partial, progress)
            for leftover in ("-wal", "-shm"):  # of the empty database; they must not be taken for the new one's
                path.with_name(path.name + leftover).unlink(missing_ok=True)
            publish_over(partial, path)
        finally:
            partial.unlink(missing_ok=True)


def _changing(path: Path) -> sqlite3.Connection:
    """A connection that may write. A new file is for its owner only: it will hold people's data."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    return connect(str(path), writer=True)


def _looking(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; to an empty database in memory if there is no file, so that none is made."""
    if not path.exists():
        return sqlite3.connect(":memory:", isolation_level=None)
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)


def _copy(source: sqlite3.Connection, target: Path, progress: Progress) -> None:
    """Copy page by page into a new file that is complete in itself: no write-ahead log beside it."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL, 0o600))
    with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
        source.backup(copy, pages=PAGES_A_STEP, progress=lambda _, left, pages: progress(pages - left, pages))
        copy.execute("PRAGMA journal_mode = DELETE")


def _count(conn: sqlite3.Connection, table: str) -> int:
    count: int = conn.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0]  # noqa: S608  a name from the catalogue
    return count


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would commit first."""
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):  # else the semicolon stood in a string, a comment or a trigger
            yield statement
            statement = ""
