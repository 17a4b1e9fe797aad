"""Rows about webhooks, planted where a test needs them to stand: endpoints, deliveries, attempts."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import msgspec

from finsecure_server.core import ids
from finsecure_server.core.breaker import CLOSED
from finsecure_server.core.delivery import Cause, Failure, Message, Outcome, Phase, State, Timing, delivery_id
from finsecure_server.core.failing import NEVER
from finsecure_server.storage.database import Database, Tx
from finsecure_server.webhooks.attempts import Tried, attempt_of
from finsecure_server.webhooks.endpoint_types import Endpoint
from tests.edge import PUBLIC_URL
from tests.world import World

ROW = "SELECT * FROM deliveries WHERE id = :id"
OF_ENDPOINT = "SELECT * FROM deliveries WHERE endpoint_id = :endpoint ORDER BY id"
MOVE = """
UPDATE deliveries SET state = :state, next_us = :next_us, attempts = :attempts, tried = :tried, error = :error,
delivered_us = :delivered_us WHERE id = :id"""
SET_STATUS = "UPDATE webhook_endpoints SET status = :status, sequence = sequence + 1 WHERE id = :id"


async def endpoint(
    world: World, name: str, *patterns: str, status: str = "enabled", livemode: bool = False, account: str = ""
) -> str:
    """An endpoint that wants these events from now on; its id."""
    account = account or world.account.account
    endpoint_id = f"we_{name}"

    def op(tx: Tx) -> None:
        of = {"account_id": account, "livemode": int(livemode)}
        wire = Endpoint(
            id=endpoint_id,
            api_version=None,
            created=world.wall // 1_000_000,
            description=None,
            disabled_at=None,
            disabled_reason=None,
            enabled_events=list(patterns),
            headers={},
            livemode=livemode,
            metadata={},
            payload="snapshot",
            rate_limit=None,
            secrets=[],
            status=status,  # type: ignore[arg-type]  # tests name one of them
            timeout=10,
            url=f"https://receiver.example/{name}",
            warnings=[],
        )
        doc = msgspec.json.encode(wire).decode()
        row = {"id": endpoint_id, "created_us": world.wall, "status": status, "sequence": 1, "doc": doc}
        tx.append("webhook_endpoints", {**of, **row})
        fares = {"failing": msgspec.json.encode(NEVER).decode(), "breaker": msgspec.json.encode(CLOSED).decode()}
        tx.append("webhook_lanes", {**of, "endpoint_id": endpoint_id, "owner": "", "lease_us": 0, **fares})
        for pattern in patterns:
            wish = {"pattern": pattern, "endpoint_id": endpoint_id, "since_us": world.wall, "until_us": None}
            tx.append("webhook_filters", {**of, **wish})

    await world.db.write(op)
    return endpoint_id


async def set_status(world: World, endpoint_id: str, status: str) -> None:
    """Enable, disable or delete it, and nothing else."""
    await world.db.write(lambda tx: tx.run(SET_STATUS, id=endpoint_id, status=status))


async def row(db: Database, delivery: str) -> dict[str, Any] | None:
    """A delivery's row."""
    found = await db.read(lambda reader: reader.one(ROW, id=delivery))
    return None if found is None else _dict(found)


async def rows(db: Database, endpoint_id: str) -> list[dict[str, Any]]:
    """The rows of an endpoint, oldest event first."""
    return [_dict(found) for found in await db.read(lambda reader: reader.all(OF_ENDPOINT, endpoint=endpoint_id))]


def _dict(found: Any) -> dict[str, Any]:
    names = (
        "id", "created_us", "event_id", "endpoint_id", "origin", "state", "next_us", "attempts", "tried", "cause",
        "replay_id", "before_replay", "delivered_us", "error",
    )  # fmt: skip
    return {name: found[name] for name in names}


