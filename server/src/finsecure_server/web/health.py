"""Is it alive, and is it ready? Asked often and by anybody, so the first answer costs nothing."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from finsecure_server import __version__
from finsecure_server.core.env import Env
from finsecure_server.storage import queue
from finsecure_server.storage.database import Reader
from finsecure_server.web.router import Answer, Call, Route


class Health(Struct, kw_only=True):
    """`ok`: the process answers. `ready`: the database does as well, and takes writes."""

    status: Literal["ok", "ready"]
    version: str
    work_late_seconds: Annotated[
        int | None, Meta(description="How late the oldest due work is; 0 when none waits.")
    ] = None
    object: Literal["health"] = "health"


class HealthParams(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is asked."""

    ready: Annotated[
        bool | Literal[0, 1],
        Meta(description="1: also ask the database; 503 if it does not answer or takes no writes, with the `reason`."),
    ] = False


def alive(env: Env, call: Call[Any]) -> Answer | None:
    """GET /health: this process answers, whatever the database does."""
    return None if call.params.ready else Answer(Health(status="ok", version=__version__))


def ready(reader: Reader, env: Env, call: Call[Any]) -> Answer:
    """GET /health?ready=1: the database answers, and takes writes."""
    due_us = queue.next_due_us(reader)
    late_us = 0 if due_us is None else max(0, env.wall - due_us)
    return Answer(Health(status="ready", version=__version__, work_late_seconds=late_us // 1_000_000))


ROUTES: Final = tuple(
    Route(
        "GET",
        path,
        ready,
        params=HealthParams,
        returns=Health,
        summary="Liveness; with ready=1 readiness",
        public=True,
        offline=alive,
        writable=True,
    )
    for path in ("/health", "/v1/health")
)
