"""Refunds that do not succeed at once: those that wait for funds, for the network, or for an answer that was lost."""

from __future__ import annotations

from typing import Any

import pytest

from finsecure_server.core.attempt import Approved, Declined, Outcome, Pending, Unknown
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.refunds import api, jobs, ops
from finsecure_server.refunds.settle import Done
from finsecure_server.refunds.types import CreateRefund
from finsecure_server.storage.database import Tx
from finsecure_server.storage.drive import Ask
from tests.books import books
from tests.world import DAY, World

FEE = 88  # of a payment of $20.00
HOUR = 3600


async def refund(world: World, charge: dict[str, Any], **more: object) -> dict[str, Any]:
    return await world.made("/v1/refunds", {"charge": charge["id"], **more})


async def now(world: World, thing: dict[str, Any]) -> dict[str, Any]:
    """An object as it is now."""
    return await world.seen(f"/v1/{thing['object']}s/{thing['id']}")


async def said(world: World, thing: dict[str, Any]) -> list[tuple[str, str | None]]:
    """The events about an object, and the status in each."""
    return [(event["type"], event["data"]["object"].get("status")) for event in await world.events(thing["id"])]


async def poor(world: World) -> dict[str, Any]:
    """A charge whose money has been paid out: the balance is empty."""
    charge = await world.charge(2000)
    await world.pass_time(3 * DAY)
    other = await world.charge(1912, "pm_card_bypassPending")
    await world.pass_time(1)
    # What is available now, 1912 and 1912 - 85, goes into refunds of the other charge and of a part of this one.
    await refund(world, other)
    await refund(world, charge, amount=1827)
    assert await world.balance() == {"available": 0, "pending": 0, "debt": 0}
    return charge


# -- for funds ---------------------------------------------------------------------------------------------------------


async def test_a_refund_waits_for_funds_and_goes_on_as_soon_as_they_are_there(world: World) -> None:
    charge = await poor(world)
    left = 2000 - 1827
    made = await refund(world, charge)
    assert (made["status"], made["pending_reason"], made["balance_transaction"]) == (
        "pending",
        "insufficient_funds",
        None,
    )
    assert made["amount"] == left
    assert made["destination_details"]["card"]["reference_status"] == "pending"
    before = await books(world)
    shown = await now(world, charge)
    assert (shown["amount_refunded"], shown["refunded"]) == (2000, True)
    assert (await world.post("/v1/refunds", {"charge": charge["id"]})).code == "charge_already_refunded"
    await world.pass_time(HOUR)
    assert await now(world, made) == made
    assert await books(world) == before
    await world.charge(1000, "pm_card_bypassPending")  # 941 of it are the merchant's
    await world.pass_time(1)
    done = await now(world, made)
    assert (done["status"], done["pending_reason"]) == ("succeeded", None)
    assert done["balance_transaction"].startswith("txn_")
    assert await world.balance() == {"available": 941 - left, "pending": 0, "debt": 0}
    assert await said(world, made) == [("refund.created", "pending"), ("refund.updated", "succeeded")]
    assert [event["type"] for event in (await world.events(charge["id"]))[-2:]] == ["charge.updated", "charge.refunded"]
    await books(world)


async def test_what_is_missing_may_be_no_more_than_the_fee(world: World) -> None:
    """The fee is 88. While 84 of 173 are there, 89 would be owed, and the refund waits; with 103 it does not."""
    charge = await poor(world)
    await world.charge(147, "pm_card_bypassPending")  # 34 of it is the fee: 113 are left
    await world.pass_time(1)
    part = await world.seen("/v1/charges")
    await refund(world, part["data"][0], amount=29)
    assert (await world.balance())["available"] == 84
    made = await refund(world, charge)
    assert made["pending_reason"] == "insufficient_funds"
    await world.charge(50, "pm_card_bypassPending")  # brings 19
    await world.pass_time(1)
    assert (await now(world, made))["status"] == "succeeded"
    assert await world.balance() == {"available": 0, "pending": 0, "debt": 173 - 84 - 19}
    await books(world)


