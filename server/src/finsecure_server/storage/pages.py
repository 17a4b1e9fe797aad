"""Lists: newest first, page by page, by primary key.

A page is the rows before (or after) the cursor's id within one account and mode. Ids sort by time, so a filter on
`created` is a filter on the id as well and costs nothing; the other filters are columns with an index of their own. New
rows land before the first page, so pages stay stable while rows are added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from finsecure_server.storage.database import Reader, Row

LIMIT_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Listing:
    """The list queries of one table. `filters` maps a parameter's name to the column it compares."""

    table: str
    filters: Mapping[str, str]
    columns: str = "id, doc"
    always: str = ""  # a condition that holds for every list, for instance "deleted = 0"

    def sql(self, present: Iterable[str], *, backwards: bool) -> str:
        """One page's query with the filters that are `present`."""
        conditions = ["account_id = :account", "livemode = :livemode"]
        if self.always:
            conditions.append(self.always)
        conditions += [f"{self.filters[name]} = :{name}" for name in present]
        conditions += ["id > :after", "id < :before"]
        order = "ASC" if backwards else "DESC"
        where = " AND ".join(conditions)
        # Names come from this module's callers, never from a request.
        return f"SELECT {self.columns} FROM {self.table} WHERE {where} ORDER BY id {order} LIMIT :limit"  # noqa: S608

    def statements(self) -> Iterable[str]:
        """Every query that this listing can ask, for the test that prepares them all."""
        names = tuple(self.filters)
        for size in range(len(names) + 1):
            for present in combinations(names, size):
                yield self.sql(present, backwards=False)
                yield self.sql(present, backwards=True)
        yield self.cursor()

    def cursor(self) -> str:
        """Whether an id is there to be a cursor.

        What is in no list any more keeps its place: who deletes what they walk over goes on behind it.
        """
        where = "account_id = :account AND livemode = :livemode AND id = :id"
        return f"SELECT id FROM {self.table} WHERE {where}"  # noqa: S608  as above

    def singular(self) -> str:
        """What one of its rows is called."""
        return self.table.removesuffix("s")

    def page(
        self,
        reader: Reader,
        account: str,
        livemode: bool,
        *,
        limit: int,
        after: str = "",
        before: str = "~",
        backwards: bool = False,
        filters: Mapping[str, object],
    ) -> tuple[Sequence[Row], bool]:
        """Up to `limit` rows with `after` < id < `before`, newest first, and whether there are more beyond them.

        `backwards` starts from the oldest end: it is how a page before a known id is found.
        """
        assert 0 < limit <= LIMIT_MAX, limit
        sql = self.sql(sorted(filters, key=tuple(self.filters).index), backwards=backwards)
        rows = reader.all(
            sql, account=account, livemode=int(livemode), after=after, before=before, limit=limit + 1, **filters
        )
        more = len(rows) > limit
        rows = rows[:limit]
        return (rows[::-1] if backwards else rows), more
