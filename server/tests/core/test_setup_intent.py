"""Every state of a setup intent against everything that can be wanted of it and everything that can be answered."""

from __future__ import annotations

from typing import get_args

import pytest

from finsecure_server.core.attempt import ActionNeeded, Approved, Declined, Missing, Outcome, Pending, Unknown
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.setup_intent import (
    ATTEMPTS_MAX,
    TERMINAL,
    UNAUTHENTICATED,
    Move,
    Status,
    Wish,
    check,
    check_attempts,
    open_status,
    settle,
)

#: status, and what is granted in it.
WISHES = """
requires_payment_method  update confirm cancel
requires_confirmation    update confirm cancel
requires_action          update confirm cancel authenticate
processing               -
succeeded                -
canceled                 -
"""
GRANTED = {status: set(wishes) - {"-"} for status, *wishes in map(str.split, WISHES.strip().splitlines())}

#: the answer, the intent's next state, the event, the attempt's state.
ANSWERS = """
Approved      succeeded                setup_intent.succeeded        succeeded
Declined      requires_payment_method  setup_intent.setup_failed     failed
Missing       requires_payment_method  setup_intent.setup_failed     failed
ActionNeeded  requires_action          setup_intent.requires_action  requires_action
Pending       processing               -                             processing
Unknown       processing               -                             processing
"""
OUTCOMES: list[Outcome] = [
    Approved(),
    Declined(decline_code="do_not_honor"),
    Missing(),
    ActionNeeded(),
    Pending(seconds=5),
    Unknown(reason="lost"),
]
MOVES = {
    name: Move(Status(status), None if event == "-" else event, attempt)
    for name, status, event, attempt in map(str.split, ANSWERS.strip().splitlines())
}


def test_the_tables_are_complete() -> None:
    assert set(GRANTED) == set(Status)
    assert set().union(*GRANTED.values()) == set(Wish)
    assert set(MOVES) == {outcome.__name__ for outcome in get_args(Outcome)}
    assert {type(outcome).__name__ for outcome in OUTCOMES} == set(MOVES)
    assert {move.status for move in MOVES.values()} | {Status.REQUIRES_CONFIRMATION, Status.CANCELED} == set(Status)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("wish", Wish)
def test_each_state_grants_what_the_table_says(status: Status, wish: Wish) -> None:
    if wish.value in GRANTED[status.value]:
        check(status, wish)
        return
    with pytest.raises(Refused) as refused:
        check(status, wish)
    assert refused.value.code is Code.SETUP_INTENT_UNEXPECTED_STATE
    assert f"has a status of {status.value}" in refused.value.message
    assert ("looked up" in refused.value.message) == (status is Status.PROCESSING)


def test_nothing_can_be_done_at_the_end() -> None:
    assert {status for status in Status if not GRANTED[status.value]} - TERMINAL == {Status.PROCESSING}


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: type(outcome).__name__)
def test_each_answer_takes_the_intent_where_the_table_says(outcome: Outcome) -> None:
    assert settle(outcome) == MOVES[type(outcome).__name__]


def test_a_failed_authentication_is_a_failed_setup() -> None:
    assert settle(Declined(decline_code="do_not_honor")) == UNAUTHENTICATED


def test_an_intent_that_is_not_confirmed_waits_for_a_method_or_for_that() -> None:
    assert open_status(has_method=False) is Status.REQUIRES_PAYMENT_METHOD
    assert open_status(has_method=True) is Status.REQUIRES_CONFIRMATION


def test_nobody_tries_cards_without_end() -> None:
    check_attempts(ATTEMPTS_MAX - 1)
    with pytest.raises(Refused, match="100 times") as refused:
        check_attempts(ATTEMPTS_MAX)
    assert refused.value.code is Code.SETUP_INTENT_UNEXPECTED_STATE
