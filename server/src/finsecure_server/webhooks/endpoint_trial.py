"""The test of an endpoint from our side: three messages, sent now and one after the other (core/endpoint_check.py).

They are no deliveries: nothing is tried again, and how the endpoint fares is not touched. A disabled endpoint can be
tested as well, before it is enabled.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from time import monotonic as seconds
from typing import Final, NamedTuple

import msgspec

from finsecure_server.core import endpoint_check, signature
from finsecure_server.core.delivery import Message, Outcome, Poster
from finsecure_server.core.endpoint_check import Seen
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.storage.drive import Ask
from finsecure_server.webhooks import endpoint_secrets, endpoint_store, payload, sample_store, store
from finsecure_server.webhooks.endpoint_types import Endpoint, EndpointCheck, WebhookEndpointTest
from finsecure_server.webhooks.request_headers import headers

TYPE: Final = "webhook_endpoint.test"
SECONDS_MAX: Final = 20  # for all three; an attempt may end half a second after its own time
_SLACK_S: Final = 1
_FIRST_MAX_S: Final = SECONDS_MAX - _SLACK_S


class Letter(NamedTuple):
    """An event that is ready to be signed."""

    event_id: str
    body: bytes
    secrets: Sequence[str]


class Trial(NamedTuple):
    """All that the three messages need, read in one transaction. Holds secrets: never logged."""

    wire: Endpoint
    own_headers: tuple[tuple[str, str], ...]
    genuine: Letter
    forged: Letter
    wall: int
    public_url: str


def begin(tx: Tx, env: Env, endpoint_id: str) -> Ask[Seen, WebhookEndpointTest]:
    """Make the messages, and ask the endpoint. Raises resource_missing."""
    poster = env.poster
    if poster is None:
        raise Refused(Code.INTERNAL_ERROR, "This server has no way out.")
    trial = _trial(tx, env, endpoint_store.get(tx, env, endpoint_id).wire)
    return Ask(partial(_send, poster, trial), partial(_told, trial.wire), about=endpoint_id)


def cut_short(reader: Reader, env: Env, endpoint_id: str) -> WebhookEndpointTest:
    """What there is to say of a test that a crash of ours has ended. Raises resource_missing."""
    wire = endpoint_store.get(reader, env, endpoint_id).wire
    return _shown(wire, (), "The test was cut short. Run it again with another Idempotency-Key.", passed=False)


def _trial(tx: Tx, env: Env, wire: Endpoint) -> Trial:
    secrets = endpoint_secrets.signing(tx, env.vault, env.account, env.livemode, wire.id, env.wall)
    own = endpoint_secrets.own_headers(tx, env.vault, env.account, env.livemode, wire.id)
    doc = msgspec.json.encode(wire).decode()
    event_id = env.new_id("evt")
    event = store.document(env, event_id, TYPE, 1, doc)
    sample_store.add(tx, env, event_id, TYPE, wire.id, event)  # whoever gets it can look it up
    forged_id = env.new_id("evt")
    forged = store.document(env, forged_id, TYPE, 1, doc)
    nobodys = [signature.new_secret(env.chance(signature.SECRET_BYTES))]
    return Trial(
        wire=wire,
        own_headers=tuple(own.items()),
        genuine=Letter(event_id, payload.body(event, wire.api_version, wire.payload), secrets),
        forged=Letter(forged_id, payload.body(forged, wire.api_version, wire.payload), nobodys),
        wall=env.wall,
        public_url=env.public_url,
    )


async def _send(poster: Poster, trial: Trial) -> Seen:
    """The three messages. After the first has failed the others would tell nothing."""
    began = seconds()
    sent: list[Outcome] = []
    for letter, number in ((trial.genuine, 1), (trial.genuine, 2), (trial.forged, 1)):
        elapsed = seconds() - began
        left_s = int(_FIRST_MAX_S - elapsed)
        if left_s < 1:
            break
        sent.append(await poster.post(_message(trial, letter, number, left_s, int(elapsed * 1_000_000))))
        if sent[0].failure is not None:
            break
    again, forged = [*sent[1:], None, None][:2]
    return Seen(trial.wire.url.startswith("https:"), trial.wire.timeout, sent[0], again, forged)


def _message(trial: Trial, letter: Letter, number: int, left_s: int, elapsed_us: int) -> Message:
    wire = trial.wire
    sent = headers(
        event_id=letter.event_id,
        endpoint_id=wire.id,
        attempt=number,
        secrets=letter.secrets,
        seconds=(trial.wall + elapsed_us) // 1_000_000,
        body=letter.body,
        own=trial.own_headers,
        public_url=trial.public_url,
    )
    return Message(wire.url, sent, letter.body, min(wire.timeout, left_s), wire.livemode)


def _told(wire: Endpoint, _: Tx, seen: Seen) -> WebhookEndpointTest:
    found = endpoint_check.checks(seen)
    shown = [
        EndpointCheck(
            id=check.id.value, status=check.status.value, detail=check.detail, fix=check.fix, timing_ms=check.timing_ms
        )
        for check in found
    ]
    return _shown(wire, shown, endpoint_check.verdict(found), passed=endpoint_check.passed(found))


def _shown(wire: Endpoint, checks: Sequence[EndpointCheck], verdict: str, *, passed: bool) -> WebhookEndpointTest:
    return WebhookEndpointTest(
        checks=list(checks),
        livemode=wire.livemode,
        passed=passed,
        url=wire.url,
        verdict=verdict,
        webhook_endpoint=wire.id,
    )
