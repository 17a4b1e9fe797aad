"""One request: what is known of it, whose it is, and what the request log is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from finsecure_server.core import versions
from finsecure_server.web import forms
from finsecure_server.web.allowance import Verdict
from finsecure_server.web.router import Route

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Caller(NamedTuple):
    """Whose key it is."""

    account: str
    livemode: bool
    key_id: str
    kind: str  # secret | publishable | restricted
    scopes: frozenset[str]
    clock_offset: int


class Authenticate(Protocol):
    """Knows keys. Raises Refused for those it does not."""

    async def __call__(self, authorization: str | None, wall_us: int) -> Caller:
        """The caller behind an Authorization header."""
        ...

    def changed(self, account: str) -> None:
        """A call that changes callers of this account was committed."""
        ...


def may(scopes: frozenset[str], needed: str) -> bool:
    """`payments:read` is granted by itself, by `payments:write`, by `*:read` for reads, and by `*`."""
    area, _, verb = needed.partition(":")
    return bool(scopes & {"*", needed, f"{area}:write", f"*:{verb}"})


class LogEntry(NamedTuple):
    """One request, for the request log."""

    id: str
    created_us: int
    method: str
    path: str
    status: int
    duration_us: int
    caller: Caller | None
    error_code: str | None
    object_id: str | None
    idempotency_key: str | None
    version: str
    ip: str
    user_agent: str
    tree: dict[str, Any]
    shape: forms.Shape | None
    response: bytes | None


class RequestLog(Protocol):
    """Takes entries without making anybody wait."""

    def add(self, entry: LogEntry) -> None:
        """Note one request."""
        ...


@dataclass(slots=True)
class Request:
    """What is known of a request so far."""

    id: str
    method: str
    path: str
    headers: dict[bytes, bytes]
    query: bytes
    ip: str
    wall: int
    started: int
    version: str = versions.LATEST
    caller: Caller | None = None
    reader: Caller | None = None  # of a public page, who may be anybody
    verdict: Verdict | None = None
    route: Route | None = None
    tree: dict[str, Any] = field(default_factory=dict)
    key: str | None = None

    def text(self, header: bytes) -> str | None:
        """A header as text, if it is there."""
        value = self.headers.get(header)
        return None if value is None else value.decode("latin-1")
