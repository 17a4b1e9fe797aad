"""How often one intent may be confirmed: whoever needs more is trying out cards."""

from __future__ import annotations

from finsecure_server.core.payment_intent import ATTEMPTS_MAX
from tests.world import World


async def test_an_intent_that_was_confirmed_too_often_stays_refused(world: World) -> None:
    """No wait helps, so nothing may ask for one, and the refusal is kept under its key like any other."""
    intent = await world.made("/v1/payment_intents", {"amount": 2000, "currency": "usd"})
    path = f"/v1/payment_intents/{intent['id']}/confirm"
    for _ in range(ATTEMPTS_MAX):
        assert (await world.post(path, {"payment_method": "pm_card_visa_chargeDeclined"})).status == 402
    headers = {"idempotency_key": "once too often"}
    got = await world.post(path, {"payment_method": "pm_card_visa"}, **headers)
    assert (got.status, got.code, got.error["type"]) == (
        400,
        "payment_intent_rate_limit_exceeded",
        "invalid_request_error",
    )
    assert f"{ATTEMPTS_MAX} times" in got.error["message"]
    assert not {"retry-after", "finsecure-should-retry"} & set(got.headers)
    again = await world.post(path, {"payment_method": "pm_card_visa"}, **headers)
    assert (again.body, again.headers["idempotent-replayed"]) == (got.body, "true")


async def test_after_a_failure_another_payment_method_is_asked_for(world: World) -> None:
    fresh = await world.made("/v1/payment_intents", {"amount": 2000, "currency": "usd"})
    got = await world.post(f"/v1/payment_intents/{fresh['id']}/confirm")
    assert (got.status, got.code) == (400, "payment_intent_unexpected_state")
    failed = await world.pay(2000, "pm_card_visa_chargeDeclined")
    path = f"/v1/payment_intents/{failed['id']}"
    for key in (None, world.account.publishable_test):
        body = {} if key is None else {"client_secret": failed["client_secret"]}
        got = await world.post(f"{path}/confirm", body, key=key)
        assert (got.status, got.code) == (400, "payment_intent_payment_attempt_failed")
        assert (got.error["type"], got.error["param"]) == ("invalid_request_error", "payment_method")
    assert await world.seen(path) == failed
    paid = await world.made(f"{path}/confirm", {"payment_method": "pm_card_visa"})
    assert (paid["status"], paid["last_payment_error"]) == ("succeeded", None)
