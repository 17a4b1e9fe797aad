"""The breaker, step by step: when it opens, how long it waits, what closes it, and what it costs."""

from __future__ import annotations

from collections import deque

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsecure_server.core import breaker as rules
from finsecure_server.core.breaker import CLOSED, WAITS_S, Breaker, after, free_at_us, worth_keeping

S = 1_000_000
NOW = 1_794_312_000 * S  # on the boundary of a half minute
LEAST, MOST = 0, 2**32 - 1


def fed(outcomes: str, *, start: Breaker = CLOSED, at: int = NOW, every: int = 0) -> Breaker:
    """After these outcomes, "." for good and "x" for bad."""
    now = start
    for number, outcome in enumerate(outcomes):
        now = after(now, outcome == ".", at + number * every, LEAST)
    return now


def is_open(breaker: Breaker) -> bool:
    return free_at_us(breaker) > 0


def test_the_numbers() -> None:
    assert (rules.STREAK, rules.SHARE_PERCENT, rules.SAMPLE_MIN, rules.WINDOW_S) == (5, 70, 10, 300)
    assert WAITS_S == (30, 60, 120, 240, 480, 900)
    assert Breaker(0, 0, 0, 0, (), 0, 0) == CLOSED


#: What came of the attempts of one half minute, and whether the last of them opened it.
SEQUENCES = {
    "": False,
    "." * 1000: False,
    "x": False,
    "xxxx": False,
    "xxxxx": True,
    "xxxx.xxxx": False,  # 8 of 9: too few to tell
    "xxxx.xxxxx": True,
    "xxxx.xxx.x": True,  # 8 of 10
    "xxx.xxx..x": True,  # 7 of 10
    "xxx.xx...x": False,  # 6 of 10
    "xx.xx.xx.": False,
    "xx.xx.xx.x": True,  # exactly 70 %
    "....xx.xx.xx.x": False,  # 7 of 14
    "." * 1000 + "xxxx": False,
    "." * 1000 + "xxxxx": True,
    ".x" * 500: False,
    "xx." * 500: False,  # two thirds are no 70 %
    "x.xx.xx.xx.xx.xx.xx": False,
    "." * 27 + "xxxx." * 34 + "xxx": False,  # 139 of 200
    "." * 26 + "xxxx." * 34 + "xxxx": True,  # 140 of 200
}


@pytest.mark.parametrize("outcomes", SEQUENCES, ids=lambda text: f"{text[-20:]}*{len(text)}")
def test_when_it_opens(outcomes: str) -> None:
    assert is_open(fed(outcomes)) == SEQUENCES[outcomes]
    if SEQUENCES[outcomes]:
        assert not is_open(fed(outcomes[:-1]))
        assert free_at_us(fed(outcomes)) == NOW + 30 * S


def test_a_streak_has_no_end() -> None:
    assert is_open(fed("xxxxx", every=3600 * S))


@pytest.mark.parametrize(
    ("old", "gap_s", "opens"),
    [
        ("xxx.xxx..", 0, True),
        ("xxx.xxx..", 269, True),
        ("xxx.xxx..", 299, True),
        ("xxx.xxx..", 300, False),  # no longer in the window
        ("xxx.xxx..", 10_000, False),
        ("." * 9, 299, False),
    ],
)
def test_only_the_last_five_minutes_count(old: str, gap_s: int, opens: bool) -> None:
    assert is_open(fed("x", start=fed(old), at=NOW + gap_s * S)) == opens


def test_good_attempts_of_the_window_count_against_opening() -> None:
    well = fed("." * 9)
    assert not is_open(fed("xx.xx.xx.x", start=well, at=NOW + 270 * S))
    assert is_open(fed("xx.xx.xx.x", start=well, at=NOW + 300 * S))


