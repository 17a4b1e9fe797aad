"""A transaction on one connection to PostgreSQL, in as few round trips as it can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString

import psycopg

from finsecure_server.storage.database import Row
from finsecure_server.storage.dialect import statement
from finsecure_server.storage.words import is_word

ROWS_PER_INSERT: Final = 64  # bounds the number of distinct statements a table needs

Cursor = psycopg.RawCursor[dict[str, Any]]


class PostgresTx:
    """A `Tx` on one connection. It begins with its first statement."""

    __slots__ = ("_appended", "_begin", "_cursor", "_later", "told", "wrote")

    def __init__(self, cursor: Cursor, begin: LiteralString) -> None:
        self._cursor = cursor
        self._begin: LiteralString | None = begin
        self._appended: dict[tuple[str, tuple[str, ...]], list[Sequence[object]]] = {}
        self._later: list[tuple[str, list[object]]] = []
        self.told: set[str] = set()
        self.wrote = False

    def _execute(self, sql: str, params: Mapping[str, object]) -> Cursor:
        text, names = statement(sql)
        values = [params[name] for name in names]
        if self._begin is None:
            return self._cursor.execute(text, values)
        with self._cursor.connection.pipeline():
            self._begin_if_needed()
            return self._cursor.execute(text, values)

    def _begin_if_needed(self) -> None:
        if self._begin is not None:
            self._cursor.connection.execute(self._begin)
            self._begin = None

    def one(self, sql: str, /, **params: object) -> Row | None:
        return self._execute(sql, params).fetchone()

    def all(self, sql: str, /, **params: object) -> list[Row]:
        return list(self._execute(sql, params).fetchall())

    def lock(self, sql: str, /, **params: object) -> Row | None:
        return self._execute(f"{sql} FOR UPDATE", params).fetchone()

    def run(self, sql: str, /, **params: object) -> int:
        changed = self._execute(sql, params).rowcount
        self.wrote = self.wrote or changed > 0
        return changed

    def append(self, table: str, row: Mapping[str, object], /) -> None:
        self._appended.setdefault((table, tuple(row)), []).append(tuple(row.values()))

    def later(self, sql: str, /, **params: object) -> None:
        text, names = statement(sql)
        self._later.append((text, [params[name] for name in names]))

    def tell(self, word: str, /) -> None:
        assert is_word(word), word
        self.told.add(word)

    def flush(self) -> None:
        if self._appended or self._later:
            with self._cursor.connection.pipeline():
                self._write_put_off()

    def commit(self) -> None:
        """Write what was put off, and commit, in one round trip. An op that did nothing has nothing to commit."""
        if self._appended or self._later:
            with self._cursor.connection.pipeline():
                self._write_put_off()
                self._cursor.execute("COMMIT")
        elif self._begin is None:
            self._cursor.execute("COMMIT")

    def _write_put_off(self) -> None:
        """Send what was put off; inside a pipeline. Updates come last: others may wait for the rows that they lock."""
        self._begin_if_needed()
        self.wrote = True
        appended, self._appended = self._appended, {}
        for (table, columns), rows in appended.items():
            for start in range(0, len(rows), ROWS_PER_INSERT):
                some = rows[start : start + ROWS_PER_INSERT]
                self._cursor.execute(_insert(table, columns, len(some)), [value for row in some for value in row])
        later, self._later = self._later, []
        for text, values in later:
            self._cursor.execute(text, values)


def _insert(table: str, columns: Sequence[str], rows: int) -> str:
    width = len(columns)
    marks = (", ".join(f"${row * width + column + 1}" for column in range(width)) for row in range(rows))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({'), ('.join(marks)})"  # noqa: S608 -- our own names
