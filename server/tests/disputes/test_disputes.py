"""Disputes through the whole edge: how they begin and end, what may be said, and where the money is at every step."""

from __future__ import annotations

import pytest

from finsecure_server.core import dispute as core
from finsecure_server.core.dispute import Opening, Reason
from finsecure_server.core.env import Env
from finsecure_server.disputes import jobs, ops, store
from finsecure_server.disputes.types import FILES, Evidence, EvidenceChanges, UpdateDispute
from finsecure_server.payments import store as payments
from finsecure_server.storage.database import Tx
from tests.books import books
from tests.disputes.payers import DISPUTE_FEE, FEE, answer, dispute_all, disputed, now, said
from tests.world import DAY, World

# -- how they begin ----------------------------------------------------------------------------------------------------


async def test_a_dispute(world: World) -> None:
    charge = await world.charge(2000, "pm_card_createDispute")
    assert (await world.seen("/v1/disputes"))["data"] == []
    await world.pass_time(2)
    (dispute,) = (await world.seen("/v1/disputes"))["data"]
    (transaction,) = dispute["balance_transactions"]
    assert dispute == {
        "id": dispute["id"],
        "object": "dispute",
        "amount": 2000,
        "balance_transactions": [transaction],
        "charge": charge["id"],
        "created": dispute["created"],
        "currency": "usd",
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(Evidence.__struct_fields__),
        "evidence_details": {
            "due_by": core.due_by(dispute["created"]),
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "network_reason_code": None,
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": None},
            "type": "card",
        },
        "reason": "fraudulent",
        "status": "needs_response",
    }
    assert dispute["id"].startswith("dp_")
    assert await now(world, dispute) == dispute
    assert await now(world, charge) == charge | {"disputed": True, "dispute": dispute["id"]}
    assert await said(world, dispute) == ["created", "funds_withdrawn"]
    event = (await world.events(charge["id"]))[-1]
    assert event["type"] == "charge.updated"
    assert event["data"]["previous_attributes"] == {"disputed": False, "dispute": None}


async def test_the_bank_takes_what_is_not_there(world: World) -> None:
    """1912 are pending of the payment; the rest of 2000 and the fee of 1500 becomes a debt."""
    dispute = await disputed(world)
    (transaction,) = dispute["balance_transactions"]
    assert (transaction["type"], transaction["reporting_category"]) == ("adjustment", "dispute")
    assert (transaction["amount"], transaction["fee"], transaction["net"]) == (-2000, DISPUTE_FEE, -3500)
    assert transaction["source"] == dispute["id"]
    assert await world.seen(f"/v1/balance_transactions/{transaction['id']}") == transaction
    assert await books(world) == {"fees": FEE, "dispute_fees": DISPUTE_FEE, "merchant_debt": FEE + DISPUTE_FEE}
    assert await world.balance() == {"available": 0, "pending": 0, "debt": FEE + DISPUTE_FEE}


async def test_a_transaction_becomes_available_wherever_it_is_shown(world: World) -> None:
    dispute = await disputed(world)
    assert dispute["balance_transactions"][0]["status"] == "pending"
    await world.pass_time(3 * DAY)
    assert (await now(world, dispute))["balance_transactions"][0]["status"] == "available"
    (listed,) = (await world.seen("/v1/disputes"))["data"]
    assert listed["balance_transactions"][0]["status"] == "available"
    await answer(world, dispute)
    event = (await world.events(dispute["id"]))[-1]
    assert "balance_transactions" not in event["data"]["previous_attributes"]


async def test_available_funds_go_before_a_debt(world: World) -> None:
    await world.charge(10_000, "pm_card_bypassPending")  # 9680 of it are the merchant's
    charge = await world.charge(2000)
    await world.pass_time(3 * DAY)
    before = (await world.balance())["available"]
    (dispute,) = await world.do(dispute_all, charge["id"])
    assert await world.balance() == {"available": before - 2000 - DISPUTE_FEE, "pending": 0, "debt": 0}
    assert dispute.balance_transactions[0].status == "available"
    await books(world)


