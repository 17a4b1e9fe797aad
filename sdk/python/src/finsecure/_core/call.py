"""A call before it is sent and a reply before it is read: plain data, the same for both clients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict


class Options(TypedDict, total=False):
    """How to make one call, where it differs from its client."""

    api_key: str | None
    api_version: str | None  # a date that the server knows, such as 2018-11-08
    idempotency_key: str | None  # of a POST; made if you give none
    max_retries: int
    timeout: float | tuple[float, float]  # seconds to connect, seconds between two reads
    deadline: float | None  # seconds for the whole call, waits between attempts included
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the API: its method, its path with `{}` for every id, and what it answers with."""

    method: str
    path: str
    kinds: tuple[type, ...] = ()  # the classes of its view, or of those in its list
    paged: bool = False

    @property
    def name(self) -> str:
        """`POST /v1/payment_intents/{id}/confirm`: what calls of this operation are counted under."""
        return f"{self.method} {self.path.replace('{}', '{id}')}"


@dataclass(frozen=True, slots=True)
class Call:
    """One operation with its ids and parameters filled in."""

    route: Route
    path: str  # with ids, percent-encoded
    params: Mapping[str, Any]
    options: Options

    def with_params(self, changes: Mapping[str, Any], without: tuple[str, ...] = ()) -> Call:
        """The same call with some parameters changed and some left out: another page of a list."""
        params = {key: value for key, value in self.params.items() if key not in without}
        return Call(self.route, self.path, {**params, **changes}, self.options)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, ready for a socket."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    connect_timeout: float  # seconds
    read_timeout: float  # seconds between two reads
    total_timeout: float | None  # seconds until the whole call is given up; None: no deadline


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response. Names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class TransportFault(Exception):
    """No whole response came: what failed, in words without a secret.

    `kind` is dns | connect | tls | proxy | timeout | reset. `sent` is false only when no byte of the request can have
    reached the server.
    """

    def __init__(self, kind: str, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a call: its number from 1, how long it took in seconds, and its outcome (`HTTP 503`, `timeout`)."""

    number: int
    seconds: float
    outcome: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What is known of a call that was answered, beside the object itself: `last_response` of every view."""

    http_status: int
    headers: Mapping[str, str]  # names in small letters
    idempotency_key: str | None = None
    attempts: tuple[Attempt, ...] = field(default=())

    @property
    def request_id(self) -> str | None:
        """Names the request; support and the request log know it by this."""
        return self.headers.get("request-id")

    @property
    def replayed(self) -> bool:
        """Whether this is the reply of an earlier call with the same idempotency key."""
        return self.headers.get("idempotent-replayed") == "true"
