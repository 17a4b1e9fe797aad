"""Nothing leads nowhere: every page, anchor, image, form, redirect, `doc_url`, and whatever texts mention of them.

`links.py` follows them and `mentions.py` finds them in texts; test_link_faults.py shows that both see what is wrong.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Final

import pytest

from finsecure.cli import help_pages, topics
from finsecure.cli import main as cli
from finsecure.cli.browse import PAGES
from finsecure.cli.program import program
from finsecure_server.__main__ import main as server_program
from finsecure_server.app import LIBRARY, ROUTES
from finsecure_server.core.declines import DECLINES
from finsecure_server.core.delivery import Failure
from finsecure_server.core.delivery_failures import FAILURES
from finsecure_server.core.errors import GUIDES, RULES, doc_path
from finsecure_server.help.library import ADDRESS
from finsecure_server.help.page import sections
from finsecure_server.pages import contents
from finsecure_server.pages.error_routes import names
from finsecure_server.pages.help_pages import CODES, NEEDS, redirects
from finsecure_server.storage.database import Tx
from finsecure_server.storage.engines import open_database
from finsecure_server.web.request_log import row_of
from tests.edge import PUBLIC_URL, Edge
from tests.help import mentions
from tests.help.links import Fault, Link, Reply, Site
from tests.tidy import ROOT

#: Where pages may lead to beside this server, by https. Addresses of examples are no places to go.
HOSTS: Final = frozenset(
    {
        "blog.finsecure.com",
        "community.finsecure.com",
        "creativecommons.org",
        "docs.finsecure.com",
        "github.com",
        "keepachangelog.com",
        "semver.org",
        "status.finsecure.com",
        "www.standardwebhooks.com",
        "youtube.com",
    }
)
#: Where a reader begins, and what each page answers. A page that says that there is none has links as well.
STARTS: Final = {
    "/": 200,
    "/help": 200,
    "/help/index": 200,
    "/help/errors": 200,
    "/help/errors.md": 200,
    "/help/errors.json": 200,
    "/help/errors.csv": 200,
    "/docs/api": 200,
    "/openapi.json": 200,
    "/llms.txt": 200,
    "/llms-full.txt": 200,
    "/help/search?q=refund": 200,
    "/help/search?q=qqqqxyzzy": 200,
    "/help/search.json?q=customer+charged+twice": 200,
    "/help/sign-in": 200,
    "/help/requests/req_01hz0000000000000000000000": 200,
    "/help/no-such-guide": 404,
    "/help/errors/no_such_code": 404,
    "/docs/api/no_such_resource": 404,
    "/challenge/no-such-challenge": 404,
}
MARKDOWN: Final = [
    path
    for folder in ("", "acceptance", "bench", "docs", "help", "sdk/node", "sdk/python", "server", "tools")
    for path in sorted((ROOT / folder).glob("**/*.md" if folder in ("bench", "docs", "help") else "*.md"))
]
SERVER: Final = ROOT / "server" / "src" / "finsecure_server"
PYTHON: Final = ROOT / "sdk" / "python" / "src" / "finsecure"
#: Texts that are shown as they stand.
SHOWN: Final = [
    *(ROOT / "sdk" / "node" / "src").rglob("*.[jt]s"),
    *PYTHON.rglob("*.sh"),
    *(SERVER / "help").glob("*.toml"),
    *(SERVER / "pages").rglob("*.html"),
    *(SERVER / "pages").rglob("*.js"),
]
#: Modules whose messages name commands.
SPEAKING: Final = [
    *PYTHON.rglob("*.py"),
    *(file for folder in ("commands", "help", "pages") for file in (SERVER / folder).rglob("*.py")),
]
#: How commands are found in a file of this kind; in others line by line.
FINDS: Final = {".md": mentions.commands_in_markdown, ".py": mentions.commands_in_python}
CONTRACT: Final = sorted((ROOT / "contract").glob("*.json"))


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """Runs what is asynchronous, one after another."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def edge(runner: asyncio.Runner, sqlite_url: str) -> Iterator[Edge]:
    """The real application."""
    db = open_database(sqlite_url)
    edge = Edge(db, ROUTES)
    runner.run(edge.open_account())
    yield edge
    runner.run(db.close())


