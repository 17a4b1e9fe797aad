"""Due rows: what is scheduled is done, by one worker at a time, and never forgotten."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import cast

import pytest

from finsecure_server.core.env import Env, Vault
from finsecure_server.storage import queue
from finsecure_server.storage.database import Database, Reader, Tx
from finsecure_server.storage.engines import open_database
from finsecure_server.storage.queue import Due

T0 = 1_700_000_000_000_000
SECOND = 1_000_000
LEASE = 60 * SECOND


def env(wall: int = T0, *, account: str = "acct_1", livemode: bool = False, ahead: int = 0) -> Env:
    return Env(
        account=account, livemode=livemode, wall=wall, clock_offset=ahead, chance=os.urandom, processor=None,
        vault=cast("Vault", None),
    )  # fmt: skip


def schedule(object_id: str, due_us: int = T0, *, at: Env | None = None, kind: str = "settle") -> Callable[[Tx], None]:
    return lambda tx: queue.schedule(tx, at or env(), kind, object_id, due_us)


def lease(now: int, limit: int = 10) -> Callable[[Tx], list[Due]]:
    return lambda tx: queue.lease(tx, now, LEASE, limit)


async def waits_until(database: Database) -> int | None:
    return await database.read(queue.next_due_us)


async def test_work_is_leased_when_it_is_due_oldest_first(database: Database) -> None:
    for second in (3, 1, 2, 9):
        await database.write(schedule(f"pi_{second}", T0 + second * SECOND))
    assert await waits_until(database) == T0 + SECOND
    assert await database.write(lease(T0)) == []
    leased = await database.write(lease(T0 + 3 * SECOND))
    assert [due.object_id for due in leased] == ["pi_1", "pi_2", "pi_3"]
    assert leased[0] == Due(
        "acct_1", False, "settle", "pi_1", T0 + SECOND, T0 + 3 * SECOND + LEASE, 1, None
    )  # fmt: skip
    assert await database.write(lease(T0 + 3 * SECOND)) == []
    assert await waits_until(database) == T0 + 9 * SECOND


async def test_no_more_is_leased_than_was_asked_for(database: Database) -> None:
    for number in range(5):
        await database.write(schedule(f"pi_{number}", T0 + number))
    assert [due.object_id for due in await database.write(lease(T0 + 9, limit=2))] == ["pi_0", "pi_1"]
    assert [due.object_id for due in await database.write(lease(T0 + 9, limit=2))] == ["pi_2", "pi_3"]


async def test_done_work_is_gone(database: Database) -> None:
    await database.write(schedule("pi_1"))
    (due,) = await database.write(lease(T0))
    assert await database.write(lambda tx: queue.done(tx, due))
    assert not await database.write(lambda tx: queue.done(tx, due))
    assert await waits_until(database) is None


async def test_failed_work_comes_due_again_and_remembers_why(database: Database) -> None:
    await database.write(schedule("pi_1"))
    (due,) = await database.write(lease(T0))
    assert await database.write(lambda tx: queue.failed(tx, due, "no answer " * 100, T0 + 5 * SECOND))
    assert await database.write(lease(T0 + 5 * SECOND - 1)) == []
    (again,) = await database.write(lease(T0 + 5 * SECOND))
    assert (again.attempts, again.last_error) == (2, ("no answer " * 100)[: queue.ERROR_LENGTH_MAX])


async def test_work_of_a_dead_worker_comes_due_when_its_lease_ends(database: Database) -> None:
    await database.write(schedule("pi_1"))
    (lost,) = await database.write(lease(T0))
    assert await waits_until(database) == T0 + LEASE
    assert await database.write(lease(T0 + LEASE - 1)) == []
    (found,) = await database.write(lease(T0 + LEASE))
    assert found.attempts == 2
    # The first worker was only slow. What it reports is no longer its own to report.
    assert not await database.write(lambda tx: queue.done(tx, lost))
    assert not await database.write(lambda tx: queue.failed(tx, lost, "late", T0))
    assert await database.write(lambda tx: queue.done(tx, found))


async def test_the_last_schedule_wins(database: Database) -> None:
    await database.write(schedule("pi_1", T0 + 5))
    await database.write(schedule("pi_1", T0 + 9))
    assert await waits_until(database) == T0 + 9
    await database.write(schedule("pi_1", T0 + 2))
    assert [due.due_us for due in await database.write(lease(T0 + 10))] == [T0 + 2]


async def test_work_that_is_scheduled_anew_while_it_is_done_is_done_once_more(database: Database) -> None:
    await database.write(schedule("pi_1"))
    (due,) = await database.write(lease(T0))

    def does_and_goes_on(tx: Tx) -> bool:
        queue.schedule(tx, env(), "settle", "pi_1", T0 + SECOND)
        return queue.done(tx, due)

    assert not await database.write(does_and_goes_on)
    (again,) = await database.write(lease(T0 + SECOND))
    assert (again.attempts, again.last_error) == (1, None)
    assert not await database.write(lambda tx: queue.failed(tx, due, "late", T0 + 9 * SECOND))
    assert await database.write(lambda tx: queue.done(tx, again))


async def test_an_op_that_raises_has_scheduled_nothing(database: Database) -> None:
    def op(tx: Tx) -> None:
        queue.schedule(tx, env(), "settle", "pi_1", T0)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(op)
    assert await waits_until(database) is None


async def test_canceled_work_is_not_done(database: Database) -> None:
    await database.write(schedule("pi_1"))
    await database.write(schedule("pi_1", kind="expire"))
    assert await database.write(lambda tx: queue.cancel(tx, env(), "settle", "pi_1"))
    assert not await database.write(lambda tx: queue.cancel(tx, env(), "settle", "pi_1"))
    assert [due.kind for due in await database.write(lease(T0))] == ["expire"]


async def test_accounts_and_modes_do_not_meet(database: Database) -> None:
    places = [env(), env(livemode=True), env(account="acct_2")]
    for place in places:
        await database.write(schedule("pi_1", at=place))
    await database.write(lambda tx: queue.cancel(tx, env(), "settle", "pi_1"))
    leased = await database.write(lease(T0))
    assert {(due.account, due.livemode) for due in leased} == {("acct_1", True), ("acct_2", False)}


async def test_the_clock_of_an_account_may_be_ahead_of_the_wall(database: Database) -> None:
    day = 86_400 * SECOND
    ahead = env(ahead=30 * day)
    await database.write(schedule("pi_1", ahead.now + 7 * day, at=ahead))
    assert await waits_until(database) == T0 + 7 * day


async def test_moving_a_test_clock_brings_test_work_nearer_and_nothing_else(database: Database) -> None:
    for place in (env(), env(livemode=True), env(account="acct_2")):
        await database.write(schedule("pi_1", T0 + 100 * SECOND, at=place))
    await database.write(schedule("pi_held", T0))
    (held,) = await database.write(lease(T0))
    assert await database.write(lambda tx: queue.shift(tx, "acct_1", 60 * SECOND)) == 1
    leased = await database.write(lease(T0 + 40 * SECOND))
    assert [(due.account, due.livemode, due.object_id) for due in leased] == [("acct_1", False, "pi_1")]
    assert await database.write(lambda tx: queue.done(tx, held))


async def test_two_workers_never_hold_the_same_row(database: Database, database_url: str) -> None:
    rows = 120
    await asyncio.gather(*(database.write(schedule(f"pi_{n:03d}", T0 + n)) for n in range(rows)))
    workers = [database, open_database(database_url)]
    held: list[str] = []

    def remaining(reader: Reader) -> bool:
        first = queue.next_due_us(reader)
        return first is not None and first <= T0 + rows

    async def work(of: Database) -> None:
        while await of.read(remaining):
            for due in await of.write(lease(T0 + rows, limit=7)):
                held.append(due.object_id)
                assert await of.write(lambda tx, due=due: queue.done(tx, due))  # type: ignore[misc]

    await asyncio.gather(*(work(worker) for worker in workers for _ in range(3)))
    await workers[1].close()
    assert sorted(held) == [f"pi_{n:03d}" for n in range(rows)]


async def test_reports_of_two_holders_of_one_row_count_once(database: Database) -> None:
    await database.write(schedule("pi_1"))
    (first,) = await database.write(lease(T0))
    (second,) = await database.write(lease(T0 + LEASE))
    reports = await asyncio.gather(
        *(database.write(lambda tx, due=due: queue.done(tx, due)) for due in (first, second) * 10)  # type: ignore[misc]
    )
    assert sum(reports) == 1
    assert await waits_until(database) is None


async def test_what_waits_for_the_same_thing_is_woken_together(database: Database) -> None:
    hour = 3600 * SECOND
    for object_id, kind in (("re_1", "retry"), ("re_2", "retry"), ("re_3", "other")):
        await database.write(schedule(object_id, T0 + hour, kind=kind))
    await database.write(schedule("re_4", T0 + hour, kind="retry", at=env(account="acct_2")))
    await database.write(schedule("re_5", T0 + hour, kind="retry", at=env(livemode=True)))
    await database.write(schedule("re_0", T0 - SECOND, kind="retry"))
    (leased,) = await database.write(lease(T0))
    assert await database.write(lambda tx: queue.wake(tx, env(), "retry")) == 2  # not the one that somebody works on
    assert {due.object_id for due in await database.write(lease(T0))} == {"re_1", "re_2"}
    assert await database.write(lambda tx: queue.done(tx, leased))


async def test_what_is_scheduled_late_is_there_after_the_commit(database: Database) -> None:
    def op(tx: Tx) -> int | None:
        queue.schedule(tx, env(), "settle", "pi_1", T0, late=True)
        return queue.next_due_us(tx)

    assert await database.write(op) is None
    assert await waits_until(database) == T0
