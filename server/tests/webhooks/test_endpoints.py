"""Webhook endpoints through the whole edge: what is kept, what is refused, what is said of it, what is shown."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from finsecure_server.core import versions
from finsecure_server.storage.engines import open_database
from finsecure_server.webhooks.endpoint_address import LOOPBACK, UNENCRYPTED
from finsecure_server.webhooks.endpoint_types import ENDPOINTS_MAX, ApiVersion
from tests.edge import SECOND, T0
from tests.world import World, good, open_world

PATH = "/v1/webhook_endpoints"
PLAIN: dict[str, Any] = {"url": "https://shop.example/hooks", "enabled_events": ["*"]}
ALL: dict[str, Any] = {
    "url": "https://shop.example/hooks?shop=1",
    "enabled_events": ["refund.*", "payment_intent.succeeded", "charge.dispute.*"],
    "api_version": versions.VERSIONS[0],
    "description": "The till",
    "headers": {"X-Shop-Token": "open sesame", "Authorization": "Bearer 1234567812345678"},
    "metadata": {"team": "tea"},
    "payload": "thin",
    "rate_limit": 50,
    "timeout": 30,
}
FILTERS = "SELECT pattern, since_us, until_us FROM webhook_filters WHERE endpoint_id = :id ORDER BY pattern, since_us"
LANES = "SELECT owner, lease_us, failing, breaker FROM webhook_lanes WHERE endpoint_id = :id"
ROW = "SELECT created_us, status, sequence, doc FROM webhook_endpoints WHERE id = :id"
EVERYTHING = "SELECT id FROM webhook_endpoints"


@pytest.fixture
async def small(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """For what never reaches the database's own peculiarities."""
    database = open_database(sqlite_url)
    yield await open_world(database, tmp_path)
    await database.close()


async def say(world: World, path: str, body: object, **more: Any) -> dict[str, Any]:
    """What a POST in JSON that must succeed answers."""
    return good(await world.post(path, msgspec.json.encode(body), content_type="application/json", **more))


async def filters(world: World, endpoint: str) -> dict[str, list[tuple[int, int | None]]]:
    """Since when, and until when, by pattern."""
    found: dict[str, list[tuple[int, int | None]]] = {}
    for row in await world.db.read(lambda reader: reader.all(FILTERS, id=endpoint)):
        found.setdefault(row["pattern"], []).append((row["since_us"], row["until_us"]))
    return found


