"""`finsecure-server verify`."""

from __future__ import annotations

import asyncio
import sys
from typing import Final

import click

from finsecure_server.commands.terminal import Command, answer, json_option, on_database, progress
from finsecure_server.diagnostics.verify import Report
from finsecure_server.diagnostics.verify import verify as prove
from finsecure_server.opening import existing
from finsecure_server.settings import Settings

NOT_RUN: Final = 22  # the exit code of a diagnosis that could not be made


class Diagnosis(Command):
    """A command whose exit code tells what it found from not having been able to look."""

    failing_code = NOT_RUN


@click.command(cls=Diagnosis)
@on_database
@json_option
def verify(settings: Settings, as_json: bool) -> None:
    """Prove the books on live data: every invariant, every row.

    Exits 0 when all of them hold, 1 when one does not, and then names the row; 22 when it could not look.
    """
    report = asyncio.run(_verify(settings))
    answer(as_json, report.as_dict(), report.text())
    sys.exit(report.exit_code)


async def _verify(settings: Settings) -> Report:
    db = existing(settings)
    try:
        return await prove(db, progress("verify"))
    finally:
        await db.close()
