"""Payouts: what leaves the balance, where it ends, and what is said about it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from finsecure_server.core import ledger as book
from finsecure_server.core.ledger import Taken
from finsecure_server.core.payout import DESTINATIONS, FAILURES, PACES, Method
from finsecure_server.ledger import store as ledger
from finsecure_server.payouts import ops
from tests.ledger.test_balance import accounts
from tests.world import World

LEDGER = "SELECT kind FROM ledger_transactions WHERE source_id = :id ORDER BY id"
SENT, ARRIVES = PACES[Method.STANDARD]


async def entries(world: World, payout: dict[str, Any]) -> list[str]:
    rows = await world.db.read(lambda reader: reader.all(LEDGER, id=payout["id"]))
    return [row["kind"] for row in rows]


async def create(world: World, amount: object = 1000, **more: object) -> dict[str, Any]:
    return await world.made("/v1/payouts", {"amount": amount, "currency": "usd", **more})


async def now(world: World, payout: dict[str, Any]) -> dict[str, Any]:
    return await world.seen(f"/v1/payouts/{payout['id']}")


async def said(world: World, payout: dict[str, Any]) -> list[str]:
    return [event["type"] for event in await world.events(payout["id"])]


async def test_a_payout_as_it_is_shown(world: World) -> None:
    payout = await create(world, description="Week 47", statement_descriptor="TEA SHOP", **{"metadata[week]": 47})
    created = world.wall // 1_000_000
    assert payout == {
        "id": payout["id"],
        "object": "payout",
        "amount": 1000,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": created + ARRIVES,
        "automatic": False,
        "balance_transaction": payout["balance_transaction"],
        "created": created,
        "currency": "usd",
        "description": "Week 47",
        "destination": "ba_test_paid",
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {"week": "47"},
        "method": "standard",
        "original_payout": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": "TEA SHOP",
        "status": "pending",
        "trace_id": None,
        "type": "bank_account",
    }
    assert await now(world, payout) == payout
    assert await world.balance() == {"available": 912, "pending": 0, "debt": 0}
    expanded = await world.seen(f"/v1/payouts/{payout['id']}?expand[]=balance_transaction")
    assert expanded["balance_transaction"]["net"] == -1000
    assert expanded["balance_transaction"]["type"] == "payout"


async def test_a_payout_is_sent_and_arrives(world: World) -> None:
    payout = await create(world)
    await world.pass_time(SENT)
    assert (await now(world, payout))["status"] == "in_transit"
    assert (await accounts(world))["usd", "L:payout_in_transit"] == 1000
    await world.pass_time(ARRIVES - SENT)
    assert (await now(world, payout))["status"] == "paid"
    held = await accounts(world)
    assert (held["usd", "L:payout_in_transit"], held["usd", "A:bank_cash"]) == (0, 2000 - 1000)
    assert await entries(world, payout) == ["payout", "payout_paid"]
    events = await world.events(payout["id"])
    assert [event["type"] for event in events] == ["payout.created", "payout.updated", "payout.paid"]
    assert events[1]["data"]["previous_attributes"] == {"status": "pending"}
    assert events[2]["data"]["object"] == await now(world, payout)


async def test_an_instant_payout_is_sooner(world: World) -> None:
    payout = await create(world, method="instant")
    await world.pass_time(PACES[Method.INSTANT].arrives)
    assert (await now(world, payout))["status"] == "paid"


@pytest.mark.parametrize("destination", [row for row in DESTINATIONS if row.failure], ids=lambda row: str(row.id))
async def test_a_payout_that_fails_comes_back(world: World, destination: Any) -> None:
    payout = await create(world, destination=destination.id)
    await world.pass_time(ARRIVES)
    failed = await now(world, payout)
    assert failed["status"] == "failed"
    assert failed["failure_code"] == destination.failure
    assert failed["failure_message"] == FAILURES[destination.failure]
    assert await world.balance() == {"available": 1912, "pending": 0, "debt": 0}
    assert (await accounts(world))["usd", "L:payout_in_transit"] == 0
    back = await world.seen(f"/v1/balance_transactions/{failed['failure_balance_transaction']}")
    assert (back["type"], back["net"], back["source"]) == ("payout_failure", 1000, payout["id"])
    assert await entries(world, payout) == ["payout", "payout_failed"]
    assert await said(world, payout) == ["payout.created", "payout.updated", "payout.failed"]


@pytest.mark.parametrize("way", ["fails", "is canceled"])
async def test_what_comes_back_settles_a_debt_first(world: World, way: str) -> None:
    payout = await create(world, 1912, destination="ba_test_account_closed")
    await world.do(lambda tx, env: ledger.post(tx, env, book.dispute("usd", Taken(0, 0, 1500), 0), "dp_1"))
    if way == "fails":
        await world.pass_time(ARRIVES)
    else:
        await world.made(f"/v1/payouts/{payout['id']}/cancel")
    assert await world.balance() == {"available": 412, "pending": 0, "debt": 0}
    assert (await create(world, 412))["status"] == "pending"


@pytest.mark.parametrize("way", ["fails", "is canceled"])
async def test_what_comes_back_frees_a_refund_that_waits(world: World, way: str) -> None:
    payout = await create(world, 1912, destination="ba_test_account_closed")
    [charge] = (await world.seen("/v1/charges"))["data"]
    refund = await world.made("/v1/refunds", {"charge": charge["id"]})
    assert refund["pending_reason"] == "insufficient_funds"
    if way == "is canceled":
        await world.made(f"/v1/payouts/{payout['id']}/cancel")
    await world.pass_time(ARRIVES + 2)
    assert (await world.seen(f"/v1/refunds/{refund['id']}"))["status"] == "succeeded"
    assert await world.balance() == {"available": 0, "pending": 0, "debt": 88}


async def test_metadata_says_how_it_ends(world: World) -> None:
    failing = await create(world, 100, **{"metadata[simulate]": "account_frozen"})
    arriving = await create(world, 100, destination="ba_test_no_account", **{"metadata[simulate]": "paid"})
    await world.pass_time(ARRIVES)
    assert (await now(world, failing))["failure_code"] == "account_frozen"
    assert (await now(world, arriving))["status"] == "paid"


async def test_a_pending_payout_can_be_canceled_once(world: World) -> None:
    payout = await create(world)
    canceled = await world.made(f"/v1/payouts/{payout['id']}/cancel")
    assert canceled["status"] == "canceled"
    assert await world.balance() == {"available": 1912, "pending": 0, "debt": 0}
    back = await world.seen(f"/v1/balance_transactions/{canceled['failure_balance_transaction']}")
    assert (back["type"], back["net"]) == ("payout_cancel", 1000)
    got = await world.post(f"/v1/payouts/{payout['id']}/cancel")
    assert (got.status, got.code) == (400, "payout_unexpected_state")
    await world.pass_time(ARRIVES)
    assert await now(world, payout) == canceled
    assert await said(world, payout) == ["payout.created", "payout.canceled"]


async def test_a_payout_under_way_cannot_be_canceled(world: World) -> None:
    payout = await create(world)
    await world.pass_time(SENT)
    got = await world.post(f"/v1/payouts/{payout['id']}/cancel")
    assert got.code == "payout_unexpected_state"
    assert "in_transit" in got.error["message"]


async def test_jobs_that_come_again_do_nothing(world: World) -> None:
    payout = await create(world)
    await world.pass_time(ARRIVES)
    before = await accounts(world)
    await world.do(ops.send, payout["id"])
    await world.do(ops.arrive, payout["id"])
    assert await accounts(world) == before
    assert len(await said(world, payout)) == 3


async def test_metadata_can_be_changed_at_any_time(world: World) -> None:
    payout = await create(world)
    path = f"/v1/payouts/{payout['id']}"
    changed = await world.made(path, {"metadata[order]": "7"})
    assert changed == payout | {"metadata": {"order": "7"}}
    assert await world.made(path, {"metadata[order]": "7"}) == changed
    assert await said(world, payout) == ["payout.created", "payout.updated"]
    await world.pass_time(ARRIVES)
    assert (await world.made(path, {"metadata[order]": ""}))["metadata"] == {}
    assert (await world.post(path, {"metadata[simulate]": "rain"})).code == "simulation_invalid"
    assert (await world.post(path, {"amount": 1})).code == "parameter_unknown"


BAD: list[tuple[dict[str, object], str, str | None]] = [
    ({"amount": 1913}, "balance_insufficient", "amount"),
    ({"amount": 2**62}, "balance_insufficient", "amount"),
    ({"amount": 0}, "payout_amount_invalid", "amount"),
    ({"amount": -1}, "payout_amount_invalid", "amount"),
    ({"amount": "1.5"}, "parameter_invalid_integer", "amount"),
    ({"currency": "eur"}, "balance_insufficient", "amount"),
    ({"currency": "xxx"}, "currency_unknown", "currency"),
    ({"currency": "isk", "amount": 150}, "payout_amount_invalid", "amount"),
    ({"destination": "ba_1"}, "resource_missing", "destination"),
    ({"metadata[simulate]": "rain"}, "simulation_invalid", "metadata[simulate]"),
    ({"method": "slow"}, "parameter_invalid_enum", "method"),
    ({"statement_descriptor": "x" * 23}, "parameter_too_long", "statement_descriptor"),
    ({"source_type": "fpx"}, "parameter_invalid_enum", "source_type"),
]


@pytest.mark.parametrize(("change", "code", "param"), BAD, ids=str)
async def test_what_cannot_be_paid_out(world: World, change: dict[str, object], code: str, param: str | None) -> None:
    before = await accounts(world)
    got = await world.post("/v1/payouts", {"amount": 1000, "currency": "usd", **change})
    assert (got.code, got.error.get("param")) == (code, param), got.body
    assert got.status in (400, 404)
    assert await accounts(world) == before
    assert (await world.seen("/v1/payouts"))["data"] == []


async def test_whoever_owes_gets_no_payout(world: World) -> None:
    await world.do(lambda tx, env: ledger.post(tx, env, book.dispute("usd", Taken(0, 0, 500), 0), "dp_1"))
    got = await world.post("/v1/payouts", {"amount": 1, "currency": "usd"})
    assert got.code == "balance_insufficient"
    assert "You owe $5.00 USD" in got.error["message"]


async def test_live_mode_has_no_bank(world: World) -> None:
    got = await world.post("/v1/payouts", {"amount": 1, "currency": "usd"}, key=world.account.secret_live)
    assert (got.status, got.code) == (400, "processor_not_configured")


async def test_racing_payouts_take_no_more_than_there_is(world: World) -> None:
    asked = [world.post("/v1/payouts", {"amount": 191, "currency": "usd"}) for _ in range(20)]
    got = await asyncio.gather(*asked)
    assert sorted(reply.code or "" for reply in got) == [""] * 10 + ["balance_insufficient"] * 10
    assert (await world.balance())["available"] == 1912 - 10 * 191
    rows = (await world.seen("/v1/balance_transactions?type=payout&limit=100"))["data"]
    assert len(rows) == 10


async def test_invariant_9_a_payout_is_the_sum_of_its_balance_transactions(world: World) -> None:
    kept = await create(world, 700)
    failed = await create(world, 500, destination="ba_test_no_account")
    canceled = await create(world, 300)
    await world.made(f"/v1/payouts/{canceled['id']}/cancel")
    await world.pass_time(ARRIVES)
    for payout, left in ((kept, 700), (failed, 0), (canceled, 0)):
        rows = (await world.seen(f"/v1/balance_transactions?payout={payout['id']}"))["data"]
        assert -sum(row["net"] for row in rows) == left
        assert {row["source"] for row in rows} == {payout["id"]}


async def test_payouts_are_listed_and_filtered(world: World) -> None:
    made = [await create(world, 100), await create(world, 200), await create(world, 300)]
    await world.made(f"/v1/payouts/{made[1]['id']}/cancel")

    async def listed(query: str) -> list[str]:
        return [row["id"] for row in (await world.seen(f"/v1/payouts?{query}"))["data"]]

    ids = [payout["id"] for payout in reversed(made)]
    assert await listed("") == ids
    assert await listed("status=canceled") == [made[1]["id"]]
    assert await listed("status=pending&limit=1") == ids[:1]
    assert await listed(f"starting_after={ids[0]}") == ids[1:]
    assert await listed(f"created[gt]={world.wall // 1_000_000}") == []


async def test_a_payout_of_somebody_else_is_not_there(world: World) -> None:
    payout = await create(world)
    others = (await world.open_account("Coffee Shop")).secret_test
    for got in (
        await world.get(f"/v1/payouts/{payout['id']}", key=others),
        await world.post(f"/v1/payouts/{payout['id']}", {"metadata[a]": "b"}, key=others),
        await world.post(f"/v1/payouts/{payout['id']}/cancel", key=others),
    ):
        assert (got.status, got.code) == (404, "resource_missing")


async def test_a_restricted_key_needs_the_permission(world: World) -> None:
    key = await world.made("/v1/api_keys", {"name": "reader", "scopes": ["payouts:read", "balance:read"]})
    assert (await world.get("/v1/payouts", key=key["secret"])).status == 200
    assert (await world.get("/v1/balance", key=key["secret"])).status == 200
    assert (
        await world.post("/v1/payouts", {"amount": 1, "currency": "usd"}, key=key["secret"])
    ).code == "insufficient_scope"
