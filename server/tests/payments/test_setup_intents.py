"""A setup intent's life: created, changed, confirmed, canceled, listed; what it keeps and what it says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.edge import T0
from tests.world import World, good

#: The members of Stripe's object, all of them, with or without a value.
MEMBERS = """
id object application automatic_payment_methods cancellation_reason client_secret created customer description
flow_directions last_setup_error latest_attempt livemode mandate metadata next_action on_behalf_of payment_method
payment_method_options payment_method_types single_use_mandate status usage
""".split()

ON_SETUP = "pm_card_authenticationRequiredOnSetup"


async def setup(world: World, method: str | None = "pm_card_visa", **more: object) -> dict[str, Any]:
    """A confirmed setup intent; of a declined one what is left of it. Without a method one that waits."""
    body = {**({} if method is None else {"payment_method": method, "confirm": "true"}), **more}
    got = await world.post("/v1/setup_intents", body)
    intent: dict[str, Any] = got.error["setup_intent"] if got.status >= 400 else good(got)
    return intent


async def customer(world: World) -> str:
    made: str = (await world.made("/v1/customers"))["id"]
    return made


async def said(world: World, intent: dict[str, Any]) -> list[str]:
    return [event["type"].removeprefix("setup_intent.") for event in await world.events(intent["id"])]


async def test_the_shape_is_stripes(world: World) -> None:
    intent = await setup(world, None, description="For later", **{"metadata[order]": "7", "usage": "on_session"})
    assert set(intent) == set(MEMBERS)
    assert intent["id"].startswith("seti_")
    assert intent["client_secret"].startswith(f"{intent['id']}_secret_")
    assert intent | {"id": "", "client_secret": ""} == dict.fromkeys(MEMBERS) | {
        "id": "",
        "object": "setup_intent",
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "client_secret": "",
        "created": T0 // 1_000_000,
        "description": "For later",
        "livemode": False,
        "metadata": {"order": "7"},
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "usage": "on_session",
    }
    assert await said(world, intent) == ["created"]
    assert await world.seen(f"/v1/setup_intents/{intent['id']}") == intent


async def test_success_gives_the_card_to_the_customer(world: World) -> None:
    who = await customer(world)
    intent = await setup(world, customer=who)
    assert (intent["status"], intent["last_setup_error"], intent["next_action"]) == ("succeeded", None, None)
    method = await world.seen(f"/v1/payment_methods/{intent['payment_method']}")
    assert (method["id"] == "pm_card_visa", method["customer"]) == (False, who)
    assert await said(world, intent) == ["created", "succeeded"]
    [_, event] = await world.events(intent["id"])
    assert event["data"]["object"] == intent
    paid = await world.pay(method=method["id"], customer=who, off_session="true")
    assert paid["status"] == "succeeded"


async def test_success_keeps_the_card_of_nobody_too(world: World) -> None:
    intent = await setup(world)
    method = await world.seen(f"/v1/payment_methods/{intent['payment_method']}")
    assert (method["id"] == "pm_card_visa", method["customer"]) == (False, None)
    attached = await world.made(f"/v1/payment_methods/{method['id']}/attach", {"customer": await customer(world)})
    assert attached["id"] == method["id"]


async def test_a_card_of_ones_own_stays_the_same(world: World) -> None:
    who = await customer(world)
    method = (await world.made("/v1/payment_methods/pm_card_visa/attach", {"customer": who}))["id"]
    intent = await setup(world, method, customer=who)
    assert (intent["status"], intent["payment_method"]) == ("succeeded", method)
    events = [event["type"] for event in await world.events(method)]
    assert events == ["payment_method.attached"]


@pytest.mark.parametrize(
    ("usage", "without_the_payer"), [("off_session", "succeeded"), ("on_session", "requires_payment_method")]
)
async def test_a_card_that_was_set_up_is_charged_without_its_owner(
    world: World, usage: str, without_the_payer: str
) -> None:
    """Stripe's 4000 0025 0000 3155: without the payer it is declined unless it was set up for that."""
    who = await customer(world)
    method = (await world.made(f"/v1/payment_methods/{ON_SETUP}/attach", {"customer": who}))["id"]
    before = await world.pay(method=method, customer=who, off_session="true")
    assert (before["status"], before["last_payment_error"]["code"]) == (
        "requires_payment_method",
        "authentication_required",
    )
    intent = await setup(world, method, customer=who, usage=usage)
    await answered(world, intent, "complete")
    after = await world.pay(method=method, customer=who, off_session="true")
    assert after["status"] == without_the_payer
    there = await world.pay(method=method, customer=who)
    assert there["status"] == "requires_action"


