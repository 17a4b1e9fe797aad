"""Events: written with what happened, in order, as the object was then, and seen by nobody else."""

from __future__ import annotations

from typing import Any

from finsecure_server.core.versions import LATEST
from tests.world import World


async def types(world: World, query: str = "") -> list[str]:
    return [event["type"] for event in (await world.seen(f"/v1/events{query}"))["data"]]


async def test_a_payment_says_what_happened_newest_first(world: World) -> None:
    await world.pay()
    assert await types(world) == ["payment_intent.succeeded", "charge.succeeded", "payment_intent.created"]


async def test_an_event_shows_the_object_as_it_was(world: World) -> None:
    intent = await world.pay(capture_method="manual")
    await world.made(f"/v1/payment_intents/{intent['id']}/capture")
    told = {event["type"]: event["data"]["object"] for event in await world.events(intent["id"])}
    assert told["payment_intent.created"]["status"] == "requires_confirmation"
    assert told["payment_intent.amount_capturable_updated"]["amount_capturable"] == 2000
    assert told["payment_intent.succeeded"] == await world.seen(f"/v1/payment_intents/{intent['id']}")


async def test_an_event_names_the_call_that_caused_it(world: World) -> None:
    got = await world.post("/v1/payment_intents", {"amount": 2000, "currency": "usd"}, idempotency_key='quoted "key"')
    (event,) = await world.events(got.json["id"])
    assert event["request"] == {"id": got.headers["request-id"], "idempotency_key": 'quoted "key"'}
    assert (event["api_version"], event["livemode"], event["account"]) == (LATEST, False, world.account.account)


async def test_an_update_shows_what_was_there_before(world: World) -> None:
    customer = await world.made("/v1/customers", {"email": "a@example.com"})
    await world.made(f"/v1/customers/{customer['id']}", {"email": "b@example.com"})
    (_, updated) = await world.events(customer["id"])
    assert updated["data"]["previous_attributes"] == {"email": "a@example.com"}
    assert updated["data"]["object"]["email"] == "b@example.com"


async def test_filters_by_type_and_by_object(world: World) -> None:
    first = await world.pay()
    await world.pay(method="pm_card_chargeDeclined")
    assert await types(world, "?type=payment_intent.payment_failed") == ["payment_intent.payment_failed"]
    about = await types(world, f"?related_object={first['id']}")
    assert about == ["payment_intent.succeeded", "payment_intent.created"]
    assert await types(world, "?type=no.such.type") == []


async def test_what_is_refused_leaves_no_event(world: World) -> None:
    assert (await world.post("/v1/payment_intents", {"amount": 0, "currency": "usd"})).status == 400
    assert await types(world) == []


async def test_an_event_is_retrieved_by_its_id_and_in_its_mode_only(world: World) -> None:
    await world.pay()
    page: dict[str, Any] = await world.seen("/v1/events?limit=1")
    event = page["data"][0]
    assert await world.seen(f"/v1/events/{event['id']}") == event
    assert (await world.get(f"/v1/events/{event['id']}", key=world.account.secret_live)).code == "resource_missing"
    assert (await world.get("/v1/events/evt_nothing")).code == "resource_missing"
