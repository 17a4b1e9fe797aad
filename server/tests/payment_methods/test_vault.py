"""The vault against a real file: what lies on the disk, and what each way of tampering with it comes to."""

import base64
import hashlib
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

import finsecure_server
from finsecure_server.core.env import Env
from finsecure_server.payment_methods import keys, vault_ops, vault_store
from finsecure_server.payment_methods.keys import Keys, KeysError
from finsecure_server.payment_methods.vault import SealedNumber, Unreadable, Vaults
from finsecure_server.storage import migrate, urls
from finsecure_server.storage.database import Database, Tx
from finsecure_server.storage.sqlite import SqliteDatabase

T0 = 1_760_000_000_000_000
ACCOUNT, OTHER = "acct_1", "acct_2"
NUMBER = "4242424242424242"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "keys.toml"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
async def in_file(data: Path) -> AsyncIterator[SqliteDatabase]:
    """A database whose file lies in `data`, alone."""
    migrate.up(urls.sqlite_url(data / "finsecure.db"), T0)
    database = SqliteDatabase(data / "finsecure.db")
    yield database
    await database.close()


def env_of(vaults: Vaults, account: str = ACCOUNT, *, livemode: bool = False) -> Env:
    vault = vaults.of(livemode)
    return Env(account=account, livemode=livemode, wall=T0, chance=os.urandom, processor=None, vault=vault)


def keep_all(env: Env, numbers: list[str]) -> Callable[[Tx], list[str]]:
    return lambda tx: [vault_ops.keep(tx, env, number).vault_id for number in numbers]


def canaries(count: int) -> list[str]:
    """Luhn-valid numbers that no issuer gives out, each another."""
    numbers = []
    for body in random.Random(7).sample(range(10**9), count):
        digits = f"999999{body:09}"
        doubled = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(digits))
        numbers.append(digits + str(-doubled % 10))
    return numbers


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_a_number_comes_back(database: Database, key_file: Path) -> None:
    vaults = Vaults(keys.load_or_create(key_file, None))
    for livemode in (False, True):
        env = env_of(vaults, livemode=livemode)
        kept = await database.write(lambda tx, env=env: vault_ops.keep(tx, env, NUMBER))  # type: ignore[misc]
        found = await database.read(
            lambda tx, kept=kept, livemode=livemode: vault_ops.reveal(tx, vaults, ACCOUNT, livemode, kept.vault_id)  # type: ignore[misc]
        )
        assert found == NUMBER
        assert re.fullmatch("vlt_[0-9a-z]{28}", kept.vault_id)
    with pytest.raises(Unreadable, match="vlt_x is not in the vault"):
        await database.read(lambda tx: vault_ops.reveal(tx, vaults, ACCOUNT, False, "vlt_x"))


async def test_a_thousand_canaries_leave_no_trace(in_file: SqliteDatabase, data: Path, key_file: Path) -> None:
    """PCI DSS 3.5.1, 3.5.1.1, 3.5.1.2 and 3.6.1: no number, no plain hash of one and no key in any file."""
    ring = keys.load_or_create(key_file, data)
    numbers = canaries(1000)
    for livemode in (False, True):
        await in_file.write(keep_all(env_of(Vaults(ring), livemode=livemode), numbers[livemode::2]))
    before = content(data)  # with the log
    await in_file.close()
    everything = before + content(data)
    assert b"vlt_" in everything
    runs = {match.decode() for match in re.findall(rb"[0-9]{13,19}", everything)}
    assert not runs & set(numbers)
    for number in numbers:
        digest = hashlib.sha256(number.encode())
        assert number.encode() not in everything
        assert digest.digest() not in everything
        assert digest.hexdigest().encode() not in everything
    for mode in (ring.test, ring.live):
        for key in [*mode.masters.values(), mode.fingerprint]:
            assert key not in everything
            assert key.hex().encode() not in everything
            assert base64.b64encode(key) not in everything


async def test_a_copy_without_the_keys_is_unreadable(in_file: SqliteDatabase, data: Path, tmp_path: Path) -> None:
    theirs = Vaults(keys.load_or_create(tmp_path / "theirs.toml", None))
    ours = Vaults(keys.load_or_create(tmp_path / "ours.toml", None))
    [vault_id] = await in_file.write(keep_all(env_of(theirs), [NUMBER]))
    await in_file.close()
    shutil.copytree(data, tmp_path / "copy")
    copy = SqliteDatabase(tmp_path / "copy" / "finsecure.db")
    with pytest.raises(Unreadable, match="is not among the keys of this server"):
        await copy.read(lambda tx: vault_ops.reveal(tx, ours, ACCOUNT, False, vault_id))
    await copy.close()


async def test_starting_with_the_wrong_key_file_is_refused(database: Database, tmp_path: Path) -> None:
    right, wrong = (keys.load_or_create(tmp_path / name, None) for name in ("right.toml", "wrong.toml"))
    await database.read(lambda tx: vault_ops.check_keys(tx, wrong))
    for livemode in (False, True):
        await database.write(keep_all(env_of(Vaults(right), livemode=livemode), [NUMBER]))
    await database.read(lambda tx: vault_ops.check_keys(tx, right))
    assert await database.read(vault_store.keys_in_use) == right.names()
    with pytest.raises(KeysError, match=f"{right.live.current}, {right.test.current}, and {tmp_path}/wrong.toml"):
        await database.read(lambda tx: vault_ops.check_keys(tx, wrong))


