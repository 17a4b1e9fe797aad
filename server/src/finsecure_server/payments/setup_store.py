"""Rows of setup intents and their attempts."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from finsecure_server.core.attempt import Attempt, Outcome
from finsecure_server.core.env import Env
from finsecure_server.core.errors import NoSuch, Refused
from finsecure_server.core.setup_intent import Status
from finsecure_server.payments.setup_types import SetupAttempt, SetupIntent
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.storage.pages import Listing

INTENTS: Final = Listing(
    table="setup_intents", filters={"customer": "customer_id", "payment_method": "payment_method_id"}
)
ATTEMPTS: Final = Listing(table="setup_attempts", filters={"setup_intent": "setup_intent_id"})

GET: Final = "SELECT doc FROM setup_intents WHERE account_id = :account AND livemode = :livemode AND id = :id"
LOCK: Final = """
SELECT attempts, sequence, doc FROM setup_intents
WHERE account_id = :account AND livemode = :livemode AND id = :id"""
ADD: Final = """
INSERT INTO setup_intents
(account_id, livemode, id, created_us, status, customer_id, payment_method_id, attempts, sequence, doc)
VALUES
(:account, :livemode, :id, :created, :status, :customer, :method, :attempts, :sequence, :doc)"""
SET: Final = """
UPDATE setup_intents SET status = :status, customer_id = :customer, payment_method_id = :method, attempts = :attempts,
sequence = :sequence, doc = :doc
WHERE account_id = :account AND livemode = :livemode AND id = :id AND sequence = :was"""

GET_ATTEMPT: Final = "SELECT doc FROM setup_attempts WHERE account_id = :account AND livemode = :livemode AND id = :id"
LOCK_ATTEMPT: Final = """
SELECT attempt, doc FROM setup_attempts WHERE account_id = :account AND livemode = :livemode AND id = :id"""
ADD_ATTEMPT: Final = """
INSERT INTO setup_attempts (account_id, livemode, id, created_us, status, attempt, setup_intent_id, doc)
VALUES (:account, :livemode, :id, :created, :status, :attempt, :intent, :doc)"""
SET_ATTEMPT: Final = """
UPDATE setup_attempts SET status = :status, attempt = :attempt, doc = :doc
WHERE account_id = :account AND livemode = :livemode AND id = :id"""


class Setup(Struct, kw_only=True):
    """A setup intent's row."""

    wire: SetupIntent
    attempts: int = 0  # questions to the processor so far
    sequence: int = 0  # events said about it so far
    was: int | None = None  # its sequence as it was read; None when it is not stored yet

    @property
    def status(self) -> Status:
        """Its state."""
        return Status(self.wire.status)


class Verification(Struct, kw_only=True, omit_defaults=True):
    """What the processor was asked last about a card, and how far that got."""

    attempt: Attempt
    open: bool = False  # asked, and not answered yet: the outcome is not known
    since_us: int = 0  # when it was asked; 0 where the answer came at once
    return_url: str | None = None  # where the payer goes after authenticating
    outcome: Outcome | None = None


class AttemptRow(Struct, kw_only=True):
    """An attempt's row. Only who has locked its intent may change it."""

    wire: SetupAttempt
    asked: Verification
    stored: bool = False


# -- intents -----------------------------------------------------------------------------------------------------------


def load(reader: Reader, env: Env, intent_id: str) -> bytes | None:
    """A setup intent's JSON."""
    row = reader.one(GET, account=env.account, livemode=int(env.livemode), id=intent_id)
    return None if row is None else row["doc"].encode()


def get(reader: Reader, env: Env, intent_id: str, param: str = "intent") -> bytes:
    """A setup intent's JSON. Raises resource_missing."""
    found = load(reader, env, intent_id)
    if found is None:
        raise no_such_intent(intent_id, param)
    return found


def lock(tx: Tx, env: Env, intent_id: str, param: str = "intent") -> Setup:
    """A setup intent that nobody else may move until this transaction ends. Raises resource_missing."""
    row = tx.lock(LOCK, account=env.account, livemode=int(env.livemode), id=intent_id)
    if row is None:
        raise no_such_intent(intent_id, param)
    return Setup(
        wire=msgspec.json.decode(row["doc"], type=SetupIntent),
        attempts=row["attempts"],
        sequence=row["sequence"],
        was=row["sequence"],
    )


def save(tx: Tx, env: Env, intent: Setup, doc: str) -> None:
    """Write the row; `doc` is its wire object as JSON."""
    wire = intent.wire
    columns: dict[str, object] = {
        "account": env.account,
        "livemode": int(env.livemode),
        "id": wire.id,
        "status": wire.status,
        "customer": wire.customer,
        "method": wire.payment_method,
        "attempts": intent.attempts,
        "sequence": intent.sequence,
        "doc": doc,
    }
    if intent.was is None:
        tx.run(ADD, created=env.now, **columns)
    else:
        changed = tx.run(SET, was=intent.was, **columns)
        assert changed == 1, wire.id
    intent.was = intent.sequence


def no_such_intent(intent_id: str, param: str) -> Refused:
    """The refusal for an id that is not there, or is somebody else's."""
    return NoSuch("setup_intent", intent_id, param=param)


# -- attempts ----------------------------------------------------------------------------------------------------------


def load_attempt(reader: Reader, env: Env, attempt_id: str) -> bytes | None:
    """An attempt's JSON."""
    row = reader.one(GET_ATTEMPT, account=env.account, livemode=int(env.livemode), id=attempt_id)
    return None if row is None else row["doc"].encode()


def intent_of(reader: Reader, env: Env, attempt_id: str) -> str:
    """The intent that an attempt is one of."""
    doc = load_attempt(reader, env, attempt_id)
    assert doc is not None, attempt_id
    return msgspec.json.decode(doc, type=SetupAttempt).setup_intent


def lock_attempt(tx: Tx, env: Env, attempt_id: str) -> AttemptRow:
    """An attempt of a locked intent."""
    row = tx.lock(LOCK_ATTEMPT, account=env.account, livemode=int(env.livemode), id=attempt_id)
    assert row is not None, attempt_id
    return AttemptRow(
        wire=msgspec.json.decode(row["doc"], type=SetupAttempt),
        asked=msgspec.json.decode(row["attempt"], type=Verification),
        stored=True,
    )


def save_attempt(tx: Tx, env: Env, attempt: AttemptRow) -> None:
    """Write the row."""
    columns: dict[str, object] = {
        "account": env.account,
        "livemode": int(env.livemode),
        "id": attempt.wire.id,
        "status": attempt.wire.status,
        "attempt": msgspec.json.encode(attempt.asked).decode(),
        "doc": msgspec.json.encode(attempt.wire).decode(),
    }
    if attempt.stored:
        changed = tx.run(SET_ATTEMPT, **columns)
        assert changed == 1, attempt.wire.id
    else:
        tx.run(ADD_ATTEMPT, created=env.now, intent=attempt.wire.setup_intent, **columns)
    attempt.stored = True
