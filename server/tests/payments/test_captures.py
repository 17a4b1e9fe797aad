"""What is held and what is taken: captures, increments, voids and expiries, and where the money stands after each."""

from __future__ import annotations

from typing import Any

import pytest

from tests.edge import SECOND
from tests.world import DAY, World, good

MANUAL = {"capture_method": "manual"}


async def held(world: World, method: str = "pm_card_visa", **more: object) -> dict[str, Any]:
    intent = await world.pay(2000, method, **MANUAL, **more)
    assert (intent["status"], intent["amount_capturable"]) == ("requires_capture", 2000)
    return intent


async def act(
    world: World, intent: dict[str, Any], action: str, body: dict[str, object] | None = None
) -> dict[str, Any]:
    return await world.made(f"/v1/payment_intents/{intent['id']}/{action}", body or {})


async def charge_of(world: World, intent: dict[str, Any]) -> dict[str, Any]:
    return await world.seen(f"/v1/charges/{intent['latest_charge']}")


async def said(world: World, object_id: str) -> list[str]:
    return [event["type"] for event in await world.events(object_id)]


async def memo(world: World) -> int:
    """What issuers hold, by the ledger."""
    row = await world.db.read(
        lambda reader: reader.one("SELECT balance FROM ledger_accounts WHERE name = :name", name="M:auth_hold")
    )
    return 0 if row is None else int(row["balance"])


async def test_a_hold_moves_no_money(world: World) -> None:
    intent = await held(world)
    assert await world.balance() == {"available": 0, "pending": 0, "debt": 0}
    assert await memo(world) == 2000
    charge = await charge_of(world, intent)
    assert (charge["captured"], charge["amount_captured"], charge["paid"]) == (False, 0, True)
    assert charge["payment_method_details"]["card"]["capture_before"] == intent["created"] + 7 * DAY
    assert (await said(world, intent["id"]))[1:] == ["payment_intent.amount_capturable_updated"]


async def test_all_of_it(world: World) -> None:
    intent = await act(world, await held(world), "capture")
    assert (intent["status"], intent["amount_capturable"], intent["amount_received"]) == ("succeeded", 0, 2000)
    charge = await charge_of(world, intent)
    assert (charge["captured"], charge["amount_captured"]) == (True, 2000)
    assert charge["balance_transaction"] is not None
    assert (await world.balance())["pending"] == 1912
    assert await memo(world) == 0
    assert await said(world, charge["id"]) == ["charge.succeeded", "charge.captured"]


async def test_a_part_releases_the_rest(world: World) -> None:
    intent = await act(world, await held(world), "capture", {"amount_to_capture": 1500})
    assert (intent["status"], intent["amount_capturable"], intent["amount_received"]) == ("succeeded", 0, 1500)
    assert await memo(world) == 0
    got = await world.post(f"/v1/payment_intents/{intent['id']}/capture", {"amount_to_capture": 500})
    assert got.code == "payment_intent_unexpected_state"


async def test_several_parts(world: World) -> None:
    intent = await held(world)
    intent = await act(world, intent, "capture", {"amount_to_capture": 500, "final_capture": "false"})
    assert (intent["status"], intent["amount_capturable"], intent["amount_received"]) == ("requires_capture", 1500, 500)
    over = await world.post(f"/v1/payment_intents/{intent['id']}/capture", {"amount_to_capture": 1501})
    assert over.code == "capture_exceeds_authorized"
    intent = await act(world, intent, "capture", {"amount_to_capture": 600, "final_capture": "false"})
    intent = await act(world, intent, "capture")
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 2000)
    assert await memo(world) == 0
    listed = await world.seen("/v1/balance_transactions")
    assert sorted(row["amount"] for row in listed["data"]) == [500, 600, 900]


async def test_a_part_and_then_no_more_is_a_success(world: World) -> None:
    intent = await held(world)
    await act(world, intent, "capture", {"amount_to_capture": 500, "final_capture": "false"})
    intent = await act(world, intent, "cancel")
    assert (intent["status"], intent["amount_received"], intent["amount_capturable"]) == ("succeeded", 500, 0)
    assert (intent["canceled_at"], intent["cancellation_reason"]) == (None, None)
    assert await memo(world) == 0


