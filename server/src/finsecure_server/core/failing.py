"""When an endpoint that fails all the time is given up: two warnings, then it is disabled and its events are held.

The rule, precisely. A *first failure* is the first failed attempt after a success, or ever. Nothing follows from it
yet: an outage of a few hours is nobody's fault.

- The clock starts when the first attempt of *another* event fails, at least 12 h and at most 24 h after the first
  failure. Retries start no clock, nor does an event that failed first within those 12 h.
- If no such failure comes within 24 h, the next failure, of whatever event, takes the place of the first.
- Any success clears everything, and says so if anybody had been warned.
- 24 h and 72 h after its start the clock warns. At 120 h, without a success, the endpoint is disabled, whether or not
  there was anything to send in the meantime, and everything is forgotten: enabled again it starts anew.

All times are microseconds of the account's own clock, so that a test clock can show it. If several of these are due at
once (a test clock moved by a week), all happen, in their order.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from msgspec import Struct

HOUR_US: Final = 3600 * 1_000_000

APART_H: Final = 12  # hours, at least, between the first failure and the one that starts the clock
TOGETHER_H: Final = 24  # at most
WARN_FIRST_H: Final = 24  # after the start of the clock
WARN_LAST_H: Final = 72
DISABLE_H: Final = 120


class Word(StrEnum):
    """What happens to an endpoint that fails, or ceases to."""

    WARNED_FIRST = "warned_first"
    WARNED_LAST = "warned_last"
    DISABLED = "disabled"
    RECOVERED = "recovered"


class Failing(Struct, frozen=True, omit_defaults=True):
    """Since when an endpoint fails. Its JSON is the column `webhook_lanes.failing`; one that does not fail is `{}`."""

    first_us: int = 0  # the first failure; 0: there is none
    event_id: str = ""  # of that failure
    clock_us: int = 0  # when the clock started; 0: it does not run
    warned: int = 0  # how often


class Step(NamedTuple):
    """What is true from now on, what happened, and when to ask `at` again (None: only after the next attempt)."""

    failing: Failing
    happened: tuple[Word, ...] = ()
    look_again_us: int | None = None


NEVER: Final = Failing()
_WELL: Final = Step(NEVER)
#: What the clock does at which hour; the n-th warning has been given once `warned` is n.
_TIMERS: Final = ((WARN_FIRST_H, Word.WARNED_FIRST), (WARN_LAST_H, Word.WARNED_LAST), (DISABLE_H, Word.DISABLED))


def after(failing: Failing, ok: bool, event_id: str, attempt_number: int, now_us: int) -> Step:
    """An attempt has ended. `attempt_number` counts all attempts that the event had at this endpoint: 1, 2, 3..."""
    if ok:
        return Step(NEVER, (Word.RECOVERED,)) if failing.warned else _WELL
    if failing.clock_us:
        return at(failing, now_us)
    since = now_us - failing.first_us
    if not failing.first_us or since > TOGETHER_H * HOUR_US:
        return Step(Failing(now_us, event_id))
    if since >= APART_H * HOUR_US and attempt_number == 1 and event_id != failing.event_id:
        return at(Failing(failing.first_us, failing.event_id, now_us), now_us)
    return Step(failing)


def at(failing: Failing, now_us: int) -> Step:
    """What the clock does by itself, now. What is due to be sent should be tried first: a success clears all."""
    if not failing.clock_us:
        return Step(failing)
    happened: list[Word] = []
    for hours, word in _TIMERS[failing.warned :]:
        due_us = failing.clock_us + hours * HOUR_US
        if now_us < due_us:
            warned = failing.warned + len(happened)
            return Step(Failing(failing.first_us, failing.event_id, failing.clock_us, warned), tuple(happened), due_us)
        happened.append(word)
    return Step(NEVER, tuple(happened))
