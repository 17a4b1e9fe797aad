"""Why a bank said no: fifty decline codes, and what each one asks for.

The codes are Stripe's (its list of September 2026), so that code written for it works unchanged. Class, automatic
retries and the order of remedies are ours; the card schemes' budgets and a merchant's settings come on top, and may
only forbid more. Network codes are field 39 of ISO 8583, with Visa's additions.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct

from finsecure_server.core.errors import RULES, Code, Side


class Class(StrEnum):
    """What kind of no it is."""

    SOFT_NOW = "SOFT_NOW"  # passes within minutes
    SOFT_LATER = "SOFT_LATER"  # passes within days
    BANK = "BANK"  # the issuer refuses and gives no reason
    FIX_CVC = "FIX_CVC"  # the payer corrects the security code
    FIX_CARD = "FIX_CARD"  # the payer corrects or replaces the card
    FIX_DATA = "FIX_DATA"  # the payer corrects the address
    AUTH = "AUTH"  # the payer authenticates
    NEWPM = "NEWPM"  # only another payment method helps
    LIMIT = "LIMIT"  # only another amount helps
    NEVER = "NEVER"  # the schemes forbid to try this card or mandate again
    FRAUD = "FRAUD"  # hold, and let a person look
    DUP = "DUP"  # probably paid already
    CP = "CP"  # card present: the terminal knows what to do
    CONFIG = "CONFIG"  # a mistake of the integration


#: Who can put a decline of each class right.
SIDE_OF: Final[dict[Class, Side]] = {
    Class.SOFT_NOW: Side.ISSUER,
    Class.SOFT_LATER: Side.PAYER,
    Class.BANK: Side.ISSUER,
    Class.FIX_CVC: Side.PAYER,
    Class.FIX_CARD: Side.PAYER,
    Class.FIX_DATA: Side.PAYER,
    Class.AUTH: Side.PAYER,
    Class.NEWPM: Side.PAYER,
    Class.LIMIT: Side.PAYER,
    Class.NEVER: Side.ISSUER,
    Class.FRAUD: Side.MERCHANT,  # by a review
    Class.DUP: Side.MERCHANT,  # by looking for the first payment
    Class.CP: Side.PAYER,
    Class.CONFIG: Side.DEVELOPER,
}
assert set(SIDE_OF) == set(Class)


class Remedy(StrEnum):
    """One thing that can be done about it; what the recovery engine works through, in order."""

    RETRY = "retry"
    UPDATE_CARD = "update_card"
    ACH = "ach"  # where the currency allows it
    SPLIT = "split"
    REENTER_CVC = "reenter_cvc"
    REENTER_DATA = "reenter_data"
    AUTHENTICATE = "authenticate"
    SECURITY_HOLD = "security_hold"
    MANUAL_REVIEW = "manual_review"
    ESCALATE = "escalate"
    CANCEL_MANDATE = "cancel_mandate"
    NEW_MANDATE = "new_mandate"
    CHECK_DUPLICATE = "check_duplicate"
    FIX_INTEGRATION = "fix_integration"
    TERMINAL = "terminal"
    ACCOUNT_UPDATER = "account_updater"
    OTHER_PROCESSOR = "other_processor"


class Retry(Struct, frozen=True):
    """How often, and how soon, the same card may be charged again."""

    waits: tuple[int, ...]  # least seconds before the first automatic retry, then before the second...
    corrections: int  # how often the payer may correct something and try the same card; 0: they must use another

    @property
    def tries(self) -> int:
        """The most automatic retries."""
        return len(self.waits)


class Decline(Struct, frozen=True, kw_only=True):
    """All there is to know of one decline code."""

    code: str
    cls: Class
    api_code: Code  # the `code` of the error it arrives as
    advice_code: str | None  # do_not_try_again | confirm_card_data | try_again_later
    network_decline_code: str | None  # what the network answers, where it has an answer of its own for this
    mask: bool  # the payer must not learn this: they may be the thief
    retry: Retry
    steps: tuple[Remedy, ...]  # the first that is possible comes first
    meaning: str  # for the merchant: what happened
    message: str  # `message` of the error: fit for a payer's eyes
    customer: str  # for the payer: what they can do; the general text where `mask` is set
    payer_message: str  # message and customer in one
    next_steps: tuple[str, ...]  # `steps` in words, one for one

    @property
    def wire_code(self) -> str | None:
        """`decline_code` in the reply. A decline that has an error code of its own has none there, as at Stripe."""
        return None if self.api_code.value == self.code else self.code


MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

#: How often a payer may correct what they entered. More looks like somebody testing stolen cards.
CORRECTIONS: Final = 3
_CORRECTABLE: Final = frozenset(Class) - {Class.NEWPM, Class.NEVER, Class.FRAUD, Class.DUP, Class.CONFIG}

_ADVICE: Final[dict[Class, str]] = {
    Class.SOFT_NOW: "try_again_later",
    Class.SOFT_LATER: "try_again_later",
    Class.FIX_CVC: "confirm_card_data",
    Class.FIX_CARD: "confirm_card_data",
    Class.FIX_DATA: "confirm_card_data",
    Class.NEWPM: "do_not_try_again",
    Class.NEVER: "do_not_try_again",
    Class.FRAUD: "do_not_try_again",
}

_IN_WORDS: Final[dict[Remedy, str]] = {
    Remedy.RETRY: "Try the same card again {when}, {times} at most.",
    Remedy.UPDATE_CARD: "Ask the payer for another card, and confirm the same intent with it.",
    Remedy.ACH: "Offer to pay by bank transfer instead.",
    Remedy.SPLIT: "Offer to split the payment over several cards.",
    Remedy.REENTER_CVC: f"Ask the payer for the security code again, {CORRECTIONS} times at most.",
    Remedy.REENTER_DATA: "Ask the payer to correct the billing address, and confirm the same intent again.",
    Remedy.AUTHENTICATE: "Confirm the intent while the payer is present, and follow next_action to their bank.",
    Remedy.SECURITY_HOLD: "Hold the order, and take no other payment from this payer until it is reviewed.",
    Remedy.MANUAL_REVIEW: "Have a person look at the payment: finsecure explain pi_… shows what is known of it.",
    Remedy.ESCALATE: "Ask support, with the request id, if nothing else helped.",
    Remedy.CANCEL_MANDATE: "Cancel the mandate, and stop every automatic charge to this card.",
    Remedy.NEW_MANDATE: "Charge again only after the payer gave new consent.",
    Remedy.CHECK_DUPLICATE: "Look for an earlier charge of the same amount to this card: it may be paid already.",
    Remedy.FIX_INTEGRATION: "Use test cards with test keys only, and real cards with live keys.",
    Remedy.TERMINAL: "Let the payer insert the card, and follow what the terminal asks for.",
    Remedy.ACCOUNT_UPDATER: "Ask the payer for the new number or expiry date that their bank has issued.",
    Remedy.OTHER_PROCESSOR: "Take the payment some other way if it cannot wait.",
}


def _when(seconds: int) -> str:
    """The first wait in words. Every wait of the table is whole minutes."""
    if seconds == 0:
        return "at once"
    units = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"))
    count, unit = next((seconds // size, name) for size, name in units if seconds % size == 0)
    return f"after {count} {unit}{'s' if count > 1 else ''}"


def _words(remedy: Remedy, waits: tuple[int, ...]) -> str:
    if remedy is not Remedy.RETRY:
        return _IN_WORDS[remedy]
    times = ("once", "twice")[len(waits) - 1] if len(waits) < 3 else f"{len(waits)} times"
    return _IN_WORDS[remedy].format(when=_when(waits[0]), times=times)


#: What a payer is told who must not learn the reason: to the letter what a refusal without any reason says.
GENERAL: Final = "Use another payment method, or contact your bank."


def _row(
    code: str,
    cls: Class,
    network: str | None,
    steps: tuple[Remedy, ...],
    waits: tuple[int, ...],
    meaning: str,
    customer: str,
    *,
    api: Code = Code.CARD_DECLINED,
    mask: bool = False,
) -> Decline:
    message = RULES[api].message
    advice = "try_again_later" if waits else _ADVICE.get(cls)
    return Decline(
        code=code,
        cls=cls,
        api_code=api,
        advice_code=advice,
        network_decline_code=network,
        mask=mask,
        retry=Retry(waits, CORRECTIONS if cls in _CORRECTABLE else 0),
        steps=steps,
        meaning=meaning,
        message=message,
        customer=customer,
        payer_message=f"{message} {customer}",
        next_steps=tuple(_words(remedy, waits) for remedy in steps),
    )


_NONE: Final[tuple[int, ...]] = ()
_AT_ONCE: Final = (0, 5 * MINUTE, 30 * MINUTE)
_SOON: Final = (MINUTE, 5 * MINUTE, 30 * MINUTE)
_DAYS: Final = (DAY, 3 * DAY)
_SPACED: Final = (3 * DAY, 3 * DAY)  # a refusal without a reason: few tries, far apart
_PAYDAY: Final = (2 * DAY, 5 * DAY, 7 * DAY, 7 * DAY)  # three weeks see the next pay arrive, well within every budget

_R = Remedy
_C = Class

# One row: code, class, network code, remedies in order, waits before automatic retries; to the merchant; to the payer.
# It reads as a table because the formatter keeps out.
# fmt: off
_ROWS: Final = (
    _row("authentication_required", _C.AUTH, "1A", (_R.AUTHENTICATE, _R.UPDATE_CARD, _R.ACH), _NONE,
         "The bank wants the payer to authenticate (3-D Secure) before it approves.",
         "Confirm the payment in your banking app when you are asked to.", api=Code.AUTHENTICATION_REQUIRED),
    _row("authentication_not_handled", _C.AUTH, "1A", (_R.AUTHENTICATE, _R.UPDATE_CARD, _R.ACH), _NONE,
         "The bank had asked for authentication, the payment was sent without it, and the bank declined again.",
         "Confirm the payment in your banking app when you are asked to.", api=Code.AUTHENTICATION_REQUIRED),
    _row("approve_with_id", _C.SOFT_NOW, "08", (_R.RETRY, _R.UPDATE_CARD, _R.ACH, _R.ESCALATE), (MINUTE,),
         "The bank would not approve this time.",
         "Try once more. If it fails again, call your bank."),
    _row("call_issuer", _C.BANK, "01", (_R.UPDATE_CARD, _R.ACH, _R.RETRY, _R.ESCALATE), (DAY,),
         "The bank wants its customer to call, and does not say why.",
         "Call your bank, or use another payment method."),
    _row("card_not_supported", _C.NEWPM, "5C", (_R.UPDATE_CARD, _R.ACH), _NONE,
         "Cards of this kind cannot make this kind of purchase.",
         "Use another card or a bank transfer."),
    _row("card_velocity_exceeded", _C.SOFT_LATER, "61", (_R.SPLIT, _R.ACH, _R.RETRY), _DAYS,
         "The card reached a limit of its balance, its credit, or the amount it may spend in a period.",
         "Use another card, pay a smaller amount, or wait a day."),
    _row("currency_not_supported", _C.NEWPM, None, (_R.UPDATE_CARD, _R.ACH), _NONE,
         "The card cannot pay in this currency.",
         "Use a card that can pay in this currency."),
    _row("do_not_honor", _C.BANK, "05", (_R.UPDATE_CARD, _R.ACH, _R.RETRY, _R.ESCALATE), _SPACED,
         "The bank refused and gives no reason.",
         "Call your bank, or use another payment method."),
    _row("do_not_try_again", _C.NEVER, None, (_R.UPDATE_CARD, _R.ACH), _NONE,
         "The bank refused for good. Further tries of this card cost a fine of the card scheme.",
         "Use another payment method."),
    _row("duplicate_transaction", _C.DUP, "94", (_R.CHECK_DUPLICATE, _R.ESCALATE), _NONE,
         "The same amount was charged to the same card a moment ago.",
         "Do not pay again: look for your receipt first."),
    _row("expired_card", _C.FIX_CARD, "54", (_R.UPDATE_CARD, _R.ACH), _NONE,
         "The card has expired.",
         "Update its expiry date, or use another card.", api=Code.EXPIRED_CARD),
    _row("fraudulent", _C.FRAUD, "59", (_R.SECURITY_HOLD, _R.MANUAL_REVIEW, _R.ESCALATE), _NONE,
         "The payment looks fraudulent to the bank or to the risk rules.",
         GENERAL, mask=True),
    # Refused by the network without a reason, or by our own risk rules (outcome.type is then `blocked`, and the engine
    # takes the remedies of `fraudulent`).
    _row("generic_decline", _C.BANK, None, (_R.UPDATE_CARD, _R.ACH, _R.RETRY), _SPACED,
         "The bank refused without a reason, or the risk rules blocked the payment: outcome.type tells which.",
         GENERAL),
    _row("incorrect_address", _C.FIX_DATA, None, (_R.REENTER_DATA, _R.UPDATE_CARD), _NONE,
         "The billing address is not the one the bank knows.",
         "Enter the address as it stands on the card's statement.", api=Code.INCORRECT_ADDRESS),
    _row("incorrect_cvc", _C.FIX_CVC, "N7", (_R.REENTER_CVC, _R.UPDATE_CARD, _R.ACH), _NONE,
         "The security code is wrong.",
         "Check the code on the card and enter it again, or use another payment method.", api=Code.INCORRECT_CVC),
    _row("incorrect_number", _C.FIX_CARD, "14", (_R.UPDATE_CARD, _R.ACH), _NONE,
         "The card number is wrong.",
         "Enter the number again.", api=Code.INCORRECT_NUMBER),
    _row("incorrect_pin", _C.CP, "55", (_R.TERMINAL,), _NONE,
         "The PIN entered at the terminal is wrong.",
         "Enter the PIN again."),
    _row("incorrect_zip", _C.FIX_DATA, None, (_R.REENTER_DATA, _R.UPDATE_CARD), _NONE,
         "The postal code is not the one the bank knows.",
         "Enter the postal code as it stands on the card's statement.", api=Code.INCORRECT_ZIP),
    _row("insufficient_funds", _C.SOFT_LATER, "51", (_R.SPLIT, _R.ACH, _R.RETRY), _PAYDAY,
         "The account behind the card does not hold enough money or credit.",
         "Your bank reports insufficient funds: use another card, pay by bank transfer, or split the payment."),
    _row("invalid_account", _C.NEWPM, "46", (_R.UPDATE_CARD, _R.ACH), _NONE,
         "The card, or the account behind it, is not valid or is closed.",
         "Use another card, or call your bank."),
    _row("invalid_amount", _C.LIMIT, "13", (_R.SPLIT, _R.ACH, _R.ESCALATE), _NONE,
         "The amount is invalid for this card or above what it may pay at once.",
         "Ask your bank whether the card may pay this amount, or use another payment method."),
    _row("invalid_cvc", _C.FIX_CVC, "82", (_R.REENTER_CVC, _R.UPDATE_CARD), _NONE,
         "The security code does not have the right form, or is wrong.",
         "Check the code on the card and enter it again.", api=Code.INVALID_CVC),
    _row("invalid_expiry_month", _C.FIX_CARD, None, (_R.UPDATE_CARD,), _NONE,
         "The month of expiry is not a month, or not that of the card.",
         "Correct the expiry date.", api=Code.INVALID_EXPIRY_MONTH),
    _row("invalid_expiry_year", _C.FIX_CARD, None, (_R.UPDATE_CARD,), _NONE,
         "The year of expiry is in the past, or not that of the card.",
         "Correct the expiry date.", api=Code.INVALID_EXPIRY_YEAR),
    _row("invalid_number", _C.FIX_CARD, "14", (_R.UPDATE_CARD,), _NONE,
         "The card number does not have the form of one.",
         "Enter the number again.", api=Code.INVALID_NUMBER),
    _row("invalid_pin", _C.CP, "55", (_R.TERMINAL,), _NONE,
         "The PIN entered at the terminal is not valid.",
         "Enter the PIN again."),
    _row("issuer_not_available", _C.SOFT_NOW, "91", (_R.RETRY, _R.UPDATE_CARD, _R.ACH), _SOON,
         "The bank could not be reached, so nobody decided.",
         "Try again in a few minutes."),
    _row("lost_card", _C.NEVER, "41", (_R.SECURITY_HOLD, _R.MANUAL_REVIEW, _R.UPDATE_CARD), _NONE,
         "The card is reported lost. Do not tell the payer, who may not be its owner.",
         GENERAL, mask=True),
    _row("merchant_blacklist", _C.FRAUD, None, (_R.SECURITY_HOLD, _R.MANUAL_REVIEW), _NONE,
         "The payment matches an entry of your block list. Review the entry if the payer is known to you.",
         GENERAL, mask=True),
    _row("new_account_information_available", _C.FIX_CARD, None, (_R.ACCOUNT_UPDATER, _R.UPDATE_CARD, _R.ACH), _NONE,
         "The bank has issued a new card or number for this account.",
         "Use the new card that your bank sent you."),
    _row("no_action_taken", _C.BANK, "21", (_R.UPDATE_CARD, _R.ACH, _R.RETRY, _R.ESCALATE), (DAY,),
         "The bank did nothing with the payment.",
         "Call your bank, or use another payment method."),
    _row("not_permitted", _C.NEWPM, "58", (_R.UPDATE_CARD, _R.ACH), _NONE,
         "This payment is not permitted to this card or at this merchant.",
         "Call your bank, or use another payment method."),
    _row("offline_pin_required", _C.CP, "70", (_R.TERMINAL,), _NONE,
         "The card must be inserted and its PIN entered.",
         "Insert the card and enter the PIN."),
    _row("online_or_offline_pin_required", _C.CP, "70", (_R.TERMINAL,), _NONE,
         "The PIN must be entered.",
         "Insert the card and enter the PIN."),
    _row("pickup_card", _C.NEVER, "04", (_R.UPDATE_CARD, _R.MANUAL_REVIEW), _NONE,
         "The card must not be used any more; it may be lost or stolen. Do not tell the payer.",
         GENERAL, mask=True),
    _row("pin_try_exceeded", _C.NEWPM, "75", (_R.UPDATE_CARD, _R.ACH), _NONE,
         "The PIN was entered wrongly too often.",
         "Use another card or payment method."),
    _row("processing_error", _C.SOFT_NOW, "96", (_R.RETRY, _R.OTHER_PROCESSOR, _R.ESCALATE), _AT_ONCE,
         "A technical error on the way to the bank: nobody decided.",
         "If it fails again, use another card.", api=Code.PROCESSING_ERROR),
    _row("reenter_transaction", _C.SOFT_NOW, "19", (_R.RETRY, _R.UPDATE_CARD, _R.ACH), (MINUTE, 5 * MINUTE),
         "The bank could not process the payment and asks for it again.",
         "Try again. If it fails again, call your bank."),
    _row("restricted_card", _C.NEVER, "62", (_R.UPDATE_CARD, _R.ACH), _NONE,
         "The card may not be used here; it may be lost or stolen. Do not tell the payer.",
         GENERAL, mask=True),
    _row("revocation_of_all_authorizations", _C.NEVER, "R3", (_R.CANCEL_MANDATE, _R.NEW_MANDATE), _NONE,
         "The cardholder told the bank to refuse every automatic payment to you.",
         "Confirm with the shop that you still wish to pay."),
    _row("revocation_of_authorization", _C.NEVER, "R1", (_R.CANCEL_MANDATE, _R.NEW_MANDATE), _NONE,
         "The cardholder told the bank to refuse this automatic payment.",
         "Confirm with the shop that you still wish to pay."),
    _row("security_violation", _C.BANK, "63", (_R.UPDATE_CARD, _R.ACH, _R.ESCALATE), _NONE,
         "The bank refused for reasons of its own security.",
         "Call your bank, or use another payment method."),
    _row("service_not_allowed", _C.BANK, "40", (_R.UPDATE_CARD, _R.ACH), _NONE,
         "The bank does not offer this service for this card.",
         "Call your bank, or use another payment method."),
    _row("stolen_card", _C.NEVER, "43", (_R.SECURITY_HOLD, _R.MANUAL_REVIEW, _R.UPDATE_CARD), _NONE,
         "The card is reported stolen. Do not tell the payer, who may be the thief.",
         GENERAL, mask=True),
    _row("stop_payment_order", _C.NEVER, "R0", (_R.CANCEL_MANDATE, _R.ESCALATE), _NONE,
         "The cardholder told the bank to stop this payment.",
         "Contact the shop about this payment."),
    _row("testmode_decline", _C.CONFIG, None, (_R.FIX_INTEGRATION,), _NONE,
         "A test card number was used in live mode.",
         "Use a real card."),
    _row("transaction_not_allowed", _C.NEWPM, "57", (_R.UPDATE_CARD, _R.ACH), _NONE,
         "The card may not make this kind of payment.",
         "Call your bank, or use another payment method."),
    _row("try_again_later", _C.SOFT_LATER, None, (_R.RETRY, _R.UPDATE_CARD, _R.ACH), _DAYS,
         "The bank refused for now, and gives no reason.",
         "Try again tomorrow. If it fails again, call your bank."),
    _row("withdrawal_count_limit_exceeded", _C.SOFT_LATER, "65", (_R.SPLIT, _R.ACH, _R.RETRY), _DAYS,
         "The card reached the number of payments or the credit that it may use in a period.",
         "Use another card or payment method."),
    _row("mobile_device_authentication_required", _C.AUTH, None, (_R.TERMINAL, _R.UPDATE_CARD), _NONE,
         "The payer must unlock the telephone or watch they pay with.",
         "Unlock your device and hold it to the terminal again."),
)
# fmt: on

DECLINES: Final[dict[str, Decline]] = {row.code: row for row in _ROWS}
assert len(DECLINES) == len(_ROWS) == 50, len(_ROWS)
assert all((Remedy.RETRY in row.steps) == bool(row.retry.waits) for row in _ROWS)


def by_code(code: str) -> Decline:
    """The row of a decline code. A code that a processor invents reads as a refusal without a reason."""
    return DECLINES.get(code) or DECLINES["generic_decline"]


def for_payer(code: str) -> Decline:
    """The row that a payer, or anybody with a publishable key, may see: a masked one reads as `generic_decline`."""
    row = by_code(code)
    return DECLINES["generic_decline"] if row.mask else row
