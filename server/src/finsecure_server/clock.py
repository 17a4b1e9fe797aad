"""The wall clock of the machine, and what to do when somebody sets it back.

Times are what the clock says: a signature or an expiry that trusted anything else would be wrong. Ids must not go back,
though: lists are in their order, and the ledger's seals lie behind them. So after a step back ids go on from where they
were, at half the pace of the clock until it has caught up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import structlog

log = structlog.get_logger()

STEP_US: Final = 1_000  # threads that read at once come in any order; and one op's ids take up some microseconds
SAID_US: Final = 1_000_000  # a step back that is worth a word


def now_us() -> int:
    """The wall clock in microseconds."""
    return time.time_ns() // 1000


class Clock:
    """Reads the wall clock, and knows by how many microseconds ids are ahead of it."""

    def __init__(self, read: Callable[[], int] = now_us) -> None:
        self.ahead = 0
        self._read = read
        self._last = 0

    def __call__(self) -> int:
        """The wall clock in microseconds."""
        wall = self._read()
        step = wall - self._last
        if -STEP_US < step < 0:
            return wall
        if step < 0:
            self.ahead += STEP_US - step
            if -step > SAID_US:
                log.warning("the clock was set back: what was due before waits as much longer", seconds=-step / 1e6)
        elif self.ahead:
            self.ahead = max(0, self.ahead - step // 2)
        self._last = wall
        return wall
