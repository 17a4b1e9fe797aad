"""Wire types of events."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from finsecure_server.web.params import Expand, Identifier, ListParams


class EventData(Struct, kw_only=True, omit_defaults=True):
    """The object as it was right after the event, and the old values of what an update changed."""

    object: dict[str, Any]
    previous_attributes: dict[str, Any] | None = None


class EventRequest(Struct, kw_only=True):
    """The call that caused it; both null when time did."""

    id: str | None
    idempotency_key: str | None


class Event(Struct, kw_only=True):
    """Something happened to an object."""

    id: str
    object: Literal["event"] = "event"
    account: str
    api_version: str
    created: int
    data: EventData
    livemode: bool
    pending_webhooks: int
    request: EventRequest
    sequence: Annotated[int, Meta(description="Counts the events about this object from 1, without a gap.")]
    type: str


class RelatedObject(Struct, kw_only=True):
    """What a thin event is about, and where that is read. `id` is null when there is only one: the balance."""

    id: str | None
    type: str
    url: str


class ThinEvent(Struct, kw_only=True):
    """An event as an endpoint of `payload: thin` gets it: not what the object was, but where it is."""

    id: str
    object: Literal["event"] = "event"
    account: str
    api_version: str
    created: int
    livemode: bool
    pending_webhooks: int = 1
    related_object: RelatedObject
    request: EventRequest
    sequence: int
    type: str


class EventType(Struct, kw_only=True):
    """A type of event."""

    id: Annotated[str, Meta(description="What `type` says in such an event, and what a filter may name.")]
    object: Literal["event_type"] = "event_type"
    description: Annotated[str, Meta(description="When it happens.")]
    example: Annotated[
        Event | UnsetType,
        Meta(description="Such an event, of objects that do not exist. Only when one type is retrieved."),
    ] = UNSET
    filters: Annotated[list[str], Meta(description="What lets it through to an endpoint, widest first.")]
    previous_attributes: Annotated[
        Literal["always", "sometimes", "never"], Meta(description="Whether it shows the old values of what changed.")
    ]
    related_type: Annotated[str, Meta(description="What `data.object.object` says.")]


class SendTestEvent(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which event an endpoint is sent as a test. In live mode there is only `webhook_endpoint.test`."""

    type: Annotated[str, Meta(min_length=1, max_length=100, description="Any type of event.")] = "webhook_endpoint.test"
    expand: Expand | UnsetType = UNSET


class ListEvents(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Filters."""

    type: (
        Annotated[str, Meta(max_length=100, description="Such as `refund.created`, or `refund.*` for all of a family.")]
        | UnsetType
    ) = UNSET
    types: (
        Annotated[
            list[Annotated[str, Meta(max_length=100)]],
            Meta(min_length=1, max_length=20, description="Several of them, in place of `type`."),
        ]
        | UnsetType
    ) = UNSET
    related_object: (
        Annotated[Identifier, Meta(description="Events about this object only, for instance a payment intent's id.")]
        | UnsetType
    ) = UNSET
