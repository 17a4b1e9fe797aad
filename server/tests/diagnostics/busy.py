"""A merchant after some busy days: a little of everything that can happen to money, and some of it still under way."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from finsecure_server.disputes import api as disputes_api
from finsecure_server.disputes import jobs as disputes_jobs
from finsecure_server.ledger import seal
from finsecure_server.payments import setup_api
from finsecure_server.payouts import api as payouts_api
from finsecure_server.payouts import jobs as payouts_jobs
from finsecure_server.refunds import api as refunds_api
from finsecure_server.refunds import jobs as refunds_jobs
from finsecure_server.storage.database import Database
from tests.diagnostics import hooks
from tests.edge import SECOND
from tests.world import DAY, World, open_world

PARTS: Final[dict[str, Any]] = {
    "routes": (*setup_api.ROUTES, *refunds_api.ROUTES, *disputes_api.ROUTES, *payouts_api.ROUTES, *hooks.ROUTES),
    "jobs": {**refunds_jobs.JOBS, **disputes_jobs.JOBS, **payouts_jobs.JOBS},
}


async def busy_world(db: Database, folder: Path) -> World:
    """A world with an account that has done all of it."""
    world = await open_world(db, folder, **PARTS)
    await settled(world)
    listening = await hooks.listening(world)
    await world.pass_time(3 * DAY)
    await seal.run_all(db, world.wall)
    await under_way(world)
    await hooks.under_way(world, listening)
    await seal.run_all(db, world.wall + 120 * SECOND)
    return world


async def settled(world: World) -> None:
    """What has come to its end."""
    customer = await world.made("/v1/customers", {"email": "ann@example.com", "name": "Ann"})
    gone = await world.made("/v1/customers", {"email": "bob@example.com"})
    await world.call("DELETE", f"/v1/customers/{gone['id']}")
    card = {"type": "card", "card[number]": "4242424242424242", "card[exp_month]": 12, "card[exp_year]": 2034}
    method = await world.made("/v1/payment_methods", card)
    await world.made(f"/v1/payment_methods/{method['id']}/attach", {"customer": customer["id"]})
    await world.pay(5000, method["id"], customer=customer["id"])
    for amount in (2000, 3100, 4200):
        await world.pay(amount)
    await world.pay(5000, currency="eur")
    await world.pay(9000, "pm_card_bypassPending")
    await world.pay(2000, "pm_card_visa_chargeDeclinedInsufficientFunds")
    await world.pay(1000, "pm_card_createIssuerFraudRecord")
    await captures(world)
    await refunds(world)
    await disputes(world)
    await payouts(world)
    await hooks.delivered(world)
    await world.post("/v1/payment_intents", {"amount": 700, "currency": "usd"}, idempotency_key="order-1")
    await world.post("/v1/payment_intents", {"amount": 1, "currency": "usd"}, idempotency_key="order-2")


async def captures(world: World) -> None:
    held = [await world.pay(6000, capture_method="manual") for _ in range(5)]
    path = [f"/v1/payment_intents/{intent['id']}" for intent in held]
    await world.made(f"{path[0]}/capture")
    await world.made(f"{path[1]}/capture", {"amount_to_capture": 2500})
    await world.made(f"{path[2]}/increment_authorization", {"amount": 8000})
    await world.made(f"{path[2]}/capture", {"amount_to_capture": 1000, "final_capture": "false"})
    await world.made(f"{path[2]}/capture", {"amount_to_capture": 3000})
    await world.made(f"{path[3]}/cancel")
    await world.made(f"{path[4]}/capture", {"amount_to_capture": 1000, "final_capture": "false"})
    await world.made(f"{path[4]}/cancel")
    lost = await world.pay(1500, "pm_card_lostReplyApproved")
    assert lost["status"] == "processing"
    await world.pass_time(3600)
    assert (await world.seen(f"/v1/payment_intents/{lost['id']}"))["status"] == "succeeded"


async def refunds(world: World) -> None:
    charges = [await world.charge(3000) for _ in range(2)]
    charges.append(await world.charge(3000, "pm_card_refundFail"))
    charges.append(await world.charge(3000, "pm_card_pendingRefund"))
    await world.made("/v1/refunds", {"charge": charges[0]["id"]})
    for amount in (500, 700):
        await world.made("/v1/refunds", {"charge": charges[1]["id"], "amount": amount})
    for charge in charges[2:]:
        await world.made("/v1/refunds", {"charge": charge["id"], "amount": 1200})
    await world.pass_time(60)


async def disputes(world: World) -> None:
    charges = [await world.charge(2500, "pm_card_createDispute") for _ in range(3)]
    charges.append(await world.charge(2500, "pm_card_createMultipleDisputes"))
    await world.pass_time(60)
    found = (await world.seen("/v1/disputes?limit=100"))["data"]
    of = {charge["id"]: [row for row in found if row["charge"] == charge["id"]] for charge in charges}
    won, lost = of[charges[0]["id"]][0], of[charges[1]["id"]][0]
    evidence = {"evidence[uncategorized_text]": "winning_evidence", "submit": "true"}
    await world.made(f"/v1/disputes/{won['id']}", evidence)
    await world.made(f"/v1/disputes/{lost['id']}/close")
    await world.pass_time(60)


async def payouts(world: World) -> None:
    for destination in ("ba_test_paid", "ba_test_no_account"):
        await world.made("/v1/payouts", {"amount": 100, "currency": "usd", "destination": destination})
    canceled = await world.made("/v1/payouts", {"amount": 150, "currency": "usd"})
    await world.made(f"/v1/payouts/{canceled['id']}/cancel")
    await world.pass_time(60)


async def under_way(world: World) -> None:
    """What has not come to its end yet."""
    await world.pay(2800, "pm_card_createDispute")
    await world.made("/v1/payouts", {"amount": 200, "currency": "usd"})
    await world.pass_time(6)
    await world.made("/v1/payouts", {"amount": 300, "currency": "usd"})
    await world.made("/v1/payment_intents", {"amount": 2900, "currency": "usd"})
    await world.pay(2100)
    await world.pay(2200, currency="eur")
    await world.pay(2300, capture_method="manual")
    await world.pay(2400, "pm_card_threeDSecure2Required")
    await world.pay(2500, "pm_card_lostReplyApproved")
    held = await world.pay(2600, "pm_card_captureLost", capture_method="manual")
    await world.made(f"/v1/payment_intents/{held['id']}/capture", {"amount_to_capture": 600})
    charge = await world.charge(2700, "pm_card_pendingRefund")
    await world.made("/v1/refunds", {"charge": charge["id"], "amount": 300})
    customer = await world.made("/v1/customers", {"email": "eve@example.com"})
    await world.made(
        "/v1/setup_intents", {"payment_method": "pm_card_visa", "customer": customer["id"], "confirm": "true"}
    )
