"""Wire types of replays: sending again what matches a filter."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from finsecure_server.web.params import Expand, Identifier, ListParams, Range

RATE_DEFAULT: Final = 10
RATE_MAX: Final = 1000
TYPES_MAX: Final = 200

ReplayState = Literal["canceled", "delivered", "exhausted", "held", "missing"]
ReplayStatus = Literal["running", "canceling", "completed", "canceled"]
EventPattern = Annotated[str, Meta(min_length=1, max_length=100)]
Rate = Annotated[
    int, Meta(ge=1, le=RATE_MAX, description="How many deliveries a second come due, at most. Retries come on top.")
]


class ReplayedTime(Struct, kw_only=True, frozen=True):
    """From when (inclusive) to when (exclusive) the events happened. Null: no bound."""

    gte: int | None
    lt: int | None


class ReplayFilter(Struct, kw_only=True, frozen=True):
    """Which deliveries are sent again."""

    created: ReplayedTime
    related_object: str | None
    states: list[ReplayState]
    types: Annotated[list[str], Meta(description="Empty: of all types.")]


class ReplayProgress(Struct, kw_only=True):
    """How far it got. What the endpoint was sent again since, by a resend or another replay, is only in `scheduled`."""

    total: Annotated[int, Meta(description="How many matched as it began.")]
    total_is_at_least: Annotated[bool, Meta(description="Whether counting them was given up at that number.")]
    scheduled: Annotated[int, Meta(description="How many it has given a time to be sent.")]
    pending: Annotated[int, Meta(description="How many of those are to be tried, once more or for the first time.")]
    untried: Annotated[int, Meta(description="How many of the pending ones are to be tried for the first time.")]
    delivered: int
    exhausted: int
    held: int
    canceled: int


class WebhookReplay(Struct, kw_only=True):
    """Sends an endpoint again what matches a filter, at a steady rate, each by the full schedule."""

    id: str
    object: Literal["webhook_replay"] = "webhook_replay"
    created: int
    ended_at: Annotated[int | None, Meta(description="When it was completed or canceled.")]
    filter: ReplayFilter
    livemode: bool
    percent: Annotated[int, Meta(ge=0, le=100, description="How much of what matched has been tried at least once.")]
    progress: ReplayProgress
    rate: int
    status: Annotated[
        ReplayStatus,
        Meta(
            description="It is `completed` once everything it sends has been tried: what failed is tried again by its "
            "own schedule. While it is `canceling`, what was not tried goes back to where it stood."
        ),
    ]
    stopped_by: Annotated[
        Literal["request", "endpoint_disabled", "endpoint_deleted"] | None, Meta(description="Why it was canceled.")
    ]
    webhook_endpoint: str


class WebhookReplayPreview(Struct, kw_only=True):
    """What a replay would send, had it not been a dry run."""

    object: Literal["webhook_replay_preview"] = "webhook_replay_preview"
    filter: ReplayFilter
    livemode: bool
    rate: int
    seconds: Annotated[int, Meta(description="How long that takes at this rate.")]
    total: int
    total_is_at_least: Annotated[bool, Meta(description="Whether counting them was given up at that number.")]
    webhook_endpoint: str


class CreateReplay(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which deliveries to send again, and how fast."""

    webhook_endpoint: Identifier
    created: Annotated[Range | UnsetType, Meta(description="When the events happened.")] = UNSET
    dry_run: Annotated[bool, Meta(description="Count what matches, and send nothing.")] = False
    rate: Rate = RATE_DEFAULT
    related_object: (
        Annotated[Identifier, Meta(description="Events about this object only, for instance a payment intent's id.")]
        | UnsetType
    ) = UNSET
    states: (
        Annotated[
            list[ReplayState],
            Meta(
                min_length=1,
                max_length=10,
                description="Where the deliveries stand now; `exhausted` and `held` unless you say. `missing` are "
                "events that the endpoint wants by now and that were never to be sent to it; it needs `created`, for "
                "what is past its retention counts as missing too.",
            ),
        ]
        | UnsetType
    ) = UNSET
    types: (
        Annotated[
            list[EventPattern],
            Meta(
                min_length=1,
                max_length=TYPES_MAX,
                description="Types of events, such as `refund.created`; families, such as `refund.*`. All unless you "
                "say.",
            ),
        ]
        | UnsetType
    ) = UNSET
    expand: Expand | UnsetType = UNSET


class ListReplays(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Filters."""

    webhook_endpoint: Identifier | UnsetType = UNSET


EXPANDS: Final[dict[str, dict[str, str]]] = {"webhook_replay": {"webhook_endpoint": "webhook_endpoint"}}