async def test_a_refund_does_not_wait_for_ever(world: World) -> None:
    charge = await poor(world)
    made = await refund(world, charge)
    before = await books(world)
    await world.pass_time(30 * DAY - 2)
    assert (await now(world, made))["status"] == "pending"
    await world.pass_time(2)
    failed = await now(world, made)
    assert (failed["status"], failed["failure_reason"]) == ("failed", "insufficient_funds")
    assert (failed["pending_reason"], failed["failure_balance_transaction"]) == (None, None)
    assert await said(world, made) == [
        ("refund.created", "pending"),
        ("refund.updated", "failed"),
        ("refund.failed", "failed"),
    ]
    shown = await now(world, charge)
    assert (shown["amount_refunded"], shown["refunded"]) == (1827, False)
    assert await books(world) == before


async def test_a_refund_that_waits_for_funds_can_be_canceled(world: World) -> None:
    charge = await poor(world)
    made = await refund(world, charge)
    canceled = await world.made(f"/v1/refunds/{made['id']}/cancel")
    assert (canceled["status"], canceled["failure_reason"]) == ("canceled", "merchant_request")
    assert (canceled["pending_reason"], canceled["balance_transaction"]) == (None, None)
    assert await said(world, made) == [("refund.created", "pending"), ("refund.updated", "canceled")]
    assert (await now(world, charge))["amount_refunded"] == 1827
    again = await world.post(f"/v1/refunds/{made['id']}/cancel")
    assert (again.status, again.code) == (400, "refund_unexpected_state")
    assert await world.do(jobs.retry, made["id"]) is None  # it was on its way when the cancel came
    await world.charge(1000, "pm_card_bypassPending")
    await world.pass_time(40 * DAY)
    assert await now(world, made) == canceled
    assert (await refund(world, charge))["status"] == "succeeded"


async def test_what_is_with_the_bank_cannot_be_canceled(world: World) -> None:
    for card in ("pm_card_visa", "pm_card_pendingRefund", "pm_card_refundLost", "pm_card_refundDeclined"):
        made = await refund(world, await world.charge(2000, card))
        got = await world.post(f"/v1/refunds/{made['id']}/cancel")
        assert (got.status, got.code) == (400, "refund_unexpected_state")
        assert await now(world, made) == made


# -- for the network ---------------------------------------------------------------------------------------------------


async def test_a_refund_that_is_pending_first(world: World) -> None:
    charge = await world.charge(2000, "pm_card_pendingRefund")
    made = await refund(world, charge)
    assert (made["status"], made["pending_reason"]) == ("pending", "processing")
    assert made["balance_transaction"].startswith("txn_")
    held = {"fees": FEE, "merchant_debt": FEE, "network_receivable": 2000, "refund_in_transit": 2000}
    assert await books(world) == held
    assert (await now(world, charge))["amount_refunded"] == 2000
    await world.pass_time(4)
    assert await now(world, made) == made
    await world.pass_time(2)
    done = await now(world, made)
    assert (done["status"], done["pending_reason"]) == ("succeeded", None)
    assert done["destination_details"]["card"]["reference_status"] == "unavailable"
    assert await books(world) == {"fees": FEE, "merchant_debt": FEE}
    assert await said(world, made) == [("refund.created", "pending"), ("refund.updated", "succeeded")]
    types = [event["type"] for event in await world.events(charge["id"])]
    assert types == ["charge.succeeded", "charge.updated", "charge.refunded"]


async def test_a_refund_that_fails_later_gives_everything_back(world: World) -> None:
    charge = await world.charge(2000, "pm_card_refundFail")
    made = await refund(world, charge, amount=1500)
    assert await world.balance() == {"available": 0, "pending": 412, "debt": 0}
    await world.pass_time(6)
    failed = await now(world, made)
    assert (failed["status"], failed["failure_reason"]) == ("failed", "expired_or_canceled_card")
    transaction = await world.seen(f"/v1/balance_transactions/{failed['failure_balance_transaction']}")
    assert (transaction["type"], transaction["amount"], transaction["source"]) == ("refund_failure", 1500, made["id"])
    assert await world.balance() == {"available": 1500, "pending": 412, "debt": 0}
    assert await now(world, charge) == charge
    assert await said(world, made) == [
        ("refund.created", "pending"),
        ("refund.updated", "failed"),
        ("refund.failed", "failed"),
    ]
    types = [event["type"] for event in await world.events(charge["id"])]
    assert types == ["charge.succeeded", "charge.updated", "charge.updated"]
    await world.pass_time(3 * DAY)
    assert await world.balance() == {"available": 1912, "pending": 0, "debt": 0}
    await books(world)


