"""Which engine a URL means. The only place that knows there are two."""

from __future__ import annotations

from finsecure_server.storage.admin import Engine
from finsecure_server.storage.database import Database
from finsecure_server.storage.sqlite_admin import SqliteEngine
from finsecure_server.storage.structs import learn_structs
from finsecure_server.storage.urls import is_postgres


def engine_of(url: str) -> Engine:
    """The engine behind a URL (storage/urls.py). ValueError if it names none."""
    if is_postgres(url):
        from finsecure_server.storage.postgres_admin import PostgresEngine  # noqa: PLC0415  psycopg: 0.2 s to import

        return PostgresEngine()
    return SqliteEngine()


def open_database(url: str) -> Database:
    """The database behind a URL, for ops. Its schema is `migrate`'s business."""
    learn_structs()
    return engine_of(url).open(url)