@pytest.mark.parametrize("amount", ["0", "-1", "2001"])
async def test_captures_that_cannot_be(world: World, amount: str) -> None:
    intent = await held(world)
    got = await world.post(f"/v1/payment_intents/{intent['id']}/capture", {"amount_to_capture": amount})
    assert (got.status, got.error["param"]) == (400, "amount_to_capture")
    assert await world.seen(f"/v1/payment_intents/{intent['id']}") == intent


async def test_a_capture_by_its_charge(world: World) -> None:
    intent = await held(world)
    path = f"/v1/charges/{intent['latest_charge']}/capture"
    charge = await world.made(path, {"amount": 700})
    assert (charge["object"], charge["amount_captured"], charge["captured"]) == ("charge", 700, True)
    assert (await world.post(path)).code == "charge_already_captured"


async def test_a_void_gives_it_back(world: World) -> None:
    intent = await act(world, await held(world), "cancel", {"cancellation_reason": "requested_by_customer"})
    assert (intent["status"], intent["amount_capturable"]) == ("canceled", 0)
    assert intent["cancellation_reason"] == "requested_by_customer"
    assert await memo(world) == 0
    assert (await said(world, intent["id"]))[-1] == "payment_intent.canceled"


async def test_a_hold_that_nobody_takes_expires(world: World) -> None:
    intent = await held(world)
    await world.pass_time(7 * DAY - 10)
    path = f"/v1/payment_intents/{intent['id']}"
    assert (await world.seen(path))["status"] == "requires_capture"
    await world.pass_time(20)
    after = await world.seen(path)
    assert (after["status"], after["cancellation_reason"]) == ("canceled", "automatic")
    assert await memo(world) == 0
    assert (await said(world, intent["latest_charge"]))[-1] == "charge.expired"


@pytest.mark.parametrize("swept", [True, False])
async def test_what_has_expired_cannot_be_captured_and_is_called_so(world: World, swept: bool) -> None:
    """The bank lets the money go at its time, whether or not our sweep has come by."""
    intent = await held(world)
    canceled = await act(world, await held(world), "cancel")
    if swept:
        await world.pass_time(7 * DAY + 10)
    else:
        world.wall += (7 * DAY + 10) * SECOND
    path = f"/v1/payment_intents/{intent['id']}"
    got = await world.post(f"{path}/capture")
    assert (got.status, got.code) == (400, "capture_charge_authorization_expired")
    got = await world.post(f"{path}/increment_authorization", {"amount": 3000})
    assert (got.status, got.code) == (400, "capture_charge_authorization_expired")
    got = await world.post(f"/v1/charges/{intent['latest_charge']}/capture")
    assert (got.status, got.code) == (400, "charge_expired_for_capture")
    assert await world.balance() == {"available": 0, "pending": 0, "debt": 0}
    got = await world.post(f"/v1/payment_intents/{canceled['id']}/capture")
    assert got.code == "payment_intent_unexpected_state"
    if not swept:
        assert (await act(world, intent, "cancel"))["status"] == "canceled"


async def test_the_moment_before_it_expires(world: World) -> None:
    intent = await held(world)
    before = (await charge_of(world, intent))["payment_method_details"]["card"]["capture_before"]
    world.wall = before * SECOND - 10_000
    assert (await act(world, intent, "capture"))["status"] == "succeeded"


async def test_the_charge_of_a_failed_attempt_captures_nothing_of_the_next(world: World) -> None:
    failed = await world.pay(2000, "pm_card_visa_chargeDeclined", **MANUAL)
    charge = failed["latest_charge"]
    path = f"/v1/payment_intents/{failed['id']}"
    got = await world.post(f"/v1/charges/{charge}/capture")
    assert (got.status, got.code) == (400, "payment_intent_unexpected_state")
    await world.made(f"{path}/confirm", {"payment_method": "pm_card_visa"})
    got = await world.post(f"/v1/charges/{charge}/capture")
    assert (got.status, got.code) == (400, "payment_intent_unexpected_state")
    assert (await world.seen(path))["status"] == "requires_capture"
    assert (await world.post("/v1/charges/ch_none/capture")).code == "resource_missing"


