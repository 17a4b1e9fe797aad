"""`finsecure-server migrate`: the database's schema."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from finsecure_server.commands.terminal import Command, Group, answer, json_option, now_us, on_database
from finsecure_server.opening import make_room
from finsecure_server.settings import Settings
from finsecure_server.storage import migrate as migrations
from finsecure_server.storage.migrate import State


@click.group(cls=Group)
def migrate() -> None:
    """The database's schema: see what is missing, bring it up to date."""


@migrate.command("status", cls=Command)
@on_database
@json_option
def status(settings: Settings, as_json: bool) -> None:
    """Which migrations this program knows, and when each was applied."""
    states = migrations.status(settings.database_url)
    answer(
        as_json,
        {"migrations": [{"name": state.migration.name, "applied_at": _when(state)} for state in states]},
        "\n".join(f"{state.migration.name}  {_when(state) or 'not applied'}" for state in states),
    )


@migrate.command("plan", cls=Command)
@on_database
@json_option
def plan(settings: Settings, as_json: bool) -> None:
    """The SQL that `up` would run, without running it."""
    steps = migrations.plan(settings.database_url)
    scripts = [f"-- {step.name}\n{step.script.strip()}\n" for step in steps]
    answer(
        as_json,
        {"steps": [{"name": step.name, "sql": step.script} for step in steps]},
        "\n".join(scripts or ["-- Nothing to do: the schema is up to date."]),
    )


@migrate.command("up", cls=Command)
@on_database
@json_option
def up(settings: Settings, as_json: bool) -> None:
    """Bring the schema up to date. `serve` does so too when it starts."""
    make_room(settings)
    steps = migrations.up(settings.database_url, now_us())
    lines = [f"Applied {step.name}." for step in steps]
    answer(
        as_json,
        {"applied": [step.name for step in steps]},
        "\n".join(lines or ["Nothing to do: the schema is up to date."]),
    )


def _when(state: State) -> str | None:
    if state.applied_us is None:
        return None
    return datetime.fromtimestamp(state.applied_us // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
