"""Events: what happened, written in the transaction in which it happened. Deliveries start from these rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from finsecure_server.core.env import Env
from finsecure_server.core.versions import LATEST
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.storage.pages import Listing

LISTING: Final = Listing(table="events", filters={"type": "type", "object_id": "object_id"})
GET: Final = "SELECT doc FROM events WHERE account_id = :account AND livemode = :livemode AND id = :id"


def emit(
    tx: Tx, env: Env, type_: str, object_id: str, sequence: int, doc: str, previous: Mapping[str, Any] | None = None
) -> None:
    """Say that `type_` happened to an object, whose JSON is now `doc`.

    `sequence` counts the events about this object from 1, without a gap: it lives in the object's own row, so the same
    transaction moves both. `previous` holds the old values of what an update changed.
    """
    event_id = env.new_id("evt")
    request = _quoted(env.request_id)
    key = _quoted(env.idempotency_key)
    before = "" if previous is None else f',"previous_attributes":{msgspec.json.encode(previous).decode()}'
    event = (
        f'{{"id":"{event_id}","object":"event","account":"{env.account}","api_version":"{LATEST}",'
        f'"created":{env.seconds},"data":{{"object":{doc}{before}}},"livemode":{"true" if env.livemode else "false"},'
        f'"pending_webhooks":0,"request":{{"id":{request},"idempotency_key":{key}}},'
        f'"sequence":{sequence},"type":"{type_}"}}'
    )
    tx.append(
        "events",
        {
            "account_id": env.account,
            "livemode": int(env.livemode),
            "id": event_id,
            "created_us": env.now,
            "type": type_,
            "object_id": object_id,
            "sequence": sequence,
            "doc": event,
        },
    )


def _quoted(text: str | None) -> str:
    return "null" if text is None else msgspec.json.encode(text).decode()


def load(reader: Reader, env: Env, event_id: str) -> bytes | None:
    """An event's JSON."""
    row = reader.one(GET, account=env.account, livemode=int(env.livemode), id=event_id)
    return None if row is None else row["doc"].encode()
