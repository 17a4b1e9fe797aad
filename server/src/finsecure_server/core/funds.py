"""Funds that become available: buckets by currency and moment, and how much leaves a balance with one of them.

A charge's money is pending until a midnight; what becomes available at one moment is a bucket. A refund may take
pending money that belongs to another bucket than its own, so the sum of a bucket says what is promised for it, not what
is there. What is there is the balance, and a bucket gets what no later one has a claim to. So a shortage is carried to
the next bucket, and nothing is ever released twice, whatever the order in which buckets are released.
"""

from __future__ import annotations

from typing import NamedTuple


class Bucket(NamedTuple):
    """What becomes available at one moment. Written `usd:1763856000`."""

    currency: str
    available_on: int  # seconds

    @property
    def id(self) -> str:
        """Its name in due rows, in the ledger and in events."""
        return f"{self.currency}:{self.available_on}"


def bucket_of(bucket_id: str) -> Bucket:
    """The inverse of `Bucket.id`. ValueError for anything else."""
    currency, _, available_on = bucket_id.partition(":")
    return Bucket(currency, int(available_on))


def falls_due(held: int, later: int) -> int:
    """How much of a balance goes with a bucket when the later ones sum up to `later`: from nothing to all of it."""
    return max(0, min(held, held - later))
