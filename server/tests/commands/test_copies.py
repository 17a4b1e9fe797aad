"""`backup` and `restore`, on both engines."""

from __future__ import annotations

import json
import re

import stripe

from finsecure_server.storage.backup import OMITTED
from tests.commands.newcomer import Newcomer
from tests.conftest import Databases
from tests.flows.live import Live

CARD: stripe.params.PaymentMethodCreateParams = {
    "type": "card",
    "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"},
}


def test_there_and_back(databases: Databases, newcomer: Newcomer) -> None:
    newcomer.environ = {"FINSECURE_DATABASE_URL": databases.empty()}
    account = json.loads(newcomer.gets("init", "--json"))["account"]
    made = newcomer.gets("backup", "copy")
    assert re.fullmatch(
        rf"""Copied \S+ to copy and read it back: 6 rows in \d+ tables, [\d.]+ \w+, schema 0001_pre_initial\.
{re.escape(OMITTED)}
They are in {re.escape(str(newcomer.key_file))}\.
""",
        made,
    ), made
    assert (newcomer.home / "copy").stat().st_mode & 0o777 == 0o600

    again = newcomer.types("backup", "copy")
    assert (again.code, again.err) == (1, "Error: copy exists already; a backup never replaces a file\n")
    assert "there is no folder" in newcomer.types("backup", "gone/copy").err
    full = newcomer.types("restore", "copy")
    assert full.code == 1
    assert re.fullmatch(r"Error: \S+ is not empty; restore into a new (?:place|database), then change over\n", full.err)

    newcomer.environ = {"FINSECURE_DATABASE_URL": databases.empty()}
    report = json.loads(newcomer.gets("restore", "copy", "--json"))
    assert (report["schema"], report["migration"], report["rows"]["api_keys"]) == (1, "0001_pre_initial", 4)
    assert newcomer.gets("verify").endswith("every invariant holds.\n")
    assert account in newcomer.types("keys", "create").err
    assert newcomer.left_behind() == [".config/finsecure/keys.toml", "copy"]


def test_a_backup_of_the_other_engine(newcomer: Newcomer, postgres_databases: Databases) -> None:
    newcomer.gets("init")
    newcomer.gets("backup", "copy")
    newcomer.environ = {"FINSECURE_DATABASE_URL": postgres_databases.empty()}
    said = newcomer.types("restore", "copy")
    assert said.err == "Error: copy is a backup of sqlite; it cannot be restored into postgresql\n"


def test_a_backup_without_its_keys(live: Live, databases: Databases, newcomer: Newcomer) -> None:
    """Taken from a server that runs; restored where its master keys are not, which is said at once."""
    live.stripe().v1.payment_methods.create(CARD)
    copy = newcomer.home / "copy"
    done = live.command("backup", str(copy))
    assert done.returncode == 0, done.stderr
    newcomer.environ = {"FINSECURE_DATABASE_URL": databases.empty()}
    said = newcomer.types("restore", copy)
    assert said.code == 0, said
    assert said.out.startswith(f"Restored {copy} into ")
    assert re.fullmatch(
        r"warning: Stored numbers and secrets need the master keys test-1-\w+, and there is no key file \S+\. "
        r"Put it back: without it they cannot be read\.\n",
        said.err,
    ), said.err
    assert not newcomer.key_file.exists()
    served = newcomer.types("serve", "--port", "0")
    assert served.code == 1
    assert "Put it back" in served.err

    Newcomer(newcomer.home).gets("init")  # makes a key file, which is another one
    served = newcomer.types("serve", "--port", "0")
    assert "does not have them. Put the right key file back" in served.err
