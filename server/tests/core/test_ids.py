"""Ids sort as time does, read back the time they were made for, and cannot be guessed (decision 0005)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsecure_server.core import ids

CHANCE = bytes(range(ids.CHANCE_BYTES))
YEAR_2026 = 1_795_388_934_000_000
TIMES = st.integers(0, (1 << 60) - 1)


def test_an_id_has_its_documented_shape() -> None:
    made = ids.make("pi", YEAR_2026, CHANCE)
    assert re.fullmatch(r"pi_[0-9a-hjkmnp-tv-z]{28}", made)
    assert made.endswith(ids.letters(CHANCE))


def test_the_alphabet_is_crockfords_in_lower_case_and_sorts() -> None:
    assert len(set(ids.ALPHABET)) == 32
    assert not set("ilou") & set(ids.ALPHABET)
    assert sorted(ids.ALPHABET) == list(ids.ALPHABET)


@given(TIMES, TIMES)
def test_ids_sort_as_their_times_do(one: int, other: int) -> None:
    assert (ids.moment(one) < ids.moment(other)) == (one < other)


@given(TIMES)
def test_an_id_says_when_it_was_made(us: int) -> None:
    assert ids.when(ids.make("ch", us, CHANCE)) == us


@given(st.binary(min_size=ids.CHANCE_BYTES, max_size=ids.CHANCE_BYTES))
def test_each_byte_of_chance_counts_five_bits(chance: bytes) -> None:
    assert [ids.ALPHABET.index(letter) for letter in ids.letters(chance)] == [byte % 32 for byte in chance]


@pytest.mark.parametrize("us", [-1, 1 << 60])
def test_a_time_that_does_not_fit_is_a_bug(us: int) -> None:
    with pytest.raises(AssertionError):
        ids.moment(us)


def test_too_little_chance_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        ids.make("pi", YEAR_2026, CHANCE[:8])
