"""One ranking: what the command finds without a server is what the server finds, place by place and word by word."""

from __future__ import annotations

from typing import Final

import msgspec
import pytest

from finsecure.cli import help_pages, help_search
from finsecure_server.app import LIBRARY
from finsecure_server.core.disclosure import disclosed
from finsecure_server.help.library import ADDRESS
from finsecure_server.help.search import Search
from finsecure_server.pages import search_pages

SEARCH: Final = Search(LIBRARY, by_meaning=False)
PASTED: Final = """Traceback (most recent call last):
  File "pay.py", line 9, in <module>
    client.payment_intents.create(amount=2000, currency="usd", payment_method="pm_card_visa", confirm=True)
finsecure.errors.CardError: Your card was declined. (code card_declined, decline_code insufficient_funds)
"""
QUESTIONS: Final = (
    "card_declined",
    "insufficent_funds",
    "402",
    "HTTP 429",
    "Idempotency-Key",
    "FINSECURE_PORT",
    "payment_intent.succeeded",
    "pm_card_visa",
    "4000 0025 0000 3155",
    "GET /v1/payment_intents/{id}",
    "req_01k0vgvqhyqr7d32jdyh3t4ar9bx",
    "webhook signature does not match",
    "customer was charged twice",
    "singature webhok",
    "how do I test a declined payment",
    "usd",
    "the",
    "qqqqxyzzy",
    "",
    '{"error": {"type": "card_error", "code": "card_declined", "decline_code": "lost_card"}}',
    PASTED,
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_command_finds_what_the_server_finds(question: str) -> None:
    ours, theirs = SEARCH.find(question, 10), help_pages.index().search(question, 10)
    assert [tuple(row) for row in theirs.results] == [tuple(row) for row in ours.results]
    # The server repeats no card number, whoever sent it; the command's own user may read theirs.
    assert (disclosed(theirs.question), theirs.corrected, theirs.matched) == (
        ours.question,
        ours.corrected,
        ours.matched,
    )


def test_both_tell_it_in_one_shape() -> None:
    data = help_search.data(help_pages.index().search("card declined", 3), ADDRESS)
    names = {field.encode_name for field in msgspec.structs.fields(search_pages.SearchResults)}
    assert set(data) == {*names, "schema"}
    rows = [search_pages._as_data(row, ADDRESS) for row in SEARCH.find("card declined", 3).results]
    assert data["results"] == rows
