"""The table of errors is complete, consistent, and says what to do."""

from __future__ import annotations

import json
import re

import pytest

from finsecure_server.core import errors
from finsecure_server.core.declines import DECLINES
from finsecure_server.core.delivery_failures import FAILURES, variants
from finsecure_server.core.errors import (
    ANSWERED,
    GUIDES,
    RULES,
    STATUSES,
    TYPES,
    Code,
    NoSuch,
    Refused,
    Rule,
    Side,
    doc_path,
)

#: What a status may be called on the wire. Anything else would surprise an SDK, which picks its exception by both.
FAMILIES = {
    400: {"invalid_request_error", "idempotency_error"},
    401: {"authentication_error"},
    402: {"card_error"},
    403: {"permission_error"},
    404: {"invalid_request_error"},
    405: {"invalid_request_error"},
    409: {"idempotency_error"},
    413: {"invalid_request_error"},
    415: {"invalid_request_error"},
    429: {"rate_limit_error", "invalid_request_error"},  # the second is `lock_timeout`, as at Stripe
    431: {"invalid_request_error"},
    500: {"api_error"},
    502: {"api_error"},
    503: {"api_error"},
    504: {"api_error"},
}

#: Codes of stripe-go that a core like this one needs. Four more of them say nothing here: ids are made by the server,
#: there are no tokens that work once, no accounts that wait to be activated, and states have codes of their own.
#: tests/help/test_error_pages.py holds that who looks for one of them finds what says the same.
STRIPE_CODES = """
amount_too_small amount_too_large api_key_expired authentication_required balance_insufficient bank_account_unverified
bank_account_verification_failed capture_charge_authorization_expired card_decline_rate_limit_exceeded card_declined
charge_already_captured charge_already_refunded charge_disputed charge_expired_for_capture charge_not_refundable
expired_card idempotency_key_in_use incorrect_cvc incorrect_number incorrect_zip insufficient_funds
invalid_charge_amount invalid_cvc invalid_expiry_month invalid_expiry_year invalid_number livemode_mismatch lock_timeout
parameter_invalid_empty parameter_invalid_integer parameter_missing parameter_unknown parameters_exclusive
payment_intent_authentication_failure payment_intent_incompatible_payment_method payment_intent_payment_attempt_failed
payment_intent_rate_limit_exceeded payment_intent_unexpected_state payment_method_bank_account_already_verified
payment_method_bank_account_blocked processing_error rate_limit refund_disputed_payment
resource_missing secret_key_required
"""

#: What may be sent again unchanged. A line here is a promise to every retry loop, so it is written out.
TRANSIENT = {
    Code.DATABASE_UNAVAILABLE,
    Code.DEADLINE_EXCEEDED,
    Code.IDEMPOTENCY_KEY_IN_USE,
    Code.INTERNAL_ERROR,
    Code.LOCK_TIMEOUT,
    Code.OVERLOADED,
    Code.PROCESSING_ERROR,
    Code.PROCESSOR_UNREACHABLE,
    Code.RATE_LIMIT,
}

#: What to do about a decline, and about a delivery that failed.
_STEPS_ELSEWHERE = (
    *(row.next_steps for row in DECLINES.values()),
    *(failure.fix for failure in FAILURES.values()),
    *(variant.explanation.fix for failure in FAILURES for variant in variants(failure)),
)


def test_every_code_has_a_rule_and_every_rule_a_code() -> None:
    assert set(RULES) == set(Code)
    assert set(STRIPE_CODES.split()) <= {code.value for code in Code}


def test_statuses_and_types_are_those_that_clients_know() -> None:
    assert set(FAMILIES) == STATUSES
    assert set.union(*FAMILIES.values()) == TYPES
    used = {(rule.status, rule.type) for rule in RULES.values()}
    assert used == {(status, family) for status, families in FAMILIES.items() for family in families}


def test_exactly_these_may_be_sent_again_unchanged() -> None:
    assert {code for code, rule in RULES.items() if rule.transient} == TRANSIENT
    assert all(RULES[code].transient for code in Code if RULES[code].status >= 500)


@pytest.mark.parametrize("code", sorted(TRANSIENT))
def test_which_key_to_send_is_said_as_it_is(code: Code) -> None:
    """A kept reply comes again under its key, so nobody is told to use the same one."""
    steps = " ".join(RULES[code].next_steps)
    assert ("a new Idempotency-Key" in steps) == (code in ANSWERED)
    assert not ("same Idempotency-Key" in steps and code in ANSWERED)


@pytest.mark.parametrize(
    ("kind", "called"),
    [("customer", "customer"), ("payment_method", "PaymentMethod"), ("setup_intent", "setupintent")],
)
@pytest.mark.parametrize("livemode", [False, True])
def test_what_is_not_there_and_what_is_in_the_other_mode(kind: str, called: str, livemode: bool) -> None:
    """To the letter as at Stripe: programs look for these sentences."""
    missing = NoSuch(kind, "x_1", param="id")
    assert (missing.code, missing.rule.status, missing.param) == (Code.RESOURCE_MISSING, 404, "id")
    assert missing.message == f"No such {called}: 'x_1'"
    other = missing.in_other_mode(livemode=livemode)
    assert (other.code, other.rule.status, other.param) == (Code.LIVEMODE_MISMATCH, 404, "id")
    there, here = ("test", "live") if livemode else ("live", "test")
    assert other.message == (
        f"No such {called}: 'x_1'; a similar object exists in {there} mode, but a {here} mode key was used to make "
        "this request."
    )


def test_only_the_idempotency_mismatch_has_no_code_on_the_wire() -> None:
    assert [code for code, rule in RULES.items() if not rule.on_wire] == [Code.IDEMPOTENCY_MISMATCH]


