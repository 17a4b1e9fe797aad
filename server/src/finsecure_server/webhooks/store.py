"""Events: what happened, written in the transaction in which it happened. Deliveries start from these rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from finsecure_server.core import event_types
from finsecure_server.core.env import Env
from finsecure_server.core.versions import LATEST
from finsecure_server.storage.database import Reader, Row, Tx
from finsecure_server.storage.pages import LIMIT_MAX, Listing
from finsecure_server.web import lists
from finsecure_server.web.params import ListParams
from finsecure_server.webhooks import payload

LISTING: Final = Listing(table="events", filters={"type": "type", "object_id": "object_id"}, always="sample = 0")
#: One delivery to each endpoint that wants the event: due now, or held while the endpoint is disabled. An endpoint does
#: not hear of itself: it would be told that it cannot be told.
FAN_OUT: Final = """
INSERT INTO deliveries
(account_id, livemode, id, created_us, event_id, endpoint_id, origin, state, next_us, attempts, tried, cause)
SELECT DISTINCT e.account_id, e.livemode,
'dlv_' || substr(CAST(:event_id AS TEXT), 5) || '_' || substr(e.id, 4), CAST(:wall AS BIGINT),
CAST(:event_id AS TEXT), e.id, 'event',
CASE e.status WHEN 'enabled' THEN 'pending' ELSE 'held' END,
CASE e.status WHEN 'enabled' THEN CAST(:wall AS BIGINT) END, 0, 0, 'automatic'
FROM webhook_filters f JOIN webhook_endpoints e
ON e.account_id = f.account_id AND e.livemode = f.livemode AND e.id = f.endpoint_id
WHERE f.account_id = :account AND f.livemode = :livemode AND f.pattern IN (:every, :family, :kin, :exact)
AND f.until_us IS NULL AND e.status <> 'deleted' AND e.id <> :object_id
"""
GET: Final = """
SELECT e.doc, (SELECT COUNT(*) FROM deliveries d WHERE d.account_id = e.account_id AND d.livemode = e.livemode
AND d.event_id = e.id AND d.state = 'pending') AS pending
FROM events e WHERE e.account_id = :account AND e.livemode = :livemode AND e.id = :id"""
_PAGE: Final = tuple(f"event{number}" for number in range(LIMIT_MAX))
PENDING: Final = f"""
SELECT event_id, COUNT(*) AS n FROM deliveries
WHERE account_id = :account AND livemode = :livemode AND event_id IN ({", ".join(f":{name}" for name in _PAGE)})
AND state = 'pending' GROUP BY event_id"""  # noqa: S608  the names are those of this module


def emit(
    tx: Tx, env: Env, type_: str, object_id: str, sequence: int, doc: str, previous: Mapping[str, Any] | None = None
) -> None:
    """Say that `type_` happened to an object, whose JSON is now `doc`.

    `sequence` counts the events about this object from 1, without a gap: it lives in the object's own row, so the same
    transaction moves both. `previous` holds the old values of what an update changed.
    """
    assert event_types.may_be_said(type_, before=previous is not None), type_
    event_id = env.new_id("evt")
    event = document(env, event_id, type_, sequence, doc, previous)
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
            "sample": 0,
            "doc": event,
        },
    )
    every, family, kin, exact = event_types.patterns(type_)
    tx.tell(f"{env.account} {int(env.livemode)}")  # the sender
    tx.later(
        FAN_OUT,
        account=env.account,
        livemode=int(env.livemode),
        wall=env.wall,
        event_id=event_id,
        object_id=object_id,
        every=every,
        family=family,
        kin=kin,
        exact=exact,
    )


def document(
    env: Env, event_id: str, type_: str, sequence: int, doc: str, previous: Mapping[str, Any] | None = None
) -> str:
    """An event as it is stored and shown. What is delivered is cut from this text: its order is fixed (payload.py)."""
    request = _quoted(env.request_id)
    key = _quoted(env.idempotency_key)
    before = "" if previous is None else f',"previous_attributes":{msgspec.json.encode(previous).decode()}'
    return (
        f'{{"id":"{event_id}","object":"event","account":"{env.account}","api_version":"{LATEST}",'
        f'"created":{env.seconds},"data":{{"object":{doc}{before}}},"livemode":{"true" if env.livemode else "false"},'
        f'"pending_webhooks":0,"request":{{"id":{request},"idempotency_key":{key}}},'
        f'"sequence":{sequence},"type":"{type_}"}}'
    )


def _quoted(text: str | None) -> str:
    return "null" if text is None else msgspec.json.encode(text).decode()


def load(reader: Reader, env: Env, event_id: str) -> bytes | None:
    """An event's JSON."""
    row = reader.one(GET, account=env.account, livemode=int(env.livemode), id=event_id)
    return None if row is None else payload.counted(row["doc"].encode(), row["pending"])


def page(
    reader: Reader, env: Env, params: ListParams, object_id: str | UnsetType, types: Sequence[str]
) -> tuple[list[str], bool]:
    """The events of a page as they are shown, newest first, and whether there are more. No `types` stands for all.

    Several types are several walks of the index, merged. Raises resource_missing for an unknown cursor.
    """
    found: list[Row] = []
    more = False
    for type_ in types or (UNSET,):
        filters = {"type": type_, "object_id": object_id}
        rows, beyond = lists.select(reader, env, LISTING, "evt", params, filters)
        found += rows
        more |= beyond
    found.sort(key=lambda row: str(row["id"]), reverse=True)
    more |= len(found) > params.limit
    backwards = params.ending_before is not UNSET
    found = found[-params.limit :] if backwards else found[: params.limit]
    ids = [row["id"] for row in found]
    given = dict(zip(_PAGE, ids + [""] * (LIMIT_MAX - len(ids)), strict=True))
    counts = reader.all(PENDING, account=env.account, livemode=int(env.livemode), **given) if ids else []
    pending = {row["event_id"]: row["n"] for row in counts}
    return [payload.counted(row["doc"].encode(), pending.get(row["id"], 0)).decode() for row in found], more
