"""`finsecure explain`: any id, code, HTTP status or pasted reply."""

from __future__ import annotations

import re
import sys
from difflib import get_close_matches
from typing import Final

import click

from finsecure import errors
from finsecure.cli import explained_objects, explained_replies, help_pages
from finsecure.cli.data_tables import table
from finsecure.cli.explanation import Explanation, of_code, of_status, say
from finsecure.cli.failures import NOT_FOUND, Stop
from finsecure.cli.flags import command
from finsecure.cli.session import Session, with_session

_ID: Final = re.compile(r"([a-z]{2,8})_[A-Za-z0-9]{8,}(?:_[A-Za-z0-9]+)*")
_STATUS: Final = re.compile(r"(?:HTTP\s*)?([1-5]\d\d)", re.IGNORECASE)
_INPUT_MAX: Final = 1 << 20  # letters
_WHAT: Final = ("Give an id, a code, an HTTP status, or the JSON of a reply.",)


@command("explain")
@click.argument("thing", nargs=-1)
@with_session
def explain(session: Session, thing: tuple[str, ...]) -> None:
    r"""What happened, why, whose side it is on, and what to do next.

    THING is the id of a request, an event, a payment or anything else; an error code, a decline code, an HTTP status;
    or the JSON of a reply, as an argument or on standard input. Codes and replies are explained without asking anybody.

    \b
    finsecure explain req_…                   finsecure explain insufficient_funds
    finsecure explain 402                     pbpaste | finsecure explain
    """
    text = " ".join(thing).strip()
    if text in {"", "-"}:
        if sys.stdin.isatty():
            raise Stop("Explain what?", *_WHAT)
        text = sys.stdin.read(_INPUT_MAX).strip()
    if not text:
        raise Stop("There is nothing to explain on standard input.", *_WHAT)
    say(session.out, explanation(session, text))


def explanation(session: Session, text: str) -> Explanation:
    """The explanation of whatever this is. Stop, with what may have been meant, if nothing is known of it."""
    base = session.base
    whole = _STATUS.fullmatch(text)
    found = of_status(int(whole[1]), base) if whole else of_code(text, base) or of_code(text.lower(), base)
    if found is not None:
        return found
    if "{" in text or "\n" in text:
        return explained_replies.explain(session, text)
    if text in table("events"):
        return Explanation(
            f"Event type {text}",
            [table("events")[text]],
            commands=[f"finsecure trigger {text}"],
            url=base + help_pages.event_type(text),
        )
    if _ID.fullmatch(text):
        return _object(session, text)
    near = get_close_matches(text.lower()[:60], [*table("errors"), *table("events")], n=3)
    raise Stop(
        f"Nothing is known of {text[:60]!r}.",
        *(f"Did you mean: finsecure explain {one}" for one in near),
        "finsecure errors lists every code.",
        code=NOT_FOUND,
    )


def _object(session: Session, text: str) -> Explanation:
    try:
        return explained_objects.explain(session, text)
    except errors.FinSecureError as error:
        if error.http_status != 404:
            raise
        mode = "live" if session.live else "test"
        raise Stop(
            f"This account has no {text} in {mode} mode.",
            "Check that the id is whole, and that key and object are of the same account, mode and server.",
            f"Asked was {session.base} as profile {session.setting('profile')!r}: finsecure config show --origin",
            code=NOT_FOUND,
        ) from error
