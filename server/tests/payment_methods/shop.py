"""A shop with an account, customers and payment methods: the routes of both folders behind the real edge."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import msgspec

from finsecure_server.core.attempt import Processor
from finsecure_server.customers import api as customers_api
from finsecure_server.customers import store as customers
from finsecure_server.customers import types as customers_types
from finsecure_server.payment_methods import api, keys, store, types
from finsecure_server.payment_methods.vault import Vaults
from finsecure_server.storage.database import Database
from finsecure_server.web.render import Expansion
from tests.edge import SECOND, Edge, Got

ROUTES = (*customers_api.ROUTES, *api.ROUTES)
EXPANSION = Expansion(
    {**customers_types.EXPANDS, **types.EXPANDS}, {"customer": customers.load, "payment_method": store.load}
)
VISA = {"type": "card", "card[number]": "4242424242424242", "card[exp_month]": 12, "card[exp_year]": 2034}
EVENTS = "SELECT type, object_id, sequence, doc FROM events WHERE object_id = :id ORDER BY sequence"


#: There is one for live mode, and nobody asks it anything: real numbers are kept.
LIVE = cast("Processor", object())


async def open_shop(database: Database, folder: Path, *, live: Processor | None = None) -> Edge:
    """An edge with a fresh account; its master keys lie in `folder`. `live` is the processor of live mode."""
    vaults = Vaults(keys.load_or_create(folder / "config" / "keys.toml", None))
    shop = Edge(database, ROUTES, expansion=EXPANSION, vaults=vaults, live_processor=live)
    await shop.open_account()
    return shop


async def made(shop: Edge, path: str, body: object = b"", *, key: str | None = None) -> dict[str, Any]:
    """What a POST that must succeed made."""
    return good(await shop.post(path, body, key=key))


async def seen(shop: Edge, path: str, *, key: str | None = None) -> dict[str, Any]:
    """What a GET that must succeed shows."""
    return good(await shop.get(path, key=key))


def good(got: Got) -> dict[str, Any]:
    assert got.status == 200, got.body
    shown: dict[str, Any] = got.json
    return shown


async def events(shop: Edge, object_id: str) -> list[dict[str, Any]]:
    """The events about an object, in order; their sequence has no gap."""
    rows = await shop.db.read(lambda reader: reader.all(EVENTS, id=object_id))
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
    return [msgspec.json.decode(row["doc"]) for row in rows]


async def customer_of(shop: Edge, **fields: object) -> str:
    """A new customer's id."""
    customer: str = (await made(shop, "/v1/customers", fields))["id"]
    return customer


async def new_card(shop: Edge, **fields: object) -> dict[str, Any]:
    """A card of nobody."""
    return await made(shop, "/v1/payment_methods", {**VISA, "card[cvc]": "123", **fields})


async def attach(shop: Edge, method_id: str, customer: str) -> dict[str, Any]:
    """A payment method after it was attached."""
    shop.wall += SECOND  # so that lists have an order
    return await made(shop, f"/v1/payment_methods/{method_id}/attach", {"customer": customer})


async def listed(shop: Edge, customer: str, query: str = "") -> list[str]:
    """The ids of a customer's payment methods, newest first."""
    page = await seen(shop, f"/v1/customers/{customer}/payment_methods?{query}")
    return [method["id"] for method in page["data"]]