async def test_what_was_captured_does_not_expire(world: World) -> None:
    intent = await act(world, await held(world), "capture")
    await world.pass_time(8 * DAY)
    assert (await world.seen(f"/v1/payment_intents/{intent['id']}"))["status"] == "succeeded"


async def test_an_increment_holds_more(world: World) -> None:
    intent = await act(world, await held(world), "increment_authorization", {"amount": 2500, "description": "More tea"})
    assert (intent["amount"], intent["amount_capturable"], intent["description"]) == (2500, 2500, "More tea")
    assert await memo(world) == 2500
    for amount, code in ((2500, "increment_not_allowed"), (100, "increment_not_allowed")):
        got = await world.post(f"/v1/payment_intents/{intent['id']}/increment_authorization", {"amount": amount})
        assert got.code == code
    done = await act(world, intent, "capture")
    assert done["amount_received"] == 2500


async def test_not_more_often_than_networks_allow(world: World) -> None:
    intent = await held(world)
    for more in range(1, 11):
        await act(world, intent, "increment_authorization", {"amount": 2000 + more})
    got = await world.post(f"/v1/payment_intents/{intent['id']}/increment_authorization", {"amount": 3000})
    assert got.code == "increment_limit_exceeded"


async def test_a_refused_increment_leaves_what_is_held(world: World) -> None:
    intent = await held(world, "pm_card_incrementDeclined")
    path = f"/v1/payment_intents/{intent['id']}"
    got = await world.post(f"{path}/increment_authorization", {"amount": 2500})
    assert (got.status, got.error["decline_code"]) == (402, "insufficient_funds")
    assert await world.seen(path) == intent
    assert await memo(world) == 2000
    assert (await act(world, intent, "capture"))["amount_received"] == 2000


#: The card, what is done, and what it comes to when the answer was lost.
LOST = """
captureLost      capture                  succeeded         2000  0
captureMissing   capture                  requires_capture  0     2000
voidLost         cancel                   canceled          0     0
incrementLost    increment_authorization  requires_capture  0     2500
"""


@pytest.mark.parametrize("line", LOST.strip().splitlines())
async def test_an_answer_that_was_lost_is_looked_up(world: World, line: str) -> None:
    card, action, status, received, left = line.split()
    intent = await held(world, f"pm_card_{card}")
    body: dict[str, object] = {"amount": 2500} if action == "increment_authorization" else {}
    during = await act(world, intent, action, body)
    assert during["status"] == "processing"
    again = await world.post(f"/v1/payment_intents/{intent['id']}/{action}", body)
    assert again.code == "payment_intent_unexpected_state"
    await world.pass_time(2)
    after = await world.seen(f"/v1/payment_intents/{intent['id']}")
    assert (after["status"], after["amount_received"], after["amount_capturable"]) == (status, int(received), int(left))
    assert await memo(world) == int(left)


async def test_a_refused_capture_can_be_tried_again(world: World) -> None:
    intent = await held(world, "pm_card_captureDeclined")
    got = await world.post(f"/v1/payment_intents/{intent['id']}/capture")
    assert (got.status, got.code) == (402, "processing_error")
    assert (await world.seen(f"/v1/payment_intents/{intent['id']}"))["status"] == "requires_capture"
    assert (await world.post(f"/v1/charges/{intent['latest_charge']}/capture")).status == 402
    assert await memo(world) == 2000


async def test_a_charge_can_be_described(world: World) -> None:
    intent = await world.pay()
    path = f"/v1/charges/{intent['latest_charge']}"
    customer = (await world.made("/v1/customers"))["id"]
    changed = await world.made(
        path, {"description": "Tea", "metadata[order]": "7", "customer": customer, "fraud_details[user_report]": "safe"}
    )
    assert (changed["description"], changed["metadata"], changed["customer"]) == ("Tea", {"order": "7"}, customer)
    [_, event] = await world.events(changed["id"])
    assert event["type"] == "charge.updated"
    assert event["data"]["previous_attributes"] == {
        "description": None,
        "fraud_details": {},
        "customer": None,
        "metadata": {},
    }
    assert good(await world.post(path, {"description": "Tea"})) == changed
    assert len(await world.events(changed["id"])) == 2
    other = (await world.made("/v1/customers"))["id"]
    assert (await world.post(path, {"customer": other})).code == "parameter_invalid_string"
