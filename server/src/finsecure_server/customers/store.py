"""Rows of customers."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from finsecure_server.core.env import Env
from finsecure_server.core.errors import NoSuch, Refused
from finsecure_server.customers.types import Customer, DeletedCustomer
from finsecure_server.storage.database import Reader, Row, Tx
from finsecure_server.storage.pages import Listing

LISTING: Final = Listing(table="customers", filters={"email": "email"}, always="deleted = 0")

GET: Final = """
    SELECT deleted, sequence, doc FROM customers
    WHERE account_id = :account AND livemode = :livemode AND id = :id
"""

INSERT: Final = """
    INSERT INTO customers (account_id, livemode, id, created_us, email, deleted, sequence, doc)
    VALUES (:account, :livemode, :id, :created_us, :email, 0, :sequence, :doc)
"""

UPDATE: Final = """
    UPDATE customers SET email = :email, deleted = :deleted, sequence = :sequence, doc = :doc
    WHERE account_id = :account AND livemode = :livemode AND id = :id AND deleted = 0
"""

_DECODER: Final = msgspec.json.Decoder(Customer)


class Stored(Struct, frozen=True):
    """A customer's row."""

    wire: Customer
    sequence: int  # of the last event about them


def load(reader: Reader, env: Env, customer_id: str) -> bytes | None:
    """A customer's JSON; what is left of one if it was deleted."""
    row = reader.one(GET, account=env.account, livemode=int(env.livemode), id=customer_id)
    return None if row is None else row["doc"].encode()


def get(reader: Reader, env: Env, customer_id: str, param: str = "id") -> bytes:
    """As `load`. Raises resource_missing."""
    doc = load(reader, env, customer_id)
    if doc is None:
        raise _missing(customer_id, param)
    return doc


def require(reader: Reader, env: Env, customer_id: str, param: str) -> Customer:
    """A customer that can be charged. Raises resource_missing, for a deleted one too."""
    stored = _stored(reader.one(GET, account=env.account, livemode=int(env.livemode), id=customer_id))
    if stored is None:
        raise _missing(customer_id, param)
    return stored.wire


def lock(tx: Tx, env: Env, customer_id: str, param: str) -> Stored:
    """A customer that nobody else may change or delete until this transaction ends. Raises as `require` does."""
    stored = lock_if_there(tx, env, customer_id)
    if stored is None:
        raise _missing(customer_id, param)
    return stored


def lock_if_there(tx: Tx, env: Env, customer_id: str) -> Stored | None:
    """As `lock`; None if there is none, or if they were deleted."""
    return _stored(tx.lock(GET, account=env.account, livemode=int(env.livemode), id=customer_id))


def _stored(row: Row | None) -> Stored | None:
    return None if row is None or row["deleted"] else Stored(_DECODER.decode(row["doc"]), row["sequence"])


def _missing(customer_id: str, param: str) -> Refused:
    return NoSuch("customer", customer_id, param=param)


def add(tx: Tx, env: Env, wire: Customer, sequence: int, doc: str) -> None:
    """Keep a new customer; `doc` is the wire object as JSON."""
    tx.run(
        INSERT,
        account=env.account,
        livemode=int(env.livemode),
        id=wire.id,
        created_us=env.now,
        email=wire.email,
        sequence=sequence,
        doc=doc,
    )


def save(tx: Tx, env: Env, wire: Customer, sequence: int, doc: str) -> None:
    """Write a locked customer back."""
    _update(tx, env, wire.id, wire.email, sequence, doc, deleted=False)


def bury(tx: Tx, env: Env, left: DeletedCustomer, sequence: int) -> None:
    """Put what is left in the place of a locked customer. Nothing personal stays in the row."""
    _update(tx, env, left.id, None, sequence, msgspec.json.encode(left).decode(), deleted=True)


def _update(tx: Tx, env: Env, customer_id: str, email: str | None, sequence: int, doc: str, *, deleted: bool) -> None:
    changed = tx.run(
        UPDATE,
        account=env.account,
        livemode=int(env.livemode),
        id=customer_id,
        email=email,
        deleted=int(deleted),
        sequence=sequence,
        doc=doc,
    )
    assert changed == 1, customer_id
