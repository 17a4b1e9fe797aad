"""What every reply has, whatever came of the call; HEAD wherever GET is; preflights for every address."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from finsecure_server.app import CONTRACT_ROUTES
from finsecure_server.core import versions
from finsecure_server.core.errors import NOBODYS, Code
from finsecure_server.storage.urls import sqlite_path
from finsecure_server.web.cors import REQUEST_HEADERS
from finsecure_server.web.intake import BODY_BYTES_MAX, HEADER_BYTES_MAX
from finsecure_server.web.openapi import operation_id
from tests.contract.agreement import Agreement
from tests.contract.furniture import furnish, path_of
from tests.contract.house import House, opened
from tests.edge import Got

SHOP: Final = "https://shop.example"
GETS: Final = tuple(route for route in CONTRACT_ROUTES if route.method == "GET")
PATHS: Final = tuple(dict.fromkeys(route.path for route in CONTRACT_ROUTES))


@pytest.fixture
async def shop(sqlite_url: str, tmp_path: Path, agreement: Agreement) -> AsyncIterator[House]:
    """A house that browsers at SHOP may call."""
    async with opened(sqlite_url, tmp_path, agreement, FINSECURE_ALLOWED_ORIGINS=SHOP) as house:
        yield house


def always(got: Got) -> None:
    """The headers of every reply."""
    assert got.headers["request-id"].startswith("req_")
    assert got.headers["finsecure-version"] in versions.VERSIONS
    for name in ("limit", "remaining", "reset"):
        assert got.headers[f"x-ratelimit-{name}"].isdigit()
    assert got.headers["content-length"] == str(len(got.body)) or got.status == 204


REFUSED: Final = [
    ("GET", "/v1/customers", {}, b"", 200),
    ("GET", "/v1/nothing", {}, b"", 404),
    ("GET", "/v1/customers/cus_1", {}, b"", 404),
    ("PUT", "/v1/customers", {}, b"", 405),
    ("GET", "/v1/customers", {"authorization": "none"}, b"", 401),
    ("GET", "/v1/customers", {"authorization": "Bearer sk_test_1"}, b"", 401),
    ("GET", "/v1/customers", {"finsecure-version": "1999-01-01"}, b"", 400),
    ("GET", "/v1/customers?limit=0", {}, b"", 400),
    ("GET", "/v1/customers?email=" + "a" * 20_000, {}, b"", 413),
    ("GET", "/v1/customers", {"x-long": "a" * (HEADER_BYTES_MAX + 1)}, b"", 431),
    ("POST", "/v1/customers", {}, b"name=" + b"a" * BODY_BYTES_MAX, 413),
    ("POST", "/v1/customers", {"content-type": "text/plain"}, b"name=Jenny", 415),
    ("POST", "/v1/customers", {"content-type": "application/json"}, b"{", 400),
    ("POST", "/v1/payment_methods/pm_card_visa_chargeDeclined/attach", {}, b"customer=cus_1", 404),
    ("DELETE", "/v1/customers/cus_1", {}, b"", 404),
]


@pytest.mark.parametrize(("method", "path", "headers", "body", "status"), REFUSED, ids=lambda part: str(part)[:40])
async def test_every_reply_has_them(
    house: House, method: str, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    got = await house.call(method, path, body, headers=headers)
    assert got.status == status
    always(got)
    assert got.headers["vary"] == "Origin"
    if status >= 400:
        assert got.error["message"]
        assert got.error["next_steps"]
        link = got.error.get("request_log_url")
        assert (link is None) == (Code(got.code or "") in NOBODYS)
        assert link is None or link.endswith(got.headers["request-id"])


async def test_so_does_the_reply_to_a_mistake_of_ours(sqlite_url: str, tmp_path: Path, agreement: Agreement) -> None:
    async with opened(sqlite_url, tmp_path, agreement) as house:
        path = f"/v1/payment_methods/{(await furnish(house))['payment_methods']}"
        with sqlite3.connect(sqlite_path(sqlite_url)) as db:
            db.execute("UPDATE payment_methods SET doc = '[]'")
        db.close()
        kept = await house.post(path, {}, idempotency_key="one")
        looked = await house.get(path)
        for got in (looked, await house.post(path, {}), kept):
            assert (got.status, got.code) == (500, "internal_error")
            assert got.headers.get("finsecure-should-retry") == ("true" if got is looked else "false")
            always(got)


async def test_so_does_the_reply_to_one_call_too_many(sqlite_url: str, tmp_path: Path, agreement: Agreement) -> None:
    async with opened(sqlite_url, tmp_path, agreement, FINSECURE_RATE_LIMIT="2") as house:
        for _ in range(2):
            assert (await house.get("/v1/balance")).status == 200
        got = await house.get("/v1/balance")
        assert (got.status, got.code, got.error["type"]) == (429, "rate_limit", "rate_limit_error")
        assert (got.headers["x-ratelimit-limit"], got.headers["x-ratelimit-remaining"]) == ("2", "0")
        assert int(got.headers["retry-after"]) >= 1
        assert got.headers["finsecure-rate-limited-reason"] == got.error["reason"] == "key-rate"
        always(got)


async def test_head_wherever_get_is(house: House) -> None:
    ids = await furnish(house)
    for route in GETS:
        path = path_of(route, ids) if "{" in route.path else route.path
        if "setup_attempts" in path:
            path += f"?setup_intent={ids['setup_intents']}"
        full, head = await house.get(path), await house.call("HEAD", path)
        assert (head.status, head.body) == (full.status, b""), path
        differs = {"request-id"}
        assert {k: v for k, v in head.headers.items() if k not in differs} == {
            k: v for k, v in full.headers.items() if k not in differs
        }, path


async def test_head_of_what_is_not_there(house: House) -> None:
    for path, status in (("/v1/customers/cus_1", 404), ("/v1/nothing", 404), ("/v1/refunds/re_1/cancel", 405)):
        got = await house.call("HEAD", path)
        assert (got.status, got.body) == (status, b"")


@pytest.mark.parametrize("path", PATHS)
async def test_preflight(shop: House, path: str) -> None:
    where = path.replace("{", "").replace("}", "")
    methods = {route.method for route in CONTRACT_ROUTES if route.path == path}
    for method in methods | ({"HEAD"} if "GET" in methods else set()):
        asked = {"origin": SHOP, "access-control-request-method": method, "authorization": "none"}
        got = await shop.call("OPTIONS", where, headers=asked)
        assert (got.status, got.body) == (204, b"")
        assert got.headers["access-control-allow-origin"] == SHOP
        assert method in got.headers["access-control-allow-methods"].split(", ")
        assert got.headers["access-control-allow-headers"] == REQUEST_HEADERS
        assert got.headers["request-id"]
        assert got.headers["x-ratelimit-limit"]
        stranger = await shop.call("OPTIONS", where, headers=asked | {"origin": "https://elsewhere.example"})
        assert not {name for name in stranger.headers if name.startswith("access-control")}
    refused = await shop.call("OPTIONS", where, headers=asked | {"access-control-request-method": "PATCH"})
    assert "access-control-allow-methods" not in refused.headers


async def test_preflight_of_what_is_not_there(shop: House) -> None:
    got = await shop.call("OPTIONS", "/v1/nothing", headers={"origin": SHOP, "access-control-request-method": "GET"})
    assert got.code == "url_not_found"
    always(got)


@pytest.mark.parametrize("route", CONTRACT_ROUTES, ids=operation_id)
async def test_errors_can_be_read_by_the_page_that_made_the_call(shop: House, route: object) -> None:
    path = getattr(route, "path", "").replace("{", "").replace("}", "")
    got = await shop.call(getattr(route, "method", ""), path, headers={"origin": SHOP, "authorization": "Bearer x"})
    assert got.headers["access-control-allow-origin"] == SHOP
    assert "request-id" in got.headers["access-control-expose-headers"]
