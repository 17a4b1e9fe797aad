"""Rows of replays, and what a replay reads and writes of deliveries.

What may be sent again is found in the order of the events, a bounded number of rows at a time, by the index of the
state it is in. Nothing here reads the text of an event.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

import msgspec
from msgspec import Struct

from finsecure_server.core import event_types
from finsecure_server.core.delivery import State, delivery_id
from finsecure_server.core.env import Env
from finsecure_server.storage.database import Reader, Row, Tx
from finsecure_server.storage.pages import Listing
from finsecure_server.webhooks.replay_types import ReplayFilter, ReplayProgress, ReplayStatus, WebhookReplay

LOOKED_ROWS: Final = 2_000  # of each state, in one look
COUNTED_MAX: Final = 100_000  # deliveries that are counted by their state alone
COUNTED_BY_TYPE_MAX: Final = 20_000  # and where each one's event has to be looked at: a payment may wait for it
MISSING: Final = "missing"  # there is no delivery

COLUMNS: Final = "id, created_us, endpoint_id, status, cursor, matched, next_us, doc"
LISTING: Final = Listing("webhook_replays", {"webhook_endpoint": "endpoint_id"}, COLUMNS)
GET: Final = f"""
SELECT {COLUMNS} FROM webhook_replays
WHERE account_id = :account AND livemode = :livemode AND id = :id"""  # noqa: S608
SET: Final = """
UPDATE webhook_replays SET status = :status, cursor = :cursor, matched = :matched, next_us = :next_us, doc = :doc
WHERE account_id = :account AND livemode = :livemode AND id = :id"""

UNDELIVERED: Final = """
SELECT d.event_id, d.state, e.type
FROM (SELECT account_id, livemode, event_id, state FROM deliveries
WHERE account_id = :account AND livemode = :livemode AND endpoint_id = :endpoint
AND state = :state AND state <> 'delivered' AND id > :after AND id < :until ORDER BY id LIMIT :rows) d
JOIN events e ON e.account_id = d.account_id AND e.livemode = d.livemode AND e.id = d.event_id"""
#: Those of every state, most of which were delivered.
DELIVERED: Final = """
SELECT d.event_id, d.state, e.type
FROM (SELECT account_id, livemode, event_id, state FROM deliveries
WHERE account_id = :account AND livemode = :livemode AND endpoint_id = :endpoint
AND id > :after AND id < :until ORDER BY id LIMIT :rows) d
JOIN events e ON e.account_id = d.account_id AND e.livemode = d.livemode AND e.id = d.event_id"""
EVENTS: Final = """
SELECT e.id AS event_id, e.type, e.object_id, e.sample, COALESCE((SELECT d.state FROM deliveries d
WHERE d.account_id = :account AND d.livemode = :livemode
AND d.id = 'dlv_' || substr(e.id, 5) || substr(CAST(:endpoint AS TEXT), 3)), 'missing') AS state
FROM (SELECT id, type, object_id, sample FROM events
WHERE account_id = :account AND livemode = :livemode AND id > :after AND id < :until ORDER BY id LIMIT :rows) e"""
EVENTS_OF_OBJECT: Final = """
SELECT e.id AS event_id, e.type, e.object_id, e.sample, COALESCE((SELECT d.state FROM deliveries d
WHERE d.account_id = :account AND d.livemode = :livemode
AND d.id = 'dlv_' || substr(e.id, 5) || substr(CAST(:endpoint AS TEXT), 3)), 'missing') AS state
FROM (SELECT id, type, object_id, sample FROM events
WHERE account_id = :account AND livemode = :livemode AND object_id = :object AND sample = 0
AND sequence > COALESCE((SELECT c.sequence FROM events c
WHERE c.account_id = :account AND c.livemode = :livemode AND c.id = :cursor AND c.object_id = :object), 0)
ORDER BY sequence LIMIT :rows) e"""
WANTED: Final = """
SELECT pattern FROM webhook_filters
WHERE account_id = :account AND livemode = :livemode AND endpoint_id = :endpoint AND until_us IS NULL"""
#: How many there are in a state, up to a number.
COUNT: Final = """
SELECT COUNT(*) AS n FROM (SELECT id FROM deliveries
WHERE account_id = :account AND livemode = :livemode AND endpoint_id = :endpoint
AND state = :state AND state <> 'delivered' AND id > :after AND id < :until LIMIT :rows) s"""

AGAIN: Final = """
UPDATE deliveries
SET state = 'pending', next_us = :next_us, tried = 0, cause = 'replay', replay_id = :replay,
before_replay = state || ' ' || CAST(tried AS TEXT) || ' ' || cause
WHERE account_id = :account AND livemode = :livemode AND id = :id AND state = :state"""
FIRST: Final = """
INSERT INTO deliveries
(account_id, livemode, id, created_us, event_id, endpoint_id, origin, state, next_us, attempts, tried, cause,
replay_id, before_replay)
VALUES (:account, :livemode, :id, :wall, :event, :endpoint, 'replay', 'pending', :next_us, 0, 0, 'replay',
:replay, 'missing')
ON CONFLICT (account_id, livemode, id) DO NOTHING"""

COUNT_OF: Final = """
SELECT COUNT(*) AS n FROM (SELECT id FROM deliveries
WHERE account_id = :account AND livemode = :livemode AND replay_id = :replay AND state = :state LIMIT :rows) s"""
COUNT_UNTRIED: Final = """
SELECT COUNT(*) AS n FROM (SELECT id FROM deliveries
WHERE account_id = :account AND livemode = :livemode AND replay_id = :replay AND state = 'pending' AND tried = 0
LIMIT :rows) s"""
UNTRIED: Final = """
SELECT id, event_id, before_replay FROM deliveries
WHERE account_id = :account AND livemode = :livemode AND replay_id = :replay AND state = 'pending' AND tried = 0
AND id > :after ORDER BY id LIMIT :rows"""
BACK: Final = """
UPDATE deliveries
SET state = :before, next_us = NULL, tried = :tried, cause = :cause, replay_id = NULL, before_replay = NULL
WHERE account_id = :account AND livemode = :livemode AND id = :id
AND replay_id = :replay AND state = 'pending' AND tried = 0"""
GONE: Final = """
DELETE FROM deliveries WHERE account_id = :account AND livemode = :livemode AND id = :id
AND replay_id = :replay AND state = 'pending' AND tried = 0"""

StoppedBy = Literal["request", "endpoint_disabled", "endpoint_deleted"]


class Kept(Struct, kw_only=True, frozen=True):
    """What is written of a replay beside its columns."""

    filter: ReplayFilter
    rate: int
    total: int
    total_is_at_least: bool
    until: str  # events up to this id, exclusive
    ended: int | None = None  # seconds
    stopped_by: StoppedBy | None = None


class Stored(Struct, kw_only=True, frozen=True):
    """A replay's row."""

    id: str
    created_us: int
    endpoint: str
    status: ReplayStatus
    cursor: str  # id of the last event that was looked at; of the last that was taken back, while it is canceling
    matched: int
    next_us: int
    kept: Kept


