"""Replays over HTTP."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, NoSuch
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.web import lists, render
from finsecure_server.web.router import Answer, Call, Route
from finsecure_server.webhooks import replay_ops, replay_store
from finsecure_server.webhooks.replay_types import CreateReplay, ListReplays, WebhookReplay, WebhookReplayPreview


def create(tx: Tx, env: Env, call: Call[CreateReplay]) -> WebhookReplay | WebhookReplayPreview:
    """POST /v1/webhook_replays."""
    return replay_ops.create(tx, env, call.params)


def retrieve(reader: Reader, env: Env, call: Call[Any]) -> Answer:
    """GET /v1/webhook_replays/{webhook_replay}."""
    replay_id = call.path["webhook_replay"]
    doc = replay_store.load(reader, env, replay_id)
    if doc is None:
        raise NoSuch("webhook_replay", replay_id, param="id")
    return Answer(doc, object_id=replay_id)


def list_(reader: Reader, env: Env, call: Call[ListReplays]) -> Answer:
    """GET /v1/webhook_replays."""
    filters = {"webhook_endpoint": call.params.webhook_endpoint}
    rows, more = lists.select(reader, env, replay_store.LISTING, "whr", call.params, filters)
    docs = []
    for row in rows:
        replay = replay_store.stored(row)
        shown = replay_store.shown(replay, env.livemode, replay_store.progress(reader, env, replay))
        docs.append(msgspec.json.encode(shown).decode())
    return Answer(render.listed(docs, "/v1/webhook_replays", more))


def cancel(tx: Tx, env: Env, call: Call[Any]) -> WebhookReplay:
    """POST /v1/webhook_replays/{webhook_replay}/cancel."""
    return replay_ops.cancel(tx, env, call.path["webhook_replay"])


_READS: Final = "webhook_replays:read"
_WRITES: Final = "webhook_replays:write"

ROUTES: Final = (
    Route(
        "POST",
        "/v1/webhook_replays",
        create,
        params=CreateReplay,
        returns=WebhookReplay | WebhookReplayPreview,
        scope=_WRITES,
        summary="Send an endpoint again what matches a filter",
        errors=(
            Code.EVENT_TYPE_UNKNOWN,
            Code.PARAMETER_MISSING,
            Code.RESOURCE_MISSING,
            Code.WEBHOOK_ENDPOINT_UNEXPECTED_STATE,
        ),
    ),
    Route(
        "GET",
        "/v1/webhook_replays",
        list_,
        params=ListReplays,
        returns=list[WebhookReplay],
        scope=_READS,
        summary="List replays, newest first",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "GET",
        "/v1/webhook_replays/{webhook_replay}",
        retrieve,
        returns=WebhookReplay,
        scope=_READS,
        summary="Retrieve a replay, and how far it got",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "POST",
        "/v1/webhook_replays/{webhook_replay}/cancel",
        cancel,
        returns=WebhookReplay,
        scope=_WRITES,
        summary="Cancel a replay; what was not tried goes back to where it stood",
        errors=(Code.RESOURCE_MISSING, Code.WEBHOOK_REPLAY_UNEXPECTED_STATE),
    ),
)
