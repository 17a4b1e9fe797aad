"""A payment method in use: what payments may take and keep, and what happens when everybody wants it at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.payment_methods import ops, store
from finsecure_server.payment_methods.method import Method
from finsecure_server.storage.database import Database
from finsecure_server.web.request import Request
from tests.edge import Edge
from tests.payment_methods.shop import attach, customer_of, events, good, listed, made, new_card, open_shop, seen

DEFAULT = "invoice_settings[default_payment_method]"


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> Edge:
    return await open_shop(database, tmp_path)


async def env_of(shop: Edge) -> Env:
    """What an op is handed in a call with the account's test key."""
    request = Request("req_1", "POST", "/", {}, b"", "", shop.wall, 0)
    return shop._env(request, await shop.keys(f"Bearer {shop.account.secret_test}", shop.wall))


# -- what payments ask ------------------------------------------------------------------------------------------------


async def test_who_may_pay_with_what(shop: Edge) -> None:
    customer = await customer_of(shop)
    loose = (await new_card(shop))["id"]
    attached = (await attach(shop, "pm_card_visa", customer))["id"]
    detached = (await attach(shop, "pm_card_visa", customer))["id"]
    await made(shop, f"/v1/payment_methods/{detached}/detach")
    env = await env_of(shop)

    def usable(method_id: str, who: str | None) -> tuple[Code, str | None] | None:
        try:
            ops.check_usable(found[method_id], who, "payment_method")
        except Refused as refused:
            return refused.code, refused.param
        return None

    found: dict[str, Method] = {}
    for method_id in (loose, attached, detached, "pm_card_visa"):
        found[method_id] = await shop.db.read(lambda reader, m=method_id: store.find(reader, env, m, "p"))  # type: ignore[misc]
    for method_id in (loose, "pm_card_visa"):
        assert usable(method_id, None) is None
        assert usable(method_id, customer) is None
    assert usable(attached, customer) is None
    assert usable(attached, "cus_other") == (Code.PAYMENT_METHOD_CUSTOMER_MISMATCH, "payment_method")
    assert usable(attached, None) == (Code.PAYMENT_METHOD_CUSTOMER_MISMATCH, "customer")
    assert usable(detached, customer) == (Code.PAYMENT_METHOD_UNEXPECTED_STATE, "payment_method")
    assert usable(detached, None) == (Code.PAYMENT_METHOD_UNEXPECTED_STATE, "payment_method")


async def test_what_was_paid_with_is_kept(shop: Edge) -> None:
    env = await env_of(shop)
    customer, other = await customer_of(shop), await customer_of(shop)
    loose = (await new_card(shop))["id"]
    theirs = (await attach(shop, "pm_card_visa", other))["id"]

    async def keep(method_id: str, who: str | None, *, set_up: bool = False) -> str:
        return await shop.db.write(lambda tx: ops.keep(tx, env, method_id, who, set_up=set_up))

    copy = await keep("pm_card_visa", customer)
    assert copy != "pm_card_visa"
    assert await keep(loose, customer) == loose
    assert set(await listed(shop, customer)) == {copy, loose}
    assert await keep(loose, customer) == loose
    assert await keep(theirs, customer) == theirs
    assert await listed(shop, other) == [theirs]
    assert len(await events(shop, loose)) == 1
    declines = await keep("pm_card_visa_chargeDeclined", customer)  # the bank has just said otherwise
    assert (await seen(shop, f"/v1/payment_methods/{declines}"))["customer"] == customer
    good(await shop.call("DELETE", f"/v1/customers/{customer}"))
    assert await keep(loose, other) == loose  # it is used up
    assert await listed(shop, other) == [theirs]
    nobodys = [await keep("pm_card_visa", customer), await keep("pm_card_visa", None, set_up=True)]
    found = [await shop.db.read(lambda reader, m=m: store.find(reader, env, m, "p")) for m in nobodys]  # type: ignore[misc]
    assert [(method.wire.customer, method.set_up, method.shared) for method in found] == [
        (None, False, False), (None, True, False),
    ]  # fmt: skip


# -- all at once ------------------------------------------------------------------------------------------------------


async def test_of_many_customers_one_gets_it(shop: Edge) -> None:
    customers = [await customer_of(shop) for _ in range(8)]
    method = await new_card(shop)
    path = f"/v1/payment_methods/{method['id']}/attach"
    replies = await asyncio.gather(*(shop.post(path, {"customer": who}) for who in customers))
    assert sorted(reply.status for reply in replies) == [200] + [400] * 7
    [winner] = [who for who, reply in zip(customers, replies, strict=True) if reply.status == 200]
    assert (await seen(shop, f"/v1/payment_methods/{method['id']}"))["customer"] == winner
    assert len(await events(shop, method["id"])) == 1


async def test_nothing_is_left_attached_to_a_customer_who_is_deleted_meanwhile(shop: Edge) -> None:
    for _ in range(5):
        customer = await customer_of(shop, payment_method="pm_card_visa")
        [old] = await listed(shop, customer)
        own = (await new_card(shop))["id"]
        calls = [
            shop.post(f"/v1/payment_methods/{method}/attach", {"customer": customer})
            for method in (own, "pm_card_visa", "pm_card_amex")
        ]
        calls += [
            shop.post(f"/v1/customers/{customer}", {DEFAULT: old}),
            shop.post(f"/v1/payment_methods/{old}", {"metadata[a]": "1"}),
            shop.post(f"/v1/payment_methods/{old}/detach"),
            shop.call("DELETE", f"/v1/customers/{customer}"),
        ]
        replies = await asyncio.gather(*calls)
        assert {reply.status for reply in replies} <= {200, 400, 404}
        assert replies[-1].status == 200
        left = await shop.db.read(
            lambda reader, who=customer: reader.all("SELECT id FROM payment_methods WHERE customer_id = :who", who=who)  # type: ignore[misc]
        )
        assert left == []
        for object_id in (customer, old, own):
            await events(shop, object_id)  # no gap, no number twice