async def move(
    world: World,
    delivery: str,
    state: State,
    *,
    attempts: int = 0,
    tried: int = 0,
    next_us: int | None = None,
    error: Failure | None = None,
) -> None:
    """Put a delivery where the sender would have put it."""
    if state is State.PENDING and next_us is None:
        next_us = world.wall
    delivered_us = world.wall if state is State.DELIVERED else None
    changed = await world.db.write(
        lambda tx: tx.run(
            MOVE, id=delivery, state=state.value, next_us=next_us, attempts=attempts, tried=tried, error=error,
            delivered_us=delivered_us,
        )
    )  # fmt: skip
    assert changed == 1, delivery


MESSAGE = Message(
    url="https://shop.example/hooks",
    headers=(
        ("content-type", "application/json; charset=utf-8"),
        ("FinSecure-Signature", "t=1700000000,v1=00ff"),
        ("Authorization", "Bearer let-me-in-please"),
    ),
    body=b"{}",
    timeout_s=10,
    livemode=False,
)
ARRIVED = Outcome(None, "It arrived.", status=200, body=b"ok", timing=Timing(1, 2, 3, 4, 10), address="203.0.113.9")


def failed(failure: Failure = Failure.HTTP, status: int | None = 500) -> Outcome:
    """A reply that is none of the good ones, or no reply at all."""
    return Outcome(failure, "It answered 500.", phase=Phase.HEADERS, status=status, timing=Timing(total_us=10))


async def attempt(
    world: World, event: dict[str, Any], endpoint_id: str, outcome: Outcome, number: int = 1, *, name: str
) -> dict[str, Any]:
    """An attempt in the log, made now; as the API shows it. `name` makes its id: 16 letters."""
    object_id = event["data"]["object"]["id"]
    tried = Tried(
        endpoint=endpoint_id,
        delivery=delivery_id(event["id"], endpoint_id),
        event=event["id"],
        event_type=event["type"],
        related_object=object_id,
        number=number,
        cause=Cause.AUTOMATIC,
        superseded=False,
        state=State.DELIVERED if outcome.failure is None else State.PENDING,
        next_us=None if outcome.failure is None else world.wall + 5_000_000,
    )
    shown = attempt_of(tried, MESSAGE, outcome, attempt=name, created_us=world.wall, public_url=PUBLIC_URL)
    doc = msgspec.json.encode(shown)
    columns = {
        "account_id": world.account.account,
        "livemode": 0,
        "id": name,
        "created_us": world.wall,
        "endpoint_id": endpoint_id,
        "event_id": event["id"],
        "object_id": object_id,
        "number": number,
        "error": outcome.failure,
        "status_code": outcome.status,
        "doc": doc.decode(),
    }
    await world.db.write(lambda tx: tx.append("webhook_attempts", columns))
    decoded: dict[str, Any] = msgspec.json.decode(doc)
    return decoded


async def history(
    world: World,
    endpoint_id: str,
    states: Iterable[State | None],
    type_: str = "customer.created",
    object_id: str = "",
    *,
    sample: bool = False,
) -> list[str]:
    """Events a millisecond apart, each with a delivery in this state, or with none; their ids."""
    account = world.account.account
    made: list[str] = []

    def op(tx: Tx) -> None:
        for number, state in enumerate(states, 1):
            world.wall += 1_000
            event_id = ids.make("evt", world.wall, os.urandom(ids.CHANCE_BYTES))
            made.append(event_id)
            key = {"account_id": account, "livemode": 0}
            about = {"type": type_, "object_id": object_id or f"cus_{event_id[4:]}", "sample": int(sample)}
            sequence = number if object_id else 1
            what = {"id": event_id, "created_us": world.wall, "sequence": sequence, "doc": "{}"}
            tx.append("events", {**key, **what, **about})
            if state is not None:
                over = state in (State.DELIVERED, State.EXHAUSTED)
                row = {
                    "id": delivery_id(event_id, endpoint_id),
                    "created_us": world.wall,
                    "event_id": event_id,
                    "endpoint_id": endpoint_id,
                    "origin": "event",
                    "state": state.value,
                    "next_us": world.wall if state is State.PENDING else None,
                    "attempts": 4 if over else 0,
                    "tried": 4 if over else 0,
                    "cause": "automatic",
                    "error": "webhook_http_error" if state is State.EXHAUSTED else None,
                }
                tx.append("deliveries", {**key, **row})

    await world.db.write(op)
    return made
