"""What the API reads of deliveries and attempts, and when they are forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Final

import msgspec

from finsecure_server.core import ids, retry
from finsecure_server.core.delivery import Failure
from finsecure_server.core.delivery_failures import FAILURES
from finsecure_server.core.env import Env
from finsecure_server.storage.database import Database, Reader, Row, Tx
from finsecure_server.storage.pages import Listing
from finsecure_server.webhooks.delivery_types import DeliveryError, WebhookDelivery

PRUNED_ROWS: Final = 500  # to a transaction, so that no payment waits for housekeeping

#: A delivery with what its event says of it.
COLUMNS: Final = """id, event_id, endpoint_id, state, next_us, attempts, tried, cause, replay_id, delivered_us, error,
(SELECT e.type FROM events e WHERE e.account_id = deliveries.account_id AND e.livemode = deliveries.livemode
AND e.id = deliveries.event_id) AS event_type,
(SELECT e.object_id FROM events e WHERE e.account_id = deliveries.account_id AND e.livemode = deliveries.livemode
AND e.id = deliveries.event_id) AS object_id"""
DELIVERY: Final = f"""
SELECT {COLUMNS} FROM deliveries WHERE account_id = :account AND livemode = :livemode AND id = :id"""  # noqa: S608
ATTEMPT: Final = """
SELECT doc FROM webhook_attempts WHERE account_id = :account AND livemode = :livemode AND id = :id"""
ENDPOINTS: Final = "SELECT id FROM webhook_endpoints WHERE account_id = :account AND livemode = :livemode"

PRUNE_ATTEMPTS_UNTIL: Final = """
SELECT created_us FROM webhook_attempts WHERE created_us < :before ORDER BY created_us LIMIT 1 OFFSET :rows"""
PRUNE_ATTEMPTS: Final = "DELETE FROM webhook_attempts WHERE created_us < :before"
OLD_DELIVERIES: Final = """
SELECT account_id, livemode, id, event_id, endpoint_id, created_us FROM deliveries
WHERE created_us >= :since AND created_us < :before AND state <> 'pending' ORDER BY created_us LIMIT :rows"""
TRIED_SINCE: Final = """
SELECT id FROM webhook_attempts
WHERE account_id = :account AND livemode = :livemode AND event_id = :event AND endpoint_id = :endpoint LIMIT 1"""
PRUNE_DELIVERY: Final = """
DELETE FROM deliveries WHERE account_id = :account AND livemode = :livemode AND id = :id AND state <> 'pending'"""


class _Deliveries(Listing):
    """Deliveries are called so in the database only. One may leave its state between two pages and be a cursor yet."""

    __slots__ = ()

    def singular(self) -> str:
        return "webhook_delivery"

    def cursor(self) -> str:
        return Listing(self.table, {}).cursor()


class _InState(_Deliveries):
    """Those in a state, endpoint by endpoint: an account has few endpoints, and each has an index for it."""

    __slots__ = ()

    def statements(self) -> Iterable[str]:
        every = tuple(self.filters)
        for present in (every, tuple(name for name in every if name != "event")):
            for backwards in (False, True):
                yield self.sql(present, backwards=backwards)
        yield self.cursor()

    def page(
        self,
        reader: Reader,
        account: str,
        livemode: bool,
        *,
        limit: int,
        after: str = "",
        before: str = "~",
        backwards: bool = False,
        filters: Mapping[str, object],
    ) -> tuple[Sequence[Row], bool]:
        """The pages of all endpoints put together, cut off where one is full."""
        asked = filters.get("webhook_endpoint")
        endpoints = endpoints_of(reader, account, livemode) if asked is None else [asked]
        rows: list[Row] = []
        more = False
        for endpoint in endpoints:
            found, beyond = super().page(
                reader,
                account,
                livemode,
                limit=limit,
                after=after,
                before=before,
                backwards=backwards,
                filters={**filters, "webhook_endpoint": endpoint},
            )
            rows += found
            more = more or beyond
        rows.sort(key=lambda row: str(row["id"]), reverse=True)
        return (rows[-limit:] if backwards else rows[:limit]), more or len(rows) > limit


_OF_DELIVERIES: Final = {"webhook_endpoint": "endpoint_id", "event": "event_id"}
_OF_ATTEMPTS: Final = {**_OF_DELIVERIES, "related_object": "object_id"}

DELIVERIES: Final = _Deliveries("deliveries", _OF_DELIVERIES, COLUMNS)
DELIVERED: Final = _InState("deliveries", _OF_DELIVERIES, COLUMNS, "state = 'delivered'")
#: The condition is that of the index, so that it is used.
UNDELIVERED: Final = _InState("deliveries", {**_OF_DELIVERIES, "status": "state"}, COLUMNS, "state <> 'delivered'")
ATTEMPTS: Final = Listing("webhook_attempts", {**_OF_ATTEMPTS, "error": "error"})
SUCCEEDED: Final = Listing("webhook_attempts", _OF_ATTEMPTS, always="error IS NULL")
FAILED: Final = Listing("webhook_attempts", {**_OF_ATTEMPTS, "error": "error"}, always="error IS NOT NULL")


def endpoints_of(reader: Reader, account: str, livemode: bool) -> list[str]:
    """The endpoints of an account, deleted ones too: what they were to hear of is still listed."""
    return [row["id"] for row in reader.all(ENDPOINTS, account=account, livemode=int(livemode))]


def load_attempt(reader: Reader, env: Env, attempt_id: str) -> bytes | None:
    """An attempt's JSON."""
    row = reader.one(ATTEMPT, account=env.account, livemode=int(env.livemode), id=attempt_id)
    return None if row is None else row["doc"].encode()


