"""Sending again: one delivery, or an event to whom it concerns, each time by the full schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from finsecure_server.core.delivery import Failure, State, delivery_id
from finsecure_server.storage.database import Database, Tx
from finsecure_server.webhooks import delivery_api
from tests.edge import SECOND
from tests.storage.ear import Ear
from tests.webhooks import planted
from tests.world import World, open_world

SAMPLE = "evt_00000000000000000000000000s1"
ABOUT = "evt_00000000000000000000000000a1"
SET_REPLAY = "UPDATE deliveries SET replay_id = 'whr_1', before_replay = 'held', cause = 'replay' WHERE id = :id"
END_FILTER = "UPDATE webhook_filters SET until_us = :now WHERE endpoint_id = :id"


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> World:
    """A merchant who can send again, on each engine in turn."""
    return await open_world(database, tmp_path, routes=delivery_api.ROUTES)


async def happen(shop: World) -> dict[str, Any]:
    """An event about a customer."""
    customer = await shop.made("/v1/customers", {"name": "Jenny"})
    return (await shop.events(customer["id"]))[0]


async def hearers(shop: World, event: dict[str, Any], **body: str) -> list[str]:
    """Who is sent the event again."""
    sent = await shop.made(f"/v1/events/{event['id']}/resend", body)
    assert all((item["status"], item["cause"]) == ("pending", "resend") for item in sent["data"])
    return [item["webhook_endpoint"] for item in sent["data"]]


@pytest.mark.parametrize("state", State)
async def test_a_delivery_begins_anew_wherever_it_stood(shop: World, state: State) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    delivery = delivery_id((await happen(shop))["id"], endpoint)
    later = shop.wall + 3600 * SECOND if state is State.PENDING else None
    await planted.move(shop, delivery, state, attempts=4, tried=4, next_us=later, error=Failure.HTTP)
    before = await planted.row(shop.db, delivery) or {}
    shown = await shop.made(f"/v1/webhook_deliveries/{delivery}/resend")
    assert await planted.row(shop.db, delivery) == before | {
        "state": "pending", "next_us": shop.wall, "tried": 0, "cause": "resend",
    }  # fmt: skip
    assert shown == await shop.seen(f"/v1/webhook_deliveries/{delivery}")
    assert (shown["attempts"], shown["schedule_used"], shown["schedule_length"]) == (4, 0, 4)
    assert shown["next_attempt_at"] == shop.wall // SECOND


async def test_it_is_no_replay_s_any_more(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    delivery = delivery_id((await happen(shop))["id"], endpoint)
    await shop.db.write(lambda tx: tx.run(SET_REPLAY, id=delivery))
    await shop.made(f"/v1/webhook_deliveries/{delivery}/resend")
    row = await planted.row(shop.db, delivery) or {}
    assert (row["replay_id"], row["before_replay"], row["cause"]) == (None, None, "resend")


@pytest.mark.parametrize("status", ["disabled", "deleted"])
async def test_nothing_is_sent_to_an_endpoint_that_is_not_enabled(shop: World, status: str) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    event = await happen(shop)
    delivery = delivery_id(event["id"], endpoint)
    await planted.move(shop, delivery, State.HELD)
    await planted.set_status(shop, endpoint, status)
    before = await planted.row(shop.db, delivery)
    one = await shop.post(f"/v1/webhook_deliveries/{delivery}/resend")
    named = await shop.post(f"/v1/events/{event['id']}/resend", {"webhook_endpoint": endpoint})
    for got, param in ((one, "id"), (named, "webhook_endpoint")):
        assert (got.code, got.error["param"]) == ("webhook_endpoint_unexpected_state", param)
        assert got.error["message"] == f"The webhook endpoint {endpoint} is {status}: nothing is sent to it."
    assert (await shop.post(f"/v1/events/{event['id']}/resend")).code == "event_without_endpoint"
    assert await planted.row(shop.db, delivery) == before


async def test_an_event_goes_to_those_who_were_to_hear_of_it_and_those_who_want_it_by_now(shop: World) -> None:
    was = await planted.endpoint(shop, "1", "customer.*")
    await planted.endpoint(shop, "2", "refund.*")
    await planted.endpoint(shop, "3", "*", status="disabled")
    event = await happen(shop)
    await shop.db.write(lambda tx: tx.run(END_FILTER, now=shop.wall, id=was))
    late = await planted.endpoint(shop, "4", "customer.created", "*")
    assert await hearers(shop, event) == [was, late]
    row = await planted.row(shop.db, delivery_id(event["id"], late)) or {}
    assert row == {
        "id": delivery_id(event["id"], late), "created_us": shop.wall, "event_id": event["id"], "endpoint_id": late,
        "origin": "resend", "state": "pending", "next_us": shop.wall, "attempts": 0, "tried": 0, "cause": "resend",
        "replay_id": None, "before_replay": None, "delivered_us": None, "error": None,
    }  # fmt: skip
    assert (await planted.row(shop.db, delivery_id(event["id"], was)) or {})["origin"] == "event"
    assert len(await planted.rows(shop.db, late)) == 1
    assert await hearers(shop, event) == [was, late]  # as often as one likes, and there is one row for each
    assert len(await planted.rows(shop.db, late)) == 1


async def test_an_event_goes_to_the_endpoint_that_is_named_whatever_it_wants(shop: World) -> None:
    await planted.endpoint(shop, "1", "*")
    other = await planted.endpoint(shop, "2", "refund.*")
    assert await hearers(shop, await happen(shop), webhook_endpoint=other) == [other]


async def test_a_test_event_goes_to_nobody_who_was_not_to_hear_of_it(shop: World) -> None:
    first = await planted.endpoint(shop, "1", "*")
    second = await planted.endpoint(shop, "2", "*")
    event = await happen(shop)

    def sample(tx: Tx) -> None:
        of = {"account_id": shop.account.account, "livemode": 0}
        doc = msgspec.json.encode(event | {"id": SAMPLE}).decode()
        about = {"type": event["type"], "object_id": "cus_sample", "sequence": 1, "sample": 1, "doc": doc}
        tx.append("events", {**of, "id": SAMPLE, "created_us": shop.wall, **about})

    await shop.db.write(sample)
    assert (await shop.post(f"/v1/events/{SAMPLE}/resend")).code == "event_without_endpoint"
    assert await hearers(shop, {"id": SAMPLE}, webhook_endpoint=first) == [first]
    assert await hearers(shop, {"id": SAMPLE}) == [first]
    assert await hearers(shop, event) == [first, second]


async def test_an_endpoint_does_not_hear_of_itself(shop: World) -> None:
    itself = await planted.endpoint(shop, "1", "*")
    other = await planted.endpoint(shop, "2", "*")

    def about(tx: Tx) -> None:
        of = {"account_id": shop.account.account, "livemode": 0, "id": ABOUT}
        told = {"type": "webhook_endpoint.updated", "object_id": itself, "sequence": 1, "sample": 0, "doc": "{}"}
        tx.append("events", {**of, "created_us": shop.wall, **told})

    await shop.db.write(about)
    assert await hearers(shop, {"id": ABOUT}) == [other]


async def test_what_is_not_there_or_another_s_is_not_found(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    event = await happen(shop)
    delivery = delivery_id(event["id"], endpoint)
    before = await planted.row(shop.db, delivery)
    live = shop.account.secret_live
    foreign = (await shop.open_account("Shoe Shop")).secret_test
    for key in (live, foreign):
        for path in (f"/v1/webhook_deliveries/{delivery}/resend", f"/v1/events/{event['id']}/resend"):
            assert (await shop.post(path, key=key)).code == "resource_missing", path
    own = await happen(shop)
    got = await shop.post(f"/v1/events/{own['id']}/resend", {"webhook_endpoint": endpoint})
    assert (got.code, got.error["param"]) == ("resource_missing", "webhook_endpoint")
    for name in ("dlv_x_y", "dlv_x", "evt_x"):
        assert (await shop.post(f"/v1/webhook_deliveries/{name}/resend")).code == "resource_missing"
    assert await planted.row(shop.db, delivery) == before


async def test_the_sender_is_told(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    delivery = delivery_id((await happen(shop))["id"], endpoint)
    ear = Ear(shop.db)
    await shop.made(f"/v1/webhook_deliveries/{delivery}/resend")
    await ear.until(lambda: f"{shop.account.account} 0" in ear.words)
