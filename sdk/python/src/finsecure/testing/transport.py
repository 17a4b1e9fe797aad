"""Replies by hand, for what a real server shows too seldom: `Client(key, transport=MockTransport().reply(…))`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Self

from finsecure._core.call import Request, Response, TransportFault

__all__ = ["AsyncMockTransport", "MockTransport"]


class _Script:
    """Answers in order; the last one for ever. What was asked is in `requests`."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._answers: list[Response | TransportFault] = []

    def reply(self, body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Self:
        """A reply with this JSON."""
        named = {name.lower(): value for name, value in (headers or {}).items()}
        given = {"content-type": "application/json", "request-id": f"req_mock{len(self._answers) + 1}", **named}
        self._answers.append(Response(status, given, json.dumps(body).encode()))
        return self

    def refuse(self, status: int, headers: Mapping[str, str] | None = None, **error: Any) -> Self:
        """An error envelope: `refuse(402, type="card_error", code="card_declined", message="…")`."""
        return self.reply({"error": {"type": "api_error", "message": "Refused by the test.", **error}}, status, headers)

    def fail(self, kind: str = "reset", *, sent: bool = True) -> Self:
        """No reply: dns | connect | tls | proxy | timeout | reset."""
        self._answers.append(TransportFault(kind, f"The test says: {kind}.", sent=sent))
        return self

    def _next(self, request: Request) -> Response:
        self.requests.append(request)
        if not self._answers:
            raise AssertionError(f"the test has no reply for {request.method} {request.url}")
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, TransportFault):
            raise answer
        return answer


class MockTransport(_Script):
    """For `Client`."""

    def send(self, request: Request) -> Response:
        return self._next(request)

    def close(self) -> None:
        """Nothing is open."""


class AsyncMockTransport(_Script):
    """For `AsyncClient`."""

    async def send(self, request: Request) -> Response:
        return self._next(request)

    async def aclose(self) -> None:
        """Nothing is open."""
