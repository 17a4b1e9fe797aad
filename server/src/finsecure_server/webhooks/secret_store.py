"""The table `webhook_secrets`: SQL and nothing but. Secrets go in sealed and come out sealed.

A row is a signing secret, or the values of all of an endpoint's own headers as JSON. What it is sealed for names the
endpoint and its kind as well: a row that was moved to another endpoint does not open.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from msgspec import Struct

from finsecure_server.core.env import Env, Sealed
from finsecure_server.storage.database import Reader, Row, Tx

Kind = Literal["signing", "headers"]

INSERT: Final = """
INSERT INTO webhook_secrets
(account_id, livemode, id, created_us, endpoint_id, kind, expires_us, master_key, wrapped_key, sealed)
VALUES (:account, :livemode, :id, :created_us, :endpoint, :kind, NULL, :master_key, :wrapped_key, :sealed)"""
OF_ENDPOINT: Final = """
SELECT id, kind, expires_us, master_key, wrapped_key, sealed FROM webhook_secrets
WHERE account_id = :account AND livemode = :livemode AND endpoint_id = :endpoint ORDER BY id"""
EXPIRE: Final = """
UPDATE webhook_secrets SET expires_us = :until
WHERE account_id = :account AND livemode = :livemode AND endpoint_id = :endpoint AND kind = 'signing'
AND (expires_us IS NULL OR expires_us > :until)"""
FORGET_EXPIRED: Final = """
DELETE FROM webhook_secrets
WHERE account_id = :account AND livemode = :livemode AND endpoint_id = :endpoint AND kind = 'signing'
AND expires_us <= :wall"""
FORGET_HEADERS: Final = """
DELETE FROM webhook_secrets
WHERE account_id = :account AND livemode = :livemode AND endpoint_id = :endpoint AND kind = 'headers'"""
FORGET: Final = """
DELETE FROM webhook_secrets WHERE account_id = :account AND livemode = :livemode AND endpoint_id = :endpoint"""

NEXT_KEY_IN_USE: Final = """
SELECT master_key FROM webhook_secrets WHERE master_key > :after ORDER BY master_key LIMIT 1"""
WRAPPED_BY: Final = """
SELECT account_id, livemode, id, endpoint_id, kind, wrapped_key FROM webhook_secrets
WHERE master_key = :master_key ORDER BY id LIMIT :rows"""
REWRAP: Final = """
UPDATE webhook_secrets SET master_key = :new, wrapped_key = :wrapped_key
WHERE account_id = :account AND livemode = :livemode AND id = :id AND master_key = :old"""


class SecretRow(Struct, frozen=True):
    """A sealed secret, as it lies in its row."""

    id: str
    kind: Kind
    expires_us: int | None  # wall clock
    master_key: str
    wrapped_key: bytes
    sealed: bytes


class Wrapped(NamedTuple):
    """A data key as it lies in its row."""

    account: str
    livemode: bool
    id: str
    place: str  # what it is sealed for
    wrapped_key: bytes


def place(endpoint_id: str, kind: Kind, secret_id: str) -> str:
    """What a row is sealed for, besides its account and mode."""
    return f"{endpoint_id}/{kind}/{secret_id}"


def add(tx: Tx, env: Env, endpoint_id: str, kind: Kind, secret_id: str, row: Sealed) -> None:
    """Keep a sealed secret."""
    tx.run(
        INSERT,
        account=env.account,
        livemode=int(env.livemode),
        id=secret_id,
        created_us=env.wall,
        endpoint=endpoint_id,
        kind=kind,
        master_key=row.master_key,
        wrapped_key=row.wrapped_key,
        sealed=row.sealed,
    )


def of_endpoint(reader: Reader, account: str, livemode: bool, endpoint_id: str) -> list[SecretRow]:
    """All rows of an endpoint, oldest first; expired ones too."""
    return [_row(row) for row in reader.all(OF_ENDPOINT, **_at(account, livemode, endpoint_id))]


def _row(row: Row) -> SecretRow:
    return SecretRow(
        row["id"], row["kind"], row["expires_us"], row["master_key"], bytes(row["wrapped_key"]), bytes(row["sealed"])
    )


def expire(tx: Tx, env: Env, endpoint_id: str, until_us: int) -> None:
    """None of an endpoint's signing secrets signs beyond that time (wall clock)."""
    tx.run(EXPIRE, **_at(env.account, env.livemode, endpoint_id), until=until_us)


def forget_expired(tx: Tx, env: Env, endpoint_id: str) -> None:
    """Drop signing secrets that sign nothing any more."""
    tx.run(FORGET_EXPIRED, **_at(env.account, env.livemode, endpoint_id), wall=env.wall)


def forget_headers(tx: Tx, env: Env, endpoint_id: str) -> None:
    """Drop the values of an endpoint's own headers."""
    tx.run(FORGET_HEADERS, **_at(env.account, env.livemode, endpoint_id))


def forget(tx: Tx, env: Env, endpoint_id: str) -> None:
    """Drop all secrets of an endpoint."""
    tx.run(FORGET, **_at(env.account, env.livemode, endpoint_id))


def _at(account: str, livemode: bool, endpoint_id: str) -> dict[str, object]:
    return {"account": account, "livemode": int(livemode), "endpoint": endpoint_id}


# -- master keys -------------------------------------------------------------------------------------------------------


def keys_in_use(reader: Reader) -> frozenset[str]:
    """The master keys that stored secrets need. One step through the index for each, whatever the table holds."""
    names: list[str] = []
    while row := reader.one(NEXT_KEY_IN_USE, after=names[-1] if names else ""):
        names.append(row["master_key"])
    return frozenset(names)


def wrapped_by(reader: Reader, master_key: str, rows: int) -> list[Wrapped]:
    """At most `rows` data keys that are wrapped by a master key."""
    return [
        Wrapped(
            row["account_id"],
            bool(row["livemode"]),
            row["id"],
            place(row["endpoint_id"], row["kind"], row["id"]),
            bytes(row["wrapped_key"]),
        )
        for row in reader.all(WRAPPED_BY, master_key=master_key, rows=rows)
    ]


def rewrap(tx: Tx, row: Wrapped, old: str, new: str, wrapped_key: bytes) -> int:
    """Put another wrapping in place, unless somebody else has: returns the rows changed."""
    return tx.run(
        REWRAP,
        account=row.account,
        livemode=int(row.livemode),
        id=row.id,
        old=old,
        new=new,
        wrapped_key=wrapped_key,
    )
