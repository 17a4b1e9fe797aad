"""Every statement of the program, prepared on both engines: it is valid, and it does not read a growing table whole.

A statement is a constant in capitals (tests/tidy.py keeps it so), or comes from an object that lists `statements()`.
Those called `VERIFY_…` prove something about all rows and may read them all.
"""

from __future__ import annotations

import contextlib
import importlib
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping

import psycopg
import pytest

from finsecure_server.storage.urls import sqlite_path
from tests.storage.plans import PostgresPlans, SqlitePlans
from tests.tidy import CONSTANT, PACKAGE, SOURCE, SQL

#: Modules whose SQL is for one engine only; their own tests run it.
ONE_ENGINE = ("storage.sqlite", "storage.postgres")


#: What a module must hold to be looked at: a statement, or an object that lists some.
HOLDS_SQL = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE)\s|\bListing\(")


def statements() -> dict[str, str]:
    """Every statement by its name, "payments.store.GET_INTENT"."""
    found: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        if name.startswith(ONE_ENGINE) or not HOLDS_SQL.search(path.read_text()):
            continue
        for constant, value in vars(importlib.import_module(f"{PACKAGE}.{name}")).items():
            if CONSTANT.fullmatch(constant):
                found.update(_within(f"{name}.{constant}", value))
    return found


def _within(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if SQL.match(value):
            yield name, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _within(f"{name}[{key}]", item)
    elif isinstance(value, tuple | list | frozenset):
        for number, item in enumerate(value):
            yield from _within(f"{name}[{number}]", item)
    elif callable(listing := getattr(value, "statements", None)) and not isinstance(value, type):
        for number, sql in enumerate(listing()):
            yield f"{name}.statements()[{number}]", sql


#: What is dear and may be, as (where it stands, how its complaint begins): why. An excuse nobody needs fails the test.
EXCUSED: dict[tuple[str, str], str] = {
    ("webhooks.store.LISTING", "sorts all to return a few"): "one object has few events",
    ("payment_methods.store.OF_CUSTOMER", "looks through"): "never asked without a customer, who has few",
    ("payment_methods.store.OF_CUSTOMER", "sorts all to return a few"): "the same",
    ("webhooks.log_store.SUCCEEDED", "sorts all to return a few"): "takes a page to be two rows; its index is in order",
    ("ledger.store.LISTING", "looks through"): "an account has one currency or two; a rare type is found by its source",
    ("ledger.store.LISTING", "sorts all to return a few"): "the same",
    ("storage.queue.SHIFT_DELIVERIES", "reads all that"): "only what waits, and only as a test clock is moved",
}


def complaints(check: Callable[[str], list[str]]) -> list[str]:
    found = []
    for name, sql in statements().items():
        try:
            wrong = check(sql)
        except (sqlite3.Error, psycopg.Error) as error:
            found.append(f"{name} cannot be prepared: {error}")
            continue
        if not name.rpartition(".")[2].startswith("VERIFY_"):
            found += [f"{name} {complaint}" for complaint in wrong]
    return found


def without_excused(found: list[str]) -> tuple[list[str], set[tuple[str, str]]]:
    """What is not excused, and the excuses that were needed."""
    used: set[tuple[str, str]] = set()
    left = []
    for complaint in found:
        excuses = {(where, how) for where, how in EXCUSED if complaint.startswith(where) and f" {how}" in complaint}
        used |= excuses
        if not excuses:
            left.append(complaint)
    return left, used


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[SqlitePlans]:
    with contextlib.closing(sqlite3.connect(sqlite_path(sqlite_url))) as conn:
        yield SqlitePlans(conn)


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[PostgresPlans]:
    with psycopg.connect(postgres_url, autocommit=True) as conn:
        yield PostgresPlans(conn)


def test_statements_are_found_where_they_stand() -> None:
    found = statements()
    assert "storage.queue.SCHEDULE" in found
    assert "web.idempotency.FIND" in found
    assert "payments.store.INTENTS.statements()[0]" in found


def test_every_statement_is_cheap_on_sqlite(sqlite: SqlitePlans) -> None:
    found, _ = without_excused(complaints(sqlite.complaints))
    assert not found, "\n".join(found)


def test_every_statement_is_cheap_on_postgres(postgres: PostgresPlans) -> None:
    found, used = without_excused(complaints(postgres.complaints))
    assert not found, "\n".join(found)
    assert used == set(EXCUSED), f"no longer needed: {set(EXCUSED) - used}"


DEAR = {
    "SELECT doc FROM charges": "reads all",
    "SELECT doc FROM charges WHERE status = :s": "reads all",
    "SELECT doc FROM charges WHERE amount > :n ORDER BY id LIMIT 1": "reads all",
    "SELECT COUNT(*) AS n FROM charges": "reads all",
    "UPDATE charges SET disputed = 1 WHERE id = :id": "reads all",
    "DELETE FROM events WHERE type = :t": "reads all",
    "SELECT doc FROM charges WHERE account_id = :a AND livemode = :l": "all that an account has",
    "SELECT doc FROM charges WHERE account_id = :a AND livemode = :l ORDER BY amount LIMIT 10": "sorts all",
    "SELECT e.doc FROM events e JOIN charges c ON c.id = e.object_id WHERE e.account_id = :a": "reads all",
}
#: SQLite does not say what it filters.
DEAR_ON_POSTGRES = {
    "SELECT id FROM charges WHERE account_id = :a AND livemode = :l AND status = :s AND id < :b ORDER BY id LIMIT 9": (
        "looks through all"
    ),
}
CHEAP = """
SELECT doc FROM charges WHERE account_id = :a AND livemode = :l AND id = :id;
SELECT doc FROM charges WHERE account_id = :a AND livemode = :l AND id > :b AND id < :c ORDER BY id DESC LIMIT :n;
SELECT doc FROM charges WHERE account_id = :a AND livemode = :l AND customer_id = :c ORDER BY id DESC LIMIT :n;
UPDATE charges SET captured = :n WHERE account_id = :a AND livemode = :l AND id = :id AND captured <= authorized;
SELECT MIN(due_us) AS due_us FROM due;
DELETE FROM request_log WHERE created_us < :before;
SELECT id FROM accounts ORDER BY id LIMIT 1;
SELECT c.doc FROM charges c JOIN events e ON e.account_id = c.account_id AND e.livemode = c.livemode
AND e.object_id = c.id WHERE c.account_id = :a AND c.livemode = :l AND c.id = :id AND e.sample = 0
""".split(";")


def test_dear_statements_are_told_from_cheap_ones(sqlite: SqlitePlans, postgres: PostgresPlans) -> None:
    for sql, complaint in DEAR.items():
        assert complaint in "".join(sqlite.complaints(sql)), sql
    for sql, complaint in {**DEAR, **DEAR_ON_POSTGRES}.items():
        assert complaint in "".join(postgres.complaints(sql)), sql
    for sql in CHEAP:
        assert not sqlite.complaints(sql), sql
        assert not postgres.complaints(sql), sql
