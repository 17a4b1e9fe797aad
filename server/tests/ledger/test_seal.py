"""Sealing stays behind the present, goes on where it ended, and waits after the clock was moved."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from finsecure_server.core import ledger as book
from finsecure_server.core.seal import canonical, genesis, seal
from finsecure_server.ledger import seal as sealing
from finsecure_server.ledger import store
from tests.edge import SECOND
from tests.world import World

MINUTE = 60 * SECOND
SEALS = "SELECT * FROM ledger_seals ORDER BY account_id, livemode, number"
TRANSACTIONS = "SELECT * FROM ledger_transactions WHERE account_id = :account ORDER BY id"
POSTINGS = "SELECT * FROM postings WHERE transaction_id = :id ORDER BY position"


async def sell(world: World, number: int, *, livemode: bool = False) -> None:
    env = world.env(livemode=livemode)
    await world.db.write(lambda tx: store.post(tx, env, book.sale("usd", 100 + number, 3), f"ch_{number}"))


async def seals(world: World) -> list[Any]:
    return await world.db.read(lambda reader: reader.all(SEALS))


async def texts(world: World) -> list[bytes]:
    def look(reader: Any) -> list[bytes]:
        return [
            canonical(row, reader.all(POSTINGS, id=row["id"]))
            for row in reader.all(TRANSACTIONS, account=world.account.account)
        ]

    return await world.db.read(look)


async def test_a_minute_behind_the_present(world: World) -> None:
    await sell(world, 1)
    assert await sealing.run_all(world.db, world.wall + MINUTE) == 0
    assert await sealing.run_all(world.db, world.wall + MINUTE + SECOND) == 1
    (row,) = await seals(world)
    assert (row["number"], row["transactions"], row["sealed_us"]) == (1, 1, world.wall + MINUTE + SECOND)
    assert row["hash"] == seal(genesis(world.account.account, livemode=False), await texts(world))


async def test_each_seal_stands_on_the_one_before(world: World) -> None:
    for number in range(3):
        world.wall += SECOND
        await sell(world, number)
        assert await sealing.run_all(world.db, world.wall + MINUTE + SECOND) == 1
    rows = await seals(world)
    assert [row["number"] for row in rows] == [1, 2, 3]
    hash_ = genesis(world.account.account, livemode=False)
    for row, text in zip(rows, await texts(world), strict=True):
        hash_ = seal(hash_, [text])
        assert row["hash"] == hash_
    assert await sealing.run_all(world.db, world.wall + 2 * MINUTE) == 0


async def test_long_ledgers_are_sealed_in_steps(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "TRANSACTIONS_MAX", 2)
    for number in range(5):
        world.wall += 1
        await sell(world, number)
    assert await sealing.run_all(world.db, world.wall + 2 * MINUTE) == 3
    assert [row["transactions"] for row in await seals(world)] == [2, 2, 1]


async def test_one_call_does_not_go_on_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "TRANSACTIONS_MAX", 1)
    monkeypatch.setattr(sealing, "STEPS_MAX", 2)
    for number in range(3):
        world.wall += 1
        await sell(world, number)
    assert [await sealing.run_all(world.db, world.wall + 2 * MINUTE) for _ in range(3)] == [2, 1, 0]


async def test_books_are_sealed_apart(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "ACCOUNTS_A_PAGE", 1)
    first = world.account.account
    await sell(world, 1)
    await sell(world, 1, livemode=True)
    second = (await world.open_account("Coffee Shop")).account
    await sell(world, 1)
    assert await sealing.run_all(world.db, world.wall + 2 * MINUTE) == 3
    rows = await seals(world)
    assert {(row["account_id"], row["livemode"]) for row in rows} == {(first, 0), (first, 1), (second, 0)}
    assert len({row["hash"] for row in rows}) == 3


async def test_after_the_clock_was_moved_test_mode_waits_and_live_mode_does_not(world: World) -> None:
    await sell(world, 1)
    await sell(world, 1, livemode=True)
    world.wall += 2 * MINUTE
    await world.made("/v1/test_helpers/clock/advance", {"by": 86_400})
    moved = world.wall
    assert await sealing.run_all(world.db, moved + MINUTE - 1) == 1
    assert [row["livemode"] for row in await seals(world)] == [1]
    assert await sealing.run_all(world.db, moved + MINUTE) == 1


async def test_by_the_accounts_own_clock(world: World) -> None:
    await world.made("/v1/test_helpers/clock/advance", {"by": 86_400})
    env = world.env(clock_offset=86_400 * SECOND)
    await world.db.write(lambda tx: store.post(tx, env, book.sale("usd", 100, 3), "ch_1"))
    assert await sealing.run_all(world.db, world.wall + MINUTE) == 0
    assert await sealing.run_all(world.db, world.wall + MINUTE + SECOND) == 1


async def test_two_processes_at_once_make_one_chain(world: World) -> None:
    for number in range(4):
        world.wall += 1
        await sell(world, number)
    made = await asyncio.gather(*(sealing.run_all(world.db, world.wall + 2 * MINUTE) for _ in range(4)))
    assert sum(made) == 1
    assert len(await seals(world)) == 1
