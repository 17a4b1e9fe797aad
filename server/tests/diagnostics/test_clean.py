"""A busy database is clean, at any moment of a busy life."""

from __future__ import annotations

from pathlib import Path

from finsecure_server.diagnostics.verify import verify
from finsecure_server.storage.database import Database
from tests.diagnostics import busy
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
