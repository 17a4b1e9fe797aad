# Copied by `make generate` from server/src/finsecure_server/help/index.py. Change that, not this.
"""Search over the sections of every page: names first, then words, with spelling mended against the pages' own words.

In order: what the question names exactly (`identify.py`); words that the pages do not know, mended (`spelling.py`);
SQLite's FTS5 with bm25, where all words together come before some of them. A symptom or an alias is a row of its own,
so that a sentence of somebody in trouble is found by a sentence like it. Never empty: when nothing matches, the places
that lead on are returned, and `matched` says so.

Needs the standard library only: the same module goes into the `finsecure` wheel, so both rank alike.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from textwrap import shorten
from typing import Final, NamedTuple

from finsecure._generated.help.identify import PASTED, Identifiers
from finsecure._generated.help.page import Page, sections
from finsecure._generated.help.quoting import BEGIN, END, pattern, quoted
from finsecure._generated.help.spelling import Spelling

QUESTION_LETTERS_MAX: Final = 8_000  # a pasted traceback
WORDS_MAX: Final = 12  # of a long question: the rarest
MENDED_MAX: Final = 16  # unknown words that are looked into: whoever has more of them has not mistyped them
ROWS_MAX: Final = 80
TEXT_LETTERS: Final = 160  # of a section, where its meaning is asked for: the beginning says what it is about
EXACT_SCORE: Final = 1_000.0
QUOTED_LETTERS: Final = 240
#: Sections of pages about codes and calls that say nothing of the code or the call.
SAME_EVERYWHERE: Final = frozenset(
    {"Example reply", "Related", "Bring it about in test mode", "Find the attempts", "Example", "Errors"}
)
#: What a row counts for by the kind of its page: a guide leads, a page about one code is narrow.
KIND_WEIGHT: Final = {"guide": 1.0, "reference": 0.75, "error": 0.75, "api": 0.7}
#: A section is shown for a page when it earns at least this share of what the page's best row earns.
SECTION_SHARE: Final = 0.4

#: Weights of title, heading, aliases and text.
WEIGHTS: Final = "bm25(3.0, 4.0, 6.0, 2.0)"
#: Where to go on when nothing matches.
WAYS_ON: Final = (
    "/help/developer-support/error-codes",
    "/help/developer-support/debugging-tools",
    "/help/escalation-procedures",
)

_WORD: Final = re.compile(r"[^\W_]+")
_STOPPED: Final = frozenset(
    """
    a about after all also am an and any are as at be because been being but by can could cant cannot did do does doesnt
    dont for from get gets getting go goes got had has have having he her here him his how i if im in into is isnt it
    its itself just ive keep keeps let like me my no not now of on one only or our out over please should since so some
    than that thats the their them then there these they this those to too up us very want was we were what whats when
    where which while who why will with without wont would you your
    """.split()
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


class _Row(NamedTuple):
    page: Page
    anchor: str
    heading: str
    also: str  # aliases, and names that lead to it
    text: str
    prose: str  # the text without code: what is quoted where it says enough
    begins: str  # how that begins; the page's lead where there is none


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


@dataclass(eq=False)
class Index:
    """The sections of some pages, ready to be searched from any thread."""

    pages: Sequence[Page]
    names: Identifiers = field(init=False, repr=False)
    spelling: Spelling = field(init=False, repr=False)
    rows: list[_Row] = field(init=False, repr=False, default_factory=list)
    _db: sqlite3.Connection = field(init=False, repr=False)
    _uses: Counter[str] = field(init=False, repr=False)
    _lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)
    _places: dict[str, _Row] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.names = Identifiers(self.pages)
        self._db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._db.execute(
            "CREATE VIRTUAL TABLE found USING"
            " fts5(title, heading, aliases, body, content='', tokenize='porter unicode61')"
        )
        self._db.execute("INSERT INTO found (found, rank) VALUES ('rank', ?)", (WEIGHTS,))
        uses: Counter[str] = Counter()
        for page in self.pages:
            self.rows += self._rows_of(page)
        self._db.execute("BEGIN")
        for rowid, row in enumerate(self.rows):
            texts = (row.page.title, row.heading, row.also, row.text)
            for text in texts:
                uses.update(_words(text))
            self._db.execute(
                "INSERT INTO found (rowid, title, heading, aliases, body) VALUES (?, ?, ?, ?, ?)", (rowid, *texts)
            )
        self._db.execute("COMMIT")
        self._uses = uses
        self.spelling = Spelling({word: count for word, count in uses.items() if word.isalpha() and len(word) > 2})

    def _rows_of(self, page: Page) -> Iterable[_Row]:
        """The rows of a page: its sections, and each alias and symptom by itself.

        A page about a code or a call is one row: all have the same sections, which would drown every guide.
        """
        first, *others = sections(page)
        if page.kind in ("error", "api"):
            own = [part for part in others if part.heading not in SAME_EVERYWHERE]
            text = " ".join((first.text, *(f"{part.heading} {part.text}" for part in own)))
            prose = " ".join((first.prose, *(f"{part.heading} {part.prose}" for part in own)))
            first, others = replace(first, text=text, prose=prose), []
        also = " ".join((" · ".join(first.aliases), *page.words, *page.identifiers)).strip()
        prose = f"{page.lead} {first.prose}".strip()
        row = _Row(page, "", "", also, f"{page.lead} {first.text}".strip(), prose, page.lead)
        self._places[page.path] = row
        yield row
        for section in others:
            begins = shorten(section.prose[: 2 * QUOTED_LETTERS], QUOTED_LETTERS, placeholder="…") or page.lead
            also, text, prose = " · ".join(section.aliases), section.text, section.prose
            row = _Row(page, section.anchor, section.heading, also, text, prose, begins)
            self._places[f"{page.path}#{section.anchor}"] = row
            yield row
        for phrase in (*page.aliases, *page.symptoms):
            yield _Row(page, "", "", phrase, "", "", page.lead)

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
            results = [self._shown(self._places[path], 0.0) for path in WAYS_ON if path in self._places]
        took_ms = (time.perf_counter() - began) * 1000
        return Found(question, respelt or words.corrected, matched, results[:limit], took_ms)

    def named(self, question: str) -> tuple[list[Result], str | None]:
        """The places that a question names exactly, and the question with a misspelt name put right."""
        results, respelt = [], None
        for number, hit in enumerate(self.names.find(question)):
            row = self._places.get(hit.path)
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
        asked = _words(question)
        if not pasted:
            unknown = (word for word in dict.fromkeys(asked) if word.isalpha() and word not in _STOPPED)
            unknown = (word for word in unknown if word not in self.spelling)
            meant = {word: self._meant(word) for word in islice(unknown, MENDED_MAX)}
            for word, right in meant.items():
                if right != word:
                    corrected = re.sub(rf"\b{re.escape(word)}\b", right, corrected, flags=re.IGNORECASE)
            asked = [meant.get(word, word) for word in asked]
        telling = [word for word in asked if word not in _STOPPED] or asked
        asked = list(dict.fromkeys(telling))
        if len(asked) > WORDS_MAX:
            rarest = set(sorted(asked, key=lambda word: self._uses[word] or len(self.rows))[:WORDS_MAX])
            asked = [word for word in asked if word in rarest]
        return Words(asked, corrected, corrected if corrected != question else None)

    def _meant(self, word: str) -> str:
        """The word itself where it is known or nothing is near it."""
        return word if self._is_known(word) else self.spelling.nearest(word) or word

    def _is_known(self, word: str) -> bool:
        """Whether the pages have the word in another form, or words that begin with it."""
        return self.names.knows(word) or bool(self._select(f'"{word}" OR "{word}"*', 1))

    def ranked(self, words: Words, limit: int) -> list[Result]:
        """Places by their words: those with all of them first."""
        if not words.asked:
            return []
        best = sorted(self.scored(words.asked, words.text).values(), key=lambda ranked: -ranked.score)[:limit]
        sought = pattern(words.asked)
        least = 2 if len(words.asked) > 2 else 1  # one word of many says less than how a text begins
        return [self._quoted(ranked, sought, least) for ranked in best]

    def scored(self, words: Sequence[str], question: str) -> dict[str, Ranked]:
        """What each page earns."""
        terms = _terms(words)
        pages: dict[str, Ranked] = {}
        for together in (" AND ", " OR "):
            for rowid, score in self._select(together.join(terms), ROWS_MAX):
                self._count(pages, rowid, score, bonus=2.0 if together == " AND " and len(words) > 1 else 1.0)
        return pages

    def said(self, rowid: int) -> str:
        """What a row says, in one line."""
        row = self.rows[rowid]
        return f"{row.page.title}. {row.heading}. {row.also} {row.text[:TEXT_LETTERS]}"

    def _count(self, pages: dict[str, Ranked], rowid: int, score: float, bonus: float) -> None:
        row = self.rows[rowid]
        ranked = pages.setdefault(row.page.path, Ranked(rowid))
        score *= bonus * KIND_WEIGHT[row.page.kind]
        ranked.rows += 1
        if score > ranked.best:
            ranked.best, ranked.row = score, rowid
        if row.anchor and score > ranked.section_best:
            ranked.section_best, ranked.section = score, rowid
        ranked.score = ranked.best * (1.0 + 0.02 * min(ranked.rows, 5))

    def _select(self, match: str, rows: int) -> list[tuple[int, float]]:
        with self._lock:
            asked = self._db.execute(
                "SELECT rowid, -rank FROM found WHERE found MATCH ? ORDER BY rank LIMIT ?", (match, rows)
            )
            return asked.fetchall()

    def _quoted(self, ranked: Ranked, sought: re.Pattern[str], least: int) -> Result:
        """The section that says most of it, or the page where none says nearly as much as the page itself."""
        if ranked.section is not None and ranked.section_best >= SECTION_SHARE * ranked.best:
            row = self.rows[ranked.section]
            own = f"{row.heading} {row.also} {row.text if row.prose else ''}"
            if sought.search(own):  # else only the page's title matched, or a command that nothing is said of
                return self._shown(row, ranked.score, snippet=quoted(row.prose, sought, least))
        row = self._places[self.rows[ranked.row].page.path]
        return self._shown(row, ranked.score, snippet=quoted(self.rows[ranked.row].prose, sought, least))

    def _shown(self, row: _Row, score: float, *, snippet: str | None = None, why: str = "") -> Result:
        page = row.page
        path = f"{page.path}#{row.anchor}" if row.anchor else page.path
        return Result(path, page.title, row.heading, snippet or row.begins, round(score, 3), page.kind, why)


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


def _terms(words: Sequence[str]) -> list[str]:
    """Words as FTS5 takes them; the last may be the beginning of one."""
    terms = [f'"{word}"' for word in words]
    if len(words[-1]) > 1:
        terms[-1] = f"({terms[-1]} OR {terms[-1]}*)"
    return terms


def _words(text: str) -> list[str]:
    """The words of a text: `don't` is one word, and a letter by itself is none."""
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("n't", "nt").lower()
    return [word for word in _WORD.findall(plain) if len(word) > 1 or word.isdigit()]
