"""The request log as it is on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from finsecure_server.web.params import Identifier, ListParams

EXPANDS: Final[dict[str, dict[str, str]]] = {}

Microseconds = Annotated[int, Meta(description="Microseconds from the arrival of the request to its reply.")]


class RequestLog(Struct, kw_only=True):
    """One request and what became of it. Card data is never in it; what else is secret reads `[redacted]`."""

    id: str  # the Request-Id of the reply
    object: Literal["request_log"] = "request_log"
    api_key: str | None  # the id of the key
    api_version: str
    created: int
    duration_us: Microseconds
    error_code: str | None
    idempotency_key: str | None
    ip: str
    livemode: bool
    method: str
    object_id: str | None  # what it made or changed
    path: str
    request: dict[str, Any]
    response: dict[str, Any] | None  # the error, if it was one
    status: int
    user_agent: str


class ListRequestLogs(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Which requests to list."""

    error_code: Identifier | UnsetType = UNSET
    object_id: Identifier | UnsetType = UNSET
