"""Which rows have a word, and what it is worth there: an inverted index with the worth of bm25 in it.

The worth is worked out when the index is made, as a whole number of tenths, so a question only adds up: at the 99th
percentile a quarter of what SQLite's FTS5 takes for the same rows, and the same sums in a browser (decision 0015).

bm25: S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with a weight for each
column of a row (BM25F's, over the length of the row).

Needs the standard library only: the same module goes into the `finsecure` wheel.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from finsecure_server.help.stems import STOPPED, stem, words

#: What a word counts for in the title, the heading, the aliases and the text of a row.
COLUMNS: Final = (3.0, 4.0, 6.0, 2.0)
SATURATION: Final = 2.0
BY_LENGTH: Final = 0.75
WORTH: Final = 10  # a point of bm25, in tenths
BEGINNINGS_MAX: Final = 24  # stems that begin with what is being typed
_LAST: Final = "\N{REPLACEMENT CHARACTER}"  # comes after every letter


class Postings:
    """By stem: row, worth, row, worth …, in the order of the rows."""

    def __init__(self, rows: int, of: Mapping[str, Sequence[int]]) -> None:
        self.rows = rows
        self.of = of
        self._sorted = sorted(of)

    def __contains__(self, word: str) -> bool:
        return stem(word) in self.of

    def uses(self, word: str) -> int:
        """How many rows have a word."""
        return len(self.of.get(stem(word), ())) // 2

    def worth(self, stemmed: str) -> Iterable[tuple[int, int]]:
        """The rows that have a stem, each with what it is worth there."""
        run = iter(self.of.get(stemmed, ()))
        return zip(run, run, strict=True)

    def rarity(self, uses: int) -> float:
        """What it says that a row has a word that so many have: 0 or more."""
        return max(math.log((self.rows - uses + 0.5) / (uses + 0.5)), 0.01)

    def beginnings(self, begun: str) -> Sequence[str]:
        """Stems that begin so, the most used first."""
        first = bisect_left(self._sorted, begun)
        last = bisect_left(self._sorted, begun + _LAST, first)
        return sorted(self._sorted[first:last], key=lambda one: -len(self.of[one]))[:BEGINNINGS_MAX]


def posted(rows: Sequence[Sequence[str]]) -> Postings:
    """The index of rows, each the texts of its columns."""
    counts: list[dict[str, float]] = []
    lengths: list[int] = []
    found: dict[str, list[int]] = {}
    for number, columns in enumerate(rows):
        length, row = 0, dict[str, float]()
        for weight, text in zip(COLUMNS, columns, strict=True):
            for word in words(text):
                length += 1
                if word not in STOPPED:
                    said = stem(word)
                    row[said] = row.get(said, 0.0) + weight
        counts.append(row)
        lengths.append(length)
        for said in row:
            found.setdefault(said, []).append(number)
    made = Postings(len(rows), {})
    usual = sum(lengths) / max(len(lengths), 1) or 1.0
    of: dict[str, list[int]] = {}
    for said in sorted(found):
        rarity, run = made.rarity(len(found[said])), list[int]()
        for number in found[said]:
            count = counts[number][said]
            long = SATURATION * (1 - BY_LENGTH + BY_LENGTH * lengths[number] / usual)
            run += (number, max(round(WORTH * rarity * count * (SATURATION + 1) / (count + long)), 1))
        of[said] = run
    return Postings(len(rows), of)
