"""What a command prints: data on standard output, everything else on standard error.

Tables on a terminal, tab-separated lines when somebody else reads; JSON with `--json`. Secrets are cut unless
`--reveal` asks for them.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import click

from finsecure.cli.flags import Flags
from finsecure.cli.look import Look, clean, safe
from finsecure.cli.masking import masked, masked_in

#: How a cell begins that a spreadsheet would calculate. An amount below zero is a number, and stays one.
_FORMULA: Final = re.compile(r"[=+@\t\r]|-(?!\d+(?:\.\d+)?\Z)")


@dataclass
class Output:
    """Where a command's words go."""

    flags: Flags

    def __post_init__(self) -> None:
        self.look = Look.of_stdout(self.flags.color)
        self.notes = Look.of_stderr(self.flags.color)

    @property
    def terminal(self) -> bool:
        """Whether a person reads standard output."""
        return sys.stdout.isatty()

    def line(self, text: str = "") -> None:
        """A line of data, for people."""
        click.echo(safe(text if self.flags.reveal else masked(text)), color=True)
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """What is not data, unless `--quiet`."""
        if not self.flags.quiet:
            click.echo(safe(text if self.flags.reveal else masked(text)), err=True, color=True)

    def warn(self, text: str) -> None:
        """What must be seen, also with `--quiet`."""
        click.echo(f"{self.notes.warn('Note')}  {safe(masked(text))}", err=True, color=True)

    def json(self, value: Any, *, whole: bool = False) -> None:
        """One JSON document. `whole`: its secrets are not shown again."""
        shown = value if whole or self.flags.reveal else masked_in(value)
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2 if self.terminal else None))
        sys.stdout.flush()

    def json_lines(self, values: Iterable[Any]) -> None:
        """One JSON object to a line."""
        for value in values:
            click.echo(json.dumps(value if self.flags.reveal else masked_in(value), ensure_ascii=False))

    def csv(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Comma-separated values (RFC 4180), with a head. No cell can be a formula in a spreadsheet."""
        for row in [columns, *rows]:
            text = io.StringIO()
            csv.writer(text, lineterminator="").writerow(["'" + cell if _FORMULA.match(cell) else cell for cell in row])
            click.echo(text.getvalue() if self.flags.reveal else masked(text.getvalue()))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], status: str | None = None) -> None:
        """A table on a terminal, else tab-separated. `status`: the column whose words have colours."""
        rows = rows if self.flags.reveal else [[masked(cell) for cell in row] for row in rows]
        if not self.terminal:
            for row in rows:
                click.echo("\t".join(" ".join(cell.split()) for cell in row))
            return
        place = columns.index(status) if status in columns else -1
        dropped = _print_table(columns, rows, place, self.look)
        if dropped:
            self.note(self.notes.dim(f"This terminal is too narrow for: {', '.join(dropped)}"))

    def wrapped(self, text: str, indent: str = "  ", first: str | None = None) -> None:
        """A paragraph, broken to the width of a terminal, or in one line for whoever else reads."""
        width = min(shutil.get_terminal_size().columns, _LINE) if self.terminal else 10_000
        begin = indent if first is None else first
        lines = textwrap.wrap(text, max(width - len(indent), 20), break_long_words=False, break_on_hyphens=False)
        for place, line in enumerate(lines or [""]):
            self.line((begin if place == 0 else indent) + line)

    def pairs(self, pairs: Iterable[tuple[str, str]], title: str = "") -> None:
        """Names and values under one another."""
        found = [(name, value) for name, value in pairs if value]
        if not self.terminal:
            for name, value in found:
                self.line(f"{name}\t{' '.join(value.split())}")
            return
        if title:
            self.line(self.look.strong(title))
        width = max((len(name) for name, _ in found), default=0)
        for name, value in found:
            self.line(f"  {self.look.dim(name.ljust(width))}  {value}")


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], status: int, look: Look) -> list[str]:
    """Columns side by side; the names of those that did not fit.

    A column that is empty in every row is left out. Prose is wrapped; ids are never cut, so that they can be copied:
    if they do not fit, columns are left out from the right.
    """
    kept = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    cells = {place: [" ".join(row[place].split()) for row in rows] for place in kept}
    heads = {place: columns[place].rpartition(".")[2].replace("_", " ") for place in kept}
    widths = {place: max(width_of(cell) for cell in [heads[place], *cells[place]]) for place in kept}
    room = shutil.get_terminal_size().columns
    dropped: list[str] = []
    while len(kept) > 1 and sum(widths[place] + 2 for place in kept) - 2 > room:
        prose = [place for place in kept[1:] if widths[place] > _LEAST and any(" " in cell for cell in cells[place])]
        if prose:
            spare = room + 2 - sum(widths[place] + 2 for place in kept if place != prose[-1]) - 2
            if spare >= _LEAST:
                widths[prose[-1]] = spare
                break
        dropped.insert(0, columns[kept.pop()])
    click.echo(look.strong("  ".join(_fit(heads[place], widths[place]) for place in kept).rstrip()), color=True)
    for number in range(len(rows)):
        _print_row([cells[place][number] for place in kept], [widths[place] for place in kept], _at(kept, status), look)
    return dropped


def _at(kept: Sequence[int], place: int) -> int:
    return kept.index(place) if place in kept else -1


def _print_row(cells: Sequence[str], widths: Sequence[int], status: int, look: Look) -> None:
    parts = [_broken(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for line in range(max(len(part) for part in parts)):
        shown = []
        for place, (part, width) in enumerate(zip(parts, widths, strict=True)):
            word = part[line] if line < len(part) else ""
            shown.append((look.status(word) if place == status else word) + " " * (width - width_of(word)))
        click.echo("  ".join(shown).rstrip(), color=True)


def _broken(text: str, width: int) -> list[str]:
    if width_of(text) <= width:
        return [text]
    return textwrap.wrap(text, width, break_long_words=True) or [""]


_LINE: Final = 110  # letters in a line of prose, at most
_LEAST: Final = 24  # letters that a column of prose keeps


def width_of(text: str) -> int:
    """How many places a text takes on a terminal: letters of East Asia take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _fit(text: str, width: int) -> str:
    return text + " " * (width - width_of(text))


# -- words for values --------------------------------------------------------------------------------------------------


def moment(seconds: float | None) -> str:
    """A time for people, in the zone of this machine, with the zone."""
    if seconds is None:
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
    except (OverflowError, OSError, ValueError):  # a year that no calendar here has
        return f"{seconds} s after 1970"


def clock(seconds: float) -> str:
    """A time of today: 14:02:11."""
    return moment(seconds).split(" ")[1]


def ago(seconds: float, now: float) -> str:
    """`3 min ago`, `in 2 h`. A time of this very second is past: clocks tell whole ones."""
    passed = now - seconds
    words = lasting(abs(passed))
    return f"{words} ago" if passed > -1 else f"in {words}"


def lasting(seconds: float) -> str:
    """`12 s`, `3 min`, `5 h`, `2 d`."""
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size or (seconds >= size and unit != "d"):
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"


def text_of(value: Any) -> str:
    """Any value of the API in one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return clean(", ".join(value))
    if isinstance(value, (dict, list)):
        return clean(json.dumps(value, ensure_ascii=False)) if value else ""
    return clean(str(value))


def flat(value: Mapping[str, Any], name: str) -> str:
    """A member by its path, `error.code`, as one line."""
    found: Any = value
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return text_of(found)
