"""Test events: they arrive like any other, of any type, and nothing has happened."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
import pytest

from finsecure_server.core import ids
from finsecure_server.core.delivery import delivery_id
from finsecure_server.core.event_types import TYPES
from finsecure_server.diagnostics import verify
from finsecure_server.storage.database import Database
from finsecure_server.webhooks import delivery_api, sample_api, sample_ops
from finsecure_server.webhooks.examples import PUBLIC_URL, examples
from finsecure_server.webhooks.types import Event
from tests import edge
from tests.edge import SECOND
from tests.receiver import Receiver, receiving
from tests.webhooks import planted
from tests.world import DAY, World, open_world

TEST = "webhook_endpoint.test"
ID = re.compile(r"\b[a-z]+_([0-9a-z]{28})\b")
SAMPLES = "SELECT type, object_id, sequence, created_us FROM events WHERE sample = 1 ORDER BY id"
LEAST_TIME = 1_500_000_000  # seconds; no amount in an example is as large


@pytest.fixture
async def shop(database: Database, tmp_path: Any) -> World:
    """On each engine in turn."""
    return await open_world(database, tmp_path, routes=(*sample_api.ROUTES, *delivery_api.ROUTES))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def endpoint(shop: World, **params: Any) -> dict[str, Any]:
    """One that wants nothing of what is sent below."""
    given = {"url": "https://shop.example.com/hooks", "enabled_events": ["payout.paid"], **params}
    return await shop.made("/v1/webhook_endpoints", given)


async def about(shop: World, endpoint: dict[str, Any]) -> list[dict[str, Any]]:
    """The events about an endpoint, newest first."""
    listed: list[dict[str, Any]] = (await shop.seen(f"/v1/events?related_object={endpoint['id']}"))["data"]
    return listed


def path(endpoint: dict[str, Any]) -> str:
    return f"/v1/webhook_endpoints/{endpoint['id']}/send_test_event"


def numbers(shown: Any, name: str = "") -> Iterator[tuple[str, int]]:
    """Every number in an object, with what it is called."""
    if isinstance(shown, dict):
        for member, value in shown.items():
            yield from numbers(value, member)
    elif isinstance(shown, list):
        for value in shown:
            yield from numbers(value, name)
    elif isinstance(shown, int):
        yield name, shown


async def test_every_type_arrives_signed_whatever_the_endpoint_wants(shop: World, receiver: Receiver) -> None:
    made = await endpoint(shop, url=receiver.url)
    sent = {name: await shop.made(path(made), {"type": name}) for name in TYPES}
    await shop.outbound.open()
    await shop.deliver()
    await shop.outbound.close()
    got = {request.json["type"]: request for request in receiver.got}
    assert len(receiver.got) == len(TYPES)
    for name, event in sent.items():
        got[name].verified(made["secret"], None)
        assert got[name].json == event, name
        assert (event["type"], event["pending_webhooks"]) == (name, 1)
        delivery = await shop.seen(f"/v1/webhook_deliveries/{delivery_id(event['id'], made['id'])}")
        assert (delivery["status"], delivery["cause"], delivery["attempts"]) == ("delivered", "test", 1)
        assert (await shop.seen(f"/v1/events/{event['id']}")) == {**event, "pending_webhooks": 0}


async def test_a_test_tells_of_objects_made_now_with_ids_of_their_own(shop: World) -> None:
    made = await endpoint(shop)
    await shop.made("/v1/test_helpers/clock/advance", {"by": 400 * DAY})
    for name in TYPES.keys() - {TEST}:
        example = msgspec.json.decode(examples()[name])
        event = await shop.made(path(made), {"type": name, "expand": []})
        msgspec.convert(event, Event)
        now = shop.wall // SECOND + 400 * DAY
        assert (event["created"], event["account"], event["sequence"]) == (now, shop.account.account, 1)
        assert (
            event["livemode"] is event["data"]["object"]["livemode"] if "livemode" in event["data"]["object"] else True
        )
        later = now - example["created"]
        texts = [msgspec.json.encode(shown["data"]).decode() for shown in (example, event)]
        assert not set(ID.findall(texts[0])) & set(ID.findall(texts[1])), name
        assert PUBLIC_URL not in texts[1]
        expected = [(of, at + later if at > LEAST_TIME else at) for of, at in numbers(example["data"])]
        assert list(numbers(event["data"])) == expected, name
        # And nothing else is different: what referred to one object does so still, and what was made first is first.
        old, new = (list(dict.fromkeys(ID.findall(text))) for text in texts)
        assert sorted(range(len(old)), key=old.__getitem__) == sorted(range(len(new)), key=new.__getitem__), name
        renamed = texts[0].replace(PUBLIC_URL, edge.PUBLIC_URL)
        for was, is_ in zip(old, new, strict=True):
            renamed = renamed.replace(was, is_)
            assert ids.when(f"x_{is_}") // SECOND == now
        assert list(strings(msgspec.json.decode(renamed))) == list(strings(event["data"])), name


def strings(shown: Any) -> Iterator[str]:
    """Every text in an object, members' names too."""
    if isinstance(shown, dict):
        for member, value in shown.items():
            yield member
            yield from strings(value)
    elif isinstance(shown, list):
        for value in shown:
            yield from strings(value)
    elif isinstance(shown, str):
        yield shown


