"""Sending again what was sent before, or never came: one delivery, or an event to whom it concerns.

A resend gets the whole schedule, as the event itself did: whoever asks for it once need not ask again.
"""

from __future__ import annotations

from finsecure_server.core.delivery import parts
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, NoSuch, Refused
from finsecure_server.storage.database import Tx
from finsecure_server.webhooks import log_store, resend_store
from finsecure_server.webhooks.delivery_types import WebhookDelivery


def resend(tx: Tx, env: Env, delivery_id: str) -> WebhookDelivery:
    """Send one delivery again, wherever it stands. Raises resource_missing, webhook_endpoint_unexpected_state."""
    pair = parts(delivery_id)
    if pair is None or log_store.delivery(tx, env, delivery_id) is None:
        raise NoSuch("webhook_delivery", delivery_id, param="id")
    event_id, endpoint_id = pair
    check_enabled(tx, env, endpoint_id, "id")
    return _send(tx, env, event_id, endpoint_id)


def resend_event(tx: Tx, env: Env, event_id: str, endpoint_id: str | None) -> list[WebhookDelivery]:
    """Send an event to one endpoint, whatever its filter, or to all that were to hear of it or want its type by now.

    Of the latter, those that are disabled are left out. Raises resource_missing, event_without_endpoint,
    webhook_endpoint_unexpected_state.
    """
    happened = resend_store.event(tx, env, event_id)
    if happened is None:
        raise NoSuch("event", event_id, param="id")
    if endpoint_id is not None:
        check_enabled(tx, env, endpoint_id, "webhook_endpoint")
        return [_send(tx, env, event_id, endpoint_id)]
    hearers = [
        hearer
        for hearer in resend_store.hearers(tx, env, event_id, happened)
        if resend_store.lock_endpoint(tx, env, hearer) == "enabled"  # it may just be going
    ]
    if not hearers:
        raise Refused(Code.EVENT_WITHOUT_ENDPOINT)
    return [_send(tx, env, event_id, hearer) for hearer in hearers]


def check_enabled(tx: Tx, env: Env, endpoint_id: str, param: str) -> None:
    """The endpoint is enabled, and stays so until this transaction ends.

    Raises resource_missing, webhook_endpoint_unexpected_state.
    """
    status = resend_store.lock_endpoint(tx, env, endpoint_id)
    if status is None:
        raise NoSuch("webhook_endpoint", endpoint_id, param=param)
    if status != "enabled":
        raise Refused(
            Code.WEBHOOK_ENDPOINT_UNEXPECTED_STATE,
            f"The webhook endpoint {endpoint_id} is {status}: nothing is sent to it.",
            param=param,
        )


def _send(tx: Tx, env: Env, event_id: str, endpoint_id: str) -> WebhookDelivery:
    shown = log_store.delivery(tx, env, resend_store.send(tx, env, event_id, endpoint_id))
    assert shown is not None, (event_id, endpoint_id)
    return shown