async def test_a_dispute_may_exceed_its_charge(world: World) -> None:
    charge = await world.charge(2000)

    def open_for_more(tx: Tx, env: Env, charge_id: str) -> str:
        row = payments.lock_charge(tx, env, charge_id)
        return ops.open_one(tx, env, row, 2100, Opening(Reason.GENERAL)).id

    dispute_id = await world.do(open_for_more, charge["id"])
    dispute = await world.seen(f"/v1/disputes/{dispute_id}")
    assert (dispute["amount"], dispute["balance_transactions"][0]["net"]) == (2100, -3600)
    assert (await world.post("/v1/refunds", {"charge": charge["id"]})).code == "charge_disputed"
    await world.made(f"/v1/disputes/{dispute_id}/close")
    assert (await world.post("/v1/refunds", {"charge": charge["id"]})).code == "refund_disputed_payment"
    await books(world)


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ("pm_card_createDispute", "fraudulent"),
        ("pm_card_createDisputeProductNotReceived", "product_not_received"),
        ("pm_card_createDisputeDuplicate", "duplicate"),
        ("pm_card_createDisputeSubscriptionCanceled", "subscription_canceled"),
        ("pm_card_createDisputeProductUnacceptable", "product_unacceptable"),
        ("pm_card_createDisputeCreditNotProcessed", "credit_not_processed"),
        ("pm_card_createDisputeUnrecognized", "unrecognized"),
        ("pm_card_createDisputeGeneral", "general"),
    ],
)
async def test_every_reason_has_a_card(world: World, card: str, reason: str) -> None:
    dispute = await disputed(world, card)
    assert (dispute["reason"], dispute["status"]) == (reason, "needs_response")


async def test_a_payment_may_be_disputed_more_than_once(world: World) -> None:
    charge = await world.charge(2001, "pm_card_createMultipleDisputes")
    await world.pass_time(2)
    second, first = (await world.seen(f"/v1/disputes?payment_intent={charge['payment_intent']}"))["data"]
    assert (first["amount"], second["amount"]) == (1001, 1000)
    assert (first["reason"], second["reason"]) == ("fraudulent", "product_not_received")
    assert (await now(world, charge))["dispute"] == second["id"]
    await world.made(f"/v1/disputes/{second['id']}/close")
    await answer(world, first)
    await world.pass_time(4)
    assert (await now(world, first))["status"] == "won"
    got = await world.post("/v1/refunds", {"charge": charge["id"], "amount": 1002})
    assert got.code == "refund_exceeds_charge"
    await world.made("/v1/refunds", {"charge": charge["id"]})
    assert (await now(world, charge))["amount_refunded"] == 1001
    await books(world)


async def test_disputes_of_one_payment_are_parts_that_the_currency_has(world: World) -> None:
    charge = await world.charge(501_00, "pm_card_createMultipleDisputes", currency="isk")
    await world.pass_time(2)
    listed = (await world.seen(f"/v1/disputes?charge={charge['id']}"))["data"]
    assert sorted(dispute["amount"] for dispute in listed) == [250_00, 251_00]


async def test_an_early_fraud_warning_moves_nothing(world: World) -> None:
    charge = await world.charge(2000, "pm_card_createIssuerFraudRecord")
    await world.pass_time(2)
    await world.do(jobs.open_disputes, charge["id"])  # a worker that died before it could say that it was done
    events = (await world.seen("/v1/events?type=radar.early_fraud_warning.created"))["data"]
    assert [event["data"]["object"] for event in events] == [
        {
            "id": "issfr_" + charge["id"].removeprefix("ch_"),
            "object": "radar.early_fraud_warning",
            "actionable": True,
            "charge": charge["id"],
            "created": events[0]["created"],
            "fraud_type": "unauthorized_use_of_card",
            "livemode": False,
            "payment_intent": charge["payment_intent"],
        }
    ]
    assert await now(world, charge) == charge
    assert (await world.seen("/v1/disputes"))["data"] == []


async def test_a_dispute_is_opened_once_and_only_for_what_is_still_paid(world: World) -> None:
    dispute = await disputed(world)
    before = await books(world)
    await world.do(jobs.open_disputes, dispute["charge"])
    assert await books(world) == before
    refunded = await world.charge(2000, "pm_card_createDispute")
    await world.made("/v1/refunds", {"charge": refunded["id"], "amount": 500})
    gone = await world.charge(2000, "pm_card_createDispute")
    await world.made("/v1/refunds", {"charge": gone["id"]})
    plain = await world.charge(2000)
    await world.do(jobs.open_disputes, plain["id"])
    await world.pass_time(2)
    listed = (await world.seen("/v1/disputes"))["data"]
    assert [(one["charge"], one["amount"]) for one in listed] == [(refunded["id"], 1500), (dispute["charge"], 2000)]
    assert (await now(world, gone))["disputed"] is False
    await books(world)


# -- what is said, and what comes of it --------------------------------------------------------------------------------


