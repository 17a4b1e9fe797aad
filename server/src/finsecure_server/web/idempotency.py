"""Idempotency keys: the same POST twice has one effect and one answer (reference: Stripe's published semantics).

The key is claimed in the transaction that does the work and finished in the transaction that ends it, so a crash leaves
either nothing, or a `started` row whose object says what became of it. Scope: account, mode. A key is bound to its first
method, path and parameters. Kept: the status and body of the first execution, refusals and internal errors included. Not
kept: what failed before execution began (validation, authentication, rate limit, a conflict with a call in flight).
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import msgspec

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.storage.database import Row, Tx

KEY_LETTERS_MAX: Final = 255
KEPT_US: Final = 24 * 3600 * 1_000_000  # at least a day; pruned afterwards, and then the key executes anew
LEASE_US: Final = 90 * 1_000_000  # longer than any processor is waited for

CLAIM: Final = """
INSERT INTO idempotency_keys (account_id, livemode, key, created_us, operation, params, state, lease_us, request_id)
VALUES (:account, :livemode, :key, :now, :operation, :params, 'started', :lease, :request)
ON CONFLICT (account_id, livemode, key) DO NOTHING"""
FIND: Final = "SELECT * FROM idempotency_keys WHERE account_id = :account AND livemode = :livemode AND key = :key"
FINISH: Final = """
UPDATE idempotency_keys SET state = 'finished', status = :status, response = :response, object_id = :object
WHERE account_id = :account AND livemode = :livemode AND key = :key AND state = 'started'"""
ABOUT: Final = """
UPDATE idempotency_keys SET object_id = :object
WHERE account_id = :account AND livemode = :livemode AND key = :key AND state = 'started'"""
RELEASE: Final = """
DELETE FROM idempotency_keys
WHERE account_id = :account AND livemode = :livemode AND key = :key AND created_us < :before AND state = 'finished'"""
PRUNE: Final = "DELETE FROM idempotency_keys WHERE created_us < :before AND (state = 'finished' OR created_us < :long_before)"


class Kept(NamedTuple):
    """The reply of the first call."""

    status: int
    response: bytes


class Unfinished(NamedTuple):
    """The first call was cut short after it had written this object; its fate is to be read, not repeated."""

    object_id: str


class Claim(NamedTuple):
    """A request under its key."""

    key: str
    operation: str  # method and path
    params: str  # fingerprints, by name


def fingerprints(tree: Mapping[str, Any], secret: bytes) -> str:
    """Each top-level parameter's keyed digest, as JSON. Keyed, because a parameter may be a card number."""
    return msgspec.json.encode(
        {name: blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=9, key=secret).hexdigest() for name, value in tree.items()},
        order="sorted",
    ).decode()


def claim(tx: Tx, env: Env, wanted: Claim) -> Kept | Unfinished | None:
    """Take the key for this request; else the kept reply of the one before. Raises mismatch or in-use."""
    for _ in range(2):
        taken = tx.run(
            CLAIM,
            account=env.account,
            livemode=int(env.livemode),
            key=wanted.key,
            now=env.wall,
            operation=wanted.operation,
            params=wanted.params,
            lease=env.wall + LEASE_US,
            request=env.request_id or "",
        )
        if taken:
            return None
        row = tx.lock(FIND, account=env.account, livemode=int(env.livemode), key=wanted.key)
        if row is None:
            continue  # pruned in between
        expired = tx.run(
            RELEASE, account=env.account, livemode=int(env.livemode), key=wanted.key, before=env.wall - KEPT_US
        )
        if not expired:
            return _earlier(row, env, wanted)
    raise Refused(Code.IDEMPOTENCY_KEY_IN_USE)


def _earlier(row: Row, env: Env, wanted: Claim) -> Kept | Unfinished:
    if row["operation"] != wanted.operation:
        raise Refused(
            Code.IDEMPOTENCY_MISMATCH,
            "Keys for idempotent requests can only be used for the same endpoint they were first used for "
            f"('{row['operation']}' vs '{wanted.operation}'). Try using a key other than '{wanted.key}' if you meant to "
            "execute a different request.",
        )
    if row["params"] != wanted.params:
        differing = _differing(row["params"], wanted.params)
        raise Refused(
            Code.IDEMPOTENCY_MISMATCH,
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Differing: {', '.join(differing)}. Try using a key other than '{wanted.key}' if you meant to execute a "
            "different request.",
            param=differing[0],
        )
    if row["state"] == "finished":
        return Kept(row["status"], row["response"].encode())
    if row["lease_us"] > env.wall or row["object_id"] is None:
        raise Refused(Code.IDEMPOTENCY_KEY_IN_USE)
    return Unfinished(row["object_id"])


def _differing(first: str, second: str) -> list[str]:
    a: dict[str, str] = msgspec.json.decode(first)
    b: dict[str, str] = msgspec.json.decode(second)
    return sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))


def about(tx: Tx, env: Env, key: str, object_id: str) -> None:
    """Note what a started call has made, in the transaction that made it."""
    tx.run(ABOUT, account=env.account, livemode=int(env.livemode), key=key, object=object_id)


def finish(tx: Tx, env: Env, key: str, status: int, response: bytes, object_id: str | None) -> None:
    """Keep the reply, in the transaction that ends the call."""
    tx.run(
        FINISH,
        account=env.account,
        livemode=int(env.livemode),
        key=key,
        status=status,
        response=response.decode(),
        object=object_id,
    )


def prune(tx: Tx, wall_us: int) -> int:
    """Forget keys past their time; a started one is kept a week, so that its sweep can end it."""
    return tx.run(PRUNE, before=wall_us - KEPT_US, long_before=wall_us - 7 * KEPT_US)
