"""Search over the sections of every page: names first, then words, with spelling mended against the pages' own words.

In order: what the question names exactly (`identify.py`); words that the pages do not know, mended (`spelling.py`);
bm25 over the rows (`rows.py`, `postings.py`), where all words together come before some of them. Never empty: when
nothing matches, the places that lead on are returned, and `matched` says so.

Needs the standard library only: the same module goes into the `finsecure` wheel, so both rank alike. There an index
that was made before is read (`prepared`), so a question costs a few milliseconds from the very first.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import islice
from typing import Any, Final, NamedTuple

from finsecure_server.help.identify import PASTED, Identifiers
from finsecure_server.help.page import Page
from finsecure_server.help.postings import WORTH, Postings, posted
from finsecure_server.help.quoting import BEGIN, END, pattern, quoted
from finsecure_server.help.rows import Row, Rows
from finsecure_server.help.spelling import Spelling
from finsecure_server.help.stems import STOPPED, WORD, alike, stem
from finsecure_server.help.stems import words as words_of

QUESTION_LETTERS_MAX: Final = 8_000  # a pasted traceback
WORDS_MAX: Final = 12  # of a long question: the rarest
MENDED_MAX: Final = 16  # unknown words that are looked into: whoever has more of them has not mistyped them
ROWS_MAX: Final = 80
TEXT_LETTERS: Final = 160  # of a section, where its meaning is asked for: the beginning says what it is about
EXACT_SCORE: Final = 1_000.0
#: What a row counts for by the kind of its page: a guide leads, a page about one code is narrow.
KIND_WEIGHT: Final = {"guide": 1.0, "reference": 0.75, "error": 0.75, "api": 0.7}
#: A section is shown for a page when it earns at least this share of what the page's best row earns.
SECTION_SHARE: Final = 0.4
#: A row with every word of a question counts for this much more than one with hardly any of them.
TOGETHER: Final = 1.0
#: What another word of the same meaning is worth, and one that begins with what was typed last.
LIKE: Final = 0.3
BEGUN: Final = 0.6
#: What earns less than this share of the best row is not looked at.
LEAST_SHARE: Final = 0.2
#: Where to go on when nothing matches.
WAYS_ON: Final = (
    "/help/developer-support/error-codes",
    "/help/developer-support/debugging-tools",
    "/help/escalation-procedures",
)


class Result(NamedTuple):
    """A place that may answer. `path` has the section's anchor; `why` is the name that led there, or empty."""

    path: str
    title: str
    section: str
    snippet: str
    score: float
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a question."""

    question: str
    corrected: str | None  # the question as it was understood, when that differs
    matched: bool  # False when the results are only where to go on
    results: list[Result]
    took_ms: float


class Words(NamedTuple):
    """A question as words."""

    asked: list[str]
    text: str  # the question, with its spelling mended
    corrected: str | None


@dataclass(slots=True)
class Ranked:
    """A page among the results, so far: what its best row earns, and which of its sections to show."""

    row: int
    best: float = 0.0
    score: float = 0.0
    rows: int = 0
    section: int | None = None
    section_best: float = 0.0


class Index:
    """The rows of some pages, ready to be searched from any thread.

    `prepared` is what `as_prepared` gave for the very same pages.
    """

    def __init__(self, pages: Sequence[Page], prepared: Mapping[str, Any] | None = None) -> None:
        self.pages = pages
        if prepared is None:
            self.rows = Rows(pages)
            self.names = Identifiers(pages)
            self.postings = posted([row.columns for row in self.rows])
            uses = Counter(word for row in self.rows for text in row.columns for word in words_of(text))
            self.uses: Mapping[str, int] = {
                word: count for word, count in sorted(uses.items()) if word.isalpha() and len(word) > 2
            }
        else:
            self.rows = Rows(pages, prepared["rows"])
            self.names = Identifiers(pages, (prepared["names"], prepared["phrases"]))
            self.postings = Postings(len(self.rows), prepared["postings"])
            self.uses = prepared["uses"]
        self.spelling = Spelling(self.uses)
        self._weights = [KIND_WEIGHT[pages[number].kind] for number in self.rows.page]

    def as_prepared(self) -> dict[str, Any]:
        """What makes this index again without reading a page, as JSON has it."""
        names, phrases = self.names.as_prepared()
        return {
            "rows": self.rows.counts,
            "names": names,
            "phrases": phrases,
            "uses": self.uses,
            "postings": self.postings.of,
        }

    # -- a question ----------------------------------------------------------------------------------------------------

    def search(self, question: str, limit: int = 10) -> Found:
        """The best places for a question, one a page."""
        began = time.perf_counter()
        question = question.replace(BEGIN, " ").replace(END, " ").strip()[:QUESTION_LETTERS_MAX]
        results, respelt = self.named(question)
        words = self.understood(question)
        results = _once((*results, *self.ranked(words, limit + len(results))))
        matched = bool(results)
        if not matched:
            results = [self._shown(row, 0.0) for path in WAYS_ON if (row := self.rows.at(path)) is not None]
        took_ms = (time.perf_counter() - began) * 1000
        return Found(question, respelt or words.corrected, matched, results[:limit], took_ms)

    def named(self, question: str) -> tuple[list[Result], str | None]:
        """The places that a question names exactly, and the question with a misspelt name put right."""
        results, respelt = [], None
        for number, hit in enumerate(self.names.find(question)):
            row = self.rows.at(hit.path)
            if hit.corrected is not None and not number:
                respelt = question.replace(hit.corrected, hit.name)
            if row is not None:
                results.append(self._shown(row, EXACT_SCORE - number, why=hit.name))
            elif hit.path.startswith("/help/requests/"):
                results.append(_request(hit.path, hit.name, EXACT_SCORE - number))
        return results, respelt

    def understood(self, question: str) -> Words:
        """The words of a question that say something, misspelt ones mended. Names are never touched."""
        corrected = question
        pasted = bool(PASTED.search(question))
        asked = words_of(question)
        if not pasted:
            unknown = (word for word in dict.fromkeys(asked) if word.isalpha() and word not in STOPPED)
            unknown = (word for word in unknown if word not in self.spelling)
            meant = {word: self._meant(word) for word in islice(unknown, MENDED_MAX)}
            if any(right != word for word, right in meant.items()):
                corrected = WORD.sub(lambda found: meant.get(found[0].lower(), found[0]), question)
            asked = [meant.get(word, word) for word in asked]
        telling = [word for word in asked if word not in STOPPED]
        if len(asked) == 1:  # the beginning of a word that says something: `can`, of `cancel`
            telling = asked
        asked = list(dict.fromkeys(telling))
        if len(asked) > WORDS_MAX:
            rarest = set(sorted(asked, key=lambda word: self.postings.uses(word) or len(self.rows))[:WORDS_MAX])
            asked = [word for word in asked if word in rarest]
        return Words(asked, corrected, corrected if corrected != question else None)

    def _meant(self, word: str) -> str:
        """The word itself where it is known or nothing is near it."""
        return word if self._is_known(word) else self.spelling.nearest(word) or word

    def _is_known(self, word: str) -> bool:
        """Whether the pages have the word in another form, or words that begin with it."""
        return self.names.knows(word) or word in self.postings or bool(self.postings.beginnings(word))

    def ranked(self, words: Words, limit: int) -> list[Result]:
        """Places by their words: those with all of them first."""
        if not words.asked:
            return []
        best = nlargest(limit, self.scored(words.asked, words.text).values(), key=lambda ranked: ranked.score)
        sought = pattern(words.asked)
        least = 2 if len(words.asked) > 2 else 1  # one word of many says less than how a text begins
        return [self._quoted(ranked, sought, least) for ranked in best]

    def scored(self, words: Sequence[str], question: str) -> dict[str, Ranked]:
        """What each page earns."""
        del question  # what it means as a whole is for an index that knows meanings
        earned, shares = [0.0] * len(self.rows), [0.0] * len(self.rows)
        said = 0.0
        for number, word in enumerate(words):
            worth, rarity = self._worth(word, begun=number == len(words) - 1)
            said += rarity
            for row, points in worth:
                earned[row] += points
                shares[row] += rarity
        together, least = TOGETHER / said if said else 0.0, max(earned) * LEAST_SHARE
        rows = [
            (earned[row] * self._weights[row] * (1.0 + together * shares[row]), row)
            for row in [row for row, points in enumerate(earned) if points > least]
        ]
        rows.sort(reverse=True)
        pages: dict[int, Ranked] = {}
        for points, row in rows[:ROWS_MAX]:
            self._count(pages, row, points / WORTH)
        return {self.pages[number].path: ranked for number, ranked in pages.items()}

    def _worth(self, word: str, *, begun: bool) -> tuple[Iterable[tuple[int, float]], float]:
        """The rows that have a word, what it is worth in each, and how rare it is.

        While somebody types, the last word may be the beginning of one.
        """
        said = stem(word)
        others = [(other, LIKE) for other in alike(said)]
        if begun and len(word) > 1:
            others += [(other, BEGUN) for other in self.postings.beginnings(word) if other != said]
        if not others:
            uses = self.postings.uses(word)
            return self.postings.worth(said), self.postings.rarity(uses) if uses else 0.0
        found: dict[int, float] = dict(self.postings.worth(said))
        for other, share in others:
            for row, points in self.postings.worth(other):
                if points * share > found.get(row, 0.0):
                    found[row] = points * share
        return found.items(), self.postings.rarity(len(found)) if found else 0.0

    def said(self, rowid: int) -> str:
        """What a row says, in one line."""
        row = self.rows[rowid]
        return f"{row.page.title}. {row.heading}. {row.also} {row.text[:TEXT_LETTERS]}"

    def _count(self, pages: dict[int, Ranked], row: int, score: float) -> None:
        """Count a row for its page. Rows come best first."""
        page = self.rows.page[row]
        ranked = pages.get(page)
        if ranked is None:
            ranked = pages[page] = Ranked(row, best=score)
        ranked.rows += 1
        if ranked.section is None and self.rows.is_section[row]:
            ranked.section_best, ranked.section = score, row
        ranked.score = ranked.best * (1.0 + 0.02 * min(ranked.rows, 5))

    def _quoted(self, ranked: Ranked, sought: re.Pattern[str], least: int) -> Result:
        """The section that says most of it, or the page where none says nearly as much as the page itself."""
        if ranked.section is not None and ranked.section_best >= SECTION_SHARE * ranked.best:
            row = self.rows[ranked.section]
            own = f"{row.heading} {row.also} {row.text if row.prose else ''}"
            if sought.search(own):  # else only the page's title matched, or a command that nothing is said of
                return self._shown(row, ranked.score, snippet=quoted(row.prose, sought, least))
        row = self.rows[ranked.row]
        page = self.rows.first(ranked.row) if row.anchor or not row.prose else row
        return self._shown(page, ranked.score, snippet=quoted(row.prose, sought, least))

    def _shown(self, row: Row, score: float, *, snippet: str | None = None, why: str = "") -> Result:
        page = row.page
        return Result(row.path, page.title, row.heading, snippet or row.begins, round(score, 3), page.kind, why)


def _request(path: str, request_id: str, score: float) -> Result:
    lead = (
        f"What was asked and answered, and what to do next: sign in with a test key, or finsecure explain {request_id}"
    )
    return Result(path, f"Request {request_id}", "", lead, score, "request", request_id)


def _once(results: Iterable[Result]) -> list[Result]:
    """One result a page: the first."""
    found: dict[str, Result] = {}
    for result in results:
        found.setdefault(result.path.partition("#")[0], result)
    return list(found.values())
