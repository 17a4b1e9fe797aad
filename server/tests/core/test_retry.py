"""The table of waits: every attempt of both modes, least and most, and everything a receiver may ask for."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsecure_server.core import retry
from finsecure_server.core.delivery import Failure
from finsecure_server.core.retry import LIVE_SCHEDULE_S, TEST_SCHEDULE_S, next_delay_us, retry_after_us

S = 1_000_000
HOUR, DAY = 3600, 86_400
NOW = 1_794_312_000 * S  # Tue, 10 Nov 2026 12:00:00 GMT
LEAST, MOST = 0, 2**32 - 1


def wait(
    *,
    tried: int = 1,
    livemode: bool = True,
    failure: Failure = Failure.HTTP,
    status: int | None = 500,
    retry_after: str | None = None,
    chance: int = LEAST,
) -> int | None:
    return next_delay_us(livemode, tried, failure, status, retry_after, NOW, chance)


def test_the_schedules_are_the_published_ones() -> None:
    assert LIVE_SCHEDULE_S == (0, 5, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
    assert sum(LIVE_SCHEDULE_S) == 75 * HOUR + 35 * 60 + 5
    assert TEST_SCHEDULE_S == (0, 5, 300, 2 * HOUR)
    assert max(accumulate(TEST_SCHEDULE_S)) * 6 // 5 <= 3 * HOUR
    assert (retry.schedule(True), retry.schedule(False)) == (LIVE_SCHEDULE_S, TEST_SCHEDULE_S)


@pytest.mark.parametrize(
    ("livemode", "tried", "seconds"),
    [(mode, n, wanted) for mode in (True, False) for n, wanted in enumerate(retry.schedule(mode)) if n],
)
def test_every_wait(livemode: bool, tried: int, seconds: int) -> None:
    assert wait(livemode=livemode, tried=tried, chance=LEAST) == seconds * S
    assert wait(livemode=livemode, tried=tried, chance=2**31) == seconds * S * 11 // 10
    longest = wait(livemode=livemode, tried=tried, chance=MOST)
    assert longest is not None
    assert seconds * S * 6 // 5 - 100 <= longest < seconds * S * 6 // 5


@pytest.mark.parametrize(("livemode", "tried"), [(True, 10), (True, 11), (False, 4), (False, 400)])
@pytest.mark.parametrize("retry_after", [None, "10"])
def test_then_it_is_over(livemode: bool, tried: int, retry_after: str | None) -> None:
    assert wait(livemode=livemode, tried=tried, status=429, retry_after=retry_after) is None


@pytest.mark.parametrize(
    ("failure", "status", "seconds"),
    [
        *((failure, None, 5) for failure in Failure if failure is not Failure.TIMEOUT),
        (Failure.TIMEOUT, None, 60),
        (Failure.TIMEOUT, 200, 60),
        (Failure.HTTP, 429, 60),
        (Failure.HTTP, 428, 5),
        (Failure.HTTP, 503, 5),
    ],
)
def test_who_is_slow_or_busy_is_left_alone_for_a_minute(failure: Failure, status: int | None, seconds: int) -> None:
    assert wait(failure=failure, status=status) == seconds * S
    assert wait(failure=failure, status=status, tried=2) == 300 * S


#: tried, status, what Retry-After says; least and most seconds.
ASKED = [
    (1, 503, "0", 5, 6),
    (1, 503, "3", 5, 6),
    (1, 503, "7", 7, 7),
    (1, 503, "11", 10, 11),  # at most twice the wait, whatever chance made of it
    (1, 503, "1000000000", 10, 12),
    (1, 429, "0", 60, 60),
    (1, 429, "90", 90, 90),
    (1, 429, "100000", 120, 120),
    (2, 503, "400", 400, 400),
    (2, 500, "400", 400, 400),  # whoever asks is heard, whatever the status
    (9, 503, "90000", 86_400, 103_680),  # no more than a day is heard, and the schedule itself is never cut
    (9, 503, "1000000000", 86_400, 103_680),
    (8, 503, "1000000000", 86_400, 86_400),
    (1, 503, "Tue, 10 Nov 2026 12:00:09 GMT", 9, 9),
    (1, 503, "Tue, 10 Nov 2026 13:00:00 GMT", 10, 12),
    (1, 503, "Tue, 10 Nov 2026 11:00:00 GMT", 5, 6),
    (1, 503, "-1", 5, 6),
    (1, 503, "soon", 5, 6),
]


@pytest.mark.parametrize(("tried", "status", "text", "least", "most"), ASKED)
def test_a_receiver_may_ask_for_up_to_twice_the_wait(tried: int, status: int, text: str, least: int, most: int) -> None:
    assert wait(tried=tried, status=status, retry_after=text, chance=LEAST) == least * S
    longest = wait(tried=tried, status=status, retry_after=text, chance=MOST)
    assert longest is not None
    assert most * S - 200 <= longest <= most * S


@given(
    st.booleans(),
    st.integers(1, 9),
    st.sampled_from(Failure),
    st.none() | st.integers(100, 599),
    st.none() | st.integers(-10, 10**12).map(str) | st.text(max_size=40),
    st.integers(LEAST, MOST),
)
def test_never_early_and_never_far_off(
    livemode: bool, tried: int, failure: Failure, status: int | None, retry_after: str | None, chance: int
) -> None:
    got = next_delay_us(livemode, tried, failure, status, retry_after, NOW, chance)
    if tried >= len(retry.schedule(livemode)):
        assert got is None
        return
    assert got is not None
    base = retry.schedule(livemode)[tried] * S
    jittered = base + base * Fraction(chance, 5 * 2**32)
    floor = 60 * S if failure is Failure.TIMEOUT or status == 429 else 0
    least = max(int(jittered), floor)
    assert least >= base
    assert least <= got <= max(least, min(2 * least, DAY * S))
    if retry_after is None:
        assert got == least


@pytest.mark.parametrize(("tried", "chance"), [(0, 0), (1, -1), (1, 2**32)])
def test_what_makes_no_sense(tried: int, chance: int) -> None:
    with pytest.raises(AssertionError):
        wait(tried=tried, chance=chance)


#: What Retry-After may say; seconds from NOW, or None for what is neither form.
TEXTS = {
    "0": 0,
    "1": 1,
    "120": 120,
    "0120": 120,
    " 120\t": 120,
    "86400": DAY,
    "86401": DAY,
    "999999999": DAY,
    "1000000000": DAY,
    "9" * 5000: DAY,
    "0" * 5000 + "7": 7,
    "0" * 20: 0,
    # The three forms of a date (RFC 9110, 5.6.7)
    "Tue, 10 Nov 2026 12:02:00 GMT": 120,
    "Tuesday, 10-Nov-26 12:02:00 GMT": 120,
    "Tue Nov 10 12:02:00 2026": 120,
    "Sun Nov  8 12:02:00 2026": 0,
    "Wed, 11 Nov 2026 12:00:00 GMT": DAY,
    "Thu, 12 Nov 2026 12:00:00 GMT": DAY,
    "Tue, 10 Nov 2026 12:00:60 GMT": 59,  # a leap second
    "Fri, 31 Dec 9999 23:59:59 GMT": DAY,
    "Sun, 06 Nov 1994 08:49:37 GMT": 0,
    "Sunday, 06-Nov-94 08:49:37 GMT": 0,  # 2094 is more than fifty years ahead: 1994
    "Tuesday, 10-Nov-76 12:00:00 GMT": DAY,  # 2076 is not
    "Wednesday, 10-Nov-77 12:00:00 GMT": 0,  # 1977
    "Thu, 01 Jan 1970 00:00:00 GMT": 0,
    # Neither
    "": None,
    " ": None,
    "-1": None,
    "+1": None,
    "1e9": None,
    "1.5": None,
    "0x10": None,
    "1_000": None,
    "12 0": None,
    "１２０": None,
    "²": None,
    "120;": None,
    "120\n": None,
    "soon": None,
    "null": None,
    "NaN": None,
    "Infinity": None,
    "Tue, 10 Nov 2026 12:02:00": None,
    "Tue, 10 Nov 2026 12:02:00 UTC": None,
    "Tue, 10 Nov 2026 12:02:00 +0100": None,
    "Tue, 10 nov 2026 12:02:00 GMT": None,
    "Tue, 31 Feb 2026 12:02:00 GMT": None,
    "Tue, 10 Nov 2026 24:02:00 GMT": None,
    "Tue, 10 Nov 2026 12:60:00 GMT": None,
    "Tue, 00 Nov 2026 12:00:00 GMT": None,
    "Tue, 10 Nov 0000 12:00:00 GMT": None,
    "Tue, 10 Foo 2026 12:00:00 GMT": None,
    "2026-11-10T12:02:00Z": None,
    "10 Nov 2026 12:02:00 GMT": None,
    "120, 120": None,
}


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:40]))
def test_what_retry_after_may_say(text: str) -> None:
    expected = TEXTS[text]
    assert retry_after_us(text, NOW) == (None if expected is None else expected * S)


@given(st.datetimes().filter(lambda moment: moment.year >= 1900))
def test_a_date_is_read_as_the_standard_library_reads_it(moment: object) -> None:
    text = f"{moment:%a, %d %b} {moment.year:04} {moment:%H:%M:%S} GMT"  # type: ignore[attr-defined]
    ahead = int(parsedate_to_datetime(text).timestamp()) * S - NOW
    assert retry_after_us(text, NOW) == min(max(ahead, 0), DAY * S)


@given(st.text(), st.integers(0, 2**52))
def test_no_text_breaks_it(text: str, now_us: int) -> None:
    got = retry_after_us(text, now_us)
    assert got is None or 0 <= got <= DAY * S
