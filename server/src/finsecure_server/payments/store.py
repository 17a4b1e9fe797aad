"""Rows of payment intents and charges."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from finsecure_server.core.attempt import Attempt, Outcome
from finsecure_server.core.env import Env
from finsecure_server.core.errors import NoSuch, Refused
from finsecure_server.core.payment_intent import Status
from finsecure_server.payments.types import Charge, PaymentIntent
from finsecure_server.storage.database import Reader, Row, Tx
from finsecure_server.storage.pages import Listing

INTENTS: Final = Listing(table="payment_intents", filters={"customer": "customer_id"})
CHARGES: Final = Listing(table="charges", filters={"customer": "customer_id", "payment_intent": "payment_intent_id"})

GET_INTENT: Final = "SELECT doc FROM payment_intents WHERE account_id = :account AND livemode = :livemode AND id = :id"
LOCK_INTENT: Final = """
SELECT attempts, increments, authenticated, sequence, doc FROM payment_intents
WHERE account_id = :account AND livemode = :livemode AND id = :id"""
SET_INTENT: Final = """
UPDATE payment_intents SET status = :status, amount = :amount, currency = :currency, customer_id = :customer_id,
latest_charge_id = :latest_charge_id, attempts = :attempts, increments = :increments,
authenticated = :authenticated, sequence = :sequence, doc = :doc
WHERE account_id = :account AND livemode = :livemode AND id = :id AND sequence = :was"""

GET_CHARGE: Final = "SELECT doc FROM charges WHERE account_id = :account AND livemode = :livemode AND id = :id"
LOCK_CHARGE: Final = """
SELECT attempt, authorized, captured, captures, refunded, capture_before_us, sequence, doc FROM charges
WHERE account_id = :account AND livemode = :livemode AND id = :id"""
#: Money is guarded here, whatever the op believes: captures within what is held, refunds within what is captured, and
#: no write on top of a row that has moved since it was read.
SET_CHARGE: Final = """
UPDATE charges SET status = :status, amount = :amount, attempt = :attempt, customer_id = :customer_id,
authorized = :authorized, captured = :captured, captures = :captures, refunded = :refunded,
capture_before_us = :capture_before_us, disputed = :disputed, sequence = :sequence, doc = :doc
WHERE account_id = :account AND livemode = :livemode AND id = :id AND sequence = :was
AND :captured <= :authorized AND captured <= :captured AND :refunded <= :captured"""


class Intent(Struct, kw_only=True):
    """A payment intent's row."""

    wire: PaymentIntent
    attempts: int = 0
    increments: int = 0
    authenticated: bool = False  # the payer came back, and the server has yet to confirm (confirmation_method=manual)
    sequence: int = 0  # events said about it so far
    was: int | None = None  # its sequence as it was read; None when it is not stored yet

    @property
    def status(self) -> Status:
        """Its state."""
        return Status(self.wire.status)


class Asked(Struct, kw_only=True, omit_defaults=True):
    """What the processor was asked last about a charge, and how far that got."""

    attempt: Attempt
    questions: int = 1  # asked about this charge so far, this one too
    open: bool = False  # asked, and not answered yet: the outcome is not known
    since_us: int = 0  # when it was asked; 0 where the answer came at once
    before: Status = Status.REQUIRES_PAYMENT_METHOD  # the intent's state to fall back to
    final: bool = True  # of a capture: nothing more will be captured
    no_action: bool = False  # the caller wants a decline rather than an authentication
    return_url: str | None = None  # where the payer goes after authenticating
    outcome: Outcome | None = None
    authorization: Outcome | None = None  # the answer that holds the money; later questions do not overwrite it


class ChargeRow(Struct, kw_only=True):
    """A charge's row."""

    wire: Charge
    asked: Asked
    authorized: int = 0
    captures: int = 0
    refunded: int = 0  # refunds that did not fail, pending ones too
    capture_before_us: int | None = None
    sequence: int = 0
    was: int | None = None


# -- intents -----------------------------------------------------------------------------------------------------------


def load_intent(reader: Reader, env: Env, intent_id: str) -> bytes | None:
    """An intent's JSON."""
    row = reader.one(GET_INTENT, account=env.account, livemode=int(env.livemode), id=intent_id)
    return None if row is None else row["doc"].encode()


def get_intent(reader: Reader, env: Env, intent_id: str, param: str = "intent") -> bytes:
    """An intent's JSON. Raises resource_missing."""
    found = load_intent(reader, env, intent_id)
    if found is None:
        raise no_such_intent(intent_id, param)
    return found


