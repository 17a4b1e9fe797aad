"""When an attempt whose outcome is unknown is looked up."""

from __future__ import annotations

import msgspec
import pytest

from finsecure_server.core.attempt import (
    LOOKUP_FIRST_US,
    LOOKUP_LAST_US,
    LOOKUP_WHILE_ASKED_US,
    Attempt,
    Kind,
    lookup_in_us,
)
from finsecure_server.processors.simulator import PATIENCE_MS

SECOND = 1_000_000


@pytest.mark.parametrize(
    ("age_s", "again", "wait_s"),
    [
        (0, False, 1),
        (10, False, 1),  # the asker waited ten seconds for nothing
        (1, True, 1),
        (2, True, 1),
        (4, True, 2),
        (60, True, 30),
        (7200, True, 3600),
        (7202, True, 3600),
        (86_400, True, 3600),
    ],
)
def test_a_second_then_half_its_age_up_to_an_hour(age_s: int, again: bool, wait_s: int) -> None:
    assert lookup_in_us(age_s * SECOND, again=again) == wait_s * SECOND


def test_the_waits_grow_to_an_hour_within_a_day() -> None:
    age, looks = 0, 0
    while (wait := lookup_in_us(age, again=looks > 0)) < LOOKUP_LAST_US:
        age += wait
        looks += 1
    assert looks < 30
    assert age < 86_400 * SECOND
    assert lookup_in_us(age, again=False) == LOOKUP_FIRST_US


def test_nobody_looks_an_attempt_up_while_it_is_being_asked() -> None:
    assert LOOKUP_WHILE_ASKED_US > PATIENCE_MS * 1000


def test_what_is_not_said_is_not_stored() -> None:
    asked = Attempt(id="ch_1", kind=Kind.AUTHORIZE, amount=1, currency="usd", card="pm_card_visa")
    stored = msgspec.json.encode(asked)
    assert set(msgspec.json.decode(stored)) == {"id", "kind", "amount", "currency", "card"}
    assert msgspec.json.decode(stored, type=Attempt) == asked
