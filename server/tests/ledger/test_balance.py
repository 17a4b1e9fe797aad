"""The balance is the ledger's accounts, always; balance transactions say how it came about."""

from __future__ import annotations

from typing import Any

import pytest

from finsecure_server.core import ledger as book
from finsecure_server.core.ledger import Taken
from finsecure_server.ledger import store
from finsecure_server.storage.database import Reader
from tests.world import DAY, World

ACCOUNTS = """
SELECT currency, name, balance FROM ledger_accounts WHERE account_id = :account AND livemode = 0"""


async def accounts(world: World) -> dict[tuple[str, str], int]:
    """The ledger's accounts as they stand in the database."""

    def look(reader: Reader) -> dict[tuple[str, str], int]:
        rows = reader.all(ACCOUNTS, account=world.account.account)
        return {(row["currency"], row["name"]): row["balance"] for row in rows}

    return await world.db.read(look)


async def test_a_new_account_has_nothing_in_its_own_currency(world: World) -> None:
    nothing = {"amount": 0, "currency": "usd", "source_types": {"card": 0}}
    assert await world.seen("/v1/balance") == {
        "object": "balance", "available": [nothing], "pending": [nothing], "debt": [nothing], "livemode": False,
    }  # fmt: skip


async def test_the_balance_is_a_probe_of_the_key(world: World) -> None:
    assert (await world.get("/v1/balance")).status == 200
    assert (await world.call("HEAD", "/v1/balance")).body == b""
    assert (await world.get("/v1/balance", key=world.account.secret_live)).json["livemode"] is True
    assert (await world.get("/v1/balance", key="sk_test_" + "wrong" * 8)).code == "invalid_api_key"
    assert (await world.get("/v1/balance", key=world.account.publishable_test)).code == "secret_key_required"


async def test_invariant_11_the_balance_is_the_ledgers_accounts(world: World) -> None:
    for amount, currency in ((2000, "usd"), (5000, "eur"), (700, "jpy")):
        await world.pay(amount, currency=currency)
        await world.pay(amount, currency=currency, method="pm_card_bypassPending")
    await world.pass_time(1)

    def owe(tx: Any, env: Any) -> None:
        store.post(tx, env, book.dispute("eur", Taken(0, 0, 1500), 1500), "dp_1")

    await world.do(owe)
    shown = await world.seen("/v1/balance")
    held = await accounts(world)
    for name in ("available", "pending", "debt"):
        account = "A:merchant_debt" if name == "debt" else f"L:merchant_{name}"
        assert [funds["currency"] for funds in shown[name]] == ["usd", "eur", "jpy"]
        for funds in shown[name]:
            assert funds["amount"] == held.get((funds["currency"], account), 0)
            assert funds["source_types"] == {"card": funds["amount"]}
    assert await world.balance("eur") == {"available": 4825, "pending": 4825, "debt": 1500}


async def test_what_is_only_held_at_a_bank_is_no_balance(world: World) -> None:
    await world.pay(2000, currency="eur", capture_method="manual")
    assert [funds["currency"] for funds in (await world.seen("/v1/balance"))["pending"]] == ["usd"]


async def test_a_balance_transaction_becomes_available_by_the_clock(world: World) -> None:
    charge = await world.charge(2000)
    transaction = await world.seen(f"/v1/balance_transactions/{charge['balance_transaction']}")
    now = world.wall // 1_000_000
    midnight = (now // DAY + 2) * DAY
    assert transaction == {
        "id": charge["balance_transaction"],
        "object": "balance_transaction",
        "amount": 2000,
        "available_on": midnight,
        "created": now,
        "currency": "usd",
        "description": None,
        "exchange_rate": None,
        "fee": 88,
        "fee_details": [
            {
                "amount": 88,
                "application": None,
                "currency": "usd",
                "description": "FinSecure processing fees",
                "type": "finsecure_fee",
            }
        ],
        "net": 1912,
        "reporting_category": "charge",
        "source": charge["id"],
        "status": "pending",
        "type": "charge",
    }
    await world.pass_time(midnight - now)
    for path in ("/v1/balance_transactions", "/v1/balance/history"):
        (shown,) = (await world.seen(path))["data"]
        assert shown == transaction | {"status": "available"}
        assert await world.seen(f"{path}/{transaction['id']}") == shown


async def test_balance_transactions_are_listed_newest_first_and_filtered(world: World) -> None:
    charges = [await world.charge(1000 + n, currency=currency) for n, currency in enumerate(("usd", "eur", "usd"))]
    first, _, third = (charge["balance_transaction"] for charge in charges)

    async def listed(query: str, path: str = "/v1/balance_transactions") -> list[str]:
        page = await world.seen(f"{path}?{query}")
        assert page["url"] == path
        return [row["id"] for row in page["data"]]

    assert await listed("") == [charge["balance_transaction"] for charge in reversed(charges)]
    assert await listed("limit=1&currency=USD") == [third]
    assert await listed(f"currency=usd&starting_after={third}") == [first]
    assert await listed(f"source={charges[1]['id']}", "/v1/balance/history") == [charges[1]["balance_transaction"]]
    assert await listed("type=refund") == []
    assert len(await listed("type=charge")) == 3
    assert await listed("payout=po_1") == []
    assert await listed(f"created[gt]={world.wall // 1_000_000}") == []
    got = await world.get("/v1/balance_transactions?starting_after=txn_nothing")
    assert (got.code, got.error["param"]) == ("resource_missing", "starting_after")


@pytest.mark.parametrize("path", ["/v1/balance_transactions", "/v1/balance/history"])
async def test_a_transaction_of_somebody_else_is_not_there(world: World, path: str) -> None:
    charge = await world.charge()
    others = await world.open_account("Coffee Shop")
    got = await world.get(f"{path}/{charge['balance_transaction']}", key=others.secret_test)
    assert (got.status, got.code) == (404, "resource_missing")


async def test_a_charge_expands_its_balance_transaction(world: World) -> None:
    charge = await world.charge()
    shown = await world.seen(f"/v1/charges/{charge['id']}?expand[]=balance_transaction")
    assert shown["balance_transaction"]["net"] == 1912
