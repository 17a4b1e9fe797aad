"""The log over HTTP: which event goes to whom, how far that got, every attempt, and when they are forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from finsecure_server.core.delivery import Failure, State, delivery_id
from finsecure_server.core.delivery_failures import FAILURES
from finsecure_server.storage.database import Database
from finsecure_server.webhooks import delivery_api, log_store
from finsecure_server.webhooks.attempts import HIDDEN
from tests.edge import SECOND
from tests.webhooks import planted
from tests.webhooks.planted import ARRIVED, failed
from tests.world import DAY, World, open_world

COUNT = "SELECT id FROM webhook_attempts ORDER BY id"


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> World:
    """A merchant with the log's routes, on each engine in turn."""
    return await open_world(database, tmp_path, routes=delivery_api.ROUTES)


async def happen(shop: World, times: int = 1) -> list[dict[str, Any]]:
    """Events about customers, oldest first."""
    made = [await shop.made("/v1/customers", {"name": "Jenny"}) for _ in range(times)]
    return [(await shop.events(customer["id"]))[0] for customer in made]


async def ids(shop: World, path: str) -> list[str]:
    return [item["id"] for item in (await shop.seen(path))["data"]]


# -- deliveries -------------------------------------------------------------------------------------------------------


async def test_an_event_has_one_delivery_for_each_endpoint_that_wants_it(shop: World) -> None:
    first = await planted.endpoint(shop, "1", "customer.*", "*")
    await planted.endpoint(shop, "2", "refund.*")
    third = await planted.endpoint(shop, "3", "customer.created", status="disabled")
    (event,) = await happen(shop)
    await planted.move(shop, delivery_id(event["id"], first), State.PENDING, attempts=3, tried=2, error=Failure.DNS)
    held, pending = (await shop.seen(f"/v1/webhook_deliveries?event={event['id']}"))["data"]
    assert pending == {
        "id": delivery_id(event["id"], first),
        "object": "webhook_delivery",
        "attempts": 3,
        "cause": "automatic",
        "created": event["created"],
        "delivered_at": None,
        "event": event["id"],
        "event_type": "customer.created",
        "last_error": {
            "code": "webhook_dns_error",
            "side": FAILURES[Failure.DNS].side,
            "fix": list(FAILURES[Failure.DNS].fix),
        },
        "livemode": False,
        "next_attempt_at": shop.wall // SECOND,
        "related_object": event["data"]["object"]["id"],
        "replay": None,
        "schedule_length": 4,
        "schedule_used": 2,
        "status": "pending",
        "webhook_endpoint": first,
    }
    assert (held["webhook_endpoint"], held["status"], held["next_attempt_at"]) == (third, "held", None)
    assert await shop.seen(f"/v1/webhook_deliveries/{pending['id']}") == pending


async def test_deliveries_are_found_by_endpoint_event_and_status(shop: World) -> None:
    first = await planted.endpoint(shop, "1", "*")
    second = await planted.endpoint(shop, "2", "*", status="disabled")
    a, b, c = await happen(shop, 3)
    await planted.move(shop, delivery_id(a["id"], first), State.DELIVERED)
    await planted.move(shop, delivery_id(b["id"], first), State.EXHAUSTED)

    def of(*pairs: tuple[dict[str, Any], str]) -> list[str]:
        return [delivery_id(event["id"], endpoint) for event, endpoint in pairs]

    every = of((c, second), (c, first), (b, second), (b, first), (a, second), (a, first))
    path = "/v1/webhook_deliveries?"
    assert await ids(shop, path) == every
    assert await ids(shop, path + f"webhook_endpoint={first}") == of((c, first), (b, first), (a, first))
    assert await ids(shop, path + f"event={b['id']}") == of((b, second), (b, first))
    assert await ids(shop, path + f"event={b['id']}&webhook_endpoint={first}") == of((b, first))
    assert await ids(shop, path + "status=held") == of((c, second), (b, second), (a, second))
    assert await ids(shop, path + "status=delivered") == of((a, first))
    assert await ids(shop, path + "status=exhausted") == of((b, first))
    assert await ids(shop, path + f"status=pending&webhook_endpoint={first}") == of((c, first))
    assert await ids(shop, path + f"status=pending&webhook_endpoint={second}") == []
    assert await ids(shop, path + f"status=held&event={b['id']}") == of((b, second))
    assert await ids(shop, path + f"status=delivered&event={b['id']}") == []
    assert await ids(shop, path + "status=canceled") == []
    assert (await shop.get(path + "status=lost")).code == "parameter_invalid_enum"


