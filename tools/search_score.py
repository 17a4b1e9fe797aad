"""How well search finds: every labelled question of `help/search/queries.toml`, by words alone and by meaning as well.

`python -m tools.search_score` prints the scores by kind of question and fails when they are below the floor; CI runs
it. A question is labelled with the pages that answer it (with a section where only that does). **MRR@10** is the mean
of one over the place of the first of them among ten results, **hit@1** how often it comes first. The half that is held
out is scored by itself: nobody looks at it when a page gets another alias.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from finsecure_server.app import LIBRARY
from finsecure_server.help.search import Search

QUERIES: Final = Path(__file__).resolve().parents[1] / "help" / "search" / "queries.toml"
PLACES: Final = 10
#: Kinds whose questions name what they ask for: they must come first.
EXACT: Final = frozenset({"identifier", "pasted"})
#: Kinds in the user's own words.
NATURAL: Final = frozenset({"question", "symptom"})
KINDS: Final = ("identifier", "pasted", "keyword", "typo", "question", "symptom")


class Query(NamedTuple):
    """A question and what answers it."""

    query: str
    kind: str
    expected: tuple[str, ...]
    held_out: bool


class Score(NamedTuple):
    """What a set of questions got."""

    queries: int
    hit: float
    mrr: float


def queries() -> list[Query]:
    """Every labelled question."""
    rows = tomllib.loads(QUERIES.read_text("utf-8"))["queries"]
    return [Query(row["query"], row["kind"], tuple(row["expected"]), row["held_out"]) for row in rows]


def nonsense() -> list[str]:
    """Questions that no page answers: what is found for them is a wrong answer."""
    return list(tomllib.loads(QUERIES.read_text("utf-8"))["nonsense"])


def astray(search: Search) -> list[str]:
    """The questions without sense that got an answer."""
    return [question for question in nonsense() if search.find(question, PLACES).matched]


def place(search: Search, query: Query) -> int:
    """Where the first right answer stands: 1 to 10, or 0 when it is not there."""
    results = search.find(query.query, PLACES).results
    for number, result in enumerate(results, 1):
        page = result.path.partition("#")[0]
        if result.path in query.expected or page in query.expected:
            return number
        if result.path == page and any(expected.startswith(page + "#") for expected in query.expected):
            return number  # the page is right, and shows its contents first
    return 0


def score(places: Iterable[int]) -> Score:
    """Hit@1 and MRR@10."""
    found = list(places)
    return Score(len(found), _mean([at == 1 for at in found]), _mean([1 / at if at else 0.0 for at in found]))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def scores(places: Mapping[Query, int]) -> Iterator[tuple[str, Score]]:
    """The scores by kind, in two halves, in the user's own words, and of all."""
    for kind in KINDS:
        yield kind, score(at for query, at in places.items() if query.kind == kind)
    yield "held out", score(at for query, at in places.items() if query.held_out)
    yield "seen", score(at for query, at in places.items() if not query.held_out)
    yield "natural language", score(at for query, at in places.items() if query.kind in NATURAL)
    yield "all", score(places.values())


def table(both: Mapping[str, Mapping[Query, int]]) -> Iterator[str]:
    """The scores of both modes side by side."""
    columns = {mode: dict(scores(places)) for mode, places in both.items()}
    heads = "".join(f"{mode + ' hit@1':>18}{'MRR@10':>9}" for mode in columns)
    yield f"{'kind':<18}{'queries':>8}{heads}"
    for kind, first in next(iter(columns.values())).items():
        figures = "".join(f"{rows[kind].hit:>18.3f}{rows[kind].mrr:>9.3f}" for rows in columns.values())
        yield f"{kind:<18}{first.queries:>8}{figures}"


def too_low(both: Mapping[str, Mapping[Query, int]]) -> Iterator[str]:
    """What is below its floor: names always come first, 0.90 of all, 0.80 in the user's own words."""
    for mode, places in both.items():
        for query, at in places.items():
            if query.kind in EXACT and at != 1:
                yield f"{mode}: {query.query[:80]!r} is a name, and its page comes at {at or 'no place'}"
        if (total := score(places.values())).mrr < 0.90:
            yield f"{mode}: MRR@10 of all is {total.mrr:.3f}, below 0.90"
    natural = score(at for query, at in both["meaning"].items() if query.kind in NATURAL)
    if natural.mrr < 0.80:
        yield f"meaning: MRR@10 of natural language is {natural.mrr:.3f}, below 0.80"


def modes() -> dict[str, Search]:
    """Both ways to search."""
    return {"words": Search(LIBRARY, by_meaning=False), "meaning": Search(LIBRARY)}


def measured(searches: Mapping[str, Search]) -> dict[str, dict[Query, int]]:
    """The places of every right answer, in each mode."""
    return {mode: {query: place(search, query) for query in queries()} for mode, search in searches.items()}


def main() -> None:
    """Print the scores; with --missed the seen questions whose answer does not come first."""
    searches = modes()
    both = measured(searches)
    print("\n".join(table(both)))
    answered = {mode: astray(search) for mode, search in searches.items()}
    print(
        f"{'nonsense':<18}{len(nonsense()):>8}"
        + "".join(f"{f'answered {len(found)}':>27}" for found in answered.values())
    )
    if "--missed" in sys.argv:
        for mode, places in both.items():
            for query, at in places.items():
                if at != 1 and not query.held_out:
                    print(f"{mode:>8} {at:>3}  {query.kind:<11}{query.query[:90]!r} → {', '.join(query.expected)}")
    faults = [*too_low(both), *(f"{mode}: {found} got an answer" for mode, found in answered.items() if found)]
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
