"""The help center as its readers meet it: guides with their twins, search that is never empty, feedback, redirects."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from functools import partial

import pytest

from finsecure_server.app import LIBRARY, ROUTES, UNANSWERED
from finsecure_server.help import ops, store
from finsecure_server.help.index import Found
from finsecure_server.help.library import ADDRESS
from finsecure_server.help.page import sections
from finsecure_server.help.unanswered import LETTERS_MAX, WAITING_MAX, Unanswered
from finsecure_server.pages import contents
from finsecure_server.pages.help_pages import CODES, NEEDS, redirects
from finsecure_server.pages.search_pages import SearchPages
from finsecure_server.storage.database import Database
from finsecure_server.storage.engines import open_database
from finsecure_server.web import transfer
from tests.edge import T0, Edge, Got

DAY = 86_400 * 1_000_000
GUIDES = [page for page in LIBRARY.pages.values() if page.kind == "guide"]


@pytest.fixture
async def edge(sqlite_url: str) -> AsyncIterator[Edge]:
    db = open_database(sqlite_url)
    edge = Edge(db, ROUTES)
    await edge.open_account()
    yield edge
    await UNANSWERED.flush_now(db)
    await db.close()


@pytest.fixture
def anywhere(database: Database) -> Edge:
    """The same on each engine in turn, for what is written."""
    return Edge(database, ROUTES)


async def seen(edge: Edge, path: str) -> Got:
    return await edge.get(path, authorization="none")


# -- guides ------------------------------------------------------------------------------------------------------------


async def test_the_first_page_asks_what_happened(edge: Edge) -> None:
    got = await seen(edge, "/help")
    page = got.body.decode()
    assert page.count('type="search"') == 1
    for words, path, found in NEEDS:
        assert f'<a href="{path}">{words}</a><p>{found}</p>' in page
    for code in CODES:
        assert f"/help/errors/{code}" in page


async def test_code_in_a_lead_looks_like_code(edge: Edge) -> None:
    path = "/help/troubleshooting/payment-issues"
    html, text = [(await seen(edge, path + ending)).body.decode() for ending in ("", ".md")]
    assert '<p class="lead">Read <code>decline_code</code>, do what' in html
    assert '<meta name="description" content="Read decline_code, do what' in html
    assert "\nRead `decline_code`, do what" in text


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.path)
async def test_a_guide_has_twins(edge: Edge, page: object) -> None:
    path = page.path  # type: ignore[attr-defined]  # a Page; parameters of tests are objects
    found = LIBRARY.pages[path]
    shown, text, data = [await seen(edge, path + ending) for ending in ("", ".md", ".json")]
    html = shown.body.decode()
    for section in sections(found)[1:]:
        assert f'id="{section.anchor}"' in html
    assert f'href="{path}.md"' in html
    assert "Did this solve it?" in html
    assert f"by {found.owner}</span>" in html
    assert text.headers["content-type"] == "text/markdown; charset=utf-8"
    assert f"\n# {found.title}\n" in text.body.decode()
    assert data.json["title"] == found.title
    assert [row["anchor"] for row in data.json["sections"]] == [row.anchor for row in sections(found)[1:]]
    for got in (shown, text, data):
        assert got.headers["cache-control"] == "public, max-age=300"
        assert ADDRESS.encode() not in got.body


def test_every_guide_is_in_the_table_of_contents() -> None:
    listed = [entry.path for group in contents.groups() for entry in group.entries]
    assert len(listed) == len(set(listed))
    assert {page.path for page in GUIDES} <= set(listed)
    assert {page.path for page in LIBRARY.pages.values() if page.kind == "reference"} <= set(listed)


async def test_every_page_is_in_the_list_of_pages(edge: Edge) -> None:
    page = (await seen(edge, "/help/index")).body.decode()
    assert [path for path in LIBRARY.pages if f'href="{path}"' not in page] == []


async def test_what_stands_behind_an_address_does_not_matter(edge: Edge) -> None:
    assert (await seen(edge, "/help?utm_source=mail&x[y]=1")).status == 200


async def test_language_models_get_the_contents_and_everything(edge: Edge) -> None:
    short = (await seen(edge, "/llms.txt")).body.decode()
    assert short.startswith("# FinSecure\n\n> ")
    links = re.findall(r"^- \[.+?\]\(http://pay\.test(/\S+)\.md\): .", short, re.MULTILINE)
    assert set(links) == set(LIBRARY.pages)
    for path in links:
        twin = await seen(edge, f"{path}.md")
        assert (twin.status, twin.headers["content-type"]) == (200, "text/markdown; charset=utf-8"), path
    assert (await seen(edge, "/help.md")).body.decode() == short
    assert [row["path"] for row in (await seen(edge, "/help.json")).json["data"]] == list(LIBRARY.pages)
    whole = (await seen(edge, "/llms-full.txt")).body.decode()
    assert all(f"\n# {page.title}\n" in whole for page in GUIDES)


async def test_no_page_is_far_from_the_nearest(edge: Edge) -> None:
    got = await seen(edge, "/help/troubleshooting/payments-issue")
    assert got.status == 404
    assert b"/help/troubleshooting/payment-issues" in got.body
    assert (await seen(edge, "/help/no/such/page")).status == 404
    twin = await seen(edge, "/help/payments-issue.json")
    assert (twin.status, "/help/troubleshooting/payment-issues" in str(twin.json["nearest"])) == (404, True)


@pytest.mark.parametrize(("old", "new"), redirects().items())
async def test_what_was_moved_is_found(edge: Edge, old: str, new: str) -> None:
    got = await seen(edge, old)
    assert (got.status, got.headers["location"]) == (301, new)
    assert (await seen(edge, new)).status == 200


async def test_a_drawing_is_served_and_runs_nothing(edge: Edge) -> None:
    got = await seen(edge, "/help/diagrams/declined-payment-dark.svg")
    assert (got.status, got.headers["content-type"]) == (200, "image/svg+xml")
    assert "sandbox" in got.headers["content-security-policy"]
    assert (await seen(edge, "/help/diagrams/none.svg")).status == 404


async def test_whoever_is_known_is_told_so_and_nobody_keeps_the_page(edge: Edge) -> None:
    got = await edge.get("/help/getting-started")
    assert edge.account.account in got.body.decode()
    assert b"Test mode" in got.body
    assert got.headers["cache-control"] == "private, no-store"
    assert edge.account.account not in (await seen(edge, "/help/getting-started")).body.decode()


# -- search ------------------------------------------------------------------------------------------------------------


async def test_a_search_says_what_it_looked_for_and_what_it_found(edge: Edge) -> None:
    page = (await seen(edge, "/help/search?q=webhok+signature")).body.decode()
    assert "<mark>" in page
    assert "instead of “webhok signature”" in page
    assert 'value="webhok signature"' in page


@pytest.mark.parametrize("question", ["zzqx", "asdfgh"])
async def test_a_search_that_finds_nothing_says_so_notes_it_and_leads_on(edge: Edge, question: str) -> None:
    UNANSWERED._counts.clear()
    page = (await seen(edge, f"/help/search?q={question}")).body.decode()
    assert f"Nothing was found for “{question}”." in page
    assert 'href="/help/index"' in page
    assert "results for" not in page
    assert [asked for _, asked in UNANSWERED._counts] == [question]
    got = (await seen(edge, f"/help/search.json?q={question}")).json
    assert (got["matched"], len(got["results"])) == (False, 3)


async def test_the_results_alone_are_for_the_script(edge: Edge) -> None:
    part = (await seen(edge, "/help/search?q=refund&part=results&limit=3")).body.decode()
    assert part.startswith("<p")
    assert part.count("<li>") <= 3
    assert "<html" not in part


async def test_results_as_data(edge: Edge) -> None:
    got = (await seen(edge, "/help/search.json?q=card_declined&limit=5")).json
    assert 0 < len(got["results"]) <= 5
    assert {"path", "title", "section", "snippet", "score", "kind", "why", "url"} == set(got["results"][0])
    assert "\x02" not in json.dumps(got["results"], ensure_ascii=False)
    assert {"object", "query", "corrected", "matched", "took_ms", "results"} == set(got)


@pytest.mark.parametrize(
    ("query", "code", "param"),
    [
        ("", "parameter_missing", "q"),
        ("q=x&limit=0", "parameter_invalid_integer", "limit"),
        ("q=x&limit=51", "parameter_invalid_integer", "limit"),
        ("q=x&limit=many", "parameter_invalid_integer", "limit"),
        ("q=x&lmit=1", "parameter_unknown", "lmit"),
        ("q=" + "x" * 5001, "parameter_too_long", "q"),
    ],
)
async def test_programs_are_told_what_is_wrong(edge: Edge, query: str, code: str, param: str) -> None:
    got = await seen(edge, f"/help/search.json?{query}")
    assert (got.status, got.code, got.error["param"]) == (400, code, param)


@pytest.mark.parametrize(
    "query", ["", "q=", "q=%20", "q=zxqv+wjkq", "q=4242424242424242", "q=%3Cb%3E", "q=a&limit=3&gclid=7"]
)
async def test_a_search_never_comes_back_empty(edge: Edge, query: str) -> None:
    got = await seen(edge, f"/help/search?{query}")
    assert got.status == 200
    assert got.body.count(b'<p class="snippet">') >= 3
    assert b"<b>" not in got.body


class FindsRefunds:
    """A search that knows one word."""

    def find(self, question: str, limit: int = 10) -> Found:
        return Found(question, None, question == "refund", [], 0.1)


async def test_what_nobody_finds_is_counted_once_the_typing_is_over(database: Database) -> None:
    unanswered = Unanswered()
    edge = Edge(database, SearchPages(FindsRefunds(), unanswered).routes())
    asked = "/help/search?q=zxqv+wjkq"
    for path in (
        f"{asked}&part=results",
        f"{asked}&part=results&settled=true",
        asked,
        "/help/search.json?q=ZXQV++wjkq",
    ):
        assert (await seen(edge, path)).status == 200
    await seen(edge, "/help/search?q=refund")
    await seen(edge, "/help/search?q=")
    await unanswered.flush_now(database)
    debt = await database.read(lambda reader: ops.debt(reader, T0 - DAY))
    assert [(row.question, row.searches, row.last_us) for row in debt.unanswered] == [("zxqv wjkq", 3, T0 // DAY * DAY)]


async def test_answers_to_questions_push_no_page_out_of_memory(edge: Edge) -> None:
    kept = transfer.compressed.cache_info().currsize
    for path in ("/help/search?q=refund+one", "/help/search?q=refund+two", "/help/search.json?q=refund"):
        got = await edge.get(path, authorization="none", accept_encoding="gzip")
        assert (got.headers["content-encoding"], got.headers["etag"][:2]) == ("gzip", "W/")
    assert transfer.compressed.cache_info().currsize == kept
    await edge.get("/help/index", authorization="none", accept_encoding="gzip")
    hits = transfer.compressed.cache_info().hits
    await edge.get("/help/index", authorization="none", accept_encoding="gzip")
    assert transfer.compressed.cache_info().hits == hits + 1


async def test_an_address_without_a_page_is_looked_for_by_its_beginning(edge: Edge) -> None:
    got = await seen(edge, "/help/webhook-signature/" + "-".join(["zzxxyy"] * 30))
    assert got.status == 404
    assert b"webhook" in got.body
    assert got.headers["cache-control"] == "no-store"


async def test_search_answers_when_the_database_does_not(edge: Edge) -> None:
    await edge.db.close()
    for path in ("/help", "/help/search?q=refund", "/help/search.json?q=refund", "/help/errors/lost_card"):
        assert (await seen(edge, path)).status == 200


async def test_a_page_repeats_no_secret_of_a_question(edge: Edge) -> None:
    key = "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc"
    for path in ("/help/search?q=", "/help/search.json?q=", "/help/search?part=results&q="):
        got = await seen(edge, f"{path}{key}+4000000000009995+webook")
        assert got.status == 200
        assert b"4eC39" not in got.body
        assert b"/help/troubleshooting/auth-errors" in got.body


async def test_a_question_is_kept_without_its_secrets(anywhere: Edge) -> None:
    unanswered = Unanswered()
    unanswered.note("4242 4242 4242 4242", T0)
    unanswered.note("why sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc" + " not?", T0)
    unanswered.note("x" * 500, T0)
    await unanswered.flush_now(anywhere.db)
    debt = await anywhere.db.read(lambda reader: ops.debt(reader, 0))
    assert sorted(row.question for row in debt.unanswered) == [
        "[card ending 4242]",
        "why sk_test_**** not?",
        "x" * LETTERS_MAX,
    ]


async def test_counts_wait_for_a_database_and_are_bounded(edge: Edge) -> None:
    unanswered = Unanswered()
    for number in range(WAITING_MAX + 5):
        unanswered.note(f"number {number}", T0)
    await edge.db.close()
    await unanswered.flush_now(edge.db)
    assert len(unanswered._counts) == WAITING_MAX


# -- feedback ----------------------------------------------------------------------------------------------------------


async def said(edge: Edge, **fields: str) -> Got:
    return await edge.post("/help/feedback", {"path": "/help/going-live", **fields}, authorization="none")


async def test_feedback_is_kept_and_thanked_for(anywhere: Edge) -> None:
    got = await said(anywhere, solved="no", text="my card 4242 4242 4242 4242 was refused")
    assert (got.status, got.headers["location"]) == (303, "/help/feedback?path=/help/going-live")
    assert b'href="/help/going-live"' in (await seen(anywhere, got.headers["location"])).body
    await said(anywhere, solved="yes")
    debt = await anywhere.db.read(lambda reader: ops.debt(reader, 0))
    (page,) = debt.unsolved
    assert (page.path, page.unsolved, page.solved) == ("/help/going-live", 1, 1)
    assert page.texts == ("my card [card ending 4242] was refused",)


async def test_what_was_said_long_ago_is_forgotten(anywhere: Edge) -> None:
    await said(anywhere, solved="no")
    unanswered = Unanswered()
    unanswered.note("old", T0)
    await unanswered.flush_now(anywhere.db)
    for days, owed in ((store.KEPT_DAYS - 1, 1), (store.KEPT_DAYS + 2, 0)):
        await anywhere.db.write(partial(store.prune, wall_us=T0 + days * DAY))
        debt = await anywhere.db.read(lambda reader: ops.debt(reader, 0))
        assert (len(debt.unanswered), len(debt.unsolved)) == (owed, owed)


async def test_feedback_that_is_too_long_is_cut(anywhere: Edge) -> None:
    assert (await said(anywhere, solved="no", text="long " * 300)).status == 303
    debt = await anywhere.db.read(lambda reader: ops.debt(reader, 0))
    assert len(debt.unsolved[0].texts[0]) == 1000


@pytest.mark.parametrize(
    "path",
    ["https://evil.example", "//evil.example", "/help/\\evil", "/help x", "/v1/charges", "/helpless", "/help/\x1b\t"],
)
async def test_feedback_leads_nowhere_else(edge: Edge, path: str) -> None:
    got = await said(edge, path=path, solved="yes")
    assert got.headers["location"] == "/help/feedback?path="


async def test_another_sites_form_is_not_taken(edge: Edge) -> None:
    body = {"path": "/help", "solved": "yes"}
    assert (await edge.post("/help/feedback", body, authorization="none", origin="https://evil.example")).status == 403


async def test_no_log_keeps_what_was_asked_or_said(edge: Edge) -> None:
    await said(edge, solved="no", text="between us")
    await seen(edge, "/help/search?q=between+us")
    assert "between us" not in json.dumps([str(row_of(entry)) for entry in edge.noted.entries])


def row_of(entry: object) -> object:
    from finsecure_server.web.request_log import row_of

    return row_of(entry)  # type: ignore[arg-type]  # a LogEntry
