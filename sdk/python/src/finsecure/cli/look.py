"""How things look: colours only on a terminal, unless NO_COLOR, TERM=dumb or --color say otherwise."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from typing import IO, Final

_RESET: Final = "\x1b[0m"
_COLOUR: Final = re.compile(r"(\x1b\[[0-9;]*m)")


def coloured(stream: IO[str], given: str = "auto") -> bool:
    """Whether this stream gets colours. `given` is --color; then NO_COLOR, CLICOLOR_FORCE, CLICOLOR, TERM."""
    if given != "auto":
        return given == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("CLICOLOR_FORCE", "0") != "0":
        return True
    if os.environ.get("CLICOLOR") == "0" or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


@dataclass(frozen=True)
class Look:
    """Marks for one stream. Nothing is said by colour alone."""

    colour: bool

    @classmethod
    def of_stdout(cls, given: str = "auto") -> Look:
        """For what is data."""
        return cls(coloured(sys.stdout, given))

    @classmethod
    def of_stderr(cls, given: str = "auto") -> Look:
        """For everything else."""
        return cls(coloured(sys.stderr, given))

    def good(self, text: str) -> str:
        """Green."""
        return self._in("32", text)

    def bad(self, text: str) -> str:
        """Red."""
        return self._in("31", text)

    def warn(self, text: str) -> str:
        """Yellow."""
        return self._in("33", text)

    def dim(self, text: str) -> str:
        """Less."""
        return self._in("2", text)

    def strong(self, text: str) -> str:
        """Bold."""
        return self._in("1", text)

    def status(self, text: str) -> str:
        """A status of an object, or of HTTP, in the colour that it deserves."""
        if text in _GOOD or (text.isdigit() and text.startswith("2")):
            return self.good(text)
        if text in _BAD or (text.isdigit() and text[0] in "45"):
            return self.bad(text)
        return self.warn(text)

    def _in(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}{_RESET}" if self.colour and text else text


_GOOD: Final = frozenset(
    "succeeded paid available delivered enabled active healthy pass won completed ok ready".split()
)
_BAD: Final = frozenset("failed canceled lost exhausted disabled revoked expired failing unreachable fail".split())


def safe(text: str) -> str:
    """The same, with the colours of these marks left in."""
    return "".join(part if place % 2 else clean(part) for place, part in enumerate(_COLOUR.split(text)))


def clean(text: str) -> str:
    """The text without what could steer a terminal: others have written what the API tells."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "�" for letter in text)
