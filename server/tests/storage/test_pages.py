"""Lists page by page: nothing twice, nothing left out, also while rows are added."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from finsecure_server.storage.database import Database, Reader, Tx
from finsecure_server.storage.pages import Listing

EVENTS = Listing(table="events", filters={"type": "type", "object": "object_id"})
OPEN = Listing(table="events", filters={}, always="type <> 'closed'")
NO_FILTERS: Mapping[str, object] = {}


def add(*numbers: int, kind: str = "made", account: str = "acct_1", livemode: int = 0) -> Callable[[Tx], None]:
    def op(tx: Tx) -> None:
        for number in numbers:
            tx.append("events", {
                "account_id": account, "livemode": livemode, "id": f"evt_{number:03d}", "created_us": number,
                "type": kind, "object_id": f"pi_{number % 2}", "sequence": number, "sample": 0,
                "doc": "{}",
            })  # fmt: skip

    return op


def page(
    limit: int,
    *,
    after: str = "",
    before: str = "~",
    backwards: bool = False,
    filters: Mapping[str, object] = NO_FILTERS,
    listing: Listing = EVENTS,
) -> Callable[[Reader], tuple[list[int], bool]]:
    def look(reader: Reader) -> tuple[list[int], bool]:
        rows, more = listing.page(
            reader, "acct_1", False, limit=limit, after=after, before=before, backwards=backwards, filters=filters
        )
        return [int(row["id"][4:]) for row in rows], more

    return look


async def test_pages_follow_one_another_newest_first_while_rows_are_added(database: Database) -> None:
    await database.write(add(*range(10)))
    await database.write(add(100, account="acct_2"))
    await database.write(add(101, livemode=1))
    assert await database.read(page(4)) == ([9, 8, 7, 6], True)
    await database.write(add(10, 11))
    assert await database.read(page(4, before="evt_006")) == ([5, 4, 3, 2], True)
    assert await database.read(page(4, before="evt_002")) == ([1, 0], False)
    assert await database.read(page(12)) == ([11, 10, *range(9, -1, -1)], False)


async def test_the_page_before_an_id_is_the_one_next_to_it(database: Database) -> None:
    await database.write(add(*range(10)))
    assert await database.read(page(3, after="evt_004", backwards=True)) == ([7, 6, 5], True)
    assert await database.read(page(3, after="evt_007", backwards=True)) == ([9, 8], False)


async def test_filters_narrow_a_list_one_by_one_and_together(database: Database) -> None:
    await database.write(add(1, 2, 3))
    await database.write(add(4, 5, 6, kind="closed"))
    assert await database.read(page(9, filters={"type": "closed"})) == ([6, 5, 4], False)
    assert await database.read(page(9, filters={"object": "pi_1"})) == ([5, 3, 1], False)
    assert await database.read(page(9, filters={"object": "pi_1", "type": "closed"})) == ([5], False)
    assert await database.read(page(2, listing=OPEN)) == ([3, 2], True)


async def test_a_cursor_is_a_row_of_that_table_in_the_list_or_not_any_more(database: Database) -> None:
    await database.write(add(1))
    await database.write(add(2, kind="closed"))

    def known(identifier: str) -> Callable[[Reader], bool]:
        return lambda reader: (
            reader.one(OPEN.cursor(), account="acct_1", livemode=0, id=f"evt_{identifier}") is not None
        )

    assert await database.read(known("001"))
    assert await database.read(known("002"))
    assert not await database.read(known("003"))


@pytest.mark.parametrize("limit", [0, 101])
async def test_a_limit_out_of_bounds_is_our_own_mistake(limit: int, database: Database) -> None:
    with pytest.raises(AssertionError):
        await database.read(page(limit))


def test_a_listing_tells_all_it_can_ask() -> None:
    told = list(EVENTS.statements())
    assert len(set(told)) == len(told) == 9  # four sets of filters, both ways, and the cursor
    assert EVENTS.sql(["type"], backwards=True) in told
    assert EVENTS.cursor() in told
