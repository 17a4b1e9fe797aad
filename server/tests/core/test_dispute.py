"""The table of disputes: every state, everything that may happen, and where the money is."""

from __future__ import annotations

import pytest

from finsecure_server.core import dispute
from finsecure_server.core.dispute import Funds, Move, Reason, Status, Wish
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.test_cards import CARDS

#: state, what happens, with what evidence; where it leads, and what becomes of the money.
MOVES = """
warning_needs_response  respond  -                          -> warning_under_review  stay
warning_needs_response  close    -                          -> warning_closed        stay
warning_needs_response  expire   -                          -> warning_closed        stay
warning_needs_response  decide   winning_evidence           -> refused               -
warning_under_review    respond  -                          -> refused               -
warning_under_review    close    -                          -> refused               -
warning_under_review    expire   -                          -> refused               -
warning_under_review    decide   winning_evidence           -> warning_closed        stay
warning_under_review    decide   losing_evidence            -> warning_closed        stay
warning_under_review    decide   escalate_inquiry_evidence  -> needs_response        withdrawn
warning_under_review    decide   anything_else              -> warning_closed        stay
warning_under_review    decide   -                          -> warning_closed        stay
warning_closed          respond  -                          -> refused               -
warning_closed          close    -                          -> refused               -
warning_closed          expire   -                          -> refused               -
warning_closed          decide   winning_evidence           -> refused               -
needs_response          respond  -                          -> under_review          stay
needs_response          close    -                          -> lost                  stay
needs_response          expire   -                          -> lost                  stay
needs_response          decide   winning_evidence           -> refused               -
under_review            respond  -                          -> refused               -
under_review            close    -                          -> refused               -
under_review            expire   -                          -> refused               -
under_review            decide   winning_evidence           -> won                   reinstated
under_review            decide   losing_evidence            -> lost                  stay
under_review            decide   escalate_inquiry_evidence  -> lost                  stay
under_review            decide   anything_else              -> lost                  stay
under_review            decide   -                          -> lost                  stay
won                     respond  -                          -> refused               -
won                     close    -                          -> refused               -
won                     expire   -                          -> refused               -
won                     decide   winning_evidence           -> refused               -
lost                    respond  -                          -> refused               -
lost                    close    -                          -> refused               -
lost                    expire   -                          -> refused               -
lost                    decide   winning_evidence           -> refused               -
"""
TABLE = [line.replace("->", "").split() for line in MOVES.strip().splitlines()]


def happens(status: Status, wish: Wish, evidence: str | None, left: int = 1000) -> Move:
    if wish is Wish.RESPOND:
        return dispute.respond(status)
    if wish is Wish.DECIDE:
        return dispute.decide(status, evidence, left=left)
    return dispute.give_in(status, wish)


@pytest.mark.parametrize(("status", "wish", "evidence", "becomes", "funds"), TABLE)
def test_where_everything_leads(status: str, wish: str, evidence: str, becomes: str, funds: str) -> None:
    said = None if evidence == "-" else evidence
    if becomes == "refused":
        with pytest.raises(Refused) as refused:
            happens(Status(status), Wish(wish), said)
        assert refused.value.code is Code.DISPUTE_UNEXPECTED_STATE
        assert status in refused.value.message
        assert wish in refused.value.message
    else:
        assert happens(Status(status), Wish(wish), said) == Move(Status(becomes), Funds(funds))


def test_every_state_says_what_everything_does() -> None:
    assert {(row[0], row[1]) for row in TABLE} == {(status.value, wish.value) for status in Status for wish in Wish}


def test_an_inquiry_about_a_charge_that_was_refunded_does_not_escalate() -> None:
    assert dispute.decide(Status.WARNING_UNDER_REVIEW, dispute.ESCALATING, left=0) == Move(Status.WARNING_CLOSED)


def test_how_a_dispute_begins() -> None:
    assert dispute.opened(inquiry=True) == Move(Status.WARNING_NEEDS_RESPONSE)
    assert dispute.opened(inquiry=False) == Move(Status.NEEDS_RESPONSE, Funds.WITHDRAWN)


def test_every_test_cards_dispute_can_be_opened() -> None:
    kinds = {card.dispute for card in CARDS if card.dispute is not None}
    opened = {kind: dispute.openings(kind) for kind in kinds}
    assert opened.pop("inquiry") == (dispute.Opening(Reason.FRAUDULENT, inquiry=True),)
    assert opened.pop(dispute.EARLY_WARNING) == ()
    assert [one.reason for one in opened.pop("multiple")] == [Reason.FRAUDULENT, Reason.PRODUCT_NOT_RECEIVED]
    assert opened == {reason.value: (dispute.Opening(reason),) for reason in Reason}


def test_a_kind_that_nobody_knows_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="whim"):
        dispute.openings("whim")


@pytest.mark.parametrize("opened_at", [0, 1, 86_399, 86_400, 1_700_000_000])
def test_evidence_is_due_at_the_end_of_a_day(opened_at: int) -> None:
    due = dispute.due_by(opened_at)
    assert (due + 1) % dispute.DAY_SECONDS == 0
    assert dispute.EVIDENCE_DAYS * dispute.DAY_SECONDS <= due - opened_at < (dispute.EVIDENCE_DAYS + 1) * 86_400


def test_when_the_charge_may_be_refunded() -> None:
    refundable = {status for status in Status if dispute.charge_refundable(status)}
    assert refundable == {*dispute.INQUIRY, Status.WARNING_CLOSED, Status.WON}
