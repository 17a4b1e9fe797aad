"""Rows of payment methods. The numbers behind them lie elsewhere: `vault_store.py`."""

from __future__ import annotations

from typing import Final

import msgspec

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, NoSuch, Refused
from finsecure_server.payment_methods.method import SHARED, Method
from finsecure_server.payment_methods.types import PaymentMethod
from finsecure_server.storage.database import Reader, Row, Tx
from finsecure_server.storage.pages import Listing

#: By type alone there is an index. Within a customer, who has few, the type is compared in a way that no index answers:
#: SQLite would take that index for both, and walk all cards of the account to find one customer's.
LISTING: Final = Listing(table="payment_methods", filters={"type": "type"})
OF_CUSTOMER: Final = Listing(table="payment_methods", filters={"customer": "customer_id", "type": "COALESCE(type, '')"})

GET: Final = """
    SELECT customer_id, detached, vault_id, test_card, set_up, sequence, doc FROM payment_methods
    WHERE account_id = :account AND livemode = :livemode AND id = :id
"""

IDS_OF_CUSTOMER: Final = """
    SELECT id FROM payment_methods
    WHERE account_id = :account AND livemode = :livemode AND customer_id = :customer ORDER BY id
"""

INSERT: Final = """
    INSERT INTO payment_methods
        (account_id, livemode, id, created_us, type, customer_id, detached, vault_id, test_card, set_up, sequence, doc)
    VALUES
        (:account, :livemode, :id, :created_us, :type, :customer, 0, :vault_id, :test_card, 0, :sequence, :doc)
"""

UPDATE: Final = """
    UPDATE payment_methods SET customer_id = :customer, detached = :detached, vault_id = :vault_id,
        sequence = :sequence, doc = :doc
    WHERE account_id = :account AND livemode = :livemode AND id = :id AND sequence = :was
"""

SET_UP: Final = """
    UPDATE payment_methods SET set_up = 1 WHERE account_id = :account AND livemode = :livemode AND id = :id
"""

_DECODER: Final = msgspec.json.Decoder(PaymentMethod)


def find(reader: Reader, env: Env, method_id: str, param: str) -> Method:
    """A payment method, shared ones included. Raises resource_missing, or test_card_in_live_mode."""
    shared = SHARED.get(method_id)
    if shared is not None:
        if env.livemode:
            raise Refused(Code.TEST_CARD_IN_LIVE_MODE, param=param)
        return shared
    return _method(reader.one(GET, account=env.account, livemode=int(env.livemode), id=method_id), method_id, param)


def lock(tx: Tx, env: Env, method_id: str, param: str) -> Method:
    """One of the merchant's own that nobody else may change until this transaction ends. Raises resource_missing."""
    return _method(tx.lock(GET, account=env.account, livemode=int(env.livemode), id=method_id), method_id, param)


def _method(row: Row | None, method_id: str, param: str) -> Method:
    if row is None:
        raise missing(method_id, param)
    wire = _DECODER.decode(row["doc"])
    assert wire.customer == row["customer_id"], wire.id
    return Method(
        wire=wire,
        detached=bool(row["detached"]),
        sequence=row["sequence"],
        test_card=row["test_card"],
        set_up=bool(row["set_up"]),
        vault_id=row["vault_id"],
    )


def missing(method_id: str, param: str) -> Refused:
    """The refusal for an id that is not there, or is somebody else's."""
    return NoSuch("payment_method", method_id, param=param)


def load(reader: Reader, env: Env, method_id: str) -> bytes | None:
    """A payment method's JSON, shared ones included."""
    shared = SHARED.get(method_id)
    if shared is not None:
        return None if env.livemode else msgspec.json.encode(shared.wire)
    row = reader.one(GET, account=env.account, livemode=int(env.livemode), id=method_id)
    return None if row is None else row["doc"].encode()


def ids_of_customer(reader: Reader, env: Env, customer_id: str) -> list[str]:
    """The payment methods that are attached to a customer, oldest first."""
    rows = reader.all(IDS_OF_CUSTOMER, account=env.account, livemode=int(env.livemode), customer=customer_id)
    return [row["id"] for row in rows]


def add(tx: Tx, env: Env, method: Method, doc: str) -> None:
    """Keep a new payment method; `doc` is its wire object as JSON."""
    wire = method.wire
    tx.run(
        INSERT,
        account=env.account,
        livemode=int(env.livemode),
        id=wire.id,
        created_us=env.now,
        type=wire.type,
        customer=wire.customer,
        vault_id=method.vault_id,
        test_card=method.test_card,
        sequence=method.sequence,
        doc=doc,
    )


def save(tx: Tx, env: Env, method: Method, was: int, doc: str) -> None:
    """Write a locked payment method back; `was` is its sequence as it was read."""
    changed = tx.run(
        UPDATE,
        account=env.account,
        livemode=int(env.livemode),
        id=method.wire.id,
        customer=method.wire.customer,
        detached=int(method.detached),
        vault_id=method.vault_id,
        sequence=method.sequence,
        was=was,
        doc=doc,
    )
    assert changed == 1, method.wire.id


def mark_set_up(tx: Tx, env: Env, method_id: str) -> None:
    """Remember of a locked payment method that it may be charged without its owner. Nothing of that is on the wire."""
    changed = tx.run(SET_UP, account=env.account, livemode=int(env.livemode), id=method_id)
    assert changed == 1, method_id
