from __future__ import annotations

import pytest

from finsecure_server.storage.dialect import postgres_schema, statement


@pytest.mark.parametrize(
    ("sql", "text", "names"),
    [
        ("SELECT 1", "SELECT 1", ()),
        ("SELECT :a, :b_2, :a", "SELECT $1, $2, $1", ("a", "b_2")),
        ("SELECT ':a', \":b\", ':it''s :a', :a", "SELECT ':a', \":b\", ':it''s :a', $1", ("a",)),
        ("SELECT x::text, :a::bigint", "SELECT x::text, $1::bigint", ("a",)),
        ("SELECT :a -- not :b\n, :c /* :d\n:e */", "SELECT $1 -- not :b\n, $2 /* :d\n:e */", ("a", "c")),
        ("x LIKE '100%' AND y % :a = 0", "x LIKE '100%' AND y % $1 = 0", ("a",)),
        ("x[1:2] = :a", "x[1:2] = $1", ("a",)),
    ],
)
def test_names_become_numbers_where_they_are_parameters(sql: str, text: str, names: tuple[str, ...]) -> None:
    assert statement(sql) == (text, names)


@pytest.mark.parametrize(
    ("sqlite", "postgres"),
    [
        ("a INTEGER NOT NULL", "a BIGINT NOT NULL"),
        ("a TEXT, b BLOB", 'a TEXT COLLATE "C", b BYTEA'),
        ("PRIMARY KEY (a)\n) WITHOUT ROWID;", "PRIMARY KEY (a)\n);"),
        ("text_INTEGER TEXTUAL INTEGERS", "text_INTEGER TEXTUAL INTEGERS"),
        ("CHECK (a IN ('TEXT')) -- an INTEGER, WITHOUT ROWID", "CHECK (a IN ('TEXT')) -- an INTEGER, WITHOUT ROWID"),
    ],
)
def test_types_become_those_of_postgres(sqlite: str, postgres: str) -> None:
    assert postgres_schema(sqlite) == postgres
