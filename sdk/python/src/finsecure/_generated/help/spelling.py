# Copied by `make generate` from server/src/finsecure_server/help/spelling.py. Change that, not this.
"""Spelling, mended against the words that the pages themselves use.

Only words that the pages do not know are mended, and only to one that they do: at most one slip in four letters, two
from nine. More would make `duration` of `donation` and `rollback` of `callback`, which are words that readers mean. A
slip is a letter too many, too few, another one, or two that changed places (the optimal string alignment distance).
Candidates come from an index of letter pairs, so a word costs a fraction of a millisecond without any package: a few
thousand words of vocabulary are few enough.

Needs the standard library only: the same module goes into the `finsecure` wheel.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

CANDIDATES_MAX: Final = 24
LETTERS_MAX: Final = 40


class Spelling:
    """Knows words and how often they are used; finds the nearest one."""

    def __init__(self, words: Mapping[str, int] | Iterable[str]) -> None:
        self._uses = dict(words) if isinstance(words, Mapping) else dict.fromkeys(words, 1)
        self._with: dict[str, list[str]] = defaultdict(list)
        for word in self._uses:
            for pair in _pairs(word):
                self._with[pair].append(word)

    def __contains__(self, word: str) -> bool:
        return word in self._uses

    def nearest(self, word: str) -> str | None:
        """The known word that was probably meant; None when no word is near enough."""
        slips_max = slips_allowed(word)
        if not slips_max or word in self._uses or len(word) > LETTERS_MAX:
            return None
        shared: Counter[str] = Counter()
        for pair in _pairs(word):
            shared.update(self._with.get(pair, ()))
        near = (
            (distance(word, other, slips_max), other[:1] != word[:1], -self._uses[other], other)
            for other, _ in shared.most_common(CANDIDATES_MAX * 4)[: CANDIDATES_MAX * 4]
            if abs(len(other) - len(word)) <= slips_max
        )
        best = min((found for found in near if found[0] <= slips_max), default=None)
        return None if best is None else best[-1]


def slips_allowed(word: str) -> int:
    """How far a word may be from the one that was meant."""
    return 0 if len(word) < 4 else 1 if len(word) < 9 else 2


def _pairs(word: str) -> set[str]:
    framed = f"^{word}$"
    return {framed[i : i + 2] for i in range(len(framed) - 1)}


def distance(a: str, b: str, most: int) -> int:
    """Slips between two words; any number above `most` when there are more than that."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        earlier, before, row = before, row, [i] + [0] * len(b)
        for j, other in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                row[j] = min(row[j], earlier[j - 2] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]
