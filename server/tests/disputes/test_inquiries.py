"""Inquiries: the bank asks, and moves no money unless the inquiry escalates."""

from __future__ import annotations

import pytest

from tests.books import books
from tests.disputes.payers import DISPUTE_FEE, answer, disputed, now, said
from tests.world import DAY, World


async def test_an_inquiry_moves_no_money(world: World) -> None:
    dispute = await disputed(world, "pm_card_createDisputeInquiry")
    assert (dispute["status"], dispute["is_charge_refundable"]) == ("warning_needs_response", True)
    assert (dispute["balance_transactions"], dispute["reason"]) == ([], "fraudulent")
    assert dispute["payment_method_details"]["card"]["case_type"] == "inquiry"
    assert await said(world, dispute) == ["created"]
    assert await world.balance() == {"available": 0, "pending": 1912, "debt": 0}
    await world.made("/v1/refunds", {"charge": dispute["charge"], "amount": 100})


@pytest.mark.parametrize("text", ["winning_evidence", "losing_evidence", "They did buy it."])
async def test_an_inquiry_ends_without_a_word(world: World, text: str) -> None:
    dispute = await disputed(world, "pm_card_createDisputeInquiry")
    assert (await answer(world, dispute, text))["status"] == "warning_under_review"
    await world.pass_time(4)
    assert (await now(world, dispute))["status"] == "warning_closed"
    assert await said(world, dispute) == ["created", "updated", "closed"]
    assert await world.balance() == {"available": 0, "pending": 1912, "debt": 0}


async def test_an_inquiry_that_nobody_answers_and_one_that_is_accepted(world: World) -> None:
    first = await disputed(world, "pm_card_createDisputeInquiry")
    second = await disputed(world, "pm_card_createDisputeInquiry")
    assert (await world.made(f"/v1/disputes/{second['id']}/close"))["status"] == "warning_closed"
    await world.pass_time(20 * DAY)
    assert (await now(world, first))["status"] == "warning_closed"
    assert await world.balance() == {"available": 2 * 1912, "pending": 0, "debt": 0}


async def test_an_inquiry_escalates(world: World) -> None:
    dispute = await disputed(world, "pm_card_createDisputeInquiry")
    await world.made("/v1/refunds", {"charge": dispute["charge"], "amount": 500})
    await answer(world, dispute, "escalate_inquiry_evidence")
    await world.pass_time(DAY)
    escalated = await now(world, dispute)
    assert (escalated["status"], escalated["amount"]) == ("needs_response", 1500)
    assert escalated["payment_method_details"]["card"]["case_type"] == "chargeback"
    assert escalated["evidence_details"]["due_by"] >= dispute["evidence_details"]["due_by"]
    (transaction,) = escalated["balance_transactions"]
    assert (transaction["amount"], transaction["fee"]) == (-1500, DISPUTE_FEE)
    assert await said(world, dispute) == ["created", "updated", "updated", "funds_withdrawn"]
    won = await answer(world, escalated)
    assert won["evidence_details"]["submission_count"] == 2
    await world.pass_time(4)
    assert (await now(world, dispute))["status"] == "won"
    assert await world.balance() == {"available": 1412, "pending": 0, "debt": 0}
    await books(world)


async def test_an_inquiry_about_what_was_refunded_cannot_escalate(world: World) -> None:
    dispute = await disputed(world, "pm_card_createDisputeInquiry")
    await world.made("/v1/refunds", {"charge": dispute["charge"]})
    await answer(world, dispute, "escalate_inquiry_evidence")
    await world.pass_time(4)
    assert (await now(world, dispute))["status"] == "warning_closed"
