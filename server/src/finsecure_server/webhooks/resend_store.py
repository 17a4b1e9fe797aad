"""Rows that a resend reads and writes."""

from __future__ import annotations

from typing import Final, NamedTuple

from finsecure_server.core import event_types
from finsecure_server.core.delivery import delivery_id
from finsecure_server.core.env import Env
from finsecure_server.storage.database import Reader, Tx

EVENT: Final = """
SELECT type, object_id, sample FROM events WHERE account_id = :account AND livemode = :livemode AND id = :id"""
ENDPOINT: Final = """
SELECT status FROM webhook_endpoints WHERE account_id = :account AND livemode = :livemode AND id = :id"""
ENABLED: Final = """
SELECT id FROM webhook_endpoints
WHERE account_id = :account AND livemode = :livemode AND status = 'enabled' ORDER BY id"""
HAVE: Final = """
SELECT endpoint_id FROM deliveries WHERE account_id = :account AND livemode = :livemode AND event_id = :event"""
WANT: Final = """
SELECT endpoint_id FROM webhook_filters
WHERE account_id = :account AND livemode = :livemode AND pattern IN (:every, :family, :kin, :exact)
AND until_us IS NULL"""
#: Whatever became of it before, it begins anew; what was tried goes on counting.
SEND: Final = """
INSERT INTO deliveries
(account_id, livemode, id, created_us, event_id, endpoint_id, origin, state, next_us, attempts, tried, cause)
VALUES (:account, :livemode, :id, :wall, :event, :endpoint, 'resend', 'pending', :wall, 0, 0, 'resend')
ON CONFLICT (account_id, livemode, id) DO UPDATE SET
state = 'pending', next_us = :wall, tried = 0, cause = 'resend', replay_id = NULL, before_replay = NULL"""


class Happened(NamedTuple):
    """What a resend has to know of an event."""

    type: str
    object_id: str
    sample: bool


def event(reader: Reader, env: Env, event_id: str) -> Happened | None:
    """An event, test events too."""
    row = reader.one(EVENT, account=env.account, livemode=int(env.livemode), id=event_id)
    return None if row is None else Happened(row["type"], row["object_id"], bool(row["sample"]))


def lock_endpoint(tx: Tx, env: Env, endpoint_id: str) -> str | None:
    """The status of an endpoint, which nobody else changes until this transaction ends."""
    row = tx.lock(ENDPOINT, account=env.account, livemode=int(env.livemode), id=endpoint_id)
    return None if row is None else str(row["status"])


def hearers(reader: Reader, env: Env, event_id: str, happened: Happened) -> list[str]:
    """The enabled endpoints that were to hear of the event, or want its type by now.

    A test event is nobody's but theirs for whom it was made. An endpoint does not hear of itself.
    """
    of = {"account": env.account, "livemode": int(env.livemode)}
    enabled = [str(row["id"]) for row in reader.all(ENABLED, **of)]
    hear = {row["endpoint_id"] for row in reader.all(HAVE, **of, event=event_id)}
    if not happened.sample:
        every, family, kin, exact = event_types.patterns(happened.type)
        rows = reader.all(WANT, **of, every=every, family=family, kin=kin, exact=exact)
        hear |= {row["endpoint_id"] for row in rows} - {happened.object_id}
    return [endpoint for endpoint in enabled if endpoint in hear]


def send(tx: Tx, env: Env, event_id: str, endpoint_id: str) -> str:
    """Have the event sent to the endpoint, now and by the full schedule; the delivery's id."""
    delivery = delivery_id(event_id, endpoint_id)
    tx.run(
        SEND,
        account=env.account,
        livemode=int(env.livemode),
        id=delivery,
        wall=env.wall,
        event=event_id,
        endpoint=endpoint_id,
    )
    wake(tx, env)
    return delivery


def wake(tx: Tx, env: Env) -> None:
    """Tell the sender that something is due."""
    tx.tell(f"{env.account} {int(env.livemode)}")
