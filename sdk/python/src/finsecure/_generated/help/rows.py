# Copied by `make generate` from server/src/finsecure_server/help/rows.py. Change that, not this.
"""What is searched: the sections of every page, and each of a page's aliases and symptoms, a row each.

A page about a code or a call is one row: all have the same sections, which would drown every guide. A symptom is a row
of its own, so that a sentence of somebody in trouble is found by a sentence like it.

Rows are numbered page by page. Their texts are read when they are asked for: whoever has an index that was made before
shows five pages, and takes no other apart.

Needs the standard library only: the same module goes into the `finsecure` wheel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import shorten
from typing import Final, NamedTuple

from finsecure._generated.help.page import Page, sections

QUOTED_LETTERS: Final = 240
#: Sections of pages about codes and calls that say nothing of the code or the call.
SAME_EVERYWHERE: Final = frozenset(
    {"Example reply", "Related", "Bring it about in test mode", "Find the attempts", "Example", "Errors"}
)
#: Kinds of page that are one row.
WHOLE: Final = frozenset({"error", "api"})


class Row(NamedTuple):
    """A place that can be found."""

    page: Page
    anchor: str
    heading: str
    also: str  # aliases, and names that lead to it
    text: str
    prose: str  # the text without code: what is quoted where it says enough
    begins: str  # how that begins; the page's lead where there is none

    @property
    def columns(self) -> tuple[str, str, str, str]:
        """What is searched of it, as `postings.COLUMNS` weighs it."""
        return self.page.title, self.heading, self.also, self.text

    @property
    def path(self) -> str:
        """Where it is read."""
        return f"{self.page.path}#{self.anchor}" if self.anchor else self.page.path


class Rows:
    """The rows of some pages. `page` and `is_section` tell of each row what ranking has to know, without its texts."""

    def __init__(self, pages: Sequence[Page], counts: Sequence[Sequence[int]] | None = None) -> None:
        self._pages = pages
        self._of_page: dict[int, tuple[Row, ...]] = {}
        self._number = {page.path: number for number, page in enumerate(pages)}
        #: For each page, how many rows it has, and how many of them are sections below its first.
        self.counts = [self._counted(number) for number in range(len(pages))] if counts is None else counts
        self.page: list[int] = []
        self.is_section: list[bool] = []
        self._first: list[int] = []
        for number, (count, below) in enumerate(self.counts):
            self._first.append(len(self.page))
            self.page += [number] * count
            self.is_section += [0 < row <= below for row in range(count)]

    def __len__(self) -> int:
        return len(self.page)

    def __getitem__(self, row: int) -> Row:
        number = self.page[row]
        return self._read(number)[row - self._first[number]]

    def __iter__(self) -> Iterator[Row]:
        return (row for number in range(len(self._pages)) for row in self._read(number))

    def first(self, row: int) -> Row:
        """The first row of the page that a row belongs to."""
        return self._read(self.page[row])[0]

    def at(self, path: str) -> Row | None:
        """The page or the section at a path."""
        page, _, anchor = path.partition("#")
        if page not in self._number:
            return None
        return next((row for row in self._read(self._number[page]) if row.anchor == anchor), None)

    def _read(self, number: int) -> tuple[Row, ...]:
        if number not in self._of_page:
            self._of_page[number] = tuple(_rows(self._pages[number]))
        return self._of_page[number]

    def _counted(self, number: int) -> tuple[int, int]:
        rows = self._read(number)
        return len(rows), sum(bool(row.anchor) for row in rows)


def _rows(page: Page) -> Iterator[Row]:
    """The rows of a page: its sections in their order, then its aliases and symptoms."""
    first, *others = sections(page)
    if page.kind in WHOLE:
        own = [part for part in others if part.heading not in SAME_EVERYWHERE]
        text = " ".join((first.text, *(f"{part.heading} {part.text}" for part in own)))
        prose = " ".join((first.prose, *(f"{part.heading} {part.prose}" for part in own)))
        first, others = replace(first, text=text, prose=prose), []
    also = " ".join((" · ".join(first.aliases), *page.words, *page.identifiers)).strip()
    prose = f"{page.lead} {first.prose}".strip()
    yield Row(page, "", "", also, f"{page.lead} {first.text}".strip(), prose, page.lead)
    for section in others:
        begins = shorten(section.prose[: 2 * QUOTED_LETTERS], QUOTED_LETTERS, placeholder="…") or page.lead
        also = " · ".join(section.aliases)
        yield Row(page, section.anchor, section.heading, also, section.text, section.prose, begins)
    for phrase in (*page.aliases, *page.symptoms):
        yield Row(page, "", "", phrase, "", "", page.lead)
