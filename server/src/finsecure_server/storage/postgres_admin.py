"""PostgreSQL, for the operator: its schema, and copies of it in one file.

The copy is a zip: `manifest.json`, and one file a table in the text format of COPY. All of it comes from one REPEATABLE
READ transaction, so it is one state of the database; `pg_dump` need not be installed, and any later version reads it.
"""

from __future__ import annotations

import contextlib
import os
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final, LiteralString

import msgspec
import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from finsecure_server.storage.admin import Applied, Contents, Progress, Unfit
from finsecure_server.storage.dialect import postgres_schema
from finsecure_server.storage.postgres import PostgresDatabase, connect
from finsecure_server.storage.urls import shown

FORMAT: Final = 1
ADVISORY_LOCK: Final = 0x46494E53  # "FINS": one migration or restore at a time
ADVISORY_WAIT_MS: Final = 30_000  # as long as a second server may wait for the first one's migration
TABLE_WAIT_MS: Final = 5_000  # a migration that queues behind a long transaction would stop all traffic behind itself
MIGRATION_MS: Final = 600_000
CHUNK_BYTES: Final = 1 << 20
COMPRESSION: Final = 3  # text shrinks to a quarter at any level; higher ones only take longer

_TABLES: Final = (
    "SELECT relname, CAST(GREATEST(reltuples, 0) AS BIGINT) FROM pg_class"
    " WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1"
)
_COLUMNS: Final = (
    "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)
_HISTORY: Final = "SELECT number, name, checksum, applied_us FROM schema_migrations ORDER BY number"
_RECORD: Final = "INSERT INTO schema_migrations (number, name, checksum, applied_us) VALUES ($1, $2, $3, $4)"

Connection = psycopg.Connection[Any]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table of a backup; its rows are in `<name>.copy`."""

    name: str
    columns: list[str]
    rows: int
    size: int  # bytes, before compression
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup says of itself."""

    format: int
    engine: str
    server: int  # version of the server it came from: 180004
    history: list[Applied]
    tables: list[Table]


class PostgresSchema:
    """The schema of a database."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def tables(self) -> frozenset[str]:
        return frozenset(name for name, _ in self._rows(_TABLES))

    def history(self) -> list[Applied]:
        if "schema_migrations" not in self.tables():
            return []
        return [Applied(*row) for row in self._rows(_HISTORY)]

    def apply(self, script: str, record: Applied) -> bool:
        with self._conn.transaction():
            if len(self.history()) != record.number - 1:
                return False
            _run(self._conn, script)
            self._conn.execute(_RECORD, record)
        return True

    def _rows(self, query: LiteralString) -> list[tuple[Any, ...]]:
        return self._conn.cursor(row_factory=tuple_row).execute(query).fetchall()


class PostgresEngine:
    """The operator's side of PostgreSQL."""

    name = "postgresql"

    def open(self, url: str) -> PostgresDatabase:
        return PostgresDatabase(url)

    def dialect(self, script: str) -> str:
        return postgres_schema(script)

    @contextlib.contextmanager
    def schema(self, url: str, *, change: bool) -> Iterator[PostgresSchema]:
        with _connected(url, statement_timeout=MIGRATION_MS) as conn:
            if change:
                _hold(conn)
            yield PostgresSchema(conn)

    def dump(self, url: str, target: Path, progress: Progress) -> None:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL, 0o600))
        with (
            _connected(url, statement_timeout=0) as conn,
            zipfile.ZipFile(target, "w", compresslevel=COMPRESSION) as archive,
        ):
            conn.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            estimates = conn.cursor(row_factory=tuple_row).execute(_TABLES).fetchall()
            history = PostgresSchema(conn).history()
            tables: list[Table] = []
            total = sum(estimate for _, estimate in estimates)
            for name, _ in estimates:
                tables.append(_dump_table(conn, archive, name))
                done = sum(table.rows for table in tables)
                progress(done, max(done, total))
            manifest = Manifest(FORMAT, self.name, conn.info.server_version, history, tables)
            archive.writestr("manifest.json", msgspec.json.format(msgspec.json.encode(manifest)), zipfile.ZIP_DEFLATED)

    def verify(self, backup: Path) -> Contents:
        with _opened(backup) as archive:
            manifest = _manifest(archive)
            for table in manifest.tables:
                with archive.open(f"{table.name}.copy") as file:
                    for _ in _chunks(file, table):
                        """Reading to the end is what checks it."""
        return Contents(manifest.history, {table.name: table.rows for table in manifest.tables})

    def load(self, backup: Path, url: str, scripts: Sequence[str], progress: Progress) -> None:
        """In one transaction. The rows of schema_migrations come from the backup like all others."""
        with _opened(backup) as archive, _connected(url, statement_timeout=0) as conn:
            manifest = _manifest(archive)
            _hold(conn)
            with conn.transaction():
                if PostgresSchema(conn).tables():
                    raise Unfit(f"{shown(url)} is not empty; restore into a new database, then change over")
                for script in scripts:
                    _run(conn, script)
                done, total = 0, sum(table.rows for table in manifest.tables)
                for table in manifest.tables:
                    with archive.open(f"{table.name}.copy") as file:
                        _load_table(conn, table, file)
                    done += table.rows
                    progress(done, total)
            conn.execute("ANALYZE")


