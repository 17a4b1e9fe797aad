"""What a word is worth in a row: stems, the sums that a question adds up, and an index that was made before."""

from __future__ import annotations

import json
import sqlite3

import pytest

from finsecure_server.app import LIBRARY
from finsecure_server.help import rows as rows_module
from finsecure_server.help.index import Index
from finsecure_server.help.page import Page, sections
from finsecure_server.help.postings import COLUMNS, WORTH, posted
from finsecure_server.help.stems import ALIKE, STOPPED, alike, stem, words

MADE = Index(list(LIBRARY.pages.values()))


def test_stems_are_those_of_sqlite() -> None:
    """FTS5 has Porter's stems, too: two that wrote them down by themselves agree on every word of ours."""
    every = [word for word in MADE.uses if word.isascii() and word not in STOPPED]
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE said USING fts5(word, tokenize='porter unicode61')")
    db.execute("CREATE VIRTUAL TABLE stems USING fts5vocab(said, instance)")
    db.executemany("INSERT INTO said (rowid, word) VALUES (?, ?)", enumerate(every))
    theirs = {every[row]: said for said, row in db.execute("SELECT term, doc FROM stems")}
    assert len(theirs) > 2_000
    assert {word: stem(word) for word in every} == theirs


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Don\N{RIGHT SINGLE QUOTATION MARK}t panic", ["dont", "panic"]),
        ("Café, naïve", ["cafe", "naive"]),
        ("payment_intent.succeeded", ["payment", "intent", "succeeded"]),
        ("a 3-D I 1", ["3", "1"]),
        ("", []),
    ],
)
def test_the_words_of_a_text(text: str, said: list[str]) -> None:
    assert words(text) == said


def test_words_alike_are_so_both_ways_and_in_one_group_only() -> None:
    stems = [stem(word) for group in ALIKE for word in group.split()]
    assert len(stems) == len(set(stems))
    assert stem("customer") in alike(stem("buyers"))
    assert stem("buyer") in alike(stem("customers"))
    assert alike("nothing") == ()


def test_a_row_is_worth_more_the_rarer_the_word_the_better_the_column_and_the_shorter_the_row() -> None:
    made = posted([
        ("refund", "", "", ""),
        ("", "", "refund", ""),
        ("", "", "", "refund"),
        ("", "", "", "refund and a great many other words about cards and banks and payments"),
        *[("", "", "", "card")] * 9,
    ])  # fmt: skip
    refund = dict(made.worth("refund"))
    assert COLUMNS[2] > COLUMNS[0] > COLUMNS[3]
    assert refund[1] > refund[0] > refund[2] > refund[3] > 0
    assert all(isinstance(worth, int) for worth in refund.values())
    assert max(dict(made.worth("card")).values()) < WORTH  # most rows have it
    assert dict(made.worth("nowhere")) == {}
    assert ("refunds" in made, "nowhere" in made) == (True, False)
    assert made.beginnings("ref") == ["refund"]


def test_an_index_made_before_finds_the_same_and_reads_only_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = list(LIBRARY.pages.values())
    prepared = json.loads(json.dumps(MADE.as_prepared()))
    read: list[str] = []

    def noted(page: Page) -> object:
        read.append(page.path)
        return sections(page)

    monkeypatch.setattr(rows_module, "sections", noted)
    index = Index(pages, prepared)
    assert read == []
    for question in ("charged twice", "webhok signature", "card_declined", "zzqx", "why is my payment stuck"):
        ours, theirs = index.search(question, 5), MADE.search(question, 5)
        assert (ours.results, ours.corrected, ours.matched) == (theirs.results, theirs.corrected, theirs.matched)
    assert 0 < len(read) < 30
