"""`finsecure help search`: the search of the help center, without a server. It ranks as the server does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from finsecure.cli import help_pages
from finsecure.cli.failures import Stop
from finsecure.cli.look import clean
from finsecure.cli.markdown import OFF, ON, Renderer
from finsecure.cli.session import Session

if TYPE_CHECKING:
    from finsecure._generated.help.index import Found, Result

RESULTS: Final = 5
RESULTS_OF_DATA: Final = 10  # as /help/search.json
_BELOW: Final = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
_INPUT_MAX: Final = 1 << 20  # letters
_WHAT: Final = "Give words, a code, or a whole error: finsecure help search payment declined"


def question(words: tuple[str, ...]) -> str:
    """What is asked: the words, or what stands on standard input. Stop if it is neither."""
    text = " ".join(words).strip()
    if text in {"", "-"}:
        if sys.stdin.isatty():
            raise Stop("Search for what?", _WHAT)
        text = sys.stdin.read(_INPUT_MAX).strip()
    return text


def search(session: Session, base: str, text: str, limit: int | None) -> None:
    """Print the best places for a question."""
    as_data = session.flags.json
    found = help_pages.index().search(text, limit or (RESULTS_OF_DATA if as_data else RESULTS))
    if as_data:
        session.out.json(data(found, base))
    else:
        _say(session, found)


def data(found: Found, base: str) -> dict[str, Any]:
    """The results as /help/search.json has them."""
    return {
        "schema": "finsecure.help_search/1",
        "object": "help_search",
        "query": found.question,
        "corrected": found.corrected,
        "matched": found.matched,
        "took_ms": found.took_ms,
        "results": [_row(result, base) for result in found.results],
    }


def _row(result: Result, base: str) -> dict[str, Any]:
    snippet = result.snippet.replace(ON, "").replace(OFF, "")
    return {**result._asdict(), "snippet": snippet, "url": base + result.path}


def _say(session: Session, found: Found) -> None:
    out, look = session.out, session.out.look
    if not found.matched:
        out.note("Nothing matches. Try a code, fewer words, or one of the topics: finsecure help. These lead on:\n")
    elif found.corrected is not None:
        out.note(f"Searched for: {clean(found.corrected)}\n")
    renderer = Renderer.of(session.out, indent=2)
    for number, result in enumerate(found.results):
        if number:
            out.line()
        why = f"  {look.dim(f'({clean(result.why)})')}" if result.why else ""
        out.line(look.strong(_BELOW.join(filter(None, (result.title, result.section)))) + why)
        for line in renderer.snippet(result.snippet):
            out.line(f"  {line}")
        out.line(f"  {command(result)}")


def command(result: Result) -> str:
    """The command that shows a result."""
    if result.kind == "request":
        return f"finsecure explain {result.path.rpartition('/')[2]}"
    return f"finsecure help {help_pages.topic(result.path)}"
