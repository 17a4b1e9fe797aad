"""Rows of disputes."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from finsecure_server.core.dispute import Status
from finsecure_server.core.env import Env
from finsecure_server.core.errors import NoSuch
from finsecure_server.disputes.types import Dispute
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.storage.pages import Listing

LISTING: Final = Listing(table="disputes", filters={"charge": "charge_id", "payment_intent": "payment_intent_id"})

GET: Final = "SELECT doc FROM disputes WHERE account_id = :account AND livemode = :livemode AND id = :id"
LOCK: Final = "SELECT sequence, doc FROM disputes WHERE account_id = :account AND livemode = :livemode AND id = :id"
SET: Final = """
UPDATE disputes SET status = :status, amount = :amount, sequence = :sequence, doc = :doc
WHERE account_id = :account AND livemode = :livemode AND id = :id AND sequence = :was"""
#: An early fraud warning is an event and nothing else, the first about its id.
WARNING: Final = """
SELECT id FROM events
WHERE account_id = :account AND livemode = :livemode AND object_id = :warning AND sequence = 1 AND sample = 0"""


class DisputeRow(Struct, kw_only=True):
    """A dispute's row."""

    wire: Dispute
    sequence: int = 0  # events said about it so far
    was: int | None = None  # its sequence as it was read; None when it is not stored yet

    @property
    def status(self) -> Status:
        """Where it stands."""
        return Status(self.wire.status)


def load(reader: Reader, env: Env, dispute_id: str) -> bytes | None:
    """A dispute's JSON."""
    row = reader.one(GET, account=env.account, livemode=int(env.livemode), id=dispute_id)
    return None if row is None else shown(row["doc"], env).encode()


def get(reader: Reader, env: Env, dispute_id: str, param: str = "dispute") -> bytes:
    """A dispute's JSON. Raises resource_missing."""
    found = load(reader, env, dispute_id)
    if found is None:
        raise NoSuch("dispute", dispute_id, param=param)
    return found


def shown(doc: str, env: Env) -> str:
    """A stored dispute as of now: its balance transactions become available by the clock, not by a rewrite."""
    if '"status":"pending"' not in doc:
        return doc
    wire = msgspec.json.decode(doc, type=Dispute)
    for transaction in wire.balance_transactions:
        if transaction.available_on <= env.seconds:
            transaction.status = "available"
    return msgspec.json.encode(wire).decode()


def charge_of(reader: Reader, env: Env, dispute_id: str) -> str:
    """The charge of a dispute. Raises resource_missing."""
    return msgspec.json.decode(get(reader, env, dispute_id), type=Dispute).charge


def lock(tx: Tx, env: Env, dispute_id: str) -> DisputeRow:
    """A dispute that nobody else may move until this transaction ends; its charge is to be locked first."""
    row = tx.lock(LOCK, account=env.account, livemode=int(env.livemode), id=dispute_id)
    assert row is not None, dispute_id
    wire = msgspec.json.decode(shown(row["doc"], env), type=Dispute)
    return DisputeRow(wire=wire, sequence=row["sequence"], was=row["sequence"])


def save(tx: Tx, env: Env, dispute: DisputeRow, doc: str) -> None:
    """Write the row; `doc` is its wire object as JSON."""
    wire = dispute.wire
    columns: dict[str, object] = {
        "status": wire.status,
        "amount": wire.amount,
        "sequence": dispute.sequence,
        "doc": doc,
    }
    if dispute.was is None:
        fixed: dict[str, object] = {
            "account_id": env.account,
            "livemode": int(env.livemode),
            "id": wire.id,
            "created_us": env.now,
            "charge_id": wire.charge,
            "payment_intent_id": wire.payment_intent,
            "currency": wire.currency,
        }
        tx.append("disputes", {**fixed, **columns})
    else:
        key = {"account": env.account, "livemode": int(env.livemode), "id": wire.id, "was": dispute.was}
        changed = tx.run(SET, **key, **columns)
        assert changed == 1, f"{changed} rows of {wire.id} changed although it was locked"
    dispute.was = dispute.sequence


def warned(reader: Reader, env: Env, warning_id: str) -> bool:
    """Whether an early fraud warning was sent."""
    row = reader.one(WARNING, account=env.account, livemode=int(env.livemode), warning=warning_id)
    return row is not None
