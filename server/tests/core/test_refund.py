"""The table of refunds: what can be refunded, where each answer leads, and how long one waits."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsecure_server.core import refund
from finsecure_server.core.attempt import (
    ActionNeeded,
    Approved,
    Declined,
    Missing,
    Outcome,
    Pending,
    Unknown,
)
from finsecure_server.core.declines import DECLINES
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.fees import charge_fee
from finsecure_server.core.refund import Charged, Failure, Move, Status, Wait
from finsecure_server.core.test_cards import CARDS, RefundBehaviour
from finsecure_server.processors.simulator import REFUND_FAILURE

PAID = Charged(
    id="ch_1", intent="pi_1", status="succeeded", currency="usd", captured=2000, refunded=0, contested=0, lost=0
)

#: In order of precedence: what was asked for, the charge, and the code with a word of its message; or the amount.
AMOUNTS = [
    (0, PAID._replace(status="failed"), Code.AMOUNT_TOO_SMALL, "greater than zero"),
    (-1, PAID, Code.AMOUNT_TOO_SMALL, "greater than zero"),
    (100, PAID._replace(status="pending", captured=0), Code.CHARGE_NOT_REFUNDABLE, "not known yet"),
    (None, PAID._replace(status="failed", captured=0), Code.CHARGE_NOT_REFUNDABLE, "failed"),
    (100, PAID._replace(captured=0), Code.CHARGE_NOT_REFUNDABLE, "cancel the PaymentIntent pi_1 instead"),
    (100, PAID._replace(contested=2000, refunded=2000), Code.CHARGE_DISPUTED, "is disputed"),
    (100, PAID._replace(contested=1), Code.CHARGE_DISPUTED, "is disputed"),
    (100, PAID._replace(lost=2000), Code.REFUND_DISPUTED_PAYMENT, "was lost"),
    (None, PAID._replace(lost=2500), Code.REFUND_DISPUTED_PAYMENT, "was lost"),
    (None, PAID._replace(lost=500, refunded=1500), Code.REFUND_DISPUTED_PAYMENT, "was lost"),
    (None, PAID._replace(refunded=2000), Code.CHARGE_ALREADY_REFUNDED, "ch_1 has already been refunded"),
    (1, PAID._replace(refunded=2000), Code.CHARGE_ALREADY_REFUNDED, "ch_1 has already been refunded"),
    (2001, PAID, Code.REFUND_EXCEEDS_CHARGE, "$20.00 USD (2000)"),
    (2**63, PAID, Code.REFUND_EXCEEDS_CHARGE, "$20.00 USD (2000)"),
    (501, PAID._replace(refunded=1500), Code.REFUND_EXCEEDS_CHARGE, "$5.00 USD (500)"),
    (501, PAID._replace(lost=1500), Code.REFUND_EXCEEDS_CHARGE, "$5.00 USD (500)"),
    (50, PAID._replace(currency="isk"), Code.INVALID_CHARGE_AMOUNT, "multiple of 100"),
    (None, PAID, 2000, ""),
    (None, PAID._replace(refunded=1500), 500, ""),
    (None, PAID._replace(lost=1500), 500, ""),
    (1, PAID, 1, ""),
    (2000, PAID, 2000, ""),
    (500, PAID._replace(refunded=1500), 500, ""),
    (100, PAID._replace(currency="isk"), 100, ""),
]


@pytest.mark.parametrize(("asked", "charged", "outcome", "says"), AMOUNTS)
def test_how_much_can_be_refunded(asked: int | None, charged: Charged, outcome: Code | int, says: str) -> None:
    if isinstance(outcome, int):
        assert refund.amount_to_refund(asked, charged) == outcome
        return
    with pytest.raises(Refused) as refused:
        refund.amount_to_refund(asked, charged, "payment_intent")
    about_the_amount = {
        Code.AMOUNT_TOO_SMALL,
        Code.REFUND_EXCEEDS_CHARGE,
        Code.INVALID_CHARGE_AMOUNT,
    }
    assert refused.value.code is outcome
    assert says in refused.value.message
    assert refused.value.param == ("amount" if outcome in about_the_amount else "payment_intent")


@given(
    asked=st.none() | st.integers(-5, 3000),
    refunded=st.integers(0, 2000),
    lost=st.integers(0, 2500),
)
def test_never_more_than_is_left(asked: int | None, refunded: int, lost: int) -> None:
    try:
        amount = refund.amount_to_refund(asked, PAID._replace(refunded=refunded, lost=lost))
    except Refused:
        assert (asked is not None and asked <= 0) or (asked or 1) > 2000 - refunded - lost
    else:
        assert 0 < amount <= 2000 - refunded - lost
        assert asked in {None, amount}


ANSWERS: list[tuple[Outcome, Move]] = [
    (Approved(), Move(Status.SUCCEEDED)),
    (Pending(seconds=5), Move(Status.PENDING, waits_for=Wait.PROCESSING)),
    (Pending(seconds=5, then_fails="unknown"), Move(Status.PENDING, waits_for=Wait.PROCESSING)),
    (Unknown(reason="lost"), Move(Status.PENDING, waits_for=Wait.PROCESSING)),
    (ActionNeeded(), Move(Status.PENDING, waits_for=Wait.PROCESSING)),
    (Declined(decline_code="generic_decline"), Move(Status.FAILED, failure=Failure.DECLINED)),
    (Declined(decline_code="stolen_card"), Move(Status.FAILED, failure=Failure.LOST_OR_STOLEN_CARD)),
    (Declined(decline_code="expired_card"), Move(Status.FAILED, failure=Failure.EXPIRED_OR_CANCELED_CARD)),
    (Missing(), Move(Status.FAILED, failure=Failure.UNKNOWN)),
]


@pytest.mark.parametrize(("outcome", "move"), ANSWERS)
def test_where_an_answer_leads(outcome: Outcome, move: Move) -> None:
    assert refund.settle(outcome) == move


def test_every_kind_of_answer_is_in_the_table() -> None:
    assert {type(outcome) for outcome, _ in ANSWERS} == set(get_args(Outcome))


def test_a_decline_of_every_code_has_a_reason() -> None:
    for code in DECLINES:
        move = refund.settle(Declined(decline_code=code))
        assert move.status is Status.FAILED
        assert move.failure in {Failure.DECLINED, Failure.LOST_OR_STOLEN_CARD, Failure.EXPIRED_OR_CANCELED_CARD}
    assert set(refund._BY_DECLINE) <= set(DECLINES)


@pytest.mark.parametrize(
    ("then_fails", "move"),
    [
        (None, Move(Status.SUCCEEDED)),
        *((reason.value, Move(Status.FAILED, failure=reason)) for reason in Failure),
        ("something of its own", Move(Status.FAILED, failure=Failure.UNKNOWN)),
    ],
)
def test_where_a_pending_refund_ends(then_fails: str | None, move: Move) -> None:
    assert refund.end(Pending(seconds=5, then_fails=then_fails)) == move


def test_the_simulators_failure_is_one_of_ours() -> None:
    assert REFUND_FAILURE in set(Failure)
    assert {card.refund for card in CARDS} == set(RefundBehaviour)


@pytest.mark.parametrize("waits_for", [None, *Wait])
@pytest.mark.parametrize("status", Status)
def test_what_can_be_canceled(status: Status, waits_for: Wait | None) -> None:
    if waits_for is Wait.INSUFFICIENT_FUNDS:
        refund.check_cancel(status, waits_for)
        return
    with pytest.raises(Refused) as refused:
        refund.check_cancel(status, waits_for)
    assert refused.value.code is Code.REFUND_UNEXPECTED_STATE
    assert ("bank already" if status is Status.PENDING else status.value) in refused.value.message


def test_a_debt_is_never_more_than_the_fee() -> None:
    assert refund.debt_allowed(88, captured=2000, refunded=2000, owed=0) == 88
    assert refund.debt_allowed(88, captured=2000, refunded=1000, owed=0) == 44
    assert refund.debt_allowed(88, captured=2000, refunded=2000, owed=44) == 44
    assert refund.debt_allowed(88, captured=2000, refunded=1, owed=0) == 0
    assert refund.debt_allowed(88, captured=2000, refunded=1500, owed=88) == 0


@given(captured=st.integers(50, 10_000), cuts=st.lists(st.integers(1, 10_000), max_size=8))
def test_no_refund_fails_for_the_fee_alone_however_it_is_divided(captured: int, cuts: list[int]) -> None:
    """The charge's own funds and the allowed debt always suffice, and together the debts never exceed the fee."""
    fee = charge_fee(captured, "usd")
    funds, refunded, owed = captured - fee, 0, 0
    for amount in [*cuts, captured]:
        part = min(amount, captured - refunded)
        if part == 0:
            break
        refunded += part
        debt = max(0, part - funds)
        assert debt <= refund.debt_allowed(fee, captured=captured, refunded=refunded, owed=owed)
        funds, owed = funds - (part - debt), owed + debt
    assert owed <= fee


def test_how_long_a_refund_waits_for_funds() -> None:
    made = 1_700_000_000
    tries = [made]
    while (at := refund.next_try(tries[-1], created=made)) is not None:
        assert tries[-1] < at <= tries[-1] + refund.RETRY_SECONDS
        tries.append(at)
    assert tries[-1] == made + refund.WAIT_SECONDS_MAX
    assert refund.next_try(made + refund.WAIT_SECONDS_MAX - 1, created=made) == made + refund.WAIT_SECONDS_MAX
    assert refund.next_try(made + refund.WAIT_SECONDS_MAX + 1, created=made) is None


def test_look_ups_come_further_and_further_apart() -> None:
    delays = [refund.lookup_delay(lookups) for lookups in range(8)]
    assert delays == sorted(delays)
    assert delays[0] == 15
    assert delays[-1] == delays[-2] == 6 * 3600
