"""Routes of the request log: every error's `request_log_url` leads here."""

from __future__ import annotations

import msgspec

from finsecure_server.core.env import Env
from finsecure_server.diagnostics import store
from finsecure_server.diagnostics.types import ListRequestLogs, RequestLog
from finsecure_server.storage.database import Reader
from finsecure_server.web import lists, render
from finsecure_server.web.params import Nothing
from finsecure_server.web.router import Call, Route

URL = "/v1/request_logs"


def list_requests(reader: Reader, env: Env, call: Call[ListRequestLogs]) -> bytes:
    """The requests of the mode of the key that asks, newest first."""
    filters = {"object_id": call.params.object_id, "error_code": call.params.error_code}
    rows, more = lists.select(reader, env, store.LISTING, "req", call.params, filters)
    return render.listed((msgspec.json.encode(store.shown(row)).decode() for row in rows), URL, more)


def retrieve(reader: Reader, env: Env, call: Call[Nothing]) -> RequestLog:
    """One request, by the Request-Id of its reply."""
    return store.get(reader, env, call.path["id"])


ROUTES = (
    Route(
        "GET",
        URL,
        list_requests,
        params=ListRequestLogs,
        returns=list[RequestLog],
        scope="request_logs:read",
        summary="List requests",
    ),
    Route("GET", URL + "/{id}", retrieve, returns=RequestLog, scope="request_logs:read", summary="Retrieve a request"),
)
