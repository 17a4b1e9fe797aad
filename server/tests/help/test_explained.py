"""Every code has a page, and what the page says is so."""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qsl, quote

import pytest

from finsecure_server.core.declines import DECLINES, SIDE_OF, Class
from finsecure_server.core.delivery import Failure
from finsecure_server.core.errors import RULES, Code, Side, doc_path
from finsecure_server.help import error_pages, explained
from finsecure_server.help.library import Library, guides
from finsecure_server.pages import error_routes
from finsecure_server.payments import setup_api
from finsecure_server.storage.engines import open_database
from tests.edge import PUBLIC_URL, Got
from tests.world import World, open_world

ALL = sorted({*Code, *DECLINES})
LISTED = sorted({*ALL, *Failure})


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    db = open_database(sqlite_url)
    yield await open_world(
        db, tmp_path, routes=(*setup_api.ROUTES, *error_routes.routes(Library(guides, error_pages.pages)))
    )
    await db.close()


def text(got: Got) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", got.body.decode())))


async def test_every_code_is_explained(world: World) -> None:
    for code in ALL:
        got = await world.get(f"/help/errors/{code}", authorization="none")
        assert (got.status, got.headers["content-type"]) == (200, "text/html; charset=utf-8"), code
        page = explained.explain(code, PUBLIC_URL)
        assert page is not None
        for sentence in (code, page.meaning, page.side_in_words, page.again_in_words, *page.next_steps):
            assert sentence in text(got), (code, sentence)
        assert (page.reproduce.cannot or "Bring it about in test mode") in text(got)
        assert f"HTTP {page.status}" in text(got)
        assert "{param}" not in text(got)


async def test_its_twin_is_data(world: World) -> None:
    for code in ALL:
        got = await world.get(f"/help/errors/{code}.json", authorization="none")
        assert (got.status, got.headers["content-type"]) == (200, "application/json")
        twin = got.json
        assert (twin["object"], twin["code"]) == ("error_explanation", code)
        assert twin["kind"] == ("decline" if code in DECLINES else "error")
        assert twin["example"]["error"]["doc_url"] == f"{PUBLIC_URL}/help/errors/{code}"


@pytest.mark.parametrize("code", Code)
def test_an_error_is_explained_by_its_rule(code: Code) -> None:
    page = explained.explain(code.value, PUBLIC_URL)
    assert page is not None
    if code.value in DECLINES:
        return
    rule = RULES[code]
    assert (page.status, page.type, page.again, page.side) == (rule.status, rule.type, rule.transient, rule.side.value)
    error = page.example["error"]
    assert ("code" in error) == rule.on_wire
    assert tuple(error["next_steps"]) == page.next_steps
    assert (page.payer_message is not None) == (rule.type == "card_error")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("internal_error", "may succeed with a new Idempotency-Key"),
        ("database_unavailable", "with the same Idempotency-Key, may succeed"),
        ("parameter_missing", "fails again"),
    ],
)
def test_it_says_under_which_key_a_call_may_be_sent_again(code: str, says: str) -> None:
    page = explained.explain(code, PUBLIC_URL)
    assert page is not None
    assert says in page.again_in_words


@pytest.mark.parametrize("code", DECLINES)
def test_a_decline_is_explained_by_its_row(code: str) -> None:
    row, page = DECLINES[code], explained.explain(code, PUBLIC_URL)
    assert page is not None
    assert (page.status, page.arrives_as, page.masked) == (402, row.api_code.value, row.mask)
    assert (page.payer_message, page.next_steps) == (row.payer_message, row.next_steps)
    assert page.example["error"].get("decline_code") == row.wire_code
    assert page.side == SIDE_OF[row.cls].value
    assert page.again == bool(row.retry.waits)


async def test_what_it_says_of_a_masked_reason(world: World) -> None:
    for code, row in DECLINES.items():
        said = text(await world.get(f"/help/errors/{code}", authorization="none"))
        assert ("Say no more than that" in said) == row.mask


async def test_the_command_on_the_page_reproduces_it(world: World) -> None:
    """Every decline, by the very line that its page shows."""
    for code in DECLINES:
        page = explained.explain(code, PUBLIC_URL)
        assert page is not None
        assert page.reproduce.curl is not None, code
        assert page.cards
        curl, silent, address, *rest = shlex.split(page.reproduce.curl.replace("\\\n", ""))
        assert (curl, silent, rest[:2]) == ("curl", "-s", ["-u", "$FINSECURE_SECRET_KEY:"])
        body = dict(pair for field in rest[3::2] for pair in parse_qsl(field))
        got = await world.post(address.removeprefix(PUBLIC_URL), body)
        assert got.status == 402, code
        assert got.error.get("decline_code", got.code) == code
        assert got.error["doc_url"] == f"{PUBLIC_URL}{doc_path(code)}"
        assert tuple(got.error["next_steps"]) == page.next_steps


async def test_an_unknown_code_names_those_that_were_meant(world: World) -> None:
    got = await world.get("/help/errors/insuficient_fund", authorization="none")
    assert got.status == 404
    assert "Did you mean" in text(got)
    assert b'href="/help/errors/insufficient_funds"' in got.body
    twin = await world.get("/help/errors/insuficient_fund.json", authorization="none")
    assert (twin.status, twin.json["nearest"][0]) == (404, "insufficient_funds")


@pytest.mark.parametrize("code", ["zzzzzzzz", "<script>alert(1)", "a b", "%", "ü", "x" * 200, "..", "None"])
async def test_a_code_from_a_stranger_is_only_text(world: World, code: str) -> None:
    got = await world.get(f"/help/errors/{code}", authorization="none")
    assert got.status == 404
    assert b"alert(1)" not in got.body or b"&lt;script&gt;alert(1)" in got.body
    assert (await world.get(f"/help/errors/{quote(code)}", authorization="none")).status == 404


async def test_the_index_has_every_code_once(world: World) -> None:
    got = await world.get("/help/errors", authorization="none")
    listed = re.findall(r'href="/help/errors/([a-z_]+)"', got.body.decode().partition("<main")[2])
    assert sorted(listed) == LISTED
    assert f"{len(LISTED)} codes." in text(got)


def test_the_tables_of_words_are_complete() -> None:
    assert set(explained.SIDES) == set(Side)
    assert set(explained.CLASSES) == set(Class)
    assert set(explained.FAMILIES) == {rule.type for rule in RULES.values()}
    assert explained.all_codes() == list(dict.fromkeys(explained.all_codes()))


@pytest.mark.parametrize("code", ALL)
def test_related_codes_are_others_that_exist(code: str) -> None:
    page = explained.explain(code, PUBLIC_URL)
    assert page is not None
    assert code not in page.related
    assert set(page.related) <= set(ALL)
