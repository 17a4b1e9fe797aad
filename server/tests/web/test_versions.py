"""FinSecure-Version: asked for, echoed, and refused when it is none."""

from __future__ import annotations

import msgspec
import pytest

from finsecure_server.core.versions import LATEST, SOURCES, VERSIONS
from finsecure_server.storage.database import Database
from finsecure_server.web.router import Answer, Route
from tests.edge import Edge

INTENT = msgspec.json.encode({"object": "payment_intent", "status": "requires_action", "next_action": {"type": "x"}})
ROUTES = (
    Route("GET", "/v1/intent", lambda *_: Answer(INTENT)),
    Route("POST", "/v1/intent", lambda *_: Answer(INTENT, object_id="pi_1")),
    Route("GET", "/v1/page", lambda *_: Answer(b"<p>requires_action</p>", content_type="text/html")),
)


@pytest.fixture
async def edge(sqlite: Database) -> Edge:
    edge = Edge(sqlite, ROUTES)
    await edge.open_account()
    return edge


async def test_nobody_asks_and_gets_the_latest(edge: Edge) -> None:
    got = await edge.get("/v1/intent")
    assert (got.body, got.headers["finsecure-version"]) == (INTENT, LATEST)


@pytest.mark.parametrize("version", VERSIONS)
async def test_each_version_is_echoed(edge: Edge, version: str) -> None:
    got = await edge.get("/v1/intent", finsecure_version=version)
    assert got.headers["finsecure-version"] == version
    assert ("next_source_action" in got.json) is (version <= SOURCES)
    page = await edge.get("/v1/page", finsecure_version=version)
    assert page.body == b"<p>requires_action</p>"


@pytest.mark.parametrize("version", ["", "latest", "2026-11-21", "2999-01-01", "2026-11-22 ", "é", "x" * 500])
async def test_what_is_no_version(edge: Edge, version: str) -> None:
    got = await edge.get("/v1/intent", finsecure_version=version)
    assert (got.status, got.code) == (400, "version_unknown")
    assert f"Known versions: {', '.join(VERSIONS)}" in got.error["message"]
    assert len(got.error["message"]) < 200
    assert got.headers["finsecure-version"] == LATEST


async def test_a_replay_is_the_first_reply_whatever_the_repeat_asks_for(edge: Edge) -> None:
    first = await edge.post("/v1/intent", finsecure_version=SOURCES, idempotency_key="k")
    again = await edge.post("/v1/intent", idempotency_key="k")
    assert again.body == first.body
    assert again.headers["finsecure-version"] == first.headers["finsecure-version"] == SOURCES
    assert "requires_source_action" in first.body.decode()
