"""What is the same for everybody: made once here, and kept a while by whoever asked."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from finsecure_server.core.env import Env
from finsecure_server.pages.render import A_WHILE, headers
from finsecure_server.web.router import Answer, Call

Show = Callable[[Env, Call[Any]], Answer]


def kept(body: str | bytes, content_type: str) -> Answer:
    """A reply without scripts that is the same for everybody: a page in another form, or a part of one."""
    whole = body.encode() if isinstance(body, str) else body
    return Answer(whole, content_type=content_type, headers=((b"cache-control", A_WHILE), *headers(scripts=False)))


def made_once(show: Show) -> Show:
    """The same, made once for each address. Of addresses without a page there is no end: they are made each time."""
    made: dict[tuple[str, ...], Answer] = {}

    def shown(env: Env, call: Call[Any]) -> Answer:
        key = (env.public_url, *call.path.values())
        answer = made.get(key)
        if answer is None:
            answer = show(env, call)
            if answer.status == HTTPStatus.OK:
                made[key] = answer
        return answer

    return shown
