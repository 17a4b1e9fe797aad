"""`migrate`: what there is, what is missing, and what is too new."""

from __future__ import annotations

import json
import re
import sqlite3

import pytest

from finsecure_server.opening import existing
from finsecure_server.settings import Settings
from finsecure_server.storage import migrate
from finsecure_server.storage.admin import Unfit
from finsecure_server.storage.migrate import State
from finsecure_server.storage.urls import sqlite_url
from tests.commands.newcomer import Newcomer
from tests.conftest import Databases


def test_from_nothing_to_today(databases: Databases, newcomer: Newcomer) -> None:
    newcomer.environ = {"FINSECURE_DATABASE_URL": databases.empty()}
    plan = newcomer.gets("migrate", "plan")
    assert plan.startswith("-- 0001_pre_initial\n")
    assert "CREATE TABLE payment_intents (" in plan
    assert newcomer.gets("migrate", "status") == "0001_pre_initial  not applied\n", "a plan changes nothing"
    assert newcomer.gets("migrate", "up") == "Applied 0001_pre_initial.\n"
    assert newcomer.gets("migrate", "up") == "Nothing to do: the schema is up to date.\n"
    assert newcomer.gets("migrate", "plan") == "-- Nothing to do: the schema is up to date.\n"
    assert re.fullmatch(r"0001_pre_initial  20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ\n", newcomer.gets("migrate", "status"))


def test_as_json(newcomer: Newcomer) -> None:
    (step,) = json.loads(newcomer.gets("migrate", "plan", "--json"))["steps"]
    assert step["name"] == "0001_pre_initial"
    assert json.loads(newcomer.gets("migrate", "up", "--json")) == {"schema": 1, "applied": ["0001_pre_initial"]}
    (state,) = json.loads(newcomer.gets("migrate", "status", "--json"))["migrations"]
    assert state["applied_at"].endswith("Z")
    with sqlite3.connect(newcomer.database) as conn:
        conn.executescript("DROP TABLE schema_migrations")
    assert "is not FinSecure's" in newcomer.types("migrate", "up").err


def test_a_database_from_the_future(newcomer: Newcomer) -> None:
    newcomer.gets("init")
    with sqlite3.connect(newcomer.database) as conn:
        conn.execute("INSERT INTO schema_migrations VALUES (2, '0002_pre_tomorrow', 'abc', 0)")
    for words in (
        ("serve", "--port", "0"),
        ("init",),
        ("verify",),
        ("migrate", "status"),
        ("migrate", "up"),
        ("keys", "create"),
    ):
        said = newcomer.types(*words)
        assert said.code in (1, 22)
        assert said.out == ""
        assert said.err == (
            "Error: the database is newer than this program: it has 0002_pre_tomorrow, and this program knows 1 "
            "migrations. Start the newer program, or restore a backup from before\n"
        )


def test_a_database_from_the_past(newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What only reads does not bring a database up to date by the way; it says who does."""
    newcomer.gets("migrate", "up")
    states = migrate.status(sqlite_url(newcomer.database))
    tomorrow = State(states[0].migration._replace(number=2, name="0002_pre_tomorrow"), None)
    monkeypatch.setattr(migrate, "status", lambda _url: [*states, tomorrow])
    settings = Settings.load({"HOME": str(newcomer.home), "FINSECURE_DATA": str(newcomer.database.parent)})
    with pytest.raises(Unfit, match=r"is of an older version: run `finsecure-server migrate up`"):
        existing(settings)
