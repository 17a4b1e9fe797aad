"""SQL of accounts and keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from finsecure_server.accounts.types import Account, ApiKey
from finsecure_server.core.env import Env
from finsecure_server.core.errors import NoSuch
from finsecure_server.storage.database import Reader, Row, Tx
from finsecure_server.storage.pages import Listing

_MICROSECONDS: Final = 1_000_000

INSERT_ACCOUNT: Final = """
INSERT INTO accounts (id, created_us, clock_offset_us, clock_moved_us, doc) VALUES (:id, :created, 0, 0, :doc)"""
FIND_ACCOUNT: Final = "SELECT id, created_us, clock_offset_us, clock_moved_us, doc FROM accounts WHERE id = :id"
ANY_ACCOUNT: Final = "SELECT id FROM accounts ORDER BY id LIMIT 1"
MOVE_CLOCK: Final = """
UPDATE accounts SET clock_offset_us = :ahead, clock_moved_us = :moved WHERE id = :id AND clock_offset_us = :seen"""

INSERT_KEY: Final = """
INSERT INTO api_keys (account_id, livemode, id, created_us, hash, kind, prefix, last4, name, scopes, expires_us)
VALUES (:account, :livemode, :id, :created, :hash, :kind, :prefix, :last4, :name, :scopes, :expires)
ON CONFLICT (hash) DO NOTHING"""
FIND_KEY: Final = "SELECT * FROM api_keys WHERE account_id = :account AND livemode = :livemode AND id = :id"
EXPIRE_KEY: Final = """
UPDATE api_keys SET expires_us = :expires
WHERE account_id = :account AND livemode = :livemode AND id = :id AND (expires_us IS NULL OR expires_us > :expires)"""
REVOKE_KEY: Final = """
UPDATE api_keys SET revoked_us = :wall
WHERE account_id = :account AND livemode = :livemode AND id = :id AND revoked_us IS NULL"""
USED_KEY: Final = """
UPDATE api_keys SET last_used_us = :used
WHERE account_id = :account AND livemode = :livemode AND id = :id AND (last_used_us IS NULL OR last_used_us < :used)"""
WHOSE_KEY: Final = """
SELECT k.account_id, k.livemode, k.id, k.kind, k.scopes, k.expires_us, k.revoked_us, k.last_used_us, a.clock_offset_us
FROM api_keys k JOIN accounts a ON a.id = k.account_id WHERE k.hash = :hash"""

#: Filtered by kind without an index of its own: an account has a handful of keys.
LISTING: Final = Listing(table="api_keys", filters={"kind": "kind"}, columns="*")


class NewKey(NamedTuple):
    """A key about to be stored."""

    account: str
    livemode: bool
    id: str
    created_us: int
    hash: str
    kind: str
    prefix: str
    last4: str
    name: str
    scopes: str
    expires_us: int | None


class Clock(NamedTuple):
    """Where a test clock stands: how far ahead of the wall, and when it last moved (wall clock; 0 for never)."""

    ahead_us: int
    moved_us: int


class Used(NamedTuple):
    """Which key was used."""

    account: str
    livemode: int
    key_id: str


def add_account(tx: Tx, account: Account, created_us: int) -> None:
    """Store a new account."""
    tx.run(INSERT_ACCOUNT, id=account.id, created=created_us, doc=msgspec.json.encode(account).decode())


def account(reader: Reader, env: Env) -> tuple[Account, Clock]:
    """The caller's account and its clock."""
    row = reader.one(FIND_ACCOUNT, id=env.account)
    assert row is not None, env.account
    return msgspec.json.decode(row["doc"], type=Account), Clock(row["clock_offset_us"], row["clock_moved_us"])


def lock_clock(tx: Tx, env: Env) -> Clock:
    """The clock, and nobody else may move it until the transaction ends."""
    row = tx.lock(FIND_ACCOUNT, id=env.account)
    assert row is not None, env.account
    return Clock(row["clock_offset_us"], row["clock_moved_us"])


def move_clock(tx: Tx, env: Env, seen: Clock, ahead_us: int) -> Clock:
    """Set the clock from where it was seen to `ahead_us` ahead of the wall."""
    moved = tx.run(MOVE_CLOCK, id=env.account, ahead=ahead_us, moved=env.wall, seen=seen.ahead_us)
    assert moved == 1, (env.account, seen)
    return Clock(ahead_us, env.wall)


