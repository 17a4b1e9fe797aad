"""Funds that become available: no more than there is, nothing that belongs to a later day, nothing forgotten."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsecure_server.core.funds import Bucket, bucket_of, falls_due


def test_a_bucket_has_a_name() -> None:
    assert Bucket("usd", 1763856000).id == "usd:1763856000"
    assert bucket_of("usd:1763856000") == Bucket("usd", 1763856000)


@pytest.mark.parametrize(
    ("held", "later", "due"),
    [
        (100, 0, 100),  # the last bucket gets all that is there
        (100, 40, 60),
        (100, 100, 0),
        (40, 60, 0),  # refunds took from the later ones: they wait for their own
        (100, -30, 100),  # ... and what a later one owes is not there twice
        (0, 0, 0),
        (-20, 0, 0),  # the network is owed; it takes that off next time
        (-20, -50, 0),
    ],
)
def test_what_falls_due(held: int, later: int, due: int) -> None:
    assert falls_due(held, later) == due


@given(st.lists(st.integers(-1000, 1000), min_size=1), st.randoms())
def test_after_every_bucket_nothing_is_pending(sums: list[int], chance: object) -> None:
    """In any order of release; `sums` are the buckets, of which refunds have taken the negative ones."""
    held = max(0, sum(sums))
    waiting = dict(enumerate(sums))
    order = list(waiting)
    chance.shuffle(order)  # type: ignore[attr-defined]  # hypothesis's Random
    released = 0
    for day in order:
        del waiting[day]
        amount = falls_due(held, sum(promised for other, promised in waiting.items() if other > day))
        assert 0 <= amount <= held
        held -= amount
        released += amount
    assert held == 0
    assert released == max(0, sum(sums))


@given(st.lists(st.integers(0, 1000), min_size=1))
def test_without_a_shortage_each_bucket_gets_its_own(sums: list[int]) -> None:
    held = sum(sums)
    for day, promised in enumerate(sums):
        amount = falls_due(held, sum(sums[day + 1 :]))
        assert amount == promised
        held -= amount
        assert held == sum(sums[day + 1 :])
