"""Walls between merchants, and between test and live: for every object and every verb, made from the routes.

What belongs to somebody else is not there: the reply is, word for word, that of an id which nobody has. What is one's
own in the other mode is not there either, and the reply says in which mode it is: that, and nothing else of it.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

from finsecure_server.app import API_ROUTES, CONTRACT_ROUTES
from finsecure_server.web.openapi import operation_id
from finsecure_server.web.router import Route
from tests.contract.furniture import Ids, furnish, path_of
from tests.contract.house import House
from tests.edge import Got

#: What is the same for everybody.
COMMON: Final = frozenset({"/v1/event_types/{event_type}"})
ABOUT_ONE: Final = tuple(route for route in API_ROUTES if "{" in route.path and route.path not in COMMON)
LISTS: Final = tuple(
    route for route in API_ROUTES if route.method == "GET" and "{" not in route.path and "limit" in route.shape.fields
)
#: What calls about one object cannot do without. Letters in capitals are the caller's own objects.
BODIES: Final[dict[str, dict[str, Any]]] = {
    "/v1/payment_intents/{intent}/increment_authorization": {"amount": 90_000},
    "/v1/payment_methods/{payment_method}/attach": {"customer": "CUSTOMER"},
}
#: Parameters that name an object of another type: where, the parameter, and whose id it takes.
NAMING: Final = (
    ("POST", "/v1/customers", {"payment_method": "payment_methods"}),
    ("POST", "/v1/payment_intents", {"customer": "customers"}),
    ("POST", "/v1/payment_intents", {"payment_method": "payment_methods"}),
    ("POST", "/v1/setup_intents", {"customer": "customers"}),
    ("POST", "/v1/setup_intents", {"payment_method": "payment_methods"}),
    ("POST", "/v1/refunds", {"charge": "charges"}),
    ("POST", "/v1/refunds", {"payment_intent": "payment_intents"}),
    ("POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": "customers"}),
    ("GET", "/v1/payment_methods", {"customer": "customers"}),
    ("GET", "/v1/setup_attempts", {"setup_intent": "setup_intents"}),
    ("POST", "/v1/webhook_replays", {"webhook_endpoint": "webhook_endpoints"}),
)
#: Filters by an object that need not exist: they just find nothing.
FILTERS: Final = {
    "charge": "charges",
    "delivery": "webhook_deliveries",
    "event": "events",
    "object_id": "payment_intents",
    "payout": "payouts",
    "related_object": "payment_intents",
    "source": "charges",
    "webhook_endpoint": "webhook_endpoints",
}
ATTEMPTS: Final = "/v1/setup_attempts"


def others(house: House) -> dict[str, str]:
    """Keys that must not reach what `house.account` has in test mode."""
    return {
        OWN: house.account.secret_live,
        "another's, test": house.other.secret_test,
        "another's, live": house.other.secret_live,
    }


def nobody(ids: Ids) -> Ids:
    """Ids of the same shape that nobody has."""
    return {name: id_[:-4] + "zzzz" for name, id_ in ids.items()}


OWN: Final = "own, live"


def check_wall(who: str, theirs: Got, missing: Got, ids: Ids, where: str) -> None:
    """`theirs` names what the caller cannot reach, `missing` what nobody has."""
    assert (missing.status, missing.code) == (404, "resource_missing"), f"{who}: {where}"
    if who != OWN:
        assert neutral(theirs, ids) == neutral(missing, nobody(ids)), f"{who}: {where}"
        return
    assert (theirs.status, theirs.code) == (404, "livemode_mismatch"), f"{who}: {where}"
    told = theirs.error["message"]
    assert told.endswith(
        "'; a similar object exists in test mode, but a live mode key was used to make this request."
    ), told
    assert (theirs.error["param"], theirs.error["type"]) == (missing.error["param"], missing.error["type"])
    assert set(theirs.error) == set(missing.error), "nothing else of it is told"


def neutral(got: Got, ids: Ids) -> str:
    """A reply without what must differ: the request's own id, and the id that was asked for."""
    text = got.body.decode().replace(got.headers["request-id"], "REQUEST")
    for id_ in ids.values():
        text = text.replace(id_, "ID")
    return text


async def everything(house: House) -> list[Any]:
    """All that the merchant has."""
    return [await house.seen(route.path + "?limit=100") for route in LISTS if route.path != ATTEMPTS]


async def body_for(house: House, route: Route, key: str) -> dict[str, Any] | None:
    """A body that is good in itself."""
    if route.method != "POST":
        return None
    body = dict(BODIES.get(route.path, {}))
    if body.get("customer") == "CUSTOMER":
        body["customer"] = (await house.made("/v1/customers", {}, key=key))["id"]
    return body


async def test_nobody_reaches_what_is_another_s(any_house: House) -> None:
    ids = await furnish(any_house)
    before = await everything(any_house)
    for route in ABOUT_ONE:
        for who, key in others(any_house).items():
            body = await body_for(any_house, route, key)
            theirs = await any_house.say(route.method, path_of(route, ids), body, key=key)
            missing = await any_house.say(route.method, path_of(route, nobody(ids)), body, key=key)
            check_wall(who, theirs, missing, ids, route.operation)
    without_logs = [page for page in before if page["url"] != "/v1/request_logs"]
    assert [page for page in await everything(any_house) if page["url"] != "/v1/request_logs"] == without_logs


