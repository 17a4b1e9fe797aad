"""The dictionary of errors as pages and as data: `/help/errors`, a page a code, and `/help/errors.json`.

What a stranger sees is the same for everybody and needs no database. A known reader finds what their own account has
seen of the code on the same page, between the answer and the evidence.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache, partial
from importlib import resources
from typing import Any, Final

import msgspec
from msgspec import Struct

from finsecure_server.core.env import Env
from finsecure_server.help import dictionary, error_pages, explained, explained_failures, occurrences
from finsecure_server.help.error_pages import FOLDER, INDEX
from finsecure_server.help.explained import Explained
from finsecure_server.help.explained_failures import ExplainedFailure
from finsecure_server.help.library import Library
from finsecure_server.help.occurrences import Occurrences
from finsecure_server.help.page import Page, slug
from finsecure_server.pages import markdown
from finsecure_server.pages.kept import kept, made_once
from finsecure_server.pages.moments import moment
from finsecure_server.pages.render import MARKDOWN, page, redirect
from finsecure_server.storage.database import Reader
from finsecure_server.web.router import Answer, Call, Route

#: What a key must be allowed for its reader to be known here.
SCOPE: Final = "request_logs:read"
OWN: Final = (2, "in-your-account", "In your account")
ENDINGS: Final = ("json", "md")
CSV: Final = "text/csv; charset=utf-8"
MISSING: Final = "explained_missing.html"

Show = Callable[[Reader | None, Env, Call[Any]], Answer]


class Anything(Struct):
    """A page opens whatever stands in its address."""


class ErrorRoutes:
    """Makes the pages from the library's."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def listing(self, _: Reader | None, env: Env, __: Call[Any]) -> Answer:
        """GET /help/errors: every code, by what it is about."""
        entries = {row.code: row for row in dictionary.dictionary(env.public_url).errors}
        groups = [(slug(group.title), group, [entries[code] for code in group.codes]) for group in explained.groups()]
        return page(
            "explained_all.html",
            env=env,
            public=True,
            path=FOLDER,
            title=INDEX,
            lead=self._page(FOLDER).lead,
            groups=groups,
            count=len(entries),
            anchors=[(2, anchor, group.title) for anchor, group, _ in groups],
            twins=(*_twins(FOLDER), ("CSV", f"{FOLDER}.csv")),
        )

    def listing_twin(self, _: Reader | None, env: Env, __: Call[Any]) -> Answer:
        """GET /help/errors.md: the same as Markdown."""
        return kept(markdown.twin(self._page(FOLDER), env.public_url), MARKDOWN)

    def one(self, reader: Reader | None, env: Env, call: Call[Any]) -> Answer:
        """GET /help/errors/{code}: what `doc_url` leads to; with .json or .md behind it, the same in that form."""
        asked = call.path["code"]
        code, dot, ending = asked.rpartition(".")
        if not dot or ending not in ENDINGS:
            code, ending = asked, ""
        found = explained.explain(code, env.public_url) or explained_failures.explain(code, env.public_url)
        if found is None:
            return _elsewhere(env, code, ending)
        if ending == "md":
            return kept(markdown.twin(self._page(f"{FOLDER}/{code}"), env.public_url), MARKDOWN)
        own = None if reader is None else occurrences.of(reader, env, code)
        return _twin(found, own) if ending == "json" else self._shown(env, found, own)

    def _shown(self, env: Env, found: Explained | ExplainedFailure, own: Occurrences | None) -> Answer:
        whole = self._page(f"{FOLDER}/{found.code}")
        parts = error_pages.parts(whole)
        answer = markdown.shown(parts.answer, env.public_url)
        evidence = markdown.shown(parts.evidence, env.public_url)
        if isinstance(found, Explained):
            again, word = found.again, found.again_in_a_word
            command = f"finsecure logs list --error-code {found.arrives_as}"
        else:
            again, word = True, "Tried again by itself"
            command = f"finsecure attempts list --error {found.code}"
        return page(
            "explained.html",
            env=env,
            public=True,
            path=whole.path,
            code=found.code,
            lead=whole.lead,
            again=again,
            word=word,
            answer=answer.html,
            evidence=evidence.html,
            own=own,
            command=command,
            first=moment(own.first) if own else None,
            last=moment(own.last) if own else None,
            latest=[(one, moment(one.at)) for one in own.latest] if own else [],
            anchors=[*answer.anchors, OWN, *evidence.anchors],
            twins=_twins(whole.path),
        )

    def _page(self, path: str) -> Page:
        found = self._library.get(path)
        assert found is not None, f"{path} is not in the library"
        return found


