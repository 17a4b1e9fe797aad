"""Which pages may call from a browser: an allow-list, answered exactly, and never mixed up by a cache."""

from __future__ import annotations

import pytest

from finsecure_server.storage.database import Database
from finsecure_server.web.cors import REQUEST_HEADERS, Cors
from finsecure_server.web.router import Answer, Route
from tests.edge import Edge, Got

SHOP = "https://shop.example"
THINGS = [
    Route("GET", "/v1/things", lambda *_: Answer(b"{}"), public=True),
    Route("POST", "/v1/things", lambda *_: Answer(b"{}"), public=True),
]
ALLOW = "access-control-allow-origin"

#: the list, the origin, what the reply allows
ORIGINS = [
    ((SHOP,), SHOP, SHOP),
    ((SHOP,), "HTTPS://Shop.Example", "HTTPS://Shop.Example"),
    ((SHOP + "/",), SHOP, SHOP),
    ((SHOP,), "https://shop.example.evil.test", None),
    ((SHOP,), "https://evilshop.example", None),
    ((SHOP,), "http://shop.example", None),
    ((SHOP,), "https://shop.example:8443", None),
    ((SHOP,), "null", None),
    ((SHOP,), "", None),
    ((SHOP,), None, None),
    ((), SHOP, None),
    (("*",), SHOP, "*"),
    (("*",), "null", "*"),
    (("*",), None, None),
    ((SHOP, "http://localhost:3000"), "http://localhost:3000", "http://localhost:3000"),
]


@pytest.mark.parametrize(("origins", "origin", "allowed"), ORIGINS)
async def test_an_ordinary_call(
    sqlite: Database, origins: tuple[str, ...], origin: str | None, allowed: str | None
) -> None:
    edge = Edge(sqlite, THINGS, origins=origins)
    sent = {"authorization": "none"} | ({} if origin is None else {"origin": origin})
    got = await edge.call("GET", "/v1/things", headers=sent)
    assert got.status == 200
    assert got.headers.get(ALLOW) == allowed
    assert got.headers["vary"] == "Origin"  # whether or not there was one
    assert ("access-control-expose-headers" in got.headers) is (allowed is not None)
    assert "access-control-allow-credentials" not in got.headers


async def preflight(sqlite: Database, **headers: str) -> Got:
    edge = Edge(sqlite, THINGS, origins=(SHOP,))
    return await edge.call("OPTIONS", "/v1/things", headers={"authorization": "none", **headers})


async def test_a_preflight_that_is_granted(sqlite: Database) -> None:
    got = await preflight(
        sqlite, origin=SHOP, access_control_request_method="POST",
        access_control_request_headers="authorization,idempotency-key",
    )  # fmt: skip
    assert (got.status, got.body) == (204, b"")
    assert got.headers[ALLOW] == SHOP
    assert got.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS, POST"
    assert got.headers["access-control-allow-headers"] == REQUEST_HEADERS
    assert got.headers["access-control-max-age"] == "600"
    assert got.headers["vary"] == "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
    assert got.headers["request-id"].startswith("req_")
    assert "x-ratelimit-remaining" in got.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.test", "access_control_request_method": "POST"},
        {"origin": SHOP, "access_control_request_method": "DELETE"},
        {"origin": SHOP},
        {"access_control_request_method": "POST"},
        {},
    ],
)
async def test_a_preflight_that_is_not(sqlite: Database, headers: dict[str, str]) -> None:
    got = await preflight(sqlite, **headers)
    assert got.status == 204
    assert not [name for name in got.headers if name.startswith("access-control")]
    assert got.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert got.headers["vary"].startswith("Origin, ")


async def test_a_preflight_of_nothing(sqlite: Database) -> None:
    edge = Edge(sqlite, THINGS, origins=(SHOP,))
    got = await edge.call("OPTIONS", "/v1/nothing", headers={"authorization": "none", "origin": SHOP})
    assert (got.status, got.code) == (404, "url_not_found")


async def test_an_error_may_be_read_as_well(sqlite: Database) -> None:
    edge = Edge(sqlite, THINGS, origins=(SHOP,))
    got = await edge.call("GET", "/v1/nothing", headers={"authorization": "none", "origin": SHOP})
    assert got.headers[ALLOW] == SHOP
    assert "request-id" in got.headers["access-control-expose-headers"]


def test_the_headers_that_we_send_can_be_read() -> None:
    exposed = dict(Cors(("*",)).headers(b"https://a.example"))[b"access-control-expose-headers"].decode().split(", ")
    assert set(exposed) == {
        "request-id", "finsecure-version", "finsecure-clock", "idempotency-key", "idempotent-replayed", "retry-after",
        "finsecure-should-retry", "finsecure-rate-limited-reason",
        "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset",
    }  # fmt: skip
