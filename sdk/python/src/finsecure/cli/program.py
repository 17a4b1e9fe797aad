"""Run one command line: find the command, run it, and turn whatever comes of it into an exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from types import FrameType
from typing import Any, Final

import click
from click.shell_completion import CompletionItem

from finsecure._version import __version__
from finsecure.cli import flags, main, streams
from finsecure.cli.failures import INTERRUPTED, OK, TERMINATED, Stop, exit_code, report

_PROGRAM: Final = "finsecure"


class Program(flags.Group):
    """The whole command. Its words are loaded when they are said."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(main.WORDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        word = main.WORDS.get(main.called(name))
        if word is None:
            return None
        module, _, attribute = word.target.partition(":")
        found = getattr(import_module(module), attribute)
        assert isinstance(found, click.Command), word.target
        return found

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, and with the nearest word in the message."""
        if self.get_command(context, args[0]) is None and not args[0].startswith("-"):
            raise click.UsageError(_unknown(args[0]), context)
        return super().resolve_command(context, args)

    def format_help(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(main.first_page() + "\n")

    def shell_complete(self, context: click.Context, incomplete: str) -> list[CompletionItem]:
        """From the table, so that nothing is loaded."""
        if incomplete.startswith("-"):
            return super().shell_complete(context, incomplete)
        return [
            CompletionItem(name, help=word.says) for name, word in main.WORDS.items() if name.startswith(incomplete)
        ]


def _unknown(name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  because it is needed only here

    near = get_close_matches(main.called(name), [*main.WORDS, *main.ALIASES], n=1, cutoff=0.5)
    return f"there is no command {name!r}" + (f"; did you mean {near[0]!r}?" if near else "; see finsecure --help")


@click.command(
    _PROGRAM, cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(__version__, prog_name=_PROGRAM, message="%(prog)s %(version)s")
def program() -> None:
    """FinSecure."""


def run(words: list[str]) -> int:
    """The exit code of one command line."""
    signal.signal(signal.SIGTERM, _end)
    streams.ready()
    try:
        _texts(words)
        code = _carried_out(words)
        sys.stdout.flush()
    except (KeyboardInterrupt, click.Abort):
        return _last_words(INTERRUPTED, lambda: click.echo("", err=True))
    except _Terminated:
        return TERMINATED
    except BrokenPipeError:
        # Whoever reads has seen enough, as `head` does.
        streams.nobody_reads()
        return OK
    except Exception as error:  # noqa: BLE001  because every failure has an exit code and words
        said = error
        return _last_words(exit_code(said), lambda: report(said, words))
    return code


def _texts(words: list[str]) -> None:
    """Stop for what no call could carry: bytes that are no text."""
    for place, word in enumerate(words, 1):
        if not word.isascii() and word.encode(errors="ignore").decode() != word:
            raise Stop(f"Word {place} of the command line is not UTF-8: {word[:60]!a}.", "Say the same in UTF-8.")


def _carried_out(words: list[str]) -> int:
    """Run the command. Not by click's `main`, which ends with 1 when a pipe is closed."""
    if main.COMPLETING in os.environ:
        program.main(words, prog_name=_PROGRAM, complete_var=main.COMPLETING)
    try:
        with program.make_context(_PROGRAM, list(words)) as context:
            program.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else OK
    return OK


def _last_words(code: int, say: Callable[[], object]) -> int:
    """Say why it ends. The exit code is the same if nobody hears it."""
    try:
        say()
        sys.stdout.flush()
    except OSError:  # a closed pipe, a full disk
        streams.nobody_reads()
    return code


class _Terminated(BaseException):
    """SIGTERM came. What is under way is unwound, and its files are closed."""


def _end(_: int, __: FrameType | None) -> Any:
    raise _Terminated
