"""Flags that every command takes, before or after its own words, and the click classes that add them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import click

_META: Final = "finsecure.flags"


@dataclass
class Flags:
    """What was given on the command line beside a command's own options."""

    profile: str | None = None
    api_key: str | None = None
    api_base: str | None = None
    json: bool = False
    color: str = "auto"
    no_input: bool = False
    quiet: bool = False
    live: bool = False
    reveal: bool = False


def flags(context: click.Context) -> Flags:
    """The flags of this run; one for all commands in it."""
    found = context.find_root().meta.setdefault(_META, Flags())
    assert isinstance(found, Flags)
    return found


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    assert parameter.name is not None
    if value not in (None, False):
        setattr(flags(context), parameter.name, value)
    return value


def _flag(name: str, says: str, **more: Any) -> click.Option:
    return click.Option([name], help=says, expose_value=False, callback=_keep, **more)


def common() -> list[click.Option]:
    """Fresh options, for one command."""
    return [
        _flag("--profile", "Key and address of this profile.", metavar="NAME"),
        _flag("--api-key", "A key, or - to read it from standard input.", metavar="KEY"),
        _flag("--api-base", "Where the API is.", metavar="URL"),
        _flag("--json", "Print JSON and nothing else.", is_flag=True),
        _flag("--color", "Colours: auto, always or never.", type=click.Choice(["auto", "always", "never"])),
        _flag("--no-input", "Never ask.", is_flag=True),
        _flag("--live", "Let this call change live data.", is_flag=True),
        _flag("--reveal", "Print secrets whole.", is_flag=True),
        click.Option(["-q", "--quiet"], is_flag=True, expose_value=False, callback=_keep, help="No notes on stderr."),
    ]


class _Everywhere:
    """A command whose help shows the common flags apart."""

    params: list[click.Parameter]

    def add_common(self) -> None:
        self.shared = common()
        self.params.extend(self.shared)

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        own: list[tuple[str, str]] = []
        everywhere: list[tuple[str, str]] = []
        for parameter in self.params:
            record = parameter.get_help_record(context)
            if record is not None:
                (everywhere if parameter in self.shared else own).append(record)
        if own:
            with formatter.section("Options"):
                formatter.write_dl(own)
        with formatter.section("Everywhere"):
            formatter.write_dl(everywhere)


class Command(_Everywhere, click.Command):
    """A command of ours."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        # A docstring marks a block that is not to be wrapped by the letters that click has a control character for.
        self.help = None if self.help is None else self.help.replace("\\b", "\b")
        self.add_common()

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        _Everywhere.format_options(self, context, formatter)


class Alone(click.UsageError):
    """A group was said, and none of its commands. The message is its help."""


class Group(_Everywhere, click.Group):
    """A command of ours that has commands."""

    command_class: type[click.Command] | None = Command

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.add_common()

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """A group alone says what it holds, and that something is missing."""
        if not args and self.no_args_is_help and not context.resilient_parsing:
            raise Alone(context.get_help())
        return super().parse_args(context, args)

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        _Everywhere.format_options(self, context, formatter)
        self.format_commands(context, formatter)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return super().get_command(context, name.replace("_", "-"))


def command(name: str, **more: Any) -> Callable[[Callable[..., Any]], Command]:
    """`@command("name")`: a command of ours from a function."""
    return click.command(name, cls=Command, **more)


def group(name: str, **more: Any) -> Callable[[Callable[..., Any]], Group]:
    """`@group("name")`: a group of ours from a function."""
    return click.group(name, cls=Group, **more)
