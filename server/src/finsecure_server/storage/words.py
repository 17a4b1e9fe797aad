"""Words: hints from whoever writes to whoever waits for what was written.

A word saves waiting, and nothing rests on it: it may be lost, and who listens looks now and then all the same. It is
said in a transaction and heard once that is committed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection
from typing import Final

#: Heard in place of words that were too many, or that may have been missed: anything can have happened.
EVERYTHING: Final = "*"
SEPARATOR: Final = "\n"

Hear = Callable[[frozenset[str]], None]


class Listeners:
    """Who listens to a database in this process."""

    def __init__(self) -> None:
        self._all: tuple[tuple[asyncio.AbstractEventLoop, Hear], ...] = ()

    def __bool__(self) -> bool:
        return bool(self._all)

    def add(self, hear: Hear) -> None:
        """From now on; `hear` is called on the event loop that runs now."""
        self._all = (*self._all, (asyncio.get_running_loop(), hear))

    def tell(self, words: Collection[str]) -> None:
        """Have all of them hear; from any thread."""
        if words:
            for loop, hear in self._all:
                with contextlib.suppress(RuntimeError):  # that loop is closed; nobody listens any more
                    loop.call_soon_threadsafe(hear, frozenset(words))


def is_word(text: str) -> bool:
    """Whether a transaction may say this: something, on one line."""
    return bool(text) and SEPARATOR not in text
