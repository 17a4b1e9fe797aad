"""Rows of webhook endpoints: the endpoints themselves, which events they want, and how they fare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from finsecure_server.core.breaker import CLOSED, Breaker
from finsecure_server.core.env import Env
from finsecure_server.core.errors import NoSuch
from finsecure_server.core.failing import NEVER, Failing
from finsecure_server.storage.database import Reader, Row, Tx
from finsecure_server.storage.pages import Listing
from finsecure_server.webhooks.endpoint_types import COUNTED_MAX, Endpoint

LISTING: Final = Listing(table="webhook_endpoints", filters={}, always="status <> 'deleted'")

GET: Final = """
SELECT sequence, doc FROM webhook_endpoints WHERE account_id = :account AND livemode = :livemode AND id = :id"""
INSERT: Final = """
INSERT INTO webhook_endpoints (account_id, livemode, id, created_us, status, sequence, doc)
VALUES (:account, :livemode, :id, :created_us, :status, :sequence, :doc)"""
UPDATE: Final = """
UPDATE webhook_endpoints SET status = :status, sequence = :sequence, doc = :doc
WHERE account_id = :account AND livemode = :livemode AND id = :id AND sequence = :was"""
COUNT: Final = """
SELECT COUNT(*) AS n FROM webhook_endpoints
WHERE account_id = :account AND livemode = :livemode AND status <> 'deleted'"""

#: A filter that ended in this very microsecond begins again as if it had not.
WANT: Final = """
INSERT INTO webhook_filters (account_id, livemode, pattern, endpoint_id, since_us, until_us)
VALUES (:account, :livemode, :pattern, :endpoint, :now, NULL)
ON CONFLICT (account_id, livemode, pattern, endpoint_id, since_us) DO UPDATE SET until_us = NULL"""
NO_LONGER_WANT: Final = """
UPDATE webhook_filters SET until_us = :now
WHERE account_id = :account AND livemode = :livemode AND pattern = :pattern AND endpoint_id = :endpoint
AND until_us IS NULL"""

OPEN_LANE: Final = """
INSERT INTO webhook_lanes (account_id, livemode, endpoint_id, owner, lease_us, failing, breaker)
VALUES (:account, :livemode, :endpoint, '', 0, :failing, :breaker)"""
#: How an endpoint fares, and how much waits for it. No more is counted than is said.
FARES: Final = """
SELECT l.failing, l.breaker,
(SELECT COUNT(*) FROM (SELECT d.id FROM deliveries d WHERE d.account_id = :account AND d.livemode = :livemode
AND d.endpoint_id = :endpoint AND d.state = 'pending' AND d.state <> 'delivered' LIMIT :most) AS p) AS pending,
(SELECT COUNT(*) FROM (SELECT d.id FROM deliveries d WHERE d.account_id = :account AND d.livemode = :livemode
AND d.endpoint_id = :endpoint AND d.state = 'held' AND d.state <> 'delivered' LIMIT :most) AS h) AS held
FROM webhook_lanes l WHERE l.account_id = :account AND l.livemode = :livemode AND l.endpoint_id = :endpoint"""
#: What waits for an endpoint that takes nothing any more, a few at a time.
SETTLE: Final = """
UPDATE deliveries SET state = :to, next_us = NULL
WHERE account_id = :account AND livemode = :livemode AND id IN (SELECT d.id FROM deliveries d
WHERE d.account_id = :account AND d.livemode = :livemode AND d.endpoint_id = :endpoint AND d.state = :of
AND d.state <> 'delivered' ORDER BY d.id LIMIT :most)
AND state = :of"""

_DECODER: Final = msgspec.json.Decoder(Endpoint)
_FAILING: Final = msgspec.json.Decoder(Failing)
_BREAKER: Final = msgspec.json.Decoder(Breaker)


class Stored(Struct, frozen=True):
    """An endpoint's row."""

    wire: Endpoint
    sequence: int  # of the last event about it

    @property
    def status(self) -> str:
        """enabled, disabled or deleted."""
        return self.wire.status


class Fares(NamedTuple):
    """How an endpoint fares. Neither count goes beyond COUNTED_MAX."""

    failing: Failing
    breaker: Breaker
    pending: int
    held: int


