"""What came of each block, for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from acceptance.blocks import Block

_HOW_WIDTH: Final = 62
_ROW: Final = "{:>5}  {:>4}  {:<10}  {:<18}  {}"


@dataclass(frozen=True)
class Row:
    """A block, how it was run, and what came of it."""

    block: Block
    how: str
    result: str
    """A word or two."""
    facts: list[str] = field(default_factory=list)
    trouble: str = ""
    """All there is to say of a failure; empty if there is none."""


def shown(rows: Iterable[Row]) -> str:
    """The table."""
    lines = [_ROW.format("block", "line", "language", "result", "how it was run")]
    for row in rows:
        first, *more = textwrap.wrap(row.how, _HOW_WIDTH) or [""]
        language = row.block.language or "none"
        lines.append(_ROW.format(row.block.number, row.block.line, language, row.result, first))
        lines += (_ROW.format("", "", "", "", line) for line in more)
    return "\n".join(line.rstrip() for line in lines)


def details(rows: Iterable[Row]) -> str:
    """Every fact that was found, by block."""
    return "\n".join(
        "\n".join([f"block {row.block.number} (line {row.block.line})", *(f"    {fact}" for fact in row.facts)])
        for row in rows
        if row.facts
    )


def troubles(rows: Iterable[Row]) -> str:
    """What failed, at length."""
    return "\n".join(
        f"\n----- block {row.block.number} (line {row.block.line}, {row.block.language}): {row.result}\n{row.trouble}"
        for row in rows
        if row.trouble
    )
