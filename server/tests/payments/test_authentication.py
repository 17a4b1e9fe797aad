"""3-D Secure on a payment: what is asked, what an answer comes to, and what it does not cover."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import World

SECURE = "pm_card_threeDSecure2Required"


def link(intent: dict[str, Any]) -> str:
    url: str = intent["next_action"]["redirect_to_url"]["url"]
    return url.removeprefix("http://pay.test")


async def answer(world: World, intent: dict[str, Any], outcome: str = "complete") -> dict[str, Any]:
    """The payer's answer, and the intent afterwards."""
    got = await world.post(link(intent), {"outcome": outcome}, authorization="none")
    assert got.status in (200, 303), got.body
    return await world.seen(f"/v1/payment_intents/{intent['id']}")


async def said(world: World, intent: dict[str, Any]) -> list[str]:
    return [event["type"].removeprefix("payment_intent.") for event in await world.events(intent["id"])]


async def test_passing_pays(world: World) -> None:
    intent = await world.pay(method=SECURE)
    assert (intent["status"], intent["latest_charge"]) == ("requires_action", None)
    after = await answer(world, intent)
    assert (after["status"], after["next_action"], after["amount_received"]) == ("succeeded", None, 2000)
    charge = await world.seen(f"/v1/charges/{after['latest_charge']}")
    assert charge["payment_method_details"]["card"]["three_d_secure"]["result"] == "authenticated"
    assert await said(world, intent) == ["created", "requires_action", "succeeded"]


async def test_failing_is_no_decline_and_makes_no_charge(world: World) -> None:
    intent = await world.pay(method=SECURE)
    after = await answer(world, intent, "fail")
    error = after["last_payment_error"]
    assert (after["status"], after["payment_method"], after["latest_charge"], after["next_action"]) == (
        "requires_payment_method",
        None,
        None,
        None,
    )
    assert (error["type"], error["code"]) == ("invalid_request_error", "payment_intent_authentication_failure")
    assert error["doc_url"].endswith("/help/errors/payment_intent_authentication_failure")
    assert error["payment_method"]["id"] == SECURE
    assert set(error) == {"type", "code", "message", "doc_url", "payment_method"}
    assert (await world.seen("/v1/charges"))["data"] == []
    assert await said(world, intent) == ["created", "requires_action", "payment_failed"]
    [*_, failed] = await world.events(intent["id"])
    assert failed["data"]["object"] == after
    assert await world.balance() == {"available": 0, "pending": 0, "debt": 0}
    again = await world.made(f"/v1/payment_intents/{intent['id']}/confirm", {"payment_method": "pm_card_visa"})
    assert (again["status"], again["last_payment_error"]) == ("succeeded", None)


async def test_whoever_passes_may_still_be_declined(world: World) -> None:
    intent = await world.pay(method="pm_card_threeDSecureRequiredChargeDeclined")
    after = await answer(world, intent)
    assert (after["status"], after["last_payment_error"]["decline_code"]) == (
        "requires_payment_method",
        "generic_decline",
    )
    assert after["last_payment_error"]["charge"] == after["latest_charge"]


async def test_a_caller_who_wants_no_action_gets_a_decline(world: World) -> None:
    got = await world.post(
        "/v1/payment_intents",
        {
            "amount": 2000,
            "currency": "usd",
            "payment_method": SECURE,
            "confirm": "true",
            "error_on_requires_action": "true",
        },
    )
    assert (got.status, got.code) == (402, "authentication_required")


async def test_with_manual_confirmation_the_server_confirms_once_more(world: World) -> None:
    intent = await world.pay(method=SECURE, confirmation_method="manual")
    after = await answer(world, intent)
    assert (after["status"], after["next_action"]) == ("requires_confirmation", None)
    done = await world.made(f"/v1/payment_intents/{intent['id']}/confirm", {"off_session": "true"})
    assert done["status"] == "succeeded"


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 900_000},
        {"currency": "eur"},
        {"payment_method": "pm_card_threeDSecureRequired"},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_an_authentication_covers_what_it_was_for(world: World, change: dict[str, object]) -> None:
    """It was for this amount and this card. Something else is authenticated anew."""
    intent = await world.pay(method=SECURE, confirmation_method="manual")
    path = f"/v1/payment_intents/{intent['id']}"
    await answer(world, intent)
    await world.made(path, change)
    assert (await world.made(f"{path}/confirm"))["status"] == "requires_action"


