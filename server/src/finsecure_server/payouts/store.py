"""Rows of payouts."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from finsecure_server.core.env import Env
from finsecure_server.core.errors import NoSuch, Refused
from finsecure_server.core.payout import Status
from finsecure_server.payouts.types import Payout
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.storage.pages import Listing

LISTING: Final = Listing(table="payouts", filters={"status": "status"})

GET: Final = "SELECT sequence, doc FROM payouts WHERE account_id = :account AND livemode = :livemode AND id = :id"
SET: Final = """
UPDATE payouts SET status = :status, sequence = :sequence, doc = :doc
WHERE account_id = :account AND livemode = :livemode AND id = :id AND sequence = :was"""


class Stored(Struct, frozen=True):
    """A payout's row."""

    wire: Payout
    sequence: int  # of the last event about it

    @property
    def status(self) -> Status:
        """Its state."""
        return Status(self.wire.status)


def load(reader: Reader, env: Env, payout_id: str) -> bytes | None:
    """A payout's JSON."""
    row = reader.one(GET, account=env.account, livemode=int(env.livemode), id=payout_id)
    return None if row is None else row["doc"].encode()


def get(reader: Reader, env: Env, payout_id: str) -> bytes:
    """A payout's JSON. Raises resource_missing."""
    found = load(reader, env, payout_id)
    if found is None:
        raise _missing(payout_id)
    return found


def lock(tx: Tx, env: Env, payout_id: str) -> Stored:
    """A payout that nobody else may move until this transaction ends. Raises resource_missing."""
    row = tx.lock(GET, account=env.account, livemode=int(env.livemode), id=payout_id)
    if row is None:
        raise _missing(payout_id)
    return Stored(msgspec.json.decode(row["doc"], type=Payout), row["sequence"])


def add(tx: Tx, env: Env, wire: Payout, doc: str) -> None:
    """Store a new payout, with one event about it."""
    tx.append(
        "payouts",
        {
            "account_id": env.account,
            "livemode": int(env.livemode),
            "id": wire.id,
            "created_us": env.now,
            "status": wire.status,
            "currency": wire.currency,
            "amount": wire.amount,
            "sequence": 1,
            "doc": doc,
        },
    )


def save(tx: Tx, env: Env, wire: Payout, doc: str, *, was: int) -> None:
    """Write a locked payout with the next event about it; `was` is its sequence as it was read."""
    changed = tx.run(
        SET,
        account=env.account,
        livemode=int(env.livemode),
        id=wire.id,
        status=wire.status,
        sequence=was + 1,
        doc=doc,
        was=was,
    )
    assert changed == 1, wire.id


def _missing(payout_id: str) -> Refused:
    return NoSuch("payout", payout_id, param="id")
