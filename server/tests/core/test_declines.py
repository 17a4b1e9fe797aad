"""Fifty reasons to say no, as a table that a payments engineer can read."""

from __future__ import annotations

import re

import msgspec
import pytest

from finsecure_server.core.declines import (
    CORRECTIONS,
    DAY,
    DECLINES,
    GENERAL,
    MINUTE,
    Class,
    Decline,
    Remedy,
    by_code,
    for_payer,
)
from finsecure_server.core.errors import RULES, Code

#: code, class, automatic retries, code of the error, masked?
TABLE = """
authentication_required                AUTH        0  authentication_required  -
authentication_not_handled             AUTH        0  authentication_required  -
approve_with_id                        SOFT_NOW    1  card_declined            -
call_issuer                            BANK        1  card_declined            -
card_not_supported                     NEWPM       0  card_declined            -
card_velocity_exceeded                 SOFT_LATER  2  card_declined            -
currency_not_supported                 NEWPM       0  card_declined            -
do_not_honor                           BANK        2  card_declined            -
do_not_try_again                       NEVER       0  card_declined            -
duplicate_transaction                  DUP         0  card_declined            -
expired_card                           FIX_CARD    0  expired_card             -
fraudulent                             FRAUD       0  card_declined            masked
generic_decline                        BANK        2  card_declined            -
incorrect_address                      FIX_DATA    0  incorrect_address        -
incorrect_cvc                          FIX_CVC     0  incorrect_cvc            -
incorrect_number                       FIX_CARD    0  incorrect_number         -
incorrect_pin                          CP          0  card_declined            -
incorrect_zip                          FIX_DATA    0  incorrect_zip            -
insufficient_funds                     SOFT_LATER  4  card_declined            -
invalid_account                        NEWPM       0  card_declined            -
invalid_amount                         LIMIT       0  card_declined            -
invalid_cvc                            FIX_CVC     0  invalid_cvc              -
invalid_expiry_month                   FIX_CARD    0  invalid_expiry_month     -
invalid_expiry_year                    FIX_CARD    0  invalid_expiry_year      -
invalid_number                         FIX_CARD    0  invalid_number           -
invalid_pin                            CP          0  card_declined            -
issuer_not_available                   SOFT_NOW    3  card_declined            -
lost_card                              NEVER       0  card_declined            masked
merchant_blacklist                     FRAUD       0  card_declined            masked
new_account_information_available      FIX_CARD    0  card_declined            -
no_action_taken                        BANK        1  card_declined            -
not_permitted                          NEWPM       0  card_declined            -
offline_pin_required                   CP          0  card_declined            -
online_or_offline_pin_required         CP          0  card_declined            -
pickup_card                            NEVER       0  card_declined            masked
pin_try_exceeded                       NEWPM       0  card_declined            -
processing_error                       SOFT_NOW    3  processing_error         -
reenter_transaction                    SOFT_NOW    2  card_declined            -
restricted_card                        NEVER       0  card_declined            masked
revocation_of_all_authorizations       NEVER       0  card_declined            -
revocation_of_authorization            NEVER       0  card_declined            -
security_violation                     BANK        0  card_declined            -
service_not_allowed                    BANK        0  card_declined            -
stolen_card                            NEVER       0  card_declined            masked
stop_payment_order                     NEVER       0  card_declined            -
testmode_decline                       CONFIG      0  card_declined            -
transaction_not_allowed                NEWPM       0  card_declined            -
try_again_later                        SOFT_LATER  2  card_declined            -
withdrawal_count_limit_exceeded        SOFT_LATER  2  card_declined            -
mobile_device_authentication_required  AUTH        0  card_declined            -
"""
LINES = [tuple(line.split()) for line in TABLE.strip().splitlines()]

#: Class, advice to the merchant, first remedies that may occur, may the payer correct something?
CLASSES = {
    Class.SOFT_NOW: ("try_again_later", {Remedy.RETRY}, True),
    Class.SOFT_LATER: ("try_again_later", {Remedy.SPLIT, Remedy.RETRY}, True),
    Class.BANK: ("", {Remedy.UPDATE_CARD}, True),
    Class.FIX_CVC: ("confirm_card_data", {Remedy.REENTER_CVC}, True),
    Class.FIX_CARD: ("confirm_card_data", {Remedy.UPDATE_CARD, Remedy.ACCOUNT_UPDATER}, True),
    Class.FIX_DATA: ("confirm_card_data", {Remedy.REENTER_DATA}, True),
    Class.AUTH: ("", {Remedy.AUTHENTICATE, Remedy.TERMINAL}, True),
    Class.NEWPM: ("do_not_try_again", {Remedy.UPDATE_CARD}, False),
    Class.LIMIT: ("", {Remedy.SPLIT}, True),
    Class.NEVER: ("do_not_try_again", {Remedy.UPDATE_CARD, Remedy.SECURITY_HOLD, Remedy.CANCEL_MANDATE}, False),
    Class.FRAUD: ("do_not_try_again", {Remedy.SECURITY_HOLD}, False),
    Class.DUP: ("", {Remedy.CHECK_DUPLICATE}, False),
    Class.CP: ("", {Remedy.TERMINAL}, True),
    Class.CONFIG: ("", {Remedy.FIX_INTEGRATION}, False),
}


def test_all_fifty_are_there_in_order() -> None:
    assert [line[0] for line in LINES] == list(DECLINES)
    assert len(DECLINES) == 50


@pytest.mark.parametrize(("code", "cls", "tries", "api_code", "mask"), LINES)
def test_the_table(code: str, cls: str, tries: str, api_code: str, mask: str) -> None:
    row = by_code(code)
    assert (row.code, row.cls, row.retry.tries, row.api_code, row.mask) == (
        code,
        cls,
        int(tries),
        api_code,
        mask == "masked",
    )
    assert row.wire_code == (None if api_code == code else code)
    assert RULES[row.api_code].type == "card_error"


