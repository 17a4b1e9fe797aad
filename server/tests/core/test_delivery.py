"""The words that all parts of delivery have in common."""

from __future__ import annotations

import pytest

from finsecure_server.core.delivery import (
    IN_FLIGHT_MAX,
    PAYLOAD_BYTES_MAX,
    REPLY_BYTES_MAX,
    TIMEOUT_DEFAULT_S,
    TIMEOUT_MAX_S,
    Cause,
    Failure,
    Phase,
    State,
    delivery_id,
    parts,
)
from finsecure_server.core.retry import SLOW_DOWN_S

EVENT, ENDPOINT = "evt_01k0x3285hc1adv7fcefb3rmatxs", "we_01k0x327x7tgshksj9ad2296hyj6"


def test_a_delivery_is_named_after_its_event_and_its_endpoint() -> None:
    made = delivery_id(EVENT, ENDPOINT)
    assert made == "dlv_01k0x3285hc1adv7fcefb3rmatxs_01k0x327x7tgshksj9ad2296hyj6"
    assert parts(made) == (EVENT, ENDPOINT)


def test_deliveries_sort_as_their_events_do() -> None:
    assert delivery_id("evt_01k", "we_9") < delivery_id("evt_01m", "we_0")


@pytest.mark.parametrize(
    "text", ["", "dlv", "dlv_", "dlv_a", "dlv_a_", "dlv__b", "dlv_a_b_c", "evt_a_b", EVENT, "dlv a b", "_a_b"]
)
def test_what_is_no_such_id_names_nothing(text: str) -> None:
    assert parts(text) is None


def test_the_words_on_the_wire() -> None:
    assert {state.value for state in State} == {"pending", "delivered", "exhausted", "held", "canceled"}
    assert {cause.value for cause in Cause} == {"automatic", "resend", "replay", "test"}
    assert [phase.value for phase in Phase] == ["dns", "connect", "tls", "headers", "body"]
    assert all(failure.value.startswith("webhook_") for failure in Failure)


def test_the_limits() -> None:
    assert (TIMEOUT_DEFAULT_S, TIMEOUT_MAX_S, IN_FLIGHT_MAX) == (10, 30, 8)
    assert (REPLY_BYTES_MAX, PAYLOAD_BYTES_MAX) == (16_384, 262_144)
    assert SLOW_DOWN_S > TIMEOUT_MAX_S, "who timed out is left alone for longer than that took"
