"""Endpoints that are disabled, enabled and deleted: what waits for them is held or canceled, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from finsecure_server.core.breaker import Breaker
from finsecure_server.core.delivery import State
from finsecure_server.core.failing import DISABLE_H, Failing
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.webhooks import delivery_store, endpoint_ops, endpoint_store, endpoint_views
from finsecure_server.webhooks.delivery_store import LaneKey
from finsecure_server.webhooks.endpoint_types import COUNTED_MAX
from tests.edge import SECOND
from tests.webhooks.test_endpoints import PATH, PLAIN, filters, say
from tests.world import World, good

STATES = "SELECT state, next_us FROM deliveries WHERE endpoint_id = :id ORDER BY id"
SEQUENCE = "SELECT sequence FROM webhook_endpoints WHERE id = :id"
LANE = "SELECT failing, breaker FROM webhook_lanes WHERE endpoint_id = :id"
WAITING = "SELECT kind, object_id FROM due WHERE kind = 'webhook_settle'"
DELIVERY = """
INSERT INTO deliveries
(account_id, livemode, id, created_us, event_id, endpoint_id, origin, state, next_us, attempts, tried, cause)
VALUES (:account, 0, :id, 0, :event, :endpoint, 'event', :state, NULL, 0, 0, 'automatic')"""


async def states(world: World, endpoint: str) -> dict[str, int]:
    """How many deliveries are in each state; those that wait to be sent have a time, and no others."""
    found: dict[str, int] = {}
    for row in await world.db.read(lambda reader: reader.all(STATES, id=endpoint)):
        assert (row["next_us"] is not None) == (row["state"] == "pending")
        found[row["state"]] = found.get(row["state"], 0) + 1
    return found


async def told(world: World, endpoint: str) -> list[str]:
    """The types of the endpoint's own events; its `sequence` is that of the last one."""
    events = await world.events(endpoint)
    row = await world.db.read(lambda reader: reader.one(SEQUENCE, id=endpoint))
    assert row is not None
    assert row["sequence"] == len(events)
    return [event["type"].removeprefix("webhook_endpoint.") for event in events]


async def fare(world: World, endpoint: str, failing: Failing, breaker: Breaker) -> None:
    """As the sender would note it."""
    key = LaneKey(world.account.account, False, endpoint)
    texts = [msgspec.json.encode(part).decode() for part in (failing, breaker)]
    await world.db.write(lambda tx: delivery_store.fares(tx, key, *texts))


# -- disabled and enabled ----------------------------------------------------------------------------------------------


