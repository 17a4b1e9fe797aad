"""Wire types of deliveries and of their attempts: what was sent to an endpoint, what came back, and what follows."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from finsecure_server.web.params import Expand, Identifier, ListParams

AttemptStatus = Literal["succeeded", "failed"]
CauseWord = Literal["automatic", "resend", "replay", "test"]
FailureWord = Literal[
    "webhook_timeout",
    "webhook_dns_error",
    "webhook_connection_error",
    "webhook_tls_error",
    "webhook_protocol_error",
    "webhook_http_error",
    "webhook_redirect_refused",
    "webhook_blocked_address",
]
PhaseWord = Literal["dns", "connect", "tls", "headers", "body"]
StateWord = Literal["pending", "delivered", "exhausted", "held", "canceled"]
Microseconds = Annotated[int, Meta(ge=0, description="Microseconds.")]


class AttemptError(Struct, kw_only=True):
    """Why an attempt failed, and who can put it right."""

    code: FailureWord
    phase: Annotated[PhaseWord | None, Meta(description="How far the attempt came.")]
    message: Annotated[str, Meta(description="What happened.")]
    side: Annotated[str, Meta(description="Who can put it right.")]
    cause: Annotated[str, Meta(description="What is the likely reason.")]
    fix: Annotated[list[str], Meta(description="What to do, step by step.")]
    doc_url: str


class AttemptRequest(Struct, kw_only=True):
    """What was sent. The body is the event's; the values of the endpoint's own headers are not shown."""

    url: str
    headers: dict[str, str]
    body_bytes: int


class AttemptResponse(Struct, kw_only=True):
    """What came back: the headers that help to find a fault, and the first 16 KiB of the body as text."""

    status: int
    headers: dict[str, str]
    body: str
    truncated: Annotated[bool, Meta(description="Whether the body went on.")]


class AttemptTiming(Struct, kw_only=True):
    """How long each phase took. Null: it was not needed, or not reached."""

    dns_us: Microseconds | None
    connect_us: Microseconds | None
    tls_us: Microseconds | None
    first_byte_us: Annotated[
        Microseconds | None, Meta(description="Microseconds from the request on an open connection to the first byte.")
    ]
    total_us: Microseconds


class AttemptConnection(Struct, kw_only=True):
    """Over what it went."""

    address: Annotated[str | None, Meta(description="The address that was dialed.")]
    reused: Annotated[bool, Meta(description="Over a connection that was open already.")]
    tls_version: str | None
    redialed: Annotated[bool, Meta(description="The first connection broke at once and was dialed again.")]


class WebhookAttempt(Struct, kw_only=True):
    """One request to an endpoint, and what came back."""

    id: str
    object: Literal["webhook_attempt"] = "webhook_attempt"
    cause: Annotated[CauseWord, Meta(description="What it was due to.")]
    connection: AttemptConnection
    created: int
    delivery: str
    delivery_state: Annotated[StateWord, Meta(description="Where it left the delivery.")]
    error: AttemptError | None
    event: str
    event_type: str
    livemode: bool
    next_attempt_at: Annotated[int | None, Meta(description="When the next one was planned, as it left the delivery.")]
    number: Annotated[int, Meta(description="Counts the attempts of its delivery from 1.")]
    related_object: Annotated[str, Meta(description="What the event is about.")]
    request: AttemptRequest
    response: AttemptResponse | None
    status: AttemptStatus
    superseded: Annotated[
        bool, Meta(description="Its report came too late to count: by then somebody else had moved the delivery on.")
    ]
    timing: AttemptTiming
    webhook_endpoint: str


class DeliveryError(Struct, kw_only=True):
    """Why the last attempt that failed did so; the attempt itself says more."""

    code: FailureWord
    side: str
    fix: list[str]


class WebhookDelivery(Struct, kw_only=True):
    """One event for one endpoint, tried until it arrives."""

    id: str
    object: Literal["webhook_delivery"] = "webhook_delivery"
    attempts: Annotated[int, Meta(description="How many were made in all.")]
    cause: Annotated[CauseWord, Meta(description="What its next attempts are due to, or its last ones were.")]
    created: Annotated[int, Meta(description="When its event happened.")]
    delivered_at: Annotated[int | None, Meta(description="When it first arrived.")]
    event: str
    event_type: str
    last_error: DeliveryError | None
    livemode: bool
    next_attempt_at: Annotated[int | None, Meta(description="Not null exactly while it is pending.")]
    related_object: Annotated[str, Meta(description="What the event is about.")]
    replay: Annotated[str | None, Meta(description="The replay that sent it again last.")]
    schedule_length: Annotated[int, Meta(description="How many attempts it gets before it is exhausted.")]
    schedule_used: Annotated[int, Meta(description="How many of these are used up.")]
    status: StateWord
    webhook_endpoint: str


class ListAttempts(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Filters."""

    delivery: Identifier | UnsetType = UNSET
    error: FailureWord | UnsetType = UNSET
    event: Identifier | UnsetType = UNSET
    related_object: (
        Annotated[Identifier, Meta(description="Attempts to tell of this object, for instance a payment intent's id.")]
        | UnsetType
    ) = UNSET
    status: AttemptStatus | UnsetType = UNSET
    webhook_endpoint: Identifier | UnsetType = UNSET


class ListDeliveries(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Filters."""

    event: Identifier | UnsetType = UNSET
    status: StateWord | UnsetType = UNSET
    webhook_endpoint: Identifier | UnsetType = UNSET


class ResendEvent(Struct, kw_only=True, forbid_unknown_fields=True):
    """To whom an event is sent once more."""

    webhook_endpoint: (
        Annotated[
            Identifier,
            Meta(description="Unless you say: every endpoint that was to hear of the event, or wants its type by now."),
        ]
        | UnsetType
    ) = UNSET
    expand: Expand | UnsetType = UNSET


EXPANDS: Final[dict[str, dict[str, str]]] = {
    "webhook_attempt": {"event": "event", "webhook_endpoint": "webhook_endpoint", "delivery": "webhook_delivery"},
    "webhook_delivery": {"event": "event", "replay": "webhook_replay", "webhook_endpoint": "webhook_endpoint"},
}
