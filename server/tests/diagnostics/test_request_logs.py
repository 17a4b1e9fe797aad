"""From the Request-Id of a reply to what happened."""

from __future__ import annotations

import pytest

from finsecure_server.accounts import api as accounts
from finsecure_server.diagnostics import api
from finsecure_server.storage.database import Database
from finsecure_server.web.request_log import RequestLog
from tests.edge import SECOND, T0, Edge


@pytest.fixture
async def edge(database: Database) -> Edge:
    edge = Edge(database, (*accounts.ROUTES, *api.ROUTES))
    await edge.open_account()
    return edge


async def write_down(edge: Edge) -> None:
    log = RequestLog()
    for entry in edge.noted.entries:
        log.add(entry)
    edge.noted.entries.clear()
    assert await log.flush_now(edge.db)


async def test_an_error_leads_to_its_request(edge: Edge) -> None:
    got = await edge.post("/v1/api_keys", {"name": "CI", "kind": "root"}, user_agent="tests/1", idempotency_key="once")
    request_id = got.headers["request-id"]
    assert got.error["request_log_url"] == f"http://pay.test/v1/request_logs/{request_id}"
    await write_down(edge)
    logged = (await edge.get(f"/v1/request_logs/{request_id}")).json
    duration, key_id = logged.pop("duration_us"), logged.pop("api_key")
    assert duration > 0
    assert (await edge.get(f"/v1/api_keys/{key_id}")).json["last4"] == edge.account.secret_test[-4:]
    assert logged == {
        "id": request_id, "object": "request_log", "api_version": "2026-11-22", "created": T0 // SECOND,
        "error_code": "parameter_invalid_enum", "idempotency_key": None, "ip": "192.0.2.7", "livemode": False,
        "method": "POST", "object_id": None, "path": "/v1/api_keys", "request": {"name": "CI", "kind": "root"},
        "response": {"error": {**got.error}}, "status": 400, "user_agent": "tests/1",
    }  # fmt: skip


async def test_a_secret_is_never_in_the_log(edge: Edge) -> None:
    made = await edge.post("/v1/api_keys", {"name": "CI", "kind": "secret"})
    await edge.get("/v1/account", authorization=f"Bearer {edge.account.secret_test}x")
    await write_down(edge)
    found = await edge.db.read(lambda reader: reader.all("SELECT * FROM request_log"))
    text = str([[row[column] for column in ("path", "request", "response", "user_agent")] for row in found])
    for secret in (made.json["secret"], edge.account.secret_test):
        assert secret[8:-4] not in text


async def test_lists_by_object_and_by_error(edge: Edge) -> None:
    made = (await edge.post("/v1/api_keys", {"name": "CI", "kind": "secret"})).json
    edge.wall += 1  # ids of one microsecond sort by chance
    await edge.post(f"/v1/api_keys/{made['id']}/revoke")
    edge.wall += 1
    await edge.get("/v1/api_keys/key_none")
    await edge.get("/v1/api_keys", key=made["secret"])  # refused: nobody's
    await write_down(edge)

    async def listed(query: str) -> list[tuple[str, int]]:
        page = (await edge.get(f"/v1/request_logs{query}")).json
        assert page["url"] == "/v1/request_logs"
        return [(row["path"], row["status"]) for row in page["data"]]

    revoke = (f"/v1/api_keys/{made['id']}/revoke", 200)
    assert await listed("") == [("/v1/api_keys/key_none", 404), revoke, ("/v1/api_keys", 200)]
    assert await listed("?limit=1") == [("/v1/api_keys/key_none", 404)]
    assert await listed(f"?object_id={made['id']}") == [revoke, ("/v1/api_keys", 200)]
    assert await listed("?error_code=resource_missing") == [("/v1/api_keys/key_none", 404)]
    assert await listed(f"?error_code=resource_missing&object_id={made['id']}") == []
    assert await listed(f"?created[lt]={T0 // SECOND}") == []


async def test_test_and_live_and_others_see_only_their_own(edge: Edge) -> None:
    await edge.get("/v1/account", key=edge.account.secret_live)
    await edge.get("/v1/account", authorization="none")
    nobody = edge.noted.entries[-1].id
    first = edge.account
    await edge.get("/v1/account")
    mine = edge.noted.entries[-1].id
    await edge.open_account("Other")
    await write_down(edge)
    assert (await edge.get("/v1/request_logs")).json["data"] == []
    for request_id in (mine, nobody, "req_none"):
        got = await edge.get(f"/v1/request_logs/{request_id}")
        assert (got.status, got.error["message"]) == (404, f"No such request_log: '{request_id}'")
    assert (await edge.get(f"/v1/request_logs/{mine}", key=first.secret_live)).code == "resource_missing"
    assert (await edge.get(f"/v1/request_logs/{mine}", key=first.secret_test)).json["livemode"] is False
    live = (await edge.get("/v1/request_logs", key=first.secret_live)).json["data"]
    assert [row["livemode"] for row in live] == [True]