async def test_a_dispute_is_won(world: World) -> None:
    dispute = await disputed(world)
    answered = await answer(world, dispute)
    assert answered["status"] == "under_review"
    assert answered["evidence"]["uncategorized_text"] == "winning_evidence"
    assert answered["evidence_details"] == dispute["evidence_details"] | {"has_evidence": True, "submission_count": 1}
    await world.pass_time(4)
    won = await now(world, dispute)
    assert (won["status"], won["is_charge_refundable"]) == ("won", True)
    withdrawn, reinstated = won["balance_transactions"]
    assert withdrawn == dispute["balance_transactions"][0]
    assert (reinstated["type"], reinstated["reporting_category"]) == ("adjustment", "dispute_reversal")
    assert (reinstated["amount"], reinstated["fee"], reinstated["net"]) == (2000, -DISPUTE_FEE, 3500)
    assert await said(world, dispute) == ["created", "funds_withdrawn", "updated", "funds_reinstated", "closed"]
    assert await world.balance() == {"available": 1912, "pending": 0, "debt": 0}
    assert await books(world) == {"fees": FEE, "merchant_available": 1912, "network_receivable": 2000}
    await world.pass_time(20 * DAY)
    assert (await now(world, dispute))["status"] == "won"
    await world.made("/v1/refunds", {"charge": dispute["charge"]})
    await books(world)


@pytest.mark.parametrize("text", ["losing_evidence", "escalate_inquiry_evidence", "They did buy it."])
async def test_a_dispute_is_lost(world: World, text: str) -> None:
    dispute = await disputed(world)
    before = await books(world)
    await answer(world, dispute, text)
    await world.pass_time(4)
    lost = await now(world, dispute)
    assert (lost["status"], lost["is_charge_refundable"]) == ("lost", False)
    assert await said(world, dispute) == ["created", "funds_withdrawn", "updated", "closed"]
    event = (await world.events(dispute["id"]))[-1]
    assert event["data"]["previous_attributes"] == {"status": "under_review"}
    assert await books(world) == before
    assert (await world.post("/v1/refunds", {"charge": dispute["charge"]})).code == "refund_disputed_payment"


async def test_a_dispute_is_accepted(world: World) -> None:
    dispute = await disputed(world)
    closed = await world.made(f"/v1/disputes/{dispute['id']}/close")
    assert closed == dispute | {"status": "lost"}
    assert await said(world, dispute) == ["created", "funds_withdrawn", "closed"]
    for path, body in (("/close", {}), ("", {"evidence[uncategorized_text]": "late"}), ("", {"submit": "true"})):
        got = await world.post(f"/v1/disputes/{dispute['id']}{path}", body)
        assert (got.status, got.code) == (400, "dispute_unexpected_state")
    await world.pass_time(20 * DAY)
    assert await now(world, dispute) == closed | {
        "balance_transactions": [dispute["balance_transactions"][0] | {"status": "available"}]
    }


