"""`/help/requests/{id}`: a request of the reader's own account, told; to a stranger, how to look it up."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import msgspec
from msgspec import Struct

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.diagnostics import store as request_logs
from finsecure_server.help import requests
from finsecure_server.pages.error_routes import SCOPE
from finsecure_server.pages.moments import moment
from finsecure_server.pages.render import page
from finsecure_server.storage.database import Reader
from finsecure_server.web.router import Answer, Call, Route

JSON_TWIN: Final = ".json"
SOME: Final = "req_…"  # stands for what is no id

_ID: Final = re.compile(r"\w{1,100}", re.ASCII)


class Anything(Struct):
    """A page opens whatever stands in its address."""


def stranger(env: Env, call: Call[Any]) -> Answer | None:
    """What somebody reads who is not known: how to look the request up. Nothing is said of whether there is one."""
    if env.account:
        return None
    asked = call.path["id"]
    if asked.endswith(JSON_TWIN):
        raise Refused(Code.API_KEY_MISSING)
    shown = _shown_id(asked)
    command = f'curl {env.public_url}/v1/request_logs/{shown} -u "$FINSECURE_SECRET_KEY:"'
    return page("request_unknown.html", env=env, request_id=shown, command=command)


def show(reader: Reader, env: Env, call: Call[Any]) -> Answer:
    """The request, told; with .json behind it, as data. Raises resource_missing for the data of one that is not there.

    `offline` answers strangers.
    """
    asked = call.path["id"].removesuffix(JSON_TWIN)
    twin = call.path["id"].endswith(JSON_TWIN)
    try:
        log = request_logs.get(reader, env, asked)
    except Refused:
        if twin:
            raise
        shown = _shown_id(asked)
        return page("request_missing.html", 404, env=env, request_id=shown, account=env.account, livemode=env.livemode)
    told = requests.tell(log, env.public_url)
    if twin:
        return Answer(msgspec.json.encode(told))
    return page(
        "request.html",
        env=env,
        told=told,
        log=told.request_log,
        when=moment(log.created),
        duration=f"{log.duration_us / 1000:.1f} ms",
        asked=_shown(log.request),
        answered=None if log.response is None else _shown(log.response),
    )


def _shown_id(asked: str) -> str:
    """An id as commands may repeat it: whoever copies one from a page runs what somebody else put into its address."""
    return asked if _ID.fullmatch(asked) else SOME


def _shown(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


ROUTES: Final = (
    Route(
        "GET",
        "/help/requests/{id}",
        show,
        params=Anything,
        scope=SCOPE,
        summary="What became of a request",
        public=True,
        known=True,
        offline=stranger,
    ),
)