async def answered(world: World, intent: dict[str, Any], outcome: str) -> None:
    link = intent["next_action"]["redirect_to_url"]["url"].removeprefix("http://pay.test")
    got = await world.post(link, {"outcome": outcome}, authorization="none")
    assert got.status in (200, 303), got.body


async def test_a_challenge_and_then_success(world: World) -> None:
    who = await customer(world)
    intent = await setup(world, ON_SETUP, customer=who, return_url="https://shop.example/done")
    assert (intent["status"], intent["payment_method"]) == ("requires_action", ON_SETUP)
    assert intent["next_action"]["type"] == "redirect_to_url"
    assert intent["next_action"]["redirect_to_url"]["return_url"] == "https://shop.example/done"
    await answered(world, intent, "complete")
    after = await world.seen(f"/v1/setup_intents/{intent['id']}")
    assert (after["status"], after["next_action"], after["latest_attempt"]) == (
        "succeeded",
        None,
        intent["latest_attempt"],
    )
    [attempt] = (await world.seen(f"/v1/setup_attempts?setup_intent={intent['id']}"))["data"]
    assert (attempt["status"], attempt["payment_method"]) == ("succeeded", after["payment_method"])
    assert attempt["payment_method_details"]["card"]["three_d_secure"]["result"] == "authenticated"
    assert await said(world, intent) == ["created", "requires_action", "succeeded"]


async def test_a_failed_authentication(world: World) -> None:
    intent = await setup(world, ON_SETUP)
    await answered(world, intent, "fail")
    after = await world.seen(f"/v1/setup_intents/{intent['id']}")
    error = after["last_setup_error"]
    assert (after["status"], after["payment_method"]) == ("requires_payment_method", None)
    assert (error["type"], error["code"]) == ("invalid_request_error", "setup_intent_authentication_failure")
    assert error["doc_url"].endswith("/help/errors/setup_intent_authentication_failure")
    assert error["payment_method"]["id"] == ON_SETUP
    assert set(error) == {"type", "code", "message", "doc_url", "payment_method"}
    [attempt] = (await world.seen(f"/v1/setup_attempts?setup_intent={intent['id']}"))["data"]
    assert (attempt["status"], attempt["setup_error"]) == ("failed", error)
    assert attempt["payment_method_details"]["card"]["three_d_secure"]["result"] == "failed"
    assert await said(world, intent) == ["created", "requires_action", "setup_failed"]
    again = await world.made(f"/v1/setup_intents/{intent['id']}/confirm", {"payment_method": "pm_card_visa"})
    assert (again["status"], again["last_setup_error"]) == ("succeeded", None)


async def test_a_decline_is_kept_and_said(world: World) -> None:
    got = await world.post(
        "/v1/setup_intents", {"payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds", "confirm": "true"}
    )
    assert (got.status, got.code, got.error["decline_code"]) == (402, "card_declined", "insufficient_funds")
    assert got.error["next_steps"]
    intent = got.error["setup_intent"]
    assert intent == await world.seen(f"/v1/setup_intents/{intent['id']}")
    assert (intent["status"], intent["payment_method"]) == ("requires_payment_method", None)
    assert intent["last_setup_error"]["decline_code"] == "insufficient_funds"
    assert intent["last_setup_error"]["network_decline_code"] == "51"
    assert await said(world, intent) == ["created", "setup_failed"]
    [attempt] = (await world.seen(f"/v1/setup_attempts?setup_intent={intent['id']}"))["data"]
    assert (attempt["status"], attempt["id"]) == ("failed", intent["latest_attempt"])


