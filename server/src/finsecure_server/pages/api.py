"""Pages for people: an operator's first look, and a payer's authentication."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from msgspec import UNSET, Struct, UnsetType

from finsecure_server.core import web_address
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code
from finsecure_server.pages import payer
from finsecure_server.pages.render import ASSET_TYPES, FOREVER, asset, asset_address, headers, page, redirect
from finsecure_server.payments import challenge_ops
from finsecure_server.payments.challenge_ops import Seen, State
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.storage.drive import Ask
from finsecure_server.web.params import Nothing, ShortText
from finsecure_server.web.router import Answer, Call, Route


class AssetVersion(Struct, kw_only=True, forbid_unknown_fields=True):
    """`v` names the content; with the right one a browser may keep the file for ever."""

    v: ShortText | UnsetType = UNSET


class AnswerChallenge(Struct, kw_only=True, forbid_unknown_fields=True):
    """What the payer's bank would have said."""

    outcome: Literal["complete", "fail"]


# -- pages that need no database: they answer when it does not --------------------------------------------------------


def home(env: Env, _: Call[Any]) -> Answer:
    """GET /: the server runs, and what to do next. Nothing here is secret."""
    curl = (
        f'curl {env.public_url}/v1/payment_intents -u "$FINSECURE_SECRET_KEY:" '
        "-d amount=2000 -d currency=usd -d payment_method=pm_card_visa -d confirm=true"
    )
    python = (
        "import os\n\nimport stripe\n\n"
        "client = stripe.StripeClient(\n"
        '    os.environ["FINSECURE_SECRET_KEY"],\n'
        f'    base_addresses={{"api": "{env.public_url}"}},\n'
        ")\n"
        "intent = client.v1.payment_intents.create(\n"
        '    {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}\n'
        ")\n"
        "print(intent.id, intent.status)"
    )
    return page("home.html", public_url=env.public_url, curl=curl, python=python)


def asset_file(_: Env, call: Call[AssetVersion]) -> Answer:
    """GET /assets/{name}: the stylesheet and the icon."""
    name = call.path["name"]
    if name not in ASSET_TYPES:
        return Answer(b"There is no such file.\n", 404, content_type="text/plain; charset=utf-8")
    # Under the name of a content to come, what is served today would be kept in its place.
    current = asset_address(name) == f"/assets/{name}?v={call.params.v}"
    kept = FOREVER if current else b"public, no-cache"
    return Answer(asset(name), content_type=ASSET_TYPES[name], headers=((b"cache-control", kept), *headers()))


GONE: Final = 410  # the link was good once


# -- the payer's authentication ---------------------------------------------------------------------------------------


def challenge(reader: Reader, env: Env, call: Call[Any]) -> Answer:
    """GET /challenge/{token}: the question, or why there is none. Looking changes nothing."""
    token = call.path["token"]
    seen = challenge_ops.look(reader, env, token)
    if seen is None:
        return page("challenge_missing.html", 404, scripts=False, testmode=False)
    if seen.state is not State.OPEN:
        return _told(seen, GONE, used=seen.state is State.ANSWERED)
    origin = None if seen.challenge.return_url is None else web_address.origin(seen.challenge.return_url)
    return page(
        "challenge.html",
        scripts=False,
        leads_to=origin or "",
        object_id=seen.intent.id,
        view=payer.question(seen),
        token=token,
        testmode=not seen.challenge.livemode,
    )


def answer_challenge(tx: Tx, env: Env, call: Call[AnswerChallenge]) -> Answer | Ask[Any, Answer]:
    """POST /challenge/{token}: the answer, once; then on to where the merchant wants the payer."""
    passed = call.params.outcome == "complete"
    return _went_on(challenge_ops.answer(tx, env, call.path["token"], passed=passed))


def _went_on(result: Seen | Ask[Any, Seen] | None) -> Answer | Ask[Any, Answer]:
    if isinstance(result, Ask):
        then = result.then
        return Ask(result.question, lambda tx, reply: _went_on(then(tx, reply)), result.about)
    if result is None:
        return page("challenge_missing.html", 404, scripts=False, testmode=False)
    if result.state is not State.ANSWERED:
        return _told(result, GONE)
    if result.goes_on_to is not None:
        return redirect(result.goes_on_to, result.intent.id)
    return _told(result, 200)


def _told(seen: Seen, status: int, *, used: bool = False) -> Answer:
    return page(
        "challenge_done.html",
        status,
        scripts=False,
        object_id=seen.intent.id,
        view=payer.told(seen, used=used),
        code=Code.CHALLENGE_CLOSED if status == GONE and not seen.challenge.livemode else None,
        testmode=not seen.challenge.livemode,
    )


# -- routes ------------------------------------------------------------------------------------------------------------


def _plain(path: str, show: Callable[[Env, Call[Any]], Answer], summary: str, params: type[Struct] = Nothing) -> Route:
    """A page that is the same for everybody and needs no database."""

    def handle(_: Reader, env: Env, call: Call[Any]) -> Answer:
        return show(env, call)

    return Route("GET", path, handle, params=params, summary=summary, public=True, offline=show)


ROUTES: Final = (
    _plain("/", home, "The server runs"),
    _plain("/assets/{name}", asset_file, "A file that pages refer to", AssetVersion),
    Route("GET", "/challenge/{token}", challenge, summary="A payer's authentication", public=True),
    Route(
        "POST",
        "/challenge/{token}",
        answer_challenge,
        params=AnswerChallenge,
        summary="Answer a payer's authentication",
        public=True,
    ),
)
