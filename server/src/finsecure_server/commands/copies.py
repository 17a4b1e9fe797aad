"""`finsecure-server backup` and `restore`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click

from finsecure_server.commands.terminal import Command, answer, json_option, now_us, on_database, progress, warn
from finsecure_server.opening import alone, existing, key_file, location, master_keys
from finsecure_server.payment_methods import vault_ops
from finsecure_server.payment_methods.keys import KeysError
from finsecure_server.settings import Settings
from finsecure_server.storage import backup as backups
from finsecure_server.storage import migrate
from finsecure_server.storage.backup import OMITTED, Report


@click.command(cls=Command)
@click.argument("target", type=click.Path(path_type=Path))
@on_database
@json_option
def backup(settings: Settings, target: Path, as_json: bool) -> None:
    """Copy one consistent state of the database into a file, while servers run.

    The file TARGET must not exist yet. It holds everything but the vault's master keys, and is read back and checked.
    """
    report = backups.backup(settings.database_url, target, progress=progress("backup"))
    lines = [f"Copied {location(settings)} to {target} and read it back: {_summary(report)}.", OMITTED]
    if settings.master_key is None:
        lines.append(f"They are in {key_file(settings, os.environ)}.")
    answer(as_json, _document(report), "\n".join(lines))


@click.command(cls=Command)
@click.argument("source", type=click.Path(path_type=Path))
@on_database
@json_option
def restore(settings: Settings, source: Path, as_json: bool) -> None:
    """Fill an empty database from a backup.

    The file SOURCE is one that `backup` made, from the same engine. All of it is restored, or nothing.
    """
    with alone(settings, now_us(), "restoring a backup"):  # a server that begins meanwhile would lose what it writes
        report = backups.restore(source, settings.database_url, progress=progress("restore"))
    answer(as_json, _document(report), f"Restored {source} into {location(settings)}: {_summary(report)}.")
    asyncio.run(_check_keys(settings))


async def _check_keys(settings: Settings) -> None:
    """A restored database is of no use to a server that has other keys: better said now than when it is started."""
    if migrate.plan(settings.database_url):
        return  # it is of an older version; `serve` brings it up to date, and checks then
    db = existing(settings)
    try:
        if await db.read(vault_ops.keys_in_use):
            await master_keys(settings, os.environ, db)
    except KeysError as error:
        warn(str(error))
    finally:
        await db.close()


def _summary(report: Report) -> str:
    rows = sum(report.rows.values())
    return f"{rows:,} rows in {len(report.rows)} tables, {_size(report.size)}, schema {report.schema}"


def _size(octets: int) -> str:
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if octets >= scale:
            return f"{octets / scale:.1f} {unit}"
    return f"{octets} bytes"


def _document(report: Report) -> dict[str, object]:
    document = {**report._asdict(), "path": str(report.path), "rows": dict(report.rows)}
    document["migration"] = document.pop("schema")  # `schema` is the document's own
    return document
