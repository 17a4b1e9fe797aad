"""The edge itself: bodies that are too large, too slow, cut off or of the wrong kind, and what every reply carries."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from msgspec import UNSET, Struct, UnsetType

from finsecure_server.core.versions import LATEST
from finsecure_server.storage.database import Database, Overloaded, Unavailable
from finsecure_server.web import health, intake
from finsecure_server.web.params import Amount, Expand, Nothing, Text
from finsecure_server.web.router import Answer, Call, Route
from tests.edge import Edge, Got, form

PAN = "4242424242424242"
FORM = "application/x-www-form-urlencoded"


class Params(Struct, kw_only=True, forbid_unknown_fields=True):
    amount: Amount
    description: Text | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


def create(tx: Any, env: Any, call: Call[Params]) -> Answer:
    return Answer(b'{"amount":%d}' % call.params.amount, object_id="thing_1")


def fail(error: Exception) -> Callable[..., Answer]:
    def handle(*_: object) -> Answer:
        raise error

    return handle


ROUTES = (
    *health.ROUTES,
    Route("GET", "/v1/things", lambda *_: Answer(b"{}"), params=Nothing),
    Route("POST", "/v1/things", create, params=Params),
    Route("POST", "/v1/public", create, params=Params, public=True),
    Route("POST", "/v1/shown", create, params=Params, publishable=True),
    Route("POST", "/v1/test", create, params=Params, test_only=True),
    Route("POST", "/v1/bug", fail(ZeroDivisionError(f"card {PAN}")), params=Params),
    Route("POST", "/v1/full", fail(Unavailable("disk full")), params=Params),
    Route("POST", "/v1/busy", fail(Overloaded("too many writes are waiting")), params=Params),
)


@pytest.fixture
async def edge(sqlite: Database) -> Edge:
    edge = Edge(sqlite, ROUTES)
    await edge.open_account()
    return edge


async def send(edge: Edge, body: bytes, content_type: str | None = FORM, path: str = "/v1/things") -> Got:
    return await edge.call("POST", path, body, headers={} if content_type is None else {"content-type": content_type})


# -- in which words parameters come -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"amount=1", FORM, 200, None),
        (b"amount=1", FORM + "; charset=utf-8", 200, None),
        (b"amount=1", FORM.upper(), 200, None),
        (b"amount=1", None, 200, None),  # what Stripe's libraries send without saying so
        (b'{"amount":1}', "application/json", 200, None),
        (b'{"amount":1}', "Application/JSON ; charset=UTF-8", 200, None),
        (b'{"amount":1}', FORM, 400, "body_and_form_both"),
        (b'{"amount":1}', None, 400, "body_and_form_both"),
        (b'[{"amount":1}]', FORM, 400, "body_and_form_both"),
        (b"amount=1", "application/json", 400, "body_malformed"),
        (b"amount=1", "text/plain", 415, "content_type_unsupported"),
        (b'{"amount":1}', "text/json", 415, "content_type_unsupported"),
        (b"<amount>1</amount>", "application/xml", 415, "content_type_unsupported"),
        (b"--x\r\n", "multipart/form-data; boundary=x", 415, "content_type_unsupported"),
        (b"amount=1", "", 200, None),
        (b"", "text/plain", 400, "parameter_missing"),
        (b"", "application/json", 400, "parameter_missing"),
    ],
)
async def test_the_kind_of_a_body(edge: Edge, body: bytes, content_type: str | None, status: int, code: str) -> None:
    got = await send(edge, body, content_type)
    assert (got.status, got.code) == (status, code)


async def test_parameters_in_two_places(edge: Edge) -> None:
    for path in ("/v1/things?amount=1", "/v1/things?x"):
        got = await send(edge, b"amount=1", path=path)
        assert (got.status, got.code) == (400, "body_and_form_both")


async def test_a_query_that_is_too_long(edge: Edge) -> None:
    got = await edge.get("/v1/things?" + "&".join(["expand[]=a"] * 900))
    assert (got.status, got.code) == (400, "parameter_invalid_array")
    got = await edge.get("/v1/things?expand[]=" + "a" * (16 << 10))
    assert (got.status, got.code) == (413, "body_too_large")


async def test_headers_that_are_too_long(edge: Edge) -> None:
    got = await edge.get("/v1/things", x_cookie="c" * (32 << 10))
    assert (got.status, got.code) == (431, "request_header_too_large")


# -- bodies that do not come as they should ---------------------------------------------------------------------------

LIMIT = intake.BODY_BYTES_MAX


async def test_a_body_at_the_limit_and_beyond(edge: Edge) -> None:
    rest = LIMIT - len(b"amount=1&description=")
    assert (await send(edge, b"amount=1&description=" + b"d" * rest)).code == "parameter_too_long"
    got = await send(edge, b"amount=1&description=" + b"d" * (rest + 1))
    assert (got.status, got.code) == (413, "body_too_large")


@pytest.mark.parametrize("length", [str(LIMIT + 1), "9" * 12, "9" * 5000])
async def test_a_length_beyond_the_limit_is_not_even_read(edge: Edge, length: str) -> None:
    got = await edge.call("POST", "/v1/things", b"amount=1", headers={"content-length": length})
    assert (got.status, got.code) == (413, "body_too_large")


async def parts(edge: Edge, *messages: dict[str, Any] | None) -> list[Any]:
    """A request whose body comes in parts; None is a wait without an end."""
    said: list[Any] = []
    left = list(messages)

    async def receive() -> dict[str, Any]:
        message = left.pop(0)
        if message is None:
            await asyncio.Event().wait()
        return message or {}

    async def reply(message: Any) -> None:
        said.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/v1/public", "query_string": b"", "client": None,
        "headers": [(b"content-type", FORM.encode())],
    }  # fmt: skip
    await edge.app(scope, receive, reply)
    return said


def part(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


GONE = {"type": "http.disconnect"}


async def test_a_body_in_parts(edge: Edge) -> None:
    said = await parts(edge, part(b"am"), part(b"ount"), part(b""), part(b"=7", more=False))
    assert said[1]["body"] == b'{"amount":7}'


async def test_a_body_that_grows_beyond_the_limit(edge: Edge) -> None:
    said = await parts(edge, part(b"x" * LIMIT), part(b"x"), part(b"never read"))
    assert said[0]["status"] == 413


@pytest.mark.parametrize("messages", [(None,), (part(b"amount"), None), (part(b"a"), part(b"b"), None)])
async def test_a_body_that_never_ends(edge: Edge, messages: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BODY_SECONDS_MAX", 0.02)
    said = await parts(edge, *messages)
    assert said[0]["status"] == 504


@pytest.mark.parametrize("messages", [(GONE,), (part(b"amount=1"), GONE)])
async def test_whoever_hangs_up_gets_no_answer(edge: Edge, messages: Any) -> None:
    assert await parts(edge, *messages) == []


# -- who may call what ------------------------------------------------------------------------------------------------


async def test_which_key_opens_what(edge: Edge) -> None:
    keys = edge.account
    for path, key, status, code in (
        ("/v1/things", keys.secret_test, 200, None),
        ("/v1/things", keys.secret_live, 200, None),
        ("/v1/things", keys.publishable_test, 401, "secret_key_required"),
        ("/v1/shown", keys.publishable_test, 200, None),
        ("/v1/shown", keys.publishable_live, 200, None),
        ("/v1/shown", keys.secret_test, 200, None),
        ("/v1/test", keys.secret_test, 200, None),
        ("/v1/test", keys.secret_live, 400, "testmode_only"),
    ):
        got = await edge.post(path, {"amount": 1}, key=key)
        assert (got.status, got.code) == (status, code), (path, key)
    assert (await edge.post("/v1/public", {"amount": 1}, authorization="none")).status == 200


# -- what every reply carries -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Stripe-Account", "FinSecure-Account"])
async def test_a_call_for_another_account_is_refused(edge: Edge, name: str) -> None:
    """Passed over in silence, the header would have the payment made for the wrong account."""
    got = await edge.call("POST", "/v1/things", {"amount": 1}, headers={name: "acct_1"})
    assert (got.status, got.code, got.error["param"]) == (400, "parameter_unknown", name)
    assert f"The header {name} names another account." in got.error["message"]
    own = await edge.call("POST", "/v1/things", {"amount": 1}, headers={name: edge.account.account})
    assert own.status == 200


async def test_every_reply_carries_its_headers(edge: Edge) -> None:
    replies = [
        await edge.get("/v1/things"),
        await edge.call("HEAD", "/v1/things"),
        await edge.call("OPTIONS", "/v1/things"),
        await edge.call("PUT", "/v1/things"),
        await edge.get("/v1/nothing"),
        await edge.get("/v1/things", authorization="none"),
        await edge.get("/v1/things", x_cookie="c" * (32 << 10)),
        await edge.get("/health", authorization="none"),
        await edge.post("/v1/things", {"amount": "x"}),
        await edge.post("/v1/bug", {"amount": 1}),
        await edge.post("/v1/full", {"amount": 1}),
    ]
    assert [got.status for got in replies] == [200, 200, 204, 405, 404, 401, 431, 200, 400, 500, 503]
    for got in replies:
        assert got.headers["request-id"].startswith("req_")
        assert got.headers["finsecure-version"] == LATEST
        assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= set(got.headers)
        assert got.headers["cache-control"] == "no-store"
        assert got.headers["x-content-type-options"] == "nosniff"
        assert "vary" in got.headers
        if got.status in {404, 405, 401, 431}:
            assert "request_log_url" not in got.error, "nobody's call is in no log that a key opens"
        elif got.status >= 400:
            assert got.error["request_log_url"].endswith(got.headers["request-id"])
    assert len({got.headers["request-id"] for got in replies}) == len(replies)


async def test_our_own_failure_says_nothing_of_its_cause(edge: Edge) -> None:
    with structlog.testing.capture_logs() as logs:
        got = await edge.post("/v1/bug", {"amount": 1, "description": "tea"})
    assert (got.status, got.code) == (500, "internal_error")
    assert "card" not in got.body.decode()
    assert got.headers["finsecure-should-retry"] == "false", "without a key, again could be twice"
    assert [said["request_id"] for said in logs] == [got.headers["request-id"]]


async def test_a_database_that_takes_no_work(edge: Edge) -> None:
    got = await edge.post("/v1/full", {"amount": 1})
    assert (got.status, got.code, got.headers["retry-after"]) == (503, "database_unavailable", "1")
    assert "disk full" not in got.body.decode()


async def test_a_database_at_which_too_many_wait(edge: Edge) -> None:
    got = await edge.post("/v1/busy", {"amount": 1}, idempotency_key="k")
    assert (got.status, got.code, got.headers["retry-after"]) == (503, "overloaded", "1")
    assert got.headers["finsecure-should-retry"] == "true"
    assert edge.noted.entries[-1].error_code == "overloaded"
    again = await edge.post("/v1/busy", {"amount": 1}, idempotency_key="k")
    assert "idempotent-replayed" not in again.headers


async def test_alive_is_not_ready(edge: Edge) -> None:
    for path in ("/health", "/v1/health"):
        alive = await edge.get(path, authorization="none")
        ready = await edge.get(path + "?ready=1", authorization="none")
        assert (alive.status, alive.json["status"]) == (200, "ok")
        assert (ready.status, ready.json["status"]) == (200, "ready")
        assert (await edge.get(path + "?ready=true", authorization="none")).json["status"] == "ready"
        assert (await edge.get(path + "?ready=yes", authorization="none")).code == "parameter_invalid_boolean"
    await edge.db.close()
    assert (await edge.get("/health", authorization="none")).status == 200


# -- what is noted ----------------------------------------------------------------------------------------------------


async def test_what_is_noted_of_a_request(edge: Edge) -> None:
    got = await edge.post("/v1/things", {"amount": 5}, user_agent="tests", idempotency_key="k")
    [entry] = edge.noted.entries
    assert (entry.id, entry.method, entry.path, entry.status) == (got.headers["request-id"], "POST", "/v1/things", 200)
    assert (entry.object_id, entry.idempotency_key, entry.ip) == ("thing_1", "k", "192.0.2.7")
    assert (entry.tree, entry.user_agent, entry.response, entry.error_code) == ({"amount": "5"}, "tests", None, None)
    assert entry.caller is not None
    assert entry.caller.account == edge.account.account
    assert entry.duration_us > 0


async def test_refusals_are_noted_with_their_reason_and_health_checks_not_at_all(edge: Edge) -> None:
    await edge.get("/health", authorization="none")
    await edge.post("/v1/things", {"amount": "x"})
    await edge.post("/v1/things", {"amount": 1}, authorization="Bearer nonsense")
    await edge.get("/v1/nothing")
    noted = [(entry.path, entry.error_code, entry.caller is not None) for entry in edge.noted.entries]
    assert noted == [
        ("/v1/things", "parameter_invalid_integer", True),
        ("/v1/things", "invalid_api_key", False),
        ("/v1/nothing", "url_not_found", False),
    ]
    assert all(entry.response for entry in edge.noted.entries)


async def test_other_protocols_are_turned_away(edge: Edge) -> None:
    said: list[Any] = []

    async def reply(message: Any) -> None:
        said.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    await edge.app({"type": "websocket"}, receive, reply)
    assert said == [{"type": "websocket.close", "code": 1003}]


def test_forms_of_tests_are_forms() -> None:
    assert form({"a b": "é&", "expand": ["x", "y"]}) == b"a+b=%C3%A9%26&expand%5B%5D=x&expand%5B%5D=y"