def data(_: Reader | None, env: Env, __: Call[Any]) -> Answer:
    """GET /help/errors.json: every code as data."""
    return kept(msgspec.json.encode(dictionary.dictionary(env.public_url)), "application/json")


def table(_: Reader | None, env: Env, __: Call[Any]) -> Answer:
    """GET /help/errors.csv: the same as a table."""
    return kept(dictionary.table(env.public_url), CSV)


def schema(_: Reader | None, env: Env, __: Call[Any]) -> Answer:
    """GET /help/errors.schema.json: what the dictionary looks like, as JSON Schema."""
    return kept(msgspec.json.encode(dictionary.json_schema(env.public_url)), "application/schema+json")


@cache
def names() -> dict[str, str]:
    """Words that are no codes, and where each is answered."""
    text = (resources.files("finsecure_server.help") / "error_names.toml").read_text("utf-8")
    return tomllib.loads(text)


def _elsewhere(env: Env, asked: str, ending: str) -> Answer:
    """A code written otherwise, a word that is no code, or nothing that is known here."""
    code = asked.lower().replace("-", "_").replace(" ", "_")
    if code != asked and code in explained.all_codes():
        return redirect(f"{FOLDER}/{code}" + (f".{ending}" if ending else ""), moved=True)
    place = names().get(code)
    if place is not None and not ending:
        return redirect(place, moved=True)
    if place is not None and place.startswith(f"{FOLDER}/"):
        return redirect(f"{place}.{ending}", moved=True)
    nearest = explained.nearest(code)
    if ending == "json":
        return Answer(msgspec.json.encode({"object": "error_explanation", "code": None, "nearest": nearest}), 404)
    return page(MISSING, 404, env=env, code=asked, nearest=nearest)


def _twin(found: Explained | ExplainedFailure, own: Occurrences | None) -> Answer:
    if own is None:
        return kept(msgspec.json.encode(found), "application/json")
    return kept(msgspec.json.encode({**msgspec.to_builtins(found), "occurrences": own}), "application/json")


def _twins(path: str) -> tuple[tuple[str, str], ...]:
    return (("Markdown", f"{path}.md"), ("JSON", f"{path}.json"))


# -- routes ------------------------------------------------------------------------------------------------------------


def _route(path: str, show: Show, summary: str, *, known: bool = True) -> Route:
    """A page that needs no database as long as nobody is known. What strangers see is made once."""
    once = made_once(partial(show, None))

    def stranger(env: Env, call: Call[Any]) -> Answer | None:
        return None if env.account else once(env, call)

    def handle(reader: Reader, env: Env, call: Call[Any]) -> Answer:
        return show(reader, env, call)

    return Route(
        "GET",
        path,
        handle,
        params=Anything,
        scope=SCOPE if known else "",
        summary=summary,
        public=True,
        known=known,
        offline=stranger,
    )


def routes(library: Library) -> tuple[Route, ...]:
    """Everything about codes."""
    pages = ErrorRoutes(library)
    return (
        _route(FOLDER, pages.listing, "Every error and decline code"),
        _route(f"{FOLDER}.md", pages.listing_twin, "Every code, as Markdown", known=False),
        _route(f"{FOLDER}.json", data, "Every code, as data", known=False),
        _route(f"{FOLDER}.csv", table, "Every code, as a table", known=False),
        _route(f"{FOLDER}.schema.json", schema, "What the data looks like", known=False),
        _route(f"{FOLDER}/{{code}}", pages.one, "What a code means and what to do"),
    )
