"""Routes: what is found, what is not, and what a place allows."""

from __future__ import annotations

import pytest

from finsecure_server.core.errors import Code, Refused
from finsecure_server.storage.database import Database
from finsecure_server.web.router import Answer, Route, Router
from tests.edge import Edge

PAN = "4242424242424242"


def route(method: str, path: str) -> Route:
    return Route(method, path, lambda *_: Answer(path.encode()), public=True)


ROUTES = [
    route("GET", "/v1/customers"),
    route("POST", "/v1/customers"),
    route("GET", "/v1/customers/search"),
    route("GET", "/v1/customers/{id}"),
    route("POST", "/v1/customers/{id}"),
    route("DELETE", "/v1/customers/{id}"),
    route("POST", "/v1/customers/{id}/cards/{card}"),
    route("POST", "/v1/refunds"),
]
ROUTER = Router(ROUTES)


@pytest.mark.parametrize(
    ("method", "path", "operation", "found"),
    [
        ("GET", "/v1/customers", "GET /v1/customers", {}),
        ("HEAD", "/v1/customers", "GET /v1/customers", {}),
        ("GET", "/v1/customers/", "GET /v1/customers", {}),
        ("POST", "/v1/customers", "POST /v1/customers", {}),
        ("GET", "/v1/customers/search", "GET /v1/customers/search", {}),  # a word goes before a parameter
        ("GET", "/v1/customers/cus_1", "GET /v1/customers/{id}", {"id": "cus_1"}),
        ("HEAD", "/v1/customers/cus_1", "GET /v1/customers/{id}", {"id": "cus_1"}),
        ("DELETE", "/v1/customers/é", "DELETE /v1/customers/{id}", {"id": "é"}),
        ("POST", "/v1/customers/a/cards/b", "POST /v1/customers/{id}/cards/{card}", {"id": "a", "card": "b"}),
        ("GET", "/v1/customers/" + "c" * 255, "GET /v1/customers/{id}", {"id": "c" * 255}),
    ],
)
def test_found(method: str, path: str, operation: str, found: dict[str, str]) -> None:
    where, params = ROUTER.find(method, path)
    assert (where.operation, params) == (operation, found)


@pytest.mark.parametrize(
    ("method", "path", "code", "said"),
    [
        ("GET", "/", Code.URL_NOT_FOUND, "(GET: /)"),
        ("GET", "", Code.URL_NOT_FOUND, "(GET: )"),
        ("GET", "/v1", Code.URL_NOT_FOUND, "(GET: /v1)"),
        ("GET", "/v1/customer", Code.URL_NOT_FOUND, "(GET: /v1/customer)"),
        ("GET", "/v1/Customers", Code.URL_NOT_FOUND, "/v1/Customers"),
        ("GET", "/v1//customers", Code.URL_NOT_FOUND, "/v1//customers"),
        ("GET", "/v1/customers//", Code.URL_NOT_FOUND, None),
        ("GET", "/v1/customers/a/b", Code.URL_NOT_FOUND, "/v1/customers/a/b"),
        ("GET", "/v1/customers/a/cards", Code.URL_NOT_FOUND, "/v1/customers/a/cards"),
        ("GET", "/v1/../v1/customers", Code.URL_NOT_FOUND, "/v1/../v1"),
        ("GET", f"/v1/nothing/{PAN}", Code.URL_NOT_FOUND, "[card ending 4242]"),
        ("GET", "/v1/a\x00\ud800", Code.URL_NOT_FOUND, "/v1/a\ufffd\ufffd"),
        ("GET", "/" + "x" * 9000, Code.URL_NOT_FOUND, "xxx"),
        ("PUT", "/v1/customers", Code.METHOD_NOT_ALLOWED, "PUT is not allowed here; use GET, HEAD, OPTIONS, POST."),
        ("GET", "/v1/refunds", Code.METHOD_NOT_ALLOWED, "GET is not allowed here; use OPTIONS, POST."),
        ("HEAD", "/v1/refunds", Code.METHOD_NOT_ALLOWED, "HEAD is not allowed here; use OPTIONS, POST."),
        ("GET", "/v1/customers/" + "c" * 256, Code.RESOURCE_MISSING, "No id is that long."),
        ("GET", "/v1/customers/a\x00", Code.PARAMETER_INVALID_STRING, "NUL"),
        ("GET", f"/v1/customers/{PAN}", Code.CARD_NUMBER_IN_TEXT, "card number"),
    ],
)
def test_not_found(method: str, path: str, code: Code, said: str | None) -> None:
    if said is None:  # slashes at the end do not matter
        assert ROUTER.find(method, path)[1] == {}
        return
    with pytest.raises(Refused) as raised:
        ROUTER.find(method, path)
    assert raised.value.code is code
    assert said in raised.value.message
    assert len(raised.value.message) < 300
    assert PAN not in raised.value.message


