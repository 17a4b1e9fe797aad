"""SQL of the sender: which endpoints have something due, what it is, and what became of it.

An endpoint's deliveries are its lane. `webhook_lanes` says which worker delivers to it and until when; the deliveries
themselves need no lease. What they need is a fence: the report of an attempt is taken only by a row that still counts
as many attempts as it did when the attempt was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from finsecure_server.storage.database import Reader, Row, Tx

NEXT_LANE: Final = """
SELECT account_id, livemode, endpoint_id, next_us FROM deliveries
WHERE next_us IS NOT NULL AND (account_id, livemode, endpoint_id) > (:account, :livemode, :endpoint)
ORDER BY account_id, livemode, endpoint_id, next_us LIMIT 1"""
NEXT_LANE_OF: Final = """
SELECT account_id, livemode, endpoint_id, next_us FROM deliveries
WHERE account_id = :account AND livemode = :livemode AND endpoint_id > :endpoint AND next_us IS NOT NULL
ORDER BY endpoint_id, next_us LIMIT 1"""
FIRST_DUE: Final = """
SELECT next_us FROM deliveries
WHERE account_id = :account AND livemode = :livemode AND endpoint_id = :endpoint AND next_us > :after
ORDER BY next_us LIMIT 1"""
DUE: Final = """
SELECT d.id, d.event_id, d.attempts, d.tried, d.cause, d.next_us, e.type, e.object_id, e.doc
FROM (SELECT * FROM deliveries
WHERE account_id = :account AND livemode = :livemode AND endpoint_id = :endpoint
AND next_us <= :now
ORDER BY next_us LIMIT :limit) d
JOIN events e ON e.account_id = d.account_id AND e.livemode = d.livemode AND e.id = d.event_id"""

STRAY_US: Final = 600_000_000  # no lease ends so late: the clock of whoever gave it was set back, and they may be dead

LANE: Final = """
SELECT owner, lease_us, failing, breaker FROM webhook_lanes
WHERE account_id = :account AND livemode = :livemode AND endpoint_id = :endpoint"""
CLAIM: Final = """
UPDATE webhook_lanes SET owner = :owner, lease_us = :until
WHERE account_id = :account AND livemode = :livemode AND endpoint_id = :endpoint
AND (owner = :owner OR lease_us <= :now OR lease_us > :stray)"""
RELEASE: Final = """
UPDATE webhook_lanes SET owner = '', lease_us = 0
WHERE account_id = :account AND livemode = :livemode AND endpoint_id = :endpoint AND owner = :owner"""
FARES: Final = """
UPDATE webhook_lanes SET failing = :failing, breaker = :breaker
WHERE account_id = :account AND livemode = :livemode AND endpoint_id = :endpoint"""

#: The usual report: nothing has happened to the row since it was read.
REPORT: Final = """
UPDATE deliveries SET state = :state, next_us = :next_us, attempts = attempts + 1, tried = :tried,
delivered_us = COALESCE(delivered_us, :delivered_us), error = COALESCE(:error, error)
WHERE account_id = :account AND livemode = :livemode AND id = :id
AND attempts = :attempts AND state = 'pending' AND tried = :seen_tried"""
#: The row was held, canceled or sent anew meanwhile: it arrived all the same, or it has failed once more.
ARRIVED_LATE: Final = """
UPDATE deliveries SET state = 'delivered', next_us = NULL, attempts = attempts + 1,
delivered_us = COALESCE(delivered_us, :delivered_us)
WHERE account_id = :account AND livemode = :livemode AND id = :id AND attempts = :attempts"""
FAILED_LATE: Final = """
UPDATE deliveries SET attempts = attempts + 1, error = :error
WHERE account_id = :account AND livemode = :livemode AND id = :id AND attempts = :attempts"""
STANDING: Final = """
SELECT state, next_us FROM deliveries WHERE account_id = :account AND livemode = :livemode AND id = :id"""
LOGGED: Final = """
SELECT id FROM webhook_attempts WHERE account_id = :account AND livemode = :livemode AND id = :id"""


class LaneKey(NamedTuple):
    """An endpoint."""

    account: str
    livemode: bool
    endpoint: str


class DueDelivery(NamedTuple):
    """A delivery that is due, with its event."""

    id: str
    event_id: str
    attempts: int
    tried: int
    cause: str
    next_us: int
    type: str
    object_id: str
    doc: str


class LaneRow(NamedTuple):
    """Who delivers to an endpoint, and how it fares (JSON)."""

    owner: str
    lease_us: int
    failing: str
    breaker: str


def _key(key: LaneKey) -> dict[str, object]:
    return {"account": key.account, "livemode": int(key.livemode), "endpoint": key.endpoint}


def lanes_after(reader: Reader, key: LaneKey, limit: int) -> list[tuple[LaneKey, int]]:
    """Endpoints after `key` that something waits for, and when the first of it is due. One step of the index each."""
    found: list[tuple[LaneKey, int]] = []
    while len(found) < limit and (row := reader.one(NEXT_LANE, **_key(key))) is not None:
        key = _lane_key(row)
        found.append((key, row["next_us"]))
    return found


def lanes_of(reader: Reader, account: str, livemode: bool) -> Iterator[tuple[LaneKey, int]]:
    """The endpoints of one account and mode that something waits for."""
    key = LaneKey(account, livemode, "")
    while (row := reader.one(NEXT_LANE_OF, **_key(key))) is not None:
        key = _lane_key(row)
        yield key, row["next_us"]


def _lane_key(row: Row) -> LaneKey:
    return LaneKey(row["account_id"], bool(row["livemode"]), row["endpoint_id"])


def first_due_us(reader: Reader, key: LaneKey, after_us: int) -> int | None:
    """When something is next due at an endpoint, later than that."""
    row = reader.one(FIRST_DUE, **_key(key), after=after_us)
    return None if row is None else int(row["next_us"])


def has_due(reader: Reader, key: LaneKey, now_us: int) -> bool:
    """Whether anything is due."""
    first_us = first_due_us(reader, key, 0)
    return first_us is not None and first_us <= now_us


def due(reader: Reader, key: LaneKey, now_us: int, limit: int) -> list[DueDelivery]:
    """What is due, the longest waiting first."""
    rows = reader.all(DUE, **_key(key), now=now_us, limit=limit)
    found = [
        DueDelivery(
            row["id"], row["event_id"], row["attempts"], row["tried"], row["cause"], row["next_us"],
            row["type"], row["object_id"], row["doc"],
        )
        for row in rows
    ]  # fmt: skip
    found.sort(key=lambda delivery: delivery.next_us)  # a join may come in any order
    return found


def lane(reader: Reader, key: LaneKey) -> LaneRow | None:
    """A lane as it stands."""
    row = reader.one(LANE, **_key(key))
    return None if row is None else LaneRow(row["owner"], row["lease_us"], row["failing"], row["breaker"])


def lock_lane(tx: Tx, key: LaneKey) -> LaneRow | None:
    """Like `lane`, and nobody else may change it until the transaction ends."""
    row = tx.lock(LANE, **_key(key))
    return None if row is None else LaneRow(row["owner"], row["lease_us"], row["failing"], row["breaker"])


def claim(tx: Tx, key: LaneKey, owner: str, now_us: int, until_us: int) -> bool:
    """Deliver to this endpoint from now on, or go on doing so. False: another worker does."""
    return tx.run(CLAIM, **_key(key), owner=owner, now=now_us, until=until_us, stray=now_us + STRAY_US) == 1


def release(tx: Tx, key: LaneKey, owner: str) -> None:
    """Let others deliver to this endpoint."""
    tx.run(RELEASE, **_key(key), owner=owner)


def fares(tx: Tx, key: LaneKey, failing: str, breaker: str) -> None:
    """Note how the endpoint fares."""
    tx.run(FARES, **_key(key), failing=failing, breaker=breaker)


def report(
    tx: Tx,
    key: LaneKey,
    delivery: DueDelivery,
    *,
    state: str,
    next_us: int | None,
    tried: int,
    delivered_us: int | None,
    error: str | None,
) -> bool:
    """What became of an attempt. False: the row is no longer as it was when the attempt was made."""
    changed = tx.run(
        REPORT,
        account=key.account,
        livemode=int(key.livemode),
        id=delivery.id,
        state=state,
        next_us=next_us,
        tried=tried,
        delivered_us=delivered_us,
        error=error,
        attempts=delivery.attempts,
        seen_tried=delivery.tried,
    )
    return changed == 1


def report_late(tx: Tx, key: LaneKey, delivery: DueDelivery, *, delivered_us: int | None, error: str | None) -> bool:
    """The same for a row that was held, canceled or sent anew meanwhile. False: another attempt has been counted."""
    of = {"account": key.account, "livemode": int(key.livemode), "id": delivery.id, "attempts": delivery.attempts}
    if delivered_us is not None:
        return tx.run(ARRIVED_LATE, **of, delivered_us=delivered_us) == 1
    return tx.run(FAILED_LATE, **of, error=error) == 1


def standing(reader: Reader, key: LaneKey, delivery: str) -> tuple[str, int | None] | None:
    """State and next time of a delivery; None once it is gone."""
    row = reader.one(STANDING, account=key.account, livemode=int(key.livemode), id=delivery)
    return None if row is None else (row["state"], row["next_us"])


def logged(reader: Reader, key: LaneKey, attempt: str) -> bool:
    """Whether an attempt is in the log already."""
    return reader.one(LOGGED, account=key.account, livemode=int(key.livemode), id=attempt) is not None


def log(
    tx: Tx,
    key: LaneKey,
    delivery: DueDelivery,
    *,
    attempt: str,
    created_us: int,
    error: str | None,
    status_code: int | None,
    doc: str,
) -> None:
    """Write an attempt into the log."""
    tx.append(
        "webhook_attempts",
        {
            "account_id": key.account,
            "livemode": int(key.livemode),
            "id": attempt,
            "created_us": created_us,
            "endpoint_id": key.endpoint,
            "event_id": delivery.event_id,
            "object_id": delivery.object_id,
            "number": delivery.attempts + 1,
            "error": error,
            "status_code": status_code,
            "doc": doc,
        },
    )
