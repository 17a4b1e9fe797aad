"""What a database looks like from outside: columns, types, keys, indexes, checks. Two that look alike compare equal."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from typing import Any

import psycopg

from finsecure_server.storage.urls import is_postgres, sqlite_path

Shape = dict[str, Any]
"""table -> what there is to say about it; the order of columns is no part of it, for every statement names its own."""

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_PG_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid), (SELECT collname FROM pg_collation WHERE oid = a.attcollation)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
"""
_PG_CONSTRAINTS = """
SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = current_schema()::regnamespace AND contype <> 'n'
"""  # NOT NULL is told with the column
_PG_INDEXES = "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema()"


def shape(url: str) -> Shape:
    """The shape of a database."""
    if is_postgres(url):
        with psycopg.connect(url) as conn:
            return _postgres(conn)
    with contextlib.closing(sqlite3.connect(sqlite_path(url))) as conn:
        return _sqlite(conn)


def _postgres(conn: psycopg.Connection[tuple[Any, ...]]) -> Shape:
    found: Shape = {}
    for table, column, *rest in conn.execute(_PG_COLUMNS):
        found.setdefault(table, {"columns": {}, "constraints": [], "indexes": []})["columns"][column] = rest
    for table, text in conn.execute(_PG_CONSTRAINTS):
        found[table]["constraints"].append(text)
    for table, text in conn.execute(_PG_INDEXES):
        found[table]["indexes"].append(text)
    for table in found.values():
        table["constraints"].sort()
        table["indexes"].sort()
    return found


def _sqlite(conn: sqlite3.Connection) -> Shape:
    found: Shape = {}
    tables = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for table, text in conn.execute(tables).fetchall():
        columns = {name: rest for _, name, *rest in conn.execute(f"PRAGMA table_xinfo({table})")}
        indexes = {
            index: (unique, _where(conn, index), [row[2:] for row in conn.execute(f"PRAGMA index_xinfo({index})")])
            for _, index, unique, _, _ in conn.execute(f"PRAGMA index_list({table})").fetchall()
        }
        flags = conn.execute("SELECT wr, strict FROM pragma_table_list WHERE name = ?", (table,)).fetchone()
        keys = conn.execute(f"PRAGMA foreign_key_list({table})").fetchall()
        found[table] = {
            "columns": columns, "indexes": indexes, "flags": flags, "foreign keys": keys, "checks": _checks(text),
        }  # fmt: skip
    return found


def _where(conn: sqlite3.Connection, index: str) -> str:
    """The condition of a partial index; the index of a key has no text."""
    texts = conn.execute("SELECT sql FROM sqlite_schema WHERE name = ? AND sql IS NOT NULL", (index,)).fetchall()
    return " ".join(text.partition(" WHERE ")[2] for (text,) in texts)


def _checks(text: str) -> list[str]:
    """The conditions of CHECK, up to the bracket that closes each; SQLite keeps them only as text."""
    text = " ".join(_COMMENT.sub("", text).split())
    checks = []
    for match in re.finditer(r"\bCHECK \(", text):
        depth, end = 1, match.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        checks.append(text[match.end() : end - 1])
    return sorted(checks)
