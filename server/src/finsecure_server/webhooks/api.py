"""Events over HTTP."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import UNSET

from finsecure_server.core import event_types
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, NoSuch, Refused
from finsecure_server.storage.database import Reader
from finsecure_server.web import render
from finsecure_server.web.params import Nothing
from finsecure_server.web.router import Answer, Call, Route
from finsecure_server.webhooks import store
from finsecure_server.webhooks.examples import examples
from finsecure_server.webhooks.types import Event, EventType, ListEvents


def retrieve(reader: Reader, env: Env, call: Call[Any]) -> Answer:
    """GET /v1/events/{event}: what happened once."""
    event_id = call.path["event"]
    doc = store.load(reader, env, event_id)
    if doc is None:
        raise NoSuch("event", event_id, param="id")
    return Answer(doc, object_id=event_id)


def list_(reader: Reader, env: Env, call: Call[ListEvents]) -> Answer:
    """GET /v1/events: what happened, newest first."""
    params = call.params
    docs, more = store.page(reader, env, params, params.related_object, _types(params))
    return Answer(render.listed(docs, "/v1/events", more))


def _types(params: ListEvents) -> list[str]:
    """The types that a list asks for; none of them stands for all. Raises parameters_exclusive."""
    if params.type is not UNSET and params.types is not UNSET:
        raise Refused(Code.PARAMETERS_EXCLUSIVE, "You may only specify one of these: type, types.", param="types")
    wanted = params.types if isinstance(params.types, list) else []
    if isinstance(params.type, str):
        wanted = [params.type]
    if "*" in wanted:
        return []
    return list(dict.fromkeys(type_ for text in wanted for type_ in event_types.matching(text) or (text,)))


def list_types(reader: Reader, env: Env, call: Call[Nothing]) -> Answer:
    """GET /v1/event_types: every type of event there is, by family."""
    docs = (msgspec.json.encode(_type(row)).decode() for row in event_types.TYPES.values())
    return Answer(render.listed(docs, "/v1/event_types", more=False))


def retrieve_type(reader: Reader, env: Env, call: Call[Nothing]) -> EventType:
    """GET /v1/event_types/{event_type}: one of them, with an example."""
    name = call.path["event_type"]
    row = event_types.TYPES.get(name)
    if row is None:
        raise Refused(Code.RESOURCE_MISSING, f"No such event type: '{name}'", param="id")
    shown = _type(row)
    shown.example = msgspec.json.decode(examples()[name], type=Event)
    return shown


def _type(row: event_types.EventType) -> EventType:
    return EventType(
        id=row.name,
        description=row.says,
        filters=list(dict.fromkeys(event_types.patterns(row.name))),
        previous_attributes=row.before.value,
        related_type=row.object,
    )


ROUTES: Final = (
    Route(
        "GET",
        "/v1/event_types",
        list_types,
        returns=list[EventType],
        publishable=True,
        summary="List the types of events",
    ),
    Route(
        "GET",
        "/v1/event_types/{event_type}",
        retrieve_type,
        returns=EventType,
        publishable=True,
        summary="Retrieve a type of event, with an example",
        errors=(Code.RESOURCE_MISSING,),
    ),
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