async def test_another_card_at_confirmation_is_not_authenticated(world: World) -> None:
    intent = await world.pay(method=SECURE, confirmation_method="manual")
    await answer(world, intent)
    path = f"/v1/payment_intents/{intent['id']}/confirm"
    other = await world.made(path, {"payment_method": "pm_card_threeDSecureRequired"})
    assert other["status"] == "requires_action"


@pytest.mark.parametrize(
    "change",
    [{"amount": 900_000}, {"currency": "eur"}, {"payment_method": "pm_card_visa"}],
    ids=lambda change: next(iter(change)),
)
async def test_a_change_while_the_payer_is_away_ends_their_link(world: World, change: dict[str, object]) -> None:
    intent = await world.pay(method=SECURE)
    changed = await world.made(f"/v1/payment_intents/{intent['id']}", change)
    assert (changed["status"], changed["next_action"]) == ("requires_confirmation", None)
    got = await world.post(link(intent), {"outcome": "complete"}, authorization="none")
    assert got.status == 410
    assert await world.seen(f"/v1/payment_intents/{intent['id']}") == changed


async def test_a_description_does_not(world: World) -> None:
    intent = await world.pay(method=SECURE)
    await world.made(f"/v1/payment_intents/{intent['id']}", {"description": "Tea", "metadata[order]": "7"})
    assert (await answer(world, intent))["status"] == "succeeded"


async def test_an_older_link_does_not_answer_for_a_newer_one(world: World) -> None:
    intent = await world.pay(method=SECURE)
    path = f"/v1/payment_intents/{intent['id']}"
    newer = await world.made(f"{path}/confirm", {"payment_method": "pm_card_threeDSecureRequired"})
    assert link(newer) != link(intent)
    got = await world.post(link(intent), {"outcome": "complete"}, authorization="none")
    assert got.status == 410
    assert (await world.seen(path))["status"] == "requires_action"
    assert (await answer(world, newer))["status"] == "succeeded"


async def test_an_answer_that_must_be_waited_for(world: World) -> None:
    """The bank is asked after the challenge, and its answer is lost."""
    intent = await world.pay(2000, SECURE, **{"metadata[simulate]": "three_d_secure,lost"})
    after = await answer(world, intent)
    assert after["status"] == "processing"
    await world.pass_time(2)
    assert (await world.seen(f"/v1/payment_intents/{intent['id']}"))["status"] == "succeeded"