async def test_an_endpoint_with_what_it_needs(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    created = world.wall // SECOND
    assert re.fullmatch("we_[0-9a-z]{28}", made.pop("id"))
    secret = made.pop("secret")
    assert re.fullmatch("whsec_[0-9A-Za-z+/]{43}=", secret)
    [shown] = made.pop("secrets")
    assert re.fullmatch("whs_[0-9a-z]{28}", shown.pop("id"))
    assert shown == {"created": created, "expires_at": None, "last4": secret[-4:]}
    assert made == {
        "object": "webhook_endpoint",
        "api_version": None,
        "application": None,
        "created": created,
        "description": None,
        "disabled_at": None,
        "disabled_reason": None,
        "enabled_events": ["*"],
        "headers": {},
        "health": {
            "state": "healthy",
            "failing_since": None,
            "will_be_disabled_at": None,
            "retry_at": None,
            "pending": 0,
            "held": 0,
        },
        "livemode": False,
        "metadata": {},
        "payload": "snapshot",
        "rate_limit": None,
        "status": "enabled",
        "timeout": 10,
        "url": "https://shop.example/hooks",
        "warnings": [],
    }


async def test_an_endpoint_with_everything(world: World) -> None:
    made = await say(world, PATH, ALL)
    for name in ("url", "enabled_events", "api_version", "description", "metadata", "payload", "rate_limit", "timeout"):
        assert made[name] == ALL[name]
    assert made["headers"] == {"X-Shop-Token": "****", "Authorization": "****"}
    shown = {name: value for name, value in made.items() if name != "secret"}
    assert await world.seen(f"{PATH}/{made['id']}") == shown
    row = await world.db.read(lambda reader: reader.one(ROW, id=made["id"]))
    assert row is not None
    assert (row["status"], row["sequence"], row["created_us"]) == ("enabled", 1, world.wall - 1000)
    assert {name: value for name, value in shown.items() if name != "health"} == msgspec.json.decode(row["doc"])
    lane = await world.db.read(lambda reader: reader.one(LANES, id=made["id"]))
    assert lane is not None
    assert [lane[name] for name in ("owner", "lease_us", "failing", "breaker")] == ["", 0, "{}", "{}"]


async def test_a_form_means_the_same(small: World) -> None:
    by_json = await say(small, PATH, ALL)
    flat: dict[str, object] = {name: value for name, value in ALL.items() if not isinstance(value, dict)}
    for name in ("headers", "metadata"):
        flat |= {f"{name}[{key}]": value for key, value in ALL[name].items()}
    by_form = await small.made(PATH, flat)
    differs = {"id", "secret", "secrets", "created"}
    assert {k: v for k, v in by_form.items() if k not in differs} == {
        k: v for k, v in by_json.items() if k not in differs
    }


async def test_the_event_of_its_creation_shows_no_secret(world: World) -> None:
    made = await say(world, PATH, ALL)
    [event] = await world.events(made["id"])
    assert event["type"] == "webhook_endpoint.created"
    left = {name: value for name, value in made.items() if name not in ("secret", "health")}
    assert event["data"] == {"object": left}


async def test_it_wants_events_from_now_on(world: World) -> None:
    made = await say(world, PATH, {**ALL, "enabled_events": ["refund.*", "charge.failed", "refund.*"]})
    assert made["enabled_events"] == ["refund.*", "charge.failed"]
    assert await filters(world, made["id"]) == {"charge.failed": [(world.wall, None)], "refund.*": [(world.wall, None)]}


async def test_filters_live_by_the_test_clock(world: World) -> None:
    await world.made("/v1/test_helpers/clock/advance", {"by": 1000})
    made = await say(world, PATH, PLAIN)
    assert made["created"] == world.wall // SECOND + 1000
    assert made["secrets"][0]["created"] == world.wall // SECOND
    assert await filters(world, made["id"]) == {"*": [(world.wall + 1000 * SECOND, None)]}


async def test_an_endpoint_that_is_disabled_from_the_start(world: World) -> None:
    made = await say(world, PATH, {**PLAIN, "disabled": True})
    assert (made["status"], made["disabled_reason"], made["disabled_at"]) == (
        "disabled", "requested", world.wall // SECOND,
    )  # fmt: skip
    assert made["health"]["state"] == "disabled"
    await world.pay()
    assert (await world.seen(f"{PATH}/{made['id']}"))["health"]["held"] == 3


# -- what is refused ---------------------------------------------------------------------------------------------------

REFUSED: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"url": None}, "parameter_invalid_string", "url"),
    ({"url": "javascript:alert(1)"}, "url_invalid", "url"),
    ({"url": "https://u:p@shop.example/"}, "url_invalid", "url"),
    ({"url": "http://10.0.0.1/"}, "url_invalid", "url"),
    ({"url": "https://shop.example/" + "a" * 2048}, "parameter_too_long", "url"),
    ({"enabled_events": []}, "parameter_invalid_array", "enabled_events"),
    ({"enabled_events": ["*", "refund.create"]}, "event_type_unknown", "enabled_events[1]"),
    ({"enabled_events": ["refund*"]}, "event_type_unknown", "enabled_events[0]"),
    ({"enabled_events": ["*.created"]}, "event_type_unknown", "enabled_events[0]"),
    ({"enabled_events": "*"}, "parameter_invalid_array", "enabled_events"),
    ({"enabled_events": ["refund.created"] * 201}, "parameter_invalid_array", "enabled_events"),
    ({"api_version": "2020-01-01"}, "parameter_invalid_enum", "api_version"),
    ({"payload": "fat"}, "parameter_invalid_enum", "payload"),
    ({"timeout": 0}, "parameter_invalid_integer", "timeout"),
    ({"timeout": 31}, "parameter_invalid_integer", "timeout"),
    ({"rate_limit": 0}, "parameter_invalid_integer", "rate_limit"),
    ({"rate_limit": 1001}, "parameter_invalid_integer", "rate_limit"),
    ({"description": "card 4242 4242 4242 4242"}, "card_number_in_text", "description"),
    ({"metadata": {"a": "4242424242424242"}}, "card_number_in_text", "metadata[a]"),
    ({"headers": {"Host": "elsewhere.example"}}, "webhook_header_invalid", "headers"),
    ({"headers": {"FinSecure-Signature": "t=1,v1=0"}}, "webhook_header_invalid", "headers"),
    ({"headers": {"X-Line": "a\r\nHost: b"}}, "webhook_header_invalid", "headers"),
    ({"headers": {"X Y": "a"}}, "webhook_header_invalid", "headers"),
    ({"headers": {"X-\u00e9": "a"}}, "webhook_header_invalid", "headers"),
    ({"headers": {"X-A": "a", "x-a": "b"}}, "webhook_header_invalid", "headers"),
    ({"headers": {"X-A": "****"}}, "webhook_header_invalid", "headers"),
    ({"headers": {f"X-{n}": "a" for n in range(21)}}, "webhook_header_invalid", "headers"),
    ({"headers": {"X-A": "4242 4242 4242 4242"}}, "card_number_in_text", "headers"),
    ({"headers": {"4242424242424242": "a"}}, "card_number_in_text", "headers"),
    ({"headers": {"X-A": "a\0"}}, "parameter_invalid_string", "headers"),
    ({"headers": {"X-A": ["a"]}}, "parameter_invalid_string", "headers"),
    ({"headers": "X-A: a"}, "parameter_invalid_object", "headers"),
    ({"secret": "whsec_mine"}, "parameter_unknown", "secret"),
    ({"status": "enabled"}, "parameter_unknown", "status"),
)


