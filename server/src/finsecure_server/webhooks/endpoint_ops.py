"""Rules of webhook endpoints: create, change, enable, disable, roll the secret, delete.

Every change moves `sequence` and says so in an event of its own, in the same transaction. An endpoint that takes
nothing any more loses nothing: what waits for it is held until it is enabled again, or canceled when it is deleted.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import UnsetType
from msgspec.structs import replace

from finsecure_server.accounts import store as accounts
from finsecure_server.core import breaker, changes, event_types, failing, own_headers, signature
from finsecure_server.core.delivery import State
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.net import guard
from finsecure_server.storage import queue
from finsecure_server.storage.database import Tx
from finsecure_server.web.params import merged
from finsecure_server.webhooks import (
    delivery_store,
    endpoint_address,
    endpoint_secrets,
    endpoint_store,
    replay_ops,
    secret_store,
)
from finsecure_server.webhooks import store as events
from finsecure_server.webhooks.delivery_store import LaneKey
from finsecure_server.webhooks.endpoint_store import Stored
from finsecure_server.webhooks.endpoint_types import (
    ENDPOINTS_MAX,
    OVERLAP_MAX_S,
    CreateWebhookEndpoint,
    DeletedWebhookEndpoint,
    DisabledReason,
    EnableWebhookEndpoint,
    Endpoint,
    EndpointSecret,
    RollSecret,
    UpdateWebhookEndpoint,
)

SETTLE: Final = "webhook_settle"  # due row: what waits for an endpoint that takes nothing is held or canceled
SETTLE_STEP: Final = 500  # deliveries to a transaction, so that no payment waits for it
#: An event may commit just after its endpoint was deleted, with a delivery that is held as it saw it: nobody else would
#: find that. So it is looked again, until nothing is found.
LOOK_AGAIN_US: Final = 60_000_000
MASK: Final = "****"  # in place of the value of an own header

_MICROSECONDS: Final = 1_000_000
#: What becomes of deliveries that wait, by the status of their endpoint.
_ENDS: Final[Mapping[str, tuple[tuple[State, State], ...]]] = {
    "disabled": ((State.PENDING, State.HELD),),
    "deleted": ((State.PENDING, State.CANCELED), (State.HELD, State.CANCELED)),
}
_PLAIN: Final = ("api_version", "payload", "rate_limit", "timeout")


class Made(NamedTuple):
    """An endpoint, and its new secret in clear: the only time that anybody sees it."""

    wire: Endpoint
    secret: str


class Enabled(NamedTuple):
    """An endpoint, and the replay that sends it what was held."""

    wire: Endpoint
    replay: str | None


def create(tx: Tx, env: Env, params: CreateWebhookEndpoint) -> Made:
    """A new endpoint. Raises url_invalid, event_type_unknown, webhook_header_invalid, webhook_endpoint_limit."""
    accounts.lock_clock(tx, env)  # two at once must not both find room
    if endpoint_store.count(tx, env) >= ENDPOINTS_MAX:
        raise Refused(Code.WEBHOOK_ENDPOINT_LIMIT)
    url = _url(env, params.url)
    patterns = _patterns(params.enabled_events)
    headers = _headers({}, params.headers)
    metadata = merged({}, params.metadata)
    endpoint_id = env.new_id("we")
    secret, shown = endpoint_secrets.new_signing(tx, env, endpoint_id)
    endpoint_secrets.set_headers(tx, env, endpoint_id, headers)
    wire = Endpoint(
        id=endpoint_id,
        api_version=params.api_version or None,
        created=env.seconds,
        description=params.description or None,
        disabled_at=env.seconds if params.disabled else None,
        disabled_reason="requested" if params.disabled else None,
        enabled_events=patterns,
        headers=dict.fromkeys(headers, MASK),
        livemode=env.livemode,
        metadata=metadata,
        payload=params.payload,
        rate_limit=params.rate_limit or None,
        secrets=[shown],
        status="disabled" if params.disabled else "enabled",
        timeout=params.timeout,
        url=url,
        warnings=endpoint_address.warnings(url),
    )
    doc = _json(wire)
    endpoint_store.add(tx, env, wire, doc)
    endpoint_store.want(tx, env, endpoint_id, patterns)
    events.emit(tx, env, "webhook_endpoint.created", endpoint_id, 1, doc)
    return Made(wire, secret)


def update(tx: Tx, env: Env, endpoint_id: str, params: UpdateWebhookEndpoint) -> Endpoint:
    """Change what is given. Says nothing when nothing changed. Raises as `create` does, and resource_missing.

    At another address nothing has failed yet: it is tried at once.
    """
    if params.disabled is False or not isinstance(params.url, UnsetType):
        _lock_lane(tx, env, endpoint_id)
    stored = endpoint_store.lock(tx, env, endpoint_id)
    wire = replace(stored.wire, **_given(env, stored.wire, params))
    previous = changes.previous(stored.wire, wire)
    if not isinstance(params.headers, UnsetType):
        wire = _set_headers(tx, env, stored.wire, wire, params.headers, previous)
    if wire.url != stored.wire.url:
        _forget_failures(tx, env, endpoint_id)
    if previous:
        _follow_filters(tx, env, stored.wire, wire)
        stored = _say(tx, env, stored, wire, "webhook_endpoint.updated", previous)
    if params.disabled is True:
        return _disable(tx, env, stored, "requested").wire
    if params.disabled is False:
        return _enable(tx, env, stored).wire
    return stored.wire


def enable(tx: Tx, env: Env, endpoint_id: str, params: EnableWebhookEndpoint) -> Enabled:
    """Deliver to it again, as if it had never failed; what was held too, if asked. Raises resource_missing.

    Changes nothing about an endpoint that is enabled; what is still held for it can be asked for then as well.
    """
    _lock_lane(tx, env, endpoint_id)
    wire = _enable(tx, env, endpoint_store.lock(tx, env, endpoint_id)).wire
    replay = replay_ops.start(tx, env, endpoint_id, replay_ops.HELD).id if params.replay_held else None
    return Enabled(wire, replay)


def disable(tx: Tx, env: Env, endpoint_id: str) -> Endpoint:
    """Deliver nothing more, and hold what waits. Changes nothing when it is disabled. Raises resource_missing."""
    return _disable(tx, env, endpoint_store.lock(tx, env, endpoint_id), "requested").wire


def disable_failing(tx: Tx, env: Env, endpoint_id: str) -> None:
    """Nothing has arrived for so long that the endpoint is given up (core/failing.py)."""
    stored = endpoint_store.lock_any(tx, env, endpoint_id)
    if stored is not None and stored.status == "enabled":
        _disable(tx, env, stored, "failing")


def roll_secret(tx: Tx, env: Env, endpoint_id: str, params: RollSecret) -> Made:
    """A new secret. Those before it sign along until `expires_in` is over, unless their own end comes first.

    With 0 they end at once: a leak is stopped, whichever of them it was. Raises parameter_out_of_range,
    webhook_secret_limit, resource_missing.
    """
    if not 0 <= params.expires_in <= OVERLAP_MAX_S:
        raise Refused(
            Code.PARAMETER_OUT_OF_RANGE,
            f"Secrets before the new one go on for 0 to {OVERLAP_MAX_S} s (7 days).",
            param="expires_in",
        )
    stored = endpoint_store.lock(tx, env, endpoint_id)
    # Whole seconds, as they are shown: so nobody counts a secret as ended that still signs.
    until_us = (env.wall // _MICROSECONDS + params.expires_in) * _MICROSECONDS
    going_on = [_ending(secret, until_us) for secret in active(stored.wire, env.wall)] if params.expires_in else []
    if len(going_on) >= signature.SECRETS_MAX:
        raise Refused(Code.WEBHOOK_SECRET_LIMIT)
    secret_store.expire(tx, env, endpoint_id, until_us)
    secret_store.forget_expired(tx, env, endpoint_id)
    secret, shown = endpoint_secrets.new_signing(tx, env, endpoint_id)
    wire = replace(stored.wire, secrets=[shown, *going_on])
    previous = changes.previous(stored.wire, wire)
    return Made(_say(tx, env, stored, wire, "webhook_endpoint.updated", previous).wire, secret)


def delete(tx: Tx, env: Env, endpoint_id: str) -> DeletedWebhookEndpoint:
    """Delete it: its secrets are gone, what waited for it is canceled. Raises resource_missing."""
    stored = endpoint_store.lock(tx, env, endpoint_id)
    endpoint_store.no_longer_want(tx, env, endpoint_id, stored.wire.enabled_events)
    secret_store.forget(tx, env, endpoint_id)
    wire = replace(stored.wire, status="deleted", headers={}, secrets=[])
    _say(tx, env, stored, wire, "webhook_endpoint.deleted")
    _look_again(tx, env, endpoint_id)
    settle(tx, env, endpoint_id)
    return DeletedWebhookEndpoint(id=endpoint_id)


def tell(tx: Tx, env: Env, endpoint_id: str, type_: str) -> None:
    """Say in an event how an endpoint fares. Of one that is disabled or deleted there is nothing to say."""
    stored = endpoint_store.lock_any(tx, env, endpoint_id)
    if stored is not None and stored.status == "enabled":
        _say(tx, env, stored, stored.wire, type_)


def active(wire: Endpoint, wall_us: int) -> list[EndpointSecret]:
    """The secrets that sign now, newest first."""
    now = wall_us // _MICROSECONDS
    return [secret for secret in wire.secrets if secret.expires_at is None or secret.expires_at > now]


# -- what waits for an endpoint that takes nothing ---------------------------------------------------------------------


def settle(tx: Tx, env: Env, endpoint_id: str) -> None:
    """Hold what waits for a disabled endpoint, cancel what waits for a deleted one. Goes on later if it is much."""
    stored = endpoint_store.lock_any(tx, env, endpoint_id)
    if stored is None or stored.status == "enabled":
        return
    left = SETTLE_STEP
    for of, to in _ENDS[stored.status]:
        left -= endpoint_store.settle(tx, env, endpoint_id, of, to, left)
        if not left:
            settle_later(tx, env, endpoint_id)
            return
    if stored.status == "deleted" and left < SETTLE_STEP:
        _look_again(tx, env, endpoint_id)


def _look_again(tx: Tx, env: Env, endpoint_id: str) -> None:
    queue.schedule(tx, env, SETTLE, endpoint_id, env.now + LOOK_AGAIN_US)


def settle_later(tx: Tx, env: Env, endpoint_id: str) -> None:
    """Have `settle` go on in a transaction of its own."""
    queue.schedule(tx, env, SETTLE, endpoint_id, env.now)


# -- steps -------------------------------------------------------------------------------------------------------------


def _enable(tx: Tx, env: Env, stored: Stored) -> Stored:
    """Enable a locked endpoint, whose lane is locked too."""
    if stored.status == "enabled":
        return stored
    _forget_failures(tx, env, stored.wire.id)
    queue.cancel(tx, env, SETTLE, stored.wire.id)
    wire = replace(stored.wire, status="enabled", disabled_at=None, disabled_reason=None)
    return _say(tx, env, stored, wire, "webhook_endpoint.enabled")


def _disable(tx: Tx, env: Env, stored: Stored, reason: DisabledReason) -> Stored:
    """Disable a locked endpoint."""
    if stored.status == "disabled":
        return stored
    wire = replace(stored.wire, status="disabled", disabled_at=env.seconds, disabled_reason=reason)
    stored = _say(tx, env, stored, wire, "webhook_endpoint.disabled")
    settle(tx, env, wire.id)
    return stored


def _lock_lane(tx: Tx, env: Env, endpoint_id: str) -> None:
    """Before the endpoint itself, in the order of the sender, which may find that it is to be disabled."""
    delivery_store.lock_lane(tx, LaneKey(env.account, env.livemode, endpoint_id))


def _forget_failures(tx: Tx, env: Env, endpoint_id: str) -> None:
    """Of an endpoint whose lane is locked."""
    never, closed = msgspec.json.encode(failing.NEVER).decode(), msgspec.json.encode(breaker.CLOSED).decode()
    delivery_store.fares(tx, LaneKey(env.account, env.livemode, endpoint_id), never, closed)


def _say(
    tx: Tx, env: Env, stored: Stored, wire: Endpoint, type_: str, previous: dict[str, Any] | None = None
) -> Stored:
    wire = replace(wire, secrets=active(wire, env.wall))
    doc = _json(wire)
    sequence = endpoint_store.save(tx, env, wire, stored.sequence, doc)
    events.emit(tx, env, type_, wire.id, sequence, doc, previous)
    return Stored(wire, sequence)


def _ending(secret: EndpointSecret, until_us: int) -> EndpointSecret:
    until = until_us // _MICROSECONDS
    return replace(secret, expires_at=until if secret.expires_at is None else min(secret.expires_at, until))


def _json(wire: Endpoint) -> str:
    return msgspec.json.encode(wire).decode()


# -- parameters --------------------------------------------------------------------------------------------------------


def _given(env: Env, wire: Endpoint, params: UpdateWebhookEndpoint) -> dict[str, Any]:
    """The fields that the parameters set, checked; headers are another matter."""
    given = {name: value for name in _PLAIN if not isinstance(value := getattr(params, name), UnsetType)}
    if not isinstance(params.description, UnsetType):
        given["description"] = params.description or None
    if not isinstance(params.url, UnsetType):
        given["url"] = _url(env, params.url)
        given["warnings"] = endpoint_address.warnings(given["url"])
    if not isinstance(params.enabled_events, UnsetType):
        given["enabled_events"] = _patterns(params.enabled_events)
    given["metadata"] = merged(wire.metadata, params.metadata)
    return given


def _url(env: Env, text: str) -> str:
    """The address as it is kept. Raises url_invalid."""
    check = guard.check_url if env.poster is None else env.poster.check_url
    return check(text, env.livemode)


def _patterns(given: list[str]) -> list[str]:
    """The filters, each once. Raises event_type_unknown, which names the item."""
    for position, pattern in enumerate(given):
        if not event_types.valid_pattern(pattern):
            near = difflib.get_close_matches(pattern, event_types.TYPES, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            raise Refused(
                Code.EVENT_TYPE_UNKNOWN,
                f"There is no type of event called '{pattern}'.{hint} Send types such as refund.created, families such "
                "as refund.*, or * for all of them.",
                param=f"enabled_events[{position}]",
            )
    return list(dict.fromkeys(given))


def _headers(old: dict[str, str], change: dict[str, str | None] | UnsetType | None) -> dict[str, str]:
    """The endpoint's own headers after a change. Raises webhook_header_invalid."""
    if isinstance(change, UnsetType):
        return old
    if change is None:
        return {}
    known = {name.lower(): value for name, value in old.items()}
    given = {name: known.get(name.lower(), MASK) if value == MASK else value for name, value in change.items()}
    for name, value in given.items():
        wrong = own_headers.problem(name, value or "-")
        if wrong is None and value == MASK:
            wrong = "has no value yet that could be left as it is"
        if wrong is not None:
            shown = name if name.isascii() and name.isprintable() else "(not shown)"
            raise Refused(Code.WEBHOOK_HEADER_INVALID, f"The header '{shown[:100]}' {wrong}.", param="headers")
    if len({name.lower() for name in given}) < len(given):
        raise Refused(
            Code.WEBHOOK_HEADER_INVALID, "The same header is given twice: case makes no difference.", param="headers"
        )
    headers = own_headers.merged(old, given)
    wrong = own_headers.too_much(headers)
    if wrong is not None:
        raise Refused(Code.WEBHOOK_HEADER_INVALID, wrong, param="headers")
    return headers


def _set_headers(
    tx: Tx,
    env: Env,
    before: Endpoint,
    wire: Endpoint,
    change: dict[str, str | None] | None,
    previous: dict[str, Any],
) -> Endpoint:
    """Change the own headers of a locked endpoint; a new value counts as a change though it shows none."""
    old = endpoint_secrets.own_headers(tx, env.vault, env.account, env.livemode, wire.id)
    new = _headers(old, change)
    if new == old:
        return wire
    endpoint_secrets.set_headers(tx, env, wire.id, new)
    previous["headers"] = before.headers
    return replace(wire, headers=dict.fromkeys(new, MASK))


def _follow_filters(tx: Tx, env: Env, before: Endpoint, after: Endpoint) -> None:
    old, new = before.enabled_events, after.enabled_events
    endpoint_store.no_longer_want(tx, env, after.id, [pattern for pattern in old if pattern not in new])
    endpoint_store.want(tx, env, after.id, [pattern for pattern in new if pattern not in old])