async def test_a_challenge_that_was_heard_of_late(world: World) -> None:
    """The question was written down as a charge before the bank wanted its customer; no second one comes of it."""
    intent = await world.pay(2000, SECURE, **{"metadata[simulate]": "slow:1"})
    assert intent["status"] == "requires_action"
    assert (await world.seen(f"/v1/charges/{intent['latest_charge']}"))["failure_code"] == "authentication_required"
    after = await answer(world, intent, "fail")
    assert after["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    assert len((await world.seen("/v1/charges"))["data"]) == 1


# -- what a payer's browser may know ----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["stolen_card", "lost_card", "pickup_card", "restricted_card", "fraudulent"])
async def test_a_publishable_key_is_not_told_a_masked_reason(world: World, code: str) -> None:
    intent = await world.made("/v1/payment_intents", {"amount": 2000, "currency": "usd", "metadata[simulate]": code})
    path, key = f"/v1/payment_intents/{intent['id']}", world.account.publishable_test
    body = {"client_secret": intent["client_secret"], "payment_method": "pm_card_visa"}
    got = await world.post(f"{path}/confirm", body, key=key)
    assert (got.status, got.code, got.error["decline_code"]) == (402, "card_declined", "generic_decline")
    assert code.encode() not in got.body
    assert got.error["payment_intent"]["last_payment_error"]["decline_code"] == "generic_decline"
    shown = await world.get(f"{path}?client_secret={intent['client_secret']}", key=key)
    assert code.encode() not in shown.body
    merchant = (await world.seen(path))["last_payment_error"]
    assert merchant["decline_code"] == code


async def test_a_publishable_key_is_told_what_the_payer_can_mend(world: World) -> None:
    intent = await world.made("/v1/payment_intents", {"amount": 2000, "currency": "usd"})
    body = {"client_secret": intent["client_secret"], "payment_method": "pm_card_chargeDeclinedIncorrectCvc"}
    got = await world.post(f"/v1/payment_intents/{intent['id']}/confirm", body, key=world.account.publishable_test)
    assert (got.status, got.code) == (402, "incorrect_cvc")
    error = got.error["payment_intent"]["last_payment_error"]
    assert error["payment_method"]["card"]["fingerprint"] is None
    assert "customer" not in error["payment_method"]
    assert "charge" not in error


async def test_a_publishable_key_sees_a_failed_authentication_as_one(world: World) -> None:
    intent = await world.pay(method=SECURE)
    await answer(world, intent, "fail")
    path = f"/v1/payment_intents/{intent['id']}?client_secret={intent['client_secret']}"
    shown = await world.seen(path, key=world.account.publishable_test)
    assert shown["last_payment_error"]["code"] == "payment_intent_authentication_failure"


@pytest.mark.parametrize("first", ["secret", "publishable"])
async def test_a_reply_is_repeated_only_to_whom_it_was_meant_for(world: World, first: str) -> None:
    """Under the same idempotency key a payer is not shown what the merchant was, masked reason and metadata."""
    intent = await world.made("/v1/payment_intents", {"amount": 2000, "currency": "usd", "metadata[order]": "7"})
    body = {"client_secret": intent["client_secret"], "payment_method": "pm_card_visa_chargeDeclinedLostCard"}
    path = f"/v1/payment_intents/{intent['id']}/confirm"
    callers = [world.account.secret_test, world.account.publishable_test]
    if first == "publishable":
        callers.reverse()
    declined = await world.post(path, body, key=callers[0], idempotency_key="order 7")
    assert declined.status == 402
    assert (await world.post(path, body, key=callers[0], idempotency_key="order 7")).json == declined.json
    got = await world.post(path, body, key=callers[1], idempotency_key="order 7")
    assert (got.status, got.error["type"]) == (400, "idempotency_error")
    assert "metadata" not in got.body.decode()


async def test_what_was_detached_meanwhile_pays_nothing(world: World) -> None:
    """Its number is purged: whatever the payer answers, nobody may charge it any more."""
    customer = (await world.made("/v1/customers"))["id"]
    method = await world.made(f"/v1/payment_methods/{SECURE}/attach", {"customer": customer})
    intent = await world.pay(2000, method["id"], customer=customer)
    await world.made(f"/v1/payment_methods/{method['id']}/detach")
    after = await answer(world, intent)
    assert (after["status"], after["payment_method"], after["latest_charge"]) == ("requires_payment_method", None, None)
    assert after["last_payment_error"]["code"] == "payment_method_unexpected_state"
    assert await world.balance() == {"available": 0, "pending": 0, "debt": 0}
    paid = await world.made(f"/v1/payment_intents/{intent['id']}/confirm", {"payment_method": "pm_card_visa"})
    assert paid["status"] == "succeeded"


async def test_a_customer_does_not_pay_with_what_is_anothers(world: World) -> None:
    """The intent was given another customer while the payer authenticated: the link leads nowhere."""
    first, second = [(await world.made("/v1/customers"))["id"] for _ in range(2)]
    method = await world.made(f"/v1/payment_methods/{SECURE}/attach", {"customer": first})
    intent = await world.pay(2000, method["id"], customer=first)
    path = f"/v1/payment_intents/{intent['id']}"
    same = await world.made(path, {"customer": first})
    assert same["status"] == "requires_action"
    changed = await world.made(path, {"customer": second})
    assert (changed["status"], changed["next_action"]) == ("requires_confirmation", None)
    got = await world.post(link(intent), {"outcome": "complete"}, authorization="none")
    assert got.status == 410
    assert (await world.post(f"{path}/confirm")).code == "payment_method_customer_mismatch"
    guest = await world.pay(2000, SECURE)
    kept = await world.made(f"/v1/payment_intents/{guest['id']}", {"customer": second})
    assert kept["status"] == "requires_action"
    assert (await answer(world, guest))["status"] == "succeeded"
