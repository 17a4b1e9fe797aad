"""One real event of every type: a merchant's story, told to the server itself.

The world of the tests runs the real routes, ops and jobs in this process, on a database that is thrown away. Its clock
stands still between two calls, and its chance counts: the same code makes the same events, byte by byte. So a change
of what the server says is seen in the diff of `examples.json`.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from structlog.testing import capture_logs

from finsecure_server.core.event_types import TYPES
from finsecure_server.disputes import api as disputes_api
from finsecure_server.disputes import jobs as disputes_jobs
from finsecure_server.payment_methods.keys import Keys, ModeKeys
from finsecure_server.payments import setup_api
from finsecure_server.payouts import api as payouts_api
from finsecure_server.payouts import jobs as payouts_jobs
from finsecure_server.refunds import api as refunds_api
from finsecure_server.refunds import jobs as refunds_jobs
from finsecure_server.storage import migrate, urls
from finsecure_server.storage.engines import open_database
from finsecure_server.webhooks import endpoint_ops
from finsecure_server.webhooks.examples import PUBLIC_URL
from tests import edge
from tests.world import DAY, World

WALL_US: Final = 1_795_348_800_000_000  # noon (UTC) of 22 November 2026
EVENTS: Final = "SELECT type, doc FROM events ORDER BY id"
_PREVIOUS: Final = '"previous_attributes":'
ROUTES: Final = (*setup_api.ROUTES, *refunds_api.ROUTES, *disputes_api.ROUTES, *payouts_api.ROUTES)
JOBS: Final = {**refunds_jobs.JOBS, **disputes_jobs.JOBS, **payouts_jobs.JOBS}
ORDER: Final = {"metadata[order_id]": "6735"}


@cache
def examples() -> dict[str, str]:
    """Type -> an event of it, as it is stored. Every type is there, in the order of the table."""
    with tempfile.TemporaryDirectory() as folder, capture_logs():
        return asyncio.run(_examples(Path(folder)))


def text() -> str:
    """`webhooks/examples.json`: an object whose members are the events, a line each."""
    lines = (f"{msgspec.json.encode(name).decode()}: {doc}" for name, doc in examples().items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


async def _examples(folder: Path) -> dict[str, str]:
    url = urls.sqlite_url(folder / "story.db")
    migrate.up(url, WALL_US)
    db = open_database(url)
    try:
        world = World(db, folder, routes=ROUTES, jobs=JOBS, master_keys=master_keys(), chance=counting())
        world.wall = WALL_US
        await world.open_account()
        await _story(world)
        rows = await db.read(lambda reader: reader.all(EVENTS))
    finally:
        await db.close()
    told: dict[str, str] = {}
    for row in rows:  # the first of each type, unless a later one also shows what was there before
        shows, shown = (_PREVIOUS in row["doc"], _PREVIOUS in told.get(row["type"], ""))
        if row["type"] not in told or (shows and not shown):
            told[row["type"]] = row["doc"].replace(edge.PUBLIC_URL, PUBLIC_URL)
    assert told.keys() == TYPES.keys(), told.keys() ^ TYPES.keys()
    return {name: told[name] for name in TYPES}


def counting() -> Callable[[int], bytes]:
    """Bytes that look like chance and are the same each time."""
    numbers = itertools.count()
    return lambda size: hashlib.shake_128(str(next(numbers)).encode()).digest(size)


def master_keys() -> Keys:
    """Keys by which a card has the same fingerprint each time. They open nothing that is kept."""
    wrap_test, print_test, wrap_live, print_live = (hashlib.sha256(str(n).encode()).digest() for n in range(4))
    test, live = (
        ModeKeys("test-1", print_test, {"test-1": wrap_test}),
        ModeKeys("live-1", print_live, {"live-1": wrap_live}),
    )
    return Keys(test, live, "nowhere")


# -- the story ---------------------------------------------------------------------------------------------------------


async def _story(world: World) -> None:
    ann = await _customers(world)
    await _payments(world, ann)
    await _setups(world, ann)
    await _refunds(world)
    await _disputes(world)
    await world.pass_time(3 * DAY)  # funds become available
    await _payouts(world)
    await _endpoints(world)
    await world.pass_time(7 * DAY)  # a hold expires


async def _customers(world: World) -> str:
    """A customer with a card; her id."""
    ann = await world.made("/v1/customers", {"email": "ann@example.com", "name": "Ann Example"})
    path = f"/v1/customers/{ann['id']}"
    await world.made(path, {"email": "ann.example@example.com", "address[country]": "GB"})
    gone = await world.made("/v1/customers", {"email": "bob@example.com", "name": "Bob Example"})
    await world.call("DELETE", f"/v1/customers/{gone['id']}")
    card = {"type": "card", "card[number]": "4242424242424242", "card[exp_month]": 12, "card[exp_year]": 2034}
    methods = [f"/v1/payment_methods/{(await world.made('/v1/payment_methods', card))['id']}" for _ in range(2)]
    for method in methods:
        await world.made(f"{method}/attach", {"customer": ann["id"]})
    await world.made(methods[0], {"card[exp_year]": 2036})
    await world.made(f"{methods[1]}/detach")
    return str(ann["id"])


async def _payments(world: World, ann: str) -> None:
    await world.pay(2000, customer=ann, description="Two pounds of Assam", **ORDER)
    await world.pay(2000, "pm_card_visa_chargeDeclinedInsufficientFunds", **ORDER)
    await world.pay(2000, "pm_card_threeDSecure2Required", **ORDER)
    await world.pay(2000, "pm_card_lostReplyApproved", **ORDER)
    await world.pass_time(60)
    held = [await world.pay(6000, capture_method="manual", **ORDER) for _ in range(3)]
    await world.made(f"/v1/payment_intents/{held[0]['id']}/capture", {"amount_to_capture": 4500})
    await world.made(f"/v1/payment_intents/{held[1]['id']}/cancel", {"cancellation_reason": "requested_by_customer"})
    charge = await world.charge(1500)
    await world.made(f"/v1/charges/{charge['id']}", ORDER)


async def _setups(world: World, ann: str) -> None:
    waits = await world.made("/v1/setup_intents", {"customer": ann})
    await world.made(f"/v1/setup_intents/{waits['id']}/cancel")
    for card in ("pm_card_visa", "pm_card_authenticationRequiredOnSetup", "pm_card_chargeDeclined"):
        await world.post("/v1/setup_intents", {"customer": ann, "payment_method": card, "confirm": "true"})


async def _refunds(world: World) -> None:
    charge = await world.charge(3000)
    refund = await world.made(
        "/v1/refunds", {"charge": charge["id"], "amount": 1200, "reason": "requested_by_customer"}
    )
    await world.made(f"/v1/refunds/{refund['id']}", {"metadata[ticket]": "811"})
    await world.made("/v1/refunds", {"charge": (await world.charge(3000, "pm_card_refundFail"))["id"]})
    await world.pass_time(60)


async def _disputes(world: World) -> None:
    await world.charge(2500, "pm_card_createDispute")
    await world.charge(1000, "pm_card_createIssuerFraudRecord")
    await world.pass_time(60)
    (dispute,) = (await world.seen("/v1/disputes"))["data"]
    evidence = {"evidence[uncategorized_text]": "winning_evidence", "submit": "true"}
    await world.made(f"/v1/disputes/{dispute['id']}", evidence)
    await world.pass_time(60)


async def _payouts(world: World) -> None:
    for destination in ("ba_test_paid", "ba_test_no_account"):
        await world.made("/v1/payouts", {"amount": 500, "currency": "usd", "destination": destination})
    canceled = await world.made("/v1/payouts", {"amount": 700, "currency": "usd"})
    await world.made(f"/v1/payouts/{canceled['id']}/cancel")
    await world.pass_time(60)


async def _endpoints(world: World) -> None:
    """What only days of failures bring about, and what only a test event says, is said by the op that then says it."""
    made = {"url": "https://shop.example.com/webhooks", "enabled_events": ["payment_intent.*"], "description": "Orders"}
    endpoint, gone = [(await world.made("/v1/webhook_endpoints", made))["id"] for _ in range(2)]
    path = f"/v1/webhook_endpoints/{endpoint}"
    await world.made(path, {"enabled_events": ["payment_intent.*", "refund.*"], "timeout": 20})
    await world.made(f"{path}/disable")
    await world.made(f"{path}/enable")
    for word in ("failing", "recovered", "test"):
        await world.do(endpoint_ops.tell, endpoint, f"webhook_endpoint.{word}")
    await world.call("DELETE", f"/v1/webhook_endpoints/{gone}")
