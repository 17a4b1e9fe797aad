"""Questions that no page answers, counted without making anybody wait: in memory first, in the database soon after."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from typing import Final

import structlog

from finsecure_server.help import store
from finsecure_server.help.ops import kept
from finsecure_server.storage.database import CommitUnknown, Database, Tx, Unavailable

log = structlog.get_logger()

FLUSH_EVERY_S: Final = 2.0
WAITING_MAX: Final = 500  # different questions in memory; whoever makes more of them is no reader
QUESTIONS_A_DAY: Final = 2_000  # different ones that are kept; beyond, nobody reads them, and they fill a disk
LETTERS_MAX: Final = 120


class Unanswered:
    """Takes questions from any thread."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[int, str]] = Counter()
        self._lock = threading.Lock()

    def note(self, question: str, wall_us: int) -> None:
        """Count one search that found nothing."""
        words = kept(" ".join(question.lower().split()), LETTERS_MAX)
        key = (wall_us // store.DAY_US * store.DAY_US, words)
        with self._lock:
            if words and (key in self._counts or len(self._counts) < WAITING_MAX):
                self._counts[key] += 1

    async def run(self, db: Database) -> None:
        """Write what comes, until cancelled; what is left is written then."""
        try:
            while True:
                await asyncio.sleep(FLUSH_EVERY_S)
                await self.flush_now(db)
        finally:
            await self.flush_now(db)

    async def flush_now(self, db: Database) -> None:
        """Write every count. Where the database takes no work, they wait for the next time."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return

        def op(tx: Tx) -> None:
            kept_of = {day_us: store.questions(tx, day_us) for day_us, _ in counts}
            for (day_us, question), searches in sorted(counts.items()):  # one order for everybody: no deadlock
                if kept_of[day_us] >= QUESTIONS_A_DAY:
                    continue
                store.add_searches(tx, day_us, question, searches)

        try:
            await db.write(op)
        except Unavailable:
            with self._lock:
                self._counts.update(counts)
        except CommitUnknown:
            log.warning("it is not known whether unanswered searches were counted", questions=len(counts))