@pytest.fixture
def site(runner: asyncio.Runner, edge: Edge) -> Site:
    """The site as somebody sees it who is not known."""
    return site_for("none", runner, edge)


def site_for(authorization: str, runner: asyncio.Runner, edge: Edge) -> Site:
    def ask(method: str, address: str) -> Reply:
        got = runner.run(edge.call(method, address, headers={"authorization": authorization}))
        kind = got.headers.get("content-type", "").partition(";")[0]
        text = got.body.decode() if kind.startswith("text/") or kind.endswith(("json", "svg+xml")) else ""
        return Reply(got.status, kind, text, got.headers.get("location", ""))

    return Site(ask, PUBLIC_URL, HOSTS)


async def write_down(edge: Edge) -> None:
    """What the edge has noted, where readers find it."""

    def op(tx: Tx) -> None:
        for entry in edge.noted.entries:
            tx.append("request_log", row_of(entry))

    await edge.db.write(op)


def told(faults: list[Fault]) -> str:
    return "\n".join(f"{fault.where}: {fault.what}" for fault in faults)


# -- pages -------------------------------------------------------------------------------------------------------------


def test_everything_that_pages_lead_to_is_there(site: Site) -> None:
    pages = [page.path for page in LIBRARY.pages.values()]
    twins = [f"{path}{ending}" for path in pages for ending in (".md", ".json")]
    reached = site.crawl(STARTS | dict.fromkeys([*pages, *twins], 200))
    for path in pages:
        site.is_page(path)
        site.is_page(f"{path}.md", "text/markdown")
        site.is_page(f"{path}.json", "application/json")
    for page in LIBRARY.pages.values():
        for section in sections(page)[1:]:
            if section.anchor not in site.document(page.path).anchors:
                site.faults.append(Fault(page.path, f"has no anchor #{section.anchor}, to which a search may lead"))
    assert not site.faults, told(site.faults)
    assert len(reached) > 3 * len(pages)


def test_what_a_known_reader_is_shown_leads_to_pages(runner: asyncio.Runner, edge: Edge) -> None:
    refused = runner.run(edge.post("/v1/customers", {"emial": "jenny@example.com"}))
    runner.run(write_down(edge))
    own = f"/help/requests/{refused.headers['request-id']}"
    site = site_for(f"Bearer {edge.account.secret_test}", runner, edge)
    assert own in site.check(f"/help/errors/{refused.code}")
    for address in ("/help", "/help/sign-in", own, f"{own}.json", f"/help/errors/{refused.code}.json"):
        site.follow("/", Link(address))
        site.check(address)
    assert not site.faults, told(site.faults)


def test_what_leads_from_page_to_page_by_name_is_in_the_library() -> None:
    known = set(LIBRARY.pages)
    guides = {f"/help/{guide}" for guide in GUIDES}
    guides |= {f"/help/{rule.guide}" for rule in RULES.values()}
    guides |= {f"/help/{general.guide}" for general in FAILURES.values()}
    guides |= {f"/help/{name}" for _, group in contents.GUIDES for name in group}
    guides |= {path.partition("#")[0] for _, path, _ in NEEDS}
    guides |= {f"/help/errors/{code}" for code in CODES}
    assert guides <= known, guides - known
    for page in LIBRARY.pages.values():
        related = [path if path.startswith("/") else f"/help/{path}" for path in page.related]
        assert set(related) <= known - {page.path}, f"{page.path}: {set(related) - known or 'is related to itself'}"
        assert len(related) == len(set(related)), page.path