async def test_a_debt_that_a_failed_refund_made_is_settled_first(world: World) -> None:
    charge = await world.charge(2000, "pm_card_refundFail")
    await refund(world, charge)
    assert await world.balance() == {"available": 0, "pending": 0, "debt": FEE}
    await world.pass_time(6)
    assert await world.balance() == {"available": 1912, "pending": 0, "debt": 0}
    again = await refund(world, charge)
    assert again["status"] == "pending"
    assert await world.balance() == {"available": 0, "pending": 0, "debt": FEE}
    await books(world)


async def test_a_refund_that_fails_frees_funds_for_one_that_waits(world: World) -> None:
    failing = await world.charge(2000, "pm_card_refundFail")
    await world.pass_time(3 * DAY)
    other = await world.charge(1000, "pm_card_bypassPending")
    await world.pass_time(1)
    await refund(world, failing)
    await refund(world, other, amount=853)
    waits = await refund(world, other)
    assert waits["pending_reason"] == "insufficient_funds"
    await world.pass_time(6)
    assert (await now(world, waits))["status"] == "succeeded"
    await books(world)


async def test_a_refund_that_is_refused_at_once(world: World) -> None:
    charge = await world.charge(2000, "pm_card_refundDeclined")
    made = await refund(world, charge)
    assert (made["status"], made["failure_reason"]) == ("failed", "declined")
    assert made["balance_transaction"] != made["failure_balance_transaction"]
    assert await now(world, charge) == charge
    assert await said(world, made) == [("refund.created", "failed"), ("refund.failed", "failed")]
    listed = await world.seen(f"/v1/balance_transactions?source={made['id']}")
    assert [(one["type"], one["net"]) for one in listed["data"]] == [("refund_failure", 2000), ("refund", -2000)]
    assert await world.balance() == {"available": 1912, "pending": 0, "debt": 0}
    await books(world)


async def test_each_refund_of_a_charge_is_an_attempt_of_its_own(world: World) -> None:
    charge = await world.charge(2000, "pm_card_visa", **{"metadata[simulate]": "refund:stolen_card,refund:approved"})
    first, second = await refund(world, charge), await refund(world, charge)
    assert (first["status"], first["failure_reason"]) == ("failed", "lost_or_stolen_card")
    assert second["status"] == "succeeded"


# -- for an answer -----------------------------------------------------------------------------------------------------


async def test_an_answer_that_comes_late(world: World) -> None:
    charge = await world.charge(2000, "pm_card_visa", **{"metadata[simulate]": "refund:slow:10"})
    made = await refund(world, charge)
    assert (made["status"], made["pending_reason"]) == ("succeeded", None)
    assert await said(world, made) == [("refund.created", "pending"), ("refund.updated", "succeeded")]
    await world.pass_time(DAY)
    assert await now(world, made) == made
    await books(world)


async def test_an_answer_that_is_lost_is_found(world: World) -> None:
    charge = await world.charge(2000, "pm_card_refundLost")
    made = await refund(world, charge)
    assert (made["status"], made["pending_reason"]) == ("pending", "processing")
    assert (await books(world))["refund_in_transit"] == 2000
    await world.pass_time(16)
    done = await now(world, made)
    assert done["status"] == "succeeded"
    assert done["destination_details"]["card"]["reference_status"] == "available"
    assert await said(world, made) == [("refund.created", "pending"), ("refund.updated", "succeeded")]
    assert await books(world) == {"fees": FEE, "merchant_debt": FEE}


async def test_a_question_that_never_arrived_has_failed(world: World) -> None:
    charge = await world.charge(2000, "pm_card_refundMissing")
    made = await refund(world, charge)
    assert made["status"] == "pending"
    await world.pass_time(16)
    failed = await now(world, made)
    assert (failed["status"], failed["failure_reason"]) == ("failed", "unknown")
    assert await now(world, charge) == charge
    assert await world.balance() == {"available": 1912, "pending": 0, "debt": 0}
    await books(world)