@pytest.mark.parametrize(("change", "code", "param"), REFUSED)
async def test_what_is_refused_leaves_nothing(small: World, change: dict[str, Any], code: str, param: str) -> None:
    got = await small.post(PATH, msgspec.json.encode({**PLAIN, **change}), content_type="application/json")
    assert (got.status, got.code) == (400, code), got.body
    assert got.error["param"].startswith(param), got.body
    assert await small.db.read(lambda reader: reader.all(EVERYTHING)) == []
    assert (await small.seen("/v1/events"))["data"] == []


@pytest.mark.parametrize(("change", "code", "param"), [row for row in REFUSED if row[0] != {"url": None}])
async def test_an_update_is_checked_as_well(small: World, change: dict[str, Any], code: str, param: str) -> None:
    made = await say(small, PATH, PLAIN)
    path = f"{PATH}/{made['id']}"
    before = await small.seen(path)
    got = await small.post(path, msgspec.json.encode(change), content_type="application/json")
    assert (got.status, got.code) == (400, code), got.body
    assert await small.seen(path) == before
    assert len(await small.events(made["id"])) == 1


async def test_the_nearest_type_is_named(small: World) -> None:
    got = await small.post(PATH, {"url": PLAIN["url"], "enabled_events": ["payment_intent.succeded"]})
    assert "Did you mean `payment_intent.succeeded`?" in got.error["message"]


async def test_no_value_of_a_header_is_repeated(small: World) -> None:
    value = "s3cret\r\nsesame"
    body = msgspec.json.encode({**PLAIN, "headers": {"X-A": value}})
    got = await small.post(PATH, body, content_type="application/json")
    assert got.code == "webhook_header_invalid"
    assert "s3cret" not in got.body.decode()
    assert "X-A" in got.error["message"]


@pytest.mark.parametrize(
    ("url", "refused"),
    [("http://shop.example/", True), ("https://shop.example:8443/", True), ("https://localhost/", True),
     ("https://shop.example/", False)],
)  # fmt: skip
async def test_live_endpoints_are_https_on_public_addresses(small: World, url: str, refused: bool) -> None:
    got = await small.post(PATH, {**PLAIN, "url": url}, key=small.account.secret_live)
    assert got.code == ("url_invalid" if refused else None)


