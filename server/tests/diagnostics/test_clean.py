"""A busy database is clean, at any moment of a busy life."""

from __future__ import annotations

import asyncio
from pathlib import Path

from finsecure_server.diagnostics.verify import verify
from finsecure_server.storage.database import Database
from tests.diagnostics import busy
from tests.edge import SECOND
from tests.world import DAY, World, open_world


async def clean(world: World) -> None:
    report = await verify(world.db, wall_us=world.wall)
    assert report.clean, report.text()


async def test_an_empty_database_is_clean(database: Database) -> None:
    report = await verify(database)
    assert report.clean
    assert report.exit_code == 0
    assert report.rows == 0


async def test_a_busy_database_is_clean_at_every_step(database: Database, tmp_path: Path) -> None:
    world = await open_world(database, tmp_path, **busy.PARTS)
    for step in (busy.captures, busy.refunds, busy.disputes):
        await step(world)
        await clean(world)
    await busy.settled(world)
    await clean(world)
    await world.pass_time(3 * DAY)
    await clean(world)
    await busy.under_way(world)
    await clean(world)
    await world.open_account("Coffee Shop")
    await busy.settled(world)
    await world.pass_time(30 * DAY)
    await clean(world)


async def test_payments_and_releases_at_once_lose_nothing(database: Database, tmp_path: Path) -> None:
    world = await open_world(database, tmp_path, **busy.PARTS)
    for _ in range(6):
        charges = await asyncio.gather(*(world.charge(1000 + n, "pm_card_bypassPending") for n in range(12)))
        await asyncio.gather(
            *(world.made("/v1/refunds", {"charge": charge["id"], "amount": 400}) for charge in charges[:6]),
            *(world.worker.sweep() for _ in range(3)),
            *(world.pay(700 + n, "pm_card_bypassPending") for n in range(6)),
        )
        world.wall += SECOND // 2
        await clean(world)
    await world.pass_time(30)
    await clean(world)
    balance = await world.balance()
    assert (balance["pending"], balance["debt"]) == (0, 0)


async def test_a_busy_server_is_clean_while_it_works(database: Database, tmp_path: Path) -> None:
    world = await open_world(database, tmp_path, **busy.PARTS)

    async def work() -> None:
        for number in range(15):
            await world.pay(1000 + number, "pm_card_bypassPending")
            await world.worker.sweep()

    async def look() -> list[str]:
        reports = [await verify(world.db, wall_us=world.wall) for _ in range(8)]
        return [report.text() for report in reports if not report.clean]

    *_, found = await asyncio.gather(work(), work(), work(), look())
    assert found == []
