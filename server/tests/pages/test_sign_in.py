"""Signing in to the help center: which keys are taken, where one goes then, and that a key is left nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from finsecure_server.app import ROUTES
from finsecure_server.pages import sign_in
from finsecure_server.storage.engines import open_database
from finsecure_server.web.request_log import row_of
from tests.edge import Edge, Got

PATH = sign_in.PATH


@pytest.fixture
async def edge(sqlite_url: str) -> AsyncIterator[Edge]:
    db = open_database(sqlite_url)
    edge = Edge(db, ROUTES)
    await edge.open_account()
    yield edge
    await db.close()


async def enter(edge: Edge, key: str, **more: str) -> Got:
    return await edge.post(PATH, {"key": key, **more}, authorization="none")


async def restricted(edge: Edge, *scopes: str) -> str:
    made = await edge.post("/v1/api_keys", {"name": "Support", "scopes": list(scopes)})
    return str(made.json["secret"])


async def test_the_form_is_there(edge: Edge) -> None:
    got = await edge.get(f"{PATH}?return_to=/help/errors/rate_limit", authorization="none")
    page = got.body.decode()
    assert (got.status, got.headers["cache-control"]) == (200, "no-store")
    assert 'name="return_to" value="/help/errors/rate_limit"' in page
    assert 'type="password"' in page
    assert "form-action 'self'" in got.headers["content-security-policy"]


async def test_a_test_key_signs_in_and_leads_back(edge: Edge) -> None:
    for key in (
        edge.account.secret_test,
        f" {edge.account.secret_test}\n",
        await restricted(edge, "request_logs:read"),
    ):
        got = await enter(edge, key, return_to="/help/errors/rate_limit")
        assert (got.status, got.headers["location"], got.body) == (303, "/help/errors/rate_limit", b"")
        assert got.headers["cache-control"] == "private, no-store"
        cookie = got.headers["set-cookie"].partition(";")[0]
        page = (await edge.get(PATH, authorization="none", cookie=cookie)).body.decode()
        assert "You are signed in" in page
        assert edge.account.account in page


async def test_signing_out_forgets_the_key(edge: Edge) -> None:
    cookie = (await enter(edge, edge.account.secret_test)).headers["set-cookie"].partition(";")[0]
    got = await edge.post("/help/sign-out", {"return_to": "/help"}, authorization="none", cookie=cookie)
    assert (got.status, got.headers["location"]) == (303, "/help")
    assert got.headers["set-cookie"].startswith("finsecure_reader=; ")
    assert "Max-Age=0" in got.headers["set-cookie"]


async def test_keys_that_are_not_taken_are_told_why(edge: Edge) -> None:
    account = edge.account
    narrow = await restricted(edge, "customers:read")
    gone = (await edge.post("/v1/api_keys", {"kind": "secret", "name": "Gone"})).json
    await edge.post(f"/v1/api_keys/{gone['id']}/revoke")
    for key, status, words in (
        ("", 400, sign_in.MISSING),
        ("   ", 400, sign_in.MISSING),
        (account.publishable_test, 403, "publishable key"),
        (account.secret_live, 403, "live key"),
        ("rk_live_" + "0" * 40, 403, "live key"),
        (narrow, 403, "request_logs:read"),
        (gone["secret"], 401, "Revoked API Key"),
        ("sk_test_" + "0" * 40, 401, "Invalid API Key"),
        ("hunter2", 401, "Invalid API Key"),
        ("<script>alert(1)</script>", 401, "Invalid API Key"),
    ):
        got = await enter(edge, key, return_to="/help/errors")
        page = got.body.decode()
        assert (got.status, "set-cookie" in got.headers) == (status, False), words
        assert words in page
        assert 'name="return_to" value="/help/errors"' in page, "the way back is kept"
        assert not key.strip() or key not in page
        assert "alert(1)" not in page


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/help", "/help"),
        ("/help/requests/req_1", "/help/requests/req_1"),
        ("/docs/api/refunds#create", "/docs/api/refunds#create"),
        ("/help/search?q=card+declined", "/help/search?q=card+declined"),
        ("", "/help"),
        ("https://evil.test", "/help"),
        ("//evil.test", "/help"),
        ("/\\evil.test", "/help"),
        ("/help//evil.test", "/help//evil.test"),
        ("/help\r\nSet-Cookie: a=b", "/help"),
        ("/helpless", "/help"),
        ("/v1/balance", "/help"),
        ("javascript:alert(1)", "/help"),
    ],
)
def test_one_goes_back_to_pages_of_ours_only(asked: str, leads_to: str) -> None:
    assert sign_in.local(asked) == leads_to


async def test_a_form_of_another_site_signs_nobody_in(edge: Edge) -> None:
    body = {"key": edge.account.secret_test}
    got = await edge.post(PATH, body, authorization="none", origin="http://evil.test")
    assert (got.status, "set-cookie" in got.headers) == (403, False)
    got = await edge.post("/help/sign-out", {}, authorization="none", origin="http://evil.test")
    assert (got.status, "set-cookie" in got.headers) == (403, False)


async def test_the_key_is_left_nowhere(edge: Edge, tmp_path: Path) -> None:
    keys = (edge.account.secret_test, edge.account.secret_live, "sk_test_" + "0" * 40)
    for key in keys:
        got = await enter(edge, key)
        assert key.encode() not in got.body
        assert key not in str(got.headers)
        await edge.post(PATH, {"kye": key, "key[x]": key}, authorization="none")
        await edge.get(f"{PATH}?return_to={key}", authorization="none")
    for entry in edge.noted.entries:
        row = str(row_of(entry))
        assert not any(key in row for key in keys), row
    first = row_of(edge.noted.entries[0])
    assert first["request"] == '{"key":"[redacted]"}'
    assert (first["account_id"], first["path"]) == ("", PATH)