@pytest.mark.parametrize(
    ("url", "warnings"),
    [
        ("https://shop.example/", []),
        ("http://shop.example/", [UNENCRYPTED]),
        ("https://localhost:8443/", [LOOPBACK]),
        ("http://127.0.0.1:4242/hooks", [UNENCRYPTED, LOOPBACK]),
        ("http://127.9.9.9/", [UNENCRYPTED, LOOPBACK]),
        ("http://[::1]:4242/hooks", [UNENCRYPTED, LOOPBACK]),
        ("http://shop.localhost/", [UNENCRYPTED, LOOPBACK]),
        ("https://127.shop.example/", []),
        ("https://shop.example/?at=localhost", []),
    ],
)
async def test_test_endpoints_may_be_anywhere_here_and_say_so(small: World, url: str, warnings: list[str]) -> None:
    made = await say(small, PATH, {**PLAIN, "url": url})
    assert made["warnings"] == warnings
    moved = await say(small, f"{PATH}/{made['id']}", {"url": "http://shop.example/"})
    assert moved["warnings"] == [UNENCRYPTED]


def test_the_versions_are_those_that_there_are() -> None:
    assert get_args(ApiVersion) == versions.VERSIONS


async def test_at_most_a_hundred(small: World) -> None:
    made = [await say(small, PATH, PLAIN) for _ in range(ENDPOINTS_MAX)]
    got = await small.post(PATH, PLAIN)
    assert (got.status, got.code) == (400, "webhook_endpoint_limit")
    await say(small, PATH, PLAIN, key=small.account.secret_live)
    good(await small.call("DELETE", f"{PATH}/{made[7]['id']}"))
    await say(small, PATH, PLAIN)
    assert (await small.post(PATH, PLAIN)).code == "webhook_endpoint_limit"
    first = await small.seen(f"{PATH}?limit=100")
    assert (len(first["data"]), first["has_more"]) == (100, False)


# -- change ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "after", "previous"),
    [
        ({"url": "https://tea.example"}, {"url": "https://tea.example/"}, {"url": ALL["url"]}),
        ({"description": None}, {"description": None}, {"description": "The till"}),
        ({"api_version": None}, {"api_version": None}, {"api_version": versions.VERSIONS[0]}),
        ({"payload": "snapshot"}, {"payload": "snapshot"}, {"payload": "thin"}),
        ({"rate_limit": None}, {"rate_limit": None}, {"rate_limit": 50}),
        ({"timeout": 1}, {"timeout": 1}, {"timeout": 30}),
        ({"metadata": {"team": None, "a": "b"}}, {"metadata": {"a": "b"}}, {"metadata": {"team": "tea", "a": None}}),
        ({"metadata": None}, {"metadata": {}}, {"metadata": {"team": "tea"}}),
        ({"enabled_events": ["*"]}, {"enabled_events": ["*"]}, {"enabled_events": ALL["enabled_events"]}),
        ({"headers": {"x-shop-token": None}}, {"headers": {"Authorization": "****"}},
         {"headers": {"X-Shop-Token": "****", "Authorization": "****"}}),
        ({"headers": {"X-Shop-Token": "another"}}, {},
         {"headers": {"X-Shop-Token": "****", "Authorization": "****"}}),
        ({"headers": None}, {"headers": {}}, {"headers": {"X-Shop-Token": "****", "Authorization": "****"}}),
    ],
)  # fmt: skip
async def test_an_update_says_what_it_changed(
    small: World, change: dict[str, Any], after: dict[str, Any], previous: dict[str, Any]
) -> None:
    made = await say(small, PATH, ALL)
    path = f"{PATH}/{made['id']}"
    before = await small.seen(path)
    changed = await say(small, path, change)
    assert {k: v for k, v in changed.items() if before[k] != v} == after
    assert await small.seen(path) == changed
    _, event = await small.events(made["id"])
    assert event["type"] == "webhook_endpoint.updated"
    shown = {name: value for name, value in changed.items() if name != "health"}
    assert event["data"] == {"object": shown, "previous_attributes": previous}


@pytest.mark.parametrize(
    "change",
    [{}, {"url": ALL["url"]}, {"timeout": 30}, {"disabled": False}, {"metadata": {"team": "tea"}},
     {"headers": {"X-Shop-Token": "open sesame"}}, {"headers": {"X-Shop-Token": "****"}}, {"headers": {"X-B": None}}],
)  # fmt: skip
async def test_an_update_that_changes_nothing_says_nothing(small: World, change: dict[str, Any]) -> None:
    made = await say(small, PATH, ALL)
    path = f"{PATH}/{made['id']}"
    before = await small.seen(path)
    assert await say(small, path, change) == before
    assert len(await small.events(made["id"])) == 1


