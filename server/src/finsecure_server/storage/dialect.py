"""One SQL text, two engines: how PostgreSQL reads what SQLite takes as it stands.

The text is ours, never a caller's, so this only has to be right about what we write: names after a colon, types in
capitals. What stands in quotes or in a comment is left alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

_QUIET: Final = r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/"""
_PARAMETER: Final = re.compile(rf"{_QUIET}|::|:(?P<name>[A-Za-z_]\w*)", re.DOTALL)
_TYPE: Final = re.compile(rf"{_QUIET}|(?P<word>\b(?:INTEGER|BLOB|TEXT)\b|\s*\bWITHOUT\s+ROWID\b)", re.DOTALL)
#: INTEGER is 64 bits on SQLite; ids must sort by byte, whatever the locale of the database.
_POSTGRES_TYPES: Final = {"INTEGER": "BIGINT", "BLOB": "BYTEA", "TEXT": 'TEXT COLLATE "C"'}


class Statement(NamedTuple):
    """A statement as PostgreSQL takes it: `$1`, `$2` ... and the names that stand behind them, in that order."""

    text: str
    names: tuple[str, ...]


@lru_cache(maxsize=4096)
def statement(sql: str) -> Statement:
    """`:name` becomes `$n`, the same n wherever the name stands again."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return match[0]
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return Statement(_PARAMETER.sub(number, sql), tuple(names))


def postgres_schema(script: str) -> str:
    """A script of CREATE and ALTER with the types that PostgreSQL has for ours."""

    def translate(match: re.Match[str]) -> str:
        word = match["word"]
        return match[0] if word is None else _POSTGRES_TYPES.get(word, "")

    return _TYPE.sub(translate, script)
