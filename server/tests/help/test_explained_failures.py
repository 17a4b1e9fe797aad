"""Every class of failed delivery has a page, which says what core says."""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from finsecure_server.core.delivery import Failure, Outcome
from finsecure_server.core.delivery_failures import FAILURES, explain, variants
from finsecure_server.core.errors import Code, doc_path
from finsecure_server.help import error_pages, explained, explained_failures
from finsecure_server.help.library import Library, guides
from finsecure_server.pages import error_routes
from finsecure_server.storage.engines import open_database
from tests.edge import PUBLIC_URL, Got
from tests.world import World, open_world


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    db = open_database(sqlite_url)
    yield await open_world(db, tmp_path, routes=error_routes.routes(Library(guides, error_pages.pages)))
    await db.close()


def text(got: Got) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", got.body.decode())))


async def test_every_class_has_a_page(world: World) -> None:
    for failure in Failure:
        got = await world.get(doc_path(failure.value), authorization="none")
        assert (got.status, got.headers["content-type"]) == (200, "text/html; charset=utf-8"), failure
        said, general = text(got), FAILURES[failure]
        for sentence in (failure.value, general.meaning, general.cause, *general.fix, explained_failures.AGAIN):
            assert sentence in said, (failure, sentence)
        assert explained_failures.SIDES[general.side] in said
        for variant in variants(failure):
            assert variant.when in said
            for sentence in (variant.explanation.meaning, variant.explanation.cause, *variant.explanation.fix):
                assert sentence in said, (failure, sentence)


async def test_its_twin_is_data(world: World) -> None:
    for failure in Failure:
        got = await world.get(f"/help/errors/{failure}.json", authorization="none")
        assert (got.status, got.headers["content-type"]) == (200, "application/json")
        twin = got.json
        general = explain(Outcome(failure, ""))
        assert (twin["object"], twin["kind"], twin["code"]) == ("error_explanation", "delivery_failure", failure.value)
        assert (twin["side"], twin["cause"], tuple(twin["next_steps"])) == (general.side, general.cause, general.fix)
        assert [(row["when"], row["side"], row["meaning"]) for row in twin["variants"]] == [
            (variant.when, variant.explanation.side, variant.explanation.meaning) for variant in variants(failure)
        ]
        assert set(twin["related"]) == set(Failure) - {failure}


def test_the_command_asks_for_the_attempts_of_the_class() -> None:
    for failure in Failure:
        page = explained_failures.explain(failure.value, PUBLIC_URL)
        assert page is not None
        curl, get, address, *rest = shlex.split(page.command)
        assert (curl, get, address) == ("curl", "-G", f"{PUBLIC_URL}/v1/webhook_attempts")
        assert rest == ["-u", "$FINSECURE_SECRET_KEY:", "-d", f"error={failure}"]


def test_they_are_not_the_codes_of_replies() -> None:
    assert not set(explained_failures.CODES) & {code.value for code in Code}
    assert explained_failures.explain(Code.PARAMETER_MISSING.value, PUBLIC_URL) is None
    assert all(explained.explain(code, PUBLIC_URL) is None for code in explained_failures.CODES)


async def test_a_misspelt_class_is_found_again(world: World) -> None:
    got = await world.get("/help/errors/webhook_timout", authorization="none")
    assert got.status == 404
    assert b'href="/help/errors/webhook_timeout"' in got.body


def test_every_side_that_a_failure_has_is_put_into_words() -> None:
    found = {FAILURES[failure].side for failure in Failure}
    found |= {variant.explanation.side for failure in Failure for variant in variants(failure)}
    assert set(explained_failures.SIDES) == found