def test_every_time_in_an_example_is_known_as_one() -> None:
    named = {
        of for doc in examples().values() for of, at in numbers(msgspec.json.decode(doc)["data"]) if at > LEAST_TIME
    }
    assert named <= sample_ops.TIMES
    small = {
        of for doc in examples().values() for of, at in numbers(msgspec.json.decode(doc)["data"]) if at <= LEAST_TIME
    }
    assert not small & sample_ops.TIMES


async def test_a_test_is_in_no_list_counts_for_nothing_and_harms_no_invariant(shop: World) -> None:
    made = await endpoint(shop)
    events = await shop.seen("/v1/events?limit=100")
    before = await verify.verify(shop.db, wall_us=shop.wall)
    for _ in range(2):
        for name in (TEST, "payment_intent.succeeded", "balance.available", "webhook_endpoint.disabled"):
            await shop.made(path(made), {"type": name})
    assert await shop.seen("/v1/events?limit=100") == events
    assert [event["type"] for event in await about(shop, made)] == ["webhook_endpoint.created"]
    rows = await shop.db.read(lambda reader: reader.all(SAMPLES))
    assert len(rows) == 8
    assert {row["sequence"] for row in rows} == {1}
    assert [row["object_id"] for row in rows if row["type"] == TEST] == [made["id"]] * 2
    assert [row["object_id"] for row in rows if row["type"] == "balance.available"] == ["balance"] * 2
    assert (await verify.verify(shop.db, wall_us=shop.wall)).findings == before.findings
    await shop.made(f"/v1/webhook_endpoints/{made['id']}/disable")
    assert [event["sequence"] for event in await about(shop, made)] == [2, 1]


async def test_the_test_itself_shows_the_endpoint_and_is_what_is_sent_unless_one_says(shop: World) -> None:
    made = await endpoint(shop)
    event = await shop.made(path(made))
    shown = await shop.seen(f"/v1/webhook_endpoints/{made['id']}")
    assert event["type"] == TEST
    assert event["data"]["object"] == {name: value for name, value in shown.items() if name != "health"}
    assert event["data"].keys() == {"object"}


async def test_in_live_mode_nothing_is_made_up(shop: World) -> None:
    key = shop.account.secret_live
    given = {"url": "https://shop.example.com/hooks", "enabled_events": ["*"]}
    made = await shop.made("/v1/webhook_endpoints", given, key=key)
    for name in TYPES:
        got = await shop.post(path(made), {"type": name}, key=key)
        if name == TEST:
            assert (got.status, got.json["livemode"]) == (200, True)
            assert got.json["data"]["object"]["id"] == made["id"]
        else:
            assert (got.code, got.error["param"]) == ("testmode_only", "type")
            assert TEST in got.error["message"]
    rows = await shop.db.read(lambda reader: reader.all(SAMPLES))
    assert [row["type"] for row in rows] == [TEST]


@pytest.mark.parametrize("type_", ["payment_intent.paid", "charge.*", "*", "Refund.created"])
async def test_there_are_no_other_types(shop: World, type_: str) -> None:
    got = await shop.post(path(await endpoint(shop)), {"type": type_})
    assert (got.code, got.error["param"]) == ("event_type_unknown", "type")
    near = {"payment_intent.paid": "`p", "charge.*": "`charge.", "Refund.created": "`refund.created`"}.get(
        type_, "/v1/event_types"
    )
    assert near in got.error["message"]


async def test_an_endpoint_that_takes_nothing_is_sent_nothing(shop: World) -> None:
    made = await endpoint(shop)
    await shop.made(f"/v1/webhook_endpoints/{made['id']}/disable")
    got = await shop.post(path(made))
    assert (got.code, got.error["param"]) == ("webhook_endpoint_unexpected_state", "id")
    assert "disabled" in got.error["message"]
    other = await endpoint(shop)
    await shop.call("DELETE", f"/v1/webhook_endpoints/{other['id']}")
    assert (await shop.post(path(other))).code in ("resource_missing", "webhook_endpoint_unexpected_state")
    assert (await shop.post(path({"id": "we_nobody"}))).code == "resource_missing"
    assert await shop.db.read(lambda reader: reader.all(SAMPLES)) == []
    assert await planted.rows(shop.db, made["id"]) == []


async def test_a_call_repeated_sends_once(shop: World) -> None:
    made = await endpoint(shop)
    first, again = [await shop.post(path(made), {"type": TEST}, idempotency_key="k") for _ in range(2)]
    assert first.json == again.json
    assert first.json["request"]["idempotency_key"] == "k"
    assert len(await planted.rows(shop.db, made["id"])) == 1
