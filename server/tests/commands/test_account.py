"""`init`: an account and its keys, once."""

from __future__ import annotations

import json
import re
import sqlite3

import pytest

from tests.commands.newcomer import Newcomer

OWN = "sk_test_" + "mine" * 8
KEY = r"[0-9a-z]{40}"


def test_the_first_account(newcomer: Newcomer) -> None:
    said = newcomer.types("init", "--name", "Rocket Rides")
    assert (said.code, said.err) == (0, "")
    assert re.fullmatch(
        rf"""An account was made\.

  database         {re.escape(str(newcomer.database))}
  vault keys       {re.escape(str(newcomer.key_file))} \(new: keep a copy, away from the database's\)
  account          acct_\w+
  test secret      sk_test_{KEY}
  test publishable pk_test_{KEY}
  live secret      sk_live_{KEY}
  live publishable pk_live_{KEY}

These keys are shown once, now: only their digests are kept\.

Serve it: python -m finsecure_server serve
""",
        said.out,
    ), said.out
    content = b"".join((newcomer.home / name).read_bytes() for name in newcomer.left_behind())
    for key in re.findall(rf"[sp]k_(?:test|live)_({KEY})", said.out):
        assert key.encode() not in content
    for folder in (newcomer.database.parent, newcomer.key_file.parent):
        assert folder.stat().st_mode & 0o077 == 0
    for file in (newcomer.database, newcomer.key_file):
        assert file.stat().st_mode & 0o777 == 0o600


def test_a_key_of_ones_own_and_a_second_account(newcomer: Newcomer) -> None:
    first = json.loads(newcomer.gets("init", "--json", "--secret-key", OWN))
    assert {key: value for key, value in first.items() if not re.match(r"acct_|[sp]k_live_|pk_test_", str(value))} == {
        "schema": 1,
        "secret_test": OWN,
        "first": True,
        "database": str(newcomer.database),
    }
    again = newcomer.types("init", "--json", "--secret-key", OWN)
    assert (again.code, again.out) == (1, "")
    *_, line = again.err.splitlines()
    assert line == "Error: --secret-key: this test key belongs to another account of this server already."

    second = newcomer.types("init", "--json")
    assert json.loads(second.out)["first"] is False
    assert json.loads(second.out)["account"] != first["account"]
    assert second.err == (
        f"This database had an account before, {first['account']}; this is one more, and the two share nothing. "
        "For another key of the old one: python -m finsecure_server keys create\n"
    )
    assert "One more account was made.\n" in newcomer.gets("init")
    with sqlite3.connect(newcomer.database) as conn:
        assert conn.execute("SELECT COUNT(*) FROM accounts").fetchone() == (3,)
        assert conn.execute("SELECT COUNT(*) FROM api_keys").fetchone() == (12,)


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_key_file_that_others_may_read(mode: int, newcomer: Newcomer) -> None:
    newcomer.gets("init")
    newcomer.key_file.chmod(mode)
    said = newcomer.types("init")
    assert (said.code, said.out) == (1, "")
    file = newcomer.key_file
    assert said.err == f"Error: Others may read the key file {file} (mode {mode:04o}). Run: chmod 600 {file}\n"


def test_a_key_file_beside_the_database(newcomer: Newcomer) -> None:
    newcomer.environ = {"FINSECURE_MASTER_KEY_FILE": str(newcomer.home / "data" / "keys.toml")}
    said = newcomer.types("init", "--data", "data")
    assert said.code == 1
    assert "lies in the data directory" in said.err
    assert len(said.err.splitlines()) == 1
