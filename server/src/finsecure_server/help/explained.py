"""What each error and decline code means, whose side it is on and what to do: one page a code, made from the tables.

A code can be both: `expired_card` is how an error is called and why a bank declines. Then the page is about the
decline, which says more. Codes of deliveries that fail are listed here, and explained in `explained_failures.py`.
"""

from __future__ import annotations

import difflib
from typing import Any, Final

import msgspec
from msgspec import Struct

from finsecure_server.core.declines import DECLINES, SIDE_OF, Class, Decline
from finsecure_server.core.errors import ANSWERED, NOBODYS, RULES, Code, Refused, Rule, Side
from finsecure_server.core.test_cards import CARDS, by_name
from finsecure_server.core.test_cards_page import behaviour
from finsecure_server.help import explained_failures, reproduce
from finsecure_server.help.reproduce import Reproduction
from finsecure_server.web import render

RELATED_MAX: Final = 8
NEAREST_MAX: Final = 5
CARDS_MAX: Final = 4
GUIDES_AT: Final = "/help/"
REQUEST_ID: Final = "req_01hz0000000000000000000000"  # in examples

SIDES: Final[dict[Side, str]] = {
    Side.DEVELOPER: "Whoever wrote the call can put it right.",
    Side.MERCHANT: "Whoever runs the shop and this server can put it right.",
    Side.PAYER: "The payer can put it right.",
    Side.ISSUER: "The payer's bank decides; nobody else can change its mind.",
    Side.FINSECURE: "FinSecure's side: this server, or what it depends on.",
}

#: Families of errors, and what is true of each.
FAMILIES: Final[dict[str, tuple[str, str]]] = {
    "invalid_request_error": ("The request", "The call cannot be carried out as it is. The reply's param says why."),
    "authentication_error": ("Keys", "The key is missing, or is not one that may call."),
    "permission_error": ("Permissions", "The key is good, and may not do this."),
    "idempotency_error": ("Repeats", "An Idempotency-Key was used for two different calls, or is still at work."),
    "rate_limit_error": ("Too many calls", "Retry-After says when the next call is welcome."),
    "card_error": ("Cards", "The call was right and the payment failed. The attempt is kept and can be looked at."),
    "api_error": ("This server", "The failure is on the server's side."),
}

CLASSES: Final[dict[Class, tuple[str, str]]] = {
    Class.SOFT_NOW: ("Declines that pass within minutes", "Nobody decided; the same card may be tried again soon."),
    Class.SOFT_LATER: ("Declines that pass within days", "The card may pay later, or a smaller amount now."),
    Class.BANK: ("Declines without a reason", "The bank refuses and does not say why. Few tries, far apart."),
    Class.FIX_CVC: ("Wrong security code", "The payer enters it again."),
    Class.FIX_CARD: ("Wrong or outdated card", "The payer corrects or replaces the card."),
    Class.FIX_DATA: ("Wrong address", "The payer corrects the billing address."),
    Class.AUTH: ("Authentication", "The payer has to confirm the payment with their bank."),
    Class.NEWPM: ("Cards that cannot pay this", "Only another payment method helps."),
    Class.LIMIT: ("Amounts that cannot be paid", "Only another amount helps."),
    Class.NEVER: ("Cards that must not be tried again", "The card schemes forbid it, and fine those who do."),
    Class.FRAUD: ("Suspected fraud", "Hold the order, and let a person look."),
    Class.DUP: ("Probably paid already", "Look for the first payment before asking for a second."),
    Class.CP: ("At the terminal", "The card is present, and the terminal says what it needs."),
    Class.CONFIG: ("Mistakes of the integration", "The call mixes test and live."),
}

#: What most declines say to the payer first.
GENERAL_MESSAGE: Final = RULES[Code.CARD_DECLINED].message
_ERRORS: Final = {code.value: code for code in Code}

