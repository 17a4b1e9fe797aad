"""docs/command.md: every line on it is one that the command takes, and its table is the command's own."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from finsecure.cli import config, main
from finsecure.cli.failures import EXIT_CODES
from finsecure.cli.program import program

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "command.md").read_text("utf-8")
LINES = re.findall(r"^finsecure .*$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("line", LINES)
def test_every_line_is_taken(line: str) -> None:
    words = shlex.split(line)[1:]
    command: click.Command = program
    context = click.Context(program)
    while isinstance(command, click.Group):
        word = words.pop(0)
        found = command.get_command(context, word)
        assert found is not None, word
        command = found
        context = click.Context(command, parent=context)
    command.make_context(line, words, parent=context)


def test_every_word_is_in_the_table() -> None:
    rows = re.findall(r"^\| `finsecure (.+)` \| (.+) \|$", PAGE, re.MULTILINE)
    assert rows == [(name, word.says) for name, word in main.WORDS.items()]


def test_every_variable_is_in_the_table() -> None:
    rows = re.findall(r"^\| `(FINSECURE_.+)` \|", PAGE, re.MULTILINE)
    assert rows == [*config.VARIABLES.values(), "FINSECURE_CONFIG", "FINSECURE_LOG"]


def test_the_exit_codes() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", PAGE, re.MULTILINE)
    assert {int(code): means for code, means in rows} == EXIT_CODES
