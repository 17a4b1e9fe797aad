"""What an endpoint is sent: whatever a merchant writes into an object or a key, the event around it stays whole."""

from __future__ import annotations

import json
import os
from typing import Any, Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsecure_server.core.delivery import PAYLOAD_BYTES_MAX
from finsecure_server.core.env import Env, Vault
from finsecure_server.core.versions import LATEST, SOURCES
from finsecure_server.webhooks import store
from finsecure_server.webhooks.payload import body

NOW: Final = 1_700_000_000_000_000
#: What would mislead whoever looks for a place in a text.
TRAPS: Final = (
    '"pending_webhooks":0',
    ',"pending_webhooks":0,"request":{',
    '\\",\\"pending_webhooks\\":0,\\"request\\":{',
    '"},"livemode":false,"pending_webhooks":0,"request":{"id":null,"idempotency_key":null},"sequence":1,"type":"x"}',
    "pending_webhooks",
    ':0,"request":{',
    "\\",
    '"',
    "\u2028\x00é😀",
)
texts: Final = st.lists(st.sampled_from(TRAPS) | st.text(max_size=8), max_size=4).map("".join)
keys: Final = st.none() | texts
values: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | texts | st.just({"x": 1, "pending_webhooks": 0, "request": {"id": 1}}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
intents: Final = st.dictionaries(texts, values, max_size=4).map(
    lambda more: {**more, "id": "pi_1", "object": "payment_intent", "status": "requires_action", "next_action": None}
)
befores: Final = st.none() | st.dictionaries(texts, values, max_size=3)


def env(request_id: str | None = None, key: str | None = None, *, livemode: bool = False) -> Env:
    return Env(
        account="acct_1",
        livemode=livemode,
        wall=NOW,
        chance=os.urandom,
        processor=None,
        vault=cast("Vault", None),
        request_id=request_id,
        idempotency_key=key,
    )


def stored(
    about: dict[str, Any],
    before: dict[str, Any] | None = None,
    *,
    key: str | None = None,
    type_: str = "payment_intent.requires_action",
) -> str:
    doc = json.dumps(about, ensure_ascii=False, separators=(",", ":"))
    return store.document(env("req_1", key), "evt_1", type_, 3, doc, before)


def thin(doc: str) -> dict[str, Any]:
    """What a thin event must say, from the whole one."""
    event = json.loads(doc)
    about = event.pop("data")["object"]
    url = f"/v1/payment_intents/{about['id']}"
    related = {"id": about["id"], "type": "payment_intent", "url": url}
    return {**event, "pending_webhooks": 1, "related_object": related}


@given(intents, befores, keys)
def test_a_snapshot_is_the_event_and_one_figure(about: dict[str, Any], before: dict[str, Any] | None, key: str) -> None:
    doc = stored(about, before, key=key)
    sent = body(doc, None, "snapshot")
    assert json.loads(sent) == {**json.loads(doc), "pending_webhooks": 1}
    was = doc.encode()
    assert [(a, b) for a, b in zip(was, sent, strict=True) if a != b] == [(ord("0"), ord("1"))]
    assert sent == body(was, LATEST, "snapshot")


@given(intents, befores, keys)
def test_a_thin_event_names_the_object(about: dict[str, Any], before: dict[str, Any] | None, key: str) -> None:
    doc = stored(about, before, key=key)
    assert json.loads(body(doc, None, "thin")) == thin(doc)
    assert body(doc, None, "thin") == body(doc.encode(), LATEST, "thin")


@given(intents, befores, keys)
def test_an_older_version_is_what_its_callers_see(
    about: dict[str, Any], before: dict[str, Any] | None, key: str
) -> None:
    about = {name: value for name, value in about.items() if not isinstance(value, dict | list)}
    about["metadata"] = {"object": "payment_intent", "status": "requires_action"}
    doc = stored(about, before and {"metadata": before}, key=key)
    event = json.loads(doc)
    was = event["data"]["object"]
    shown = {"next_source_action" if name == "next_action" else name: value for name, value in was.items()}
    event["data"]["object"] = {**shown, "status": "requires_source_action"}
    sent = body(doc, SOURCES, "snapshot")
    assert json.loads(sent) == {**event, "api_version": SOURCES, "pending_webhooks": 1}
    assert sent == body(doc, SOURCES, "snapshot")
    assert json.loads(body(doc, SOURCES, "thin")) == {**thin(doc), "api_version": SOURCES}


@pytest.mark.parametrize("version", [None, SOURCES])
def test_what_is_too_large_is_sent_thin(version: str | None) -> None:
    about = {"id": "pi_1", "object": "payment_intent", "status": "succeeded", "next_action": None, "description": ""}
    room = PAYLOAD_BYTES_MAX - len(body(stored(about), version, "snapshot"))
    fits, over = stored({**about, "description": "x" * room}), stored({**about, "description": "x" * (room + 1)})
    assert len(body(fits, version, "snapshot")) == PAYLOAD_BYTES_MAX
    assert body(over, version, "snapshot") == body(over, version, "thin")
    assert json.loads(body(over, version, "snapshot"))["related_object"]["id"] == "pi_1"


def test_the_balance_has_no_id() -> None:
    doc = stored({"object": "balance", "available": []}, type_="balance.available")
    assert json.loads(body(doc, None, "thin"))["related_object"] == {
        "id": None,
        "type": "balance",
        "url": "/v1/balance",
    }
