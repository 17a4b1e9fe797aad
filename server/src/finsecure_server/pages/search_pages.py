"""Searching the help center, as a page and as data, and what readers say of its pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, Protocol
from urllib.parse import quote

import msgspec
from msgspec import Meta, Struct

from finsecure_server.core.env import Env
from finsecure_server.help import ops
from finsecure_server.help.index import Found, Result
from finsecure_server.help.quoting import bare
from finsecure_server.help.types import Feedback, Words
from finsecure_server.help.unanswered import Unanswered
from finsecure_server.pages.kept import kept
from finsecure_server.pages.render import A_WHILE, HTML, ours, page, part, redirect
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.web.router import Answer, Call, Route

RESULTS: Final = 10
RESULTS_MAX: Final = 50


class Finder(Protocol):
    """Finds places for a question, from any thread (help/search.py)."""

    def find(self, question: str, limit: int = RESULTS) -> Found:
        """The best of them, and never none."""
        ...


class Asked(Struct, kw_only=True):
    """What a page of results is about. `part` wants the results alone; `settled` says that the typing is over."""

    q: Words = ""
    limit: Annotated[int, Meta(ge=1, le=RESULTS_MAX)] = RESULTS
    part: Literal["", "results"] = ""
    settled: bool = False


class AskedForData(Struct, kw_only=True, forbid_unknown_fields=True):
    """The same for programs, who are told what is wrong."""

    q: Words
    limit: Annotated[int, Meta(ge=1, le=RESULTS_MAX)] = RESULTS


class Thanked(Struct, kw_only=True):
    """Where a reader came from."""

    path: Annotated[str, Meta(max_length=500)] = ""


class SearchResults(Struct, kw_only=True):
    """What came of a question, as data."""

    object: Literal["help_search"] = "help_search"
    query: str
    corrected: str | None
    matched: bool
    took_ms: float
    results: list[dict[str, Any]]


class SearchPages:
    """The pages that search."""

    def __init__(self, search: Finder, unanswered: Unanswered) -> None:
        self._search = search
        self._unanswered = unanswered

    def show(self, env: Env, call: Call[Asked]) -> Answer:
        """GET /help/search: the results as a page, or alone for the script that shows them as one types."""
        asked = call.params
        found = self._search.find(asked.q.strip(), asked.limit)
        if not asked.part or asked.settled:
            self._note(found, env)
        if asked.part:
            return kept(part("found", found), HTML)
        return page("search.html", env=env, public=True, found=found, path="")

    def data(self, env: Env, call: Call[AskedForData]) -> Answer:
        """GET /help/search.json: the results as data."""
        found = self._search.find(call.params.q.strip(), call.params.limit)
        self._note(found, env)
        body = SearchResults(
            query=found.question,
            corrected=found.corrected,
            matched=found.matched,
            took_ms=found.took_ms,
            results=[_as_data(row, env.public_url) for row in found.results],
        )
        return Answer(msgspec.json.encode(body), headers=((b"cache-control", A_WHILE),))

    def _note(self, found: Found, env: Env) -> None:
        if found.question and not found.matched:
            self._unanswered.note(found.question, env.wall)

    def routes(self) -> tuple[Route, ...]:
        """Searching, which needs no database, and feedback."""
        return (
            _searching("/help/search", self.show, Asked, "Search", known=True),
            _searching("/help/search.json", self.data, AskedForData, "Search as data"),
            Route("GET", "/help/feedback", thanks, params=Thanked, summary="Thank you", public=True, known=True),
            Route("POST", "/help/feedback", feedback, params=Feedback, summary="Did it help?", public=True, known=True),
        )


def _searching(
    path: str, show: Callable[[Env, Call[Any]], Answer], params: type[Struct], summary: str, *, known: bool = False
) -> Route:
    def handle(_: Reader, env: Env, call: Call[Any]) -> Answer:
        return show(env, call)

    return Route("GET", path, handle, params=params, summary=summary, public=True, known=known, offline=show, busy=True)


def feedback(tx: Tx, env: Env, call: Call[Feedback]) -> Answer:
    """POST /help/feedback: keep it, and go on to a page that says so."""
    ops.note_feedback(tx, env, call.params)
    return redirect(f"/help/feedback?path={quote(ours(call.params.path))}")


def thanks(_: Reader, env: Env, call: Call[Thanked]) -> Answer:
    """GET /help/feedback: it was kept."""
    return page("thanks.html", env=env, back=ours(call.params.path), path="")


def _as_data(row: Result, public_url: str) -> dict[str, Any]:
    return {**row._asdict(), "snippet": bare(row.snippet), "url": public_url + row.path}
