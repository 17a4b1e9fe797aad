"""What `verify` demands of deliveries, and no more than that: what a race or housekeeping may leave is no breach."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from finsecure_server.diagnostics import verify as module
from finsecure_server.diagnostics.deliveries import DAY_US, known
from finsecure_server.diagnostics.verify import Report, verify
from finsecure_server.diagnostics.wanted import MARGIN_US, Wanted
from finsecure_server.storage import urls
from finsecure_server.storage.database import Database, Tx
from finsecure_server.storage.engines import open_database
from finsecure_server.webhooks import log_store
from tests.diagnostics import busy, hooks
from tests.diagnostics.conftest import Busy, Spoilt
from tests.diagnostics.delivery_sins import ARRIVED, CANCELED, HELD, SAMPLE, WAITING, deliveries
from tests.edge import SECOND
from tests.receiver import Receiver, receiving
from tests.world import DAY, World, open_world

MINUTE = 60 * SECOND


class Undone(Exception):
    """Takes back what was changed."""


async def after(spoilt: Spoilt, which: str, *changes: str, **params: Any) -> Report:
    """What is found when a row was changed; it is taken back."""
    found: list[Report] = []

    def op(tx: Tx) -> None:
        row = tx.one(which)
        assert row is not None
        for change in changes:
            given = {name: value for name, value in {"id": row["id"], **params}.items() if f":{name}" in change}
            assert tx.run(change, **given) > 0
        found.append(module.prove(tx, spoilt.db.url, spoilt.wall_us))
        raise Undone

    with pytest.raises(Undone):
        await spoilt.db.write(op)
    return found[0]


# -- what is no breach -------------------------------------------------------------------------------------------------

COPY = """
INSERT INTO webhook_attempts
(account_id, livemode, id, created_us, endpoint_id, event_id, object_id, number, error, status_code, doc)
SELECT account_id, livemode, 'wha_zz', created_us, endpoint_id, event_id, object_id, number, error, status_code,
replace(replace(doc, id, 'wha_zz'), '"superseded":false', '"superseded":true') FROM webhook_attempts WHERE id = :id"""
SETTLE = """
INSERT INTO due (account_id, livemode, kind, object_id, due_us, lease_us, attempts)
SELECT account_id, livemode, 'webhook_settle', endpoint_id, 1, 0, 0 FROM deliveries WHERE id = :id"""
#: A filter that began, or ended, within the margin around the event.
FILTER_OF = "UPDATE webhook_filters SET {} WHERE endpoint_id IN (SELECT endpoint_id FROM deliveries WHERE id = :id)"
EVENT_US = "(SELECT e.created_us FROM events e JOIN deliveries d ON d.event_id = e.id WHERE d.id = :id)"
GONE = "DELETE FROM deliveries WHERE id = :id"


@pytest.mark.parametrize(
    ("which", "changes"),
    [
        (ARRIVED, [COPY]),
        (CANCELED, [deliveries("state = 'pending', next_us = 1"), SETTLE]),
        (CANCELED, [deliveries("state = 'pending', next_us = :now - 59000000")]),
        (CANCELED, [deliveries("state = 'held', created_us = :now - 59000000")]),
        (HELD, [deliveries("state = 'pending', next_us = :now + 59000000")]),
        (SAMPLE, [deliveries("origin = 'resend'")]),
        (WAITING, [FILTER_OF.format(f"since_us = {EVENT_US} - {MARGIN_US - 1}"), GONE]),
        (WAITING, [FILTER_OF.format(f"since_us = {EVENT_US} + {MARGIN_US}")]),
    ],
    ids=[
        "a late report repeats a number",
        "what waits will be settled",
        "what slipped in is not old",
        "what slipped in held is not old",
        "what waits for a disabled endpoint is not due",
        "somebody had a test event sent on",
        "a filter that had just begun may not have been seen",
        "a filter that was about to begin may have been seen",
    ],
)
async def test_it_may_be_so(spoilt: Spoilt, which: str, changes: list[str]) -> None:
    report = await after(spoilt, which, *changes, now=spoilt.wall_us)
    assert report.clean, report.text()


async def test_a_filter_that_began_long_before_was_seen(spoilt: Spoilt) -> None:
    report = await after(spoilt, WAITING, FILTER_OF.format(f"since_us = {EVENT_US} - {MARGIN_US}"), GONE)
    assert [finding.table for finding in report.findings] == ["deliveries"]


# -- what is forgotten -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept_days", [1, 2, 3])
async def test_what_housekeeping_forgets_is_not_missed(sqlite_busy: Busy, tmp_path: Path, kept_days: int) -> None:
    path = tmp_path / "pruned.db"
    shutil.copyfile(urls.sqlite_path(sqlite_busy.url), path)
    db = open_database(urls.sqlite_url(path))
    cuts = await db.read(lambda reader: reader.all("SELECT created_us FROM webhook_attempts ORDER BY created_us"))
    pruned = 0
    for cut in (cuts[0], cuts[len(cuts) // 2], cuts[-1], {"created_us": sqlite_busy.wall_us}):
        now = cut["created_us"] + kept_days * DAY_US + 1
        pruned += await log_store.prune(db, now, kept_days)
        report = await verify(db, wall_us=max(now, sqlite_busy.wall_us))
        assert report.clean, report.text()
    assert pruned > len(cuts)
    await db.close()


async def test_what_cannot_have_been_forgotten_is_missed(spoilt: Spoilt) -> None:
    """The log is empty, and the delivery is older than a day: it may be gone. If younger, it may not."""
    everything = "DELETE FROM webhook_attempts"
    untried = "UPDATE deliveries SET created_us = 1"
    exhausted = "DELETE FROM deliveries WHERE state = 'exhausted'"
    report = await after(spoilt, WAITING, everything, untried, exhausted, GONE)
    assert [(finding.invariant, finding.table) for finding in report.findings] == [("deliveries", "deliveries")]


def test_since_when_nothing_is_forgotten() -> None:
    wall = 100 * DAY_US
    assert known(wall, None, 0).whole_since_us == 99 * DAY_US
    assert known(wall, 40 * DAY_US, 0).whole_since_us == 40 * DAY_US
    assert known(wall, wall - 1, 0).whole_since_us == 99 * DAY_US
    ahead = known(wall, None, 5 * DAY_US)
    assert [ahead.has_deliveries_of({"created_us": day * DAY_US}) for day in (99, 103, 104)] == [False, False, True]
    made = [99 * DAY_US + MARGIN_US - 1, 99 * DAY_US + MARGIN_US]
    assert [ahead.has_attempts_at({"created_us": us}) for us in made] == [False, True]


# -- who wanted what ---------------------------------------------------------------------------------------------------


def row(endpoint: str, pattern: str, since: int, until: int | None = None) -> dict[str, Any]:
    """A filter; in minutes."""
    ends = None if until is None else until * MINUTE
    return {"endpoint_id": endpoint, "pattern": pattern, "since_us": since * MINUTE, "until_us": ends}


def test_who_wanted_an_event() -> None:
    filters = [
        row("every", "*", 0),
        row("was", "charge.*", 0, 20),
        row("kin", "charge.dispute.*", 5, 30),
        row("other", "refund.*", 5),
        row("was", "charge.succeeded", 18),
        row("late", "charge.dispute.created", 40),
    ]
    wanted = Wanted(filters)
    seen = [(minute, wanted.at(minute * MINUTE, "charge.dispute.created")) for minute in (1, 2, 4, 10, 19, 33, 38, 42)]
    assert seen == [
        (1, {"every": False, "was": False}),
        (2, {"every": True, "was": True}),
        (4, {"every": True, "was": True, "kin": False}),
        (10, {"every": True, "was": True, "kin": True}),
        (19, {"every": True, "was": False, "kin": True}),
        (33, {"every": True}),
        (38, {"every": True, "late": False}),
        (42, {"every": True, "late": True}),
    ]


def test_who_changed_a_filter_for_a_wider_one_is_surely_told_again_later() -> None:
    wanted = Wanted([row("we", "charge.succeeded", 0, 20), row("we", "*", 20)])
    seen = [wanted.at(minute * MINUTE, "charge.succeeded") for minute in (17, 18, 19, 21, 22)]
    assert seen == [{"we": True}, {"we": True}, {"we": False}, {"we": False}, {"we": True}]


def test_what_is_over_is_not_kept() -> None:
    wanted = Wanted(row(f"we{minute}", "*", minute, minute + 1) for minute in range(1000))
    for minute in range(1000):
        assert len(wanted.at(minute * MINUTE, "refund.created")) <= 6


# -- real life ---------------------------------------------------------------------------------------------------------


async def test_it_is_clean_with_a_test_clock_that_is_ahead(database: Database, tmp_path: Path) -> None:
    world = await open_world(database, tmp_path, **busy.PARTS)
    for _ in range(3):
        listening = await hooks.listening(world)
        await world.pass_time(300)
        await world.pay()
        await world.made("/v1/test_helpers/clock/advance", {"by": 3 * DAY})
        await world.pay()
        await world.made(f"{hooks.PATH}/{listening}/disable")
        report = await verify(world.db, wall_us=world.wall)
        assert report.clean, report.text()


async def test_it_is_clean_while_endpoints_come_and_go(database: Database, tmp_path: Path) -> None:
    """Payments, a sender, and somebody who cannot make up their mind, all at once."""
    world = await open_world(database, tmp_path, **busy.PARTS)
    async with world.outbound, receiving() as shop, receiving(lambda _: 500) as broken:
        for receiver in (shop, broken):
            await hooks.hook_at(world, receiver, "*")
        await world.pass_time(300, deliver=True)

        async def pay() -> None:
            for number in range(12):
                await world.pay(1000 + number)

        async def deliver() -> None:
            for _ in range(6):
                await world.deliver()

        async def look() -> list[str]:
            reports = [await verify(world.db, wall_us=world.wall) for _ in range(6)]
            return [report.text() for report in reports if not report.clean]

        *_, found = await asyncio.gather(pay(), pay(), waver(world, shop), waver(world, broken), deliver(), look())
        assert found == []
        await world.pass_time(3)
        await world.deliver()
    world.wall += 120 * SECOND
    report = await verify(world.db, wall_us=world.wall)
    assert report.clean, report.text()
    assert report.rows > 300


async def waver(world: World, receiver: Receiver) -> None:
    for last in ("enable", "disable", "delete"):
        path = f"{hooks.PATH}/{await hooks.hook_at(world, receiver, 'charge.*')}"
        await world.made(f"{path}/roll_secret", {"expires_in": 3600})
        await world.made(f"{path}/disable")
        await world.made(path, {"enabled_events": ["*"]})
        await world.made(f"{path}/enable", {"replay_held": "true"})
        await world.worker.sweep()
        if last == "delete":
            await world.call("DELETE", path)
        else:
            await world.made(f"{path}/{last}")
