"""Searching the exported pages in a browser finds what the server finds first, and takes little to load."""

from __future__ import annotations

import gzip
import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from finsecure_server.app import LIBRARY
from finsecure_server.help.index import WAYS_ON, Index
from finsecure_server.help.stems import stem, words
from finsecure_server.pages import static_search
from finsecure_server.pages.render import asset
from tools.search_score import EXACT, nonsense, queries

INDEX: Final = Index(list(LIBRARY.pages.values()))
SCRIPT: Final = static_search.script(INDEX)
KILOBYTES_MAX: Final = 64
RUN: Final = """
const fs = require("fs"), vm = require("vm");
for (const file of process.argv.slice(1)) vm.runInThisContext(fs.readFileSync(file, "utf8"));
const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const say = ([[what, text]]) => finsecureFind[what](text);
console.log(JSON.stringify(asked.map((one) => say(Object.entries(one)))));
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("static")
    for name, text in (("find.js", asset("find.js").decode()), ("find-index.js", SCRIPT)):
        (folder / name).write_text(text, "utf-8")
    return [folder / "find.js", folder / "find-index.js"]


def told(files: list[Path], asked: list[dict[str, str]]) -> Any:
    """What the script says, as Node.js runs it: the very code that a browser runs."""
    done = subprocess.run(
        ["node", "-e", RUN, *map(str, files)], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def same(files: list[Path]) -> tuple[Counter[str], Counter[str], list[str]]:
    """Of seen questions by kind: how many have the server's first page, of how many, and names that have not."""
    asked = [query for query in queries() if not query.held_out]
    agree, of, apart = Counter[str](), Counter[str](), []
    for query, found in zip(asked, told(files, [{"search": query.query} for query in asked]), strict=True):
        theirs = INDEX.search(query.query, 1).results[0].path.partition("#")[0]
        of[query.kind] += 1
        if found["results"][0]["path"].partition("#")[0] == theirs:
            agree[query.kind] += 1
        elif query.kind in EXACT and not theirs.startswith("/help/requests/"):  # those a server knows
            apart.append(query.query)
    return agree, of, apart


def test_names_lead_where_they_lead_on_the_server(same: tuple[Counter[str], Counter[str], list[str]]) -> None:
    assert same[2] == []


@pytest.mark.parametrize(("kind", "share"), [("keyword", 0.8), ("typo", 0.75), ("question", 0.6), ("symptom", 0.6)])
def test_most_questions_have_the_same_first_page(
    same: tuple[Counter[str], Counter[str], list[str]], kind: str, share: float
) -> None:
    agree, of, _ = same
    assert agree[kind] >= share * of[kind], f"{agree[kind]} of {of[kind]}"


def test_what_has_no_sense_finds_nothing(files: list[Path]) -> None:
    for question, found in zip(nonsense(), told(files, [{"search": one} for one in nonsense()]), strict=True):
        assert not found["matched"], (question, found["results"])
        assert [row["path"] for row in found["results"]] == list(WAYS_ON)


def test_no_question_breaks_it(files: list[Path]) -> None:
    hostile = [
        "",
        " ",
        "constructor",
        "__proto__",
        "toString",
        "(((",
        "\\",
        "[a-",
        "*",
        "_",
        "a_b",
        "😀",
        "x" * 100_000,
    ]
    for found in told(files, [{"search": one} for one in hostile]):
        assert found["results"]


def test_words_have_the_same_stems(files: list[Path]) -> None:
    every = list(INDEX.uses)
    assert told(files, [{"stem": word} for word in every]) == [stem(word) for word in every]


def test_texts_have_the_same_words(files: list[Path]) -> None:
    texts = [
        "Don\N{RIGHT SINGLE QUOTATION MARK}t panic: it's 3-D Secure",
        "Café Ünïcode_name",
        "a 1 I x",
        "pi_123.succeeded",
    ]
    assert told(files, [{"words": text} for text in texts]) == [words(text) for text in texts]


def test_it_is_small_and_always_the_same() -> None:
    assert len(gzip.compress(SCRIPT.encode(), 9)) / 1000 < KILOBYTES_MAX
    assert len(gzip.compress(asset("find.js"), 9)) / 1000 < 8
    assert static_search.script(Index(list(LIBRARY.pages.values()))) == SCRIPT