async def test_filters_end_and_begin_with_an_update(world: World) -> None:
    made = await say(world, PATH, {**PLAIN, "enabled_events": ["refund.*", "payout.paid"]})
    since = world.wall
    await say(world, f"{PATH}/{made['id']}", {"enabled_events": ["payout.paid", "charge.failed"]})
    then = world.wall
    await say(world, f"{PATH}/{made['id']}", {"enabled_events": ["refund.*"]})
    now = world.wall
    assert await filters(world, made["id"]) == {
        "charge.failed": [(then, now)],
        "payout.paid": [(since, now)],
        "refund.*": [(since, then), (now, None)],
    }


async def test_a_filter_that_ends_and_begins_in_one_moment_never_ended(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    path = f"{PATH}/{made['id']}"
    for pattern in ("refund.*", "*", "refund.*", "*"):
        world.wall -= 1000
        await say(world, path, {"enabled_events": [pattern]})
    assert await filters(world, made["id"]) == {"*": [(world.wall, None)], "refund.*": [(world.wall, world.wall)]}


# -- lists, walls, repeats --------------------------------------------------------------------------------------------


async def test_a_list_by_pages_and_time(world: World) -> None:
    ids = []
    for number in range(4):
        world.wall = T0 + number * SECOND
        ids.append((await say(world, PATH, PLAIN))["id"])
    good(await world.call("DELETE", f"{PATH}/{ids[1]}"))
    listed = await world.seen(PATH)
    assert (listed["url"], listed["has_more"]) == (PATH, False)
    assert [item["id"] for item in listed["data"]] == [ids[3], ids[2], ids[0]]
    assert listed["data"][0] == await world.seen(f"{PATH}/{ids[3]}")
    page = await world.seen(f"{PATH}?limit=1&starting_after={ids[3]}")
    assert ([item["id"] for item in page["data"]], page["has_more"]) == ([ids[2]], True)
    early = await world.seen(f"{PATH}?created[lt]={T0 // SECOND + 2}")
    assert [item["id"] for item in early["data"]] == [ids[0]]
    behind = await world.seen(f"{PATH}?starting_after={ids[1]}")  # it was deleted, and keeps its place
    assert [item["id"] for item in behind["data"]] == [ids[0]]
    assert (await world.get(f"{PATH}?starting_after=we_nothing")).code == "resource_missing"


async def test_another_account_and_the_other_mode_see_nothing(world: World) -> None:
    mine = world.account
    made = await say(world, PATH, PLAIN)
    other = await world.open_account("Coffee Shop")
    for key in (other.secret_test, other.secret_live, mine.secret_live):
        for method, path in (("GET", ""), ("POST", ""), ("DELETE", ""), ("POST", "/enable"), ("POST", "/roll_secret")):
            got = await world.call(method, f"{PATH}/{made['id']}{path}", key=key)
            code = "livemode_mismatch" if key == mine.secret_live else "resource_missing"
            assert (got.status, got.code) == (404, code)
            missing, _, more = got.error["message"].partition(";")
            assert missing == f"No such webhook_endpoint: '{made['id']}'"
            assert bool(more) == (key == mine.secret_live), "only one's own other mode is told"
        assert (await world.seen(PATH, key=key))["data"] == []


async def test_a_repeat_of_the_call_makes_no_second_one_and_shows_no_secret(world: World) -> None:
    first = await world.post(PATH, PLAIN, idempotency_key="once")
    again = await world.post(PATH, PLAIN, idempotency_key="once")
    assert again.headers["idempotent-replayed"] == "true"
    secret = first.json["secret"]
    assert again.json == {name: value for name, value in first.json.items() if name != "secret"}
    kept = await world.db.read(lambda reader: reader.one("SELECT response FROM idempotency_keys WHERE key = 'once'"))
    assert kept is not None
    assert secret not in kept["response"]
    assert len((await world.seen(PATH))["data"]) == 1
