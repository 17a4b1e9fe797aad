# Copied by `make generate` from server/src/finsecure_server/help/quoting.py. Change that, not this.
"""The part of a text that answers a question best, with the words that match marked.

Words match as the index matches them, by their stems, near enough: without their usual endings. FTS5 could quote as
well, and reads each text through its tokenizer again to do so, which cost more than finding it.

Needs the standard library only: the same module goes into the `finsecure` wheel.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Final

BEGIN, END = "\x02", "\x03"  # around a word that matches
LETTERS: Final = 220  # of a quotation
MATCHES_MAX: Final = 60  # looked at in one text
_ENDING: Final = re.compile(r"(?:ations?|ments?|ings?|ed|es|s|e|y|ies)$")


def pattern(words: Sequence[str]) -> re.Pattern[str]:
    """What finds the words of a question in a text in small letters. The last may be the beginning of a word.

    It takes no account of case by itself: that would make it five times as dear to make, for every question.
    """
    stems = sorted({_ENDING.sub("", word) if len(word) > 4 else word for word in words}, key=len, reverse=True)
    begun = "|".join(re.escape(stem) for stem in stems if len(stem) > 2)
    whole = "|".join(re.escape(stem) for stem in stems if len(stem) <= 2)
    either = "|".join(filter(None, (begun and f"(?:{begun})[a-z]{{0,5}}", whole)))
    return re.compile(f"(?<![a-z0-9])(?:{either})(?![a-z0-9])")


def quoted(text: str, sought: re.Pattern[str], least: int = 1) -> str | None:
    """The stretch of a text with the most different words that match, marked; None when fewer than `least` do."""
    small = text.lower()
    if len(small) != len(text):  # a capital letter that is two small ones
        small = text
    found = [(match.start(), match[0][:5]) for match in islice(sought.finditer(small), MATCHES_MAX)]
    if not found:
        return None
    best, most = 0, 0
    within: Counter[str] = Counter()
    last = 0
    for start, word in found:
        while last < len(found) and found[last][0] < start + LETTERS - 40:
            within[found[last][1]] += 1
            last += 1
        if len(within) > most:
            best, most = start, len(within)
        within[word] -= 1
        if not within[word]:
            del within[word]
    return None if most < least else _marked(text, small, best, sought)


def _marked(text: str, small: str, first: int, sought: re.Pattern[str]) -> str:
    begin = 0 if first < 60 else text.rfind(" ", 0, first - 30) + 1
    end = len(text) if len(text) <= begin + LETTERS else max(text.rfind(" ", begin, begin + LETTERS), begin + 1)
    parts, at = ["…" if begin else ""], begin
    for match in sought.finditer(small, begin, end):
        parts += (text[at : match.start()], BEGIN, text[match.start() : match.end()], END)
        at = match.end()
    return "".join((*parts, text[at:end], "…" if end < len(text) else ""))


def bare(snippet: str) -> str:
    """A snippet without its marks."""
    return snippet.replace(BEGIN, "").replace(END, "")
