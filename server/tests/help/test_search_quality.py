"""Search finds: the floors of the scoreboard hold in both modes, and the labelled questions are worth scoring by."""

from __future__ import annotations

from collections import Counter

import pytest

from finsecure_server.app import LIBRARY
from finsecure_server.help.index import WAYS_ON
from finsecure_server.help.page import sections
from finsecure_server.help.search import Search
from tools.search_score import (
    EXACT,
    KINDS,
    NATURAL,
    Query,
    Score,
    astray,
    measured,
    modes,
    nonsense,
    place,
    queries,
    score,
    table,
    too_low,
)
from tools.search_score import scores as by_kind


@pytest.fixture(scope="module")
def searches() -> dict[str, Search]:
    return modes()


@pytest.fixture(scope="module")
def both(searches: dict[str, Search]) -> dict[str, dict[Query, int]]:
    return measured(searches)


@pytest.mark.parametrize("mode", ["words", "meaning"])
def test_what_has_no_sense_finds_nothing_and_is_led_on(searches: dict[str, Search], mode: str) -> None:
    assert len(nonsense()) >= 20
    assert astray(searches[mode]) == []
    found = searches[mode].find("zzqx")
    assert [result.path for result in found.results] == list(WAYS_ON)


def test_nothing_is_below_its_floor(both: dict[str, dict[Query, int]]) -> None:
    assert not list(too_low(both)), "\n".join((*too_low(both), *table(both)))


def test_what_is_held_out_does_as_well_as_what_was_seen(both: dict[str, dict[Query, int]]) -> None:
    """Else the pages were written for the questions."""
    for places in both.values():
        rows = dict(by_kind(places))
        assert rows["held out"].mrr > rows["seen"].mrr - 0.06


def test_there_are_enough_questions_of_every_kind_half_of_them_held_out() -> None:
    asked = queries()
    kinds = Counter(query.kind for query in asked)
    assert set(kinds) == set(KINDS) == EXACT | NATURAL | {"keyword", "typo"}
    assert len(asked) >= 120
    assert min(kinds.values()) >= 20
    assert len({query.query for query in asked}) == len(asked)
    for kind in KINDS:
        held = [query.held_out for query in asked if query.kind == kind]
        assert abs(2 * sum(held) - len(held)) <= 2


@pytest.mark.parametrize("query", queries(), ids=lambda query: query.query[:40])
def test_what_is_expected_is_there(query: Query) -> None:
    assert query.expected
    for expected in query.expected:
        path, _, anchor = expected.partition("#")
        if path.startswith("/help/requests/"):
            continue
        page = LIBRARY.get(path)
        assert page is not None, expected
        assert not anchor or anchor in {section.anchor for section in sections(page)}, expected


def test_a_score_is_what_it_is_called() -> None:
    assert score([1, 2, 0, 4]) == Score(4, 0.25, (1 + 0.5 + 0 + 0.25) / 4)
    assert score([]) == Score(0, 0.0, 0.0)


def test_a_floor_that_is_not_reached_is_said() -> None:
    name = Query("card_declined", "identifier", ("/help/errors/card_declined",), False)
    words = Query("why", "question", ("/help",), False)
    faults = list(too_low({"words": {name: 2, words: 1}, "meaning": {name: 1, words: 2}}))
    assert [fault.partition(":")[0] for fault in faults] == ["words", "words", "meaning", "meaning"]
    assert "'card_declined' is a name, and its page comes at 2" in faults[0]


class _Found:
    def __init__(self, *paths: str) -> None:
        self.paths = paths

    def find(self, question: str, limit: int) -> _Found:
        return self

    @property
    def results(self) -> list[_Found]:
        return [_Found(path) for path in self.paths]

    @property
    def path(self) -> str:
        return self.paths[0]


@pytest.mark.parametrize(
    ("found", "expected", "at"),
    [
        (("/a", "/b#x"), ("/b#x",), 2),
        (("/a", "/b#y"), ("/b#x",), 0),  # another section
        (("/a", "/b"), ("/b#x",), 2),  # the right page, at its beginning
        (("/a#y",), ("/a",), 1),
        ((), ("/a",), 0),
    ],
)
def test_where_the_answer_stands(found: tuple[str, ...], expected: tuple[str, ...], at: int) -> None:
    assert place(_Found(*found), Query("", "question", expected, False)) == at  # type: ignore[arg-type]