class Found(NamedTuple):
    """An event that may be sent again, and where its delivery stands: a State, or MISSING."""

    event: str
    state: str


class Look(NamedTuple):
    """What was found, in the order of the events, and the event up to which that is all there is."""

    found: list[Found]
    cursor: str
    over: bool  # there is nothing beyond


def _key(env: Env, replay_id: str) -> dict[str, object]:
    return {"account": env.account, "livemode": int(env.livemode), "id": replay_id}


def get(reader: Reader, env: Env, replay_id: str) -> Stored | None:
    """A replay."""
    row = reader.one(GET, **_key(env, replay_id))
    return None if row is None else stored(row)


def lock(tx: Tx, env: Env, replay_id: str) -> Stored | None:
    """Like `get`, and nobody else may change it until this transaction ends."""
    row = tx.lock(GET, **_key(env, replay_id))
    return None if row is None else stored(row)


def stored(row: Row) -> Stored:
    """A row with COLUMNS."""
    return Stored(
        id=row["id"],
        created_us=row["created_us"],
        endpoint=row["endpoint_id"],
        status=row["status"],
        cursor=row["cursor"],
        matched=row["matched"],
        next_us=row["next_us"],
        kept=msgspec.json.decode(row["doc"], type=Kept),
    )


def add(tx: Tx, env: Env, replay: Stored) -> None:
    """Write a new one."""
    tx.append(
        "webhook_replays",
        {
            "account_id": env.account,
            "livemode": int(env.livemode),
            "id": replay.id,
            "created_us": replay.created_us,
            "endpoint_id": replay.endpoint,
            "status": replay.status,
            "cursor": replay.cursor,
            "matched": replay.matched,
            "next_us": replay.next_us,
            "doc": msgspec.json.encode(replay.kept).decode(),
        },
    )


