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


# -- several types at once ---------------------------------------------------------------------------------------------


async def busy(world: World) -> None:
    for method in ("pm_card_visa", "pm_card_chargeDeclined", "pm_card_visa"):
        await world.pay(method=method)
    await world.made("/v1/customers")


async def test_filters_by_family_and_by_several_types(world: World) -> None:
    await busy(world)
    every = await types(world, "?limit=100")
    assert await types(world, "?limit=100&type=*") == every
    for query, wanted in {
        "type=charge.*": {"charge.succeeded", "charge.failed"},
        "types[]=charge.failed&types[]=customer.created": {"charge.failed", "customer.created"},
        "types[]=payment_intent.*&types[]=payment_intent.created": {f"payment_intent.{word}" for word in VERBS},
        "types[]=*&types[]=charge.failed": set(every),
        "types[]=no.such.type": set(),
    }.items():
        assert await types(world, f"?limit=100&{query}") == [type_ for type_ in every if type_ in wanted], query


VERBS = ("created", "succeeded", "payment_failed")


async def test_pages_of_several_types_hold_all_of_them_once(world: World) -> None:
    await busy(world)
    query = "/v1/events?limit={}&types[]=charge.*&types[]=payment_intent.succeeded"
    whole = [event["id"] for event in (await world.seen(query.format(100)))["data"]]
    assert len(whole) == 5
    for size in (1, 2, 3, 5):
        forth: list[str] = []
        more, after = True, ""
        while more:
            page = await world.seen(query.format(size) + after)
            forth += [event["id"] for event in page["data"]]
            more, after = page["has_more"], f"&starting_after={forth[-1]}"
        assert forth == whole
        back = [whole[-1]]
        more = True
        while more:
            page = await world.seen(f"{query.format(size)}&ending_before={back[0]}")
            back = [event["id"] for event in page["data"]] + back
            more = page["has_more"]
        assert back == whole


async def test_what_a_list_of_events_refuses(world: World) -> None:
    for query, code, param in (
        ("type=charge.failed&types[]=charge.failed", "parameters_exclusive", "types"),
        ("types[]=charge.failed&starting_after=evt_nothing", "resource_missing", "starting_after"),
        ("types[]=no.such.type&starting_after=evt_nothing", "resource_missing", "starting_after"),
        ("&".join(["types[]=charge.failed"] * 21), "parameter_invalid_array", "types"),
    ):
        got = await world.get(f"/v1/events?{query}")
        assert (got.code, got.error["param"]) == (code, param), got.body


# -- who still waits for it --------------------------------------------------------------------------------------------

_WAITS = """
INSERT INTO deliveries
(account_id, livemode, id, created_us, event_id, endpoint_id, origin, state, next_us, attempts, tried, cause)
VALUES (:account, 0, :id, 1, :event, :endpoint, 'event', :state, :next, 0, 0, 'automatic')"""


async def waits(world: World, event: str, *states: str) -> None:
    """Deliveries of an event that stand so."""
    for number, state in enumerate(states):
        given = {"id": f"dlv_{event}_{number}", "event": event, "endpoint": f"we_{number}", "state": state}
        next_us = 1 if state == "pending" else None
        await world.db.write(
            lambda tx, g=given, n=next_us: tx.run(_WAITS, account=world.account.account, next=n, **g)  # type: ignore[misc]
        )


async def test_an_event_says_how_many_endpoints_still_wait_for_it(world: World) -> None:
    await world.pay()
    (first, second, third) = (event["id"] for event in (await world.seen("/v1/events"))["data"])
    await waits(world, first, "pending", "delivered", "pending", "exhausted", "held", "canceled")
    await waits(world, second, "delivered")
    await waits(world, third, *["pending"] * 12)
    expected = {first: 2, second: 0, third: 12}
    for query in ("", "?limit=2", "?types[]=payment_intent.*&types[]=charge.*"):
        page = await world.seen(f"/v1/events{query}")
        assert page["data"]
        for event in page["data"]:
            assert event["pending_webhooks"] == expected[event["id"]]
            assert await world.seen(f"/v1/events/{event['id']}") == event