def load(reader: Reader, env: Env, delivery_id: str) -> bytes | None:
    """A delivery's JSON."""
    found = delivery(reader, env, delivery_id)
    return None if found is None else msgspec.json.encode(found)


def delivery(reader: Reader, env: Env, delivery_id: str) -> WebhookDelivery | None:
    """A delivery as the API shows it."""
    row = reader.one(DELIVERY, account=env.account, livemode=int(env.livemode), id=delivery_id)
    return None if row is None else shown(row, env.livemode)


def shown(row: Row, livemode: bool) -> WebhookDelivery:
    """A row with COLUMNS as the API shows it."""
    return WebhookDelivery(
        id=row["id"],
        attempts=row["attempts"],
        cause=row["cause"],
        created=ids.when(row["id"]) // 1_000_000,
        delivered_at=_seconds(row["delivered_us"]),
        event=row["event_id"],
        event_type=row["event_type"],
        last_error=None if row["error"] is None else _error(Failure(row["error"])),
        livemode=livemode,
        next_attempt_at=_seconds(row["next_us"]),
        related_object=row["object_id"],
        replay=row["replay_id"],
        schedule_length=len(retry.schedule(livemode)),
        schedule_used=row["tried"],
        status=row["state"],
        webhook_endpoint=row["endpoint_id"],
    )


def _seconds(us: int | None) -> int | None:
    return None if us is None else us // 1_000_000


def _error(failure: Failure) -> DeliveryError:
    why = FAILURES[failure]
    return DeliveryError(code=failure.value, side=why.side.value, fix=list(why.fix))


async def prune(db: Database, wall_us: int, kept_days: int) -> int:
    """Forget attempts, and deliveries that are over, after so many days; returns how many.

    A delivery stays as long as an attempt at it is kept, and as long as it is pending. A few rows to a transaction.
    """
    before_us = wall_us - kept_days * 86_400 * 1_000_000
    pruned = 0
    while gone := await db.write(lambda tx: _prune_attempts(tx, before_us)):
        pruned += gone
    since_us = 0
    while since_us < before_us:
        gone, since_us = await db.write(partial(_prune_deliveries, since_us=since_us, before_us=before_us))
        pruned += gone
    return pruned


def _prune_attempts(tx: Tx, before_us: int) -> int:
    until = tx.one(PRUNE_ATTEMPTS_UNTIL, before=before_us, rows=PRUNED_ROWS)
    return tx.run(PRUNE_ATTEMPTS, before=before_us if until is None else until["created_us"] + 1)


def _prune_deliveries(tx: Tx, since_us: int, before_us: int) -> tuple[int, int]:
    """How many are gone, and where to go on."""
    rows = tx.all(OLD_DELIVERIES, since=since_us, before=before_us, rows=PRUNED_ROWS)
    gone = sum(_prune_delivery(tx, row) for row in rows)
    if len(rows) < PRUNED_ROWS:
        return gone, before_us
    last_us: int = rows[-1]["created_us"]
    return gone, last_us if gone else last_us + 1  # of one moment there may be more than a page


def _prune_delivery(tx: Tx, row: Row) -> int:
    of = {"account": row["account_id"], "livemode": row["livemode"]}
    if tx.one(TRIED_SINCE, **of, event=row["event_id"], endpoint=row["endpoint_id"]) is not None:
        return 0
    return tx.run(PRUNE_DELIVERY, **of, id=row["id"])
