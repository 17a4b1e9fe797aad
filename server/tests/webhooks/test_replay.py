"""Replays: what they send again, how fast, how one sees it, and how one calls it off."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from finsecure_server.core.delivery import State, delivery_id
from finsecure_server.storage.database import Database
from finsecure_server.webhooks import replay_api, replay_jobs, replay_ops, replay_store
from tests.edge import SECOND, Got
from tests.webhooks import planted
from tests.world import World, good, open_world

E, H, D, C, P = State.EXHAUSTED, State.HELD, State.DELIVERED, State.CANCELED, State.PENDING

#: What the sender does with what is due: it arrives, or it fails and has an hour until the next attempt.
ARRIVE = """
UPDATE deliveries SET state = 'delivered', next_us = NULL, attempts = attempts + 1, tried = tried + 1
WHERE state = 'pending' AND next_us <= :now"""
FAIL = """
UPDATE deliveries SET attempts = attempts + 1, tried = tried + 1, next_us = next_us + 3600000000
WHERE state = 'pending' AND next_us <= :now"""
END_FILTER = "UPDATE webhook_filters SET until_us = :now WHERE endpoint_id = :id AND pattern = :pattern"


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> World:
    """A merchant who can replay, on each engine in turn."""
    return await open_world(database, tmp_path, routes=replay_api.ROUTES, jobs=replay_jobs.JOBS)


async def ask(shop: World, endpoint: str, **more: Any) -> Got:
    body = msgspec.json.encode({"webhook_endpoint": endpoint, **more})
    return await shop.call("POST", "/v1/webhook_replays", body, headers={"content-type": "application/json"})


async def begin(shop: World, endpoint: str, **more: Any) -> dict[str, Any]:
    """A replay that has begun, and not scheduled anything yet."""
    return good(await ask(shop, endpoint, **more))


async def count(shop: World, endpoint: str, **more: Any) -> int:
    """What a dry run says; it writes nothing."""
    before = await planted.rows(shop.db, endpoint)
    got = await begin(shop, endpoint, dry_run=True, **more)
    assert (got["object"], got["total_is_at_least"]) == ("webhook_replay_preview", False)
    assert await planted.rows(shop.db, endpoint) == before
    assert (await shop.seen("/v1/webhook_replays"))["data"] == []
    total: int = got["total"]
    return total


async def look(shop: World, replay: dict[str, Any]) -> dict[str, Any]:
    return await shop.seen(f"/v1/webhook_replays/{replay['id']}")


async def arrive(shop: World) -> int:
    """Everything that is due arrives."""
    return await shop.db.write(lambda tx: tx.run(ARRIVE, now=shop.wall))


async def sent(shop: World, endpoint: str, replay: dict[str, Any]) -> list[str]:
    """The events that a replay has scheduled, in order."""
    return [row["event_id"] for row in await planted.rows(shop.db, endpoint) if row["replay_id"] == replay["id"]]


async def run(shop: World, endpoint: str, **more: Any) -> list[str]:
    """The events of a whole replay whose deliveries all arrive."""
    replay = await begin(shop, endpoint, **more)
    while (await look(shop, replay))["status"] == "running":
        await shop.pass_time(1)
        await arrive(shop)
    ended = await look(shop, replay)
    assert (ended["status"], ended["percent"]) == ("completed", 100)
    events = await sent(shop, endpoint, replay)
    assert ended["progress"]["delivered"] == ended["progress"]["scheduled"] == len(events)
    return events


# -- what -------------------------------------------------------------------------------------------------------------


async def test_what_failed_and_what_was_held_is_sent_again_by_the_full_schedule(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    events = await planted.history(shop, endpoint, [E, H, D, C, P, None])
    before = await planted.rows(shop.db, endpoint)
    replay = await begin(shop, endpoint)
    assert await planted.rows(shop.db, endpoint) == before
    begun_us = shop.wall
    await shop.pass_time(0)
    rows = await planted.rows(shop.db, endpoint)
    again = {"state": "pending", "tried": 0, "cause": "replay", "replay_id": replay["id"]}
    assert rows == [
        before[0] | again | {"before_replay": "exhausted 4 automatic", "next_us": begun_us},
        before[1] | again | {"before_replay": "held 0 automatic", "next_us": begun_us + SECOND // 10},
        *before[2:],
    ]
    assert rows[0]["attempts"] == 4
    assert await sent(shop, endpoint, replay) == events[:2]


@pytest.mark.parametrize(
    ("states", "found"),
    [
        (["exhausted"], [0]),
        (["held"], [1]),
        (["delivered"], [2]),
        (["canceled"], [3]),
        (["missing"], [5]),
        (["delivered", "missing", "exhausted", "exhausted"], [0, 2, 5]),
        (["canceled", "delivered", "exhausted", "held", "missing"], [0, 1, 2, 3, 5]),
    ],
)
async def test_states(shop: World, states: list[str], found: list[int]) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    events = await planted.history(shop, endpoint, [E, H, D, C, P, None])
    created = {"gte": 0} if "missing" in states else {"gt": -1}
    assert await count(shop, endpoint, states=states, created=created) == len(found)
    assert await run(shop, endpoint, states=states, created=created) == [events[position] for position in found]


async def test_what_was_never_to_be_sent_is_written_and_sent(shop: World) -> None:
    old = await planted.history(shop, "we_1", [None])
    endpoint = await planted.endpoint(shop, "1", "customer.*", "payout.paid")
    await planted.history(shop, endpoint, [None], "refund.created")
    await planted.history(shop, endpoint, [None], "payout.created")
    await planted.history(shop, endpoint, [None], sample=True)
    await planted.history(shop, endpoint, [None], "customer.updated", endpoint)
    paid = await planted.history(shop, endpoint, [None], "payout.paid")
    wanted = {"states": ["missing"], "created": {"gte": 0}}
    assert await count(shop, endpoint, **wanted) == 2
    assert await count(shop, endpoint, **wanted, types=["payout.*"]) == 1
    replay = await begin(shop, endpoint, **wanted)
    await shop.pass_time(0)
    rows = await planted.rows(shop.db, endpoint)
    assert rows[0] == {
        "id": delivery_id(old[0], endpoint), "created_us": rows[0]["next_us"], "event_id": old[0],
        "endpoint_id": endpoint, "origin": "replay", "state": "pending", "next_us": shop.wall, "attempts": 0,
        "tried": 0, "cause": "replay", "replay_id": replay["id"], "before_replay": "missing", "delivered_us": None,
        "error": None,
    }  # fmt: skip
    assert await sent(shop, endpoint, replay) == [*old, *paid]


async def test_missing_is_what_it_wants_by_now(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "customer.*", "refund.*")
    await planted.history(shop, endpoint, [None])
    await planted.history(shop, endpoint, [None], "refund.created")
    await shop.db.write(lambda tx: tx.run(END_FILTER, now=shop.wall, id=endpoint, pattern="refund.*"))
    assert await count(shop, endpoint, states=["missing"], created={"gte": 0}) == 1


async def test_missing_needs_a_beginning(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    for more in ({}, {"created": {"lt": 5}}):
        got = await ask(shop, endpoint, states=["held", "missing"], **more)
        assert (got.code, got.error["param"]) == ("parameter_missing", "created")


async def test_types_are_patterns_and_must_exist(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    for type_ in ("customer.created", "charge.succeeded", "charge.dispute.created", "charge.dispute.closed"):
        await planted.history(shop, endpoint, [E], type_)
    for types, found in {
        ("*",): 4,
        ("charge.*",): 3,
        ("charge.dispute.*",): 2,
        ("charge.succeeded", "charge.succeeded"): 1,
        ("charge.dispute.closed", "customer.*"): 2,
        ("refund.*",): 0,
    }.items():
        assert await count(shop, endpoint, types=list(types)) == found, types
    for pattern in ("charge", "charge.*.created", "no.such"):
        got = await ask(shop, endpoint, types=["*", pattern])
        assert (got.code, got.error["param"]) == ("event_type_unknown", "types[1]")


async def test_one_object_s_events(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_store, "LOOKED_ROWS", 2)
    endpoint = await planted.endpoint(shop, "1", "*")
    await planted.history(shop, endpoint, [E, H, None])
    mine = await planted.history(shop, endpoint, [E, D, H, None, E], "customer.updated", "cus_mine")
    await planted.history(shop, endpoint, [E, H, None])
    of = {"related_object": "cus_mine"}
    assert await count(shop, endpoint, **of) == 3
    assert await count(shop, endpoint, **of, states=["missing", "delivered"], created={"gte": 0}) == 2
    assert await count(shop, endpoint, **of, types=["refund.*"]) == 0
    assert await count(shop, endpoint, related_object="cus_other") == 0
    assert await run(shop, endpoint, **of) == [mine[0], mine[2], mine[4]]


@pytest.mark.parametrize(
    ("bounds", "found"),
    [
        ({"gte": 2}, [2, 3]),
        ({"gt": 2}, [3]),
        ({"lt": 2}, [0, 1]),
        ({"lte": 2}, [0, 1, 2]),
        ({"gte": 1, "lt": 3}, [1, 2]),
        ({"gt": 0, "gte": 0, "lt": 9, "lte": 1}, [1]),
        ({"gt": 3}, []),
        ({"lt": -5}, []),
        ({}, [0, 1, 2, 3]),
    ],
)
async def test_when_the_events_happened(shop: World, bounds: dict[str, int], found: list[int]) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    start = shop.wall
    events = []
    for _ in range(4):
        events += await planted.history(shop, endpoint, [E])
        shop.wall = shop.wall - 1_000 + SECOND
    created = {name: start // SECOND + value for name, value in bounds.items()}
    replay = await begin(shop, endpoint, created=created)
    assert replay["progress"]["total"] == len(found)
    await shop.pass_time(0)
    assert await sent(shop, endpoint, replay) == [events[position] for position in found]


async def test_what_happens_after_the_beginning_is_nothing_to_it(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    await planted.history(shop, endpoint, [E])
    replay = await begin(shop, endpoint)
    shop.wall += 120 * SECOND
    await planted.history(shop, endpoint, [E])
    await shop.pass_time(0)
    assert len(await sent(shop, endpoint, replay)) == 1


# -- how fast ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [3, 50, 1000])
async def test_a_thousand_come_due_at_the_rate(shop: World, rate: int) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    events = await planted.history(shop, endpoint, [E, D, H, E, E] * 250)
    replay = await begin(shop, endpoint, rate=rate)
    assert replay["progress"]["total"] == 1000
    while (await look(shop, replay))["progress"]["scheduled"] < 1000:
        await shop.pass_time(60)
    rows = [row for row in await planted.rows(shop.db, endpoint) if row["replay_id"]]
    assert [row["event_id"] for row in rows] == [event for number, event in enumerate(events) if number % 5 != 1]
    apart = {later["next_us"] - earlier["next_us"] for earlier, later in pairwise(rows)}
    assert min(apart) == -(-SECOND // rate)
    in_a_second = max(Counter((row["next_us"] - rows[0]["next_us"]) // SECOND for row in rows).values())
    assert in_a_second <= rate


async def test_no_more_is_scheduled_ahead_than_is_soon_due(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    await planted.history(shop, endpoint, [E] * 1000)
    replay = await begin(shop, endpoint, rate=10)
    for seconds, scheduled in ((0, 200), (14, 200), (1, 400), (19, 400), (1, 600)):
        await shop.pass_time(seconds)
        assert (await look(shop, replay))["progress"]["scheduled"] == scheduled, seconds


async def test_steps_that_come_late_make_no_burst(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    await planted.history(shop, endpoint, [E] * 400)
    await begin(shop, endpoint, rate=100)
    await shop.worker.sweep()
    shop.wall += 3600 * SECOND
    await shop.worker.sweep()
    rows = await planted.rows(shop.db, endpoint)
    assert rows[200]["next_us"] == shop.wall


async def test_a_needle_in_a_haystack_is_found_in_small_looks(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_store, "LOOKED_ROWS", 7)
    endpoint = await planted.endpoint(shop, "1", "*")
    await planted.history(shop, endpoint, [E, D, H] * 10)
    (needle,) = await planted.history(shop, endpoint, [E], "refund.created")
    await planted.history(shop, endpoint, [H, D, None] * 10)
    assert await run(shop, endpoint, types=["refund.*"], states=["delivered", "exhausted"]) == [needle]


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 100])
async def test_all_states_are_gone_through_together(shop: World, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(replay_store, "LOOKED_ROWS", rows)
    monkeypatch.setattr(replay_ops, "STEP_MAX", 2)
    endpoint = await planted.endpoint(shop, "1", "*")
    events = await planted.history(shop, endpoint, [E, E, E, None, D, D, H, None, None, E, H, D])
    every = {"states": ["exhausted", "held", "delivered", "missing"], "created": {"gte": 0}, "rate": 1000}
    assert await count(shop, endpoint, **every) == len(events)
    assert await run(shop, endpoint, **every) == events


# -- how one sees it --------------------------------------------------------------------------------------------------


async def test_a_dry_run_says_how_many_and_how_long(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    await planted.history(shop, endpoint, [E] * 25)
    body = {"dry_run": "true", "rate": 10, "types": ["customer.*"], "states": ["exhausted"], "created[gte]": 5}
    got = await shop.made("/v1/webhook_replays", {"webhook_endpoint": endpoint, **body})
    assert got == {
        "object": "webhook_replay_preview",
        "filter": {
            "created": {"gte": 5, "lt": None},
            "related_object": None,
            "states": ["exhausted"],
            "types": ["customer.*"],
        },
        "livemode": False,
        "rate": 10,
        "seconds": 3,
        "total": 25,
        "total_is_at_least": False,
        "webhook_endpoint": endpoint,
    }


@pytest.mark.parametrize(("types", "most"), [(None, 20), (["customer.*"], 24)])
async def test_counting_is_given_up_somewhere(
    shop: World, monkeypatch: pytest.MonkeyPatch, types: list[str] | None, most: int
) -> None:
    monkeypatch.setattr(replay_store, "COUNTED_MAX", 20)
    monkeypatch.setattr(replay_store, "COUNTED_BY_TYPE_MAX", 20)
    monkeypatch.setattr(replay_store, "LOOKED_ROWS", 5)
    endpoint = await planted.endpoint(shop, "1", "*")
    more: dict[str, Any] = {} if types is None else {"types": types}
    for states, total, at_least in (([E] * 19, 19, False), ([H], 20, False), ([H] * 5, most, True)):
        await planted.history(shop, endpoint, states)
        got = await begin(shop, endpoint, dry_run=True, **more)
        assert (got["total"], got["total_is_at_least"]) == (total, at_least)
    replay = await begin(shop, endpoint, **more, rate=1000)
    assert (replay["progress"]["total"], replay["progress"]["total_is_at_least"]) == (most, True)
    await shop.pass_time(1)
    await arrive(shop)
    assert (await look(shop, replay))["percent"] == 99
    await shop.pass_time(60)
    ended = await look(shop, replay)
    assert (ended["percent"], ended["progress"]["scheduled"]) == (100, 25)


async def test_progress(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    await planted.history(shop, endpoint, [E, E, H, H])
    replay = await begin(shop, endpoint, rate=1)
    zero = {"pending": 0, "untried": 0, "delivered": 0, "exhausted": 0, "held": 0, "canceled": 0}
    assert replay == {
        "id": replay["id"],
        "object": "webhook_replay",
        "created": shop.wall // SECOND,
        "ended_at": None,
        "filter": {
            "created": {"gte": None, "lt": None},
            "related_object": None,
            "states": ["exhausted", "held"],
            "types": [],
        },
        "livemode": False,
        "percent": 0,
        "progress": {"total": 4, "total_is_at_least": False, "scheduled": 0, **zero},
        "rate": 1,
        "status": "running",
        "stopped_by": None,
        "webhook_endpoint": endpoint,
    }
    assert await look(shop, replay) == replay

    async def so_far() -> dict[str, Any]:
        shown = await look(shop, replay)
        counts = {name: value for name, value in shown["progress"].items() if value and name[:5] != "total"}
        return counts | {"percent": shown["percent"], "status": shown["status"]}

    await shop.pass_time(0)
    running = {"scheduled": 4, "status": "running"}
    assert await so_far() == running | {"pending": 4, "untried": 4, "percent": 0}
    await arrive(shop)
    assert await so_far() == running | {"pending": 3, "untried": 3, "delivered": 1, "percent": 25}
    await shop.pass_time(1)
    await shop.db.write(lambda tx: tx.run(FAIL, now=shop.wall))
    assert await so_far() == running | {"pending": 3, "untried": 2, "delivered": 1, "percent": 50}
    await shop.pass_time(10)
    assert (await look(shop, replay))["status"] == "running"  # nobody has tried the last ones
    await arrive(shop)
    assert await so_far() == running | {"pending": 1, "delivered": 3, "percent": 99}
    await shop.pass_time(10)
    ended = await look(shop, replay)
    assert await so_far() == {
        "scheduled": 4, "pending": 1, "delivered": 3, "percent": 100, "status": "completed",
    }  # fmt: skip
    assert (ended["ended_at"] is not None, ended["stopped_by"]) == (True, None)


async def test_replays_are_listed_by_endpoint(shop: World) -> None:
    first, second = await planted.endpoint(shop, "1", "*"), await planted.endpoint(shop, "2", "*")
    a = await begin(shop, first)
    b = await begin(shop, second)
    assert (await shop.seen("/v1/webhook_replays"))["data"] == [b, a]
    assert (await shop.seen(f"/v1/webhook_replays?webhook_endpoint={first}"))["data"] == [a]
    assert (await shop.seen(f"/v1/webhook_replays?starting_after={b['id']}"))["data"] == [a]
    live = shop.account.secret_live
    assert (await shop.seen("/v1/webhook_replays", key=live))["data"] == []
    assert (await shop.get(f"/v1/webhook_replays/{a['id']}", key=live)).code == "resource_missing"
    assert (await shop.post(f"/v1/webhook_replays/{a['id']}/cancel", key=live)).code == "resource_missing"
    assert (await shop.get("/v1/webhook_replays/whr_x")).code == "resource_missing"


async def test_one_finds_only_one_s_own(shop: World) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    await planted.history(shop, endpoint, [E, H, None])
    mine = await begin(shop, endpoint)
    live = shop.account.secret_live
    foreign = (await shop.open_account("Shoe Shop")).secret_test
    for key, code in ((live, "livemode_mismatch"), (foreign, "resource_missing")):
        got = await shop.post("/v1/webhook_replays", {"webhook_endpoint": endpoint}, key=key)
        assert (got.code, got.error["param"]) == (code, "webhook_endpoint")
        assert (await shop.get(f"/v1/webhook_replays/{mine['id']}", key=key)).status == 404
        assert (await shop.post(f"/v1/webhook_replays/{mine['id']}/cancel", key=key)).status == 404
        assert (await shop.seen("/v1/webhook_replays", key=key))["data"] == []
    own = await planted.endpoint(shop, "2", "*")
    assert await count(shop, own, states=["missing"], created={"gte": 0}) == 0


@pytest.mark.parametrize("status", ["disabled", "deleted"])
async def test_an_endpoint_that_takes_nothing_gets_no_replay(shop: World, status: str) -> None:
    endpoint = await planted.endpoint(shop, "1", "*", status=status)
    for more in ({}, {"dry_run": True}):
        got = await ask(shop, endpoint, **more)
        assert (got.code, got.error["param"]) == ("webhook_endpoint_unexpected_state", "webhook_endpoint")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("rate", 0, "parameter_invalid_integer"),
        ("rate", 1001, "parameter_invalid_integer"),
        ("states", [], "parameter_invalid_array"),
        ("states", ["pending"], "parameter_invalid_enum"),
        ("types", [], "parameter_invalid_array"),
        ("created", {"before": 5}, "parameter_unknown"),
        ("related_object", "", "parameter_invalid_empty"),
    ],
)
async def test_what_makes_no_sense_is_refused(shop: World, name: str, value: object, code: str) -> None:
    endpoint = await planted.endpoint(shop, "1", "*")
    assert (await ask(shop, endpoint, **{name: value})).code == code
