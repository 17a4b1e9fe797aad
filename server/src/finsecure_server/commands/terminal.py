"""Between the operator and the program: options that commands share, failures in one line, progress, logs.

stdout is for what was asked, so that it can be piped; everything else goes to stderr.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import shlex
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import structlog

from finsecure_server.payment_methods.keys import KeysError
from finsecure_server.settings import PREFIX, Settings, SettingsError
from finsecure_server.storage.admin import Progress, Unfit
from finsecure_server.storage.database import CommitUnknown, Unavailable
from finsecure_server.storage.urls import shown

T = TypeVar("T")

#: What the operator can mend. Anything else is a bug of ours, and shows its trace.
TROUBLE: Final = (SettingsError, KeysError, Unfit, Unavailable, CommitUnknown, sqlite3.Error, OSError)
SCHEMA: Final = 1  # of every JSON document; grows when a member changes its meaning or goes


class Command(click.Command):
    """A command that says what is wrong in one line on stderr."""

    failing_code = 1

    def invoke(self, ctx: click.Context) -> Any:
        """Run it."""
        log_to_stderr("error")
        try:
            return super().invoke(ctx)
        except TROUBLE as error:
            note(f"Error: {_in_a_line(error)}")
            ctx.exit(self.failing_code)


class Group(click.Group):
    """Commands in the order in which they are written."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return list(self.commands)


def _in_a_line(error: BaseException) -> str:
    text = str(error)
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        text = f"{error.filename}: {error.strerror}"
    elif isinstance(error, (sqlite3.Error, Unavailable)):
        text = f"the database cannot be used: {text}"
    return " ".join(text.split()) or type(error).__name__


# -- what is asked for -------------------------------------------------------------------------------------------------

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIRECTORY",
    help="Where the embedded database lies; ~/.local/share/finsecure if not given.",
)
database_option = click.option(
    "--database-url", metavar="URL", help="postgresql://… or sqlite:///…; instead of --data."
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


def on_database(function: Callable[..., T]) -> Callable[..., T]:
    """Give a command --data and --database-url; it is called with `settings`."""

    @data_option
    @database_option
    @functools.wraps(function)
    def with_settings(data: Path | None, database_url: str | None, **rest: object) -> T:
        return function(settings=settings_of(data=data, database_url=database_url), **rest)

    return with_settings


def settings_of(**flags: object) -> Settings:
    """The settings, from flags and environment; warnings go to stderr. Raises SettingsError."""
    if flags.get("data") is not None:
        named = "--database-url" if flags.get("database_url") is not None else PREFIX + "DATABASE_URL"
        if named == "--database-url" or os.environ.get(named) or os.environ.get(named + "_FILE"):
            raise SettingsError(f"--data names the embedded database, and {named} another one. Leave one of them out.")
    settings = Settings.load(os.environ, flags)
    for warning in settings.warnings:
        warn(warning)
    return settings


def now_us() -> int:
    """The wall clock in microseconds."""
    return time.time_ns() // 1_000


# -- what is said ------------------------------------------------------------------------------------------------------


def answer(as_json: bool, document: Mapping[str, object], text: str) -> None:
    """Say on stdout what was asked: one JSON document, or text for people."""
    assert "schema" not in document, document
    click.echo(json.dumps({"schema": SCHEMA, **document}, default=str) if as_json else text)


def note(text: str) -> None:
    """Say something beside it, on stderr."""
    click.echo(text, err=True)


def warn(text: str) -> None:
    """Say that something is likely wrong, on stderr."""
    note(f"warning: {text}")


def progress(word: str) -> Progress:
    """A line that counts, on a terminal only."""

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{word}: {done:,} of {total:,}", nl=done >= total, err=True)

    return tell


def counting(word: str) -> Callable[[int], None]:
    """The same, where nobody knows how many there will be."""

    def tell(done: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{word}: {done:,} ", nl=False, err=True)

    return tell


def this_program() -> str:
    """How the program was called, as far as it must be repeated: its path unless its name alone would find it."""
    name = click.get_current_context().find_root().info_name or "finsecure-server"
    path = sys.argv[0]
    return shlex.quote(path) if Path(path).name == name and shutil.which(name) is None else name


def same_database() -> str:
    """The flags with which this command was told its database, to be told to the next; with a space before them."""
    given = click.get_current_context().params
    if given.get("data") is not None:
        return f" --data {shlex.quote(str(given['data']))}"
    if given.get("database_url") is not None:
        return f" --database-url {shlex.quote(shown(given['database_url']))}"
    return ""


def log_to_stderr(level: str) -> None:
    """Structured lines: for people on a terminal, JSON otherwise. No line holds a body, a key or a card number."""
    number = logging.getLevelNamesMapping()[level.upper()]
    people = sys.stderr.isatty()
    stamps: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendered: list[structlog.typing.Processor] = [
        structlog.dev.ConsoleRenderer(
            colors="NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb",
            exception_formatter=structlog.dev.plain_traceback,  # the rich one shows local variables
        )
    ]
    if not people:
        rendered = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[*stamps, *rendered],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,  # the level changes: `serve` greets first, and logs then
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=stamps,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    # Libraries talk of bytes and of connections at lower levels: more than a log should hold, at any level of ours.
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)
