"""Deliveries and their attempts over HTTP."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from finsecure_server.core.delivery import parts
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, NoSuch
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.web import lists, render
from finsecure_server.web.router import Answer, Call, Route
from finsecure_server.webhooks import log_store, resend_ops
from finsecure_server.webhooks.delivery_types import (
    ListAttempts,
    ListDeliveries,
    ResendEvent,
    WebhookAttempt,
    WebhookDelivery,
)

_NOTHING: Final = ""  # no id: what is asked for contradicts itself, and the list is empty


def list_attempts(reader: Reader, env: Env, call: Call[ListAttempts]) -> Answer:
    """GET /v1/webhook_attempts: what was sent and what came back, newest first."""
    asked = call.params
    filters: dict[str, str | UnsetType] = {
        "webhook_endpoint": asked.webhook_endpoint,
        "event": asked.event,
        "related_object": asked.related_object,
        "error": asked.error,
    }
    if isinstance(asked.delivery, str):
        event, endpoint = parts(asked.delivery) or (_NOTHING, _NOTHING)
        filters["event"] = _both(asked.event, event)
        filters["webhook_endpoint"] = _both(asked.webhook_endpoint, endpoint)
    listing = log_store.ATTEMPTS
    if asked.status == "failed":
        listing = log_store.FAILED
    elif asked.status == "succeeded":
        listing = log_store.SUCCEEDED
        if filters.pop("error") is not UNSET:
            filters["event"] = _NOTHING
    return Answer(lists.page(reader, env, listing, "wha", "/v1/webhook_attempts", asked, filters))


def _both(asked: str | UnsetType, named: str) -> str:
    """The id that two filters ask for."""
    return named if asked in (UNSET, named) else _NOTHING


def retrieve_attempt(reader: Reader, env: Env, call: Call[Any]) -> Answer:
    """GET /v1/webhook_attempts/{webhook_attempt}."""
    attempt_id = call.path["webhook_attempt"]
    doc = log_store.load_attempt(reader, env, attempt_id)
    if doc is None:
        raise NoSuch("webhook_attempt", attempt_id, param="id")
    return Answer(doc, object_id=attempt_id)


def list_deliveries(reader: Reader, env: Env, call: Call[ListDeliveries]) -> Answer:
    """GET /v1/webhook_deliveries: which event goes to whom, and how far that got, newest event first."""
    asked = call.params
    filters: dict[str, str | UnsetType] = {"webhook_endpoint": asked.webhook_endpoint, "event": asked.event}
    if asked.status is UNSET:
        listing = log_store.DELIVERIES
    elif asked.status == "delivered":
        listing = log_store.DELIVERED
    else:
        listing = log_store.UNDELIVERED
        filters["status"] = asked.status
    rows, more = lists.select(reader, env, listing, "dlv", asked, filters)
    docs = (msgspec.json.encode(log_store.shown(row, env.livemode)).decode() for row in rows)
    return Answer(render.listed(docs, "/v1/webhook_deliveries", more))


def retrieve_delivery(reader: Reader, env: Env, call: Call[Any]) -> WebhookDelivery:
    """GET /v1/webhook_deliveries/{webhook_delivery}."""
    delivery_id = call.path["webhook_delivery"]
    found = log_store.delivery(reader, env, delivery_id)
    if found is None:
        raise NoSuch("webhook_delivery", delivery_id, param="id")
    return found


def resend(tx: Tx, env: Env, call: Call[Any]) -> WebhookDelivery:
    """POST /v1/webhook_deliveries/{webhook_delivery}/resend."""
    return resend_ops.resend(tx, env, call.path["webhook_delivery"])


def resend_event(tx: Tx, env: Env, call: Call[ResendEvent]) -> Answer:
    """POST /v1/events/{event}/resend."""
    event_id = call.path["event"]
    endpoint = call.params.webhook_endpoint
    sent = resend_ops.resend_event(tx, env, event_id, endpoint if isinstance(endpoint, str) else None)
    docs = (msgspec.json.encode(delivery).decode() for delivery in sent)
    url = f"/v1/webhook_deliveries?event={event_id}"
    return Answer(render.listed(docs, url, more=False), object_id=event_id)


_READS: Final = "webhook_deliveries:read"
_WRITES: Final = "webhook_deliveries:write"

ROUTES: Final = (
    Route(
        "GET",
        "/v1/webhook_attempts",
        list_attempts,
        params=ListAttempts,
        returns=list[WebhookAttempt],
        scope=_READS,
        summary="List attempts to deliver, newest first",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "GET",
        "/v1/webhook_attempts/{webhook_attempt}",
        retrieve_attempt,
        returns=WebhookAttempt,
        scope=_READS,
        summary="Retrieve an attempt",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "GET",
        "/v1/webhook_deliveries",
        list_deliveries,
        params=ListDeliveries,
        returns=list[WebhookDelivery],
        scope=_READS,
        summary="List deliveries, newest event first",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "GET",
        "/v1/webhook_deliveries/{webhook_delivery}",
        retrieve_delivery,
        returns=WebhookDelivery,
        scope=_READS,
        summary="Retrieve a delivery",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "POST",
        "/v1/webhook_deliveries/{webhook_delivery}/resend",
        resend,
        returns=WebhookDelivery,
        scope=_WRITES,
        summary="Send a delivery again, by the full schedule",
        errors=(Code.RESOURCE_MISSING, Code.WEBHOOK_ENDPOINT_UNEXPECTED_STATE),
    ),
    Route(
        "POST",
        "/v1/events/{event}/resend",
        resend_event,
        params=ResendEvent,
        returns=list[WebhookDelivery],
        scope=_WRITES,
        summary="Send an event again, to one endpoint or to all that it concerns",
        errors=(Code.EVENT_WITHOUT_ENDPOINT, Code.RESOURCE_MISSING, Code.WEBHOOK_ENDPOINT_UNEXPECTED_STATE),
    ),
)
