"""From the bytes of a request to the parameters of its route. Everything that comes from outside is bounded here."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from finsecure_server.core import versions
from finsecure_server.core.errors import Code, Refused
from finsecure_server.web import forms, idempotency
from finsecure_server.web.request import Receive, Request
from finsecure_server.web.router import Route

BODY_BYTES_MAX: Final = 2 << 20
BODY_SECONDS_MAX: Final = 10.0
QUERY_BYTES_MAX: Final = 16 << 10
HEADER_BYTES_MAX: Final = 32 << 10
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"


class ClientGone(Exception):
    """The caller hung up before the request was whole. There is nobody to answer."""


def check_headers(request: Request) -> None:
    """Raises request_header_too_large."""
    if sum(map(len, request.headers.values())) > HEADER_BYTES_MAX:
        raise Refused(Code.REQUEST_HEADER_TOO_LARGE)


def version_of(asked: bytes) -> str:
    """The version that a header asks for. Raises version_unknown."""
    version = asked.decode("latin-1")
    if version not in versions.VERSIONS:
        known = ", ".join(versions.VERSIONS)
        raise Refused(Code.VERSION_UNKNOWN, f"Invalid FinSecure-Version: {version[:40]!a}. Known versions: {known}.")
    return version


async def body_of(request: Request, receive: Receive) -> bytes:
    """The body, whole. Raises body_too_large, deadline_exceeded, ClientGone."""
    length = request.headers.get(b"content-length", b"")
    if length.isdigit() and (len(length) > 12 or int(length) > BODY_BYTES_MAX):
        raise _too_large()
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            message = await receive()
            body: bytes = message.get("body", b"")
            if message.get("more_body"):
                body = await _rest(body, receive)
    except TimeoutError:
        raise Refused(Code.DEADLINE_EXCEEDED, f"The body did not arrive within {BODY_SECONDS_MAX:.0f} s.") from None
    if message["type"] == "http.disconnect":
        raise ClientGone
    if len(body) > BODY_BYTES_MAX:
        raise _too_large()
    return body


async def _rest(body: bytes, receive: Receive) -> bytes:
    parts = [body]
    size = len(body)
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_BYTES_MAX:
            raise _too_large()
        if not message.get("more_body"):
            return b"".join(parts)


def _too_large() -> Refused:
    return Refused(Code.BODY_TOO_LARGE, f"A body may have {BODY_BYTES_MAX >> 20} MiB.")


def params_of(request: Request, route: Route, body: bytes, secret: bytes) -> tuple[Any, idempotency.Claim | None]:
    """The route's parameters, and the claim to the idempotency key if there is one; `secret` keys its fingerprints."""
    claim: idempotency.Claim | None = None
    if route.method == "GET":
        if len(request.query) > QUERY_BYTES_MAX:
            raise Refused(Code.BODY_TOO_LARGE, "The query is too long.")
        request.tree = forms.parse_form(request.query)
        tree = request.tree
        if route.known:  # a page opens whatever mail programs and trackers append to its address
            tree = {name: value for name, value in tree.items() if name in route.shape.fields}
        return forms.decode(tree, route.params, route.shape, form=True), None
    if request.query:
        raise Refused(
            Code.BODY_AND_FORM_BOTH,
            f"{route.method} takes its parameters in the body; the address has some as well.",
        )
    kind = (request.text(b"content-type") or FORM).partition(";")[0].strip().lower()
    form = kind != JSON
    if form and kind != FORM and body:
        raise Refused(Code.CONTENT_TYPE_UNSUPPORTED, f"Send {FORM} or {JSON}, not {kind[:60]}.")
    if not body:
        request.tree = {}
    elif form:
        if body[:1] in b"{[":
            raise Refused(Code.BODY_AND_FORM_BOTH, f"The body is JSON, but its Content-Type is {FORM}.")
        request.tree = forms.parse_form(body)
    else:
        request.tree = forms.parse_json(body)
    params = forms.decode(request.tree, route.params, route.shape, form=form)
    raw = request.headers.get(b"idempotency-key")
    if raw is not None and route.method == "POST" and not route.public:  # else it would be everybody's key
        request.key = _idempotency_key(raw)
        fingerprints = idempotency.fingerprints(forms.remembered(request.tree, route.shape), secret)
        operation = f"POST {request.path}"
        if request.caller is not None and request.caller.kind == "publishable":
            operation += " with a publishable key"  # the reply is another one: it hides what a payer may not see
        claim = idempotency.Claim(request.key, operation, fingerprints)
    return params, claim


def _idempotency_key(raw: bytes) -> str:
    key = raw.decode("latin-1")
    if len(key) > idempotency.KEY_LETTERS_MAX:
        raise Refused(Code.IDEMPOTENCY_KEY_TOO_LONG)
    if not key.strip():
        raise Refused(Code.IDEMPOTENCY_KEY_EMPTY)
    forms.check_text(key, "Idempotency-Key")
    return key
