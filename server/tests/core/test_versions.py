"""What a caller of each version sees, as golden objects: nobody's integration changes because ours did."""

from __future__ import annotations

from typing import Any

import pytest

from finsecure_server.core import versions
from finsecure_server.core.versions import LATEST, SHIMS, SOURCES, VERSIONS, shown_at

INTENT: dict[str, Any] = {
    "id": "pi_1",
    "object": "payment_intent",
    "status": "requires_payment_method",
    "next_action": None,
    "last_payment_error": {"payment_method": {"object": "payment_method", "status": "requires_action"}},
}
SETUP: dict[str, Any] = {
    "id": "seti_1", "object": "setup_intent", "status": "requires_action", "next_action": {"type": "redirect_to_url"},
}  # fmt: skip

#: version, what is stored, what is shown (None: the same)
GOLDEN: list[tuple[str, Any, Any]] = [
    (
        SOURCES,
        INTENT,
        {
            "id": "pi_1",
            "object": "payment_intent",
            "status": "requires_source",
            "next_source_action": None,
            "last_payment_error": {"payment_method": {"object": "payment_method", "status": "requires_action"}},
        },
    ),
    (
        SOURCES,
        SETUP,
        {
            "id": "seti_1", "object": "setup_intent", "status": "requires_source_action",
            "next_source_action": {"type": "redirect_to_url"},
        },
    ),
    (SOURCES, {"object": "payment_intent", "status": "succeeded", "next_action": None},
              {"object": "payment_intent", "status": "succeeded", "next_source_action": None}),
    (SOURCES, {"object": "payment_intent", "status": "succeeded", "metadata": {"object": "payment_intent"}}, None),
    (SOURCES, {"object": "charge", "status": "requires_action", "next_action": 1}, None),
    (SOURCES, {"object": "customer"}, None),
    (SOURCES, {"error": {"type": "card_error"}}, None),
    (SOURCES, {"object": "event", "api_version": LATEST, "data": {"object": SETUP}}, {
        "object": "event",
        "api_version": SOURCES,
        "data": {"object": {
            "id": "seti_1", "object": "setup_intent", "status": "requires_source_action",
            "next_source_action": {"type": "redirect_to_url"},
        }},
    }),
    (LATEST, INTENT, None),
    (LATEST, SETUP, None),
]  # fmt: skip


@pytest.mark.parametrize(("version", "stored", "shown"), GOLDEN)
def test_golden(version: str, stored: Any, shown: Any) -> None:
    assert shown_at(version, stored) == (stored if shown is None else shown)


def test_inside_of_lists_and_errors_too() -> None:
    old = shown_at(SOURCES, SETUP)
    page = {"object": "list", "data": [SETUP, SETUP, 1, None, "x"]}
    assert shown_at(SOURCES, page) == {"object": "list", "data": [old, old, 1, None, "x"]}
    assert shown_at(SOURCES, {"error": {"payment_intent": SETUP}}) == {"error": {"payment_intent": old}}


def test_what_is_stored_is_not_touched() -> None:
    before = repr(INTENT)
    shown_at(SOURCES, INTENT)
    assert repr(INTENT) == before


def test_every_version_has_golden_objects() -> None:
    assert {version for version, _, _ in GOLDEN} == set(VERSIONS)


def test_versions_are_dates_in_order_and_the_last_is_ours() -> None:
    assert list(VERSIONS) == sorted(set(VERSIONS))
    assert VERSIONS[-1] == LATEST
    assert [date for date, _ in SHIMS] == list(VERSIONS[:-1])
    assert versions.LATEST == LATEST
