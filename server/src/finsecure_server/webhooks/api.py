"""Events over HTTP."""

from __future__ import annotations

from typing import Any, Final

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.storage.database import Reader
from finsecure_server.web import lists
from finsecure_server.web.router import Answer, Call, Route
from finsecure_server.webhooks import store
from finsecure_server.webhooks.types import Event, ListEvents


def retrieve(reader: Reader, env: Env, call: Call[Any]) -> Answer:
    """GET /v1/events/{event}: what happened once."""
    event_id = call.path["event"]
    doc = store.load(reader, env, event_id)
    if doc is None:
        raise Refused(Code.RESOURCE_MISSING, f"No such event: '{event_id}'", param="id")
    return Answer(doc, object_id=event_id)


def list_(reader: Reader, env: Env, call: Call[ListEvents]) -> Answer:
    """GET /v1/events: what happened, newest first."""
    filters = {"type": call.params.type, "object_id": call.params.related_object}
    return Answer(lists.page(reader, env, store.LISTING, "evt", "/v1/events", call.params, filters))


ROUTES: Final = (
    Route(
        "GET",
        "/v1/events",
        list_,
        params=ListEvents,
        returns=list[Event],
        scope="events:read",
        summary="List events, newest first",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "GET",
        "/v1/events/{event}",
        retrieve,
        returns=Event,
        scope="events:read",
        summary="Retrieve an event",
        errors=(Code.RESOURCE_MISSING,),
    ),
)
