"""Who wanted an event when it happened: the filters of a book, taken along the events in the order of time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from finsecure_server.core import event_types
from finsecure_server.storage.database import Row

#: An event that happened this close to a filter's beginning or end may have been written by a transaction that saw the
#: filter or one that did not: its time is that of the call that it is due to.
MARGIN_US: Final = 120 * 1_000_000


class Wanted:
    """Filters come by in the order of `since_us`, as the events do in theirs; only those of about now are kept.

    All times are the account's own clock.
    """

    def __init__(self, filters: Iterable[Row]) -> None:
        self._coming = iter(filters)
        self._next = next(self._coming, None)
        self._kept: dict[str, list[Row]] = {}

    def at(self, us: int, type_: str) -> dict[str, bool]:
        """The endpoints that may have wanted an event of this type just then, and whether they surely did."""
        self._begin(us)
        found: dict[str, bool] = {}
        for pattern in set(event_types.patterns(type_)):
            if pattern not in self._kept:
                continue
            rows = self._kept[pattern] = _not_over(self._kept[pattern], us)
            for row in rows:
                surely = row["since_us"] + MARGIN_US <= us <= _until(row, us) - MARGIN_US
                found[row["endpoint_id"]] = found.get(row["endpoint_id"], False) or surely
        return found

    def _begin(self, us: int) -> None:
        while self._next is not None and self._next["since_us"] - MARGIN_US <= us:
            pattern = self._next["pattern"]
            self._kept[pattern] = [*_not_over(self._kept.get(pattern, []), us), self._next]
            self._next = next(self._coming, None)


def _not_over(rows: list[Row], us: int) -> list[Row]:
    return [row for row in rows if _until(row, us) + MARGIN_US >= us]


def _until(row: Row, us: int) -> int:
    """When the filter ended; as good as never for one that goes on."""
    until_us: int | None = row["until_us"]
    return us + MARGIN_US if until_us is None else until_us
