"""A public page that can know its reader: who is known, what may be kept of it, and whose forms are taken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from msgspec import Struct

from finsecure_server.accounts import api as accounts_api
from finsecure_server.core.env import Env
from finsecure_server.storage.database import Database, Reader, Unavailable
from finsecure_server.storage.engines import open_database
from finsecure_server.web import readers
from finsecure_server.web.asgi import Application
from finsecure_server.web.cors import Cors
from finsecure_server.web.request import Caller
from finsecure_server.web.router import Answer, Call, Route
from tests.edge import PUBLIC_URL, Edge, Got, basic

TEXT = "text/plain"
SHOP = "https://shop.example"


class Key(Struct, kw_only=True, forbid_unknown_fields=True):
    key: str = ""


def page(_: Reader, env: Env, __: Call[Any]) -> Answer:
    said = f"{env.account or 'nobody'} {'live' if env.livemode else 'test'}"
    return Answer(said.encode(), content_type=TEXT, headers=((b"cache-control", b"public, max-age=300"),))


def remember(_: Reader, __: Env, call: Call[Key]) -> Answer:
    return Answer(b"", 303, content_type=TEXT, headers=((b"location", b"/page"),), reader=call.params.key)


ROUTES = (
    *accounts_api.ROUTES,
    Route("GET", "/page", page, public=True, known=True, scope="request_logs:read"),
    Route("POST", "/page", remember, params=Key, public=True, known=True),
    Route("GET", "/plain", page, public=True),
)


@pytest.fixture
async def edge(sqlite_url: str) -> AsyncIterator[Edge]:
    db: Database = open_database(sqlite_url)
    edge = Edge(db, ROUTES)
    await edge.open_account()
    yield edge
    await db.close()


async def seen(edge: Edge, path: str = "/page", **headers: str) -> Got:
    return await edge.get(path, **{"authorization": "none", **headers})


async def cookie_of(edge: Edge, key: str) -> str:
    got = await edge.post("/page", {"key": key}, authorization="none")
    return got.headers["set-cookie"].partition(";")[0]


async def test_a_stranger_gets_the_page_that_everybody_may_keep(edge: Edge) -> None:
    got = await seen(edge)
    assert (got.body, got.headers["cache-control"]) == (b"nobody test", "public, max-age=300")
    assert got.headers["vary"] == "Origin, Authorization, Cookie, Accept-Encoding"


async def test_a_key_says_who_reads_and_the_page_is_kept_by_nobody(edge: Edge) -> None:
    name, account = edge.account.account, edge.account
    for key, said in ((account.secret_test, "test"), (account.secret_live, "live")):
        for header in (f"Bearer {key}", basic(key)):
            got = await seen(edge, authorization=header)
            assert got.body.decode() == f"{name} {said}"
            assert got.headers["cache-control"] == "private, no-store"
    got = await seen(edge, cookie=await cookie_of(edge, account.secret_test))
    assert (got.body.decode(), got.headers["cache-control"]) == (f"{name} test", "private, no-store")


async def test_a_page_that_is_not_told_knows_nobody(edge: Edge) -> None:
    got = await edge.get("/plain")
    assert (got.body, got.headers["vary"]) == (b"nobody test", "Origin, Accept-Encoding")


async def test_keys_that_are_no_good_or_may_not_look_make_strangers(edge: Edge) -> None:
    body = {"name": "Till", "scopes": ["customers:read"]}
    narrow = (await edge.post("/v1/api_keys", body)).json["secret"]
    for header in ("Bearer sk_test_" + "0" * 40, "Bearer ", "nonsense", f"Bearer {edge.account.publishable_test}"):
        assert (await seen(edge, authorization=header)).body == b"nobody test", header
    assert (await seen(edge, authorization=f"Bearer {narrow}")).body == b"nobody test"
    body = {"name": "Support", "scopes": ["request_logs:read"]}
    wide = (await edge.post("/v1/api_keys", body)).json["secret"]
    assert (await seen(edge, authorization=f"Bearer {wide}")).body != b"nobody test"


async def test_a_revoked_key_signs_its_reader_out(edge: Edge) -> None:
    made = (await edge.post("/v1/api_keys", {"kind": "secret", "name": "Laptop"})).json
    cookie = await cookie_of(edge, made["secret"])
    assert (await seen(edge, cookie=cookie)).body != b"nobody test"
    assert (await edge.post(f"/v1/api_keys/{made['id']}/revoke")).status == 200
    assert (await seen(edge, cookie=cookie)).body == b"nobody test"


async def test_reading_is_not_logged_as_a_call_of_the_account(edge: Edge) -> None:
    await edge.get("/page")
    entry = edge.noted.entries[-1]
    assert (entry.caller, entry.path) == (None, "/page")


class Down:
    """Keys whose database takes no work."""

    async def __call__(self, authorization: str | None, wall_us: int) -> Caller:
        raise Unavailable("down")

    def changed(self, account: str) -> None:
        pass


async def test_pages_answer_when_nobody_can_be_looked_up(edge: Edge) -> None:
    edge.app = Application(replace(edge.app.s, authenticate=Down()))
    assert (await edge.get("/page")).body == b"nobody test"


FORMS: list[tuple[Mapping[str, str], bool]] = [
    ({}, True),
    ({"origin": PUBLIC_URL}, True),
    ({"origin": PUBLIC_URL.upper()}, True),
    ({"origin": "http://localhost:4242", "host": "localhost:4242"}, True),
    ({"sec_fetch_site": "same-origin"}, True),
    ({"origin": "http://evil.test", "host": "pay.test"}, False),
    ({"origin": "null", "host": "pay.test"}, False),
    ({"origin": "null", "host": ""}, False),
    ({"origin": "http://pay.test.evil.test", "host": "pay.test"}, False),
    ({"origin": "http://pay.test:81", "host": "pay.test"}, False),
    ({"sec_fetch_site": "cross-site"}, False),
    ({"sec_fetch_site": "same-site"}, False),
    ({"origin": "http://evil.test", "sec_fetch_site": "same-origin"}, False),
]


@pytest.mark.parametrize(("headers", "taken"), FORMS)
async def test_forms_of_other_sites_are_not_taken(edge: Edge, headers: Mapping[str, str], taken: bool) -> None:
    got = await edge.post("/page", {"key": edge.account.secret_test}, **{"authorization": "none", **headers})
    assert got.status == (303 if taken else 403)
    assert ("set-cookie" in got.headers) == taken
    if not taken:
        assert got.body == readers.FOREIGN


async def test_a_key_for_repeats_is_nobodys_on_a_public_page(edge: Edge) -> None:
    for _ in range(2):  # kept under the key, the second reply would be the first one's of whoever sent it
        got = await edge.post("/page", {"key": "sk_test_x"}, authorization="none", idempotency_key="one")
        assert (got.status, got.headers["location"], "set-cookie" in got.headers) == (303, "/page", True)
        assert "idempotent-replayed" not in got.headers
    assert await edge.db.read(lambda reader: reader.all("SELECT key FROM idempotency_keys")) == []


CALLS: list[tuple[str, dict[str, str], int]] = [
    ("basic", {}, 200),
    ("basic", {"origin": PUBLIC_URL}, 200),
    ("basic", {"origin": SHOP}, 200),
    ("bearer", {"origin": "https://evil.test", "sec_fetch_site": "cross-site"}, 200),
    ("basic", {"origin": "https://evil.test", "host": "pay.test"}, 401),
    ("basic", {"origin": "null"}, 401),
    ("basic", {"sec_fetch_site": "cross-site"}, 401),
    ("  BASIC", {"origin": "https://evil.test"}, 401),
]


@pytest.mark.parametrize(("scheme", "headers", "status"), CALLS)
@pytest.mark.parametrize("origins", [(SHOP,), (SHOP, "*")])
async def test_no_other_site_calls_with_what_a_browser_keeps(
    edge: Edge, scheme: str, headers: Mapping[str, str], status: int, origins: tuple[str, ...]
) -> None:
    edge.app = Application(replace(edge.app.s, cors=Cors(origins)))
    key = edge.account.secret_test
    credentials = f"Bearer {key}" if scheme == "bearer" else basic(key).replace("Basic", scheme)
    sent = {"authorization": credentials, **headers}
    got = await edge.post("/v1/api_keys", {"name": "Till", "scopes": ["customers:read"]}, **sent)
    assert got.status == status
    if status == 401:
        assert (got.code, got.error["message"]) == ("api_key_missing", readers.FORGED)
    assert (await edge.get("/v1/api_keys", **sent)).status == 200, "looking changes nothing"
