"""`schema.sql` is what one reads, the migrations are what is run: both make the same database, on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from finsecure_server.storage import migrate
from finsecure_server.storage.admin import Applied
from finsecure_server.storage.engines import engine_of
from tests.conftest import Databases
from tests.storage.shapes import Shape, shape

SCHEMA = Path(migrate.__file__).with_name("schema.sql")
MIGRATIONS = sorted(migrate.FOLDER.iterdir())

UPDATE = """
schema.sql and the migrations differ.
Until the first release there is one migration, and it is schema.sql itself: copy schema.sql over 0001_pre_initial.sql.
After that a migration never changes: write the next one, migrations/NNNN_(pre|post)_what.sql.
"""


def built(url: str, script: str) -> Shape:
    """The shape of an empty database after a script."""
    engine = engine_of(url)
    with engine.schema(url, change=True) as schema:
        if "schema_migrations" not in script:
            script += "CREATE TABLE schema_migrations (number INTEGER, name TEXT, checksum TEXT, applied_us INTEGER);"
        assert schema.apply(engine.dialect(script), Applied(1, "one", "", 0))
    return shape(url)


def test_the_schema_is_what_the_migrations_make(empty_url: str, database_url: str) -> None:
    if len(MIGRATIONS) == 1:
        assert MIGRATIONS[0].read_text() == SCHEMA.read_text(), UPDATE
    assert built(empty_url, SCHEMA.read_text()) == shape(database_url), UPDATE


@pytest.mark.parametrize(
    "change",
    [
        ("c INTEGER NOT NULL", "c INTEGER"),
        ("c INTEGER NOT NULL", "c TEXT NOT NULL"),
        ("c INTEGER NOT NULL", "c INTEGER NOT NULL DEFAULT 7"),
        ("c INTEGER NOT NULL", "c INTEGER NOT NULL, d INTEGER"),
        ("b TEXT CHECK (b IN ('x', 'y'))", "b TEXT"),
        ("b TEXT CHECK (b IN ('x', 'y'))", "b TEXT CHECK (b IN ('x', 'z'))"),
        ("PRIMARY KEY (a, b)", "PRIMARY KEY (b, a)"),
        ("ON t (b, a) WHERE a > 0", "ON t (b, a)"),
        ("ON t (b, a) WHERE a > 0", "ON t (b, a) WHERE a > 1"),
        ("ON t (b, a) WHERE a > 0", "ON t (a, b) WHERE a > 0"),
        ("CREATE INDEX", "CREATE UNIQUE INDEX"),
    ],
    ids=lambda change: change[1],
)
def test_a_difference_is_seen(change: tuple[str, str], databases: Databases) -> None:
    script = """
    CREATE TABLE t (
        a INTEGER,
        c INTEGER NOT NULL,  -- a CHECK (in a comment) counts for nothing
        b TEXT CHECK (b IN ('x', 'y')),
        PRIMARY KEY (a, b)
    );
    CREATE INDEX t_b ON t (b, a) WHERE a > 0;
    """
    before, after = change
    assert before in script
    assert built(databases.empty(), script) != built(databases.empty(), script.replace(before, after))
    assert built(databases.empty(), script) == built(databases.empty(), script.replace("a CHECK (in", "another (in"))


def test_the_order_of_columns_makes_no_difference(databases: Databases) -> None:
    one = built(databases.empty(), "CREATE TABLE t (a INTEGER, b TEXT);")
    other = built(databases.empty(), "CREATE TABLE t (b TEXT);\nALTER TABLE t ADD COLUMN a INTEGER;\n")
    assert one["t"]["columns"] == other["t"]["columns"]


def test_migrations_are_named_in_order() -> None:
    for number, path in enumerate(MIGRATIONS, start=1):
        match = migrate.FILE_NAME.fullmatch(path.name)
        assert match, path.name
        assert int(match["number"]) == number, path.name
