"""What runs a block and what it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from acceptance.blocks import Block
from acceptance.packages import HERE
from acceptance.world import Ran, World

DRIVERS: Final = HERE / "drivers"

#: What was found to be so, a sentence each.
Facts = list[str]


class Wrong(Exception):
    """A block does not do what the document says; holds what was expected and all that was said."""


@dataclass(frozen=True)
class Exercise:
    """How one block is run. It is known by a line that no other block has, so that the document may move it."""

    language: str
    line: str
    how: str
    """In words, for the table."""
    run: Callable[[World, Path], Facts]
    """Is given the file with the block, byte for byte. Raises Wrong."""

    def fits(self, block: Block) -> bool:
        """Whether this is the block."""
        return block.code == self.language and self.line in block.text.splitlines()


def require(fact: str, ran: Ran, holds: bool) -> str:
    """The fact, if it holds. Raises Wrong with all that the program said."""
    if not holds:
        raise Wrong(f"not so  {fact}\n{ran.said}")
    return fact


def facts(ran: Ran) -> Facts:
    """What a driver found. Raises Wrong if anything did not hold, or if it found nothing at all."""
    found = [line.removeprefix("ok  ") for line in ran.out.splitlines() if line.startswith("ok  ")]
    if ran.code or not found:
        raise Wrong(ran.said)
    return found
