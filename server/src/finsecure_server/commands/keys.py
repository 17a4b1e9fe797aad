"""`finsecure-server keys`: API keys, and the vault's master keys."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click

from finsecure_server.accounts import ops, store
from finsecure_server.commands.terminal import (
    Command,
    Group,
    answer,
    counting,
    json_option,
    note,
    now_us,
    on_database,
    same_database,
    settings_of,
    this_program,
)
from finsecure_server.opening import existing, key_file, master_keys
from finsecure_server.payment_methods import keys as files
from finsecure_server.payment_methods import vault_ops
from finsecure_server.payment_methods.vault import Unreadable, Vaults
from finsecure_server.settings import Settings, SettingsError
from finsecure_server.storage.admin import Unfit


@click.group(cls=Group)
def keys() -> None:
    """API keys, and the vault's master keys.

    To change the master keys: `rotate`, restart the server, `rekey`, then `remove` the old ones.
    """


@keys.command("create", cls=Command)
@on_database
@click.option("--account", help="The account's id; the first one if not given.")
@click.option("--live", is_flag=True, help="A live key instead of a test key.")
@json_option
def create(settings: Settings, account: str | None, live: bool, as_json: bool) -> None:
    """Make a secret API key, for whoever has lost theirs.

    It is good at once, on servers that run as well.
    """
    owner, secret = asyncio.run(_create(settings, account, live))
    note(f"A {'live' if live else 'test'} secret key of {owner}. It is shown once, now: only its digest is kept.")
    answer(as_json, {"account": owner, "livemode": live, "secret": secret}, secret)


async def _create(settings: Settings, account: str | None, live: bool) -> tuple[str, str]:
    db = existing(settings)
    try:
        owner = account or await db.read(store.first_account)
        if owner is None:
            raise Unfit(f"there is no account yet: run `{this_program()} init{same_database()}`")
        return owner, await db.write(lambda tx: ops.issue_secret(tx, owner, live, now_us(), os.urandom))
    except ops.NoSuchAccount as error:
        raise Unfit(str(error)) from error
    finally:
        await db.close()


# -- master keys -------------------------------------------------------------------------------------------------------


def _key_file() -> Path:
    settings = settings_of()
    if settings.master_key is not None:
        raise SettingsError(
            "The master keys come from FINSECURE_MASTER_KEY. Unset it, change the key file that it was made from, "
            "and put the output of `keys export` in its place."
        )
    return key_file(settings, os.environ)


@keys.command("rotate", cls=Command)
@json_option
def rotate(as_json: bool) -> None:
    """Add new master keys to the key file, one for test and one for live.

    New numbers and secrets are sealed under them from a server's next start on.
    """
    path = _key_file()
    names = sorted(files.rotate(path))
    answer(
        as_json,
        {"file": str(path), "current": names},
        f"{path}: new numbers and secrets will be sealed under {' and '.join(names)}.\n"
        "Keep a copy of the file. Restart every server, then move the old ones: "
        f"{this_program()} keys rekey",
    )


@keys.command("rekey", cls=Command)
@on_database
@json_option
def rekey(settings: Settings, as_json: bool) -> None:
    """Move every stored number and secret under the current master keys.

    Servers may run meanwhile. It can be stopped at any moment and run again.
    """
    try:
        moved, old = asyncio.run(_rekey(settings))
    except Unreadable as error:
        raise Unfit(str(error)) from error
    lines = [f"{moved:,} numbers and secrets moved; all of them are under the current master keys."]
    lines += [
        f"This database no longer needs {name}: {this_program()} keys remove {name}{same_database()}" for name in old
    ]
    answer(as_json, {"moved": moved, "unneeded": old}, "\n".join(lines))


async def _rekey(settings: Settings) -> tuple[int, list[str]]:
    db = existing(settings)
    try:
        found = await master_keys(settings, os.environ, db)
        moved = await vault_ops.rekey(db, Vaults(found), os.urandom, counting("rekey"))
    finally:
        await db.close()
    return moved, sorted(found.names() - found.current())


@keys.command("remove", cls=Command)
@click.argument("name")
@on_database
@json_option
def remove(settings: Settings, name: str, as_json: bool) -> None:
    """Take the old master key NAME out of the key file.

    Refused while a number or a secret in the database needs it. Every server must have been restarted since `rotate`.
    Backups and other databases that were made with this key file may need it still: keep a copy of it for them.
    """
    path = _key_file()
    files.remove(path, name, asyncio.run(_in_use(settings)))
    answer(as_json, {"file": str(path), "removed": name}, f"{path}: {name} is gone.")


async def _in_use(settings: Settings) -> frozenset[str]:
    db = existing(settings)  # of a database that is not there, nothing would be in use
    try:
        return await db.read(vault_ops.keys_in_use)
    finally:
        await db.close()


@keys.command("export", cls=Command)
def export() -> None:
    """Print the key file as one line, for FINSECURE_MASTER_KEY.

    That is for servers that have no such file.
    """
    line = files.export(_key_file())
    note("Whoever has this line and a copy of the database can read every stored card number.")
    click.echo(line)
