"""The help center: its first page, its guides with their twins, the list of all pages, and what machines read.

A page is made once for everybody, and anew for whoever is signed in.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any, Final, NamedTuple

import msgspec

from finsecure_server.core.env import Env
from finsecure_server.help.library import ADDRESS, Library
from finsecure_server.help.page import Page
from finsecure_server.help.unanswered import Unanswered
from finsecure_server.pages import as_data, contents, markdown
from finsecure_server.pages.kept import Show, kept, made_once
from finsecure_server.pages.render import A_WHILE, KINDS, MARKDOWN, page, redirect
from finsecure_server.pages.search_pages import Finder, SearchPages
from finsecure_server.storage.database import Reader
from finsecure_server.web.router import Answer, Call, Route

PLAIN: Final = "text/plain; charset=utf-8"
JSON: Final = "application/json"
NEAREST: Final = 5
SOUGHT_LETTERS: Final = 60  # of an address without a page: it is looked for while everybody waits
#: A drawing that is looked at by itself: its own styles, and nothing that runs.
DRAWING_POLICY: Final = b"default-src 'none'; style-src 'unsafe-inline'; sandbox"

#: What somebody may say who comes here, where it is answered, and what they find there.
NEEDS: Final = (
    (
        "A payment failed",
        "/help/troubleshooting/payment-issues",
        "What each decline means, what to tell the payer, and whether the same card may be tried again.",
    ),
    (
        "A customer was charged twice",
        "/help/troubleshooting/payment-issues#the-customer-was-charged-twice",
        "Whether it is true, which payment to refund, and how it does not happen again.",
    ),
    (
        "Where is my money?",
        "/help/platform-support/billing",
        "What a payment costs, when it can be paid out, and where it stands until then.",
    ),
    (
        "Is it down, or is it me?",
        "/help/platform-support/service-status",
        "Whose side it is on, in four commands, and what the server does when a part of it fails.",
    ),
    (
        "My call is refused",
        "/help/troubleshooting/api-issues",
        "How far the call came, whose side the fault is on, and the line that mends it.",
    ),
    (
        "My key does not work",
        "/help/troubleshooting/auth-errors",
        "Which key arrived, whether it is for test or live, and what it may do.",
    ),
    (
        "Webhooks do not arrive",
        "/help/troubleshooting/webhook-issues",
        "Test the endpoint, read what each attempt met, and send again what was missed.",
    ),
    (
        "I am just beginning",
        "/help/getting-started",
        "A server of your own and a first payment, in five minutes.",
    ),
)
#: Codes that most people come with.
CODES: Final = tuple(
    """
    card_declined insufficient_funds authentication_required expired_card incorrect_cvc invalid_api_key
    parameter_missing resource_missing idempotency_mismatch rate_limit
    """.split()
)
SUMMARY: Final = (
    "Help for FinSecure, a self-hosted payments platform with a Stripe-shaped API: guides, every error and decline "
    "code, the API reference. Every page is Markdown at its own address with .md behind it."
)


class Stamp(NamedTuple):
    """Who answers for a page, and when it was last checked."""

    owner: str
    day: Any


class Pages:
    """Makes the pages of a library."""

    def __init__(self, library: Library, search: Finder) -> None:
        self._library = library
        self._search = search

    # -- pages -----------------------------------------------------------------------------------------------------

    def landing(self, env: Env, _: Call[Any]) -> Answer:
        """GET /help: one box, then what most people come for."""
        return page("help_home.html", env=env, public=True, path="/help", needs=NEEDS, codes=CODES)

    def listing(self, env: Env, _: Call[Any]) -> Answer:
        """GET /help/index: every page, by kind."""
        pages = self._library.pages.values()
        groups = [
            (title, sorted((row for row in pages if row.kind == kind), key=lambda row: row.title.lower()))
            for kind, title in _PLURALS.items()
        ]
        groups = [(title, rows) for title, rows in groups if rows]
        count = sum(len(rows) for _, rows in groups)
        return page("help_index.html", env=env, public=True, path="/help/index", groups=groups, count=count)

    def guide(self, env: Env, call: Call[Any]) -> Answer:
        """GET /help/{section} and /help/{section}/{page}, with .md and .json behind it: a page, or its twin."""
        address = "/help/" + "/".join(call.path.values())
        path, dot, ending = address.rpartition(".")
        if not dot:
            path, ending = address, ""
        found = self._library.get(path if ending in ("md", "json") else address)
        if found is None:
            new = redirects().get(address)
            return self._missing(env, address, ending) if new is None else redirect(new, moved=True)
        return self._page(env, found, ending)

    def _missing(self, env: Env, address: str, ending: str) -> Answer:
        words = re.sub(r"[/_-]", " ", address.removeprefix("/help/").removesuffix(f".{ending}"))
        nearest = self._search.find(words[:SOUGHT_LETTERS], NEAREST)
        if ending == "json":
            paths = [row.path for row in nearest.results]
            return Answer(_json({"object": "help_page", "path": None, "nearest": paths}), 404)
        return page("help_missing.html", 404, env=env, address=address, found=nearest)

    def _page(self, env: Env, found: Page, ending: str) -> Answer:
        if ending == "md":
            return kept(markdown.twin(found, env.public_url), MARKDOWN)
        if ending == "json":
            return kept(_json(as_data.whole(found, env.public_url)), JSON)
        body = markdown.shown(found, env.public_url)
        return page(
            "guide.html",
            env=env,
            public=True,
            page=found,
            path=found.path,
            lead=found.lead.replace(ADDRESS, env.public_url),
            body=body.html,
            anchors=body.anchors,
            above=_group_of(found.path),
            related=self._related(found),
            stamp=Stamp(found.owner, found.verified) if found.verified else None,
            twins=(("Markdown", f"{found.path}.md"), ("JSON", f"{found.path}.json")),
        )

    def _related(self, found: Page) -> list[tuple[str, str]]:
        paths = [path if path.startswith("/") else f"/help/{path}" for path in found.related]
        return [(row.title, row.path) for path in paths if (row := self._library.get(path)) is not None]

    # -- for machines ----------------------------------------------------------------------------------------------

    def llms(self, env: Env, _: Call[Any]) -> Answer:
        """GET /llms.txt: the table of contents in the form that llmstxt.org describes."""
        return kept(self._as_text(env), PLAIN)

    def as_markdown(self, env: Env, _: Call[Any]) -> Answer:
        """GET /help.md: the same, as the twin of the first page."""
        return kept(self._as_text(env), MARKDOWN)

    def as_data(self, env: Env, _: Call[Any]) -> Answer:
        """GET /help.json: every page, without what it says."""
        rows = [as_data.facts(row, env.public_url) for row in self._library.pages.values()]
        return kept(_json({"object": "list", "data": rows}), JSON)

    def _as_text(self, env: Env) -> str:
        lines = ["# FinSecure", "", f"> {SUMMARY}", ""]
        listed = {entry.path: group.title for group in contents.groups() for entry in group.entries}
        sections: dict[str, list[Page]] = {}
        for row in self._library.pages.values():
            title = listed.get(row.path) if row.kind == "guide" else None
            sections.setdefault(title or _PLURALS[row.kind], []).append(row)
        for title, rows in sections.items():
            lines += [f"## {title}", ""]
            lines += [f"- [{row.title}]({env.public_url}{row.path}.md): {row.lead}" for row in rows]
            lines.append("")
        return "\n".join(lines).replace(ADDRESS, env.public_url)

    def llms_full(self, env: Env, _: Call[Any]) -> Answer:
        """GET /llms-full.txt: every guide and reference page, whole. Codes and calls have pages of their own."""
        rows = [row for row in self._library.pages.values() if row.kind in ("guide", "reference")]
        return kept("\n\n".join(markdown.twin_from_anywhere(row, env.public_url) for row in rows), PLAIN)


def drawing(_: Env, call: Call[Any]) -> Answer:
    """GET /help/diagrams/{name}: a drawing of a page."""
    data = markdown.diagram(call.path["name"])
    if data is None:
        return Answer(b"There is no such drawing.\n", 404, content_type=PLAIN)
    policy = (b"content-security-policy", DRAWING_POLICY)
    return Answer(data, content_type="image/svg+xml", headers=((b"cache-control", A_WHILE), policy))


# -- details -----------------------------------------------------------------------------------------------------------

_PLURALS: Final = {"guide": "Guides", "reference": "Reference", "error": "Errors and declines", "api": KINDS["api"]}


def _group_of(path: str) -> str:
    """Under which heading of the contents a page stands."""
    return next((group.title for group in contents.groups() for entry in group.entries if entry.path == path), "")


def _json(data: object) -> bytes:
    return msgspec.json.encode(data)


@cache
def redirects() -> dict[str, str]:
    """Old addresses and where they lead now."""
    text = (resources.files("finsecure_server.help") / "redirects.toml").read_text("utf-8")
    return tomllib.loads(text)


# -- routes ------------------------------------------------------------------------------------------------------------


def public(path: str, show: Show, summary: str, *, known: bool = True) -> Route:
    """A page that needs no database: it answers when that does not. What a stranger sees is made once."""
    once = made_once(show)

    def shown(env: Env, call: Call[Any]) -> Answer:
        return show(env, call) if env.account else once(env, call)

    def handle(_: Reader, env: Env, call: Call[Any]) -> Answer:
        return shown(env, call)

    return Route("GET", path, handle, summary=summary, public=True, known=known, offline=shown)


def routes(library: Library, search: Finder, unanswered: Unanswered) -> tuple[Route, ...]:
    """Every route of the help center but those of errors, calls and requests, which have modules of their own."""
    pages = Pages(library, search)
    return (
        public("/help", pages.landing, "The help center"),
        public("/help.md", pages.as_markdown, "The help center's contents as Markdown", known=False),
        public("/help.json", pages.as_data, "The help center's contents as data", known=False),
        public("/help/index", pages.listing, "Every page of the help center"),
        public("/help/{section}", pages.guide, "A guide"),
        public("/help/{section}/{page}", pages.guide, "A guide in a section"),
        public("/help/{section}/{page}/{rest}", pages.guide, "No page lies so deep; the nearest are shown"),
        public("/help/diagrams/{name}", drawing, "A drawing", known=False),
        public("/llms.txt", pages.llms, "The contents, for language models", known=False),
        public("/llms-full.txt", pages.llms_full, "The guides, for language models", known=False),
        *_redirects(),
        *SearchPages(search, unanswered).routes(),
    )


def _redirects() -> Iterator[Route]:
    """Old addresses outside of /help; those within are looked up where no page is found."""
    for old, new in redirects().items():
        if not old.startswith("/help/"):

            def go(_: Env, __: Call[Any], new: str = new) -> Answer:
                return redirect(new, moved=True)

            yield public(old, go, f"Moved to {new}", known=False)