#: The parameter that an example is about, where another than `amount` is at fault.
_PARAMS: Final[dict[Code, str]] = {
    Code.CARD_NUMBER_IN_TEXT: "description",
    Code.EMAIL_INVALID: "email",
    Code.PARAMETER_INVALID_ARRAY: "payment_method_types",
    Code.PARAMETER_INVALID_BOOLEAN: "confirm",
    Code.PARAMETER_INVALID_EMPTY: "currency",
    Code.PARAMETER_INVALID_ENUM: "capture_method",
    Code.PARAMETER_INVALID_OBJECT: "shipping",
    Code.PARAMETER_INVALID_STRING: "description",
    Code.PARAMETER_INVALID_TIMESTAMP: "created[gte]",
    Code.PARAMETER_MISSING: "currency",
    Code.PARAMETER_OUT_OF_RANGE: "limit",
    Code.PARAMETER_TOO_LONG: "description",
    Code.PARAMETER_UNKNOWN: "amout",
    Code.PARAMETERS_EXCLUSIVE: "payment_method_data",
    Code.URL_INVALID: "return_url",
}

#: Test cards that lead to an error that is no decline.
_CARDS: Final[dict[Code, tuple[str, ...]]] = {
    Code.CARD_DECLINED: ("pm_card_visa_chargeDeclined", "pm_card_chargeCustomerFail"),
    Code.CHARGE_DISPUTED: ("pm_card_createDispute",),
    Code.PAYMENT_INTENT_AUTHENTICATION_FAILURE: ("pm_card_threeDSecure2Required",),
    Code.REFUND_DISPUTED_PAYMENT: ("pm_card_createDispute",),
    Code.SETUP_INTENT_AUTHENTICATION_FAILURE: ("pm_card_authenticationRequiredOnSetup",),
}


class Card(Struct, frozen=True, kw_only=True):
    """A test card that leads to it."""

    name: str
    number: str
    behaviour: str


class Explained(Struct, frozen=True, kw_only=True):
    """Everything that there is to say of a code. The page shows it, and its JSON twin is it."""

    code: str
    kind: str  # error | decline
    meaning: str
    status: int
    type: str
    arrives_as: str  # the error's `code`
    on_wire: bool
    side: str
    side_in_words: str
    again: bool  # may the same, sent again unchanged, succeed?
    again_in_a_word: str
    again_in_words: str
    next_steps: tuple[str, ...]
    payer_message: str | None  # what the payer may be told
    masked: bool
    advice_code: str | None
    network_decline_code: str | None
    cards: tuple[Card, ...]
    reproduce: Reproduction
    guide: str  # the path of the guide that goes deeper
    example: dict[str, Any]
    related: tuple[str, ...]
    object: str = "error_explanation"


class Group(Struct, frozen=True):
    """Codes that have something in common."""

    title: str
    means: str
    codes: tuple[str, ...]


def explain(code: str, public_url: str) -> Explained | None:
    """The explanation of an error or a decline; None for a code that is neither."""
    row = DECLINES.get(code)
    if row is not None:
        return _decline(row, public_url)
    error = _ERRORS.get(code)
    return None if error is None else _error(error, public_url)


def nearest(code: str) -> list[str]:
    """Codes that somebody may have meant."""
    return difflib.get_close_matches(code[:60].lower(), all_codes(), n=NEAREST_MAX)


def all_codes() -> list[str]:
    """Every code that has a page."""
    return [*_ERRORS, *(code for code in DECLINES if code not in _ERRORS), *explained_failures.CODES]


def groups() -> list[Group]:
    """Every code, by what it is about: errors by family, deliveries that fail, then declines by class."""
    errors = [
        Group(title, means, tuple(code for code, rule in RULES.items() if rule.type == family and code not in DECLINES))
        for family, (title, means) in FAMILIES.items()
    ]
    declines = [
        Group(title, means, tuple(row.code for row in DECLINES.values() if row.cls is cls))
        for cls, (title, means) in CLASSES.items()
    ]
    failures = Group(explained_failures.TITLE, explained_failures.MEANS, explained_failures.CODES)
    return [group for group in (*errors, failures, *declines) if group.codes]


