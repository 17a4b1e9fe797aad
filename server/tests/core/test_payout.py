"""Payouts: where each status may go, where the money may go, and who may have it."""

from __future__ import annotations

import pytest

from finsecure_server.core import payout
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.payout import DESTINATIONS, FAILURES, MOVES, PACES, Method, Status

#: From each status, to each: is it a way?
WAYS = """
pending     in_transit canceled
in_transit  paid failed
paid
failed
canceled
"""


def test_every_status_says_where_it_may_go() -> None:
    table = {Status(line.split()[0]): set(map(Status, line.split()[1:])) for line in WAYS.strip().splitlines()}
    assert table == MOVES


@pytest.mark.parametrize("status", Status)
def test_only_a_pending_payout_can_be_canceled(status: Status) -> None:
    if status is Status.PENDING:
        payout.check_cancel(status)
        return
    with pytest.raises(Refused, match=f"status of {status.value}") as refused:
        payout.check_cancel(status)
    assert refused.value.code is Code.PAYOUT_UNEXPECTED_STATE


def test_a_payout_arrives_after_it_was_sent_and_instantly_is_sooner() -> None:
    assert all(0 < pace.sent < pace.arrives for pace in PACES.values())
    assert PACES[Method.INSTANT].arrives < PACES[Method.STANDARD].arrives


def test_every_destination_has_an_end_that_is_explained() -> None:
    assert [row.id for row in DESTINATIONS if row.failure is None] == ["ba_test_paid"]
    assert {row.failure for row in DESTINATIONS} - {None} <= set(FAILURES)
    assert len({row.id for row in DESTINATIONS}) == len({row.last4 for row in DESTINATIONS}) == len(DESTINATIONS)
    for row in DESTINATIONS:
        assert payout.destination(row.id) is row
        assert payout.ending(row.id, None) == row.failure
    assert payout.destination(None).id == "ba_test_paid"


def test_an_account_that_is_not_there() -> None:
    with pytest.raises(Refused, match=r"No such external account: 'ba_1'\. Test mode has ba_test_paid, ") as refused:
        payout.destination("ba_1")
    assert (refused.value.code, refused.value.param) == (Code.RESOURCE_MISSING, "destination")


@pytest.mark.parametrize("word", ["paid", *FAILURES])
def test_the_script_goes_before_the_destination(word: str) -> None:
    for row in DESTINATIONS:
        assert payout.ending(row.id, word) == (None if word == "paid" else word)


def test_a_word_that_means_nothing() -> None:
    with pytest.raises(Refused, match="does not know the word 'insufficient_fun' for a payout") as refused:
        payout.ending("ba_test_paid", "insufficient_fun")
    assert (refused.value.code, refused.value.param) == (Code.SIMULATION_INVALID, "metadata[simulate]")


@pytest.mark.parametrize(
    ("amount", "available", "debt", "why"),
    [
        (100, 100, 0, None),
        (100, 101, 0, None),
        (101, 100, 0, r"available balance is \$1.00 USD, less than the payout of \$1.01 USD"),
        (1, 0, 0, "available balance"),
        (1, 100, 1, r"You owe \$0.01 USD"),
    ],
)
def test_who_may_have_it(amount: int, available: int, debt: int, why: str | None) -> None:
    if why is None:
        payout.check_funds(amount, "usd", available=available, debt=debt)
        return
    with pytest.raises(Refused, match=why) as refused:
        payout.check_funds(amount, "usd", available=available, debt=debt)
    assert refused.value.code is Code.BALANCE_INSUFFICIENT