async def test_scripts_speak_attempt_by_attempt(world: World) -> None:
    intent = await setup(world, "pm_card_visa", **{"metadata[simulate]": "do_not_honor,three_d_secure,approved"})
    assert intent["last_setup_error"]["decline_code"] == "do_not_honor"
    path = f"/v1/setup_intents/{intent['id']}"
    intent = await world.made(f"{path}/confirm", {"payment_method": "pm_card_visa"})
    assert intent["status"] == "requires_action"
    await answered(world, intent, "complete")
    assert (await world.seen(path))["status"] == "succeeded"
    attempts = (await world.seen(f"/v1/setup_attempts?setup_intent={intent['id']}"))["data"]
    assert [attempt["status"] for attempt in attempts] == ["succeeded", "failed"]


# -- changing and canceling -------------------------------------------------------------------------------------------


async def test_an_update_names_a_method_and_then_it_waits_for_confirmation(world: World) -> None:
    intent = await setup(world, None)
    path = f"/v1/setup_intents/{intent['id']}"
    who = await customer(world)
    changed = await world.made(path, {"payment_method": "pm_card_visa", "customer": who, "description": "x"})
    assert (changed["status"], changed["payment_method"], changed["customer"]) == (
        "requires_confirmation",
        "pm_card_visa",
        who,
    )
    emptied = await world.made(path, {"payment_method": ""})
    assert (emptied["status"], emptied["payment_method"]) == ("requires_payment_method", None)
    done = await world.made(f"{path}/confirm", {"payment_method": "pm_card_visa"})
    assert done["status"] == "succeeded"
    late = await world.made(path, {"metadata[order]": "7", "description": "later"})
    assert (late["metadata"], late["description"]) == ({"order": "7"}, "later")
    got = await world.post(path, {"customer": ""})
    assert (got.status, got.code) == (400, "setup_intent_unexpected_state")


async def test_another_method_makes_the_open_link_worthless(world: World) -> None:
    intent = await setup(world, ON_SETUP)
    path = f"/v1/setup_intents/{intent['id']}"
    link = intent["next_action"]["redirect_to_url"]["url"].removeprefix("http://pay.test")
    changed = await world.made(path, {"payment_method": "pm_card_threeDSecure2Required"})
    assert (changed["status"], changed["next_action"]) == ("requires_confirmation", None)
    assert (await world.post(link, {"outcome": "complete"}, authorization="none")).status == 410
    again = await world.made(f"{path}/confirm")
    assert again["status"] == "requires_action"
    assert (await world.post(link, {"outcome": "complete"}, authorization="none")).status == 410
    assert (await world.seen(path))["status"] == "requires_action"
    attempts = (await world.seen(f"/v1/setup_attempts?setup_intent={intent['id']}"))["data"]
    assert [attempt["status"] for attempt in attempts] == ["requires_action", "abandoned"]


async def test_cancel(world: World) -> None:
    intent = await setup(world, ON_SETUP)
    path = f"/v1/setup_intents/{intent['id']}"
    canceled = await world.made(f"{path}/cancel", {"cancellation_reason": "abandoned"})
    assert (canceled["status"], canceled["cancellation_reason"], canceled["next_action"]) == (
        "canceled",
        "abandoned",
        None,
    )
    assert await said(world, intent) == ["created", "requires_action", "canceled"]
    for action in ("confirm", "cancel"):
        got = await world.post(f"{path}/{action}")
        assert (got.status, got.code) == (400, "setup_intent_unexpected_state")
    [attempt] = (await world.seen(f"/v1/setup_attempts?setup_intent={intent['id']}"))["data"]
    assert attempt["status"] == "abandoned"


# -- what is refused --------------------------------------------------------------------------------------------------

REFUSED: list[tuple[dict[str, object], int, str, str | None]] = [
    ({"confirm": "true"}, 400, "setup_intent_unexpected_state", "payment_method"),
    ({"customer": "cus_nobody"}, 404, "resource_missing", "customer"),
    ({"payment_method": "pm_nobody"}, 404, "resource_missing", "payment_method"),
    ({"usage": "sometimes"}, 400, "parameter_invalid_enum", "usage"),
    ({"payment_method_types[]": "cash"}, 400, "parameter_invalid_enum", "payment_method_types[0]"),
    ({"metadata[simulate]": "aproved"}, 400, "simulation_invalid", "metadata[simulate]"),
    ({"return_url": "https://shop.example"}, 400, "parameters_exclusive", "return_url"),
    ({"return_url": "javascript:alert(1)"}, 400, "url_invalid", "return_url"),
    (
        {"payment_method": "pm_card_visa", "payment_method_data[type]": "card"},
        400,
        "parameters_exclusive",
        "payment_method_data",
    ),
    ({"amount": "2000"}, 400, "parameter_unknown", "amount"),
]


