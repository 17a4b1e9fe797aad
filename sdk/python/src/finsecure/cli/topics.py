"""`finsecure help TOPIC`: what holds for every command."""

from __future__ import annotations

import click

from finsecure.cli import config, places
from finsecure.cli.failures import EXIT_CODES
from finsecure.cli.flags import command
from finsecure.cli.main import first_page
from finsecure.cli.session import Session, with_session


def _exit_codes() -> str:
    rows = "\n".join(f"{code:>4}  {means}" for code, means in EXIT_CODES.items())
    return f"Every command ends with one of these codes:\n\n{rows}\n\nA pipe that is closed early is no error."


def _environment() -> str:
    settings = "\n".join(f"  {variable:<24} {name}" for name, variable in config.VARIABLES.items())
    return f"""\
Settings come from, the first that says something:
  1. a flag                     4. the profile ({places.user_file()})
  2. the environment            5. the user's file, outside of profiles
  3. ./finsecure.toml           6. {places.system_file()}
A profile that --profile names comes before the environment. finsecure config show --origin shows what came from where.

{settings}
  FINSECURE_CONFIG         another settings file
  FINSECURE_LOG=debug      show where an unforeseen error happened
Also heeded: NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM=dumb, HTTPS_PROXY, HTTP_PROXY, NO_PROXY, XDG_CONFIG_HOME,
XDG_STATE_HOME, BROWSER. What the command remembers stands in {places.state()}."""


_OUTPUT = """\
Data goes to standard output, everything else to standard error.
On a terminal lists are tables; elsewhere they are tab-separated lines without a head.
--json prints one JSON document. Objects and lists of the API are as the API gives them, in the version of the API;
what the command makes itself has a member `schema`, such as finsecure.cards/1, whose number rises when its shape does.
--jsonl prints one object to a line, --csv a table with a head, --id ids and nothing else.
An error with --json is {"schema": "finsecure.error/1", "error": {…}, "exit_code": 6} on standard error.
Secrets are cut to what names them; --reveal prints them whole.
Without a terminal nothing is asked: what needs a yes needs its flag (--yes, --live)."""


@command("help")
@click.argument("topic", required=False, type=click.Choice(["exit-codes", "environment", "output"]))
@with_session
def help_(session: Session, topic: str | None) -> None:
    """What holds for every command: exit-codes, environment, output."""
    if topic == "exit-codes" and session.flags.json:
        codes = [{"code": code, "means": means} for code, means in EXIT_CODES.items()]
        session.out.json({"schema": "finsecure.exit_codes/1", "exit_codes": codes})
        return
    if topic is None:
        session.out.line(first_page())
    elif topic == "output":
        session.out.line(_OUTPUT)
    else:
        session.out.line(_exit_codes() if topic == "exit-codes" else _environment())
