"""Everything that the database knows of one book's endpoints, deliveries, attempts and replays, for who proves it.

These statements read everything; like those of `verify_store` each comes in the order of the id that it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finsecure_server.core.invariants import Book
from finsecure_server.diagnostics.verify_store import Tell
from finsecure_server.storage.database import Reader, Row
from finsecure_server.storage.scan import Start, scan

# -- by event ----------------------------------------------------------------------------------------------------------

#: That its endpoint was enabled again once is asked only of what is held.
VERIFY_DELIVERIES: Final = """
SELECT d.event_id, d.id, d.created_us, d.endpoint_id, d.origin, d.state, d.next_us, d.attempts, d.tried, d.cause,
d.replay_id, d.before_replay, d.delivered_us, d.error, e.status AS endpoint_status, s.due_us AS settle_us,
r.endpoint_id AS replay_endpoint_id,
CASE WHEN d.state = 'held' THEN (SELECT MAX(v.id) FROM events v WHERE v.account_id = d.account_id
AND v.livemode = d.livemode AND v.object_id = d.endpoint_id AND v.sample = 0
AND v.type = 'webhook_endpoint.enabled') END AS enabled_by
FROM (SELECT * FROM deliveries WHERE account_id = :account AND livemode = :livemode
AND (event_id, id) > (:after_event_id, :after_id) ORDER BY event_id, id LIMIT :limit) d
LEFT JOIN webhook_endpoints e ON e.account_id = d.account_id AND e.livemode = d.livemode AND e.id = d.endpoint_id
LEFT JOIN due s ON s.account_id = d.account_id AND s.livemode = d.livemode AND s.kind = 'webhook_settle'
AND s.object_id = d.endpoint_id
LEFT JOIN webhook_replays r ON r.account_id = d.account_id AND r.livemode = d.livemode AND r.id = d.replay_id
ORDER BY d.event_id, d.id"""
VERIFY_ATTEMPTS: Final = """
SELECT event_id, id, created_us, livemode, endpoint_id, object_id, number, error, status_code, doc FROM webhook_attempts
WHERE account_id = :account AND livemode = :livemode AND (event_id, id) > (:after_event_id, :after_id)
ORDER BY event_id, id LIMIT :limit"""
#: In the order of time, as the events come.
VERIFY_FILTERS: Final = """
SELECT since_us, endpoint_id, pattern, until_us FROM webhook_filters
WHERE account_id = :account AND livemode = :livemode
AND (since_us, endpoint_id, pattern) > (:after_since_us, :after_endpoint_id, :after_pattern)
ORDER BY since_us, endpoint_id, pattern LIMIT :limit"""
#: Of all accounts: what is past its retention goes everywhere at once.
VERIFY_OLDEST_ATTEMPT: Final = "SELECT MIN(created_us) AS oldest_us FROM webhook_attempts"

_BY_EVENT: Final[Start] = {"event_id": "", "id": ""}

# -- by endpoint -------------------------------------------------------------------------------------------------------

VERIFY_LANES_OF: Final = """
SELECT l.endpoint_id, l.endpoint_id AS id, l.failing, l.breaker, d.due_us AS failing_us
FROM (SELECT * FROM webhook_lanes WHERE account_id = :account AND livemode = :livemode
AND endpoint_id > :after_endpoint_id ORDER BY endpoint_id LIMIT :limit) l
LEFT JOIN due d ON d.account_id = l.account_id AND d.livemode = l.livemode AND d.kind = 'webhook_failing'
AND d.object_id = l.endpoint_id
ORDER BY l.endpoint_id"""
VERIFY_SECRETS_OF: Final = """
SELECT endpoint_id, id, kind, expires_us FROM webhook_secrets
WHERE account_id = :account AND livemode = :livemode AND (endpoint_id, id) > (:after_endpoint_id, :after_id)
ORDER BY endpoint_id, id LIMIT :limit"""
VERIFY_FILTERS_OF: Final = """
SELECT endpoint_id, pattern AS id, COUNT(*) - COUNT(until_us) AS present FROM webhook_filters
WHERE account_id = :account AND livemode = :livemode AND (endpoint_id, pattern) > (:after_endpoint_id, :after_id)
GROUP BY endpoint_id, pattern ORDER BY endpoint_id, pattern LIMIT :limit"""

#: Stream -> its statement and the start of its key. What its rows are about is called endpoint_id.
VERIFY_ABOUT_ENDPOINTS: Final[dict[str, tuple[str, Start]]] = {
    "lanes_of": (VERIFY_LANES_OF, {"endpoint_id": ""}),
    "secrets_of": (VERIFY_SECRETS_OF, {"endpoint_id": "", "id": ""}),
    "filters_of": (VERIFY_FILTERS_OF, {"endpoint_id": "", "id": ""}),
}

# -- by replay ---------------------------------------------------------------------------------------------------------

VERIFY_REPLAYS: Final = """
SELECT r.id, r.endpoint_id, r.status, r.matched, r.doc, e.id AS endpoint_row, d.due_us AS step_us
FROM (SELECT * FROM webhook_replays
WHERE account_id = :account AND livemode = :livemode AND id > :after_id ORDER BY id LIMIT :limit) r
LEFT JOIN webhook_endpoints e ON e.account_id = r.account_id AND e.livemode = r.livemode AND e.id = r.endpoint_id
LEFT JOIN due d ON d.account_id = r.account_id AND d.livemode = r.livemode AND d.kind = 'webhook_replay'
AND d.object_id = r.id
ORDER BY r.id"""
VERIFY_REPLAYED: Final = """
SELECT replay_id, COUNT(*) AS deliveries, SUM(CASE WHEN state = 'pending' AND tried = 0 THEN 1 ELSE 0 END) AS untried
FROM deliveries WHERE account_id = :account AND livemode = :livemode AND replay_id > :after_replay_id
AND replay_id IS NOT NULL GROUP BY replay_id ORDER BY replay_id LIMIT :limit"""


def deliveries(reader: Reader, book: Book, tell: Tell) -> Iterator[Row]:
    """Deliveries by event, with what matters of their endpoints and replays."""
    return scan(reader, VERIFY_DELIVERIES, _BY_EVENT, tell, **book._asdict())


def attempts(reader: Reader, book: Book, tell: Tell) -> Iterator[Row]:
    """The log by event."""
    return scan(reader, VERIFY_ATTEMPTS, _BY_EVENT, tell, **book._asdict())


def filters(reader: Reader, book: Book, tell: Tell) -> Iterator[Row]:
    """What endpoints want and wanted, in the order in which they began to."""
    start: Start = {"since_us": -1, "endpoint_id": "", "pattern": ""}
    return scan(reader, VERIFY_FILTERS, start, tell, **book._asdict())


def oldest_attempt_us(reader: Reader) -> int | None:
    """When the oldest attempt in the log was made; None when there is none."""
    row = reader.one(VERIFY_OLDEST_ATTEMPT)
    assert row is not None
    oldest_us: int | None = row["oldest_us"]
    return oldest_us


def about_endpoints(reader: Reader, book: Book, tell: Tell) -> dict[str, tuple[Iterator[Row], str]]:
    """What other tables say about an endpoint: streams for `together`."""
    return {
        name: (scan(reader, sql, start, tell, **book._asdict()), "endpoint_id")
        for name, (sql, start) in VERIFY_ABOUT_ENDPOINTS.items()
    }


def replays(reader: Reader, book: Book, tell: Tell) -> dict[str, tuple[Iterator[Row], str]]:
    """Replays, and what they scheduled: streams for `together`."""
    return {
        "replays": (scan(reader, VERIFY_REPLAYS, {"id": ""}, tell, **book._asdict()), "id"),
        "replayed": (scan(reader, VERIFY_REPLAYED, {"replay_id": ""}, tell, **book._asdict()), "replay_id"),
    }
