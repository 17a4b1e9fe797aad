"""The table `vault`: SQL and nothing but. Numbers go in sealed and come out sealed."""

from __future__ import annotations

from typing import Final, NamedTuple

from finsecure_server.core.env import Env, Sealed
from finsecure_server.payment_methods.vault import SealedNumber
from finsecure_server.storage.database import Reader, Tx

INSERT: Final = """
    INSERT INTO vault (account_id, livemode, id, created_us, fingerprint, master_key, wrapped_key, sealed)
    VALUES (:account, :livemode, :id, :created_us, :fingerprint, :master_key, :wrapped_key, :sealed)
"""

GET: Final = """
    SELECT master_key, wrapped_key, sealed FROM vault
    WHERE account_id = :account AND livemode = :livemode AND id = :id
"""

DELETE: Final = "DELETE FROM vault WHERE account_id = :account AND livemode = :livemode AND id = :id"

NEXT_KEY_IN_USE: Final = """
    SELECT master_key FROM vault WHERE master_key > :after ORDER BY master_key LIMIT 1
"""

WRAPPED_BY: Final = """
    SELECT account_id, livemode, id, wrapped_key FROM vault
    WHERE master_key = :master_key ORDER BY id LIMIT :rows
"""

REWRAP: Final = """
    UPDATE vault SET master_key = :new, wrapped_key = :wrapped_key
    WHERE account_id = :account AND livemode = :livemode AND id = :id AND master_key = :old
"""


class Wrapped(NamedTuple):
    """A data key as it lies in its row."""

    account: str
    livemode: bool
    vault_id: str
    wrapped_key: bytes


def add(tx: Tx, env: Env, vault_id: str, fingerprint: str, row: Sealed) -> None:
    """Keep a sealed number."""
    tx.run(
        INSERT,
        account=env.account,
        livemode=int(env.livemode),
        id=vault_id,
        created_us=env.now,
        fingerprint=fingerprint,
        master_key=row.master_key,
        wrapped_key=row.wrapped_key,
        sealed=row.sealed,
    )


def delete(tx: Tx, env: Env, vault_id: str) -> int:
    """Take a sealed number away, its data key with it; returns the rows deleted."""
    return tx.run(DELETE, account=env.account, livemode=int(env.livemode), id=vault_id)


def get(db: Reader, account: str, livemode: bool, vault_id: str) -> SealedNumber | None:
    """A sealed number, if it is kept."""
    row = db.one(GET, account=account, livemode=int(livemode), id=vault_id)
    if row is None:
        return None
    return SealedNumber(row["master_key"], bytes(row["wrapped_key"]), bytes(row["sealed"]))


def keys_in_use(db: Reader) -> frozenset[str]:
    """The master keys that stored numbers need. One step through the index for each, whatever the table holds."""
    names: list[str] = []
    while row := db.one(NEXT_KEY_IN_USE, after=names[-1] if names else ""):
        names.append(row["master_key"])
    return frozenset(names)


def wrapped_by(db: Reader, master_key: str, rows: int) -> list[Wrapped]:
    """At most `rows` data keys that are wrapped by a master key."""
    return [
        Wrapped(row["account_id"], bool(row["livemode"]), row["id"], bytes(row["wrapped_key"]))
        for row in db.all(WRAPPED_BY, master_key=master_key, rows=rows)
    ]


def rewrap(tx: Tx, row: Wrapped, old: str, new: str, wrapped_key: bytes) -> int:
    """Put another wrapping in place, unless somebody else has: returns the rows changed."""
    return tx.run(
        REWRAP,
        account=row.account,
        livemode=int(row.livemode),
        id=row.vault_id,
        old=old,
        new=new,
        wrapped_key=wrapped_key,
    )
