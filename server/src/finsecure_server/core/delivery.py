"""What a delivery is: one event for one endpoint, tried until it arrives; and what a single attempt came to.

These are the words that the sender, the log, the client that goes out and the help pages have in common.
"""

from __future__ import annotations

from collections.abc import Awaitable
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

REPLY_BYTES_MAX: Final = 16 * 1024  # of a reply's body are read and kept; what follows is never fetched
TIMEOUT_DEFAULT_S: Final = 10
TIMEOUT_MAX_S: Final = 30
PAYLOAD_BYTES_MAX: Final = 256 * 1024  # a larger event is sent thin
IN_FLIGHT_MAX: Final = 8  # attempts at once to one endpoint


class State(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"  # it will be tried (again) at its time
    DELIVERED = "delivered"  # the endpoint answered 2xx
    EXHAUSTED = "exhausted"  # the schedule is used up; a resend or a replay starts it over
    HELD = "held"  # its endpoint is disabled; a replay sends it once that is enabled again
    CANCELED = "canceled"  # its endpoint was deleted


class Cause(StrEnum):
    """What an attempt is due to."""

    AUTOMATIC = "automatic"
    RESEND = "resend"
    REPLAY = "replay"
    TEST = "test"


class Phase(StrEnum):
    """How far an attempt came."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    HEADERS = "headers"  # the request is being sent, or is sent and nothing has come back yet
    BODY = "body"


class Failure(StrEnum):
    """Why an attempt failed. What each means and who mends it stands in core/delivery_failures.py."""

    TIMEOUT = "webhook_timeout"
    DNS = "webhook_dns_error"
    CONNECTION = "webhook_connection_error"
    TLS = "webhook_tls_error"
    PROTOCOL = "webhook_protocol_error"
    HTTP = "webhook_http_error"
    REDIRECT = "webhook_redirect_refused"
    BLOCKED = "webhook_blocked_address"


class Message(NamedTuple):
    """One request, ready to go out. Its address is vetted as it is dialed."""

    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    timeout_s: int  # for everything: DNS, connection, TLS, request, headers
    livemode: bool


class Timing(NamedTuple):
    """Microseconds by the monotonic clock. None: that phase was not needed, or not reached."""

    dns_us: int | None = None
    connect_us: int | None = None
    tls_us: int | None = None
    first_byte_us: int | None = None  # from the request's start on an open connection to the reply's first byte
    total_us: int = 0


class Outcome(NamedTuple):
    """What became of an attempt. `failure` is None exactly when the receiver answered 2xx in time."""

    failure: Failure | None
    detail: str  # one sentence that says what happened, for people; holds no secret
    phase: Phase | None = None  # in which it failed
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()  # of the reply, lower-case names, as they came
    body: bytes = b""  # at most REPLY_BYTES_MAX, as it came
    truncated: bool = False
    timing: Timing = Timing()
    address: str | None = None  # the vetted address that was dialed, without port
    tls_version: str | None = None  # "TLSv1.3"
    reused: bool = False  # over a connection that was open already
    redialed: bool = False  # the first connection broke at once and was dialed again


class Poster(Protocol):
    """Sends messages to the outside (net/outbound.py). Never raises for what a receiver does."""

    def check_url(self, text: str, livemode: bool) -> str:
        """The URL as an endpoint keeps it. Raises url_invalid when no message could go there."""
        ...

    def post(self, message: Message) -> Awaitable[Outcome]:
        """Send it once and tell what came of it, within `timeout_s` and half a second."""
        ...


def delivery_id(event_id: str, endpoint_id: str) -> str:
    """The one id that an event has at an endpoint. Sorts as the events do."""
    return f"dlv_{event_id.removeprefix('evt_')}_{endpoint_id.removeprefix('we_')}"


def parts(delivery: str) -> tuple[str, str] | None:
    """The event and the endpoint that a delivery's id names; None when it is no such id."""
    pieces = delivery.split("_")
    if len(pieces) != 3 or pieces[0] != "dlv" or not (pieces[1] and pieces[2]):
        return None
    return f"evt_{pieces[1]}", f"we_{pieces[2]}"
