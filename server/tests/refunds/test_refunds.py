"""Refunds through the whole edge: what is given back, what is refused, and where the money is at every step."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from finsecure_server.core.errors import Code, Refused
from finsecure_server.payments import store as payments
from finsecure_server.refunds import ops, store
from finsecure_server.refunds.types import CreateRefund
from finsecure_server.storage.database import Reader, Tx
from tests.books import books
from tests.edge import Got
from tests.world import DAY, World

FEE = 88  # of a payment of $20.00


async def refund(world: World, charge: dict[str, Any], **more: object) -> dict[str, Any]:
    """A refund that is accepted."""
    return await world.made("/v1/refunds", {"charge": charge["id"], **more})


async def refused(world: World, body: dict[str, object]) -> Got:
    """A refund that is refused, and nothing of it is left behind."""
    before = await rows(world)
    got = await world.post("/v1/refunds", body)
    assert got.status >= 400, got.body
    assert await rows(world) == before
    return got


async def rows(world: World) -> list[int]:
    """How many rows there are of everything that a refund may write."""

    def count(reader: Reader) -> list[int]:
        tables = ("refunds", "balance_transactions", "postings", "events", "due")
        return [len(reader.all(f"SELECT 1 AS one FROM {table}")) for table in tables]  # noqa: S608  our own names

    return await world.db.read(count)


async def said(world: World, object_id: str) -> list[str]:
    """The types of the events about an object."""
    return [event["type"] for event in await world.events(object_id)]


async def test_a_refund(world: World) -> None:
    charge = await world.charge(2000)
    made = await refund(world, charge, **{"metadata[order]": "42"}, reason="requested_by_customer")
    assert made == {
        "id": made["id"],
        "object": "refund",
        "amount": 2000,
        "balance_transaction": made["balance_transaction"],
        "charge": charge["id"],
        "created": world.wall // 1_000_000,
        "currency": "usd",
        "destination_details": {
            "card": {
                "reference": made["destination_details"]["card"]["reference"],
                "reference_status": "available",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        "failure_balance_transaction": None,
        "failure_reason": None,
        "metadata": {"order": "42"},
        "payment_intent": charge["payment_intent"],
        "pending_reason": None,
        "reason": "requested_by_customer",
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    assert made["id"].startswith("re_")
    assert made["destination_details"]["card"]["reference"].isdigit()
    assert await world.seen(f"/v1/refunds/{made['id']}") == made
    after = await world.seen(f"/v1/charges/{charge['id']}")
    assert after == charge | {"amount_refunded": 2000, "refunded": True}
    assert await said(world, made["id"]) == ["refund.created"]
    assert await said(world, charge["id"]) == ["charge.succeeded", "charge.refunded"]
    event = (await world.events(charge["id"]))[-1]
    assert event["data"] == {"object": after, "previous_attributes": {"amount_refunded": 0, "refunded": False}}
    transaction = await world.seen(f"/v1/balance_transactions/{made['balance_transaction']}")
    assert (transaction["type"], transaction["source"]) == ("refund", made["id"])
    assert (transaction["amount"], transaction["fee"], transaction["net"]) == (-2000, 0, -2000)


async def test_the_fee_is_kept_and_may_be_owed(world: World) -> None:
    """The payment left 1912 of its 2000, so 88 are missing: the fee, and no more."""
    charge = await world.charge(2000)
    await refund(world, charge)
    assert await books(world) == {"fees": FEE, "merchant_debt": FEE}
    assert await world.balance() == {"available": 0, "pending": 0, "debt": FEE}
    await world.charge(1000)  # pays the debt as soon as it is there
    await world.pass_time(3 * DAY)
    assert await world.balance() == {"available": 1000 - 59 - FEE, "pending": 0, "debt": 0}
    assert (await books(world))["bank_cash"] == 1000


async def test_other_pending_funds_go_before_a_debt(world: World) -> None:
    charge = await world.charge(2000)
    await world.charge(1000)
    await refund(world, charge)
    assert await world.balance() == {"available": 0, "pending": 1000 - 59 - FEE, "debt": 0}
    await world.pass_time(3 * DAY)
    assert await world.balance() == {"available": 1000 - 59 - FEE, "pending": 0, "debt": 0}
    await books(world)


async def test_in_parts_until_nothing_is_left(world: World) -> None:
    charge = await world.charge(2000)
    parts = [await refund(world, charge, amount=amount) for amount in (500, 1, 1400)]
    rest = await world.made("/v1/refunds", {"payment_intent": charge["payment_intent"]})
    assert [part["amount"] for part in (*parts, rest)] == [500, 1, 1400, 99]
    got = await refused(world, {"charge": charge["id"]})
    assert (got.status, got.code, got.error["param"]) == (400, "charge_already_refunded", "charge")
    after = await world.seen(f"/v1/charges/{charge['id']}")
    assert (after["amount_refunded"], after["refunded"]) == (2000, True)
    events = [event for event in await world.events(charge["id"]) if event["type"] == "charge.refunded"]
    assert [event["data"]["object"]["refunded"] for event in events] == [False, False, False, True]
    assert [event["data"]["previous_attributes"] for event in events] == [
        {"amount_refunded": 0},
        {"amount_refunded": 500},
        {"amount_refunded": 501},
        {"amount_refunded": 1901, "refunded": False},
    ]
    assert await books(world) == {"fees": FEE, "merchant_debt": FEE}


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (0, "amount_too_small"),
        (-1, "amount_too_small"),
        (2001, "refund_exceeds_charge"),
        (2**63, "refund_exceeds_charge"),
        ("10.5", "parameter_invalid_integer"),
        ("1e3", "parameter_invalid_integer"),
    ],
)
async def test_amounts_that_cannot_be_refunded(world: World, amount: object, code: str) -> None:
    charge = await world.charge(2000)
    got = await refused(world, {"charge": charge["id"], "amount": amount})
    assert (got.status, got.code, got.error["param"]) == (400, code, "amount")


async def test_too_much_says_what_is_left(world: World) -> None:
    charge = await world.charge(2000)
    await refund(world, charge, amount=1500)
    got = await refused(world, {"charge": charge["id"], "amount": 501})
    assert "$5.00 USD (500)" in got.error["message"]


async def test_what_has_moved_no_money_cannot_be_refunded(world: World) -> None:
    held = await world.pay(2000, capture_method="manual")
    declined = await world.pay(2000, "pm_card_chargeCustomerFail")
    unknown = await world.pay(2000, "pm_card_lostReplyApproved")
    untried = await world.made("/v1/payment_intents", {"amount": 2000, "currency": "usd"})
    for intent, word in (
        (held, f"cancel the PaymentIntent {held['id']}"),
        (declined, "failed"),
        (unknown, "not known yet"),
        (untried, "no charge"),
    ):
        got = await refused(world, {"payment_intent": intent["id"]})
        assert (got.status, got.code, got.error["param"]) == (400, "charge_not_refundable", "payment_intent")
        assert word in got.error["message"]


async def test_what_is_to_be_refunded_must_be_named_once(world: World) -> None:
    charge = await world.charge(2000)
    both = {"charge": charge["id"], "payment_intent": charge["payment_intent"]}
    assert (await refused(world, {**both})).code == "parameters_exclusive"
    assert (await refused(world, {"amount": 100})).code == "parameter_missing"
    for name, missing in (("charge", "ch_no"), ("payment_intent", "pi_no")):
        got = await refused(world, {name: missing})
        assert (got.status, got.code, got.error["param"]) == (404, "resource_missing", name)
    assert (await refused(world, {"charge": charge["id"], "reason": "whim"})).code == "parameter_invalid_enum"


async def test_nobody_refunds_or_sees_what_is_anothers(world: World) -> None:
    charge = await world.charge(2000)
    made = await refund(world, charge)
    await world.open_account("Coffee Shop")
    assert (await refused(world, {"charge": charge["id"]})).code == "resource_missing"
    assert (await refused(world, {"payment_intent": charge["payment_intent"]})).code == "resource_missing"
    for method, path in (("GET", ""), ("POST", ""), ("POST", "/cancel")):
        got = await world.call(method, f"/v1/refunds/{made['id']}{path}")
        assert (got.status, got.code, got.error["param"]) == (404, "resource_missing", "refund")


async def test_a_part_that_was_captured_is_refunded_while_the_rest_is_held(world: World) -> None:
    intent = await world.pay(5000, capture_method="manual")
    capture = {"amount_to_capture": 2000, "final_capture": "false"}
    await world.made(f"/v1/payment_intents/{intent['id']}/capture", capture)
    got = await refused(world, {"payment_intent": intent["id"], "amount": 2001})
    assert got.code == "refund_exceeds_charge"
    await world.made("/v1/refunds", {"payment_intent": intent["id"]})
    charge = await world.seen(f"/v1/charges/{intent['latest_charge']}")
    assert (charge["amount_refunded"], charge["refunded"], charge["captured"]) == (2000, False, False)
    await world.made(f"/v1/payment_intents/{intent['id']}/capture", {"amount_to_capture": 1000})
    made = await world.made("/v1/refunds", {"payment_intent": intent["id"]})
    assert made["amount"] == 1000
    charge = await world.seen(f"/v1/charges/{intent['latest_charge']}")
    assert (charge["amount_captured"], charge["amount_refunded"], charge["refunded"]) == (3000, 3000, True)
    await books(world)


async def test_a_part_that_was_refunded_is_all_once_the_rest_is_given_up(world: World) -> None:
    intent = await world.pay(5000, capture_method="manual")
    path = f"/v1/payment_intents/{intent['id']}"
    await world.made(f"{path}/capture", {"amount_to_capture": 2000, "final_capture": "false"})
    await world.made("/v1/refunds", {"payment_intent": intent["id"]})
    await world.made(f"{path}/cancel")
    charge = await world.seen(f"/v1/charges/{intent['latest_charge']}")
    assert (charge["captured"], charge["amount_refunded"], charge["refunded"]) == (True, 2000, True)
    await books(world)


async def test_fifty_racing_refunds_of_a_tenth_give_ten(world: World) -> None:
    charge = await world.charge(5000)
    body = {"charge": charge["id"], "amount": 500}
    answers = await asyncio.gather(*(world.post("/v1/refunds", body) for _ in range(50)))
    assert Counter(answer.code for answer in answers) == {None: 10, "charge_already_refunded": 40}
    after = await world.seen(f"/v1/charges/{charge['id']}")
    assert (after["amount_refunded"], after["refunded"]) == (5000, True)
    made = await world.seen("/v1/refunds?limit=100")
    assert [one["amount"] for one in made["data"]] == [500] * 10
    assert await books(world) == {"fees": 175, "merchant_debt": 175}
    await world.events(charge["id"])


async def test_racing_refunds_of_every_size_never_exceed_the_charge(world: World) -> None:
    charge = await world.charge(1000)
    sizes = [*range(10, 300, 10), *range(10, 300, 10)]
    bodies = [{"charge": charge["id"], "amount": size} for size in sizes]
    answers = await asyncio.gather(*(world.post("/v1/refunds", body) for body in bodies))
    given = sum(answer.json["amount"] for answer in answers if answer.status == 200)
    after = await world.seen(f"/v1/charges/{charge['id']}")
    assert after["amount_refunded"] == given <= 1000
    assert {answer.code for answer in answers} <= {None, "refund_exceeds_charge", "charge_already_refunded"}
    await books(world)


async def test_the_database_refuses_too_much_whatever_the_code_believes(world: World) -> None:
    charge = await world.charge(2000)

    def too_much(tx: Tx) -> None:
        row = payments.lock_charge(tx, world.env(), charge["id"])
        row.refunded = 2001
        payments.save_charge(tx, world.env(), row, "{}")

    with pytest.raises(AssertionError, match="0 rows changed"):
        await world.db.write(too_much)
    assert await world.seen(f"/v1/charges/{charge['id']}") == charge


async def test_the_same_key_refunds_once(world: World) -> None:
    charge = await world.charge(2000)
    body = {"charge": charge["id"], "amount": 500}
    first, second = [await world.post("/v1/refunds", body, idempotency_key="one") for _ in range(2)]
    assert (first.status, first.json) == (200, second.json)
    assert (await world.seen(f"/v1/charges/{charge['id']}"))["amount_refunded"] == 500


async def test_metadata_may_change_and_nothing_else(world: World) -> None:
    made = await refund(world, await world.charge(2000), **{"metadata[a]": "1", "metadata[b]": "2"})
    path = f"/v1/refunds/{made['id']}"
    changed = await world.made(path, {"metadata[a]": "", "metadata[c]": "3"})
    assert changed == made | {"metadata": {"b": "2", "c": "3"}}
    assert await world.seen(path) == changed
    assert await world.made(path, {"metadata[c]": "3"}) == changed
    assert await said(world, made["id"]) == ["refund.created", "refund.updated"]
    event = (await world.events(made["id"]))[-1]
    assert event["data"]["previous_attributes"] == {"metadata": {"a": "1", "c": None}}
    got = await world.post(path, {"amount": 1})
    assert (got.status, got.code, got.error["param"]) == (400, "parameter_unknown", "amount")


async def test_a_fraudulent_charge_is_marked(world: World) -> None:
    charge = await world.charge(2000)
    await refund(world, charge, reason="fraudulent")
    after = await world.seen(f"/v1/charges/{charge['id']}")
    assert after["fraud_details"] == {"user_report": "fraudulent"}
    event = (await world.events(charge["id"]))[-1]
    assert event["data"]["previous_attributes"]["fraud_details"] == {"user_report": None}


async def test_lists_and_what_they_lead_to(world: World) -> None:
    first, second = await world.charge(2000), await world.charge(3000)
    made = [await refund(world, charge, amount=100) for charge in (first, second, first)]
    ids = [one["id"] for one in made]

    async def listed(query: str) -> list[str]:
        return [one["id"] for one in (await world.seen(f"/v1/refunds?{query}"))["data"]]

    assert await listed("") == ids[::-1]
    assert await listed(f"charge={first['id']}") == [ids[2], ids[0]]
    assert await listed(f"payment_intent={second['payment_intent']}") == [ids[1]]
    assert await listed(f"charge={first['id']}&payment_intent={second['payment_intent']}") == []
    assert await listed(f"limit=1&starting_after={ids[2]}") == [ids[1]]
    assert await listed(f"created[gt]={world.wall // 1_000_000 + 1}") == []
    query = "expand[]=charge&expand[]=balance_transaction&expand[]=payment_intent"
    shown = await world.seen(f"/v1/refunds/{ids[0]}?{query}")
    assert shown["charge"]["amount_refunded"] == 200
    assert shown["balance_transaction"]["amount"] == -100
    assert shown["payment_intent"]["id"] == first["payment_intent"]
    now = await world.made("/v1/refunds", {"charge": first["id"], "amount": 1, "expand": ["balance_transaction"]})
    assert now["balance_transaction"]["source"] == now["id"]


async def test_currencies_are_refunded_in_their_steps(world: World) -> None:
    charge = await world.charge(500_00, currency="isk")
    got = await refused(world, {"charge": charge["id"], "amount": 50})
    assert (got.code, got.error["param"]) == ("invalid_charge_amount", "amount")
    await refund(world, charge, amount=100)
    assert (await refund(world, charge))["amount"] == 499_00
    assert await books(world, "isk") == {"fees": 45_00, "merchant_debt": 45_00}


async def test_no_live_refund_without_a_processor(world: World) -> None:
    with pytest.raises(Refused) as refusal:
        await world.db.write(lambda tx: ops.create(tx, world.env(livemode=True), CreateRefund(charge="ch_1")))
    assert refusal.value.code is Code.PROCESSOR_NOT_CONFIGURED


async def test_what_a_refund_that_is_not_there_loads(world: World) -> None:
    assert await world.db.read(lambda reader: store.load(reader, world.env(), "re_no")) is None
