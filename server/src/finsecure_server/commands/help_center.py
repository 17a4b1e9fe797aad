"""`finsecure-server help`: what the help center owes its readers, and the help center as files."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import msgspec

from finsecure_server.app import LIBRARY, ROUTES
from finsecure_server.commands.terminal import Command, Group, answer, json_option, now_us, on_database, progress
from finsecure_server.help import ops
from finsecure_server.help.library import ADDRESS
from finsecure_server.help.ops import Debt
from finsecure_server.help.store import DAY_US
from finsecure_server.opening import existing
from finsecure_server.pages import export as exporting
from finsecure_server.settings import Settings

DAYS: Final = 30
SHOWN_MAX: Final = 50
TEXTS_MAX: Final = 3
NOT_RUN: Final = 22  # the exit code of a look that could not be taken


@click.group("help", cls=Group)
def help_center() -> None:
    """The help center: what its readers did not find, and its pages as files."""


class Look(Command):
    """A command that looks at the database."""

    failing_code = NOT_RUN


@help_center.command("debt", cls=Look)
@on_database
@click.option("--days", type=click.IntRange(1, 180), default=DAYS, show_default=True, help="How far back to look.")
@json_option
def debt(settings: Settings, days: int, as_json: bool) -> None:
    """What readers looked for and did not find, and the pages that did not solve it; the worst first."""
    owed = asyncio.run(_debt(settings, now_us() - days * DAY_US))
    answer(as_json, {"days": days, **msgspec.to_builtins(owed)}, _text(owed, days))


async def _debt(settings: Settings, since_us: int) -> Debt:
    db = existing(settings)
    try:
        return await db.read(lambda reader: ops.debt(reader, since_us))
    finally:
        await db.close()


def _text(owed: Debt, days: int) -> str:
    lines = [f"Searches of the last {days} days that no page answers: {len(owed.unanswered)}"]
    for row in owed.unanswered[:SHOWN_MAX]:
        last = datetime.fromtimestamp(row.last_us // 1_000_000, UTC).date()
        lines.append(f"  {row.searches:>5} x  {row.question}  (last on {last})")
    lines += ["", f"Pages that did not solve it: {len(owed.unsolved)}"]
    for page in owed.unsolved[:SHOWN_MAX]:
        lines.append(f"  {page.unsolved:>5} x  {page.path}  (solved it {page.solved} x)")
        lines += [f"           “{' '.join(text.split())}”" for text in page.texts[:TEXTS_MAX]]
    return "\n".join(lines)


@help_center.command("export", cls=Command)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--base-url", metavar="URL", default=ADDRESS, show_default=True, help="The server that examples call.")
@json_option
def export(folder: Path, base_url: str, as_json: bool) -> None:
    """Write the help center as files that any web server shows, in any folder: begin at index.html.

    They are searched in the browser. What needs a server is left out: forms, and what is known of whoever is signed in.
    """
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty. Name a folder that is, or that is not there yet.")
    files = exporting.export(ROUTES, list(LIBRARY.pages.values()), folder, base_url.rstrip("/"), progress("export"))
    answer(as_json, {"folder": str(folder), "files": files}, f"{files} files in {folder}; begin at index.html.")


help = help_center  # noqa: A001  the table of commands names it so
