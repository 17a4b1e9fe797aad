"""Backups: one consistent state of the database in one file, taken while others write, and read back before it counts.

The vault's master keys are not in it. They live outside the data directory, and a backup that held both would be as
good as the card numbers themselves.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from finsecure_server.storage.admin import Contents, Engine, Progress, Unfit
from finsecure_server.storage.engines import engine_of
from finsecure_server.storage.files import publish
from finsecure_server.storage.migrate import scripts_for, status
from finsecure_server.storage.urls import shown

OMITTED: Final = (
    "The vault's master keys are not in a backup. Keep a copy of them in another place: "
    "without them no stored card can be read again."
)
_BEGINS: Final = {"sqlite": b"SQLite format 3\0", "postgresql": b"PK\x03\x04"}


class Report(NamedTuple):
    """What was copied. `omitted` is for people to read, each time."""

    engine: str  # sqlite | postgresql
    path: Path
    size: int  # bytes
    schema: str  # the last migration that the data has seen
    rows: Mapping[str, int]  # table -> rows
    omitted: str = OMITTED


def _silent(_done: int, _total: int) -> None:
    """For callers who do not watch."""


def backup(url: str, target: Path, *, progress: Progress = _silent) -> Report:
    """Write a backup to `target`, which must not exist yet. Raises Unfit."""
    engine = engine_of(url)
    if target.exists():
        raise Unfit(f"{target} exists already; a backup never replaces a file")
    if not target.parent.is_dir():
        raise Unfit(f"there is no folder {target.parent}")
    if all(state.applied_us is None for state in status(url)):
        raise Unfit(f"{shown(url)} is empty: there is nothing to back up")
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        engine.dump(url, partial, progress)
        contents = _read_back(engine, partial)
        scripts_for(engine, contents.history)  # what this program could not restore is no backup
        report = _report(engine, target, partial.stat().st_size, contents)
        publish(partial, target)
    except FileExistsError as error:
        raise Unfit(f"{target} exists already; a backup never replaces a file") from error
    finally:
        partial.unlink(missing_ok=True)
    return report


def _read_back(engine: Engine, partial: Path) -> Contents:
    try:
        return engine.verify(partial)
    except Unfit as error:  # it names a file that is about to go; what is damaged is the database
        raise Unfit("the copy could not be read back and was not kept; run `finsecure-server verify`") from error


def restore(source: Path, url: str, *, progress: Progress = _silent) -> Report:
    """Fill an empty database from a backup. Raises Unfit; then the database is as empty as before."""
    engine = engine_of(url)
    if not source.is_file():
        raise Unfit(f"there is no backup at {source}")
    with source.open("rb") as file:
        begins = file.read(16)
    if not begins.startswith(_BEGINS[engine.name]):
        kinds = [name for name, magic in _BEGINS.items() if begins.startswith(magic)]
        kind = f"a backup of {kinds[0]}" if kinds else "no backup of ours"
        raise Unfit(f"{source} is {kind}; it cannot be restored into {engine.name}")
    contents = engine.verify(source)
    engine.load(source, url, scripts_for(engine, contents.history), progress)
    return _report(engine, source, source.stat().st_size, contents)


def _report(engine: Engine, path: Path, size: int, contents: Contents) -> Report:
    if not contents.history:
        raise Unfit(f"{path} holds no schema of ours")
    return Report(engine.name, path, size, contents.history[-1].name, contents.rows)
