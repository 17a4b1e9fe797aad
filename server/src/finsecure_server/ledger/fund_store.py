"""Rows of pending funds: what becomes available at one moment, and how much of it has been released."""

from __future__ import annotations

from typing import Final, NamedTuple

from finsecure_server.core.env import Env
from finsecure_server.core.funds import Bucket
from finsecure_server.storage import queue
from finsecure_server.storage.database import Tx

ADD: Final = """
INSERT INTO pending_funds
(account_id, livemode, currency, available_on, pending, gross, pending_released, gross_released, releases, waiting,
sequence)
VALUES (:account, :livemode, :currency, :on, :pending, :gross, 0, 0, 0, 1, 0)
ON CONFLICT (account_id, livemode, currency, available_on) DO UPDATE
SET pending = pending_funds.pending + excluded.pending, gross = pending_funds.gross + excluded.gross, waiting = 1"""
FIND: Final = """
SELECT releases, waiting, sequence FROM pending_funds
WHERE account_id = :account AND livemode = :livemode AND currency = :currency AND available_on = :on"""
LATER: Final = """
SELECT COALESCE(SUM(pending - pending_released), 0) AS pending, COALESCE(SUM(gross - gross_released), 0) AS gross
FROM pending_funds
WHERE account_id = :account AND livemode = :livemode AND currency = :currency AND available_on > :on"""
RELEASED: Final = """
UPDATE pending_funds SET pending_released = pending, gross_released = gross, waiting = 0,
releases = :releases, sequence = :sequence
WHERE account_id = :account AND livemode = :livemode AND currency = :currency AND available_on = :on AND waiting = 1"""


class Waiting(NamedTuple):
    """A bucket that waits for its release: how many it has had, and how many events about it."""

    releases: int
    sequence: int


class Later(NamedTuple):
    """What the buckets after one have a claim to."""

    pending: int  # of L:merchant_pending
    gross: int  # of A:network_receivable


def add(tx: Tx, env: Env, bucket: Bucket, pending: int, *, gross: int) -> None:
    """Put more into a bucket, and have it released on its day; at once if that has passed."""
    tx.later(ADD, **_at(env, bucket), pending=pending, gross=gross)
    queue.schedule(tx, env, "funds_available", bucket.id, bucket.available_on * 1_000_000, late=True)


def lock(tx: Tx, env: Env, bucket: Bucket) -> Waiting | None:
    """A bucket that waits, held until the transaction ends; None if there is nothing to release."""
    row = tx.lock(FIND, **_at(env, bucket))
    return Waiting(row["releases"], row["sequence"]) if row is not None and row["waiting"] else None


def later(tx: Tx, env: Env, bucket: Bucket) -> Later:
    """What the buckets after this one wait for."""
    row = tx.one(LATER, **_at(env, bucket))
    assert row is not None
    return Later(row["pending"], row["gross"])


def released(tx: Tx, env: Env, bucket: Bucket, now: Waiting) -> None:
    """Note that all of a bucket is dealt with."""
    changed = tx.run(RELEASED, **_at(env, bucket), releases=now.releases, sequence=now.sequence)
    assert changed == 1, bucket


def _at(env: Env, bucket: Bucket) -> dict[str, object]:
    return {
        "account": env.account, "livemode": int(env.livemode), "currency": bucket.currency, "on": bucket.available_on,
    }  # fmt: skip
