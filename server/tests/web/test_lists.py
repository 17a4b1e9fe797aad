"""Lists: newest first, page by page, stable while rows are added, and every wrong question by name."""

from __future__ import annotations

import itertools
import os
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from finsecure_server.core import ids
from finsecure_server.storage.database import Database, Tx
from finsecure_server.storage.pages import Listing
from finsecure_server.web import lists
from finsecure_server.web.params import Identifier, ListParams
from finsecure_server.web.router import Call, Route
from tests.edge import SECOND, T0, Edge, Got

NOW: Final = T0 // SECOND
LISTING: Final = Listing(table="customers", filters={"email": "email"}, always="deleted = 0")
ADD: Final = """
INSERT INTO customers (account_id, livemode, id, created_us, email, deleted, sequence, doc)
VALUES (:account, :livemode, :id, :at, :email, :deleted, 1, :doc)"""


class ListThings(ListParams, kw_only=True, forbid_unknown_fields=True):
    email: Identifier | None = None


def listed(reader: Any, env: Any, call: Call[ListThings]) -> bytes:
    filters = {} if call.params.email is None else {"email": call.params.email}
    return lists.page(reader, env, LISTING, "cus", "/v1/things", call.params, filters)


def shouted(reader: Any, env: Any, call: Call[ListThings]) -> bytes:
    return lists.page(reader, env, LISTING, "cus", "/v1/shouted", call.params, show=lambda doc: f"[{doc}]")


ROUTES = (
    Route("GET", "/v1/things", listed, params=ListThings),
    Route("GET", "/v1/shouted", shouted, params=ListThings),
)


class Things:
    """Rows of a list, oldest first: n0, n1, ..."""

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self.ids: list[str] = []

    async def add(self, count: int, *, every_us: int = SECOND, **columns: Any) -> None:
        account = self.edge.account.account
        first = len(self.ids)

        def op(tx: Tx) -> list[str]:
            made = []
            for number in range(first, first + count):
                at = T0 + number * every_us
                made.append(ids.make("cus", at, os.urandom(16)))
                row = {"account": account, "livemode": 0, "id": made[-1], "at": at, "email": None, "deleted": 0}
                tx.run(ADD, **(row | {"doc": f'{{"n":{number}}}'} | columns))
            return made

        self.ids += await self.edge.db.write(op)

    async def ask(self, **query: Any) -> Got:
        return await self.edge.get(f"/v1/things?{urlencode(query)}")

    async def page(self, **query: Any) -> tuple[list[int], bool]:
        got = await self.ask(**query)
        assert got.status == 200, got.body
        assert (got.json["object"], got.json["url"]) == ("list", "/v1/things")
        return [row["n"] for row in got.json["data"]], got.json["has_more"]


@pytest.fixture
async def things(database: Database) -> Things:
    edge = Edge(database, ROUTES)
    await edge.open_account()
    return Things(edge)


async def test_an_empty_list(things: Things) -> None:
    assert await things.page() == ([], False)
    assert (await things.ask()).body == b'{"object":"list","url":"/v1/things","has_more":false,"data":[]}'


async def test_newest_first_ten_unless_told(things: Things) -> None:
    await things.add(12)
    assert await things.page() == (list(range(11, 1, -1)), True)
    assert await things.page(limit=1) == ([11], True)
    assert await things.page(limit=12) == (list(range(11, -1, -1)), False)
    assert await things.page(limit=100) == (list(range(11, -1, -1)), False)


async def test_page_by_page_in_both_directions(things: Things) -> None:
    await things.add(10)
    n = things.ids
    assert await things.page(limit=3, starting_after=n[7]) == ([6, 5, 4], True)
    assert await things.page(limit=4, starting_after=n[4]) == ([3, 2, 1, 0], False)
    assert await things.page(limit=4, starting_after=n[0]) == ([], False)
    assert await things.page(limit=3, ending_before=n[2]) == ([5, 4, 3], True)
    assert await things.page(limit=3, ending_before=n[6]) == ([9, 8, 7], False)
    assert await things.page(limit=3, ending_before=n[9]) == ([], False)


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
@pytest.mark.parametrize("every_us", [0, 1, SECOND])
async def test_a_walk_sees_every_row_once_while_rows_are_added(things: Things, limit: int, every_us: int) -> None:
    await things.add(20, every_us=every_us)
    there = set(things.ids)
    order = sorted(things.ids, reverse=True)
    number = {id_: n for n, id_ in enumerate(things.ids)}
    seen: list[int] = []
    query: dict[str, Any] = {"limit": limit}
    for _ in itertools.count():
        page, more = await things.page(**query)
        seen += page
        await things.add(1, every_us=SECOND)  # in front of the first page
        if not more:
            break
        query["starting_after"] = things.ids[page[-1]]
    assert [n for n in seen if things.ids[n] in there] == [number[id_] for id_ in order]
    assert len(seen) == len(set(seen))


