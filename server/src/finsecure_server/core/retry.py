"""When a delivery is tried again: the published schedule, a little chance, and what the receiver asks for.

The schedule of live mode is that of Standard Webhooks 1.0.0. A wait is never shorter than the schedule says, and at
most a fifth longer, so that deliveries that failed together do not come back together. Who timed out or answered 429 is
left alone for a minute at least. A receiver's Retry-After may make a wait up to twice as long, and never shorter.
Integers only, so that the same chance gives the same wait on every machine.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from finsecure_server.core.delivery import Failure

SECOND_US: Final = 1_000_000

#: Seconds before each attempt, counted from the end of the one before it. The first is made at once.
LIVE_SCHEDULE_S: Final = (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
TEST_SCHEDULE_S: Final = (0, 5, 300, 7200)

JITTER_DIVISOR: Final = 5  # a wait is up to a fifth longer
CHANCE_BITS: Final = 32
SLOW_DOWN_S: Final = 60  # the least wait after a timeout or a 429
TOO_MANY: Final = 429
RETRY_AFTER_FACTOR: Final = 2  # a Retry-After makes a wait at most this many times as long
RETRY_AFTER_MAX_S: Final = 86_400  # and counts for no more than this

_SECONDS: Final = re.compile(r"0*([0-9]+)", re.ASCII)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH: Final = rf"(?P<month>{'|'.join(_MONTHS)})"
_TIME: Final = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
#: The three forms of an HTTP-date that everybody has to accept (RFC 9110, 5.6.7). The day of the week says nothing new.
_DATES: Final = (
    re.compile(rf"[A-Z][a-z]{{2}}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT"),
    re.compile(rf"[A-Z][a-z]{{5,8}}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT"),
    re.compile(rf"[A-Z][a-z]{{2}} {_MONTH} (?P<day>[ 0-9][0-9]) {_TIME} (?P<year>[0-9]{{4}})"),
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_US: Final = timedelta(microseconds=1)
_DIGITS_MAX: Final = 9  # more seconds than that are longer than any wait


def schedule(livemode: bool) -> tuple[int, ...]:
    """Seconds before each attempt: its length is how many attempts there are."""
    return LIVE_SCHEDULE_S if livemode else TEST_SCHEDULE_S


def next_delay_us(
    livemode: bool,
    tried: int,
    failure: Failure,
    status: int | None,
    retry_after: str | None,
    now_us: int,
    chance: int,
) -> int | None:
    """Microseconds from now until the next attempt; None when the schedule is used up.

    `tried`: attempts of the schedule that are used up, the one that just failed included. `status` and `retry_after`:
    of the reply, if there was one. `now_us`: wall clock, for a Retry-After that names a date. `chance`: 32 random bits.
    """
    assert tried >= 1
    assert 0 <= chance < 1 << CHANCE_BITS
    waits = schedule(livemode)
    if tried >= len(waits):
        return None
    base = waits[tried] * SECOND_US
    delay = base + (base // JITTER_DIVISOR * chance >> CHANCE_BITS)
    if failure is Failure.TIMEOUT or status == TOO_MANY:
        delay = max(delay, SLOW_DOWN_S * SECOND_US)
    asked = None if retry_after is None else retry_after_us(retry_after, now_us)
    return delay if asked is None else max(delay, min(asked, RETRY_AFTER_FACTOR * delay))


def retry_after_us(text: str, now_us: int) -> int | None:
    """How long a Retry-After asks to wait: microseconds from now, at most a day. None if it is neither form.

    It is a number of seconds or an HTTP-date. A date that has passed asks for nothing: 0.
    """
    text = text.strip(" \t")
    longest = RETRY_AFTER_MAX_S * SECOND_US
    if seconds := _SECONDS.fullmatch(text):
        digits = seconds[1]
        return longest if len(digits) > _DIGITS_MAX else min(int(digits) * SECOND_US, longest)
    at_us = _date_us(text, now_us)
    return None if at_us is None else min(max(at_us - now_us, 0), longest)


def _date_us(text: str, now_us: int) -> int | None:
    """An HTTP-date as microseconds since 1970; None if it is none."""
    found = next((match for form in _DATES if (match := form.fullmatch(text))), None)
    if found is None:
        return None
    year = int(found["year"])
    if len(found["year"]) == 2:
        year = _whole_year(year, now_us)
    try:
        moment = datetime(
            year,
            _MONTHS.index(found["month"]) + 1,
            int(found["day"]),
            int(found["hour"]),
            int(found["minute"]),
            min(int(found["second"]), 59),  # a leap second is as good as the one before it
            tzinfo=UTC,
        )
    except ValueError:  # the 31st of February
        return None
    return (moment - _EPOCH) // _US


def _whole_year(two_digits: int, now_us: int) -> int:
    """The year that ends so; one that would be more than fifty years ahead is the latest past one (RFC 9110, 5.6.7)."""
    this = (_EPOCH + now_us * _US).year
    year = this // 100 * 100 + two_digits
    return year - 100 if year > this + 50 else year