def test_every_side_has_something_to_put_right() -> None:
    assert {rule.side for rule in RULES.values()} == set(Side)
    assert all((rule.side is Side.FINSECURE) == (rule.status >= 500) for rule in RULES.values())


@pytest.mark.parametrize("code", Code)
def test_a_rule_is_written_for_its_reader(code: Code) -> None:
    rule = RULES[code]
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)
    assert code.name.lower() == code.value
    assert rule.guide in GUIDES
    assert rule.message.endswith(".")
    assert 1 <= len(rule.next_steps) <= 3
    assert len(set(rule.next_steps)) == len(rule.next_steps)
    for sentence in (rule.message, *rule.next_steps):
        assert sentence[0].isupper(), sentence
        assert sentence.endswith("."), sentence
        assert 10 <= len(sentence) <= 160, sentence
        assert sentence == " ".join(sentence.split()), sentence
        assert not re.search(r"\boops\b|\bplease\b|!|error occurred\.$", sentence, re.IGNORECASE), sentence
    assert not set(rule.next_steps) & {rule.message}


@pytest.mark.parametrize("code", [code for code in Code if RULES[code].status == 402])
def test_what_a_payer_may_read_gives_nothing_away(code: Code) -> None:
    assert not re.search(r"lost|stolen|fraud|risk|block", RULES[code].message, re.IGNORECASE)


@pytest.mark.parametrize("steps", [*(rule.next_steps for rule in RULES.values()), *_STEPS_ELSEWHERE])
def test_no_step_leads_to_what_there_is_not(steps: tuple[str, ...]) -> None:
    absent = r"dashboard|(status|keys|settings) page|support (case|ticket)|account updater|another processor"
    assert not re.search(absent, " ".join(steps), re.IGNORECASE), steps


def test_no_two_rules_say_the_same() -> None:
    messages = [rule.message for rule in RULES.values()]
    assert len(set(messages)) == len(messages)
    assert len(set(RULES.values())) == len(RULES)


@pytest.mark.parametrize(
    ("code", "status", "family", "message"),
    [
        (Code.INVALID_API_KEY, 401, "authentication_error", "Invalid API Key provided: "),
        (Code.CARD_DECLINED, 402, "card_error", "Your card was declined."),
        (Code.PROCESSOR_NOT_CONFIGURED, 400, "invalid_request_error", "No payment processor is configured"),
        (Code.RATE_LIMIT, 429, "rate_limit_error", "Too many requests."),
        (Code.IDEMPOTENCY_MISMATCH, 400, "idempotency_error", "Keys for idempotent requests"),
    ],
)
def test_what_the_help_and_the_issue_promise_to_the_letter(code: Code, status: int, family: str, message: str) -> None:
    rule = RULES[code]
    assert (rule.status, rule.type) == (status, family)
    assert rule.message.startswith(message)


def test_a_refusal_says_what_the_table_says() -> None:
    refused = Refused(Code.RESOURCE_MISSING)
    assert refused.rule is RULES[Code.RESOURCE_MISSING]
    assert str(refused) == refused.message == "No such object."
    assert refused.next_steps == refused.rule.next_steps
    assert (refused.param, refused.decline_code, refused.advice_code, refused.details) == (None, None, None, {})


def test_a_refusal_may_be_more_precise() -> None:
    refused = Refused(
        Code.CARD_DECLINED,
        "Your card has insufficient funds.",
        param="payment_method",
        decline_code="insufficient_funds",
        advice_code="try_again_later",
        details={"charge": "ch_1"},
    )
    assert str(refused) == "Your card has insufficient funds."
    assert refused.param == "payment_method"
    assert refused.decline_code == "insufficient_funds"
    assert refused.advice_code == "try_again_later"
    assert refused.details == {"charge": "ch_1"}


def test_the_parameter_is_named_where_the_table_asks_for_it() -> None:
    refused = Refused(Code.PARAMETER_INVALID_OBJECT, param="card")
    assert refused.message == "The parameter card must be an object."
    assert refused.next_steps == ("Send its members as card[name]=value, or as a JSON object.",)
    unnamed = Refused(Code.PARAMETER_INVALID_OBJECT, "Not an object.")
    assert unnamed.next_steps == ("Send its members as the_parameter[name]=value, or as a JSON object.",)


def test_a_message_that_names_no_parameter_is_our_own_mistake() -> None:
    with pytest.raises(AssertionError, match="parameter_missing"):
        Refused(Code.PARAMETER_MISSING)


def test_a_parameter_with_braces_is_taken_as_it_is() -> None:
    assert Refused(Code.PARAMETER_UNKNOWN, param="{x}{param}").message == "Received unknown parameter: {x}{param}."


@pytest.mark.parametrize(
    ("code", "decline_code", "path"),
    [
        (Code.RATE_LIMIT, None, "/help/errors/rate_limit"),
        (Code.CARD_DECLINED, "insufficient_funds", "/help/errors/insufficient_funds"),
        ("webhook_timeout", None, "/help/errors/webhook_timeout"),
    ],
)
def test_doc_path(code: str, decline_code: str | None, path: str) -> None:
    assert doc_path(code, decline_code) == path


def test_codes_are_plain_text_on_the_wire() -> None:
    assert json.dumps({"code": Code.RATE_LIMIT, "side": Side.PAYER}) == '{"code": "rate_limit", "side": "payer"}'


def test_what_others_import_is_what_is_there() -> None:
    assert all(hasattr(errors, name) for name in errors.__all__)
    assert all(isinstance(rule, Rule) for rule in RULES.values())