def test_every_doc_url_that_the_api_emits_leads_to_a_page(site: Site) -> None:
    emitted = {doc_path(code.value) for code in RULES}
    emitted |= {doc_path(row.api_code.value, row.wire_code) for row in DECLINES.values()}
    emitted |= {doc_path(row.api_code.value, row.code) for row in DECLINES.values()}
    emitted |= {doc_path(failure.value) for failure in Failure}
    assert emitted <= set(LIBRARY.pages), emitted - set(LIBRARY.pages)
    for path in sorted(emitted):
        site.follow("/", Link(path))
        site.is_page(path)
    assert not site.faults, told(site.faults)


# -- old addresses -----------------------------------------------------------------------------------------------------


def test_old_addresses_lead_to_pages_and_hide_none(site: Site) -> None:
    site.redirects(redirects(), {*LIBRARY.pages, *(route.path for route in ROUTES if route.path not in redirects())})
    words = {f"/help/errors/{word}": place for word, place in names().items()}
    site.redirects(words, LIBRARY.pages)
    for address, place in words.items():
        if place.startswith("/help/errors/"):
            for ending in (".md", ".json"):
                site.redirects({address + ending: place + ending})
    assert not site.faults, told(site.faults)


# -- what texts mention ------------------------------------------------------------------------------------------------


def test_every_address_that_a_text_mentions_is_one(site: Site) -> None:
    def arrives(address: str) -> bool:
        before = len(site.faults)
        reply = site.reply(address.partition("#")[0])
        moved = reply.location if reply.status == 301 else address
        site.follow("/", Link(moved))
        return len(site.faults) == before

    known = mentions.Addresses([*LIBRARY.pages, *(route.path for route in ROUTES)], arrives)
    found = [
        (file, one)
        for file in [*MARKDOWN, *SHOWN, *PYTHON.rglob("*.py"), *SERVER.rglob("*.py"), *CONTRACT]
        for one in mentions.addresses(file.read_text("utf-8"))
    ]
    faults = [
        Fault(f"{file.relative_to(ROOT)}:{one.line}", fault) for file, one in found if (fault := known.fault(one.text))
    ]
    assert not faults, told(faults)
    assert len(found) > len(MARKDOWN) + len(RULES)


def test_every_link_between_files_arrives(site: Site) -> None:
    for file in MARKDOWN:
        faults, elsewhere = mentions.links_on_disk(file, ROOT)
        site.faults += faults
        for link in elsewhere:
            site.follow(f"/{file.relative_to(ROOT)}", Link(link.target.replace(ADDRESS, PUBLIC_URL)))
    assert not site.faults, told(site.faults)


def test_every_command_that_a_text_mentions_is_one() -> None:
    commands = mentions.Commands({"finsecure": program, "finsecure-server": server_program}, is_topic)
    faults: list[Fault] = []
    for file in [*MARKDOWN, *SPEAKING, *SHOWN]:
        find = FINDS.get(file.suffix, mentions.commands_in_lines)
        where = file.relative_to(ROOT).as_posix()
        for line, words in find(file.read_text("utf-8")):
            if fault := commands.fault(words):
                faults.append(Fault(f"{where}:{line}", fault))
    for file in CONTRACT:
        text = json.dumps(json.loads(file.read_text("utf-8")), ensure_ascii=False)
        faults += [Fault(file.name, fault) for words in mentions.commands(text) if (fault := commands.fault(words))]
    assert not faults, told(faults)


def is_topic(name: str) -> bool:
    """Does `finsecure help` know it?"""
    path = help_pages.find(name)
    return name in topics._OWN or cli.called(name) in cli.WORDS or (path or "").partition("#")[0] in LIBRARY.pages


def test_every_page_that_the_command_opens_is_one(site: Site) -> None:
    for path in PAGES.values():
        site.follow("/", Link(path))
    assert not site.faults, told(site.faults)
