"""`finsecure-server init`, and how an account's keys are shown."""

from __future__ import annotations

import asyncio
import os
from typing import NamedTuple

import click

from finsecure_server.accounts import key_text, ops, store
from finsecure_server.accounts.ops import OpenedAccount
from finsecure_server.commands.terminal import (
    Command,
    answer,
    json_option,
    note,
    now_us,
    on_database,
    same_database,
    this_program,
)
from finsecure_server.opening import location, prepare
from finsecure_server.payment_methods.keys import Keys
from finsecure_server.settings import Settings, SettingsError


class Made(NamedTuple):
    """What `init` has made."""

    account: OpenedAccount
    before: str | None  # the account that was there before, if any
    vault_keys: Keys


@click.command(cls=Command)
@on_database
@click.option("--name", default="My business", show_default=True, help="The account's name.")
@click.option("--secret-key", help="A test key of yours to use (sk_test_…), instead of a random one.")
@json_option
def init(settings: Settings, name: str, secret_key: str | None, as_json: bool) -> None:
    """Make an account, and print its test and live keys once."""
    if secret_key is not None:
        try:
            key_text.require_own_test_key(secret_key)  # before anything is made
        except ValueError as error:
            raise SettingsError(f"--secret-key: {error}.") from error
    made = asyncio.run(_init(settings, name, secret_key))
    if made.before is not None:
        note(
            f"This database had an account before, {made.before}; this is one more, and the two share nothing. "
            f"For another key of the old one: {this_program()} keys create{same_database()}"
        )
    answer(
        as_json,
        {**made.account._asdict(), "first": made.before is None, "database": location(settings)},
        "\n".join(
            [
                "An account was made." if made.before is None else "One more account was made.",
                "",
                *places(settings, made.vault_keys),
                *credentials(made.account),
                "",
                f"Serve it: {this_program()} serve{same_database()}",
            ]
        ),
    )


async def _init(settings: Settings, name: str, secret_key: str | None) -> Made:
    db, vault_keys = await prepare(settings, os.environ, now_us())
    try:
        before = await db.read(store.first_account)
        opened = await db.write(lambda tx: ops.open_account(tx, now_us(), os.urandom, name, secret_key))
    except ValueError as error:
        raise SettingsError(f"--secret-key: {error}.") from error
    finally:
        await db.close()
    return Made(opened, before, vault_keys)


def places(settings: Settings, vault_keys: Keys) -> list[str]:
    """Where things lie."""
    new = " (new: keep a copy, away from the database's)" if vault_keys.created else ""
    return [f"  database         {location(settings)}", f"  vault keys       {vault_keys.source}{new}"]


def credentials(opened: OpenedAccount) -> list[str]:
    """An account's keys, which nobody will see again."""
    return [
        f"  account          {opened.account}",
        f"  test secret      {opened.secret_test}",
        f"  test publishable {opened.publishable_test}",
        f"  live secret      {opened.secret_live}",
        f"  live publishable {opened.publishable_live}",
        "",
        "These keys are shown once, now: only their digests are kept.",
    ]