# -- fingerprints -----------------------------------------------------------------------------------------------------


def test_fingerprints(key_file: Path, tmp_path: Path) -> None:
    vaults = Vaults(keys.load_or_create(key_file, None))
    again = Vaults(keys.load(key_file))
    others = Vaults(keys.load_or_create(tmp_path / "others.toml", None))
    print_ = vaults.test.fingerprint(ACCOUNT, NUMBER)
    assert re.fullmatch("[0-9a-z]{24}", print_)
    assert again.test.fingerprint(ACCOUNT, NUMBER) == print_
    different = {
        print_,
        vaults.test.fingerprint(ACCOUNT, "4000056655665556"),
        vaults.test.fingerprint(OTHER, NUMBER),
        vaults.live.fingerprint(ACCOUNT, NUMBER),
        others.test.fingerprint(ACCOUNT, NUMBER),
    }
    assert len(different) == 5


def test_a_rotation_changes_no_fingerprint(key_file: Path) -> None:
    before = Vaults(keys.load_or_create(key_file, None))
    keys.rotate(key_file)
    assert Vaults(keys.load(key_file)).live.fingerprint(ACCOUNT, NUMBER) == before.live.fingerprint(ACCOUNT, NUMBER)


# -- tampering --------------------------------------------------------------------------------------------------------


def flipped(blob: bytes, place: int) -> bytes:
    changed = bytearray(blob)
    changed[place] ^= 1
    return bytes(changed)


def test_every_changed_byte_is_noticed(key_file: Path) -> None:
    vault = Vaults(keys.load_or_create(key_file, None)).test
    row = vault.seal(ACCOUNT, False, "vlt_1", NUMBER, os.urandom)
    assert vault.open(ACCOUNT, False, "vlt_1", row) == NUMBER
    broken = [
        SealedNumber(row.master_key, flipped(row.wrapped_key, at), row.sealed) for at in range(len(row.wrapped_key))
    ]
    broken += [SealedNumber(row.master_key, row.wrapped_key, flipped(row.sealed, at)) for at in range(len(row.sealed))]
    broken += [SealedNumber(row.master_key, row.wrapped_key, row.sealed[:length]) for length in range(len(row.sealed))]
    for bad in broken:
        with pytest.raises(Unreadable):
            vault.open(ACCOUNT, False, "vlt_1", bad)


def test_a_row_opens_only_where_it_belongs(key_file: Path) -> None:
    vaults = Vaults(keys.load_or_create(key_file, None))
    row = vaults.test.seal(ACCOUNT, False, "vlt_1", NUMBER, os.urandom)
    for account, vault_id in [(OTHER, "vlt_1"), (ACCOUNT, "vlt_2"), ("acct_1\0", "vlt_1"), ("acct_", "1\0vlt_1")]:
        with pytest.raises(Unreadable, match="was changed, or belongs elsewhere"):
            vaults.test.open(account, False, vault_id, row)
    with pytest.raises(Unreadable, match="is not among the keys"):
        vaults.live.open(ACCOUNT, True, "vlt_1", row)
    with pytest.raises(AssertionError, match="of the other mode"):
        vaults.live.open(ACCOUNT, False, "vlt_1", row)


def test_a_data_key_is_bound_to_the_name_of_its_master_key(key_file: Path) -> None:
    keys.load_or_create(key_file, None)
    keys.rotate(key_file)
    vault = Vaults(keys.load(key_file)).test
    row = vault.seal(ACCOUNT, False, "vlt_1", NUMBER, os.urandom)
    old = next(name for name in keys.load(key_file).test.masters if name != vault.current)
    with pytest.raises(Unreadable):
        vault.open(ACCOUNT, False, "vlt_1", SealedNumber(old, row.wrapped_key, row.sealed))


def test_equal_numbers_look_different(key_file: Path) -> None:
    vault = Vaults(keys.load_or_create(key_file, None)).test
    one, two = (vault.seal(ACCOUNT, False, "vlt_1", NUMBER, os.urandom) for _ in range(2))
    assert one.wrapped_key != two.wrapped_key
    assert one.sealed != two.sealed


def test_a_row_of_a_later_version_is_refused(key_file: Path) -> None:
    vault = Vaults(keys.load_or_create(key_file, None)).test
    row = vault.seal(ACCOUNT, False, "vlt_1", NUMBER, os.urandom)
    with pytest.raises(Unreadable, match="not in a form that this version knows"):
        vault.open(ACCOUNT, False, "vlt_1", SealedNumber(row.master_key, row.wrapped_key, b"\x02" + row.sealed[1:]))


def test_no_key_and_no_number_shows_in_a_trace(key_file: Path) -> None:
    ring = keys.load_or_create(key_file, None)
    text = f"{ring!r} {ring.test!r} {Vaults(ring).live!r}"
    assert not any(key.hex() in text or repr(key) in text for key in ring.test.masters.values())


