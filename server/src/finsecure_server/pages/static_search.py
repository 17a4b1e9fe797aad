"""The index of the exported pages: what `assets/find.js` searches in a browser, without a server.

It is the server's own index, thinned: of a section the words that are worth most there, and no snippets. Worths are
steps of `STEP`, rows are written as the distance from the one before, and both as letters, so that it is small when
compressed. It is a script rather than data because a page that was opened as a file may load nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final

from finsecure_server.help.index import BEGUN, KIND_WEIGHT, LEAST_SHARE, LIKE, TOGETHER, WAYS_ON, Index
from finsecure_server.help.stems import ALIKE, STOPPED, stem, words

DIGITS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
STEP: Final = 16  # tenths of bm25
WORDS_MAX: Final = 24  # of a section, or of a page that is one row: those that are worth most
KINDS: Final = tuple(KIND_WEIGHT)


def script(index: Index) -> str:
    """The index as a script that hands it to `find.js`."""
    usual = _usual(index)
    numbers = {page.path: number for number, page in enumerate(index.pages)}
    told = {
        "pages": [
            [page.path, page.title, KINDS.index(page.kind), *counts]
            for page, counts in zip(index.pages, index.rows.counts, strict=True)
        ],
        "sections": [[row.anchor, row.heading] for row in index.rows if row.anchor],
        "names": "\n".join(_names(index, numbers)),
        "words": "\n".join(_runs(_thinned(index), usual)),
        "titles": "\n".join(_runs(_titles(index), usual)),
        "stopped": " ".join(sorted(STOPPED)),
        "alike": ALIKE,
        "weights": list(KIND_WEIGHT.values()),
        "step": STEP,
        "like": LIKE,
        "begun": BEGUN,
        "together": TOGETHER,
        "least": LEAST_SHARE,
        "on": [numbers[path] for path in WAYS_ON if path in numbers],
    }
    return f"finsecureFind.load({json.dumps(told, ensure_ascii=False, separators=(',', ':'))});\n"


def _by_row(index: Index) -> dict[int, list[tuple[int, str]]]:
    """What each row's words are worth, but for words of the title in other rows than the first: those stand once."""
    found: dict[int, list[tuple[int, str]]] = {}
    titles = [{stem(word) for word in words(page.title)} for page in index.pages]
    for said in index.postings.of:
        for row, worth in index.postings.worth(said):
            if _is_first(index, row) or said not in titles[index.rows.page[row]]:
                found.setdefault(row, []).append((worth, said))
    return found


def _is_first(index: Index, row: int) -> bool:
    return row == 0 or index.rows.page[row - 1] != index.rows.page[row]


def _thinned(index: Index) -> dict[str, list[tuple[int, int]]]:
    """By stem: the rows that it is worth most in. Aliases and symptoms are kept whole."""
    found: dict[str, list[tuple[int, int]]] = {}
    for row, worths in sorted(_by_row(index).items()):
        whole = not index.rows.is_section[row] and not _is_first(index, row)
        for worth, said in worths if whole else sorted(worths, reverse=True)[:WORDS_MAX]:
            found.setdefault(said, []).append((row, worth))
    return found


def _titles(index: Index) -> dict[str, list[tuple[int, int]]]:
    """By stem: the pages that have it in their title, and what that is worth in their other rows, on average."""
    sums: dict[tuple[str, int], list[int]] = {}
    titles = [{stem(word) for word in words(page.title)} for page in index.pages]
    for said in sorted(set().union(*titles)):
        for row, worth in index.postings.worth(said):
            page = index.rows.page[row]
            if said in titles[page] and not _is_first(index, row):
                sums.setdefault((said, page), []).append(worth)
    found: dict[str, list[tuple[int, int]]] = {}
    for (said, page), worths in sorted(sums.items()):
        found.setdefault(said, []).append((page, sum(worths) // len(worths)))
    return found


def _names(index: Index, numbers: dict[str, int]) -> Iterator[str]:
    """A line a place: its page, its anchor, and what names it. A page about a code is named by its path."""
    found: dict[str, list[str]] = {}
    names, _ = index.names.as_prepared()
    for name, (path, _) in names.items():
        if path != "/help/errors/" + name:
            found.setdefault(path, []).append(name)
    for path, called in found.items():
        page, _, anchor = path.partition("#")
        yield "\t".join((str(numbers[page]), anchor, *called))


def _usual(index: Index) -> dict[str, str]:
    """By stem: the word that is used most for it. Its stem is found again, and spelling is mended against words."""
    found: dict[str, str] = {}
    for word, _ in sorted(index.uses.items(), key=lambda use: (-use[1], use[0])):
        found.setdefault(stem(word), word)
    return found


def _runs(of: dict[str, list[tuple[int, int]]], usual: dict[str, str]) -> Iterator[str]:
    """A line a stem, in the order of their words."""
    for word, said in sorted((usual.get(said, said), said) for said in of):
        yield f"{word} {_run(of[said])}"


def _run(pairs: Iterable[tuple[int, int]]) -> str:
    """Numbers that grow, each with a worth, as letters: five bits a letter, a worth is one letter."""
    letters, last = [], 0
    for number, worth in pairs:
        far, last = number - last, number
        while far >= 32:
            letters.append(DIGITS[32 + far % 32])
            far //= 32
        letters += (DIGITS[far], DIGITS[min(max(round(worth / STEP), 1), len(DIGITS) - 1)])
    return "".join(letters)
