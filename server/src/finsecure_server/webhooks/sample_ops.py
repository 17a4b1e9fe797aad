"""Test events: an endpoint is sent an event of a type of its owner's choice, and nothing has happened.

The event is the example of its type, told of objects of now with ids of their own that nobody finds. Only the one that
says that it is a test shows something real: the endpoint.
"""

from __future__ import annotations

import difflib
import re
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Raw, Struct

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.event_types import TYPES
from finsecure_server.storage.database import Tx
from finsecure_server.webhooks import endpoint_store, payload, resend_ops, sample_store, store
from finsecure_server.webhooks.examples import PUBLIC_URL, examples

TEST: Final = "webhook_endpoint.test"
#: Members that hold a time, in seconds.
TIMES: Final = frozenset(
    "arrival_date available_on canceled_at capture_before created disabled_at due_by expires_at".split()
)
_OWN_ID: Final = re.compile(r"(?<![0-9a-z])([a-z]+)_([0-9a-z]{28})(?![0-9a-z])")


class _Example(Struct):
    created: int
    data: Raw


class Sample(NamedTuple):
    """What a test event is about: the object's id and JSON, and the old values of what is said to have changed."""

    object_id: str
    doc: str
    previous: dict[str, Any] | None


def send(tx: Tx, env: Env, endpoint_id: str, type_: str) -> bytes:
    """Have an event of this type sent to the endpoint, whatever its filters; the event as it is shown.

    In live mode the endpoint's own test is all there is: a made-up payment could fulfil an order. Raises
    event_type_unknown, testmode_only, resource_missing, webhook_endpoint_unexpected_state.
    """
    if type_ not in TYPES:
        raise _unknown(type_)
    if env.livemode and type_ != TEST:
        raise Refused(
            Code.TESTMODE_ONLY,
            f"In live mode only {TEST} is sent as a test event: one about a made-up object could fulfil an order.",
            param="type",
        )
    resend_ops.check_enabled(tx, env, endpoint_id, "id")
    if type_ == TEST:
        wire = endpoint_store.get(tx, env, endpoint_id).wire
        sample = Sample(endpoint_id, msgspec.json.encode(wire).decode(), None)
    else:
        sample = made(env, examples()[type_])
    event_id = env.new_id("evt")
    event = store.document(env, event_id, type_, 1, sample.doc, sample.previous)
    sample_store.add(tx, env, event_id, type_, sample.object_id, event)
    sample_store.send(tx, env, event_id, endpoint_id)
    return payload.counted(event.encode(), 1)


def made(env: Env, example: bytes) -> Sample:
    """What an example tells, of objects made now: fresh ids in the old order, all times moved by as much."""
    told = msgspec.json.decode(example, type=_Example)
    text = bytes(told.data).decode()
    fresh = {old: env.new_id("new").removeprefix("new_") for old in sorted({id_ for _, id_ in _OWN_ID.findall(text)})}
    text = _OWN_ID.sub(lambda match: f"{match[1]}_{fresh[match[2]]}", text).replace(PUBLIC_URL, env.public_url)
    data = _moved(msgspec.json.decode(text), env.seconds - told.created)
    about = data["object"]
    doc = msgspec.json.encode(about).decode()
    return Sample(about.get("id", about["object"]), doc, data.get("previous_attributes"))


def _moved(shown: Any, seconds: int) -> Any:
    if isinstance(shown, dict):
        return {
            name: value + seconds if name in TIMES and isinstance(value, int) else _moved(value, seconds)
            for name, value in shown.items()
        }
    if isinstance(shown, list):
        return [_moved(value, seconds) for value in shown]
    return shown


def _unknown(type_: str) -> Refused:
    near = difflib.get_close_matches(type_, TYPES, n=1)
    hint = f" Did you mean `{near[0]}`?" if near else " GET /v1/event_types lists all of them."
    return Refused(Code.EVENT_TYPE_UNKNOWN, f"There is no type of event called '{type_}'.{hint}", param="type")
