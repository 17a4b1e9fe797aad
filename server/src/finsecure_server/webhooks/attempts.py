"""An attempt as the log keeps it: what was sent and what came back, without what nobody may see again.

The reply is written by somebody else. Of its headers those are kept that help to find a fault; its body is kept as
text, free of control characters, card numbers and secrets, those of the endpoint's own headers included: a receiver
that echoes its request would give them away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from finsecure_server.core import ids
from finsecure_server.core.delivery import REPLY_BYTES_MAX, Cause, Message, Outcome, State
from finsecure_server.core.delivery_failures import explain
from finsecure_server.core.disclosure import disclosed
from finsecure_server.core.env import Env
from finsecure_server.core.errors import doc_path
from finsecure_server.webhooks.delivery_types import (
    AttemptConnection,
    AttemptError,
    AttemptRequest,
    AttemptResponse,
    AttemptTiming,
    WebhookAttempt,
)

HIDDEN: Final = "****"
#: Headers of ours. All others are the endpoint's own, and may hold what only its owner knows.
SENT: Final = frozenset(
    """
    accept accept-encoding connection content-length content-type finsecure-attempt finsecure-delivery
    finsecure-signature finsecure-signature-256 host user-agent webhook-id webhook-signature webhook-timestamp
    """.split()
)
#: Headers of a reply that say who answered, what, and what to look for in the receiver's own logs.
KEPT: Final = frozenset(
    """
    allow cache-control cf-ray connection content-encoding content-length content-type date location request-id
    retry-after server traceparent transfer-encoding via www-authenticate x-amzn-requestid x-cache x-correlation-id
    x-powered-by x-request-id x-trace-id
    """.split()
)
HEADER_LETTERS_MAX: Final = 500
WORD_LETTERS_MIN: Final = 6  # of a hidden value: what is shorter would be found everywhere
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_OF_NUMBERS: Final = "0123456789 -\t\n"


class Tried(NamedTuple):
    """Which attempt it was, and where it left its delivery."""

    endpoint: str
    delivery: str
    event: str
    event_type: str
    related_object: str
    number: int
    cause: Cause
    superseded: bool
    state: State
    next_us: int | None  # wall clock


def new_id(env: Env) -> str:
    """An id for an attempt that is made now, by the wall clock, wherever the account's own clock stands."""
    return ids.make("wha", env.wall, env.chance(ids.CHANCE_BYTES))


def attempt_of(
    tried: Tried, message: Message, outcome: Outcome, *, attempt: str, created_us: int, public_url: str
) -> WebhookAttempt:
    """The attempt with this id, begun at `created_us` of the wall clock."""
    hidden = [value for name, value in message.headers if not _is_ours(name)]
    secrets = tuple(_secrets(hidden)) if hidden else ()
    return WebhookAttempt(
        id=attempt,
        cause=tried.cause.value,
        connection=AttemptConnection(
            address=outcome.address,
            reused=outcome.reused,
            tls_version=outcome.tls_version,
            redialed=outcome.redialed,
        ),
        created=created_us // 1_000_000,
        delivery=tried.delivery,
        delivery_state=tried.state.value,
        error=_error(outcome, secrets, public_url),
        event=tried.event,
        event_type=tried.event_type,
        livemode=message.livemode,
        next_attempt_at=None if tried.next_us is None else tried.next_us // 1_000_000,
        number=tried.number,
        related_object=tried.related_object,
        request=AttemptRequest(
            url=message.url,
            headers={name: value if _is_ours(name) else HIDDEN for name, value in message.headers},
            body_bytes=len(message.body),
        ),
        response=_response(outcome, secrets),
        status="succeeded" if outcome.failure is None else "failed",
        superseded=tried.superseded,
        timing=AttemptTiming(
            dns_us=outcome.timing.dns_us,
            connect_us=outcome.timing.connect_us,
            tls_us=outcome.timing.tls_us,
            first_byte_us=outcome.timing.first_byte_us,
            total_us=outcome.timing.total_us,
        ),
        webhook_endpoint=tried.endpoint,
    )


def _error(outcome: Outcome, secrets: tuple[str, ...], public_url: str) -> AttemptError | None:
    if outcome.failure is None:
        return None
    why = explain(outcome)
    return AttemptError(
        code=outcome.failure.value,
        phase=None if outcome.phase is None else outcome.phase.value,
        message=_text(outcome.detail, secrets),
        side=why.side.value,
        cause=why.cause,
        fix=list(why.fix),
        doc_url=public_url + doc_path(outcome.failure.value),
    )


def _response(outcome: Outcome, secrets: tuple[str, ...]) -> AttemptResponse | None:
    if outcome.status is None:
        return None
    body = outcome.body[:REPLY_BYTES_MAX].decode("utf-8", "replace")
    cut = outcome.truncated or len(outcome.body) > REPLY_BYTES_MAX
    text = _text(_without_beginnings(body, secrets) if cut else body, secrets)
    if cut:
        text = text.rstrip(_OF_NUMBERS)  # it may be most of a card's number
    shown = text.encode()  # a letter that could not be read takes more room than it did
    return AttemptResponse(
        status=outcome.status,
        headers=_kept(outcome.headers, secrets),
        body=shown[:REPLY_BYTES_MAX].decode("utf-8", "ignore"),
        truncated=cut or len(shown) > REPLY_BYTES_MAX,
    )


def _kept(headers: Iterable[tuple[str, str]], secrets: tuple[str, ...]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        if lower not in KEPT:
            continue
        scheme = value.strip().partition(" ")[0]  # the rest of a challenge is for whoever answers it
        shown = _text(scheme if lower == "www-authenticate" else value[: 2 * HEADER_LETTERS_MAX], secrets)
        kept[lower] = (f"{kept[lower]}, {shown}" if lower in kept else shown)[:HEADER_LETTERS_MAX]
    return kept


def _text(text: str, secrets: tuple[str, ...]) -> str:
    """Text from outside as it may be kept. What cannot be seen goes first: it could part a number from itself."""
    if not text:
        return text
    text = _CONTROL.sub("", text)
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return disclosed(text)


@lru_cache(1024)
def _is_ours(name: str) -> bool:
    return name.lower() in SENT


def _secrets(values: Iterable[str]) -> Iterator[str]:
    """The hidden values, and the words in them (`Bearer …`), the longest first."""
    words = {word for value in values for word in (value, *value.split()) if len(word) >= WORD_LETTERS_MIN}
    yield from sorted(words, key=lambda word: (-len(word), word))


def _without_beginnings(text: str, secrets: tuple[str, ...]) -> str:
    """A text that was cut off, without the beginning of a hidden value that it may end in."""
    for secret in secrets:
        for length in range(min(len(secret), len(text)), 0, -1):
            if text.endswith(secret[:length]):
                text = text[:-length]
                break
    return text