def lock_intent(tx: Tx, env: Env, intent_id: str, param: str = "intent") -> Intent:
    """An intent that nobody else may move until this transaction ends. Raises resource_missing."""
    row = tx.lock(LOCK_INTENT, account=env.account, livemode=int(env.livemode), id=intent_id)
    if row is None:
        raise no_such_intent(intent_id, param)
    return Intent(
        wire=msgspec.json.decode(row["doc"], type=PaymentIntent),
        attempts=row["attempts"],
        increments=row["increments"],
        authenticated=bool(row["authenticated"]),
        sequence=row["sequence"],
        was=row["sequence"],
    )


def save_intent(tx: Tx, env: Env, intent: Intent, doc: str) -> None:
    """Write the row; `doc` is its wire object as JSON."""
    wire = intent.wire
    columns: dict[str, object] = {
        "status": wire.status,
        "amount": wire.amount,
        "currency": wire.currency,
        "customer_id": wire.customer,
        "latest_charge_id": wire.latest_charge,
        "attempts": intent.attempts,
        "increments": intent.increments,
        "authenticated": int(intent.authenticated),
        "sequence": intent.sequence,
        "doc": doc,
    }
    if intent.was is None:
        tx.append("payment_intents", {**_key(env, wire.id), "created_us": env.now, **columns})
    else:
        _one(tx.run(SET_INTENT, was=intent.was, account=env.account, livemode=int(env.livemode), id=wire.id, **columns))
    intent.was = intent.sequence


def no_such_intent(intent_id: str, param: str) -> Refused:
    """The refusal for an id that is not there, or is somebody else's."""
    return NoSuch("payment_intent", intent_id, param=param)


# -- charges -----------------------------------------------------------------------------------------------------------


def load_charge(reader: Reader, env: Env, charge_id: str) -> bytes | None:
    """A charge's JSON."""
    row = reader.one(GET_CHARGE, account=env.account, livemode=int(env.livemode), id=charge_id)
    return None if row is None else row["doc"].encode()


def get_charge(reader: Reader, env: Env, charge_id: str, param: str = "charge") -> bytes:
    """A charge's JSON. Raises resource_missing."""
    found = load_charge(reader, env, charge_id)
    if found is None:
        raise no_such_charge(charge_id, param)
    return found


def lock_charge(tx: Tx, env: Env, charge_id: str, param: str = "charge") -> ChargeRow:
    """A charge that nobody else may move until this transaction ends. Raises resource_missing."""
    row = tx.lock(LOCK_CHARGE, account=env.account, livemode=int(env.livemode), id=charge_id)
    if row is None:
        raise no_such_charge(charge_id, param)
    return _charge(row)


def _charge(row: Row) -> ChargeRow:
    wire = msgspec.json.decode(row["doc"], type=Charge)
    assert wire.amount_captured == row["captured"], wire.id
    return ChargeRow(
        wire=wire,
        asked=msgspec.json.decode(row["attempt"], type=Asked),
        authorized=row["authorized"],
        captures=row["captures"],
        refunded=row["refunded"],
        capture_before_us=row["capture_before_us"],
        sequence=row["sequence"],
        was=row["sequence"],
    )


def save_charge(tx: Tx, env: Env, charge: ChargeRow, doc: str) -> None:
    """Write the row; `doc` is its wire object as JSON. The statement itself refuses money that is not there."""
    wire = charge.wire
    columns: dict[str, object] = {
        "status": wire.status,
        "amount": wire.amount,
        "attempt": msgspec.json.encode(charge.asked).decode(),
        "customer_id": wire.customer,
        "authorized": charge.authorized,
        "captured": wire.amount_captured,
        "captures": charge.captures,
        "refunded": charge.refunded,
        "capture_before_us": charge.capture_before_us,
        "disputed": int(wire.disputed),
        "sequence": charge.sequence,
        "doc": doc,
    }
    if charge.was is None:
        fixed = {"payment_intent_id": wire.payment_intent, "currency": wire.currency}
        tx.append("charges", {**_key(env, wire.id), "created_us": env.now, **fixed, **columns})
    else:
        _one(tx.run(SET_CHARGE, was=charge.was, account=env.account, livemode=int(env.livemode), id=wire.id, **columns))
    charge.was = charge.sequence


def no_such_charge(charge_id: str, param: str) -> Refused:
    """The refusal for an id that is not there, or is somebody else's."""
    return NoSuch("charge", charge_id, param=param)


def _key(env: Env, object_id: str) -> dict[str, object]:
    return {"account_id": env.account, "livemode": int(env.livemode), "id": object_id}


def _one(changed: int) -> None:
    """The row was locked, so nobody can have moved it: anything but one row is a bug, and undoes the transaction."""
    if changed != 1:
        raise AssertionError(f"{changed} rows changed instead of one")
