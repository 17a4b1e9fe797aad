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
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final

PAIRS_LOST: Final = 3  # by one slip: two letters that changed places stand in three pairs
LETTERS_MAX: Final = 40


class Spelling:
    """Knows words and how often they are used; finds the nearest one."""

    def __init__(self, words: Mapping[str, int] | Iterable[str]) -> None:
        self._uses = words if isinstance(words, Mapping) else dict.fromkeys(words, 1)

    @cached_property
    def _with(self) -> Mapping[str, Sequence[str]]:
        """The words that have a pair of letters. Most questions have no slip, and need it not."""
        found: dict[str, list[str]] = defaultdict(list)
        for word in self._uses:
            for pair in _pairs(word):
                found[pair].append(word)
        return found

    def __contains__(self, word: str) -> bool:
        return word in self._uses

    def nearest(self, word: str) -> str | None:
        """The known word that was probably meant; None when no word is near enough."""
        slips_max = slips_allowed(word)
        if not slips_max or word in self._uses or len(word) > LETTERS_MAX:
            return None
        pairs = _pairs(word)
        shared: Counter[str] = Counter()
        for pair in pairs:
            shared.update(self._with.get(pair, ()))
        best, slips = None, slips_max
        for other, pairs_shared in shared.most_common():
            if pairs_shared < len(pairs) - PAIRS_LOST * slips:
                break  # whatever follows shares less, and is further away
            if abs(len(other) - len(word)) <= slips and (far := distance(word, other, slips)) <= slips:
                found = (far, other[:1] != word[:1], -self._uses[other], other)
                best, slips = found if best is None else min(best, found), far
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
        earlier, before, row = before, row, [i] + [most + 1] * len(b)
        for j in range(max(i - most, 1), min(i + most, len(b)) + 1):  # further off the diagonal is too far anyway
            other = b[j - 1]
            far = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                far = min(far, earlier[j - 2] + 1)
            row[j] = far
        if min(row) > most:
            return most + 1
    return row[-1]