async def test_time_runs_out(world: World) -> None:
    dispute = await disputed(world)
    due_by = dispute["evidence_details"]["due_by"]
    await world.pass_time(due_by - world.wall // 1_000_000)
    staged = await answer(world, dispute, submit="false")
    assert (staged["status"], staged["evidence_details"]["has_evidence"]) == ("needs_response", True)
    world.wall += 1_000_000
    got = await world.post(f"/v1/disputes/{dispute['id']}", {"submit": "true"})
    assert (got.status, got.code) == (400, "dispute_evidence_overdue")
    await world.pass_time(1)
    lost = await now(world, dispute)
    assert (lost["status"], lost["evidence_details"]["past_due"]) == ("lost", True)
    assert await said(world, dispute) == ["created", "funds_withdrawn", "updated", "closed"]


async def test_evidence_is_collected_and_submitted_once(world: World) -> None:
    dispute = await disputed(world)
    path = f"/v1/disputes/{dispute['id']}"
    got = await world.post(path, {"submit": "true"})
    assert (got.status, got.code, got.error["param"]) == (400, "parameter_missing", "evidence")
    await world.made(path, {"evidence[customer_name]": "Jenny", "evidence[shipping_carrier]": "DHL", "submit": "false"})
    staged = await world.made(path, {"evidence[shipping_carrier]": "", "submit": "false"})
    assert (staged["evidence"]["customer_name"], staged["evidence"]["shipping_carrier"]) == ("Jenny", None)
    assert (staged["status"], staged["evidence_details"]["submission_count"]) == ("needs_response", 0)
    emptied = await world.made(path, {"evidence[customer_name]": "", "submit": "false"})
    assert emptied["evidence_details"]["has_evidence"] is False
    assert (await world.post(path, {"evidence[customer_name]": ""})).code == "parameter_missing"
    await world.made(path, {"evidence[uncategorized_text]": "winning_evidence", "submit": "false"})
    submitted = await world.made(path, {"submit": "true"})
    assert (submitted["status"], submitted["evidence_details"]["submission_count"]) == ("under_review", 1)
    again = await world.post(path, {"evidence[customer_name]": "Jenny"})
    assert (again.status, again.code) == (400, "dispute_unexpected_state")
    assert await said(world, dispute) == ["created", "funds_withdrawn", *["updated"] * 5]


async def test_evidence_that_cannot_be(world: World) -> None:
    dispute = await disputed(world)
    path = f"/v1/disputes/{dispute['id']}"
    for name in FILES:
        got = await world.post(path, {f"evidence[{name}]": "file_1"})
        assert (got.status, got.code, got.error["param"]) == (404, "resource_missing", f"evidence[{name}]")
    texts = [name for name in Evidence.__struct_fields__ if name not in FILES]
    much = {f"evidence[{name}]": "x" * 20_000 for name in texts[:8]}
    got = await world.post(path, much)
    assert (got.status, got.code, got.error["param"]) == (400, "parameter_too_long", "evidence")
    got = await world.post(path, {"evidence[customer_name]": "x" * 20_001})
    assert (got.status, got.error["param"]) == (400, "evidence[customer_name]")
    got = await world.post(path, {"evidence[customer_nam]": "x"})
    assert (got.status, got.code, got.error["param"]) == (400, "parameter_unknown", "evidence[customer_nam]")
    assert await now(world, dispute) == dispute
    assert Evidence.__struct_fields__ == EvidenceChanges.__struct_fields__


async def test_only_a_simulated_bank_is_known_to_decide_in_seconds(world: World) -> None:
    dispute = await disputed(world)
    decision = "SELECT due_us FROM due WHERE kind = 'dispute_decision' AND object_id = :id"

    class Undone(Exception):
        """Test mode has no other bank, so this must leave nothing behind."""

    def answered(tx: Tx) -> None:
        env = world.env()
        env.processor = None
        evidence = EvidenceChanges(uncategorized_text="winning_evidence")
        done = ops.update(tx, env, dispute["id"], UpdateDispute(evidence=evidence))
        assert done.dispute.status == "under_review"
        assert tx.one(decision, id=dispute["id"]) is None
        raise Undone

    with pytest.raises(Undone):
        await world.db.write(answered)
    assert await now(world, dispute) == dispute


async def test_metadata_may_change_at_any_time(world: World) -> None:
    dispute = await disputed(world)
    path = f"/v1/disputes/{dispute['id']}"
    noted = await world.made(path, {"metadata[case]": "7"})
    assert noted == dispute | {"metadata": {"case": "7"}}
    await world.made(f"{path}/close")
    noted = await world.made(path, {"metadata[case]": "8"})
    assert (noted["status"], noted["metadata"]) == ("lost", {"case": "8"})
    assert await said(world, dispute) == ["created", "funds_withdrawn", "updated", "closed", "updated"]


async def test_work_that_comes_too_late_changes_nothing(world: World) -> None:
    dispute = await disputed(world)
    await world.do(jobs.expire, dispute["id"])  # too early: it is scheduled again
    await world.do(jobs.decide, dispute["id"])
    assert await now(world, dispute) == dispute
    closed = await world.made(f"/v1/disputes/{dispute['id']}/close")
    for job in (jobs.expire, jobs.decide):
        await world.do(job, dispute["id"])
        assert await now(world, dispute) == closed


async def test_lists_and_what_they_lead_to(world: World) -> None:
    first, second = await disputed(world), await disputed(world, "pm_card_createDisputeInquiry")

    async def listed(query: str) -> list[str]:
        return [one["id"] for one in (await world.seen(f"/v1/disputes?{query}"))["data"]]

    assert await listed("") == [second["id"], first["id"]]
    assert await listed(f"charge={first['charge']}") == [first["id"]]
    assert await listed(f"payment_intent={second['payment_intent']}") == [second["id"]]
    assert await listed(f"starting_after={second['id']}") == [first["id"]]
    assert await listed(f"created[gt]={world.wall // 1_000_000 + 1}") == []
    shown = await world.seen(f"/v1/disputes/{first['id']}?expand[]=charge.dispute&expand[]=payment_intent")
    assert shown["charge"]["dispute"]["id"] == first["id"]
    assert shown["payment_intent"]["id"] == first["payment_intent"]


async def test_nobody_sees_or_answers_what_is_anothers(world: World) -> None:
    dispute = await disputed(world)
    await world.open_account("Coffee Shop")
    for method, path in (("GET", ""), ("POST", ""), ("POST", "/close")):
        got = await world.call(method, f"/v1/disputes/{dispute['id']}{path}")
        assert (got.status, got.code, got.error["param"]) == (404, "resource_missing", "dispute")
    assert await world.db.read(lambda reader: store.load(reader, world.env(), "dp_no")) is None