@contextlib.contextmanager
def _connected(url: str, *, statement_timeout: int) -> Iterator[Connection]:
    try:
        with connect(url, statement_timeout=statement_timeout, lock_timeout=ADVISORY_WAIT_MS) as conn:
            yield conn
    except psycopg.errors.LockNotAvailable as error:
        raise Unfit(f"{shown(url)}: somebody else holds what is needed; try again when they are done") from error
    except psycopg.OperationalError as error:
        raise Unfit(f"{shown(url)}: {error}") from error


def _hold(conn: Connection) -> None:
    """Wait until nobody else changes the schema, and hold it until the connection closes."""
    conn.execute("SELECT pg_advisory_lock($1)", (ADVISORY_LOCK,))
    conn.execute("SELECT set_config('lock_timeout', $1, false)", (str(TABLE_WAIT_MS),))


def _run(conn: Connection, script: str) -> None:
    """Many statements at once, which is why it must not be prepared."""
    conn.execute(sql.SQL(script), prepare=False)


def _dump_table(conn: Connection, archive: zipfile.ZipFile, name: str) -> Table:
    columns = [column for (column,) in conn.cursor(row_factory=tuple_row).execute(_COLUMNS, (name,)).fetchall()]
    query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(name)
    )
    info = zipfile.ZipInfo(f"{name}.copy")
    info.compress_type = zipfile.ZIP_DEFLATED
    rows, size, digest = 0, 0, sha256()
    with archive.open(info, "w", force_zip64=True) as file, conn.cursor().copy(query) as copy:
        for block in copy:
            rows += bytes(block).count(b"\n")  # one a row: a line break inside a value is written as \n
            size += len(block)
            digest.update(block)
            file.write(block)
    return Table(name, columns, rows, size, digest.hexdigest())


def _load_table(conn: Connection, table: Table, file: IO[bytes]) -> None:
    if table.name == "schema_migrations":
        conn.execute("DELETE FROM schema_migrations")
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, table.columns))
    )
    cursor = conn.cursor()
    with cursor.copy(query) as copy:
        for chunk in _chunks(file, table):
            copy.write(chunk)
    if cursor.rowcount != table.rows:
        raise Unfit(f"{table.name}: {table.rows} rows are in the backup, {cursor.rowcount} arrived")


def _chunks(file: IO[bytes], table: Table) -> Iterator[bytes]:
    """The rows of a table, checked at the end against what the manifest says of them."""
    rows, size, digest = 0, 0, sha256()
    while chunk := file.read(CHUNK_BYTES):
        rows += chunk.count(b"\n")
        size += len(chunk)
        digest.update(chunk)
        yield chunk
    if (rows, size, digest.hexdigest()) != (table.rows, table.size, table.sha256):
        raise Unfit(f"the backup is damaged: {table.name} is not what the manifest says")


@contextlib.contextmanager
def _opened(backup: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(backup) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError) as error:
        raise Unfit(f"{backup} is damaged: {error}") from error


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        manifest = msgspec.json.decode(archive.read("manifest.json"), type=Manifest)
    except msgspec.MsgspecError as error:
        raise Unfit(f"the backup's manifest cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise Unfit(f"the backup has format {manifest.format}; this program reads format {FORMAT}")
    return manifest
