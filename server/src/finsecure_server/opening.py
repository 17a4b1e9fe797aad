"""Open what a command works on: the database at today's schema, and the vault's master keys that go with it."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from finsecure_server.payment_methods import keys, vault_ops
from finsecure_server.payment_methods.keys import Keys, KeysError
from finsecure_server.settings import Settings
from finsecure_server.storage import migrate
from finsecure_server.storage.admin import Unfit
from finsecure_server.storage.database import Database
from finsecure_server.storage.engines import open_database
from finsecure_server.storage.ownership import owned
from finsecure_server.storage.urls import is_postgres, shown, sqlite_path


def location(settings: Settings) -> str:
    """Where the database is, for people: a path, or a URL without its password."""
    url = settings.database_url
    return shown(url) if is_postgres(url) else str(sqlite_path(url))


def key_file(settings: Settings, environ: Mapping[str, str]) -> Path:
    """Where the vault's key file lies, or will lie."""
    return settings.master_key_file or keys.default_path(environ)


def make_room(settings: Settings) -> None:
    """Make the folder of the embedded database. It is its owner's only: it will hold people's data. Raises Unfit."""
    if is_postgres(settings.database_url):
        return
    path = sqlite_path(settings.database_url)
    other = "Name another one with --data or FINSECURE_DATA"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unfit(f"the data folder {path.parent} cannot be made: {error.strerror}. {other}") from error
    if path.is_dir():
        raise Unfit(f"{path} is a folder. Name a file in it: sqlite:///{path.as_posix().lstrip('/')}/finsecure.db")
    for needed in (path.parent, path):
        if needed.exists() and not os.access(needed, os.W_OK):
            raise Unfit(f"{needed} cannot be written: it is another user's, or its disk is read-only. {other}")


@contextlib.contextmanager
def alone(settings: Settings, wall_us: int, doing: str) -> Iterator[None]:
    """Own the embedded database meanwhile; a PostgreSQL many may use. `doing` is what others read. Raises Unfit."""
    if is_postgres(settings.database_url):
        yield
        return
    make_room(settings)
    with owned(sqlite_path(settings.database_url)) as owner:
        owner.say(wall_us, doing=doing)
        yield


async def prepare(settings: Settings, environ: Mapping[str, str], wall_us: int) -> tuple[Database, Keys]:
    """The database at today's schema, made if there is none, and its keys. Raises Unfit, KeysError."""
    make_room(settings)
    await asyncio.to_thread(migrate.up, settings.database_url, wall_us)
    db = open_database(settings.database_url)
    try:
        return db, await master_keys(settings, environ, db)
    except BaseException:
        await db.close()
        raise


async def join(settings: Settings, environ: Mapping[str, str]) -> tuple[Database, Keys]:
    """The database and the keys of servers that are there already; nothing is made. Raises Unfit, KeysError."""
    db = existing(settings)
    try:
        given = settings.master_key
        found = keys.load(key_file(settings, environ)) if given is None else keys.from_value(given)
        await db.read(lambda reader: vault_ops.check_keys(reader, found))
    except BaseException:
        await db.close()
        raise
    return db, found


def existing(settings: Settings) -> Database:
    """The database as it stands. Raises Unfit if there is none, or if it is not at today's schema: nothing is made."""
    states = migrate.status(settings.database_url)
    if all(state.applied_us is None for state in states):
        raise Unfit(f"there is no FinSecure database at {location(settings)}")
    if any(state.applied_us is None for state in states):
        raise Unfit(f"{location(settings)} is of an older version: run `finsecure-server migrate up`")
    return open_database(settings.database_url)


async def master_keys(settings: Settings, environ: Mapping[str, str], db: Database) -> Keys:
    """The keys for what is sealed in this database; made anew only if it holds none. Raises KeysError."""
    place = key_file(settings, environ)
    in_use = await db.read(vault_ops.keys_in_use)
    if in_use and settings.master_key is None and not place.exists():
        raise KeysError(
            f"Stored numbers and secrets need the master keys {', '.join(sorted(in_use))}, "
            f"and there is no key file {place}. Put it back: without it they cannot be read."
        )
    local = None if is_postgres(settings.database_url) else settings.data
    found = keys.obtain(settings.master_key, place, local)
    await db.read(lambda reader: vault_ops.check_keys(reader, found))
    return found
