"""Whether writes can be made, for whoever sends a server its traffic.

Real writes tell, so while they succeed nothing is tried. Where they say nothing, or one has failed, a trial is made: at
most one a second, one at a time, and nobody waits for it longer than two seconds. A failure is believed until a trial
that began after it has succeeded: what is written in between may be smaller than what did not fit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from finsecure_server.storage.database import CommitUnknown, Overloaded, Unavailable
from finsecure_server.storage.troubles import Trouble

FRESH_S: Final = 5.0  # how long a write that succeeded proves that the next one can be made
TRIAL_EVERY_S: Final = 1.0
TRIAL_S: Final = 2.0  # less than a load balancer waits


class Pulse:
    """`wrote` and `failed` are called on any thread; `check` on the event loop."""

    def __init__(self, trial: Callable[[], Awaitable[None]], clock: Callable[[], float] = time.monotonic) -> None:
        """`trial` makes a write of the size of a real one that leaves nothing behind; it raises as a write does."""
        self._trial = trial
        self._clock = clock
        self._wrote_at = float("-inf")
        self._tried_at = float("-inf")
        self._failure: Unavailable | None = None
        self._failures = 0
        self._trying: asyncio.Task[None] | None = None

    def wrote(self) -> None:
        """A commit that changed something is on disk."""
        self._wrote_at = self._clock()

    def failed(self, error: BaseException) -> None:
        """A write failed. Only what says something of the database counts: a refusal or a bug does not."""
        if isinstance(error, CommitUnknown):
            error = Unavailable(str(error), Trouble.NO_ANSWER)
        if isinstance(error, Unavailable) and not isinstance(error, Overloaded):
            self._failures += 1
            self._failure = error

    async def check(self) -> None:
        """Raises Unavailable while writes cannot be made."""
        now = self._clock()
        if self._failure is None and now - self._wrote_at < FRESH_S:
            return
        if self._trying is None and now - self._tried_at >= TRIAL_EVERY_S:
            self._tried_at = now
            self._trying = asyncio.create_task(self._try())
        if self._trying is not None:
            await asyncio.wait((self._trying,), timeout=TRIAL_S)
        if self._failure is not None:
            raise Unavailable(str(self._failure), self._failure.trouble)
        if self._trying is not None:
            raise Unavailable(f"a trial of a write was not done after {TRIAL_S:.0f} s", Trouble.NO_ANSWER)

    async def _try(self) -> None:
        failures = self._failures
        try:
            await self._trial()
        except Overloaded as error:  # and for seconds not one of those that wait was done
            self.failed(Unavailable(str(error), Trouble.NO_ANSWER))
        except (Unavailable, CommitUnknown) as error:
            self.failed(error)
        else:
            self.wrote()
            if self._failures == failures:
                self._failure = None
        finally:
            self._trying = None
