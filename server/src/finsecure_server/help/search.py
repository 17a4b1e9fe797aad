"""The search of a running server: one index over its library, read soon after it starts, or when somebody first asks.

With the extra `finsecure-server[semantic]` it searches by meaning as well; without, it ranks as the command does.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import Final

from finsecure_server.core.disclosure import disclosed
from finsecure_server.help import meaning
from finsecure_server.help.index import Found, Index
from finsecure_server.help.library import Library, prepared
from finsecure_server.help.meaning import MeaningIndex

PREPARED_AFTER_S: Final = 10.0  # a server that starts has work that waited, and the pages take 0.3 s to read


class Search:
    """Answers from any thread."""

    def __init__(self, library: Library, *, by_meaning: bool = True) -> None:
        self._library = library
        self._by_meaning = by_meaning
        self._building = threading.Lock()
        self._index: Index | None = None

    @property
    def index(self) -> Index:
        """The index, built once."""
        with self._building:
            if self._index is None:
                pages = list(self._library.pages.values())
                model = meaning.load() if self._by_meaning else None
                made = prepared(pages)
                self._index = Index(pages, made) if model is None else MeaningIndex(pages, made, model=model)
            return self._index

    async def prepare(self) -> None:
        """Make the index in a thread of its own, so that nobody's question waits for it. It is made once a process."""
        await asyncio.sleep(PREPARED_AFTER_S)
        await asyncio.to_thread(lambda: self.index)

    def find(self, question: str, limit: int = 10) -> Found:
        """The best places for a question. What is repeated of it holds no card number and no secret."""
        found = self.index.search(question, limit)
        corrected = None if found.corrected is None else disclosed(found.corrected)
        return replace(found, question=disclosed(found.question), corrected=corrected)