def _error(code: Code, public_url: str) -> Explained:
    rule = RULES[code]
    refused = Refused(code, param=_param(code, rule))
    cards = tuple(_card(name) for name in _CARDS.get(code, ()))
    return Explained(
        code=code.value,
        kind="error",
        meaning=rule.message.replace("{param}", "(param)"),
        status=rule.status,
        type=rule.type,
        arrives_as=code.value,
        on_wire=rule.on_wire,
        side=rule.side.value,
        side_in_words=SIDES[rule.side],
        again=rule.transient,
        again_in_a_word="May be sent again" if rule.transient else "Not to be sent again",
        again_in_words=_sent_again(code, rule),
        next_steps=refused.next_steps,
        payer_message=rule.message if rule.type == "card_error" else None,
        masked=False,
        advice_code=None,
        network_decline_code=None,
        cards=cards,
        reproduce=_reproduction(code.value, cards).at(public_url),
        guide=GUIDES_AT + rule.guide,
        example=_example(refused, public_url),
        related=_related_errors(code),
    )


def _decline(row: Decline, public_url: str) -> Explained:
    rule = RULES[row.api_code]
    side = SIDE_OF[row.cls]
    again, word, sentence = _again(row)
    refused = Refused(
        row.api_code,
        row.message,
        decline_code=row.wire_code,
        advice_code=row.advice_code,
        details={"next_steps": row.next_steps},
    )
    cards = tuple(_card(card.name) for card in CARDS if card.decline_code == row.code)[:CARDS_MAX]
    return Explained(
        code=row.code,
        kind="decline",
        meaning=row.meaning,
        status=rule.status,
        type=rule.type,
        arrives_as=row.api_code.value,
        on_wire=True,
        side=side.value,
        side_in_words=SIDES[side],
        again=again,
        again_in_a_word=word,
        again_in_words=sentence,
        next_steps=row.next_steps,
        payer_message=row.payer_message,
        masked=row.mask,
        advice_code=row.advice_code,
        network_decline_code=row.network_decline_code,
        cards=cards,
        reproduce=_reproduction(row.code, cards).at(public_url),
        guide=GUIDES_AT + rule.guide,
        example=_example(refused, public_url),
        related=tuple(other.code for other in DECLINES.values() if other.cls is row.cls and other is not row),
    )


def _again(row: Decline) -> tuple[bool, str, str]:
    """Whether the same card may be tried again: at all, in a word, in a sentence."""
    if row.retry.waits:
        return True, "May be tried again", "The same card may be tried again, as the steps above say."
    if row.retry.corrections:
        times = row.retry.corrections
        return (
            False,
            "After a correction",
            f"The same card may be tried again once the payer has corrected something, {times} times at most.",
        )
    return False, "Not with this card", "The same card must not be tried again."


def _sent_again(code: Code, rule: Rule) -> str:
    if not rule.transient:
        return "The same request, sent again unchanged, fails again."
    if code in ANSWERED:
        return "The same request may succeed with a new Idempotency-Key; the old one only brings this reply again."
    return "The same request, sent again unchanged with the same Idempotency-Key, may succeed."


def _param(code: Code, rule: Rule) -> str | None:
    named = "{param}" in rule.message or any("{param}" in step for step in rule.next_steps)
    return _PARAMS.get(code, "amount") if named or code in _PARAMS else None


def _card(name: str) -> Card:
    card = by_name(name)
    assert card is not None, name
    return Card(name=card.name, number=card.number, behaviour=behaviour(card).replace("`", ""))


def _reproduction(code: str, cards: tuple[Card, ...]) -> Reproduction:
    """Lines from the table where it has some, else a payment with the first card."""
    found = reproduce.table().get(code)
    return reproduce.with_card(cards[0].name) if found is None else found


def _example(refused: Refused, public_url: str) -> dict[str, Any]:
    """The reply, made by what makes replies."""
    _, body = render.refusal(refused, REQUEST_ID, public_url, logged=refused.code not in NOBODYS)
    example: dict[str, Any] = msgspec.json.decode(body)
    return example


def _related_errors(code: Code) -> tuple[str, ...]:
    """Codes that begin alike, else those of the same family and guide."""
    rule = RULES[code]
    start = code.value.split("_")[0]
    alike = [other.value for other in Code if other is not code and other.value.split("_")[0] == start]
    same = [
        other.value
        for other, theirs in RULES.items()
        if other is not code and (theirs.type, theirs.guide, theirs.side) == (rule.type, rule.guide, rule.side)
    ]
    return tuple(dict.fromkeys([*alike, *same]))[:RELATED_MAX]
