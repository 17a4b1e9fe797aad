"""`finsecure config`: what is set, and where it comes from."""

from __future__ import annotations

import click

from finsecure.cli import config as files
from finsecure.cli import places
from finsecure.cli.flags import group
from finsecure.cli.masking import masked
from finsecure.cli.session import Session, with_session


@group("config")
def config() -> None:
    """Settings, and where each comes from."""


@config.command("show")
@click.option("--origin", is_flag=True, help="Also where each comes from, and what it overrode.")
@with_session
def show(session: Session, origin: bool) -> None:
    """Every setting with its value."""
    found = list(session.settings.values())
    if session.flags.json:
        rows = [
            {
                "name": one.name,
                "value": _shown(session, one.value),
                "origin": one.origin,
                "overrode": [{"value": _shown(session, value), "origin": where} for value, where in one.overrode],
            }
            for one in found
        ]
        session.out.json({"schema": "finsecure.config/1", "settings": rows})
        return
    if not origin:
        session.out.table(["setting", "value"], [[one.name, _shown(session, one.value) or ""] for one in found])
        return
    cells = []
    for one in found:
        cells.append([one.name, _shown(session, one.value) or "", one.origin])
        cells += [["", _shown(session, value) or "", f"overridden: {where}"] for value, where in one.overrode]
    session.out.table(["setting", "value", "origin"], cells)


def _shown(session: Session, value: str | None) -> str | None:
    return value if value is None or session.flags.reveal else masked(value)


@config.command("path")
@with_session
def path(session: Session) -> None:
    """Where the files are that settings are read from, and whether they are there."""
    paths = {
        "project": places.project_file().absolute(),
        "user": places.user_file(),
        "system": places.system_file(),
        "state": places.state(),
    }
    if session.flags.json:
        rows = {name: {"path": str(one), "exists": one.exists()} for name, one in paths.items()}
        session.out.json({"schema": "finsecure.paths/1", **rows})
        return
    rows_ = [[name, str(one), "there" if one.exists() else "not there"] for name, one in paths.items()]
    session.out.table(["kind", "path", ""], rows_)


@config.command("variables")
@with_session
def variables(session: Session) -> None:
    """The variables of the environment that are read."""
    session.out.table(["variable", "setting"], [[variable, name] for name, variable in files.VARIABLES.items()])
