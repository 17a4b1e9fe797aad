"""How an engine would run a statement, and whether that stays cheap while tables grow."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import Any, Final

import psycopg

from finsecure_server.storage.dialect import statement

#: Tables that stay small however long the platform runs. Every other table grows with its merchants' business.
SMALL: Final = frozenset({"schema_migrations", "accounts", "api_keys"})
#: Tables of which one account has few rows: to read all of its rows is no scan.
FEW_PER_ACCOUNT: Final = {
    "ledger_accounts": "a dozen a currency",
    "due": "what is still open, and only the test clock looks at it so",
    "webhook_endpoints": "as many as it has receivers",
    "webhook_filters": "a few an endpoint",
    "webhook_lanes": "one an endpoint",
}
#: Conditions that nearly every row meets: a page is full soon.
MOSTLY_TRUE: Final = frozenset({"(deleted = 0)", "(sample = 0)", "(error IS NULL)"})
TENANT: Final = frozenset({"account_id", "livemode"})

_SQLITE_ACCESS: Final = re.compile(
    r"(SCAN|SEARCH) (\w+)(?: AS \w+)?(?: USING [A-Z ]*(?:INDEX|KEY)(?: \w+)?)?(?: \((.*)\))?"
)
_EQUAL: Final = re.compile(r"(\w+) ?= ?\S")
_RANGE: Final = re.compile(r"(\w+) ?[<>]=? ?\S")
_COMPARED: Final = re.compile(r"(\w+) *[<>]?=? *:(\w+)")
_ALIASES: Final = re.compile(
    r"\b(?:FROM|JOIN|UPDATE|INTO)\s+(\w+)(?:\s+(?:AS\s+)?(?!(?:WHERE|SET|ON|JOIN|ORDER|LIMIT|GROUP)\b)(\w+))?"
)


def _bound(condition: str) -> set[str]:
    """The columns by which an index is entered."""
    return {*_EQUAL.findall(condition), *_RANGE.findall(condition)}


class SqlitePlans:
    """What SQLite says. Production has no statistics either."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def complaints(self, sql: str) -> list[str]:
        """What is wrong with the plan; empty if nothing is. Raises sqlite3.Error if it cannot be prepared."""
        aliases = {alias or table: table for table, alias in _ALIASES.findall(sql)}
        limited = "LIMIT" in sql
        found = []
        for *_, step in self._conn.execute(f"EXPLAIN QUERY PLAN {sql}", dict.fromkeys(statement(sql).names)):
            match = _SQLITE_ACCESS.match(step)
            if match is None:
                if "TEMP B-TREE FOR ORDER BY" in step and limited:
                    found.append(f"sorts all to return a few: {step}")
                continue
            how, alias, condition = match.groups()
            table = aliases.get(alias)
            if table is None or table in SMALL:  # None: a constant row, a subquery
                continue
            if how == "SCAN":
                found.append(f"reads all of {table}: {step}")
            elif table not in FEW_PER_ACCOUNT and not limited and not _bound(condition or "") - TENANT:
                found.append(f"reads all that an account has in {table}: {step}")
        return found


class PostgresPlans:
    """What PostgreSQL says, of tables filled as merchants fill them: it plans by what is there."""

    ACCOUNTS: Final = 2
    ROWS: Final = 6_000  # a table; enough that the better of two indexes is seen to be better
    FEW_VALUES: Final = frozenset(
        """
        status type kind currency state side name error_code deleted disputed attempts increments sample origin cause
        error endpoint_id
        """.split()
    )

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        self._conn = conn
        self._numbers: set[tuple[str, str]] = set()  # table and column
        self._leads: dict[str, str] = {}  # index -> its first column
        for table, name in conn.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conrelid > 0"
        ).fetchall():
            conn.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'.encode())
        for table, columns, types in conn.execute(
            "SELECT c.relname, array_agg(a.attname::text), array_agg(format_type(a.atttypid, NULL))"
            " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' GROUP BY 1"
        ).fetchall():
            values = [self._value(table, column, kind) for column, kind in zip(columns, types, strict=True)]
            insert = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
            conn.execute(f"{insert} FROM generate_series(1, {self.ROWS}) AS i ON CONFLICT DO NOTHING".encode())
            self._numbers |= {(table, column) for column, kind in zip(columns, types, strict=True) if kind == "bigint"}
        conn.execute("ANALYZE")
        conn.execute("SET enable_seqscan = off")
        for index, lead in conn.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid, 1, true) FROM pg_index"
        ):
            self._leads[index] = lead

    def _value(self, table: str, column: str, kind: str) -> str:
        if column == "account_id" or (table, column) == ("accounts", "id"):
            return f"'acct_' || i % {self.ACCOUNTS}"
        if column == "livemode":
            return f"i / {self.ACCOUNTS} % 2"
        number = "i % 5" if column in self.FEW_VALUES else "i"
        if column == "error":  # most attempts have none
            return f"CASE WHEN i % 3 = 0 THEN 'error_' || {number} END"
        return {"bigint": number, "text": f"'{column}_' || {number}", "bytea": "'x'::bytea"}[kind]

    def complaints(self, sql: str) -> list[str]:
        """What is wrong with the plan; empty if nothing is. Raises psycopg.Error if it cannot be prepared."""
        explain = f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {self._typed(sql)}"
        plan = self._conn.execute(explain.encode()).fetchall()[0][0][0]["Plan"]
        return [complaint for node, parents in _nodes(plan, ()) if (complaint := self._complaint(node, parents))]

    def _complaint(self, node: dict[str, Any], parents: tuple[str, ...]) -> str | None:
        kind, table = node["Node Type"], node.get("Relation Name")
        if "Sort" in kind and "Limit" in parents[-1:]:
            return f"sorts all to return a few: by {', '.join(node['Sort Key'])}"
        if table is None or table in SMALL or kind in {"ModifyTable", "Bitmap Heap Scan"}:
            return None
        if kind == "Seq Scan":
            return f"reads all of {table}"
        limited, filtered = "Limit" in parents, node.get("Filter", "") not in {"", *MOSTLY_TRUE}
        condition = node.get("Index Cond", "")
        entered_by = _bound(condition)
        if self._leads[node["Index Name"]] not in entered_by and (filtered or not limited):
            return f"reads all of {table}, by {node['Index Name']}"
        if table in FEW_PER_ACCOUNT:
            return None
        if not entered_by - TENANT and not limited:
            return f"reads all that an account has in {table}: {condition}"
        if filtered and entered_by <= TENANT | {"id"} and "id" not in _EQUAL.findall(condition):
            return f"looks through all that an account has in {table} for {node['Filter']}"
        return None

    def _typed(self, sql: str) -> str:
        """The statement as the driver sends it: integers are marked as such, text is not."""
        text, names = statement(sql)
        tables = {table for table, _ in _ALIASES.findall(sql)}
        for column, name in _COMPARED.findall(sql):
            if any((table, column) in self._numbers for table in tables):
                text = re.sub(rf"\${names.index(name) + 1}\b(?!::)", r"\g<0>::bigint", text)
        return text


def _nodes(node: dict[str, Any], parents: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """Every node of a plan. What a bitmap of an index filters is told with the heap above it."""
    yield node, parents
    for child in node.get("Plans", ()):
        if child["Node Type"] == "Bitmap Index Scan":
            child.update({key: node[key] for key in ("Relation Name", "Filter") if key in node})
        yield from _nodes(child, (*parents, node["Node Type"]))
