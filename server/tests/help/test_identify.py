"""What a question names: every kind of name, alone and in what people paste."""

from __future__ import annotations

import time

import pytest

from finsecure_server.help.identify import Identifiers
from finsecure_server.help.page import Page


def page(path: str, *identifiers: str, kind: str = "guide", aliases: tuple[str, ...] = (), body: str = "") -> Page:
    return Page(path, path.rpartition("/")[2], "", body, kind, aliases, identifiers=identifiers)


PAGES = [
    page("/docs/api/refunds/create", "POST /v1/refunds", "/v1/refunds", "Refund.create", kind="api"),
    page("/docs/api/payment_intents/confirm", "POST /v1/payment_intents/{intent}/confirm", kind="api"),
    page("/help/payments", "402", "card_error", "CardError", aliases=("payment declined",)),
    page("/help/api", "429", "404", "500", "Idempotency-Key", "Retry-After"),
    page("/help/auth", "401", "FINSECURE_SECRET_KEY", "sk_live_", "whsec_"),
    page("/help/tools", "pi_", "evt_"),
    page("/help/errors/card_declined", "card_declined", kind="error"),
    page("/help/errors/insufficient_funds", "insufficient_funds", kind="error"),
    page("/help/errors/expired_card", "expired_card", kind="error"),
    page("/help/cards", "4000000000009995", "expired_card", kind="reference"),
    page("/help/events", body="## Refunds\n<!-- aliases: refund.created; charged back -->\n", kind="reference"),
]
NAMES = Identifiers(PAGES)

JSON = """{
  "error": {
    "code": "card_declined",
    "decline_code": "insufficient_funds",
    "message": "Your card was declined.",
    "type": "card_error"
"""
TRACEBACK = """Traceback (most recent call last):
  File "app.py", line 12, in pay
    intent = finsecure.PaymentIntent.create(params)
finsecure.errors.CardError: Your card was declined. (request req_01hz0000000000000000000000)
"""


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("card_declined", "/help/errors/card_declined"),
        ("  CARD_DECLINED ", "/help/errors/card_declined"),
        ("what is insufficient_funds?", "/help/errors/insufficient_funds"),
        ("402", "/help/payments"),
        ("HTTP 402", "/help/payments"),
        ("http 402 Payment Required", "/help/payments"),
        ("why does it say status code: 429", "/help/api"),
        ("error 404", "/help/api"),
        ("Idempotency-Key", "/help/api"),
        ("idempotency-key", "/help/api"),
        ("what does the Retry-After header mean", "/help/api"),
        ("FINSECURE_SECRET_KEY", "/help/auth"),
        ("CardError", "/help/payments"),
        ("finsecure.CardError", "/help/payments"),
        ("POST /v1/refunds", "/docs/api/refunds/create"),
        ("/v1/refunds", "/docs/api/refunds/create"),
        ("curl https://pay.example/v1/refunds -d charge=ch_1", "/docs/api/refunds/create"),
        ("POST /v1/payment_intents/pi_01hzc3j8k2m4n5p6q7r8s9t0vw/confirm", "/docs/api/payment_intents/confirm"),
        ("POST /v1/payment_intents/pi_123/confirm", "/docs/api/payment_intents/confirm"),
        ("POST /v1/payment_intents/pi_…/confirm", "/docs/api/payment_intents/confirm"),
        ("post /v1/payment_intents/{id}/confirm", "/docs/api/payment_intents/confirm"),
        ("Refund.create", "/docs/api/refunds/create"),
        ("http://127.0.0.1:4242/help/errors/expired_card", "/help/errors/expired_card"),
        ("expired_card", "/help/errors/expired_card"),  # a page about an error comes before others that name it
        ("4000 0000 0000 9995", "/help/cards"),
        ("4000-0000-0000-9995", "/help/cards"),
        ("refund.created", "/help/events#refunds"),
        ("charged back", "/help/events#refunds"),
        ("payment declined", "/help/payments"),
        ("Payment  Declined", "/help/payments"),
        ("req_01hz0000000000000000000000", "/help/requests/req_01hz0000000000000000000000"),
        ("pi_01hzc3j8k2m4n5p6q7r8s9t0vw", "/help/tools"),
        ("sk_live_01hzc3j8k2m4n5p6q7r8", "/help/auth"),
        ("whsec_AbCdEf0123456789", "/help/auth"),
        (JSON, "/help/errors/insufficient_funds"),
        (JSON.replace("\n", " "), "/help/errors/insufficient_funds"),
        ("{'type': 'card_error', 'code': 'card_declined'}", "/help/errors/card_declined"),
        (TRACEBACK, "/help/payments"),
        ("insuficient_funds", "/help/errors/insufficient_funds"),
        ("card_decline", "/help/errors/card_declined"),
    ],
)
def test_the_first_place(question: str, first: str) -> None:
    hits = NAMES.find(question)
    assert hits, question
    assert hits[0].path == first


