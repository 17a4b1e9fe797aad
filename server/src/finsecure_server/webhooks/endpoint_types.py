"""Wire types of webhook endpoints, shaped like Stripe's where it has them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from finsecure_server.core import own_headers
from finsecure_server.core.delivery import TIMEOUT_DEFAULT_S, TIMEOUT_MAX_S
from finsecure_server.web.params import Expand, Int64, ListParams, Metadata, Secret, Text

ENDPOINTS_MAX: Final = 100  # of an account in one mode; deleted ones do not count
EVENTS_MAX: Final = 200  # filters of one endpoint
RATE_MAX: Final = 1000
COUNTED_MAX: Final = 1000
OVERLAP_DEFAULT_S: Final = 86_400
OVERLAP_MAX_S: Final = 7 * 86_400
URL_LETTERS_MAX: Final = 2048

ApiVersion = Literal["2018-11-08", "2026-11-22"]
CheckId = Literal["reachable", "tls", "redirect", "time", "signature_accepted", "duplicate", "signature_refused"]
CheckStatus = Literal["pass", "warn", "fail", "skipped"]
DisabledReason = Literal["requested", "failing"]
EndpointStatus = Literal["enabled", "disabled", "deleted"]
HealthState = Literal["healthy", "failing", "unreachable", "disabled"]
Payload = Literal["snapshot", "thin"]
Timeout = Annotated[
    int,
    Meta(ge=1, le=TIMEOUT_MAX_S, description="Seconds for an attempt, from the look-up of its host to the reply."),
]
RateLimit = Annotated[int, Meta(ge=1, le=RATE_MAX, description="How many attempts a second it gets at most.")]
EventPattern = Annotated[str, Meta(min_length=1, max_length=100)]
EnabledEvents = Annotated[
    list[EventPattern],
    Meta(
        min_length=1,
        max_length=EVENTS_MAX,
        description="Types of events, such as `refund.created`; families, such as `refund.*`; or `*` for all.",
    ),
]
OwnHeaders = Annotated[
    dict[str, str | None],
    Secret,
    Meta(
        description=f"Up to {own_headers.HEADERS_MAX} headers of your own that go with every attempt. Their values are "
        "kept encrypted and never shown. An empty value removes its header; `****` leaves its value as it is."
    ),
]
Url = Annotated[str, Meta(min_length=1, max_length=URL_LETTERS_MAX)]


class EndpointSecret(Struct, frozen=True, kw_only=True):
    """A signing secret without what makes it one. Secrets live by the wall clock, whatever the test clock says."""

    id: str
    created: int
    expires_at: Annotated[int | None, Meta(description="When it signs nothing any more; null for the newest.")]
    last4: str


class Endpoint(Struct, frozen=True, kw_only=True):
    """An endpoint as it is stored, and as its events show it."""

    id: str
    object: Literal["webhook_endpoint"] = "webhook_endpoint"
    api_version: Annotated[ApiVersion | None, Meta(description="Shape of the events; null for the current one.")]
    application: None = None
    created: int
    description: str | None
    disabled_at: int | None
    disabled_reason: Annotated[
        DisabledReason | None, Meta(description="Whether you disabled it, or nothing had arrived for five days.")
    ]
    enabled_events: list[str]
    headers: Annotated[dict[str, str], Meta(description="Headers of its own; the values are not shown.")]
    livemode: bool
    metadata: dict[str, str]
    payload: Annotated[Payload, Meta(description="Whether events bring the object along, or only say where it is.")]
    rate_limit: Annotated[int | None, Meta(description="How many attempts a second it gets at most.")]
    secrets: Annotated[list[EndpointSecret], Meta(description="What its events are signed with, newest first.")]
    status: Annotated[EndpointStatus, Meta(description="A deleted endpoint is shown only where others refer to it.")]
    timeout: Annotated[int, Meta(description="Seconds for an attempt.")]
    url: str
    warnings: Annotated[list[str], Meta(description="What you should know about its address.")]


class EndpointHealth(Struct, frozen=True, kw_only=True):
    """How an endpoint fares at this moment."""

    state: Annotated[
        HealthState,
        Meta(description="Unreachable: so much failed in a row that it is left alone until `retry_at`."),
    ]
    failing_since: Annotated[int | None, Meta(description="When it began to accept nothing.")]
    will_be_disabled_at: Annotated[int | None, Meta(description="When it is disabled if it still accepts nothing.")]
    retry_at: Annotated[int | None, Meta(description="When it is tried again.")]
    pending: Annotated[
        int, Meta(description=f"Deliveries that wait to be sent. {COUNTED_MAX} stands for that many or more.")
    ]
    held: Annotated[
        int,
        Meta(description=f"Deliveries held while it was disabled. {COUNTED_MAX} stands for that many or more."),
    ]


class WebhookEndpoint(Endpoint, frozen=True, kw_only=True):
    """An address that hears of events. `secret` is there only in the replies to its creation and to a roll."""

    health: EndpointHealth
    replay: Annotated[
        str | UnsetType, Meta(description="In the reply to enable: the replay of what was held, if you asked for it.")
    ] = UNSET
    secret: str | UnsetType = UNSET


class DeletedWebhookEndpoint(Struct, frozen=True, kw_only=True):
    """What is left of an endpoint."""

    id: str
    object: Literal["webhook_endpoint"] = "webhook_endpoint"
    deleted: Literal[True] = True


class EndpointCheck(Struct, frozen=True, kw_only=True):
    """One thing that a test has looked at."""

    id: CheckId
    status: CheckStatus
    detail: Annotated[str, Meta(description="What was seen.")]
    fix: Annotated[str | None, Meta(description="What to do about it.")]
    timing_ms: Annotated[int | None, Meta(description="How long the attempt took; null when there was none.")]


class WebhookEndpointTest(Struct, frozen=True, kw_only=True):
    """What came of sending an endpoint a signed event, the same again, and one with a wrong signature."""

    object: Literal["webhook_endpoint_test"] = "webhook_endpoint_test"
    checks: list[EndpointCheck]
    livemode: bool
    passed: Annotated[bool, Meta(description="Whether nothing failed.")]
    url: str
    verdict: Annotated[str, Meta(description="All of it in a sentence.")]
    webhook_endpoint: str


# -- parameters --------------------------------------------------------------------------------------------------------


class CreateWebhookEndpoint(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new endpoint. Its secret is in the reply, and nowhere afterwards."""

    url: Url
    enabled_events: EnabledEvents
    api_version: ApiVersion | UnsetType | None = UNSET
    description: Text | UnsetType | None = UNSET
    disabled: bool = False
    headers: OwnHeaders | UnsetType | None = UNSET
    metadata: Metadata | UnsetType | None = UNSET
    payload: Payload = "snapshot"
    rate_limit: RateLimit | UnsetType | None = UNSET
    timeout: Timeout = TIMEOUT_DEFAULT_S
    expand: Expand | UnsetType = UNSET