def has_account(reader: Reader, account_id: str) -> bool:
    """Whether there is such an account."""
    return reader.one(FIND_ACCOUNT, id=account_id) is not None


def clock_offset(reader: Reader, account_id: str) -> int:
    """How far the account's test clock is ahead of the wall clock, in microseconds; 0 for an unknown account."""
    row = reader.one(FIND_ACCOUNT, id=account_id)
    return 0 if row is None else int(row["clock_offset_us"])


def first_account(reader: Reader) -> str | None:
    """The id of the oldest account; None in an empty database."""
    row = reader.one(ANY_ACCOUNT)
    return None if row is None else str(row["id"])


def add_key(tx: Tx, key: NewKey) -> bool:
    """Store a new key; False when another account has this very key already."""
    return bool(
        tx.run(
            INSERT_KEY,
            account=key.account,
            livemode=int(key.livemode),
            id=key.id,
            created=key.created_us,
            hash=key.hash,
            kind=key.kind,
            prefix=key.prefix,
            last4=key.last4,
            name=key.name,
            scopes=key.scopes,
            expires=key.expires_us,
        )
    )


def key(reader: Reader, env: Env, key_id: str) -> ApiKey:
    """A key as it is shown. Raises resource_missing."""
    return shown(_found(reader.one(FIND_KEY, **_at(env, key_id)), key_id), env.wall)


def load_key(reader: Reader, env: Env, key_id: str) -> bytes | None:
    """A key's JSON."""
    row = reader.one(FIND_KEY, **_at(env, key_id))
    return None if row is None else msgspec.json.encode(shown(row, env.wall))


def lock_key(tx: Tx, env: Env, key_id: str) -> ApiKey:
    """Like `key`, and nobody else may change it until the transaction ends."""
    return shown(_found(tx.lock(FIND_KEY, **_at(env, key_id)), key_id), env.wall)


def expire_key(tx: Tx, env: Env, key_id: str, expires_us: int) -> None:
    """End a key's time then, unless it ends before."""
    tx.run(EXPIRE_KEY, **_at(env, key_id), expires=expires_us)


def revoke_key(tx: Tx, env: Env, key_id: str) -> None:
    """End a key's time now. Revoking it twice changes nothing."""
    tx.run(REVOKE_KEY, **_at(env, key_id), wall=env.wall)


def whose(reader: Reader, digest: str) -> Row | None:
    """The row of a key by its digest, with its account's clock."""
    return reader.one(WHOSE_KEY, hash=digest)


def note_use(tx: Tx, used: Mapping[Used, int]) -> None:
    """Keep when keys were last used, in the order of their ids, so that two servers cannot lock each other out."""
    for of, at_us in sorted(used.items()):
        tx.run(USED_KEY, account=of.account, livemode=of.livemode, id=of.key_id, used=at_us)


def shown(row: Row, wall_us: int) -> ApiKey:
    """A row as the API shows it. Keys live by the wall clock, whatever the test clock says."""
    expires, revoked = row["expires_us"], row["revoked_us"]
    return ApiKey(
        id=row["id"],
        created=row["created_us"] // _MICROSECONDS,
        expires_at=_seconds(expires),
        kind=row["kind"],
        last4=row["last4"],
        last_used_at=_seconds(row["last_used_us"]),
        livemode=bool(row["livemode"]),
        name=row["name"],
        prefix=row["prefix"],
        revoked_at=_seconds(revoked),
        scopes=row["scopes"].split(),
        status="revoked" if revoked is not None else "expired" if over(expires, wall_us) else "active",
    )


def over(expires_us: int | None, wall_us: int) -> bool:
    """Whether that time has come."""
    return expires_us is not None and expires_us <= wall_us


def _at(env: Env, key_id: str) -> dict[str, object]:
    return {"account": env.account, "livemode": int(env.livemode), "id": key_id}


def _found(row: Row | None, key_id: str) -> Row:
    if row is None:
        raise NoSuch("api_key", key_id, param="id")
    return row


def _seconds(us: int | None) -> int | None:
    return None if us is None else us // _MICROSECONDS