def test_what_was_pasted_names_more_than_one_place() -> None:
    paths = [hit.path for hit in NAMES.find(JSON)]
    assert paths == ["/help/errors/insufficient_funds", "/help/errors/card_declined", "/help/payments"]
    paths = [hit.path for hit in NAMES.find(TRACEBACK)]
    assert paths == ["/help/payments", "/help/requests/req_01hz0000000000000000000000"]


@pytest.mark.parametrize(
    "question",
    [
        "",
        "   ",
        "why is my money late",
        "I have 402 customers and want to refund each of them now",
        "order 404",
        "the year 2026",
        "4242",
        "xx_notknown",
        "a_b",
        "/nowhere/at/all",
        "\n\n{",
    ],
)
def test_what_names_nothing(question: str) -> None:
    assert NAMES.find(question) == []


def test_a_misspelt_code_says_so_and_a_right_one_does_not() -> None:
    assert NAMES.find("insuficient_funds")[0].corrected == "insuficient_funds"
    assert NAMES.find("insufficient_funds")[0].corrected is None


def test_an_id_is_never_taken_for_a_misspelt_code() -> None:
    assert NAMES.find("card_declinedxxxxxxxxxx") == []
    assert NAMES.knows("Card_Declined")
    assert not NAMES.knows("card")


#: What each was written for would take seconds, were a pattern to look at every letter from every other.
LONG = 16_000
TIRESOME = {
    "slashes, then a word": "/" * LONG + " x",
    "paths that end in nothing": "/-" * (LONG // 2),
    "braces that are never closed": "/" + "{" * LONG + "a",
    "an id in a path that is none": "/aa_" + "1" * LONG + "-a",
    "empty lines": "x" + "\n" * LONG + "x",
    "a name with many dots": "a." * (LONG // 2) + "b",
    "many codes that are none": " ".join(
        f"ca_{number:x}ds".translate(str.maketrans("0123456789", "ghijklmnop")) for number in range(LONG // 8)
    ),
    "one call over and over": "GET /v1/refunds/re_123 " * (LONG // 23),
}


@pytest.mark.parametrize("question", TIRESOME.values(), ids=TIRESOME)
def test_no_question_takes_long(question: str) -> None:
    began = time.thread_time()
    NAMES.find(question)
    assert time.thread_time() - began < 0.1


def test_the_first_codes_with_a_slip_are_mended_and_not_a_thousand() -> None:
    strange = " ".join(f"qq_{letter}{letter}" for letter in "abcdefghijkl")
    assert NAMES.find(f"{strange.rpartition(' ')[0]} insuficient_funds")[0].corrected == "insuficient_funds"
    assert NAMES.find(f"{strange} insuficient_funds") == []


def test_a_call_is_named_with_what_stands_for_its_ids() -> None:
    assert NAMES.find("POST /v1/payment_intents/{id}/confirm")[0].path == "/docs/api/payment_intents/confirm"
    assert NAMES.find("curl http://127.0.0.1:4242/v1/refunds/ -d amount=5")[0].path == "/docs/api/refunds/create"