def save(tx: Tx, env: Env, replay: Stored) -> None:
    """Write a locked one."""
    changed = tx.run(
        SET,
        **_key(env, replay.id),
        status=replay.status,
        cursor=replay.cursor,
        matched=replay.matched,
        next_us=replay.next_us,
        doc=msgspec.json.encode(replay.kept).decode(),
    )
    assert changed == 1, replay.id


def load(reader: Reader, env: Env, replay_id: str) -> bytes | None:
    """A replay's JSON."""
    found = get(reader, env, replay_id)
    return None if found is None else msgspec.json.encode(shown(found, env.livemode, progress(reader, env, found)))


# -- what may be sent again -------------------------------------------------------------------------------------------


def look(reader: Reader, env: Env, endpoint: str, wanted: ReplayFilter, cursor: str, until: str) -> Look:
    """The next events after `cursor` that match: at most LOOKED_ROWS of each state are looked at."""
    of = {"account": env.account, "livemode": int(env.livemode), "endpoint": endpoint, "rows": LOOKED_ROWS}
    streams: list[list[Row]] = []
    events = {"after": f"{cursor}~", "until": until}
    deliveries = {"after": f"dlv_{cursor[4:]}~", "until": f"dlv_{until[4:]}"}
    if wanted.related_object is not None:
        streams.append(reader.all(EVENTS_OF_OBJECT, **of, object=wanted.related_object, cursor=cursor))
    else:
        for state in wanted.states:
            if state == MISSING:
                streams.append(reader.all(EVENTS, **of, **events))
            elif state == "delivered":
                streams.append(reader.all(DELIVERED, **of, **deliveries))
            else:
                streams.append(reader.all(UNDELIVERED, **of, **deliveries, state=state))
    full = [max(row["event_id"] for row in rows) for rows in streams if len(rows) == LOOKED_ROWS]
    horizon = min(full, default=None)
    present = _patterns(reader, env, endpoint) if MISSING in wanted.states else frozenset()
    found = {
        Found(row["event_id"], row["state"])
        for rows in streams
        for row in rows
        if cursor < row["event_id"] < until
        and (horizon is None or row["event_id"] <= horizon)
        and _matches(row, wanted, present, endpoint)
    }
    return Look(sorted(found), until if horizon is None else horizon, horizon is None)


def _matches(row: Row, wanted: ReplayFilter, present: frozenset[str], endpoint: str) -> bool:
    if row["state"] not in wanted.states:
        return False
    passes = event_types.patterns(row["type"])
    if wanted.types and not any(pattern in wanted.types for pattern in passes):
        return False
    if row["state"] != MISSING:
        return True
    # An endpoint does not hear of itself, and a test event is theirs for whom it was made.
    return not row["sample"] and row["object_id"] != endpoint and any(pattern in present for pattern in passes)


def _patterns(reader: Reader, env: Env, endpoint: str) -> frozenset[str]:
    rows = reader.all(WANTED, account=env.account, livemode=int(env.livemode), endpoint=endpoint)
    return frozenset(row["pattern"] for row in rows)


