"""One of everything in a merchant's account, so that a test can be about every route that names an object."""

from __future__ import annotations

import re
from typing import Any

from finsecure_server.web.router import Route
from tests.contract.house import House

Ids = dict[str, str]


async def furnish(house: House) -> Ids:
    """Make one object of each type in test mode; its id by the first word of its path."""
    customer = (await house.made("/v1/customers", {"name": "Jenny"}))["id"]
    method = (await house.made("/v1/payment_methods/pm_card_visa/attach", {"customer": customer}))["id"]
    paid = await house.pay("pm_card_bypassPending", amount=50_000)
    await house.pay("pm_card_createDispute")
    await house.pass_time(60)
    held = await house.pay(capture_method="manual", customer=customer)
    setup = await house.made("/v1/setup_intents", {"customer": customer})
    refund = await house.made("/v1/refunds", {"charge": paid["latest_charge"], "amount": 500})
    payout = await house.made("/v1/payouts", {"amount": 100, "currency": "usd"})
    key = await house.made("/v1/api_keys", {"name": "Till", "scopes": ["customers:read"]})
    hooks = {"url": "https://shop.example.com/hooks", "enabled_events": ["webhook_endpoint.recovered"]}
    endpoint = await house.made("/v1/webhook_endpoints", hooks)
    attempt = await refused(house, customer)
    replay = await house.made("/v1/webhook_replays", {"webhook_endpoint": attempt["webhook_endpoint"]})
    await house.server.request_log.flush_now(house.server.db)
    return {
        "api_keys": key["id"],
        "balance": refund["balance_transaction"],
        "balance_transactions": refund["balance_transaction"],
        "charges": held["latest_charge"],
        "customers": customer,
        "disputes": (await house.seen("/v1/disputes"))["data"][0]["id"],
        "event_types": "refund.created",
        "events": (await house.seen("/v1/events"))["data"][0]["id"],
        "payment_intents": held["id"],
        "payment_methods": method,
        "payouts": payout["id"],
        "refunds": refund["id"],
        "request_logs": (await house.seen("/v1/request_logs"))["data"][0]["id"],
        "setup_intents": setup["id"],
        "webhook_attempts": attempt["id"],
        "webhook_deliveries": attempt["delivery"],
        "webhook_endpoints": endpoint["id"],
        "webhook_replays": replay["id"],
    }


async def refused(house: House, customer: str) -> dict[str, Any]:
    """The first attempt to tell of a customer, at an endpoint where nobody answers."""
    hooks = {"url": "http://127.0.0.1:1/hooks", "enabled_events": ["customer.updated"], "timeout": 1}
    endpoint = await house.made("/v1/webhook_endpoints", hooks)
    await house.made(f"/v1/customers/{customer}", {"name": "Jenny Rosen"})
    await house.server.sender.settle()
    attempt: dict[str, Any] = (await house.seen(f"/v1/webhook_attempts?webhook_endpoint={endpoint['id']}"))["data"][0]
    return attempt


def path_of(route: Route, ids: Ids) -> str:
    """The route's path with ids in it."""
    area = route.path.split("/")[2]
    return re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1] + "s") or ids[area], route.path)
