"""Idempotency keys: the same POST twice has one effect and one answer (reference: Stripe's published semantics).

The reply is kept in the transaction that does the work, under a unique key: of two calls at once one commits, and the
other runs again and finds its reply. A call that asks somebody outside holds the key in between as `started`, with the
object it has made, so a crash leaves a row from which its fate can be read. Scope: account, mode. A key is bound to its
first method, path and parameters, and to whether the caller may see all of the reply or only a payer's part.

Kept: the status and body of the first execution, refusals and internal errors included. Not kept: what failed before
execution began (validation, authentication, rate limit, a conflict with a call in flight).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import msgspec

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.storage.database import Row, Tx

KEY_LETTERS_MAX: Final = 255
KEPT_US: Final = 24 * 3600 * 1_000_000  # at least a day; pruned afterwards, and then the key executes anew
STARTED_KEPT_US: Final = 7 * KEPT_US  # of a call that nobody came back for: its outcome may take that long to find
LEASE_US: Final = 30 * 1_000_000  # longer than any processor is waited for

FIND: Final = "SELECT * FROM idempotency_keys WHERE account_id = :account AND livemode = :livemode AND key = :key"
FINISH: Final = """
UPDATE idempotency_keys
SET state = 'finished', status = :status, response = :response, version = :version, object_id = :object
WHERE account_id = :account AND livemode = :livemode AND key = :key AND state = 'started'"""
FORGET: Final = """
DELETE FROM idempotency_keys
WHERE account_id = :account AND livemode = :livemode AND key = :key AND state = 'finished' AND created_us < :before"""
PRUNE: Final = """
DELETE FROM idempotency_keys WHERE created_us < :before AND (state = 'finished' OR created_us < :long_before)"""


class Kept(NamedTuple):
    """The reply of the first call."""

    status: int
    response: bytes
    version: str  # in whose shape it is


class Unfinished(NamedTuple):
    """The first call was cut short after it had written this object; its fate is to be read, not repeated."""

    object_id: str


class Claim(NamedTuple):
    """A request under its key."""

    key: str
    operation: str  # method and path, and whose reply it is
    params: str  # fingerprints, by name


def fingerprints(tree: Mapping[str, Any], secret: bytes) -> str:
    """Each top-level parameter's keyed digest, as JSON. Keyed, because a parameter may be a card number."""
    return msgspec.json.encode(
        {name: blake2b(_canonical(value), digest_size=9, key=secret).hexdigest() for name, value in tree.items()},
        order="sorted",
    ).decode()


def _canonical(value: Any) -> bytes:
    """The same bytes for the same value, in whatever order its members came."""
    text = repr(value) if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text.encode("utf-8", "surrogatepass")


def earlier(tx: Tx, env: Env, wanted: Claim) -> Kept | Unfinished | None:
    """What a call before this one has left under the key; None if this is the first. Raises mismatch or in-use."""
    row = tx.one(FIND, account=env.account, livemode=int(env.livemode), key=wanted.key)
    if row is None:
        return None
    if row["state"] == "finished" and row["created_us"] < env.wall - KEPT_US:
        tx.run(FORGET, account=env.account, livemode=int(env.livemode), key=wanted.key, before=env.wall - KEPT_US)
        return None
    return _earlier(row, env, wanted)


def _earlier(row: Row, env: Env, wanted: Claim) -> Kept | Unfinished:
    if row["operation"] != wanted.operation:
        raise Refused(
            Code.IDEMPOTENCY_MISMATCH,
            "Keys for idempotent requests can only be used for the same endpoint they were first used for "
            f"('{row['operation']}' vs '{wanted.operation}'). Try using a key other than '{wanted.key}' if you meant "
            "to execute a different request.",
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
        return Kept(row["status"], row["response"].encode(), row["version"])
    if row["lease_us"] > env.wall or row["object_id"] is None:
        raise Refused(Code.IDEMPOTENCY_KEY_IN_USE)
    return Unfinished(row["object_id"])


def _differing(first: str, second: str) -> list[str]:
    a: dict[str, str] = msgspec.json.decode(first)
    b: dict[str, str] = msgspec.json.decode(second)
    return sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))


def start(tx: Tx, env: Env, claim: Claim, object_id: str) -> None:
    """Hold the key while somebody outside is asked; `object_id` is what the call has made so far."""
    _add(tx, env, claim, state="started", object_id=object_id, status=None, response=None)


def finish(tx: Tx, env: Env, claim: Claim, status: int, response: bytes, object_id: str | None) -> None:
    """Keep the reply, in the transaction that ends the call. A twin that recovered it meanwhile has kept its own."""
    tx.run(
        FINISH,
        account=env.account,
        livemode=int(env.livemode),
        key=claim.key,
        status=status,
        response=response.decode(),
        version=env.version,
        object=object_id,
    )


def keep(tx: Tx, env: Env, claim: Claim, status: int, response: bytes, object_id: str | None) -> None:
    """Keep the reply of a call that begins and ends in this transaction."""
    _add(tx, env, claim, state="finished", object_id=object_id, status=status, response=response.decode())


def _add(
    tx: Tx, env: Env, claim: Claim, *, state: str, object_id: str | None, status: int | None, response: str | None
) -> None:
    """The row is put off until COMMIT: a twin that got there first is met then, and this call runs again to find it."""
    tx.append(
        "idempotency_keys",
        {
            "account_id": env.account,
            "livemode": int(env.livemode),
            "key": claim.key,
            "created_us": env.wall,
            "operation": claim.operation,
            "params": claim.params,
            "state": state,
            "lease_us": env.wall + LEASE_US,
            "request_id": env.request_id or "",
            "version": env.version,
            "object_id": object_id,
            "status": status,
            "response": response,
        },
    )


def prune(tx: Tx, wall_us: int) -> int:
    """Forget keys past their time; a started one is kept a week, so that its sweep can end it."""
    return tx.run(PRUNE, before=wall_us - KEPT_US, long_before=wall_us - STARTED_KEPT_US)
