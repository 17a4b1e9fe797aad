"""Search: what comes first, what is mended, what is never changed, and that it is never empty."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsecure_server.help import meaning
from finsecure_server.help.index import MENDED_MAX, QUESTION_LETTERS_MAX, WAYS_ON, Index
from finsecure_server.help.meaning import MeaningIndex
from finsecure_server.help.page import Page
from finsecure_server.help.quoting import BEGIN, END, bare, pattern, quoted

PAGES = [
    Page(
        "/help/payments",
        "Payments that fail",
        "Look at the decline code.",
        "A bank refused.\n\n## Charged twice\n<!-- aliases: double charge -->\nLook for the idempotency key.\n",
        aliases=("payment declined",),
        symptoms=("Customers see that their card was refused at the checkout",),
        identifiers=("402",),
    ),
    Page(
        "/help/webhooks",
        "Webhooks that do not arrive",
        "Ask the delivery log.",
        "The endpoint of the webhook answers too late.\n\n"
        "## Signatures\nThe signature is made over the body as it was sent.\n",
        symptoms=("We never got the event and the order was not shipped",),
    ),
    Page("/help/errors/insufficient_funds", "insufficient_funds", "Not enough money.", "The account is empty.\n",
         kind="error", identifiers=("insufficient_funds",)),
    *(Page(path, path.rpartition("/")[2], "Where to go on.", "Nothing to see.\n") for path in WAYS_ON),
]  # fmt: skip


@pytest.fixture(scope="module", params=["words", "meaning"])
def index(request: pytest.FixtureRequest) -> Index:
    if request.param == "words":
        return Index(PAGES)
    model = meaning.load()
    assert model is not None, "the extra belongs to the tests"
    return MeaningIndex(PAGES, model=model)


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("charged twice", "/help/payments#charged-twice"),
        ("double charge", "/help/payments#charged-twice"),
        ("idempotency", "/help/payments#charged-twice"),
        ("signature of the body", "/help/webhooks#signatures"),
        ("why is the customer's card refused at my checkout?", "/help/payments"),
        ("never got an event", "/help/webhooks"),
        ("endpoint answers late", "/help/webhooks"),
        ("insufficient_funds", "/help/errors/insufficient_funds"),
        ("insufficient funds", "/help/errors/insufficient_funds"),
        ("402", "/help/payments"),
        ("webhoo", "/help/webhooks"),  # while somebody types
        ("payments", "/help/payments"),
    ],
)
def test_the_first_result(index: Index, question: str, path: str) -> None:
    found = index.search(question)
    assert found.matched
    assert found.results[0].path == path
    assert found.corrected is None


@pytest.mark.parametrize(
    ("question", "corrected", "path"),
    [
        ("webook signiture", "webhook signature", "/help/webhooks#signatures"),
        ("Chraged twice!", "charged twice!", "/help/payments#charged-twice"),
        ("insuficient_funds", "insufficient_funds", "/help/errors/insufficient_funds"),
    ],
)
def test_spelling_is_mended_and_said(index: Index, question: str, corrected: str, path: str) -> None:
    found = index.search(question)
    assert found.corrected == corrected
    assert found.results[0].path == path


@pytest.mark.parametrize("question", ["req_01hz0000000000000000000000", "insufficient_funds", "refusing cards", "402"])
def test_names_and_other_forms_of_words_are_left_as_they_are(index: Index, question: str) -> None:
    assert index.search(question).corrected is None


def test_one_word_of_many_is_not_worth_quoting() -> None:
    text, sought = "Mostly a double click. Look for the first charge.", pattern(["customer", "charged", "twice"])
    assert quoted(text, sought, least=2) is None
    assert bare(quoted(text, sought) or "") == text
    assert quoted("The customer was charged.", sought, least=2) == (
        f"The {BEGIN}customer{END} was {BEGIN}charged{END}."
    )


def test_a_result_says_where_and_why(index: Index) -> None:
    (first, *_) = index.search("idempotency key").results
    assert (first.title, first.section, first.kind, first.why) == ("Payments that fail", "Charged twice", "guide", "")
    assert f"{BEGIN}idempotency{END} {BEGIN}key{END}" in first.snippet
    assert bare(first.snippet) == "Look for the idempotency key."
    (first, *_) = index.search("402").results
    assert (first.why, first.snippet) == ("402", "Look at the decline code.")
    (first, *_) = index.search("req_01hz0000000000000000000000").results
    assert (first.path, first.kind) == ("/help/requests/req_01hz0000000000000000000000", "request")
    assert "finsecure explain req_01hz0000000000000000000000" in first.snippet


def test_a_page_comes_once_and_scores_fall(index: Index) -> None:
    found = index.search("card refused signature endpoint charged")
    paths = [result.path.partition("#")[0] for result in found.results]
    assert len(paths) == len(set(paths)) >= 2
    scores = [result.score for result in found.results]
    assert scores == sorted(scores, reverse=True)
    assert len(index.search("card refused signature endpoint charged", limit=1).results) == 1


@pytest.mark.parametrize("question", ["", "   ", "?", "!!", "a", "\x02\x03", "zzzzzzzzzzzz qqqqqqqqqq", "zxqv wjkq"])
def test_what_matches_nothing_leads_on(index: Index, question: str) -> None:
    found = index.search(question)
    assert not found.matched
    assert [result.path for result in found.results] == list(WAYS_ON)


@given(st.text(max_size=60))
def test_no_question_breaks_it(question: str) -> None:
    found = INDEX.search(question)
    assert found.results
    assert all(result.path.startswith("/") for result in found.results)


@pytest.mark.parametrize(
    "question",
    ['"', "'", "AND OR NOT NEAR", 'body:x" OR *', "card*", "^card", "(card", "{title body}: x", "-card", "card; DROP"],
)
def test_what_fts5_takes_for_syntax_is_words(question: str) -> None:
    assert INDEX.search(question).results


def test_a_long_question_is_cut() -> None:
    found = INDEX.search("signature " + "word " * 100_000)
    assert len(found.question) <= QUESTION_LETTERS_MAX
    assert found.results[0].path == "/help/webhooks#signatures"


def test_a_question_of_many_unknown_words_is_not_mended_to_its_end() -> None:
    unknown = [f"{a}{b}{a}{b}q" for a in "vwxz" for b in "jkpy"]
    assert len(unknown) == MENDED_MAX
    assert "signature" in INDEX.understood(" ".join([*unknown[1:], "signatrue"])).asked
    assert "signature" not in INDEX.understood(" ".join([*unknown, "signatrue"])).asked


def test_it_answers_from_many_threads() -> None:
    wrong: list[str] = []

    def ask() -> None:
        found = (INDEX.search("signature").results[0].path for _ in range(50))
        wrong.extend(path for path in found if path != "/help/webhooks#signatures")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


INDEX = Index(PAGES)
