"""`finsecure doctor`: the command line around the checks."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from finsecure.cli import config
from finsecure.cli.failures import Stop
from finsecure.cli.flags import Flags, command, flags
from finsecure.cli.look import Look
from finsecure.doctor import bundle, catalogue, repair, report, runner
from finsecure.doctor.context import Asked, Context, World
from finsecure.doctor.finding import Finding, Status, Verdict, verdict

_SCRIPT: Final = Path(__file__).with_name("script.sh")
_WATCH_SECONDS: Final = 5.0


@command("doctor", short_help="what is wrong, whose side it is on, and the line that mends it")
@click.argument("checks", nargs=-1, metavar="[CHECK]…")
@click.option("--origin", metavar="URL", help="May a page of this origin call the API?")
@click.option("--webhook-url", metavar="URL", help="The endpoint to look at; else those of the account.")
@click.option("--list", "listed", is_flag=True, help="The checks, their ids and whose side each is on.")
@click.option("--all", "everything", is_flag=True, help="Show also what there was nothing to try for.")
@click.option("--strict", is_flag=True, help="A warning counts as a failure.")
@click.option("--fix", is_flag=True, help="Put right what can be put right on this machine.")
@click.option("--yes", is_flag=True, help="Do not ask before a fix.")
@click.option("--watch", is_flag=True, help="Look again and again, until Ctrl-C; say what changes.")
@click.option(
    "--every", type=click.FloatRange(1, 3600), default=_WATCH_SECONDS, metavar="SECONDS", help="With --watch."
)
@click.option(
    "--bundle", "packed", type=click.Path(dir_okay=False, path_type=Path), help="Pack the report: zip or tar.gz."
)
@click.option("--script", is_flag=True, help="Print a shell script for machines without Python.")
@click.pass_context
def doctor(context: click.Context, /, checks: tuple[str, ...], **more: Any) -> None:
    """Say what is wrong between you and FinSecure, whose side it is on, and the line that mends it.

    CHECK is an id, or the beginning of several: `finsecure doctor webhook`. In test mode a payment of $1.00 is made
    and refunded, and the account's endpoints are sent test events; with a live key neither.

    Exit codes: 0 fine or warnings only, 20 your side, 21 FinSecure's side, 22 it could not be told.
    """
    given = flags(context)
    if more["script"]:
        click.echo(_SCRIPT.read_text("utf-8"), nl=False)
        return
    if more["listed"]:
        _list(given)
        return
    try:
        ids = catalogue.chosen(checks) if checks else list(catalogue.CHECKS)
    except KeyError as error:
        raise Stop(f"There is no check {error.args[0]!r}.", "finsecure doctor --list") from error
    visit = _Visit(given, ids, more)
    if more["watch"]:
        visit.watch(more["every"])
    sys.exit(visit.once())


def _list(given: Flags) -> None:
    if given.json:
        click.echo(json.dumps(catalogue.document(), ensure_ascii=False, indent=1))
        return
    for check in catalogue.CHECKS.values():
        click.echo(f"{check.id:<33} {check.title}")


def asked(given: Flags, origin: str | None, webhook_url: str | None) -> Asked:
    """What to look at, from flags, environment and profiles."""
    trouble = None
    try:
        settings = config.resolve(given)
    except Stop as stop:  # a profile that is not there, a file that cannot be read: a finding like any other
        trouble = (stop.message, *stop.next_steps[:1])
        settings = _without_files(given)
    key, base, trust = (settings[name] for name in ("secret_key", "api_base", "ca_bundle"))
    if key.value is None and "FINSECURE_SECRET_KEY" in os.environ:
        key = config.Setting("secret_key", os.environ["FINSECURE_SECRET_KEY"], "variable FINSECURE_SECRET_KEY")
    return Asked(
        key=sys.stdin.readline().rstrip("\r\n") if key.value == "-" else key.value,
        key_from="FINSECURE_SECRET_KEY" if key.value is None else key.origin,
        base=None if base.origin == "default" else base.value,
        base_from=base.origin,
        ca_bundle=trust.value,
        profile=given.profile or os.environ.get("FINSECURE_PROFILE"),
        trouble=trouble,
        origin=origin,
        webhook_url=webhook_url,
        webhook_secrets=tuple(filter(None, os.environ.get("FINSECURE_WEBHOOK_SECRET", "").split(","))),
        live=given.live,
    )


def _without_files(given: Flags) -> dict[str, config.Setting]:
    """What flags and environment say."""
    flagged = {"secret_key": given.api_key, "api_base": given.api_base}
    found = {}
    for name in ("secret_key", "api_base", "ca_bundle"):
        variable = config.VARIABLES[name]
        value = flagged.get(name) or os.environ.get(variable)
        origin = (
            f"flag --{name.replace('secret', 'api').replace('_', '-')}" if flagged.get(name) else f"variable {variable}"
        )
        found[name] = config.Setting(name, value, origin if value else "default")
    return found


class _Visit:
    """One run of the command, or several with `--watch`."""

    def __init__(self, given: Flags, ids: Sequence[str], more: dict[str, Any]) -> None:
        if more["watch"] and len(ids) == len(catalogue.CHECKS):
            ids = [name for name in ids if not name.startswith("payment.")]  # one every few seconds is too many
        self._given = given
        self._ids = set(ids)
        self._more = more
        self._probes = catalogue.probes_for(list(ids))
        self._look = Look.of_stdout(given.color)
        self._lines = report.Lines(self._look, everything=more["everything"])
        self._context = self._new_context()

    def _new_context(self) -> Context:
        return Context(World(), asked(self._given, self._more["origin"], self._more["webhook_url"]))

    def once(self) -> int:
        """Run the checks, say what was found. The exit code."""
        aloud = not (self._given.json or self._given.quiet)
        if aloud:
            click.echo(report.head(self._context) + "\n", color=True)
        found = self._run(aloud=aloud)
        said = verdict(found, strict=self._more["strict"])
        if self._given.json:
            click.echo(json.dumps(report.document(self._context, found, said), ensure_ascii=False, indent=1))
        elif aloud or said.exit_code:
            self._say(found, said)
        if self._more["packed"]:
            self._pack(found, said)
        if self._more["fix"]:
            self._repair()
        return said.exit_code

    def _run(self, *, aloud: bool) -> list[Finding]:
        tell = self._line if aloud else None
        return [one for one in runner.run(self._context, self._probes, tell) if self._wanted(one)]

    def _wanted(self, one: Finding) -> bool:
        """What was asked for, and what keeps that from being known."""
        return one.id in self._ids or one.status in {Status.FAIL, Status.ERROR}

    def _line(self, one: Finding) -> None:
        if self._wanted(one) and (line := self._lines.of(one)):
            click.echo(line, color=True)

    def _say(self, found: Sequence[Finding], said: Verdict) -> None:
        for line in report.summary(found, said, self._look):
            click.echo(line, color=True)

    def _pack(self, found: Sequence[Finding], said: Verdict) -> None:
        path: Path = self._more["packed"]
        try:
            names = bundle.pack(path, self._context, found, said)
        except OSError as error:
            raise Stop(f"{path} cannot be written: {error.strerror}.", "--bundle /another/place.zip") from error
        click.echo(f"{path}: {', '.join(names)}. Look into it before you send it.", err=True)

    def _repair(self) -> None:
        """Say what would be done; ask on a terminal; do it."""
        todo = repair.repairs(self._context)
        if not todo:
            click.echo("There is nothing here that --fix can put right.", err=True)
        for one in todo:
            click.echo(f"To fix {one.check}: {one.says}.", err=True)
            if not self._agreed():
                click.echo("  left as it is; add --yes to do it without being asked", err=True)
                continue
            one.do()
            click.echo("  done", err=True)

    def _agreed(self) -> bool:
        if self._more["yes"]:
            return True
        if self._given.no_input or not (sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        return click.confirm("  Do it?", default=False, err=True)

    def watch(self, seconds: float) -> None:
        """Run again and again. After the first time only what has changed is said."""
        before: dict[str, Status] = {}
        while True:
            self._context = self._new_context()
            found = self._run(aloud=False)
            for one in found:
                if before.get(one.id, Status.PASS) is not one.status and (line := self._lines.of(one)):
                    click.echo(f"{time.strftime('%H:%M:%S')}  {line}", color=True)
            if not before:
                click.echo(f"{time.strftime('%H:%M:%S')}  {verdict(found).sentence}")
            before = {one.id: one.status for one in found}
            time.sleep(seconds)