async def test_pages_of_a_status_go_over_all_endpoints(shop: World) -> None:
    for name in ("1", "2", "3"):
        await planted.endpoint(shop, name, "*", status="disabled")
    await happen(shop, 3)
    path = "/v1/webhook_deliveries?"
    every = await ids(shop, path + "limit=100")
    assert len(every) == 9
    got: list[str] = []
    after, more = "", True
    while more:
        page = await shop.seen(f"{path}status=held&limit=4{after}")
        got += [item["id"] for item in page["data"]]
        after, more = f"&starting_after={got[-1]}", page["has_more"]
    assert got == every
    before = await shop.seen(f"{path}status=held&limit=4&ending_before={every[7]}")
    assert ([item["id"] for item in before["data"]], before["has_more"]) == (every[3:7], True)
    assert await ids(shop, f"{path}status=held&limit=9&ending_before={every[3]}") == every[:3]


async def test_a_delivery_that_has_moved_on_is_a_cursor_still(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    a, b = (delivery_id(event["id"], endpoint) for event in await happen(shop, 2))
    page = await ids(shop, "/v1/webhook_deliveries?status=pending&limit=1")
    assert page == [b]
    await planted.move(shop, b, State.DELIVERED)
    assert await ids(shop, f"/v1/webhook_deliveries?status=pending&starting_after={b}") == [a]
    got = await shop.get("/v1/webhook_deliveries?status=pending&starting_after=dlv_x_y")
    assert (got.code, got.error["message"]) == ("resource_missing", "No such webhook_delivery: 'dlv_x_y'")


async def test_created_is_when_the_event_happened(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    (a,) = await happen(shop)
    shop.wall += 10 * SECOND
    (b,) = await happen(shop)
    path = f"/v1/webhook_deliveries?created[gte]={b['created']}"
    assert await ids(shop, path) == [delivery_id(b["id"], endpoint)]
    assert await ids(shop, f"/v1/webhook_deliveries?created={a['created']}") == [delivery_id(a["id"], endpoint)]


async def test_live_deliveries_have_the_long_schedule_and_are_not_seen_in_test_mode(shop: World) -> None:
    await planted.endpoint(shop, "test", "*")
    await planted.endpoint(shop, "live", "*", livemode=True)
    live = shop.account.secret_live
    await shop.made("/v1/customers", {"name": "Jenny"}, key=live)
    (delivery,) = (await shop.seen("/v1/webhook_deliveries", key=live))["data"]
    assert (delivery["livemode"], delivery["schedule_length"]) == (True, 10)
    assert await ids(shop, "/v1/webhook_deliveries") == []
    assert (await shop.get(f"/v1/webhook_deliveries/{delivery['id']}")).code == "resource_missing"


async def test_another_account_sees_nothing_of_it(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*", status="disabled")
    (event,) = await happen(shop)
    await planted.attempt(shop, event, endpoint, ARRIVED, name="wha_1")
    await shop.open_account("Shoe Shop")
    delivery = delivery_id(event["id"], endpoint)
    for path in (
        "/v1/webhook_deliveries?",
        "/v1/webhook_deliveries?status=held",
        f"/v1/webhook_deliveries?status=held&webhook_endpoint={endpoint}",
        f"/v1/webhook_deliveries?event={event['id']}",
        "/v1/webhook_attempts?",
        "/v1/webhook_attempts?status=succeeded",
        f"/v1/webhook_attempts?delivery={delivery}",
    ):
        assert await ids(shop, path) == [], path
    for path in (f"/v1/webhook_deliveries/{delivery}", "/v1/webhook_attempts/wha_1"):
        assert (await shop.get(path)).status == 404, path


# -- attempts ---------------------------------------------------------------------------------------------------------


async def test_attempts_are_found_by_all_that_one_may_know(shop: World) -> None:
    first, second = await planted.endpoint(shop, "1", "*"), await planted.endpoint(shop, "2", "*")
    a, b = await happen(shop, 2)
    log = [
        await planted.attempt(shop, a, first, failed(), name="wha_1"),
        await planted.attempt(shop, a, second, ARRIVED, name="wha_2"),
        await planted.attempt(shop, b, first, failed(Failure.TIMEOUT, None), name="wha_3"),
        await planted.attempt(shop, a, first, ARRIVED, 2, name="wha_4"),
    ]
    about = a["data"]["object"]["id"]
    for query, found in {
        "": [4, 3, 2, 1],
        f"webhook_endpoint={first}": [4, 3, 1],
        f"event={a['id']}": [4, 2, 1],
        f"event={a['id']}&webhook_endpoint={first}": [4, 1],
        f"related_object={about}": [4, 2, 1],
        f"related_object={about}&status=failed": [1],
        f"delivery={delivery_id(a['id'], first)}": [4, 1],
        f"delivery={delivery_id(a['id'], first)}&status=succeeded": [4],
        f"delivery={delivery_id(a['id'], first)}&event={b['id']}": [],
        f"delivery={delivery_id(a['id'], first)}&webhook_endpoint={first}": [4, 1],
        "delivery=dlv_": [],
        "error=webhook_http_error": [1],
        f"error=webhook_timeout&webhook_endpoint={first}": [3],
        "error=webhook_timeout&status=failed": [3],
        "error=webhook_timeout&status=succeeded": [],
        "status=failed": [3, 1],
        f"status=failed&webhook_endpoint={first}": [3, 1],
        "status=succeeded": [4, 2],
        f"status=succeeded&webhook_endpoint={second}": [2],
    }.items():
        assert await ids(shop, f"/v1/webhook_attempts?{query}") == [f"wha_{number}" for number in found], query
    assert (await shop.seen("/v1/webhook_attempts"))["data"] == log[::-1]
    assert await shop.seen("/v1/webhook_attempts/wha_1") == log[0]
    assert log[0]["request"]["headers"]["Authorization"] == HIDDEN
    assert (await shop.get("/v1/webhook_attempts/wha_5")).code == "resource_missing"
    assert (await shop.get("/v1/webhook_attempts/wha_1", key=shop.account.secret_live)).code == "resource_missing"
    assert (await shop.get("/v1/webhook_attempts?error=lost")).code == "parameter_invalid_enum"


# -- retention --------------------------------------------------------------------------------------------------------


async def attempts(shop: World) -> list[str]:
    return [row["id"] for row in await shop.db.read(lambda reader: reader.all(COUNT))]


@pytest.mark.parametrize("state", State)
async def test_what_is_over_is_forgotten_in_time_and_what_waits_never(shop: World, state: State) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    (event,) = await happen(shop)
    delivery = delivery_id(event["id"], endpoint)
    await planted.move(shop, delivery, state)
    kept = (await planted.row(shop.db, delivery) or {})["created_us"] + 30 * DAY * SECOND
    assert await log_store.prune(shop.db, kept, 30) == 0
    assert await log_store.prune(shop.db, kept + 1, 30) == (0 if state is State.PENDING else 1)
    assert (await planted.row(shop.db, delivery) is None) is (state is not State.PENDING)


async def test_a_delivery_stays_while_an_attempt_at_it_is_kept(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    (event,) = await happen(shop)
    delivery = delivery_id(event["id"], endpoint)
    await planted.move(shop, delivery, State.DELIVERED)
    await planted.attempt(shop, event, endpoint, failed(), name="wha_1")
    shop.wall += 20 * DAY * SECOND
    await planted.attempt(shop, event, endpoint, ARRIVED, 2, name="wha_2")
    assert await log_store.prune(shop.db, shop.wall + 15 * DAY * SECOND, 30) == 1
    assert await attempts(shop) == ["wha_2"]
    assert await planted.row(shop.db, delivery) is not None
    assert await log_store.prune(shop.db, shop.wall + 31 * DAY * SECOND, 30) == 2
    assert await planted.row(shop.db, delivery) is None


@pytest.mark.parametrize("rows", [1, 2, 3, 100])
async def test_forgetting_goes_in_steps(shop: World, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(log_store, "PRUNED_ROWS", rows)
    first, second = await planted.endpoint(shop, "1", "*"), await planted.endpoint(shop, "2", "*")
    for number, event in enumerate(await happen(shop, 4)):
        await planted.attempt(shop, event, first, ARRIVED, name=f"wha_{number}")
        for endpoint in (first, second):  # both rows are of one moment
            await planted.move(shop, delivery_id(event["id"], endpoint), State.DELIVERED)
    (waiting,) = await happen(shop)
    await planted.move(shop, delivery_id(waiting["id"], first), State.EXHAUSTED)
    assert await log_store.prune(shop.db, shop.wall + 31 * DAY * SECOND, 30) == 4 + 8 + 1
    assert await ids(shop, "/v1/webhook_deliveries") == [delivery_id(waiting["id"], second)]
    assert await attempts(shop) == []
