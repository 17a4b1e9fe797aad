"""The breaker of an endpoint: when so much fails that it is kinder to all to leave it alone for a while.

Closed, everything is sent. It opens after STREAK failures in a row, or when at least SHARE_PERCENT of at least
SAMPLE_MIN attempts within five minutes failed. Open, nothing is sent until its wait is over; then one probe goes. A
probe that fails makes the next wait twice as long, up to a quarter of an hour. Any success closes it and forgets
everything. A delivery that has to wait for it uses up no attempt of its schedule.

Attempts are counted in half minutes, so that what is kept is small and an attempt counts for four and a half to five
minutes. All times are wall clock, microseconds.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

SECOND_US: Final = 1_000_000

STREAK: Final = 5
SHARE_PERCENT: Final = 70
SAMPLE_MIN: Final = 10
WINDOW_S: Final = 300
BUCKET_S: Final = 30
WAITS_S: Final = (30, 60, 120, 240, 480, 900)  # before the first probe, the second...; the last one goes on
JITTER_DIVISOR: Final = 10  # a wait is up to a tenth longer, so that endpoints of one host are not probed together
CHANCE_BITS: Final = 32

_BUCKET_US: Final = BUCKET_S * SECOND_US
_BUCKETS: Final = WINDOW_S // BUCKET_S


class Breaker(Struct, frozen=True, omit_defaults=True):
    """How an endpoint fares. Its JSON is the column `webhook_lanes.breaker`; the one that knows nothing is `{}`."""

    streak: int = 0  # failures since the last success
    bucket: int = 0  # which half minute is being counted
    ok: int = 0  # in it
    bad: int = 0  # in it
    past: tuple[tuple[int, int, int], ...] = ()  # (bucket, ok, bad) of those before it in the window, oldest first
    waits: int = 0  # how often it has been left alone in a row; 0: closed. Stops at the last of WAITS_S
    free_us: int = 0  # open: from when on a probe may go


CLOSED: Final = Breaker()


def after(breaker: Breaker, ok: bool, now_us: int, chance: int) -> Breaker:
    """What an attempt's outcome makes of it. `chance`: 32 random bits.

    An attempt that was in flight when it opened, and fails before the probe may go, changes nothing.
    """
    if breaker.waits:
        if ok:
            return CLOSED
        return breaker if now_us < breaker.free_us else _left_alone(breaker.waits + 1, now_us, chance)
    bucket = now_us // _BUCKET_US
    counted_ok, counted_bad, past = breaker.ok, breaker.bad, breaker.past
    if bucket != breaker.bucket:
        past = _window(breaker, bucket)
        counted_ok = counted_bad = 0
    if ok:
        return Breaker(0, bucket, counted_ok + 1, counted_bad, past)
    seen = Breaker(breaker.streak + 1, bucket, counted_ok, counted_bad + 1, past)
    return _left_alone(1, now_us, chance) if _too_many(seen) else seen


def free_at_us(breaker: Breaker) -> int:
    """0 when closed: send freely. Else the wall time from which ONE probe may go."""
    return breaker.free_us


def worth_keeping(before: Breaker, now: Breaker) -> bool:
    """Whether the change has to outlive this process: it opened, closed or waits anew. Counts may be lost."""
    return before.waits != now.waits or before.free_us != now.free_us


def _left_alone(waits: int, now_us: int, chance: int) -> Breaker:
    assert 0 <= chance < 1 << CHANCE_BITS
    waits = min(waits, len(WAITS_S))
    wait = WAITS_S[waits - 1] * SECOND_US
    return Breaker(waits=waits, free_us=now_us + wait + (wait // JITTER_DIVISOR * chance >> CHANCE_BITS))


def _window(breaker: Breaker, bucket: int) -> tuple[tuple[int, int, int], ...]:
    """The half minutes that still count once `bucket` begins. A clock that was set back forgets what is ahead of it."""
    counted = (*breaker.past, (breaker.bucket, breaker.ok, breaker.bad))
    return tuple(entry for entry in counted if bucket - _BUCKETS < entry[0] < bucket)


def _too_many(breaker: Breaker) -> bool:
    if breaker.streak >= STREAK:
        return True
    bad = breaker.bad + sum(entry[2] for entry in breaker.past)
    total = bad + breaker.ok + sum(entry[1] for entry in breaker.past)
    return total >= SAMPLE_MIN and 100 * bad >= SHARE_PERCENT * total
