"""Webhooks in FastAPI: `app.include_router(router(hooks, "/webhook"))`. Handlers may be async or plain."""

from __future__ import annotations

import fastapi

from finsecure.adapters.hooks import Webhooks
from finsecure.adapters.starlette import endpoint

__all__ = ["router"]


def router(hooks: Webhooks, path: str = "/webhook") -> fastapi.APIRouter:
    """A router with one route that takes POST; it does not show in the OpenAPI document of your own API."""
    made = fastapi.APIRouter()
    made.add_route(path, endpoint(hooks), methods=["POST"], include_in_schema=False)
    return made
