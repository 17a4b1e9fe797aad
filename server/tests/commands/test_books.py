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
    content[4096 * 3 : 4096 * 12] = bytes(4096 * 9)
    newcomer.database.write_bytes(content)
    said = newcomer.types("verify")
    assert (said.code, said.err) == (1, "")
    assert "malformed [invariant engine: the database itself is sound]" in said.out
    said = newcomer.types("keys", "create")
    assert said == (1, "", "Error: the database cannot be used: database disk image is malformed\n")
    said = newcomer.types("backup", "copy")
    assert said.err == "Error: the copy could not be read back and was not kept; run `finsecure-server verify`\n"
    assert not list(newcomer.home.glob("*copy*"))