@pytest.mark.parametrize("row", DECLINES.values(), ids=lambda row: row.code)
def test_each_class_behaves_as_its_class(row: Decline) -> None:
    advice, first, correctable = CLASSES[row.cls]
    if row.cls is Class.BANK:
        advice = "try_again_later" if row.retry.waits else ""
    assert (row.advice_code or "") == advice
    assert row.steps[0] in first
    assert row.retry.corrections == (CORRECTIONS if correctable else 0)


def test_every_class_and_every_remedy_is_used() -> None:
    assert {row.cls for row in DECLINES.values()} == set(Class) == set(CLASSES)
    assert {remedy for row in DECLINES.values() for remedy in row.steps} == set(Remedy)


@pytest.mark.parametrize("row", DECLINES.values(), ids=lambda row: row.code)
def test_retries_are_few_and_spaced(row: Decline) -> None:
    assert (Remedy.RETRY in row.steps) == bool(row.retry.waits)
    assert len(set(row.steps)) == len(row.steps)
    assert list(row.retry.waits) == sorted(row.retry.waits)
    assert row.retry.tries <= 4  # Visa allows 20 in 30 days, Mastercard 10 in a day and 35 in 30 days
    assert sum(row.retry.waits) <= 30 * DAY
    if row.retry.waits:
        assert row.cls in {Class.SOFT_NOW, Class.SOFT_LATER, Class.BANK}
        if row.cls is not Class.SOFT_NOW:
            assert row.retry.waits[0] >= DAY
    assert all(wait % MINUTE == 0 for wait in row.retry.waits)


@pytest.mark.parametrize("row", DECLINES.values(), ids=lambda row: row.code)
def test_each_row_is_written_for_its_readers(row: Decline) -> None:
    assert len(row.next_steps) == len(row.steps)
    for sentence in (row.meaning, row.message, row.customer, *row.next_steps):
        assert sentence[0].isupper(), sentence
        assert sentence.endswith("."), sentence
        assert "{" not in sentence
        assert len(sentence) <= 130, sentence
    assert row.message == RULES[row.api_code].message
    assert row.payer_message == f"{row.message} {row.customer}"
    assert row.network_decline_code is None or re.fullmatch(r"[0-9A-Z]{2}", row.network_decline_code)


def test_two_rows_do_not_share_a_meaning() -> None:
    meanings = [row.meaning for row in DECLINES.values()]
    assert len(set(meanings)) == len(meanings)


@pytest.mark.parametrize("row", DECLINES.values(), ids=lambda row: row.code)
def test_a_payer_learns_nothing_of_what_is_masked(row: Decline) -> None:
    assert not re.search(r"lost|stolen|fraud|risk|block|pick.?up|restrict", row.payer_message, re.IGNORECASE)
    shown = for_payer(row.code)
    if row.mask:
        assert shown is DECLINES["generic_decline"]
        assert row.payer_message == shown.payer_message == f"Your card was declined. {GENERAL}"
    else:
        assert shown is row


@pytest.mark.parametrize("code", ["highest_risk_level", "", "LOST_CARD", "partner_generic_decline"])
def test_a_code_of_somebody_else_is_a_refusal_without_a_reason(code: str) -> None:
    assert by_code(code) is DECLINES["generic_decline"]
    assert for_payer(code) is DECLINES["generic_decline"]


@pytest.mark.parametrize(
    ("code", "network"),
    [
        ("insufficient_funds", "51"),
        ("do_not_honor", "05"),
        ("lost_card", "41"),
        ("stolen_card", "43"),
        ("expired_card", "54"),
        ("card_velocity_exceeded", "61"),
        ("withdrawal_count_limit_exceeded", "65"),
        ("issuer_not_available", "91"),
        ("testmode_decline", None),
    ],
)
def test_network_codes(code: str, network: str | None) -> None:
    assert by_code(code).network_decline_code == network


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("approve_with_id", "Try the same card again after 1 minute, once at most."),
        ("do_not_honor", "Try the same card again after 3 days, twice at most."),
        ("insufficient_funds", "Try the same card again after 2 days, 4 times at most."),
        ("processing_error", "Try the same card again at once, 3 times at most."),
        ("call_issuer", "Try the same card again after 1 day, once at most."),
    ],
)
def test_a_retry_in_words(code: str, words: str) -> None:
    assert words in by_code(code).next_steps


def test_the_workflow_of_the_help_page() -> None:
    """The flow chart "Declined Payment Resolution": what each code leads to."""
    assert {Remedy.ACH, Remedy.SPLIT} <= set(by_code("insufficient_funds").steps)
    assert by_code("expired_card").steps[0] is Remedy.UPDATE_CARD
    assert by_code("incorrect_cvc").steps[0] is Remedy.REENTER_CVC
    assert (by_code("processing_error").steps[0], by_code("processing_error").steps[-1]) == (
        Remedy.RETRY,
        Remedy.ESCALATE,
    )
    for code in ("lost_card", "stolen_card"):
        assert by_code(code).steps[:2] == (Remedy.SECURITY_HOLD, Remedy.MANUAL_REVIEW)
        assert "contact your bank" in by_code(code).payer_message


def test_a_row_is_data_that_other_languages_can_read() -> None:
    row = msgspec.json.decode(msgspec.json.encode(by_code("lost_card")))
    assert row["cls"] == "NEVER"
    assert row["retry"] == {"waits": [], "corrections": 0}
    assert row["steps"] == ["security_hold", "manual_review", "update_card"]
    assert by_code("lost_card").api_code is Code.CARD_DECLINED