@pytest.mark.parametrize(("body", "status", "code", "param"), REFUSED)
async def test_what_is_refused_leaves_nothing(
    world: World, body: dict[str, object], status: int, code: str, param: str | None
) -> None:
    got = await world.post("/v1/setup_intents", body)
    assert (got.status, got.code, got.error.get("param")) == (status, code, param)
    assert (await world.seen("/v1/setup_intents"))["data"] == []


async def test_somebody_elses_card(world: World) -> None:
    method = (await world.made("/v1/payment_methods/pm_card_visa/attach", {"customer": await customer(world)}))["id"]
    for body in ({"payment_method": method}, {"payment_method": method, "customer": await customer(world)}):
        got = await world.post("/v1/setup_intents", {**body, "confirm": "true"})
        assert (got.status, got.code) == (400, "payment_method_customer_mismatch")


async def test_a_bank_account_has_no_rail_yet(world: World) -> None:
    account = {
        "type": "us_bank_account",
        "billing_details[name]": "Jenny Rosen",
        "us_bank_account[account_holder_type]": "individual",
        "us_bank_account[account_number]": "000123456789",
        "us_bank_account[routing_number]": "110000000",
    }
    method = (await world.made("/v1/payment_methods", account))["id"]
    got = await world.post("/v1/setup_intents", {"payment_method": method, "confirm": "true"})
    assert (got.status, got.code) == (400, "payment_method_unsupported_type")


async def test_nobody_tries_out_cards_without_end(world: World) -> None:
    intent = await setup(world, None)
    path = f"/v1/setup_intents/{intent['id']}/confirm"
    codes = {(await world.post(path, {"payment_method": "pm_card_chargeDeclined"})).code for _ in range(100)}
    assert codes == {"card_declined"}
    got = await world.post(path, {"payment_method": "pm_card_visa"})
    assert (got.status, got.code) == (400, "setup_intent_unexpected_state")


# -- lists, keys and repeats ------------------------------------------------------------------------------------------


async def test_lists(world: World) -> None:
    who = await customer(world)
    mine = await setup(world, customer=who)
    other = await setup(world)

    async def ids(query: str) -> list[str]:
        return [intent["id"] for intent in (await world.seen(f"/v1/setup_intents{query}"))["data"]]

    assert await ids("") == [other["id"], mine["id"]]
    assert await ids(f"?customer={who}") == [mine["id"]]
    assert await ids(f"?payment_method={other['payment_method']}") == [other["id"]]
    assert await ids(f"?customer={who}&payment_method={other['payment_method']}") == []
    assert await ids(f"?created[gt]={mine['created']}") == []
    assert await ids(f"?starting_after={other['id']}") == [mine["id"]]
    missing = await world.get("/v1/setup_attempts?setup_intent=seti_nobody")
    assert (missing.status, missing.error["param"]) == (404, "setup_intent")


async def test_expansion(world: World) -> None:
    who = await customer(world)
    intent = await setup(world, customer=who)
    query = "expand[]=customer&expand[]=payment_method&expand[]=latest_attempt.setup_intent"
    shown = await world.seen(f"/v1/setup_intents/{intent['id']}?{query}")
    assert shown["customer"]["id"] == who
    assert shown["payment_method"]["id"] == intent["payment_method"]
    assert shown["latest_attempt"]["setup_intent"] == intent


