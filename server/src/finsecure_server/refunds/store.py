"""Rows of refunds, and what other rows say about how much of a charge can be refunded."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from finsecure_server.core import dispute
from finsecure_server.core.attempt import Attempt, Outcome
from finsecure_server.core.env import Env
from finsecure_server.core.errors import NoSuch
from finsecure_server.refunds.types import Refund
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.storage.pages import Listing

LISTING: Final = Listing(table="refunds", filters={"charge": "charge_id", "payment_intent": "payment_intent_id"})

GET: Final = "SELECT doc FROM refunds WHERE account_id = :account AND livemode = :livemode AND id = :id"
LOCK: Final = """
SELECT attempt, debt, sequence, doc FROM refunds WHERE account_id = :account AND livemode = :livemode AND id = :id"""
SET: Final = """
UPDATE refunds SET status = :status, attempt = :attempt, debt = :debt, sequence = :sequence, doc = :doc
WHERE account_id = :account AND livemode = :livemode AND id = :id AND sequence = :was"""
#: The ones below are asked while the charge is locked, and everybody who changes their answer locks it first.
OF_CHARGE: Final = """
SELECT COUNT(*) AS made, COALESCE(SUM(debt), 0) AS owed FROM refunds
WHERE account_id = :account AND livemode = :livemode AND charge_id = :charge"""
DISPUTED: Final = """
SELECT status, amount FROM disputes WHERE account_id = :account AND livemode = :livemode AND charge_id = :charge"""
EARNED: Final = """
SELECT COALESCE(SUM(fee), 0) AS fee, COALESCE(MAX(available_on), 0) AS available_on FROM balance_transactions
WHERE account_id = :account AND livemode = :livemode AND source_id = :charge"""


class Asked(Struct, kw_only=True, omit_defaults=True):
    """What the processor was asked about a refund, and how far that got."""

    attempt: Attempt
    open: bool = False  # asked, and not answered for good yet
    outcome: Outcome | None = None
    lookups: int = 0  # of an outcome that was unknown


class RefundRow(Struct, kw_only=True):
    """A refund's row."""

    wire: Refund
    asked: Asked
    debt: int = 0  # what it left the merchant owing; 0 once it has failed
    sequence: int = 0  # events said about it so far
    was: int | None = None  # its sequence as it was read; None when it is not stored yet


class Refunded(NamedTuple):
    """The refunds of a charge so far, failed ones too."""

    made: int
    owed: int


class Disputed(NamedTuple):
    """How much of a charge its disputes have taken back."""

    contested: int  # not decided yet
    lost: int


class Earned(NamedTuple):
    """What a charge has brought the platform and the merchant."""

    fee: int
    available_on: int  # when the last of its captures becomes available, in seconds


def load(reader: Reader, env: Env, refund_id: str) -> bytes | None:
    """A refund's JSON."""
    row = reader.one(GET, account=env.account, livemode=int(env.livemode), id=refund_id)
    return None if row is None else row["doc"].encode()


def get(reader: Reader, env: Env, refund_id: str, param: str = "refund") -> bytes:
    """A refund's JSON. Raises resource_missing."""
    found = load(reader, env, refund_id)
    if found is None:
        raise NoSuch("refund", refund_id, param=param)
    return found


def charge_of(reader: Reader, env: Env, refund_id: str) -> str:
    """The charge of a refund. Raises resource_missing."""
    return msgspec.json.decode(get(reader, env, refund_id), type=Refund).charge


def lock(tx: Tx, env: Env, refund_id: str) -> RefundRow:
    """A refund that nobody else may move until this transaction ends; its charge is to be locked first."""
    row = tx.lock(LOCK, account=env.account, livemode=int(env.livemode), id=refund_id)
    assert row is not None, refund_id
    return RefundRow(
        wire=msgspec.json.decode(row["doc"], type=Refund),
        asked=msgspec.json.decode(row["attempt"], type=Asked),
        debt=row["debt"],
        sequence=row["sequence"],
        was=row["sequence"],
    )


def save(tx: Tx, env: Env, refund: RefundRow, doc: str) -> None:
    """Write the row; `doc` is its wire object as JSON."""
    wire = refund.wire
    columns: dict[str, object] = {
        "status": wire.status,
        "attempt": msgspec.json.encode(refund.asked).decode(),
        "debt": refund.debt,
        "sequence": refund.sequence,
        "doc": doc,
    }
    if refund.was is None:
        fixed: dict[str, object] = {
            "account_id": env.account,
            "livemode": int(env.livemode),
            "id": wire.id,
            "created_us": env.now,
            "charge_id": wire.charge,
            "payment_intent_id": wire.payment_intent,
            "currency": wire.currency,
            "amount": wire.amount,
        }
        tx.append("refunds", {**fixed, **columns})
    else:
        key = {"account": env.account, "livemode": int(env.livemode), "id": wire.id, "was": refund.was}
        changed = tx.run(SET, **key, **columns)
        assert changed == 1, f"{changed} rows of {wire.id} changed although it was locked"
    refund.was = refund.sequence


def of_charge(reader: Reader, env: Env, charge_id: str) -> Refunded:
    """The refunds of a charge so far."""
    row = reader.one(OF_CHARGE, account=env.account, livemode=int(env.livemode), charge=charge_id)
    assert row is not None
    return Refunded(row["made"], row["owed"])


def disputed(reader: Reader, env: Env, charge_id: str) -> Disputed:
    """What the disputes of a charge have taken back. Inquiries take nothing, and won disputes have given it back."""
    rows = reader.all(DISPUTED, account=env.account, livemode=int(env.livemode), charge=charge_id)
    return Disputed(
        contested=sum(row["amount"] for row in rows if row["status"] in dispute.OPEN),
        lost=sum(row["amount"] for row in rows if row["status"] == dispute.Status.LOST),
    )


def earned(reader: Reader, env: Env, charge_id: str) -> Earned:
    """The fees of a charge's captures, and when its money becomes available."""
    row = reader.one(EARNED, account=env.account, livemode=int(env.livemode), charge=charge_id)
    assert row is not None
    return Earned(row["fee"], row["available_on"])
