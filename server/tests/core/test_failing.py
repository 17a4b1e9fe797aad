"""When an endpoint is given up, told as stories, each minute of which matters."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsecure_server.core import failing as rules
from finsecure_server.core.failing import NEVER, Failing, Step, Word, after, at

H = 3600 * 1_000_000
US = 1
T0 = 1_794_312_000 * 1_000_000

FIRST, LAST, DISABLED, RECOVERED = Word.WARNED_FIRST, Word.WARNED_LAST, Word.DISABLED, Word.RECOVERED


def fails(failing: Failing, event: str, hours: float, attempt: int = 1) -> Step:
    return after(failing, False, event, attempt, T0 + int(hours * H))


def arrives(failing: Failing, event: str, hours: float, attempt: int = 1) -> Step:
    return after(failing, True, event, attempt, T0 + int(hours * H))


def started(hours: float = 12) -> Failing:
    """Event A failed first at 0; event B `hours` later."""
    return fails(fails(NEVER, "evt_a", 0).failing, "evt_b", hours).failing


def test_the_numbers() -> None:
    assert (rules.APART_H, rules.TOGETHER_H) == (12, 24)
    assert (rules.WARN_FIRST_H, rules.WARN_LAST_H, rules.DISABLE_H) == (24, 72, 120)
    assert Failing(0, "", 0, 0) == NEVER


def test_a_first_failure_is_only_remembered() -> None:
    assert fails(NEVER, "evt_a", 0) == Step(Failing(T0, "evt_a"))
    assert fails(NEVER, "evt_a", 0, attempt=4) == Step(Failing(T0, "evt_a"))


#: What fails next after event A's first failure: which event, its how-manieth attempt, after how many microseconds;
#: whether that starts the clock, is nothing new, or becomes the first failure itself.
SECOND = [
    ("evt_b", 1, 0, "nothing"),
    ("evt_b", 1, 12 * H - US, "nothing"),
    ("evt_b", 1, 12 * H, "starts"),
    ("evt_b", 1, 18 * H, "starts"),
    ("evt_b", 1, 24 * H, "starts"),
    ("evt_b", 1, 24 * H + US, "first"),
    ("evt_b", 1, 1000 * H, "first"),
    ("evt_b", 2, 12 * H, "nothing"),  # it failed first before that
    ("evt_b", 7, 24 * H, "nothing"),
    ("evt_b", 7, 24 * H + US, "first"),
    ("evt_a", 2, 5_000_000, "nothing"),
    ("evt_a", 1, 12 * H, "nothing"),
    ("evt_a", 7, 18 * H, "nothing"),  # retries of one event start no clock
    ("evt_a", 8, 32 * H, "first"),
    ("evt_b", 1, -H, "nothing"),  # a clock that was set back
]


@pytest.mark.parametrize(("event", "attempt", "later", "becomes"), SECOND)
def test_what_the_next_failure_does(event: str, attempt: int, later: int, becomes: str) -> None:
    before = fails(NEVER, "evt_a", 0).failing
    step = after(before, False, event, attempt, T0 + later)
    match becomes:
        case "starts":
            assert step == Step(Failing(T0, "evt_a", T0 + later), (), T0 + later + 24 * H)
        case "first":
            assert step == Step(Failing(T0 + later, event))
        case _:
            assert step == Step(before)
            assert step.failing is before


def test_a_first_failure_too_long_ago_gives_way_and_the_next_pair_starts_the_clock() -> None:
    failing = fails(NEVER, "evt_a", 0).failing
    failing = fails(failing, "evt_b", 25).failing
    assert fails(failing, "evt_c", 30).failing == failing
    assert fails(failing, "evt_d", 37).failing.clock_us == T0 + 37 * H


#: Hours since the clock started; warned so far; what happens, and when to look again.
TIMERS = [
    (0, 0, (), 24),
    (24 * H - US, 0, (), 24),
    (24 * H, 0, (FIRST,), 72),
    (24 * H, 1, (), 72),
    (72 * H - US, 1, (), 72),
    (72 * H, 1, (LAST,), 120),
    (72 * H, 2, (), 120),
    (120 * H - US, 2, (), 120),
    (120 * H, 2, (DISABLED,), None),
    (500 * H, 2, (DISABLED,), None),
    # several at once: a test clock that was moved, a server that was away
    (72 * H, 0, (FIRST, LAST), 120),
    (120 * H, 1, (LAST, DISABLED), None),
    (120 * H, 0, (FIRST, LAST, DISABLED), None),
]


@pytest.mark.parametrize("by", ["timer", "failure"])
@pytest.mark.parametrize(("later", "warned", "happens", "again_h"), TIMERS)
def test_the_clock(later: int, warned: int, happens: tuple[Word, ...], again_h: int | None, by: str) -> None:
    start = T0 + 12 * H
    failing = Failing(T0, "evt_a", start, warned)
    now = start + later
    step = at(failing, now) if by == "timer" else after(failing, False, "evt_z", 3, now)
    assert step.happened == happens
    if again_h is None:
        assert step == Step(NEVER, happens, None)
    else:
        assert step.look_again_us == start + again_h * H
        assert step.failing == Failing(T0, "evt_a", start, warned + len(happens))


@pytest.mark.parametrize("failing", [NEVER, Failing(T0, "evt_a")])
def test_without_a_clock_time_does_nothing(failing: Failing) -> None:
    assert at(failing, T0 + 10_000 * H) == Step(failing)


@pytest.mark.parametrize(
    ("failing", "happens"),
    [
        (NEVER, ()),
        (Failing(T0, "evt_a"), ()),
        (Failing(T0, "evt_a", T0 + 12 * H), ()),  # nobody was told that it fails
        (Failing(T0, "evt_a", T0 + 12 * H, 1), (RECOVERED,)),
        (Failing(T0, "evt_a", T0 + 12 * H, 2), (RECOVERED,)),
    ],
)
@pytest.mark.parametrize("event", ["evt_a", "evt_b"])
def test_any_success_clears_everything(failing: Failing, happens: tuple[Word, ...], event: str) -> None:
    assert arrives(failing, event, 200, attempt=5) == Step(NEVER, happens)


def test_a_success_of_a_healthy_endpoint_makes_nothing() -> None:
    assert arrives(NEVER, "evt_a", 0) is arrives(NEVER, "evt_b", 1)


def test_after_a_success_it_begins_anew() -> None:
    failing = arrives(started(), "evt_c", 13).failing
    failing = fails(failing, "evt_d", 14).failing
    assert fails(failing, "evt_e", 25).failing == Failing(T0 + 14 * H, "evt_d")
    assert fails(failing, "evt_e", 26).failing.clock_us == T0 + 26 * H


def test_the_whole_story() -> None:
    """An endpoint that never answers, one event an hour, looked at when it says so."""
    failing, told, again = NEVER, [], None
    for hour in range(1000):
        now = T0 + hour * H
        due = again is not None and now >= again
        step = at(failing, now) if due else after(failing, False, f"evt_{hour}", 1, now)
        failing, again = step.failing, step.look_again_us
        told += [(hour, word) for word in step.happened]
        if DISABLED in step.happened:
            break
    assert told == [(12 + 24, FIRST), (12 + 72, LAST), (12 + 120, DISABLED)]


def test_an_outage_of_one_night_is_forgiven() -> None:
    failing = NEVER
    for hour in range(12):
        failing = fails(failing, f"evt_{hour}", hour).failing
    assert arrives(failing, "evt_12", 11.9) == Step(NEVER)


@pytest.mark.parametrize("failing", [NEVER, Failing(T0, "evt_a"), Failing(T0, "evt_a", T0 + 12 * H, 2)])
def test_it_is_short_json(failing: Failing) -> None:
    text = msgspec.json.encode(failing)
    assert msgspec.json.decode(text, type=Failing) == failing
    assert len(text) < 120
    assert msgspec.json.encode(NEVER) == b"{}"


happening = st.tuples(st.booleans(), st.sampled_from("abcdef"), st.integers(1, 3), st.integers(0, 40 * H))


@given(st.lists(happening, max_size=60))
def test_it_is_never_disabled_unwarned_nor_within_132_hours_of_a_success(
    story: list[tuple[bool, str, int, int]],
) -> None:
    failing, now, last_success, warned = NEVER, T0, T0, 0
    for ok, event, attempt, later in story:
        now += later
        step = after(failing, ok, event, attempt, now)
        warned += sum(word in (FIRST, LAST) for word in step.happened)
        if DISABLED in step.happened:
            assert warned == 2
            assert now - last_success >= 132 * H
        assert (RECOVERED in step.happened) == (ok and warned > 0)
        if ok or DISABLED in step.happened:
            last_success, warned = now, 0
        failing = step.failing