async def test_a_page_with_a_publishable_key_needs_the_client_secret(world: World) -> None:
    intent = await setup(world, None, customer=await customer(world), **{"metadata[order]": "7"})
    key, path = world.account.publishable_test, f"/v1/setup_intents/{intent['id']}"
    assert (await world.get(path, key=key)).code == "parameter_missing"
    assert (await world.get(f"{path}?client_secret=wrong", key=key)).code == "client_secret_invalid"
    shown = await world.seen(f"{path}?client_secret={intent['client_secret']}", key=key)
    assert shown.keys() == intent.keys() - {"application", "customer", "latest_attempt", "metadata", "on_behalf_of"}
    body = {"client_secret": intent["client_secret"], "payment_method": "pm_card_visa_chargeDeclinedStolenCard"}
    got = await world.post(f"{path}/confirm", body, key=key)
    assert (got.status, got.error["decline_code"]) == (402, "generic_decline")
    assert b"stolen" not in got.body.replace(b"StolenCard", b"")
    assert got.error["setup_intent"]["last_setup_error"]["decline_code"] == "generic_decline"
    assert (await world.seen(path))["last_setup_error"]["decline_code"] == "stolen_card"
    assert (await world.post(path, {"description": "x"}, key=key)).code == "secret_key_required"


async def test_another_account_sees_nothing(world: World) -> None:
    intent = await setup(world)
    await world.open_account("Somebody else")
    for path in ("", "/confirm", "/cancel"):
        got = await world.post(f"/v1/setup_intents/{intent['id']}{path}")
        assert (got.status, got.code) == (404, "resource_missing")
    assert (await world.get(f"/v1/setup_intents/{intent['id']}")).status == 404
    assert (await world.seen("/v1/setup_intents"))["data"] == []


async def test_a_repeat_gets_the_first_reply(world: World) -> None:
    body = {"payment_method": "pm_card_chargeDeclined", "confirm": "true"}
    first, second = [await world.post("/v1/setup_intents", body, idempotency_key="k") for _ in range(2)]
    assert (first.status, second.headers.get("idempotent-replayed")) == (402, "true")
    assert second.body == first.body
    assert len((await world.seen("/v1/setup_intents"))["data"]) == 1


async def test_the_last_fields_that_can_be_changed(world: World) -> None:
    intent = await setup(world, None)
    path = f"/v1/setup_intents/{intent['id']}"
    body = {"flow_directions[]": "inbound", "payment_method_types[]": "us_bank_account"}
    changed = await world.made(path, {**body, "payment_method_options[card][request_three_d_secure]": "any"})
    assert changed["flow_directions"] == ["inbound"]
    assert changed["payment_method_types"] == ["us_bank_account"]
    assert changed["payment_method_options"] == {"card": {"request_three_d_secure": "any"}}
    assert (await world.post(path, {"customer": "cus_nobody"})).code == "resource_missing"


async def test_a_type_that_was_not_wanted(world: World) -> None:
    body = {"payment_method_types[]": "us_bank_account", "payment_method": "pm_card_visa", "confirm": "true"}
    got = await world.post("/v1/setup_intents", body)
    assert (got.status, got.code) == (400, "payment_intent_incompatible_payment_method")
    both = await world.post(
        "/v1/setup_intents", {"payment_method_types[]": "card", "automatic_payment_methods[enabled]": "true"}
    )
    assert both.code == "parameters_exclusive"


async def test_a_security_code_is_checked_and_never_stored(world: World) -> None:
    body = {
        "confirm": "true",
        "payment_method_data[type]": "card",
        "payment_method_data[card][number]": "4242424242424242",
        "payment_method_data[card][exp_month]": "12",
        "payment_method_data[card][exp_year]": "2040",
        "payment_method_options[card][cvc]": "739",
    }
    intent = await world.made("/v1/setup_intents", {**body, "expand[]": "latest_attempt"})
    checks = intent["latest_attempt"]["payment_method_details"]["card"]["checks"]
    assert checks["cvc_check"] == "pass"
    assert intent["payment_method_options"] == {"card": {}}


async def test_a_live_card_is_asked_about_by_a_processor_or_not_at_all(world: World) -> None:
    key = world.account.secret_live
    body = {
        "confirm": "true",
        "payment_method_data[type]": "card",
        "payment_method_data[card][number]": "4532015112830366",
        "payment_method_data[card][exp_month]": "12",
        "payment_method_data[card][exp_year]": "2040",
    }
    got = await world.post("/v1/setup_intents", body, key=key)
    assert (got.status, got.code) == (400, "processor_not_configured")
    assert (await world.seen("/v1/setup_intents", key=key))["data"] == []
