"""Later work, done: leases due rows and runs their jobs, one at a time and account by account's own clock.

A job is an op like any other, driven the same way. What it finds is committed before the row is taken off; a worker
that dies in between leaves a row that comes due again, and a job that finds nothing left to do.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog

from finsecure_server.accounts import store as accounts
from finsecure_server.core.env import Env
from finsecure_server.storage import queue
from finsecure_server.storage.database import CommitUnknown, Database, Tx, Unavailable
from finsecure_server.storage.drive import drive
from finsecure_server.storage.queue import Due

log = structlog.get_logger()

LEASE_US: Final = 60 * 1_000_000  # longer than a job may take; a look-up at a processor is the longest
BATCH: Final = 32
SWEEP_SECONDS: Final = 0.25  # how late a job may be noticed
RETRY_FIRST_US: Final = 1_000_000
RETRY_LAST_US: Final = 3600 * 1_000_000

Job = Callable[[Tx, Env, str], Any]


class Worker:
    """Runs jobs until it is stopped."""

    def __init__(
        self,
        db: Database,
        jobs: Mapping[str, Job],
        env: Callable[[str, bool, int], Env],
        clock: Callable[[], int],
    ) -> None:
        self._db = db
        self._jobs = jobs
        self._env = env
        self._clock = clock
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Sweep until told to stop. The database being away for a while is no reason to."""
        while not self._stopping.is_set():
            try:
                worked = await self.sweep()
            except (Unavailable, CommitUnknown) as error:
                log.warning("later work waits for the database", reason=str(error))
                worked = 0
            if worked < BATCH:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), SWEEP_SECONDS)

    def stop(self) -> None:
        """Take no more; `run` returns when what was taken is done."""
        self._stopping.set()

    async def sweep(self) -> int:
        """Do what is due now; how many rows that were."""
        now = self._clock()
        due_us = await self._db.read(queue.next_due_us)
        if due_us is None or due_us > now:
            return 0
        rows = await self._db.write(lambda tx: queue.lease(tx, now, LEASE_US, BATCH))
        for due in rows:
            await self._do(due)
        return len(rows)

    async def _do(self, due: Due) -> None:
        try:
            await drive(self._db, lambda tx: self._jobs[due.kind](tx, self._surroundings(tx, due), due.object_id))
        except (Unavailable, CommitUnknown):
            raise
        except Exception as error:  # a job that fails must not stop the others; it comes due again, ever later
            retry = self._clock() + min(RETRY_FIRST_US << min(due.attempts - 1, 20), RETRY_LAST_US)
            log.exception("a job failed", kind=due.kind, object=due.object_id, attempts=due.attempts)
            reason = f"{type(error).__name__}: {error}"
            await self._db.write(lambda tx: queue.failed(tx, due, reason, retry))
        else:
            await self._db.write(lambda tx: queue.done(tx, due))

    def _surroundings(self, tx: Tx, due: Due) -> Env:
        offset = 0 if due.livemode else accounts.clock_offset(tx, due.account)
        return self._env(due.account, due.livemode, offset)
