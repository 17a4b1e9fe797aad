"""Disputes beside refunds, and everybody at once: the same money is never given back twice."""

from __future__ import annotations

import asyncio

from tests.books import books
from tests.disputes.payers import DISPUTE_FEE, FEE, answer, dispute_all, disputed, now
from tests.world import DAY, World


async def test_a_refund_that_waits_for_funds_ends_with_a_dispute(world: World) -> None:
    charge = await world.charge(2000)
    await world.pass_time(3 * DAY)
    other = await world.charge(1912, "pm_card_bypassPending")
    await world.pass_time(1)
    await world.made("/v1/refunds", {"charge": other["id"]})
    await world.made("/v1/refunds", {"charge": charge["id"], "amount": 1000})
    waits = await world.made("/v1/refunds", {"charge": charge["id"], "amount": 950})
    assert waits["pending_reason"] == "insufficient_funds"
    (dispute,) = await world.do(dispute_all, charge["id"])
    assert dispute.amount == 50
    await world.charge(9000, "pm_card_bypassPending")
    await world.pass_time(1)
    failed = await world.seen(f"/v1/refunds/{waits['id']}")
    assert (failed["status"], failed["failure_reason"]) == ("failed", "charge_for_pending_refund_disputed")
    await books(world)


async def test_money_that_comes_back_frees_a_refund_that_waits(world: World) -> None:
    charge = await world.charge(3000)
    await world.pass_time(3 * DAY)
    dispute = await disputed(world)
    await world.pass_time(3 * DAY)
    assert await world.balance() == {"available": 2883 - FEE - DISPUTE_FEE, "pending": 0, "debt": 0}
    waits = await world.made("/v1/refunds", {"charge": charge["id"]})
    assert waits["pending_reason"] == "insufficient_funds"
    await answer(world, dispute)
    await world.pass_time(4)
    assert (await world.seen(f"/v1/refunds/{waits['id']}"))["status"] == "succeeded"
    await books(world)


async def test_refunds_and_a_dispute_race_for_the_same_money(world: World) -> None:
    charge = await world.charge(2000)
    refunds = (world.post("/v1/refunds", {"charge": charge["id"], "amount": 200}) for _ in range(20))
    taken, *answers = await asyncio.gather(world.do(dispute_all, charge["id"]), *refunds)
    refunded = sum(got.json["amount"] for got in answers if got.status == 200)
    assert sum(dispute.amount for dispute in taken) + refunded == 2000
    await books(world)


async def test_an_answer_and_an_acceptance_do_not_both_win(world: World) -> None:
    dispute = await disputed(world)
    path = f"/v1/disputes/{dispute['id']}"
    evidence = {"evidence[uncategorized_text]": "winning_evidence"}
    answers = await asyncio.gather(world.post(path, evidence), *(world.post(f"{path}/close") for _ in range(5)))
    assert sorted(got.status for got in answers) == [200, 400, 400, 400, 400, 400]
    await world.pass_time(4)
    assert (await now(world, dispute))["status"] in {"won", "lost"}
    await books(world)
