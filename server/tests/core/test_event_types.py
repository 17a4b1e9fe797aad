"""The table of event types: whole, and what may be filtered by."""

from __future__ import annotations

import itertools

import pytest

from finsecure_server.core.event_types import (
    TYPES,
    URLS,
    Before,
    family,
    matching,
    may_be_said,
    patterns,
    url,
    valid_pattern,
)


def test_every_row_is_whole() -> None:
    for name, row in TYPES.items():
        assert row.name == name
        assert name == name.lower()
        assert 2 <= len(name.split(".")) <= 3, name
        assert row.says.endswith("."), name
        assert "\n" not in row.says, name
        assert row.object == family(name) or (row.object, family(name)) == ("dispute", "charge.dispute"), name
    said = [row.says for row in TYPES.values()]
    assert len(set(said)) == len(said)


def test_what_a_type_passes_can_be_filtered_by() -> None:
    for name in TYPES:
        assert patterns(name)[-1] == name
        assert all(map(valid_pattern, patterns(name)))
    assert patterns("charge.dispute.created") == ("*", "charge.*", "charge.dispute.*", "charge.dispute.created")
    assert patterns("refund.created") == ("*", "refund.*", "refund.*", "refund.created")


def test_a_filter_names_a_type_or_a_family_and_nothing_else() -> None:
    """Of everything that can be said with the words of all types, the valid ones are those that match one."""
    words = sorted({word for name in TYPES for word in name.split(".")} | {"*", ""})
    said = [".".join(tuple_) for n in (1, 2) for tuple_ in itertools.product(words, repeat=n)]
    said += [f"{name}{more}" for name in (*TYPES, *map(family, TYPES)) for more in ("", ".", ".*", "*", ".x", " ")]
    for text in said:
        stem = text.removesuffix(".*")
        matches = text == "*" or text in TYPES or (stem != text and any(name.startswith(f"{stem}.") for name in TYPES))
        assert valid_pattern(text) is matches, text
    assert not valid_pattern("Refund.created")


def test_what_a_filter_lets_pass() -> None:
    assert matching("*") == tuple(TYPES)
    assert matching("refund.*") == ("refund.created", "refund.updated", "refund.failed")
    assert {family(name) for name in matching("charge.*")} == {"charge", "charge.dispute"}
    assert {family(name) for name in matching("charge.dispute.*")} == {"charge.dispute"}
    assert matching("payout.paid") == ("payout.paid",)
    assert matching("payout") == matching("refund.x") == matching("") == ()


@pytest.mark.parametrize(
    ("before", "without", "with_"),
    [(Before.NEVER, True, False), (Before.SOMETIMES, True, True), (Before.ALWAYS, False, True)],
)
def test_what_may_be_said(before: Before, without: bool, with_: bool) -> None:
    names = [name for name, row in TYPES.items() if row.before is before]
    assert names
    for name in names:
        assert (may_be_said(name, before=False), may_be_said(name, before=True)) == (without, with_)


def test_what_is_no_type_is_not_said() -> None:
    assert not may_be_said("payment_intent.updated", before=False)
    assert not may_be_said("payment_intent.updated", before=True)


def test_where_an_object_is_read() -> None:
    assert url("dispute", "dp_1") == "/v1/disputes/dp_1"
    assert url("balance", None) == "/v1/balance"
    assert url("radar.early_fraud_warning", "issfr_1") == "/v1/events?related_object=issfr_1"
    assert all(path.startswith("/v1/") for path in URLS.values())
