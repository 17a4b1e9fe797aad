"""Webhook endpoints as they are shown: what is stored, and how they fare at this moment."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import asdict

from finsecure_server.core.breaker import free_at_us
from finsecure_server.core.env import Env
from finsecure_server.core.failing import DISABLE_H, HOUR_US
from finsecure_server.storage.database import Reader
from finsecure_server.webhooks import endpoint_ops, endpoint_store
from finsecure_server.webhooks.endpoint_store import Fares
from finsecure_server.webhooks.endpoint_types import Endpoint, EndpointHealth, HealthState, WebhookEndpoint

_MICROSECONDS: Final = 1_000_000


def view(
    reader: Reader,
    env: Env,
    wire: Endpoint,
    *,
    replay: str | UnsetType = UNSET,
    secret: str | UnsetType = UNSET,
) -> WebhookEndpoint:
    """An endpoint as the API shows it. `secret` is in the reply that made it, and never again."""
    fields: dict[str, Any] = asdict(wire)
    fields["secrets"] = endpoint_ops.active(wire, env.wall)
    health = health_of(env, wire, endpoint_store.fares(reader, env, wire.id))
    return WebhookEndpoint(**fields, health=health, replay=replay, secret=secret)


def shown(reader: Reader, env: Env, doc: str) -> str:
    """A row's document as it is shown in a list."""
    return msgspec.json.encode(view(reader, env, endpoint_store.decoded(doc))).decode()


def load(reader: Reader, env: Env, endpoint_id: str) -> bytes | None:
    """An endpoint's JSON, a deleted one's too, for who refers to it."""
    stored = endpoint_store.settings_of(reader, env.account, env.livemode, endpoint_id)
    return None if stored is None else msgspec.json.encode(view(reader, env, stored.wire))


def health_of(env: Env, wire: Endpoint, fares: Fares) -> EndpointHealth:
    """How an endpoint fares. It fails by the account's own clock, and is left alone by the wall's."""
    failing, free_us = fares.failing, free_at_us(fares.breaker)
    enabled = wire.status == "enabled"
    ends_us = failing.clock_us + DISABLE_H * HOUR_US if failing.clock_us else None
    return EndpointHealth(
        state=_state(enabled, failing.first_us != 0, free_us != 0),
        failing_since=_seconds(failing.first_us or None) if enabled else None,
        will_be_disabled_at=_seconds(ends_us) if enabled else None,
        retry_at=_seconds(free_us + env.now - env.wall) if enabled and free_us else None,
        pending=fares.pending,
        held=fares.held,
    )


def _state(enabled: bool, failing: bool, left_alone: bool) -> HealthState:
    if not enabled:
        return "disabled"
    if left_alone:
        return "unreachable"
    return "failing" if failing else "healthy"


def _seconds(us: int | None) -> int | None:
    return None if us is None else us // _MICROSECONDS
