"""The search of a running server: one index over its library, built when somebody first asks."""

from __future__ import annotations

import threading

from finsecure_server.help.index import Found, Index
from finsecure_server.help.library import Library


class Search:
    """Answers from any thread."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._building = threading.Lock()
        self._index: Index | None = None

    @property
    def index(self) -> Index:
        """The index, built once."""
        with self._building:
            if self._index is None:
                self._index = Index(list(self._library.pages.values()))
            return self._index

    def find(self, question: str, limit: int = 10) -> Found:
        """The best places for a question."""
        return self.index.search(question, limit)