async def test_a_publishable_key_and_the_secret_do_not_reach_over_the_wall(house: House) -> None:
    intent = await house.made("/v1/payment_intents", {"amount": 2000, "currency": "usd"})
    for path in (f"/v1/payment_intents/{intent['id']}", f"/v1/setup_intents/{intent['id']}"):
        own = "livemode_mismatch" if path.startswith("/v1/payment_intents") else "resource_missing"
        for key, code in ((house.other.publishable_test, "resource_missing"), (house.account.publishable_live, own)):
            query = await house.get(f"{path}?client_secret={intent['client_secret']}", key=key)
            assert query.code == code
            body = {"client_secret": intent["client_secret"], "payment_method": "pm_card_visa"}
            assert (await house.say("POST", path + "/confirm", body, key=key)).code == code


@pytest.mark.parametrize(("method", "path", "naming"), NAMING, ids=[f"{m} {p} {next(iter(n))}" for m, p, n in NAMING])
async def test_naming_what_is_another_s(house: House, method: str, path: str, naming: dict[str, str]) -> None:
    ids = await furnish(house)
    ((name, area),) = naming.items()
    needed = {"amount": 2000, "currency": "usd"} if path.endswith("payment_intents") else {}
    for who, key in others(house).items():
        if "pm_card_visa" in path and key.startswith("sk_live"):
            continue  # test cards are refused there before anything is looked up
        replies = []
        for known in (ids, nobody(ids)):
            if method == "GET":
                replies.append(await house.get(f"{path}?{name}={known[area]}", key=key))
            else:
                replies.append(await house.say("POST", path, needed | {name: known[area]}, key=key))
        if path == "/v1/refunds" and key.startswith("sk_live"):  # a refund needs a processor, and asks for that first
            assert replies[0].code == replies[1].code == "processor_not_configured"
        else:
            theirs, missing = replies
            check_wall(who, theirs, missing, ids, path)


@pytest.mark.parametrize("route", [route for route in LISTS if route.path != ATTEMPTS], ids=operation_id)
async def test_lists_their_cursors_and_filters_show_nothing_of_another_s(house: House, route: Route) -> None:
    ids = await furnish(house)
    own = route.path.split("/")[2]
    for who, key in others(house).items():
        page = await house.seen(route.path + "?limit=100", key=key)
        assert not {item["id"] for item in page["data"]} & set(ids.values())
        for cursor in ("starting_after", "ending_before"):
            theirs = await house.get(f"{route.path}?{cursor}={ids[own]}", key=key)
            missing = await house.get(f"{route.path}?{cursor}={nobody(ids)[own]}", key=key)
            check_wall(who, theirs, missing, ids, route.path)
        for name in route.shape.fields.keys() & FILTERS.keys():
            assert (await house.seen(f"{route.path}?{name}={ids[FILTERS[name]]}", key=key))["data"] == []


async def test_an_idempotency_key_is_its_owner_s(house: House) -> None:
    made = await house.post("/v1/customers", {"name": "Jenny"}, idempotency_key="one")
    for key in others(house).values():
        again = await house.post("/v1/customers", {"name": "Jenny"}, key=key, idempotency_key="one")
        assert "idempotent-replayed" not in again.headers
        assert again.json["id"] != made.json["id"]


async def test_events_and_logs_of_one_are_not_told_to_another(house: House) -> None:
    await furnish(house)
    for key in (house.other.secret_test, house.other.secret_live):
        assert (await house.seen("/v1/events", key=key))["data"] == []
        await house.server.request_log.flush_now(house.server.db)
        logged = (await house.seen("/v1/request_logs?limit=100", key=key))["data"]
        assert all(entry["path"] in ("/v1/events", "/v1/request_logs") for entry in logged)


@pytest.mark.parametrize("route", CONTRACT_ROUTES, ids=operation_id)
async def test_without_a_key_there_is_nothing(house: House, route: Route) -> None:
    ids = dict.fromkeys("api_keys balance balance_transactions charges customers disputes events".split(), "x_1")
    ids |= dict.fromkeys("payment_intents payment_methods payouts refunds request_logs setup_intents".split(), "x_1")
    ids |= dict.fromkeys(
        "event_types webhook_endpoints webhook_attempts webhook_deliveries webhook_replays".split(), "x_1"
    )
    path = path_of(route, ids) if "{" in route.path else route.path
    none = await house.call(route.method, path, headers={"authorization": "none"})
    wrong = await house.call(route.method, path, key="sk_test_" + "0" * 40)
    if route.public:
        assert (none.status, wrong.status) == (200, 200)
    else:
        assert (none.status, none.code) == (401, "api_key_missing")
        assert (wrong.status, wrong.code) == (401, "invalid_api_key")
        assert "basic" in none.headers["www-authenticate"].lower()