def test_a_clock_that_was_set_back_forgets_what_is_ahead_of_it() -> None:
    ahead = fed("xxx.xxx..", at=NOW + 3600 * S)
    back = after(ahead, False, NOW, LEAST)
    assert not is_open(back)
    assert (back.bad, back.past) == (1, ())


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    now, breaker = NOW, fed("xxxxx")
    waited = []
    for _ in range(9):
        waited.append((free_at_us(breaker) - now) // S)
        now = free_at_us(breaker)
        breaker = after(breaker, False, now, LEAST)
    assert waited == [30, 60, 120, 240, 480, 900, 900, 900, 900]
    assert breaker.waits == len(WAITS_S)


@pytest.mark.parametrize("waits", range(1, 10))
def test_a_wait_is_up_to_a_tenth_longer(waits: int) -> None:
    seconds = WAITS_S[min(waits, len(WAITS_S)) - 1]
    for chance, longer in ((LEAST, 0), (2**31, seconds * S // 20), (MOST, seconds * S // 10)):
        breaker = fed("xxxx") if waits == 1 else Breaker(waits=min(waits - 1, len(WAITS_S)), free_us=NOW)
        wait = free_at_us(after(breaker, False, NOW, chance)) - NOW
        assert seconds * S + longer - 1 <= wait <= seconds * S + longer


def test_a_failure_that_was_on_its_way_changes_nothing() -> None:
    opened = fed("xxxxx")
    assert after(opened, False, free_at_us(opened) - 1, LEAST) is opened
    assert after(opened, False, free_at_us(opened), LEAST) is not opened


@pytest.mark.parametrize("when", [0, 29, 30, 10_000])
def test_any_success_closes_it_and_forgets_everything(when: int) -> None:
    assert after(fed("xxxxx"), True, NOW + when * S, LEAST) is CLOSED


def test_closed_it_sends_freely() -> None:
    assert [free_at_us(breaker) for breaker in (CLOSED, fed("."), fed("xxxx"))] == [0, 0, 0]


@pytest.mark.parametrize("chance", [-1, 2**32])
def test_chance_has_32_bits(chance: int) -> None:
    with pytest.raises(AssertionError):
        after(fed("xxxx"), False, NOW, chance)


@pytest.mark.parametrize(
    ("before", "now", "kept"),
    [
        (CLOSED, fed("...."), False),
        (CLOSED, fed("xxxx"), False),
        (fed("xxxx"), fed("xxxxx"), True),
        (fed("xxxxx"), fed("xxxxx"), False),
        (fed("xxxxx"), CLOSED, True),
        (Breaker(waits=6, free_us=NOW), Breaker(waits=6, free_us=NOW + 1), True),
    ],
)
def test_what_has_to_be_written_down(before: Breaker, now: Breaker, kept: bool) -> None:
    assert worth_keeping(before, now) == kept


@pytest.mark.parametrize("breaker", [CLOSED, fed("..."), fed("x.x", every=40 * S), fed("xxxxx")])
def test_it_is_short_json(breaker: Breaker) -> None:
    text = msgspec.json.encode(breaker)
    assert msgspec.json.decode(text, type=Breaker) == breaker
    assert len(text) < 200
    assert msgspec.json.encode(CLOSED) == b"{}"


outcome = st.tuples(st.booleans(), st.integers(0, 200))


@given(st.lists(outcome, max_size=200))
def test_it_opens_exactly_when_the_rule_says(attempts: list[tuple[bool, int]]) -> None:
    """Against every attempt kept one by one; the window moves in half minutes."""
    breaker, now, kept, streak = CLOSED, NOW, deque[tuple[int, bool]](), 0
    for ok, later in attempts:
        now += later * S
        breaker = after(breaker, ok, now, LEAST)
        half = now // (30 * S)
        kept.append((half, ok))
        while kept[0][0] <= half - 10:
            kept.popleft()
        streak = 0 if ok else streak + 1
        bad = sum(not good for _, good in kept)
        opens = not ok and (streak >= 5 or (len(kept) >= 10 and 10 * bad >= 7 * len(kept)))
        assert is_open(breaker) == opens
        if opens:
            return
        assert len(breaker.past) <= 9
        assert sum(good + ill for _, good, ill in breaker.past) + breaker.ok + breaker.bad == len(kept)
