"""Spelling: the distance against its definition, and what is mended and what is left alone."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsecure_server.help.spelling import LETTERS_MAX, Spelling, distance, slips_allowed

WORDS = st.text("abcd", max_size=7)


@cache
def by_definition(a: str, b: str) -> int:
    """The optimal string alignment distance, as it is defined."""
    if not a or not b:
        return len(a) + len(b)
    best = min(
        by_definition(a[:-1], b) + 1, by_definition(a, b[:-1]) + 1, by_definition(a[:-1], b[:-1]) + (a[-1] != b[-1])
    )
    if len(a) > 1 and len(b) > 1 and (a[-1], a[-2]) == (b[-2], b[-1]):
        best = min(best, by_definition(a[:-2], b[:-2]) + 1)
    return best


@given(WORDS, WORDS, st.integers(0, 4))
def test_the_distance_is_what_its_definition_says(a: str, b: str, most: int) -> None:
    true = by_definition(a, b)
    found = distance(a, b, most)
    assert found == true if true <= most else found > most


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("webook", "webhook"),  # a letter too few
        ("webhhook", "webhook"),  # too many
        ("wedhook", "webhook"),  # another one
        ("wehbook", "webhook"),  # two that changed places
        ("custmer", "customer"),
        ("signiture", "signature"),
        ("refnud", "refund"),
        ("recieve", "receive"),
        ("pyament", "payment"),
        ("card", None),  # known
        ("cadr", "card"),
        ("crad", "card"),
        ("xyzzy", None),  # like nothing
        ("teh", None),  # too short to say
        ("paymentintents", None),  # too far
        ("rollback", None),  # a word of its own, two slips from another
        ("sginatuer", "signature"),
        ("x" * (LETTERS_MAX + 1), None),
        ("", None),
    ],
)
def test_what_was_meant(written: str, meant: str | None) -> None:
    words = "webhook customer signature refund receive payment card cord balance callback".split()
    assert Spelling(words).nearest(written) == meant


def test_the_first_letter_counts_more_than_use_and_use_more_than_the_alphabet() -> None:
    assert Spelling({"charge": 1, "orange": 90}).nearest("chargee") == "charge"
    assert Spelling({"bills": 1, "balls": 2, "bells": 1}).nearest("bxlls") == "balls"
    assert Spelling({"bills": 1, "bells": 1}).nearest("bxlls") == "bells"


@pytest.mark.parametrize(("word", "slips"), [("", 0), ("abc", 0), ("abcd", 1), ("abcdefgh", 1), ("abcdefghi", 2)])
def test_short_words_are_not_guessed_at(word: str, slips: int) -> None:
    assert slips_allowed(word) == slips


@given(st.lists(st.text("abcdef", min_size=4, max_size=8), min_size=1, max_size=30, unique=True), st.data())
def test_a_word_with_one_slip_is_always_mended_to_something_as_near(words: list[str], data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(words))
    place = data.draw(st.integers(0, len(word) - 1))
    written = word[:place] + data.draw(st.sampled_from("abcdef")) + word[place + 1 :]
    meant = Spelling(words).nearest(written)
    if written in words:
        assert meant is None
    else:
        assert meant is not None
        assert distance(written, meant, 2) <= 1