def test_a_search_is_no_id() -> None:
    """As at Stripe it is called where an object is: nobody should read that there is no customer of that name."""
    with pytest.raises(Refused, match="There is no search here: lists take filters") as raised:
        Router([route("GET", "/v1/charges/{charge}")]).find("GET", "/v1/charges/search")
    assert raised.value.code is Code.URL_NOT_FOUND
    assert Router([route("GET", "/help/{page}")]).find("GET", "/help/search")[1] == {"page": "search"}


def test_what_a_place_allows() -> None:
    assert ROUTER.methods("/v1/customers") == ["GET", "HEAD", "OPTIONS", "POST"]
    assert ROUTER.methods("/v1/customers/cus_1") == ["DELETE", "GET", "HEAD", "OPTIONS", "POST"]
    assert ROUTER.methods("/v1/refunds") == ["OPTIONS", "POST"]
    assert ROUTER.methods("/v1") == ROUTER.methods("/v1/nothing") == []


@pytest.mark.parametrize("second", ["/v1/customers/{id}", "/v1/customers/{customer}/cards"])
def test_two_routes_do_not_fight_over_a_place(second: str) -> None:
    with pytest.raises(AssertionError):
        Router([route("GET", "/v1/customers/{id}"), route("GET", second)])


async def test_head_is_get_without_a_body(sqlite: Database) -> None:
    edge = Edge(sqlite, ROUTES)
    got, head = [
        await edge.call(method, "/v1/customers", headers={"authorization": "none"}) for method in ("GET", "HEAD")
    ]
    assert (got.status, head.status) == (200, 200)
    assert (got.body, head.body) == (b"/v1/customers", b"")
    assert head.headers["content-length"] == str(len(got.body))
    assert got.headers.keys() == head.headers.keys()


async def test_what_is_not_allowed_names_what_is(sqlite: Database) -> None:
    edge = Edge(sqlite, ROUTES)
    got = await edge.call("PATCH", "/v1/customers", headers={"authorization": "none"})
    assert (got.status, got.code, got.headers["allow"]) == (405, "method_not_allowed", "GET, HEAD, OPTIONS, POST")
    missing = await edge.call("GET", "/v2/customers", headers={"authorization": "none"})
    assert (missing.status, missing.code, missing.error["type"]) == (404, "url_not_found", "invalid_request_error")


def test_where_a_path_may_be_written_down() -> None:
    """A link that opens without a key is its own key; whatever is tried on it, it is not written down."""
    keyed = Route("GET", "/v1/things/{id}", lambda *_: Answer(b""))
    router = Router([route("GET", "/open/{token}"), keyed])
    assert router.place("/open/secret") == router.place("/open/secret/") == "/open/{token}"
    assert router.place("/v1/things/thing_1") == "/v1/things/thing_1"
    assert router.place("/open") == "/open"
    assert router.place("/nowhere/at/all") == "/nowhere/at/all"
    assert router.place(f"/open/{PAN}") == f"/open/{PAN}", "which is masked like any other text"
