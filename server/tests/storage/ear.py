"""Somebody who listens to a database, and says what they heard.

A word comes to its listeners around the moment in which the write is answered, not before it: so one waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from finsecure_server.storage.database import Database
from finsecure_server.storage.words import EVERYTHING

SECONDS_MAX = 10.0


class Ear:
    """Somebody who listens. `said` is each time what they heard, without word that anything may have happened."""

    def __init__(self, database: Database) -> None:
        self.times: list[frozenset[str]] = []
        self._more = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        database.listen(self._hear)

    def _hear(self, words: frozenset[str]) -> None:
        assert asyncio.get_running_loop() is self._loop
        self.times.append(words)
        self._more.set()

    @property
    def said(self) -> list[set[str]]:
        return [set(words) for words in self.times if words != {EVERYTHING}]

    @property
    def words(self) -> list[str]:
        return sorted(word for words in self.said for word in words)

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(SECONDS_MAX):
            while not done():
                self._more.clear()
                await self._more.wait()

    async def connected(self, times: int = 1) -> None:
        """Until it hears the others: the line says so itself, each time anew."""
        await self.until(lambda: self.times.count(frozenset({EVERYTHING})) >= times)