class UpdateWebhookEndpoint(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is given changes, the rest stays. An empty value removes what was there."""

    url: Url | UnsetType = UNSET
    enabled_events: EnabledEvents | UnsetType = UNSET
    api_version: ApiVersion | UnsetType | None = UNSET
    description: Text | UnsetType | None = UNSET
    disabled: bool | UnsetType = UNSET
    headers: OwnHeaders | UnsetType | None = UNSET
    metadata: Metadata | UnsetType | None = UNSET
    payload: Payload | UnsetType = UNSET
    rate_limit: RateLimit | UnsetType | None = UNSET
    timeout: Timeout | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


class EnableWebhookEndpoint(Struct, kw_only=True, forbid_unknown_fields=True):
    """Deliver to it again, from now on or with what was held meanwhile."""

    replay_held: bool = False
    expand: Expand | UnsetType = UNSET


class RollSecret(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new secret. Those before it sign along for `expires_in` seconds more, a day unless you say."""

    expires_in: Int64 = OVERLAP_DEFAULT_S
    expand: Expand | UnsetType = UNSET


class ListWebhookEndpoints(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Pages of endpoints. Deleted ones are not among them."""


EXPANDS: Final[dict[str, dict[str, str]]] = {
    "webhook_endpoint": {},
    "webhook_endpoint_test": {"webhook_endpoint": "webhook_endpoint"},
}