async def test_disabled_what_waits_is_held_and_what_comes_too(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    await world.pay()
    path = f"{PATH}/{made['id']}"
    assert (await world.seen(path))["health"]["pending"] == 3
    disabled = await world.made(path + "/disable")
    assert (disabled["status"], disabled["disabled_reason"], disabled["disabled_at"]) == (
        "disabled", "requested", world.wall // SECOND,
    )  # fmt: skip
    assert disabled["health"] == {
        "state": "disabled", "failing_since": None, "will_be_disabled_at": None, "retry_at": None,
        "pending": 0, "held": 3,
    }  # fmt: skip
    await world.pay()
    assert await states(world, made["id"]) == {"held": 6}
    assert await told(world, made["id"]) == ["created", "disabled"]


async def test_enabled_it_gets_what_comes_and_what_was_held_stays(world: World) -> None:
    made = await say(world, PATH, {**PLAIN, "disabled": True})
    await world.pay()
    enabled = await world.made(f"{PATH}/{made['id']}/enable")
    assert (enabled["status"], enabled["disabled_reason"], enabled["disabled_at"]) == ("enabled", None, None)
    assert enabled["health"]["held"] == 3
    await world.pay()
    assert await states(world, made["id"]) == {"held": 3, "pending": 3}
    assert await told(world, made["id"]) == ["created", "enabled"]


async def test_what_was_held_is_replayed_if_asked(world: World) -> None:
    made = await say(world, PATH, {**PLAIN, "disabled": True})
    await world.pay()
    path = f"{PATH}/{made['id']}"
    enabled = await world.made(path + "/enable", {"replay_held": "true"})
    assert enabled.pop("replay").startswith("whr_")
    assert enabled["status"] == "enabled"
    assert await world.seen(path) == enabled
    await world.pass_time(10)
    assert await states(world, made["id"]) == {"pending": 3}
    assert "replay" in await world.made(path + "/enable", {"replay_held": "true"})
    assert await told(world, made["id"]) == ["created", "enabled"]


async def test_what_is_so_already_says_nothing(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    path = f"{PATH}/{made['id']}"
    assert await world.made(path + "/enable") == await world.seen(path)
    first = await world.made(path + "/disable")
    world.wall += 60 * SECOND
    assert await world.made(path + "/disable") == first
    assert await say(world, path, {"disabled": True}) == first
    assert await told(world, made["id"]) == ["created", "disabled"]


async def test_an_update_disables_and_enables_as_well(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    path = f"{PATH}/{made['id']}"
    await world.pay()
    disabled = await say(world, path, {"disabled": True, "timeout": 3})
    assert (disabled["status"], disabled["timeout"], disabled["health"]["held"]) == ("disabled", 3, 3)
    await fare(world, made["id"], Failing(1), Breaker(waits=1, free_us=1))
    enabled = await say(world, path, {"disabled": False})
    assert (enabled["status"], enabled["health"]["state"]) == ("enabled", "healthy")
    assert await told(world, made["id"]) == ["created", "updated", "disabled", "enabled"]


async def test_the_other_endpoints_hear_of_it_and_it_does_not(world: World) -> None:
    watcher = await say(world, PATH, {**PLAIN, "enabled_events": ["webhook_endpoint.*"]})
    made = await say(world, PATH, PLAIN)
    for how in ("/disable", "/enable"):
        await world.made(f"{PATH}/{made['id']}{how}")
    good(await world.call("DELETE", f"{PATH}/{made['id']}"))
    assert await states(world, watcher["id"]) == {"pending": 4}
    assert await states(world, made["id"]) == {}


async def test_given_up_for_failing(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    await world.pay()
    await world.do(endpoint_ops.disable_failing, made["id"])
    shown = await world.seen(f"{PATH}/{made['id']}")
    assert (shown["status"], shown["disabled_reason"]) == ("disabled", "failing")
    assert await states(world, made["id"]) == {"held": 3}
    await world.do(endpoint_ops.disable_failing, made["id"])
    good(await world.call("DELETE", f"{PATH}/{made['id']}"))
    await world.do(endpoint_ops.disable_failing, made["id"])
    await world.do(endpoint_ops.disable_failing, "we_nobody")
    assert await told(world, made["id"]) == ["created", "disabled", "deleted"]


async def test_what_the_sender_says_of_it_counts_as_its_event(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    await world.do(endpoint_ops.tell, made["id"], "webhook_endpoint.failing")
    *_, event = await world.events(made["id"])
    assert event["data"] == {"object": {k: v for k, v in made.items() if k not in ("secret", "health")}}
    await world.made(f"{PATH}/{made['id']}/disable")
    await world.do(endpoint_ops.tell, made["id"], "webhook_endpoint.failing")
    good(await world.call("DELETE", f"{PATH}/{made['id']}"))
    for endpoint in (made["id"], "we_nobody"):
        await world.do(endpoint_ops.tell, endpoint, "webhook_endpoint.recovered")
    assert await told(world, made["id"]) == ["created", "failing", "disabled", "deleted"]


# -- deleted -----------------------------------------------------------------------------------------------------------


async def test_deleted_what_waits_is_canceled(world: World) -> None:
    made = await say(world, PATH, {**PLAIN, "headers": {"X-A": "b"}})
    path = f"{PATH}/{made['id']}"
    await world.made(path + "/disable")
    await world.pay()
    await world.made(path + "/enable")
    await world.pay()
    left = good(await world.call("DELETE", path))
    assert left == {"id": made["id"], "object": "webhook_endpoint", "deleted": True}
    assert await states(world, made["id"]) == {"canceled": 6}
    assert [until for [(_, until)] in (await filters(world, made["id"])).values()] == [world.wall]
    await world.pay()
    assert await states(world, made["id"]) == {"canceled": 6}
    *_, event = await world.events(made["id"])
    shown = event["data"]["object"]
    assert (event["type"], shown["status"], shown["secrets"], shown["headers"]) == (
        "webhook_endpoint.deleted", "deleted", [], {},
    )  # fmt: skip


async def test_a_deleted_endpoint_is_none(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    path = f"{PATH}/{made['id']}"
    good(await world.call("DELETE", path))
    calls = [
        ("GET", ""),
        ("POST", ""),
        ("DELETE", ""),
        ("POST", "/enable"),
        ("POST", "/disable"),
        ("POST", "/roll_secret"),
    ]
    for method, below in calls:
        got = await world.call(method, path + below)
        assert (got.status, got.code) == (404, "resource_missing"), below
    assert (await world.seen(PATH))["data"] == []
    assert await told(world, made["id"]) == ["created", "deleted"]


async def test_who_refers_to_it_still_finds_it(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    good(await world.call("DELETE", f"{PATH}/{made['id']}"))
    found = await world.db.read(lambda reader: endpoint_views.load(reader, world.env(), made["id"]))
    assert found is not None
    shown = msgspec.json.decode(found)
    assert (shown["status"], shown["health"]["state"], shown["secrets"]) == ("deleted", "disabled", [])
    assert await world.db.read(lambda reader: endpoint_views.load(reader, world.env(), "we_nobody")) is None


# -- in steps ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (lambda world, path: world.made(path + "/disable"), "held"),
        (lambda world, path: world.call("DELETE", path), "canceled"),
    ],
    ids=["disable", "delete"],
)
async def test_what_is_much_is_settled_step_by_step(
    world: World, monkeypatch: pytest.MonkeyPatch, end: Callable[[World, str], Any], state: str
) -> None:
    monkeypatch.setattr(endpoint_ops, "SETTLE_STEP", 4)
    made = await say(world, PATH, PLAIN)
    for _ in range(3):
        await world.pay()
    await end(world, f"{PATH}/{made['id']}")
    assert await states(world, made["id"]) == {"pending": 5, state: 4}
    await world.worker.sweep()
    assert await states(world, made["id"]) == {"pending": 1, state: 8}
    await world.pass_time(1)
    assert await states(world, made["id"]) == {state: 9}
    await world.pass_time(60)
    assert await world.db.read(lambda reader: reader.all(WAITING)) == []


async def test_enabled_in_between_the_rest_is_sent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_ops, "SETTLE_STEP", 2)
    made = await say(world, PATH, PLAIN)
    await world.pay()
    await world.made(f"{PATH}/{made['id']}/disable")
    await world.made(f"{PATH}/{made['id']}/enable")
    assert await world.db.read(lambda reader: reader.all(WAITING)) == []
    await world.do(endpoint_ops.settle_later, made["id"])
    await world.pass_time(1)
    assert await states(world, made["id"]) == {"held": 2, "pending": 1}
    assert await world.db.read(lambda reader: reader.all(WAITING)) == []


async def test_what_came_late_to_a_disabled_endpoint_is_found(world: World) -> None:
    """Two transactions at once on PostgreSQL: one writes an event as the other disables."""
    made = await say(world, PATH, PLAIN)
    await world.made(f"{PATH}/{made['id']}/disable")
    await world.pay()
    late = "UPDATE deliveries SET state = 'pending', next_us = 1 WHERE endpoint_id = :id"
    await world.db.write(lambda tx: tx.run(late, id=made["id"]))
    await world.do(endpoint_ops.settle_later, made["id"])
    await world.pass_time(1)
    assert await states(world, made["id"]) == {"held": 3}


async def test_what_came_late_to_a_deleted_endpoint_is_canceled(world: World) -> None:
    """The same, as the other deletes an endpoint that was disabled: nobody looks for what is held."""
    made = await say(world, PATH, {**PLAIN, "disabled": True})
    await world.pay()
    await world.call("DELETE", f"{PATH}/{made['id']}")
    late = "UPDATE deliveries SET state = 'held' WHERE endpoint_id = :id"
    for _ in range(2):
        await world.db.write(lambda tx: tx.run(late, id=made["id"]))
        await world.pass_time(60)
        assert await states(world, made["id"]) == {"canceled": 3}
    assert len(await world.db.read(lambda reader: reader.all(WAITING))) == 1
    await world.pass_time(60)
    assert await world.db.read(lambda reader: reader.all(WAITING)) == []


async def test_settling_nobody_is_no_mistake(world: World) -> None:
    await world.do(endpoint_ops.settle, "we_nobody")


# -- health ------------------------------------------------------------------------------------------------------------

HOUR_US = 3600 * SECOND
WELL: dict[str, Any] = {
    "state": "healthy", "failing_since": None, "will_be_disabled_at": None, "retry_at": None, "pending": 0, "held": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("first", "clock", "free", "shown"),
    [
        (0, 0, 0, {}),
        (-3, 0, 0, {"state": "failing", "failing_since": -3}),
        (-30, -16, 0, {"state": "failing", "failing_since": -30, "will_be_disabled_at": DISABLE_H - 16}),
        (-3, 0, 1, {"state": "unreachable", "failing_since": -3, "retry_at": 1}),
        (0, 0, 1, {"state": "unreachable", "retry_at": 1}),
    ],
)
async def test_how_it_fares(world: World, first: int, clock: int, free: int, shown: dict[str, Any]) -> None:
    """Hours from now."""
    await world.made("/v1/test_helpers/clock/advance", {"by": 40 * 3600})
    made = await say(world, PATH, PLAIN)
    now = world.wall + 40 * HOUR_US
    failing = Failing(first and now + first * HOUR_US, "evt_1", clock and now + clock * HOUR_US)
    await fare(world, made["id"], failing, Breaker(waits=bool(free) + 0, free_us=free and world.wall + free * HOUR_US))
    times = {name: value if name == "state" else (now + value * HOUR_US) // SECOND for name, value in shown.items()}
    assert (await world.seen(f"{PATH}/{made['id']}"))["health"] == {**WELL, **times}
    disabled = await world.made(f"{PATH}/{made['id']}/disable")
    assert disabled["health"] == {**WELL, "state": "disabled"}
    enabled = await world.made(f"{PATH}/{made['id']}/enable")
    assert enabled["health"] == WELL
    lane = await world.db.read(lambda reader: reader.one(LANE, id=made["id"]))
    assert lane is not None
    assert (lane["failing"], lane["breaker"]) == ("{}", "{}")


@pytest.mark.parametrize(("url", "state"), [("https://tea.example/", "healthy"), (PLAIN["url"], "unreachable")])
async def test_at_another_address_nothing_has_failed_yet(world: World, url: str, state: str) -> None:
    made = await say(world, PATH, PLAIN)
    await fare(world, made["id"], Failing(1), Breaker(waits=1, free_us=world.wall + HOUR_US))
    assert (await say(world, f"{PATH}/{made['id']}", {"url": url, "timeout": 3}))["health"]["state"] == state


async def test_no_more_is_counted_than_is_said(world: World) -> None:
    made = await say(world, PATH, PLAIN)

    def many(tx: Tx) -> None:
        for number in range(COUNTED_MAX + 5):
            for state in (State.HELD, State.EXHAUSTED):
                tx.run(
                    DELIVERY,
                    account=world.account.account,
                    id=f"dlv_{state}_{number:05}",
                    event=f"evt_{number:05}",
                    endpoint=made["id"],
                    state=state,
                )

    await world.db.write(many)
    health = (await world.seen(f"{PATH}/{made['id']}"))["health"]
    assert (health["pending"], health["held"]) == (0, COUNTED_MAX)


async def test_what_the_sender_asks_of_an_endpoint(world: World) -> None:
    made = await say(world, PATH, PLAIN)

    def look(reader: Reader, livemode: bool = False) -> endpoint_store.Stored | None:
        return endpoint_store.settings_of(reader, world.account.account, livemode, made["id"])

    seen = []
    for method, below in (
        ("GET", ""),
        ("POST", "/disable"),
        ("POST", "/roll_secret"),
        ("POST", "/enable"),
        ("DELETE", ""),
    ):
        good(await world.call(method, f"{PATH}/{made['id']}{below}"))
        stored = await world.db.read(look)
        assert stored is not None
        seen.append((stored.sequence, stored.status))
    assert seen == [(1, "enabled"), (2, "disabled"), (3, "disabled"), (4, "enabled"), (5, "deleted")]
    assert await world.db.read(lambda reader: look(reader, True)) is None
