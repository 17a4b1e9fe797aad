"""Metadata after a change: what is set, what goes, and how much there may be."""

from __future__ import annotations

import pytest
from msgspec import UNSET, UnsetType

from finsecure_server.core.errors import Code, Refused
from finsecure_server.web.params import METADATA_KEYS_MAX, merged

FULL = {f"k{number}": "v" for number in range(METADATA_KEYS_MAX)}


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (UNSET, {"a": "1", "b": "2"}),
        (None, {}),
        ({}, {"a": "1", "b": "2"}),
        ({"a": "3"}, {"a": "3", "b": "2"}),
        ({"a": "", "c": "4"}, {"b": "2", "c": "4"}),
        ({"b": None}, {"a": "1"}),
    ],
)
def test_a_change(change: dict[str, str | None] | None | UnsetType, after: dict[str, str]) -> None:
    assert merged({"a": "1", "b": "2"}, change) == after


@pytest.mark.parametrize("change", [{"one more": "x"}, {f"n{number}": "x" for number in range(METADATA_KEYS_MAX)}])
def test_no_more_is_kept_than_one_call_may_bring(change: dict[str, str | None]) -> None:
    with pytest.raises(Refused) as refused:
        merged(FULL, change)
    assert (refused.value.code, refused.value.param) == (Code.METADATA_TOO_MANY_KEYS, "metadata")


def test_one_may_take_the_place_of_another() -> None:
    change: dict[str, str | None] = {"k0": "", "new": "x"}
    assert len(merged(FULL, change)) == METADATA_KEYS_MAX
    assert merged(FULL, {"k0": "other"})["k0"] == "other"
