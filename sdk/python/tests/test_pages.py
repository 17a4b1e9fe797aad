"""Lists: a page, the next, the one before, and all of them; both ways, with both clients."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

import finsecure
from finsecure._core.call import Request, Response
from finsecure.testing import AsyncMockTransport, MockTransport

TOTAL = 23


def page_of(request: Request) -> dict[str, object]:
    """What a server would answer that holds cus_22, newest first, to cus_0."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
    limit = int(asked.get("limit", 10))
    every = [{"id": f"cus_{number}", "object": "customer"} for number in reversed(range(TOTAL))]
    ids = [one["id"] for one in every]
    if "ending_before" in asked:
        before = every[: ids.index(asked["ending_before"])]
        data, more = before[-limit:], len(before) > limit
    else:
        after = every[ids.index(asked["starting_after"]) + 1 :] if "starting_after" in asked else every
        data, more = after[:limit], len(after) > limit
    return {"object": "list", "url": "/v1/customers", "has_more": more, "data": data}


class Listing(MockTransport):
    def send(self, request: Request) -> Response:
        self.requests.append(request)
        return MockTransport().reply(page_of(request)).send(request)


class AsyncListing(AsyncMockTransport):
    async def send(self, request: Request) -> Response:
        self.requests.append(request)
        return MockTransport().reply(page_of(request)).send(request)


@pytest.fixture
def client() -> finsecure.Client:
    return finsecure.Client("sk_test_1", transport=Listing())


@pytest.fixture
def aclient() -> finsecure.AsyncClient:
    return finsecure.AsyncClient("sk_test_1", transport=AsyncListing())


def numbers(customers: Iterator[finsecure.Customer] | list[finsecure.Customer]) -> list[int]:
    return [int(one.id.removeprefix("cus_")) for one in customers]


def test_a_page(client: finsecure.Client) -> None:
    page = client.customers.list(limit=4)
    assert numbers(page.data) == [22, 21, 20, 19]
    assert numbers(list(page)) == [22, 21, 20, 19]
    assert (len(page), page.has_more, page.url) == (4, True, "/v1/customers")
    assert isinstance(page.data[0], finsecure.Customer)
    assert page["data"][0].id == "cus_22"
    assert page.last_response is not None
    assert repr(page) == "<Page of /v1/customers: 4 objects, more to come>"


def test_all_of_them(client: finsecure.Client) -> None:
    assert numbers(client.customers.list(limit=5).auto_paging_iter()) == list(reversed(range(TOTAL)))
    assert [len(page) for page in client.customers.list().pages()] == [10, 10, 3]


def test_pages_are_asked_for_when_they_are_needed(client: finsecure.Client) -> None:
    transport = client._transport
    assert isinstance(transport, Listing)
    found = client.customers.list(limit=5).auto_paging_iter()
    for _ in range(5):
        next(found)
    assert len(transport.requests) == 1
    next(found)
    assert len(transport.requests) == 2
    assert numbers(client.customers.list(limit=5).to_list(7)) == [22, 21, 20, 19, 18, 17, 16]
    assert len(transport.requests) == 4


def test_the_other_way(client: finsecure.Client) -> None:
    back = client.customers.list(limit=4, ending_before="cus_3")
    assert numbers(back.data) == [7, 6, 5, 4]
    assert numbers(back.auto_paging_iter()) == list(range(4, TOTAL))


def test_next_and_previous(client: finsecure.Client) -> None:
    first = client.customers.list(limit=10)
    second = first.next_page()
    assert second is not None
    assert numbers(second.data)[0] == 12
    third = second.next_page()
    assert third is not None
    assert (len(third), third.next_page()) == (3, None)
    again = second.previous_page()
    assert again is not None
    assert numbers(again.data) == numbers(first.data)
    assert again.previous_page() is None
    assert again.next_page() == second
    assert first.previous_page() is None


def test_filters_stay_on_every_page(client: finsecure.Client) -> None:
    list(client.customers.list(limit=10, email="a@b.example", created={"gte": 1}).auto_paging_iter())
    transport = client._transport
    assert isinstance(transport, Listing)
    assert len(transport.requests) == 3
    assert all("email=a%40b.example&created[gte]=1" in request.url for request in transport.requests)


def test_a_page_survives_a_pickle_without_its_client(client: finsecure.Client) -> None:
    page = pickle.loads(pickle.dumps(client.customers.list(limit=2)))  # noqa: S301  because we pickled it
    assert numbers(page.data) == [22, 21]
    with pytest.raises(RuntimeError, match="no client"):
        page.next_page()


async def test_awaited(aclient: finsecure.AsyncClient) -> None:
    page = await aclient.customers.list(limit=5)
    assert [int(one.id[4:]) async for one in page.auto_paging_iter()] == list(reversed(range(TOTAL)))
    assert [len(one) async for one in page.pages()] == [5, 5, 5, 5, 3]
    assert numbers(await page.to_list(7)) == [22, 21, 20, 19, 18, 17, 16]
    back = await aclient.customers.list(limit=4, ending_before="cus_3")
    assert [int(one.id[4:]) async for one in back.auto_paging_iter()] == list(range(4, TOTAL))
    second = await page.next_page()
    assert second is not None
    first = await second.previous_page()
    assert first is not None
    assert first.data == page.data
    assert len(list(page)) == 5
