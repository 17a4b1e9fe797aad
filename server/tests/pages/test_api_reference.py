"""The API reference as its readers meet it: every call has its page, light, quick, and with twins."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import AsyncIterator

import pytest

from finsecure_server.app import LIBRARY, ROUTES
from finsecure_server.help.api_examples import examples
from finsecure_server.storage.engines import open_database
from tests.edge import PUBLIC_URL, Edge, Got

PATHS = [page.path for page in LIBRARY.pages.values() if page.kind == "api"]
FIRST_VIEW_BYTES_MAX = 80 * 1024
CREATE = "/docs/api/payment_intents/create"


@pytest.fixture
async def edge(sqlite_url: str) -> AsyncIterator[Edge]:
    db = open_database(sqlite_url)
    edge = Edge(db, ROUTES)
    await edge.open_account()
    yield edge
    await db.close()


async def seen(edge: Edge, path: str) -> Got:
    return await edge.get(path, authorization="none")


async def test_every_page_is_there_with_its_twins(edge: Edge) -> None:
    for path in PATHS:
        got = await seen(edge, path)
        assert got.status == 200, path
        assert got.headers["cache-control"] == "public, max-age=300"
        page = got.body.decode()
        assert "http://127.0.0.1:4242" not in page, path
        assert len(gzip.compress(got.body)) < FIRST_VIEW_BYTES_MAX / 4, path
        text = await seen(edge, f"{path}.md")
        assert text.headers["content-type"].startswith("text/markdown")
        assert text.body.startswith(b"---\ntitle: "), path
        assert b"http://127.0.0.1:4242" not in text.body, path
        data = (await seen(edge, f"{path}.json")).json
        assert (data["path"], data["url"]) == (path, PUBLIC_URL + path)


async def test_a_page_is_quick(edge: Edge) -> None:
    await seen(edge, CREATE)
    began = time.perf_counter()
    for _ in range(20):
        await seen(edge, CREATE)
    assert (time.perf_counter() - began) / 20 < 0.005


async def test_the_first_page_lists_every_call(edge: Edge) -> None:
    page = (await seen(edge, "/docs/api")).body.decode()
    for example in examples().values():
        assert f'href="/docs/api/{example.resource}/{example.operation}"' in page
    for anchor in (
        "keys",
        "versions",
        "sending-it-again",
        "errors",
        "lists",
        "expansion",
        "rate-limits",
        "request-ids",
    ):
        assert f'id="{anchor}"' in page


async def test_a_call_is_said_in_four_languages_without_a_script(edge: Edge) -> None:
    page = (await seen(edge, CREATE)).body.decode()
    assert page.count('type="radio" name="language"') == 4
    for line in (
        f"curl {PUBLIC_URL}/v1/payment_intents",
        "client.payment_intents.create(",
        "finsecure.paymentIntents.create(",
        "finsecure payments create",
    ):
        assert line in page
    form = page[page.index('<form class="try"') :]
    assert form.split(">")[0].endswith("hidden"), "without a script there is no form that does nothing"
    assert "data-without-script" in page
    assert page.count('style="') == 0


async def test_a_resource_tells_its_object_and_its_events(edge: Edge) -> None:
    page = (await seen(edge, "/docs/api/refunds")).body.decode()
    assert '<a href="/help/reference/events#refundcreated"><code>refund.created</code></a>' in page
    assert "insufficient_funds" in page
    assert "destination_details[card][reference]" in page


async def test_what_is_not_there_leads_on(edge: Edge) -> None:
    got = await seen(edge, "/docs/api/payment_intents/capture_all")
    assert got.status == 404
    assert '<a href="/docs/api/payment_intents/capture">' in got.body.decode()
    assert (await seen(edge, "/docs/api/tea")).status == 404


async def test_the_form_is_filled_in_as_the_example(edge: Edge) -> None:
    page = (await seen(edge, "/docs/api/refunds/create")).body.decode()
    assert 'value="500" data-name="amount"' in page
    assert 'value="" placeholder="pi_…"' in page
    assert '<a href="/docs/api/payment_intents/create#try-it">payment_intents.create</a>' in page


async def test_a_twin_in_json_is_whole(edge: Edge) -> None:
    data = (await seen(edge, f"{CREATE}.json")).json
    assert "POST /v1/payment_intents" in data["identifiers"]
    assert json.dumps("pm_card_visa") in data["markdown"]
    guide = (await seen(edge, "/help/getting-started.json")).json
    assert list(data) == list(guide), "a page is one kind of object"