# -- rotation ---------------------------------------------------------------------------------------------------------


async def reveal_all(database: Database, ring: Keys, ids: list[str]) -> list[str]:
    vaults = Vaults(ring)
    return await database.read(lambda tx: [vault_ops.reveal(tx, vaults, ACCOUNT, False, vault_id) for vault_id in ids])


async def test_rotate_rekey_remove(database: Database, key_file: Path) -> None:
    """PCI DSS 3.7.4 and 3.7.5: new rows use the new key, old rows stay readable, then the old key can go."""
    old = keys.load_or_create(key_file, None)
    numbers = canaries(1300)
    ids = await database.write(keep_all(env_of(Vaults(old)), numbers[:1200]))
    await database.write(keep_all(env_of(Vaults(old), livemode=True), numbers[:5]))
    keys.rotate(key_file)
    new = keys.load(key_file)
    ids += await database.write(keep_all(env_of(Vaults(new)), numbers[1200:]))
    assert await reveal_all(database, new, ids) == numbers
    assert await database.read(vault_store.keys_in_use) == {old.test.current, old.live.current, new.test.current}
    steps: list[int] = []
    assert await vault_ops.rekey(database, Vaults(new), os.urandom, steps.append) == 1205
    assert steps == [5, 505, 1005, 1205]
    in_use = await database.read(vault_store.keys_in_use)
    assert in_use == new.current()
    for name in old.names():
        keys.remove(key_file, name, in_use)
    assert await reveal_all(database, keys.load(key_file), ids) == numbers
    assert await vault_ops.rekey(database, Vaults(new), os.urandom) == 0


async def test_a_damaged_row_stops_a_rekey_and_is_named(in_file: SqliteDatabase, data: Path, key_file: Path) -> None:
    ids = await in_file.write(keep_all(env_of(Vaults(keys.load_or_create(key_file, None))), canaries(3)))
    with sqlite3.connect(data / "finsecure.db") as conn:
        conn.execute("UPDATE vault SET wrapped_key = ? WHERE id = ?", [b"\x01" + bytes(60), ids[1]])
    conn.close()
    keys.rotate(key_file)
    with pytest.raises(Unreadable, match=f"{ids[1]} of {ACCOUNT}: a row of the vault was changed"):
        await vault_ops.rekey(in_file, Vaults(keys.load(key_file)), os.urandom)


async def test_two_rekeys_at_once(database: Database, key_file: Path) -> None:
    numbers = canaries(5)
    ids = await database.write(keep_all(env_of(Vaults(keys.load_or_create(key_file, None))), numbers))
    keys.rotate(key_file)
    ring = keys.load(key_file)
    [row, *_] = await database.read(lambda tx: vault_store.wrapped_by(tx, min(vault_store.keys_in_use(tx)), 1))
    assert await vault_ops.rekey(database, Vaults(ring), os.urandom) == 5
    old = next(name for name in ring.test.masters if name != ring.test.current)
    late = await database.write(lambda tx: vault_store.rewrap(tx, row, old, ring.test.current, b"late"))
    assert late == 0
    assert await reveal_all(database, ring, ids) == numbers


REKEY = """
import asyncio, os, sys
from pathlib import Path
from finsecure_server.payment_methods import keys, vault_ops
from finsecure_server.payment_methods.vault import Vaults
from finsecure_server.storage.sqlite import SqliteDatabase
vault_ops.ROWS_PER_STEP = 20
async def main():
    db = SqliteDatabase(sys.argv[1])
    await vault_ops.rekey(db, Vaults(keys.load(Path(sys.argv[2]))), os.urandom, lambda rows: print(rows, flush=True))
    await db.close()
asyncio.run(main())
"""


def kill_a_rekey_after(steps: int, database: Path, key_file: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(Path(finsecure_server.__file__).parent.parent)}
    command = [sys.executable, "-c", REKEY, str(database), str(key_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environ) as child:
        assert child.stdout is not None
        for _ in range(steps):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL


async def test_a_rekey_that_was_killed_goes_on(in_file: SqliteDatabase, data: Path, key_file: Path) -> None:
    """A kill -9 in the middle, three times, at another moment each time."""
    numbers = canaries(2000)
    old = keys.load_or_create(key_file, data)
    ids = await in_file.write(keep_all(env_of(Vaults(old)), numbers))
    await in_file.close()
    keys.rotate(key_file)
    for steps in (1, 7, 13):
        kill_a_rekey_after(steps, data / "finsecure.db", key_file)
    again = SqliteDatabase(data / "finsecure.db")
    ring = keys.load(key_file)
    assert await again.read(vault_store.keys_in_use) == {old.test.current, ring.test.current}
    assert await reveal_all(again, ring, ids) == numbers
    left = await vault_ops.rekey(again, Vaults(ring), os.urandom)
    assert 0 < left <= 2000 - 20 * 21
    for name in old.names():
        keys.remove(key_file, name, await again.read(vault_store.keys_in_use))
    assert await reveal_all(again, keys.load(key_file), ids) == numbers
    await again.close()
