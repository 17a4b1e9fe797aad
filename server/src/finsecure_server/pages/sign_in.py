"""Signing in to the help center with a test key, so that its pages can show what the reader's own account has seen.

The key is checked here, sealed into a cookie by the edge (web/session.py), and kept nowhere else.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from msgspec import Meta, Struct

from finsecure_server.accounts import authenticate, key_text
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Refused
from finsecure_server.pages.error_routes import SCOPE
from finsecure_server.pages.render import ours, page, redirect
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.web.params import Secret
from finsecure_server.web.request import may
from finsecure_server.web.router import Answer, Call, Route

HOME: Final = "/help"
PATH: Final = "/help/sign-in"
KEY_LETTERS_MAX: Final = 300

MISSING: Final = "Enter a key: it begins with sk_test_ or rk_test_."
PUBLISHABLE: Final = (
    "This is a publishable key, which may not read the request log. Use a secret key (sk_test_) or a restricted one "
    "(rk_test_)."
)
LIVE: Final = (
    "This is a live key, and these pages take test keys only. It was not kept. To look at live requests, run "
    "finsecure explain with the request id."
)
NARROW: Final = f"This key may not read the request log. Give it the scope {SCOPE}, or use another key."


class From(Struct):
    """Where one came from, to go back there."""

    return_to: Annotated[str, Meta(max_length=500)] = ""


class Entered(From):
    """The form."""

    key: Annotated[str, Meta(max_length=KEY_LETTERS_MAX), Secret] = ""


def form(_: Reader, env: Env, call: Call[From]) -> Answer:
    """GET /help/sign-in: the form; to whoever is signed in, who they are."""
    return _page(env, call.params.return_to)


def enter(tx: Tx, env: Env, call: Call[Entered]) -> Answer:
    """POST /help/sign-in: check the key, have the browser keep it sealed, and go back."""
    key = call.params.key.strip()
    refused = _refusal(tx, env, key)
    if refused is not None:
        status, why, steps = refused
        return _page(env, call.params.return_to, status, why, steps)
    return redirect(local(call.params.return_to))._replace(reader=key)


def leave(_: Tx, __: Env, call: Call[From]) -> Answer:
    """POST /help/sign-out: have the browser forget the key."""
    return redirect(local(call.params.return_to))._replace(reader="")


def local(path: str) -> str:
    """A page of ours to go to; the help center for anything else."""
    return ours(path) or HOME


def _refusal(tx: Tx, env: Env, key: str) -> tuple[int, str, tuple[str, ...]] | None:
    """Why a key is not taken: status, reason and next steps. What can be told from the text is told without looking."""
    parts = key_text.parts(key)
    if not key:
        return HTTPStatus.BAD_REQUEST, MISSING, ()
    if parts is not None and parts.kind == key_text.PUBLISHABLE:
        return HTTPStatus.FORBIDDEN, PUBLISHABLE, ()
    if parts is not None and parts.livemode:
        return HTTPStatus.FORBIDDEN, LIVE, ()
    try:
        caller = authenticate.caller_with(tx, key, env.wall)
    except Refused as refused:
        return refused.rule.status, refused.message, refused.next_steps
    return None if may(caller.scopes, SCOPE) else (HTTPStatus.FORBIDDEN, NARROW, ())


def _page(env: Env, return_to: str, status: int = 200, why: str = "", steps: tuple[str, ...] = ()) -> Answer:
    back = local(return_to) if return_to else ""
    answer = page("sign_in.html", status, env=env, back=back, why=why, steps=steps, reader=env if env.account else None)
    return answer._replace(headers=((b"cache-control", b"no-store"), *answer.headers))


ROUTES: Final = (
    Route("GET", PATH, form, params=From, scope=SCOPE, summary="Sign in", public=True, known=True),
    Route("POST", PATH, enter, params=Entered, summary="Sign in with a test key", public=True, known=True),
    Route("POST", "/help/sign-out", leave, params=From, summary="Sign out", public=True, known=True),
)