def count(reader: Reader, env: Env, endpoint: str, wanted: ReplayFilter, cursor: str, until: str) -> tuple[int, bool]:
    """How many match, and whether there may be more than that."""
    by_state = {State.EXHAUSTED, State.HELD, State.CANCELED}
    if not wanted.types and wanted.related_object is None and by_state.issuperset(wanted.states):
        return _count_by_state(reader, env, endpoint, wanted.states, cursor, until)
    counted = 0
    for _ in range(COUNTED_BY_TYPE_MAX // LOOKED_ROWS):
        looked = look(reader, env, endpoint, wanted, cursor, until)
        counted += len(looked.found)
        if looked.over:
            return counted, False
        cursor = looked.cursor
    return counted, True


def _count_by_state(
    reader: Reader, env: Env, endpoint: str, states: Iterable[str], cursor: str, until: str
) -> tuple[int, bool]:
    counted = 0
    for state in states:
        row = reader.one(
            COUNT,
            account=env.account,
            livemode=int(env.livemode),
            endpoint=endpoint,
            state=state,
            after=f"dlv_{cursor[4:]}~",
            until=f"dlv_{until[4:]}",
            rows=COUNTED_MAX + 1 - counted,
        )
        counted += 0 if row is None else row["n"]
    return min(counted, COUNTED_MAX), counted > COUNTED_MAX


# -- what is done with it ---------------------------------------------------------------------------------------------


def schedule(tx: Tx, env: Env, replay: Stored, found: Found, next_us: int) -> bool:
    """Have it tried at `next_us`, by the full schedule. False: it has left the state in which it was found."""
    of = {
        "account": env.account,
        "livemode": int(env.livemode),
        "id": delivery_id(found.event, replay.endpoint),
        "replay": replay.id,
        "next_us": next_us,
    }
    if found.state == MISSING:
        return tx.run(FIRST, **of, wall=env.wall, event=found.event, endpoint=replay.endpoint) == 1
    return tx.run(AGAIN, **of, state=found.state) == 1


def untried(reader: Reader, env: Env, replay: Stored, most: int) -> int:
    """How many of its deliveries wait for their first attempt; no more are counted than `most`."""
    row = reader.one(COUNT_UNTRIED, account=env.account, livemode=int(env.livemode), replay=replay.id, rows=most)
    assert row is not None
    return int(row["n"])


def take_back(tx: Tx, env: Env, replay: Stored, rows: int) -> str | None:
    """Put up to so many that were not tried back to where they stood; where to go on, or None if that was all."""
    of = {"account": env.account, "livemode": int(env.livemode), "replay": replay.id}
    after = f"dlv_{replay.cursor[4:]}~" if replay.cursor else ""
    found = tx.all(UNTRIED, **of, after=after, rows=rows)
    for row in found:
        if row["before_replay"] == MISSING:
            tx.run(GONE, **of, id=row["id"])
        else:
            before, used, cause = row["before_replay"].split(" ")
            tx.run(BACK, **of, id=row["id"], before=before, tried=int(used), cause=cause)
    return found[-1]["event_id"] if len(found) == rows else None


# -- how far it got ---------------------------------------------------------------------------------------------------


def progress(reader: Reader, env: Env, replay: Stored) -> ReplayProgress:
    """What has become of what it sent. No more than COUNTED_MAX of a kind are counted."""
    of = {"account": env.account, "livemode": int(env.livemode), "replay": replay.id, "rows": COUNTED_MAX}
    counts: dict[str, int] = {}
    for state in State:
        row = reader.one(COUNT_OF, **of, state=state.value)
        counts[state.value] = 0 if row is None else row["n"]
    return ReplayProgress(
        total=replay.kept.total,
        total_is_at_least=replay.kept.total_is_at_least,
        scheduled=replay.matched,
        untried=untried(reader, env, replay, COUNTED_MAX) if counts[State.PENDING] else 0,
        **counts,
    )


def shown(replay: Stored, livemode: bool, so_far: ReplayProgress) -> WebhookReplay:
    """A replay as the API shows it."""
    kept = replay.kept
    tried = (so_far.scheduled - so_far.untried) * 100 // max(so_far.total, so_far.scheduled, 1)
    return WebhookReplay(
        id=replay.id,
        created=replay.created_us // 1_000_000,
        ended_at=kept.ended,
        filter=kept.filter,
        livemode=livemode,
        percent=100 if replay.status == "completed" else min(tried, 99),
        progress=so_far,
        rate=kept.rate,
        status=replay.status,
        stopped_by=kept.stopped_by,
        webhook_endpoint=replay.endpoint,
    )
