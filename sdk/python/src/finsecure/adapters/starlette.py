"""Webhooks in Starlette: `Route("/webhook", endpoint(hooks), methods=["POST"])`. Handlers may be async or plain."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from finsecure.adapters.hooks import Webhooks

__all__ = ["endpoint"]


def endpoint(hooks: Webhooks) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint. Handlers that block run in Starlette's threads."""

    async def finsecure_webhook(request: Request) -> Response:
        status, text = await hooks.handle_async(await request.body(), request.headers, run_in_threadpool)
        return PlainTextResponse(text, status)

    return finsecure_webhook
