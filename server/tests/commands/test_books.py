"""`verify`, from outside: exit codes, and a row that is named."""

from __future__ import annotations

import json
import sqlite3

from tests.commands.newcomer import Newcomer
from tests.conftest import Databases


def test_books_that_are_right(databases: Databases, newcomer: Newcomer) -> None:
    newcomer.environ = {"FINSECURE_DATABASE_URL": databases.empty()}
    newcomer.gets("init")
    assert newcomer.gets("verify").endswith("every invariant holds.\n")
    report = json.loads(newcomer.gets("verify", "--json"))
    assert (report["schema"], report["clean"], report["findings"]) == (1, True, [])


def test_books_that_are_not(newcomer: Newcomer) -> None:
    account = json.loads(newcomer.gets("init", "--json"))["account"]
    with sqlite3.connect(newcomer.database) as conn:
        conn.execute("INSERT INTO ledger_accounts VALUES (?, 0, 'usd', 'L:merchant_available', 7)", (account,))
    said = newcomer.types("verify")
    assert (said.code, said.err) == (1, "")
    assert "ledger_accounts" in said.out
    assert account in said.out
    as_json = newcomer.types("verify", "--json")
    assert as_json.code == 1
    assert json.loads(as_json.out)["findings"]


def test_a_damaged_file(newcomer: Newcomer) -> None:
    newcomer.gets("init")
    content = bytearray(newcomer.database.read_bytes())
    content[4096 * 3 : 4096 * 12] = b"\x00" * (4096 * 9)
    newcomer.database.write_bytes(content)
    said = newcomer.types("verify")
    assert said.code in (1, 22)
    assert "Traceback" not in said.err
    assert "malformed" in said.out + said.err or "damage" in said.out + said.err or "database" in said.out + said.err
