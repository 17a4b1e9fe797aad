# Copied by `make generate` from server/src/finsecure_server/help/quoting.py. Change that, not this.
"""The part of a text that answers a question best, with the words that match marked.

Words match as the index matches them, by their stems, near enough: without their usual endings. FTS5 could quote as
well, and reads each text through its tokenizer again to do so, which cost more than finding it.

Needs the standard library only: the same module goes into the `finsecure` wheel.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

BEGIN, END = "\x02", "\x03"  # around a word that matches
LETTERS: Final = 220  # of a quotation
MATCHES_MAX: Final = 60  # looked at in one text
_ENDING: Final = re.compile(r"(?:ations?|ments?|ings?|ed|es|s|e|y|ies)$")


def pattern(words: Sequence[str]) -> re.Pattern[str]:
    """What finds the words of a question in a text. The last may be the beginning of a word."""
    stems = sorted({_ENDING.sub("", word) if len(word) > 4 else word for word in words}, key=len, reverse=True)
    ends = [rf"{re.escape(stem)}{r'[a-z]{0,5}' if len(stem) > 2 else ''}" for stem in stems]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(ends)})(?![^\W_])", re.IGNORECASE)


def quoted(text: str, sought: re.Pattern[str], least: int = 1) -> str | None:
    """The stretch of a text with the most different words that match, marked; None when fewer than `least` do."""
    found = []
    for match in sought.finditer(text):
        found.append((match.start(), match[0].lower()))
        if len(found) == MATCHES_MAX:
            break
    if not found:
        return None
    best, most = 0, 0
    for number, (start, _) in enumerate(found):
        within = {word[:5] for at, word in found[number:] if at < start + LETTERS - 40}
        if len(within) > most:
            best, most = start, len(within)
    if most < least:
        return None
    return _marked(text, best, sought)


def _marked(text: str, first: int, sought: re.Pattern[str]) -> str:
    begin = 0 if first < 60 else text.rfind(" ", 0, first - 30) + 1
    end = len(text) if len(text) <= begin + LETTERS else max(text.rfind(" ", begin, begin + LETTERS), begin + 1)
    stretch = sought.sub(rf"{BEGIN}\g<0>{END}", text[begin:end])
    return f"{'…' if begin else ''}{stretch}{'…' if end < len(text) else ''}"


def bare(snippet: str) -> str:
    """A snippet without its marks."""
    return snippet.replace(BEGIN, "").replace(END, "")