def settings_of(reader: Reader, account: str, livemode: bool, endpoint_id: str) -> Stored | None:
    """An endpoint as it stands, a deleted one too; None if there never was one."""
    row = reader.one(GET, account=account, livemode=int(livemode), id=endpoint_id)
    return None if row is None else _stored(row)


def get(reader: Reader, env: Env, endpoint_id: str, param: str = "id") -> Stored:
    """An endpoint that was not deleted. Raises resource_missing."""
    return _found(settings_of(reader, env.account, env.livemode, endpoint_id), endpoint_id, param)


def lock(tx: Tx, env: Env, endpoint_id: str, param: str = "id") -> Stored:
    """Like `get`, and nobody else may change it until this transaction ends. Raises resource_missing."""
    return _found(lock_any(tx, env, endpoint_id), endpoint_id, param)


def lock_any(tx: Tx, env: Env, endpoint_id: str) -> Stored | None:
    """Like `lock`; a deleted one too, and None if there never was one."""
    row = tx.lock(GET, account=env.account, livemode=int(env.livemode), id=endpoint_id)
    return None if row is None else _stored(row)


def decoded(doc: str) -> Endpoint:
    """An endpoint from its row's text."""
    return _DECODER.decode(doc)


def _stored(row: Row) -> Stored:
    return Stored(_DECODER.decode(row["doc"]), row["sequence"])


def _found(stored: Stored | None, endpoint_id: str, param: str) -> Stored:
    if stored is None or stored.wire.status == "deleted":
        raise NoSuch("webhook_endpoint", endpoint_id, param=param)
    return stored


def count(reader: Reader, env: Env) -> int:
    """How many endpoints the account has in this mode."""
    row = reader.one(COUNT, account=env.account, livemode=int(env.livemode))
    assert row is not None
    return int(row["n"])


def add(tx: Tx, env: Env, wire: Endpoint, doc: str) -> None:
    """Keep a new endpoint, with its lane. Its first event is its number 1."""
    tx.run(
        INSERT,
        account=env.account,
        livemode=int(env.livemode),
        id=wire.id,
        created_us=env.now,
        status=wire.status,
        sequence=1,
        doc=doc,
    )
    tx.run(
        OPEN_LANE,
        account=env.account,
        livemode=int(env.livemode),
        endpoint=wire.id,
        failing=msgspec.json.encode(NEVER).decode(),
        breaker=msgspec.json.encode(CLOSED).decode(),
    )


def save(tx: Tx, env: Env, wire: Endpoint, was: int, doc: str) -> int:
    """Write a locked endpoint back; returns its new sequence."""
    changed = tx.run(
        UPDATE,
        account=env.account,
        livemode=int(env.livemode),
        id=wire.id,
        status=wire.status,
        was=was,
        sequence=was + 1,
        doc=doc,
    )
    assert changed == 1, wire.id
    return was + 1


def want(tx: Tx, env: Env, endpoint_id: str, patterns: Sequence[str]) -> None:
    """From now on the endpoint hears of these."""
    for pattern in patterns:
        tx.run(WANT, **_filter(env, endpoint_id, pattern))


def no_longer_want(tx: Tx, env: Env, endpoint_id: str, patterns: Sequence[str]) -> None:
    """From now on it hears of these no more."""
    for pattern in patterns:
        tx.run(NO_LONGER_WANT, **_filter(env, endpoint_id, pattern))


def _filter(env: Env, endpoint_id: str, pattern: str) -> dict[str, object]:
    return {
        "account": env.account, "livemode": int(env.livemode), "pattern": pattern, "endpoint": endpoint_id,
        "now": env.now,
    }  # fmt: skip


def fares(reader: Reader, env: Env, endpoint_id: str) -> Fares:
    """How an endpoint fares just now."""
    row = reader.one(FARES, account=env.account, livemode=int(env.livemode), endpoint=endpoint_id, most=COUNTED_MAX)
    assert row is not None, endpoint_id
    return Fares(_FAILING.decode(row["failing"]), _BREAKER.decode(row["breaker"]), row["pending"], row["held"])


def settle(tx: Tx, env: Env, endpoint_id: str, of: str, to: str, most: int) -> int:
    """Move at most so many deliveries from one state, in which they wait, into another; returns how many."""
    return tx.run(
        SETTLE,
        account=env.account,
        livemode=int(env.livemode),
        endpoint=endpoint_id,
        of=of,
        to=to,
        most=most,
    )