async def asked(world: World, charge: dict[str, Any]) -> Ask[Outcome, Done]:
    """A refund whose question is out, and nobody has heard the answer."""
    ask = await world.db.write(lambda tx: ops.create(tx, world.env(), CreateRefund(charge=charge["id"])))
    assert isinstance(ask, Ask)
    return ask


async def test_a_crash_while_the_network_is_asked_is_mended(world: World) -> None:
    charge = await world.charge(2000, "pm_card_refundLost")
    ask = await asked(world, charge)
    answer = await world.db.read(lambda reader: api.recover(reader, world.env(), ask.about))
    assert answer.object_id == ask.about
    await world.pass_time(16)
    found = await world.seen(f"/v1/refunds/{ask.about}")
    assert found["status"] == "succeeded"
    late = await world.db.write(lambda tx: ask.then(tx, Declined(decline_code="generic_decline")))
    assert isinstance(late, Done)
    assert late.refund.status == "succeeded"
    assert await world.seen(f"/v1/refunds/{ask.about}") == found
    assert await world.do(jobs.look_up, ask.about) is None
    await books(world)


class Network:
    """A processor at the end of a wire, which says what it is told to say."""

    name = "network"
    simulated = False

    def __init__(self, *answers: Outcome) -> None:
        self.answers = list(answers)

    def decide(self, attempt: object, /) -> None:
        return None

    async def ask(self, attempt: object, /) -> Outcome:
        return self.answers.pop(0)

    lookup = ask


def over(world: World, network: Network | None) -> Env:
    """The surroundings of an op whose processor is this one."""
    env = world.env()
    env.processor = network
    return env


async def told(world: World, ask: object) -> Done:
    """What a question comes to."""
    assert isinstance(ask, Ask)
    reply = await ask.question()
    done = await world.db.write(lambda tx: ask.then(tx, reply))
    assert isinstance(done, Done)
    return done


async def waiting(world: World, done: Done) -> int | None:
    """Seconds until a refund is looked up; None if it is not."""
    look_up = "SELECT due_us FROM due WHERE kind = 'refund_lookup' AND object_id = :id"
    row = await world.db.read(lambda reader: reader.one(look_up, id=done.refund.id))
    return None if row is None else (row["due_us"] - world.wall) // 1_000_000


async def test_a_network_is_asked_again_only_what_became_of_it(world: World) -> None:
    """Unknown, unknown again, then pending, pending still, and done: one refund, five answers, two events."""
    charge = await world.charge(2000)
    network = Network(
        Unknown(reason="lost"), Unknown(reason="lost"), Pending(seconds=60), Pending(seconds=60), Approved()
    )
    env = over(world, network)
    ask = await world.db.write(lambda tx: ops.create(tx, env, CreateRefund(charge=charge["id"])))
    done = await told(world, ask)
    refund_id, waits = done.refund.id, [await waiting(world, done)]
    while done.refund.status == "pending":
        assert done.refund.pending_reason == "processing"
        done = await told(world, await world.db.write(lambda tx: jobs.look_up(tx, env, refund_id)))
        waits.append(await waiting(world, done))
    assert waits == [15, 60, 60, 60, None]
    assert done.refund.status == "succeeded"
    assert await said(world, {"id": refund_id}) == [("refund.created", "pending"), ("refund.updated", "succeeded")]
    assert await books(world) == {"fees": FEE, "merchant_debt": FEE}


async def test_nothing_is_lost_while_there_is_no_processor(world: World) -> None:
    made = await refund(world, await poor(world))
    ask = await asked(world, await world.charge(2000, "pm_card_refundLost"))

    def without(job: Any, refund_id: str) -> Any:
        def op(tx: Tx) -> Any:
            return job(tx, over(world, None), refund_id)

        return op

    for op in (without(jobs.look_up, ask.about), without(jobs.retry, made["id"])):
        with pytest.raises(Refused) as refused:
            await world.db.write(op)
        assert refused.value.code is Code.PROCESSOR_NOT_CONFIGURED
