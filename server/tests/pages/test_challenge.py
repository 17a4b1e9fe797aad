"""The payer's page: what it asks, what an answer does, where it leads, and what it never tells."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from finsecure_server.core.declines import DECLINES
from finsecure_server.pages import api as pages_api
from finsecure_server.payments import setup_api
from finsecure_server.storage.database import Database
from tests.edge import Got
from tests.world import World, open_world

SECURE = "pm_card_threeDSecure2Required"
HOUR = 3600


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> World:
    return await open_world(database, tmp_path, routes=(*setup_api.ROUTES, *pages_api.ROUTES))


async def challenged(world: World, amount: int = 2000, /, **more: object) -> tuple[dict[str, Any], str]:
    """An intent that waits for its payer, and the path of the link."""
    intent = await world.pay(amount, SECURE, **more)
    return intent, link(intent)


def link(intent: dict[str, Any]) -> str:
    url: str = intent["next_action"]["redirect_to_url"]["url"]
    return url.removeprefix("http://pay.test")


async def opened(world: World, path: str) -> Got:
    """The page, as a browser without a key gets it."""
    return await world.get(path, authorization="none")


async def answered(world: World, path: str, outcome: str = "complete") -> Got:
    return await world.post(path, {"outcome": outcome}, authorization="none")


def words(got: Got) -> str:
    """What a page says, without its markup."""
    text = re.sub(r"<[^>]*>", " ", got.body.decode().partition("<body")[2])
    return re.sub(r"\s+", " ", text)


def policy(got: Got) -> dict[str, str]:
    pairs = (part.strip().partition(" ") for part in got.headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in pairs}


async def status(world: World, intent: dict[str, Any]) -> str:
    found: str = (await world.seen(f"/v1/payment_intents/{intent['id']}"))["status"]
    return found


# -- what it asks -----------------------------------------------------------------------------------------------------


async def test_it_says_who_asks_for_how_much_from_which_card(world: World) -> None:
    intent, path = await challenged(world, return_url="https://shop.example/done")
    got = await opened(world, path)
    assert (got.status, got.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for part in (
        "Tea Shop",
        "$20.00 USD",
        "Visa •••• 3220",
        intent["id"],
        "Test mode.",
        "No bank is asked",
        "Complete authentication",
        "Fail authentication",
        "you go back to shop.example",
    ):
        assert part in words(got), part
    assert got.headers["cache-control"] == "no-store"
    assert got.headers["referrer-policy"] == "same-origin"
    assert got.headers["x-frame-options"] == "DENY"


async def test_it_speaks_of_money_in_its_currency(world: World) -> None:
    _, path = await challenged(world, 150_000, currency="jpy")
    assert "¥150,000 JPY" in words(await opened(world, path))


async def test_looking_changes_nothing(world: World) -> None:
    intent, path = await challenged(world)
    for _ in range(3):
        assert (await opened(world, path)).status == 200
        assert (await world.call("HEAD", path, headers={"authorization": "none"})).status == 200
    assert await status(world, intent) == "requires_action"


async def test_a_form_may_lead_to_the_merchant_and_nowhere_else(world: World) -> None:
    _, path = await challenged(world, return_url="https://Shop.example:8443/done?x=1")
    assert policy(await opened(world, path)) == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "form-action": "'self' https://shop.example:8443",
    }
    _, path = await challenged(world)
    assert policy(await opened(world, path))["form-action"] == "'self'"


async def test_saving_a_card_moves_no_money(world: World) -> None:
    setup = await world.made("/v1/setup_intents", {"payment_method": SECURE, "confirm": "true"})
    got = await opened(world, link(setup))
    assert "Save your card" in words(got)
    assert "No money moves now." in words(got)
    assert "$" not in words(got)
    done = await answered(world, link(setup))
    assert (done.status, "Card saved" in words(done)) == (200, True)
    assert (await world.seen(f"/v1/setup_intents/{setup['id']}"))["status"] == "succeeded"
    failed = await world.made("/v1/setup_intents", {"payment_method": SECURE, "confirm": "true"})
    assert "Card not saved" in words(await answered(world, link(failed), "fail"))


async def test_a_merchants_name_is_text(world: World) -> None:
    await world.open_account("<script>alert(1)</script> & Sons")
    _, path = await challenged(world)
    got = await opened(world, path)
    assert b"<script" not in got.body
    assert b"&lt;script&gt;alert(1)&lt;/script&gt; &amp; Sons" in got.body


# -- where it leads ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "more", "redirect_status", "ends"),
    [
        ("complete", {}, "succeeded", "succeeded"),
        ("fail", {}, "failed", "requires_payment_method"),
        ("complete", {"capture_method": "manual"}, "succeeded", "requires_capture"),
        ("complete", {"confirmation_method": "manual"}, "succeeded", "requires_confirmation"),
        ("fail", {"confirmation_method": "manual"}, "failed", "requires_payment_method"),
        ("complete", {"metadata[simulate]": "three_d_secure,lost"}, "pending", "processing"),
        ("complete", {"metadata[simulate]": "three_d_secure,stolen_card"}, "failed", "requires_payment_method"),
    ],
)
async def test_it_leads_back_as_stripes_does(
    world: World, outcome: str, more: dict[str, object], redirect_status: str, ends: str
) -> None:
    intent, path = await challenged(world, return_url="https://shop.example/done?order=7#top", **more)
    got = await answered(world, path, outcome)
    assert got.status == 303
    went = urlsplit(got.headers["location"])
    assert (went.scheme, went.netloc, went.path, went.fragment) == ("https", "shop.example", "/done", "top")
    assert parse_qs(went.query) == {
        "order": ["7"],
        "payment_intent": [intent["id"]],
        "payment_intent_client_secret": [intent["client_secret"]],
        "redirect_status": [redirect_status],
    }
    assert await status(world, intent) == ends


async def test_a_setup_leads_back_under_names_of_its_own(world: World) -> None:
    body = {"payment_method": SECURE, "confirm": "true", "return_url": "https://shop.example"}
    setup = await world.made("/v1/setup_intents", body)
    got = await answered(world, link(setup))
    assert parse_qs(urlsplit(got.headers["location"]).query) == {
        "setup_intent": [setup["id"]],
        "setup_intent_client_secret": [setup["client_secret"]],
        "redirect_status": ["succeeded"],
    }


@pytest.mark.parametrize(
    ("outcome", "more", "says"),
    [
        ("complete", {}, ("Payment complete", "You paid $20.00 USD to Tea Shop.")),
        ("complete", {"capture_method": "manual"}, ("Payment authorized", "$20.00 USD is reserved for Tea Shop.")),
        ("complete", {"confirmation_method": "manual"}, ("You are authenticated", "Tea Shop now completes")),
        ("complete", {"metadata[simulate]": "three_d_secure,lost"}, ("Still in progress", "do not pay again")),
        ("fail", {}, ("Payment not completed", "You were not authenticated, so no money moved.")),
    ],
)
async def test_without_a_place_to_go_it_says_what_became_of_it(
    world: World, outcome: str, more: dict[str, object], says: tuple[str, ...]
) -> None:
    _, path = await challenged(world, **more)
    got = await answered(world, path, outcome)
    assert got.status == 200
    for part in (*says, "Test mode."):
        assert part in words(got), words(got)


async def test_the_clock_of_the_account_is_the_one_that_counts(world: World) -> None:
    intent, path = await challenged(world)
    clock = await world.post("/v1/test_helpers/clock/advance", {"by": 86_400})
    assert clock.status == 200, clock.body
    assert (await answered(world, path)).status == 200
    after = await world.seen(f"/v1/payment_intents/{intent['id']}")
    charge = await world.seen(f"/v1/charges/{after['latest_charge']}")
    assert charge["created"] >= intent["created"] + 86_400


# -- once, and in time ------------------------------------------------------------------------------------------------


async def test_a_second_answer_changes_nothing_and_is_told_the_same(world: World) -> None:
    intent, path = await challenged(world, return_url="https://shop.example/done")
    first, second, other = [await answered(world, path, outcome) for outcome in ("complete", "complete", "fail")]
    assert first.status == second.status == other.status == 303
    assert first.headers["location"] == second.headers["location"] == other.headers["location"]
    assert len((await world.seen("/v1/charges"))["data"]) == 1
    assert [event["type"] for event in await world.events(intent["id"])][-1] == "payment_intent.succeeded"


async def test_many_answers_at_once_have_one_effect(world: World) -> None:
    intent, path = await challenged(world)
    outcomes = ["complete", "fail"] * 10
    replies = await asyncio.gather(*(answered(world, path, outcome) for outcome in outcomes))
    assert {got.status for got in replies} == {200}
    assert len({words(got) for got in replies}) == 1
    types = [event["type"] for event in await world.events(intent["id"])]
    assert len(types) == 3
    assert len((await world.seen("/v1/charges"))["data"]) == (types[-1] == "payment_intent.succeeded")


async def test_a_used_link_says_so_and_leads_back(world: World) -> None:
    _, path = await challenged(world, return_url="https://shop.example/done")
    await answered(world, path)
    got = await opened(world, path)
    assert got.status == 410
    for part in ("This link has been used", "It works only once.", "You paid $20.00 USD", "Go back to Tea Shop"):
        assert part in words(got)
    assert b'href="https://shop.example/done?payment_intent=' in got.body
    assert b"<form" not in got.body


async def test_a_closed_link_names_its_code_to_whoever_builds_the_shop(world: World) -> None:
    """Used, expired or overtaken; and where nothing is wrong, no code is named."""
    code = b'href="/help/errors/challenge_closed"'
    _, used = await challenged(world)
    assert code not in (await opened(world, used)).body
    assert code not in (await answered(world, used)).body
    assert code not in (await answered(world, used)).body, "a double click is no fault"
    intent, overtaken = await challenged(world)
    await world.made(f"/v1/payment_intents/{intent['id']}/cancel")
    _, late = await challenged(world)
    for path in (used, overtaken):
        assert code in (await opened(world, path)).body
    await world.pass_time(HOUR + 1)
    for got in (await opened(world, late), await answered(world, late)):
        assert code in got.body


async def test_a_processor_out_of_reach_is_not_the_payer_s_fault(world: World) -> None:
    intent, path = await challenged(world, **{"metadata[simulate]": "three_d_secure,unreachable"})
    got = await answered(world, path)
    assert "The payment processor could not be reached, and no money moved." in words(got)
    assert "You were not authenticated" not in words(got)
    assert await status(world, intent) == "requires_payment_method"


async def test_a_link_ends_after_an_hour(world: World) -> None:
    intent, path = await challenged(world, return_url="https://shop.example/done")
    await world.pass_time(HOUR - 1)
    assert (await opened(world, path)).status == 200
    await world.pass_time(2)
    for got in (await opened(world, path), await answered(world, path)):
        assert got.status == 410
        assert "This link has expired" in words(got)
        assert intent["client_secret"].encode() not in got.body
    assert await status(world, intent) == "requires_action"


async def test_an_hour_later_a_used_link_tells_no_secret_either(world: World) -> None:
    intent, path = await challenged(world, return_url="https://shop.example/done")
    await answered(world, path)
    await world.pass_time(HOUR + 1)
    for got in (await opened(world, path), await answered(world, path)):
        assert got.status == 410
        assert intent["client_secret"].encode() not in got.body


async def test_a_link_to_what_was_canceled(world: World) -> None:
    intent, path = await challenged(world, return_url="https://shop.example/done")
    await world.made(f"/v1/payment_intents/{intent['id']}/cancel")
    for got in (await opened(world, path), await answered(world, path)):
        assert (got.status, "no longer needed" in words(got)) == (410, True)
    assert await status(world, intent) == "canceled"


async def test_an_answered_payment_that_was_canceled_since(world: World) -> None:
    intent, path = await challenged(world, capture_method="manual")
    await answered(world, path)
    await world.made(f"/v1/payment_intents/{intent['id']}/cancel")
    got = await opened(world, path)
    assert (got.status, "Tea Shop has canceled this payment." in words(got)) == (410, True)


async def test_an_answered_payment_that_lost_its_card_since(world: World) -> None:
    intent, path = await challenged(world, confirmation_method="manual")
    await answered(world, path)
    await world.made(f"/v1/payment_intents/{intent['id']}", {"payment_method": ""})
    got = await opened(world, path)
    assert (got.status, "It needs another payment method." in words(got)) == (410, True)


async def test_a_link_that_never_was(world: World) -> None:
    for path in ("/challenge/0000000000000000000000000000000", "/challenge/x", "/challenge/" + "a" * 250):
        for got in (await opened(world, path), await answered(world, path)):
            assert got.status == 404
            assert "There is no such link" in words(got)
            assert "Go back to the shop" in words(got)


async def test_an_answer_that_is_none(world: World) -> None:
    intent, path = await challenged(world)
    for body in ({}, {"outcome": "perhaps"}, {"outcome": "complete", "amount": "1"}):
        assert (await world.post(path, body, authorization="none")).status == 400
    assert await status(world, intent) == "requires_action"


# -- what it never tells ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [code for code, row in DECLINES.items() if row.mask])
async def test_a_masked_reason_is_never_told(world: World, code: str) -> None:
    for more in ({}, {"return_url": "https://shop.example"}):
        _, path = await challenged(world, **{"metadata[simulate]": f"three_d_secure,{code}", **more})
        for got in (await answered(world, path), await opened(world, path)):
            assert code.encode() not in got.body
            assert code not in got.headers.get("location", "")
            for word in ("lost", "stolen", "fraud", "restricted", "picked up", "block"):
                assert word not in words(got).lower()
    assert DECLINES["generic_decline"].payer_message in words(got)


async def test_what_the_payer_can_mend_is_told(world: World) -> None:
    _, path = await challenged(world, **{"metadata[simulate]": "three_d_secure,insufficient_funds"})
    assert "Your bank reports insufficient funds" in words(await answered(world, path))


async def test_no_log_keeps_the_link(world: World) -> None:
    _, path = await challenged(world)
    await opened(world, path)
    await answered(world, path)
    token = path.rpartition("/")[2]
    noted = [entry for entry in world.noted.entries if "challenge" in entry.path]
    assert {entry.path for entry in noted} == {"/challenge/{token}"}
    assert not any(token in repr(entry._replace(response=None)) for entry in noted)
    rows = await world.db.read(lambda reader: reader.all("SELECT hash FROM challenges"))
    assert token not in {row["hash"] for row in rows}


async def test_no_key_and_no_secret_is_on_the_open_page(world: World) -> None:
    intent, path = await challenged(world, return_url="https://shop.example/done")
    body = (await opened(world, path)).body.decode()
    assert intent["client_secret"] not in body
    assert not re.search(r"[sp]k_(test|live)_", body)
