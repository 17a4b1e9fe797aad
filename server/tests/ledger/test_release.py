"""Pending funds become available: once, on their day, debts first, whatever else happens to them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from finsecure_server.core import ledger as book
from finsecure_server.core.env import Env
from finsecure_server.core.funds import Bucket, bucket_of
from finsecure_server.core.ledger import Taken
from finsecure_server.ledger import ops, store
from finsecure_server.storage import queue
from finsecure_server.storage.database import Tx
from tests.ledger.test_balance import accounts
from tests.world import DAY, World

RELEASES = """
SELECT kind, source_id, ordinal FROM ledger_transactions
WHERE account_id = :account AND kind IN ('available', 'network_settled') ORDER BY source_id, kind, ordinal"""
DUE = "SELECT kind, object_id, due_us, lease_us FROM due ORDER BY kind, object_id"


def midnight(world: World, days: int = 2) -> int:
    """When what is captured now becomes available, in seconds."""
    return (world.wall // 1_000_000 // DAY + days) * DAY


async def until(world: World, seconds: int) -> None:
    await world.pass_time(seconds - world.wall // 1_000_000)


async def releases(world: World) -> list[tuple[str, str, int]]:
    rows = await world.db.read(lambda reader: reader.all(RELEASES, account=world.account.account))
    return [(row["kind"], row["source_id"], row["ordinal"]) for row in rows]


def take(amount: int, *, pending: int, on: int, source: str = "re_1") -> Any:
    """A refund of `amount`, of which so much is pending money of the bucket `on`; the rest makes a debt."""

    def op(tx: Tx, env: Env) -> None:
        store.post(tx, env, book.refund("usd", Taken(pending, 0, amount - pending)), source)
        store.record(tx, env, type_="refund", source_id=source, currency="usd", amount=-amount, pending=-pending, on=on)

    return op


async def test_the_network_pays_for_a_charge_of_which_the_fee_left_nothing(world: World) -> None:
    intent = await world.pay(2000, capture_method="manual")
    await world.made(f"/v1/payment_intents/{intent['id']}/capture", {"amount_to_capture": 20})
    await world.charge(2000)
    day = midnight(world)
    assert (await accounts(world))["usd", "A:network_receivable"] == 2020
    await until(world, day)
    assert await world.balance() == {"available": 1912, "pending": 0, "debt": 0}
    held = await accounts(world)
    assert (held["usd", "A:network_receivable"], held["usd", "A:bank_cash"]) == (0, 2020)
    await world.pass_time(DAY)
    intent = await world.pay(2000, capture_method="manual")
    await world.made(f"/v1/payment_intents/{intent['id']}/capture", {"amount_to_capture": 20})
    await until(world, midnight(world))
    held = await accounts(world)
    assert (held["usd", "A:network_receivable"], held["usd", "A:bank_cash"]) == (0, 2040)


async def test_funds_become_available_at_midnight_and_the_network_pays(world: World) -> None:
    charges = [await world.charge(2000), await world.charge(3000)]
    day = midnight(world)
    await until(world, day - 1)
    assert await world.balance() == {"available": 0, "pending": 1912 + 2883, "debt": 0}
    await until(world, day)
    assert await world.balance() == {"available": 1912 + 2883, "pending": 0, "debt": 0}
    held = await accounts(world)
    assert held["usd", "A:bank_cash"] == 5000
    assert held["usd", "A:network_receivable"] == 0
    bucket = f"usd:{day}"
    assert await releases(world) == [("available", bucket, 1), ("network_settled", bucket, 1)]
    (event,) = await world.events(bucket)
    assert event["type"] == "balance.available"
    assert event["data"]["object"] == await world.seen("/v1/balance")
    assert event["created"] == day
    assert len(charges) == 2
    assert await world.db.read(lambda reader: reader.all(DUE)) == []


async def test_each_currency_and_each_day_has_its_own_bucket(world: World) -> None:
    await world.pay(2000)
    await world.pay(2000, currency="eur")
    first = midnight(world)
    await world.pass_time(DAY)
    await world.pay(1000)
    await until(world, first)
    assert await world.balance("usd") == {"available": 1912, "pending": 941, "debt": 0}
    assert await world.balance("eur") == {"available": 1912, "pending": 0, "debt": 0}
    await until(world, first + DAY)
    assert await world.balance("usd") == {"available": 2853, "pending": 0, "debt": 0}
    assert len({source for _, source, _ in await releases(world)}) == 3


async def test_what_the_merchant_owes_is_settled_first(world: World) -> None:
    await world.pay(2000)
    await world.do(lambda tx, env: store.post(tx, env, book.dispute("usd", Taken(0, 0, 1500), 1500), "dp_1"))
    await until(world, midnight(world))
    assert await world.balance() == {"available": 412, "pending": 0, "debt": 0}
    await world.do(lambda tx, env: store.post(tx, env, book.dispute("usd", Taken(0, 412, 4588), 1500), "dp_2"))
    await world.pay(2000)
    await until(world, midnight(world))
    assert await world.balance() == {"available": 0, "pending": 0, "debt": 4588 - 1912}


async def test_running_a_release_again_moves_nothing(world: World) -> None:
    await world.pay(2000)
    day = midnight(world)
    await until(world, day)
    before = await accounts(world)
    for _ in range(3):
        await world.do(ops.release, f"usd:{day}")
    assert await accounts(world) == before
    assert len(await releases(world)) == 2


async def test_two_workers_at_once_release_once(world: World) -> None:
    await world.pay(2000)
    day = midnight(world)
    world.wall = day * 1_000_000
    work = [world.db.write(partial(ops.release, env=world.env(), bucket_id=f"usd:{day}")) for _ in range(8)]
    await asyncio.gather(*work)
    assert len(await releases(world)) == 2
    assert await world.balance() == {"available": 1912, "pending": 0, "debt": 0}
    assert len(await world.events(f"usd:{day}")) == 1


async def test_a_release_before_its_time_waits_for_it(world: World) -> None:
    await world.pay(2000)
    day = midnight(world)
    await world.do(ops.release, f"usd:{day}")
    assert await releases(world) == []
    (due,) = await world.db.read(lambda reader: reader.all(DUE))
    assert (due["object_id"], due["due_us"], due["lease_us"]) == (f"usd:{day}", day * 1_000_000, 0)


async def test_nobody_knows_of_a_bucket_that_is_not_there(world: World) -> None:
    await world.do(ops.release, "usd:1000")
    assert await releases(world) == []


@pytest.mark.parametrize("text", ["usd", "usd:", "usd:soon"])
def test_a_bucket_has_a_name(text: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        bucket_of(text)


async def test_a_transaction_that_comes_late_is_released_at_once(world: World) -> None:
    await world.pay(2000)
    day = midnight(world)
    await until(world, day)

    def late(tx: Tx, env: Env) -> None:
        store.post(tx, env, book.sale("usd", 1000, 59), "ch_late")
        store.record(
            tx, env, type_="charge", source_id="ch_late", currency="usd", amount=1000, fee=59, pending=941, on=day
        )

    await world.do(late)
    assert await world.balance() == {"available": 1912, "pending": 941, "debt": 0}
    await world.pass_time(0)
    assert await world.balance() == {"available": 2853, "pending": 0, "debt": 0}
    assert [ordinal for kind, _, ordinal in await releases(world) if kind == "available"] == [1, 2]
    assert len(await world.events(f"usd:{day}")) == 2
    held = await accounts(world)
    assert (held["usd", "A:bank_cash"], held["usd", "A:network_receivable"]) == (3000, 0)


async def test_a_bucket_whose_money_was_refunded_says_nothing(world: World) -> None:
    await world.pay(2000)
    day = midnight(world)
    await world.do(take(1912, pending=1912, on=day))
    await until(world, day)
    assert await world.balance() == {"available": 0, "pending": 0, "debt": 0}
    assert await world.events(f"usd:{day}") == []
    assert await releases(world) == [("network_settled", f"usd:{day}", 1)]  # the refund has yet to reach the network


async def test_a_shortage_is_carried_to_the_next_bucket(world: World) -> None:
    await world.pay(1000)  # 941
    first = midnight(world)
    await world.pass_time(DAY)
    await world.pay(2000)  # 1912, for the next day
    await world.do(take(1000, pending=1000, on=first))  # 59 of it belong to the second bucket
    assert await world.balance() == {"available": 0, "pending": 1853, "debt": 0}
    await until(world, first)
    assert await world.balance() == {"available": 0, "pending": 1853, "debt": 0}
    assert await world.events(f"usd:{first}") == []
    await until(world, first + DAY)
    assert await world.balance() == {"available": 1853, "pending": 0, "debt": 0}


async def test_a_network_that_is_owed_nothing_pays_nothing_and_takes_it_off_next_time(world: World) -> None:
    await world.pay(2000)
    first = midnight(world)
    await world.do(take(1912, pending=1912, on=first))
    await world.do(lambda tx, env: store.post(tx, env, book.refund_done("usd", 1912), "re_1"))
    await world.do(lambda tx, env: store.post(tx, env, book.dispute("usd", Taken(0, 0, 500), 0), "dp_1"))
    await until(world, first)
    assert (await accounts(world))["usd", "A:network_receivable"] == 2000 - 1912 - 500
    assert await releases(world) == []
    await world.pay(2000)
    await until(world, midnight(world))
    held = await accounts(world)
    assert (held["usd", "A:network_receivable"], held["usd", "A:bank_cash"]) == (0, 2000 + 2000 - 1912 - 500)


async def test_what_waits_for_funds_is_woken(world: World) -> None:
    await world.pay(2000)
    day = midnight(world)
    later = (day + 3600) * 1_000_000
    await world.do(lambda tx, env: queue.schedule(tx, env, "refund_retry", "re_1", later))
    await world.do(lambda tx, env: queue.schedule(tx, env, "other", "re_1", later))
    world.wall = day * 1_000_000
    await world.do(ops.release, f"usd:{day}")
    due = {row["kind"]: row["due_us"] for row in await world.db.read(lambda reader: reader.all(DUE))}
    assert due["refund_retry"] == world.wall
    assert due["other"] == later


async def test_buckets_released_out_of_order_release_the_same(world: World) -> None:
    days = []
    for amount in (1000, 2000, 3000):
        await world.pay(amount)
        days.append(midnight(world))
        await world.pass_time(DAY // 2 if amount == 3000 else DAY)
    world.wall = days[-1] * 1_000_000
    for day in (days[2], days[0], days[1]):
        await world.do(ops.release, Bucket("usd", day).id)
    assert (await world.balance())["pending"] == 0
    assert (await world.balance())["available"] == 941 + 1912 + 2883
