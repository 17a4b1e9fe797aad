"""One request of the log, told: what was asked, what was answered, whose side it is on, and what to do next.

Made from what the log keeps, which is free of card data and secrets (web/request_log.py).
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final

import msgspec
from msgspec import Struct

from finsecure_server.diagnostics.types import RequestLog
from finsecure_server.help import explained
from finsecure_server.help.explained import Explained

PAGE: Final = "/help/requests/"
OBJECTS_MAX: Final = 12

#: Where the API shows an object, by how its id begins.
PLACES: Final[dict[str, str]] = {
    "ch": "/v1/charges",
    "cus": "/v1/customers",
    "dlv": "/v1/webhook_deliveries",
    "dp": "/v1/disputes",
    "evt": "/v1/events",
    "key": "/v1/api_keys",
    "pi": "/v1/payment_intents",
    "pm": "/v1/payment_methods",
    "po": "/v1/payouts",
    "re": "/v1/refunds",
    "req": "/v1/request_logs",
    "seti": "/v1/setup_intents",
    "txn": "/v1/balance_transactions",
    "wha": "/v1/webhook_attempts",
    "whr": "/v1/webhook_replays",
    "we": "/v1/webhook_endpoints",
}
_ID: Final = re.compile(r"(?<![\w-])([a-z]{2,4})_[0-9a-hjkmnp-tv-z]{28}(?:_[0-9a-hjkmnp-tv-z]{28})?(?![\w-])")


class Object(Struct, frozen=True, kw_only=True):
    """An object that the request names, made or changed."""

    id: str
    address: str  # of the API


class Told(Struct, frozen=True, kw_only=True):
    """The page of a request, and its JSON twin."""

    object: str = "request_explanation"
    id: str
    happened: str  # in one sentence, and what it means where a bank declined
    state: str  # succeeded | failed
    code: str | None
    side: str | None
    side_in_words: str | None
    again_in_words: str | None
    next_steps: tuple[str, ...]
    page: str | None  # of the error
    objects: tuple[Object, ...]
    request_log: RequestLog
    request_log_url: str


def tell(log: RequestLog, public_url: str) -> Told:
    """What there is to say of it."""
    error = (log.response or {}).get("error")
    error = error if isinstance(error, dict) else {}
    code = _text(error.get("decline_code")) or _text(error.get("code")) or log.error_code
    found = None if code is None else explained.explain(code, public_url)
    steps = error.get("next_steps")
    return Told(
        id=log.id,
        happened=_happened(log, _text(error.get("message")), found),
        state="succeeded" if log.status < HTTPStatus.BAD_REQUEST else "failed",
        code=code,
        side=None if found is None else found.side,
        side_in_words=None if found is None else found.side_in_words,
        again_in_words=None if found is None else found.again_in_words,
        next_steps=tuple(str(step) for step in steps) if isinstance(steps, list) else (),
        page=None if found is None else f"{public_url}/help/errors/{found.code}",
        objects=_objects(log, public_url),
        request_log=log,
        request_log_url=f"{public_url}/v1/request_logs/{log.id}",
    )


def _happened(log: RequestLog, message: str | None, found: Explained | None) -> str:
    try:
        status = f"{log.status} {HTTPStatus(log.status).phrase}"
    except ValueError:
        status = str(log.status)
    said = f" {message}" if message else ""
    if found is not None and found.kind == "decline" and found.meaning != message:
        said += f" {found.meaning}"
    return f"{log.method} {log.path} was answered with {status}.{said}"


def _objects(log: RequestLog, public_url: str) -> tuple[Object, ...]:
    """Every object that it names, what it made or changed first."""
    text = " ".join((log.object_id or "", log.path, _json(log.request), _json(log.response)))
    found = {match[0]: match[1] for match in _ID.finditer(text) if match[0] != log.id and match[1] in PLACES}
    named = list(found.items())[:OBJECTS_MAX]
    return tuple(Object(id=one, address=f"{public_url}{PLACES[kind]}/{one}") for one, kind in named)


def _json(value: dict[str, Any] | None) -> str:
    return "" if value is None else msgspec.json.encode(value).decode()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
