"""Every state of a payment intent against everything that can be wanted of it and everything that can be answered."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from finsecure_server.core.attempt import (
    ActionNeeded,
    Approved,
    Declined,
    Kind,
    Missing,
    Outcome,
    Pending,
    Unknown,
)
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.payment_intent import (
    INCREMENTS_MAX,
    TERMINAL,
    UNAUTHENTICATED,
    Move,
    Status,
    Wish,
    check,
    check_capture,
    check_increment,
    check_method,
    has_expired,
    open_status,
    settle,
)

#: status, and what is granted in it.
WISHES = """
requires_payment_method  update confirm cancel
requires_confirmation    update confirm cancel
requires_action          update confirm cancel authenticate
processing               -
requires_capture         capture increment_authorization cancel
succeeded                -
canceled                 -
"""
GRANTED = {status: set(wishes) - {"-"} for status, *wishes in map(str.split, WISHES.strip().splitlines())}

#: What was asked, what was answered, and where that leads: the intent's state ("." as before), its event, the charge's
#: state, the charge's event. `later` is an authorization of what is captured later, `rest` a capture that leaves some.
ANSWERS = """
authorize  Approved      succeeded                payment_intent.succeeded                  succeeded  charge.succeeded
later      Approved      requires_capture         payment_intent.amount_capturable_updated  succeeded  charge.succeeded
authorize  Declined      requires_payment_method  payment_intent.payment_failed             failed     charge.failed
authorize  Missing       requires_payment_method  payment_intent.payment_failed             failed     charge.failed
authorize  ActionNeeded  requires_action          payment_intent.requires_action            -          -
authorize  Pending       processing               payment_intent.processing                 pending    -
authorize  Unknown       processing               payment_intent.processing                 pending    -
capture    Approved      succeeded                payment_intent.succeeded                  succeeded  charge.captured
rest       Approved      .                        payment_intent.amount_capturable_updated  succeeded  charge.captured
capture    Declined      .                        -                                         succeeded  -
capture    Missing       .                        -                                         succeeded  -
capture    Pending       processing               payment_intent.processing                 pending    -
capture    Unknown       processing               payment_intent.processing                 pending    -
increment  Approved      .                        payment_intent.amount_capturable_updated  succeeded  charge.updated
increment  Declined      .                        -                                         succeeded  -
increment  Missing       .                        -                                         succeeded  -
increment  Pending       processing               payment_intent.processing                 pending    -
increment  Unknown       processing               payment_intent.processing                 pending    -
void       Approved      canceled                 payment_intent.canceled                   succeeded  charge.updated
void       Declined      .                        -                                         succeeded  -
void       Missing       .                        -                                         succeeded  -
void       Pending       processing               payment_intent.processing                 pending    -
void       Unknown       processing               payment_intent.processing                 pending    -
"""
ROWS = [line.split() for line in ANSWERS.strip().splitlines()]
OUTCOMES: dict[str, Outcome] = {
    "Approved": Approved(),
    "Declined": Declined(decline_code="do_not_honor"),
    "Missing": Missing(),
    "ActionNeeded": ActionNeeded(),
    "Pending": Pending(seconds=5),
    "Unknown": Unknown(reason="lost"),
}
#: What the table calls by a name of its own.
VARIANTS = {"later": Kind.AUTHORIZE, "rest": Kind.CAPTURE}


def test_the_tables_are_complete() -> None:
    assert set(GRANTED) == set(Status)
    assert set().union(*GRANTED.values()) == set(Wish)
    assert set(OUTCOMES) == {outcome.__name__ for outcome in get_args(Outcome)}
    asked = {(row[0], row[1]) for row in ROWS if row[0] not in VARIANTS}
    kinds = {Kind.AUTHORIZE, Kind.CAPTURE, Kind.INCREMENT, Kind.VOID}
    expected = {(kind.value, name) for kind, name in product(kinds, OUTCOMES)}
    assert expected - asked == {(kind.value, "ActionNeeded") for kind in kinds - {Kind.AUTHORIZE}}
    assert asked <= expected


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("wish", Wish)
def test_each_state_grants_what_the_table_says(status: Status, wish: Wish) -> None:
    if wish.value in GRANTED[status.value]:
        check(status, wish)
        return
    with pytest.raises(Refused) as refused:
        check(status, wish)
    assert refused.value.code is Code.PAYMENT_INTENT_UNEXPECTED_STATE
    assert f"has a status of {status.value}" in refused.value.message
    assert ("looked up" in refused.value.message) == (status is Status.PROCESSING)


def test_nothing_can_be_done_at_the_end() -> None:
    assert {status for status in Status if not GRANTED[status.value]} - TERMINAL == {Status.PROCESSING}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:2]))
@pytest.mark.parametrize("before", [Status.REQUIRES_CONFIRMATION, Status.REQUIRES_CAPTURE])
def test_each_answer_takes_the_intent_where_the_table_says(row: list[str], before: Status) -> None:
    asked, answered, *led = row
    kind = VARIANTS.get(asked) or Kind(asked)
    status, event, charge, charge_event = (None if word == "-" else word for word in led)
    move = settle(kind, OUTCOMES[answered], capture_later=asked == "later", before=before, last=asked != "rest")
    assert status is not None
    assert move == Move(before if status == "." else Status(status), event, charge, charge_event)


def test_an_answer_cannot_fall_back_to_not_knowing() -> None:
    with pytest.raises(AssertionError):
        settle(Kind.CAPTURE, Declined(decline_code="x"), capture_later=True, before=Status.PROCESSING)


@pytest.mark.parametrize("kind", [Kind.CAPTURE, Kind.INCREMENT, Kind.VOID])
def test_only_an_authorization_asks_the_payer(kind: Kind) -> None:
    with pytest.raises(AssertionError):
        settle(kind, ActionNeeded(), capture_later=True, before=Status.REQUIRES_CAPTURE)


@pytest.mark.parametrize("kind", [Kind.REFUND, Kind.VERIFY])
def test_what_is_none_of_its_business(kind: Kind) -> None:
    with pytest.raises(AssertionError):
        settle(kind, Approved(), capture_later=True, before=Status.REQUIRES_CAPTURE)


def test_a_failed_authentication_is_a_failed_payment_without_a_charge() -> None:
    declined = settle(
        Kind.AUTHORIZE, Declined(decline_code="x"), capture_later=False, before=Status.REQUIRES_CONFIRMATION
    )
    assert declined._replace(charge=None, charge_event=None) == UNAUTHENTICATED


def test_an_intent_that_is_not_confirmed_waits_for_a_method_or_for_that() -> None:
    assert open_status(has_method=False) is Status.REQUIRES_PAYMENT_METHOD
    assert open_status(has_method=True) is Status.REQUIRES_CONFIRMATION


@pytest.mark.parametrize(
    ("has_method", "failed_before", "code"),
    [
        (True, False, None),
        (True, True, None),
        (False, False, Code.PAYMENT_INTENT_UNEXPECTED_STATE),
        (False, True, Code.PAYMENT_INTENT_PAYMENT_ATTEMPT_FAILED),
    ],
)
def test_a_confirmation_needs_a_method_and_another_one_after_a_failure(
    has_method: bool, failed_before: bool, code: Code | None
) -> None:
    if code is None:
        check_method(has_method=has_method, failed_before=failed_before)
        return
    with pytest.raises(Refused) as refused:
        check_method(has_method=has_method, failed_before=failed_before)
    assert (refused.value.code, refused.value.param) == (code, "payment_method")


@pytest.mark.parametrize(("status", "by_time", "before"), list(product(Status, (False, True), (None, 99, 100, 101))))
def test_a_hold_expires_at_its_time_whether_or_not_it_was_swept(
    status: Status, by_time: bool, before: int | None
) -> None:
    held_too_long = status is Status.REQUIRES_CAPTURE and before in (99, 100)
    given_up = status is Status.CANCELED and by_time
    assert has_expired(status, canceled_by_time=by_time, capture_before=before, now=100) == (held_too_long or given_up)


@pytest.mark.parametrize(
    ("asked", "capturable", "code"),
    [
        (1, 2000, None),
        (2000, 2000, None),
        (2001, 2000, Code.CAPTURE_EXCEEDS_AUTHORIZED),
        (1, 0, Code.CAPTURE_EXCEEDS_AUTHORIZED),
        (0, 2000, Code.AMOUNT_TOO_SMALL),
        (-1, 2000, Code.AMOUNT_TOO_SMALL),
    ],
)
def test_a_capture_takes_something_and_no_more_than_is_held(asked: int, capturable: int, code: Code | None) -> None:
    if code is None:
        check_capture(asked, capturable=capturable)
        return
    with pytest.raises(Refused) as refused:
        check_capture(asked, capturable=capturable)
    assert (refused.value.code, refused.value.param) == (code, "amount_to_capture")


@pytest.mark.parametrize(
    ("total", "increments", "code"),
    [
        (2001, 0, None),
        (2001, INCREMENTS_MAX - 1, None),
        (2001, INCREMENTS_MAX, Code.INCREMENT_LIMIT_EXCEEDED),
        (2000, 0, Code.INCREMENT_NOT_ALLOWED),
        (1, 0, Code.INCREMENT_NOT_ALLOWED),
    ],
)
def test_an_increment_raises_the_total_and_not_without_end(total: int, increments: int, code: Code | None) -> None:
    if code is None:
        check_increment(total, current=2000, increments=increments)
        return
    with pytest.raises(Refused) as refused:
        check_increment(total, current=2000, increments=increments)
    assert refused.value.code is code
