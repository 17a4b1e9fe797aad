"""A merchant's server that takes webhooks: real HTTP over a socket, and it remembers what it was sent."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import standardwebhooks
import stripe
from aiohttp import web


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    headers: dict[str, str]
    body: bytes
    at: float  # time.time() as the last byte of it was there

    @property
    def json(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event

    @property
    def event(self) -> str:
        """The event's id."""
        return self.headers["webhook-id"]

    def verified(self, secret: str, tolerance: int | None = 300) -> stripe.Event:
        """The event, after both official verifiers have agreed. `tolerance` None: the clock is a test's own."""
        stripe.WebhookSignature.verify_header(
            self.body.decode(), self.headers["finsecure-signature"], secret, tolerance
        )
        if tolerance is not None:
            standardwebhooks.Webhook(secret).verify(self.body, self.headers)
        return stripe.Event.construct_from(self.json, None)


#: Answers a request: a status, or a whole response, at once or later.
Answer = Callable[[Received], int | web.StreamResponse | Awaitable[int | web.StreamResponse]]


@dataclass
class Receiver:
    """Listens on a port of its own. `answer` may be changed at any time."""

    answer: Answer = lambda _: 200
    got: list[Received] = field(default_factory=list)
    port: int = 0
    scheme: str = "http"
    under_way: int = 0
    most_at_once: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.port}/webhook"

    @property
    def events(self) -> list[str]:
        """Ids of the events, in the order in which they came, repeats too."""
        return [received.event for received in self.got]

    @property
    def types(self) -> list[str]:
        return [received.json["type"] for received in self.got]

    async def until(self, enough: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait until what has come is enough."""
        async with asyncio.timeout(seconds):
            while not enough():
                self._news.clear()
                await self._news.wait()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Take a request and answer it."""
        body = await request.read()
        received = Received({name.lower(): value for name, value in request.headers.items()}, body, time.time())
        self.got.append(received)
        self._news.set()
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            said = self.answer(received)
            if inspect.isawaitable(said):
                said = await said
            return web.Response(status=said) if isinstance(said, int) else said
        finally:
            self.under_way -= 1


@contextlib.asynccontextmanager
async def receiving(
    answer: Answer | None = None, *, context: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[Receiver]:
    """A receiver that answers 200 unless told otherwise."""
    receiver = Receiver() if answer is None else Receiver(answer)
    application = web.Application(client_max_size=1 << 20)
    application.router.add_route("*", "/{path:.*}", receiver.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=context)
    await site.start()
    receiver.port = runner.addresses[0][1]
    receiver.scheme = "http" if context is None else "https"
    try:
        yield receiver
    finally:
        await runner.cleanup()
