"""Rows of test events and of their deliveries."""

from __future__ import annotations

from finsecure_server.core.delivery import Cause, State, delivery_id
from finsecure_server.core.env import Env
from finsecure_server.storage.database import Tx


def add(tx: Tx, env: Env, event_id: str, type_: str, object_id: str, event: str) -> None:
    """Keep a test event. It is in no list, and does not count among those of its object."""
    tx.append(
        "events",
        {
            "account_id": env.account,
            "livemode": int(env.livemode),
            "id": event_id,
            "created_us": env.now,
            "type": type_,
            "object_id": object_id,
            "sequence": 1,
            "sample": 1,
            "doc": event,
        },
    )


def send(tx: Tx, env: Env, event_id: str, endpoint_id: str) -> None:
    """Have it sent to the one endpoint that it is for, now and by the full schedule."""
    tx.append(
        "deliveries",
        {
            "account_id": env.account,
            "livemode": int(env.livemode),
            "id": delivery_id(event_id, endpoint_id),
            "created_us": env.wall,
            "event_id": event_id,
            "endpoint_id": endpoint_id,
            "origin": "test",
            "state": State.PENDING.value,
            "next_us": env.wall,
            "attempts": 0,
            "tried": 0,
            "cause": Cause.TEST.value,
        },
    )
    tx.tell(f"{env.account} {int(env.livemode)}")  # the sender
