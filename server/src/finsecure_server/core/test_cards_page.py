"""The table of test cards for the help center, made from the cards themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finsecure_server.core.test_card import Group, RefundBehaviour, TestCard, ThreeDSecure
from finsecure_server.core.test_cards import CARDS, WRONG_CHECK_DIGIT

_SECURE: Final[dict[ThreeDSecure, str]] = {
    ThreeDSecure.NONE: "",
    ThreeDSecure.UNSUPPORTED: "3-D Secure is not supported by this brand's test cards.",
    ThreeDSecure.REQUIRED: "Must be authenticated; without the payer, only if it was not set up before.",
    ThreeDSecure.ALWAYS: "Must be authenticated each time, so a payment without the payer is always declined.",
    ThreeDSecure.ON_SESSION: "Must be authenticated when the payer is there; for payments without them it is set up.",
    ThreeDSecure.OPTIONAL: "Authentication is supported and not asked for.",
    ThreeDSecure.OPTIONAL_ERROR: "Authentication is supported and not asked for; if it is done all the same, it fails.",
    ThreeDSecure.FRICTIONLESS: "Authenticated without a challenge.",
    ThreeDSecure.LOOKUP_ERROR: "Must be authenticated, and the lookup fails: declined with `generic_decline`.",
}

_REFUND: Final[dict[RefundBehaviour, str]] = {
    RefundBehaviour.AT_ONCE: "",
    RefundBehaviour.PENDING: "A refund is `pending` first and `succeeded` later.",
    RefundBehaviour.PENDING_FAILS: "A refund is `pending` first and `failed` later.",
}

_DISPUTE: Final[dict[str, str]] = {
    "inquiry": "The payment succeeds, and the bank opens an inquiry.",
    "early_fraud_warning": "The payment succeeds, and the bank sends an early fraud warning.",
    "multiple": "The payment succeeds, and is disputed more than once.",
}

#: Mistakes that need no card: the number, the date or the code itself is wrong.
_INVALID: Final = (
    (f"number `{WRONG_CHECK_DIGIT}`, or any with a wrong check digit", "incorrect_number"),
    ("expiry month `13`", "invalid_expiry_month"),
    ("a year of expiry in the past", "invalid_expiry_year"),
    ("security code `99`", "invalid_cvc"),
)


def behaviour(card: TestCard) -> str:
    """What happens with a card, in a sentence or two."""
    return " ".join(_sentences(card)) or "Approved."


def _sentences(card: TestCard) -> Iterator[str]:
    for sentence in (card.note, _SECURE[card.three_d_secure], _risk(card), _decline(card), _dispute(card)):
        if sentence:
            yield sentence
    checks = {"cvc": card.cvc_check, "postal code": card.postal_code_check, "line1": card.line1_check}
    for check, result in checks.items():
        if result != "pass":
            yield f"The {check} check is `{result}`, if one was sent."
    if card.refund is not RefundBehaviour.AT_ONCE:
        yield _REFUND[card.refund]
    if card.available_now:
        yield "The money is available at once."


def _risk(card: TestCard) -> str:
    if card.risk_level == "normal" or card.blocked:
        return ""
    return f"Approved, with risk level `{card.risk_level}` and score {card.risk_score}."


def _decline(card: TestCard) -> str:
    if card.decline_code is None:
        return ""
    if card.blocked:
        return f"Blocked by the risk rules (level `{card.risk_level}`) with `{card.decline_code}`; no bank is asked."
    when = "also when it is attached" if card.declines_on_attach else "though it attaches"
    return f"Declined with `{card.decline_code}`, {when}."


def _dispute(card: TestCard) -> str:
    if card.dispute is None:
        return ""
    return _DISPUTE.get(card.dispute) or f"The payment succeeds, and is disputed as `{card.dispute}`."


def _table(group: Group) -> Iterator[str]:
    yield f"### {group.value}"
    yield ""
    yield "| number | id of the payment method | card | what happens |"
    yield "|--|--|--|--|"
    for card in CARDS:
        if card.group is group:
            ids = ", ".join(f"`{name}`" for name in (card.name, *card.aliases))
            yield f"| `{card.number}` | {ids} | {card.brand} {card.funding}, {card.country} | {behaviour(card)} |"
    yield ""


def markdown_table() -> str:
    """Every test card, under a heading for each kind; ends with the mistakes that need no card."""
    lines = [line for group in Group for line in _table(group)]
    lines += ["### Invalid data", "", "| send | error |", "|--|--|"]
    lines += [f"| {what} | `{code}` |" for what, code in _INVALID]
    return "\n".join(lines) + "\n"
