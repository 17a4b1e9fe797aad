"""What is done with the vault: keep a number, read one back, forget it, move the rows to a new master key.

What endpoints are signed with is sealed under the same keys, in a table of its own: it moves along.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from finsecure_server.core.env import Env
from finsecure_server.payment_methods import vault_store
from finsecure_server.payment_methods.keys import Keys, KeysError
from finsecure_server.payment_methods.vault import Unreadable, Vaults
from finsecure_server.storage.database import Database, Reader, Tx
from finsecure_server.webhooks import secret_store

ROWS_PER_STEP: Final = 500  # of a rekey: short enough that payments beside it do not wait


class Kept(NamedTuple):
    """A number that was put away."""

    vault_id: str
    fingerprint: str


def keep(tx: Tx, env: Env, number: str) -> Kept:
    """Seal a number (digits only; a bank account as `routing:account`) and keep it."""
    kept = Kept(env.new_id("vlt"), env.vault.fingerprint(env.account, number))
    row = env.vault.seal(env.account, env.livemode, kept.vault_id, number, env.chance)
    vault_store.add(tx, env, kept.vault_id, kept.fingerprint, row)
    return kept


def purge(tx: Tx, env: Env, vault_id: str) -> None:
    """Forget a number for good: with its row goes the only key that opens it."""
    deleted = vault_store.delete(tx, env, vault_id)
    assert deleted == 1, vault_id


def reveal(db: Reader, vaults: Vaults, account: str, livemode: bool, vault_id: str) -> str:
    """The number itself: only for a processor that is about to send it. Raises Unreadable."""
    row = vault_store.get(db, account, livemode, vault_id)
    if row is None:
        raise Unreadable(f"{vault_id} is not in the vault")
    return vaults.of(livemode).open(account, livemode, vault_id, row)


def keys_in_use(db: Reader) -> frozenset[str]:
    """The master keys that stored numbers and secrets need."""
    return vault_store.keys_in_use(db) | secret_store.keys_in_use(db)


def check_keys(db: Reader, keys: Keys) -> None:
    """Refuse to start with the wrong key file: every stored number and secret must have its key. Raises KeysError."""
    missing = keys_in_use(db) - keys.names()
    if missing:
        raise KeysError(
            f"Stored numbers and secrets need the master keys {', '.join(sorted(missing))}, "
            f"and {keys.source} does not have them. Put the right key file back: without it they cannot be read."
        )


async def rekey(
    db: Database, vaults: Vaults, chance: Callable[[int], bytes], progress: Callable[[int], object] | None = None
) -> int:
    """Rewrap every row that is not under the current key; returns how many. `progress` hears the count so far.

    Each step is a transaction, and a row that was moved does not come up again: killed at any moment, it goes on where
    it was when it is run anew. Raises Unreadable at a row that was tampered with, and names it.
    """
    moved = 0
    while step := await db.write(lambda tx: _step(tx, vaults, chance)):
        moved += step
        if progress is not None:
            progress(moved)
    return moved


def _step(tx: Tx, vaults: Vaults, chance: Callable[[int], bytes]) -> int:
    current = {vaults.test.current, vaults.live.current}
    if old := vault_store.keys_in_use(tx) - current:
        return _move_numbers(tx, vaults, min(old), chance)
    if old := secret_store.keys_in_use(tx) - current:
        return _move_secrets(tx, vaults, min(old), chance)
    return 0


def _move_numbers(tx: Tx, vaults: Vaults, old: str, chance: Callable[[int], bytes]) -> int:
    rows = vault_store.wrapped_by(tx, old, ROWS_PER_STEP)
    for row in rows:
        vault = vaults.of(row.livemode)
        try:
            wrapped = vault.rewrap(row.account, row.livemode, row.vault_id, old, row.wrapped_key, chance=chance)
        except Unreadable as error:
            raise Unreadable(f"{row.vault_id} of {row.account}: {error}") from None
        vault_store.rewrap(tx, row, old, vault.current, wrapped)
    return len(rows)


def _move_secrets(tx: Tx, vaults: Vaults, old: str, chance: Callable[[int], bytes]) -> int:
    rows = secret_store.wrapped_by(tx, old, ROWS_PER_STEP)
    for row in rows:
        vault = vaults.of(row.livemode)
        try:
            wrapped = vault.rewrap(row.account, row.livemode, row.place, old, row.wrapped_key, chance=chance)
        except Unreadable as error:
            raise Unreadable(f"{row.id} of {row.account}: {error}") from None
        secret_store.rewrap(tx, row, old, vault.current, wrapped)
    return len(rows)