async def test_a_walk_back_sees_the_same(things: Things) -> None:
    await things.add(20)
    seen: list[int] = []
    query: dict[str, Any] = {"limit": 6, "ending_before": things.ids[0]}
    while True:
        page, more = await things.page(**query)
        seen = page + seen
        if not more:
            break
        query["ending_before"] = things.ids[page[0]]
    assert seen == list(range(19, 0, -1))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"created": NOW + 3}, [3]),
        ({"created[gte]": NOW + 3}, [5, 4, 3]),
        ({"created[gt]": NOW + 3}, [5, 4]),
        ({"created[lt]": NOW + 3}, [2, 1, 0]),
        ({"created[lte]": NOW + 3}, [3, 2, 1, 0]),
        ({"created[gt]": NOW + 1, "created[lt]": NOW + 4}, [3, 2]),
        ({"created[gte]": NOW + 2, "created[gt]": NOW + 3}, [5, 4]),
        ({"created[lte]": NOW + 3, "created[lt]": NOW + 2}, [1, 0]),
        ({"created[gt]": NOW + 4, "created[lt]": NOW + 2}, []),
        ({"created[gte]": -5}, [5, 4, 3, 2, 1, 0]),
        ({"created[lt]": -5}, []),
        ({"created[gt]": 2**63 - 1}, []),
        ({"created[lte]": 2**63 - 1}, [5, 4, 3, 2, 1, 0]),
        ({"created[gte]": -(2**63)}, [5, 4, 3, 2, 1, 0]),
        ({"created": 0}, []),
    ],
)
async def test_created(things: Things, query: dict[str, Any], found: list[int]) -> None:
    await things.add(6)
    assert await things.page(**query) == (found, False)


async def test_created_and_cursors_together(things: Things) -> None:
    await things.add(10)
    n = things.ids
    assert await things.page(limit=2, starting_after=n[8], **{"created[gte]": NOW + 4}) == ([7, 6], True)
    assert await things.page(limit=9, starting_after=n[8], **{"created[lt]": NOW + 4}) == ([3, 2, 1, 0], False)
    assert await things.page(limit=2, ending_before=n[3], **{"created[lt]": NOW + 7}) == ([5, 4], True)
    assert await things.page(limit=9, ending_before=n[3], **{"created[gt]": NOW + 6}) == ([9, 8, 7], False)


async def test_filters_deleted_rows_and_the_order_of_both(things: Things) -> None:
    await things.add(2, email="a@x.example")
    await things.add(2, email="b@x.example")
    await things.add(1, email="a@x.example", deleted=1)
    await things.add(1, email="a@x.example")
    assert await things.page(email="a@x.example") == ([5, 1, 0], False)
    assert await things.page(email="a@x.example", limit=1) == ([5], True)
    assert await things.page(email="a@x.example", starting_after=things.ids[2]) == ([1, 0], False)
    assert await things.page(email="none@x.example") == ([], False)


async def test_other_accounts_and_the_other_mode(things: Things) -> None:
    await things.add(1)
    await things.add(1, account="acct_other")
    await things.add(1, livemode=1)
    assert await things.page() == ([0], False)
    for foreign in things.ids[1:]:
        got = await things.ask(starting_after=foreign)
        assert (got.status, got.error["message"]) == (404, f"No such customer: '{foreign}'")


@pytest.mark.parametrize(
    ("query", "status", "code", "param"),
    [
        ({"limit": 0}, 400, "parameter_invalid_integer", "limit"),
        ({"limit": 101}, 400, "parameter_invalid_integer", "limit"),
        ({"limit": -1}, 400, "parameter_invalid_integer", "limit"),
        ({"limit": "ten"}, 400, "parameter_invalid_integer", "limit"),
        ({"limit": ""}, 400, "parameter_invalid_empty", "limit"),
        ({"starting_after": ""}, 400, "parameter_invalid_empty", "starting_after"),
        ({"starting_after": "cus_none"}, 404, "resource_missing", "starting_after"),
        ({"ending_before": "cus_none"}, 404, "resource_missing", "ending_before"),
        ({"ending_before": "' OR 1=1 --"}, 404, "resource_missing", "ending_before"),
        ({"starting_after": "a", "ending_before": "b"}, 400, "parameters_exclusive", "ending_before"),
        ({"starting_after": "c" * 256}, 400, "parameter_too_long", "starting_after"),
        ({"created": "today"}, 400, "parameter_invalid_integer", "created"),
        ({"created[since]": 5}, 400, "parameter_unknown", "created[since]"),
        ({"created[gt]": 2**63}, 400, "parameter_invalid_integer", "created[gt]"),
        ({"page": 2}, 400, "parameter_unknown", "page"),
        ({"expand": "data.customer"}, 400, "parameter_invalid_array", "expand"),
    ],
)
async def test_what_is_no_question(things: Things, query: dict[str, Any], status: int, code: str, param: str) -> None:
    got = await things.ask(**query)
    assert (got.status, got.code, got.error["param"]) == (status, code, param)


async def test_a_cursor_that_was_deleted(things: Things) -> None:
    await things.add(3)
    await things.edge.db.write(lambda tx: tx.run("UPDATE customers SET deleted = 1 WHERE id = :id", id=things.ids[1]))
    assert await things.page(starting_after=things.ids[1]) == ([0], False), "who walks and deletes comes to the end"
    assert await things.page(ending_before=things.ids[1]) == ([2], False)
    assert await things.page() == ([2, 0], False)


async def test_what_is_shown_may_differ_from_what_is_kept(things: Things) -> None:
    await things.add(2)
    assert (await things.edge.get("/v1/shouted")).json["data"] == [[{"n": 1}], [{"n": 0}]]
