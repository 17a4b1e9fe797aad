"""Bring a database to the schema that this program knows.

Forward only, plain SQL, one transaction a migration. A file is named `NNNN_(pre|post)_what.sql`: `pre` runs before the
new program starts, so the old one must still work on it; `post` runs when the old one is gone. What was applied is
recorded with the SHA-256 of its file, and history is never rewritten: a database that is newer than this program, has a
gap or was made by other files is refused.

`schema.sql` shows the whole as it stands after the last migration; a test proves that it is the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from finsecure_server.storage.admin import Applied, Engine, Schema, Unfit
from finsecure_server.storage.engines import engine_of

FOLDER: Final = Path(__file__).parent / "migrations"
FILE_NAME: Final = re.compile(r"(?P<number>\d{4})_(?P<phase>pre|post)_[a-z0-9_]+\.sql")


class Migration(NamedTuple):
    """One step of the schema."""

    number: int  # from 1, without a gap
    phase: str  # pre | post
    name: str  # 0001_pre_initial
    checksum: str  # SHA-256 of the file, hex
    script: str  # as the engine at hand takes it


class State(NamedTuple):
    """A migration, and when it was applied to a database: wall clock, microseconds; None if it was not yet."""

    migration: Migration
    applied_us: int | None


def status(url: str, *, folder: Path = FOLDER) -> list[State]:
    """Every migration that this program knows, with what became of it there. Raises Unfit."""
    engine = engine_of(url)
    with engine.schema(url, change=False) as schema:
        known = _known(engine, folder)
        history = _vetted(schema, known)
    times = {applied.number: applied.applied_us for applied in history}
    return [State(migration, times.get(migration.number)) for migration in known]


def plan(url: str, *, folder: Path = FOLDER) -> list[Migration]:
    """What `up` would do, without doing it. Raises Unfit."""
    return [state.migration for state in status(url, folder=folder) if state.applied_us is None]


def up(url: str, wall_us: int, *, folder: Path = FOLDER) -> list[Migration]:
    """Apply what is missing; returns what this call applied. An empty database, or none, is made. Raises Unfit."""
    engine = engine_of(url)
    known = _known(engine, folder)
    done: list[Migration] = []
    with engine.schema(url, change=True) as schema:
        while len(history := _vetted(schema, known)) < len(known):
            step = known[len(history)]
            if schema.apply(step.script, Applied(step.number, step.name, step.checksum, wall_us)):
                done.append(step)
    return done


def scripts_for(engine: Engine, history: Sequence[Applied], *, folder: Path = FOLDER) -> list[str]:
    """The scripts that make the schema of a database with this history. Raises Unfit if this program knows another."""
    known = _known(engine, folder)
    _vet(history, known)
    return [migration.script for migration in known[: len(history)]]


def _known(engine: Engine, folder: Path) -> list[Migration]:
    known = []
    for number, path in enumerate(sorted(folder.glob("*.sql")), start=1):
        match = FILE_NAME.fullmatch(path.name)
        assert match, f"{path.name} is not named NNNN_(pre|post)_what.sql"
        assert int(match["number"]) == number, f"{path.name} is number {number}"
        content = path.read_bytes()
        script = engine.dialect(content.decode())
        known.append(Migration(number, match["phase"], path.stem, sha256(content).hexdigest(), script))
    return known


def _vetted(schema: Schema, known: Sequence[Migration]) -> list[Applied]:
    history = schema.history()
    if not history and (strangers := schema.tables()):
        names = ", ".join(sorted(strangers)[:5])
        raise Unfit(f"this database is not FinSecure's: it holds tables ({names}) that no migration has made")
    _vet(history, known)
    return history


def _vet(history: Sequence[Applied], known: Sequence[Migration]) -> None:
    """Refuse a history that is not the beginning of ours."""
    for expected, applied in enumerate(history, start=1):
        if applied.number != expected:
            raise Unfit(
                f"migration {expected} is missing from the database's history, though {applied.name} stands there"
            )
        if expected > len(known):
            raise Unfit(
                f"the database is newer than this program: it has {applied.name}, and this program knows {len(known)} "
                "migrations. Start the newer program, or restore a backup from before"
            )
        migration = known[expected - 1]
        if applied.checksum != migration.checksum:
            raise Unfit(
                f"{applied.name} was applied with another content than {migration.name} has in this program "
                f"(SHA-256 {applied.checksum[:12]} there, {migration.checksum[:12]} here). A migration never changes "
                "after its release: use the program that made this database"
            )
