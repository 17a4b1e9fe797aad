"""Read whole tables in the order of a key, page by page, in bounded memory: for who proves something about all rows.

All pages come from the caller's one snapshot, so what they say fits together however much is written meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Final

from finsecure_server.storage.database import Reader, Row

PAGE: Final = 1_000  # rows

Start = Mapping[str, str | int]
"""The columns of a key, in its order, each with a value below all others."""


def scan(
    reader: Reader, sql: str, start: Start, tell: Callable[[int], None] | None = None, **params: object
) -> Iterator[Row]:
    """Every row of a query that is ordered by the columns of `start` and begins after `:after_<column>`.

    The query takes `:limit` as well, and `params`. `tell` hears how many rows came with each page.
    """
    after = dict(start)
    while True:
        rows = reader.all(sql, limit=PAGE, **params, **{f"after_{column}": value for column, value in after.items()})
        if tell is not None:
            tell(len(rows))
        yield from rows
        if len(rows) < PAGE:
            return
        after = {column: rows[-1][column] for column in after}


def together(streams: Mapping[str, tuple[Iterable[Row], str]]) -> Iterator[tuple[str, dict[str, list[Row]]]]:
    """What several streams say about one key after the other: `{"events": (rows, "object_id"), …}`.

    Each stream comes in the order of the column that is named with it. Yields the key and its rows by stream.
    """
    tagged = (_tagged(name, rows, column) for name, (rows, column) in streams.items())
    for key, group in groupby(merge(*tagged, key=itemgetter(0)), key=itemgetter(0)):
        parts: dict[str, list[Row]] = {}
        for _, name, row in group:
            parts.setdefault(name, []).append(row)
        yield key, parts


def _tagged(name: str, rows: Iterable[Row], column: str) -> Iterator[tuple[str, str, Row]]:
    for row in rows:
        yield row[column], name, row
