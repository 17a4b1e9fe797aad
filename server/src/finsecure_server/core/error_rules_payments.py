"""The second half of the table of errors: money, cards, payment methods, intents, refunds, disputes, payouts.

Messages of `card_error` may be shown to a payer: they say nothing that helps a thief.
"""

from __future__ import annotations

from typing import Final

from finsecure_server.core.error_codes import (
    BILLING,
    PAYMENT_ISSUES,
    Code,
    Rule,
    Side,
)


def _bad(message: str, *steps: str, side: Side = Side.DEVELOPER, guide: str = PAYMENT_ISSUES) -> Rule:
    """400: the call cannot be carried out as it is."""
    return Rule(400, "invalid_request_error", False, side, message, steps, guide)


def _card(message: str, *steps: str, side: Side = Side.PAYER, transient: bool = False) -> Rule:
    """402: the call was right and the payment failed."""
    return Rule(402, "card_error", transient, side, message, steps, PAYMENT_ISSUES)


_RETRIEVE_INTENT: Final = "Retrieve it with GET /v1/payment_intents/{id} and act on its status."
_NEW_CARD: Final = "Ask the payer for another card or a bank transfer, and confirm the same intent with it."
_SEE_CHARGE: Final = "Retrieve the charge and look at amount_captured, amount_refunded and disputed."

PAYMENT_RULES: Final[dict[Code, Rule]] = {
    # -- money
    Code.CURRENCY_UNKNOWN: _bad(
        "This is not a currency that can be charged.",
        "Send a three-letter ISO 4217 code in lower case, for instance usd.",
    ),
    Code.AMOUNT_TOO_SMALL: _bad(
        "The amount is smaller than the smallest that can be charged.",
        "Send at least the minimum that the message names.",
        "Check the unit: amounts are in the currency's minor unit, and 2000 is $20.00 USD.",
    ),
    Code.AMOUNT_TOO_LARGE: _bad(
        "The amount is larger than the largest that can be charged.",
        "Check the unit: amounts are in the currency's minor unit, and 2000 is $20.00 USD.",
        "Divide a larger sum over several payments.",
    ),
    Code.INVALID_CHARGE_AMOUNT: _bad(
        "The amount is not one that can be paid in this currency.",
        "Round it to the step that the message names, before you show it to the payer.",
    ),
    Code.BALANCE_INSUFFICIENT: _bad(
        "The available balance is too small.",
        "Look at GET /v1/balance, and ask for at most what is available there.",
        "Wait until pending funds become available.",
        side=Side.MERCHANT,
        guide=BILLING,
    ),
    # -- cards
    Code.CARD_DECLINED: _card(
        "Your card was declined.", "Read decline_code and follow its next steps.", _NEW_CARD, side=Side.ISSUER
    ),
    Code.EXPIRED_CARD: _card(
        "Your card has expired.",
        "Ask the payer for the new expiry date or another card.",
        "Confirm the same intent with it.",
    ),
    Code.INCORRECT_ADDRESS: _card(
        "Your card's billing address is incorrect.",
        "Ask the payer for the address on the card's statement, and confirm again.",
    ),
    Code.INCORRECT_CVC: _card(
        "Your card's security code is incorrect.",
        "Ask the payer for the security code again, and confirm the same intent with it.",
        _NEW_CARD,
    ),
    Code.INCORRECT_NUMBER: _card("Your card number is incorrect.", "Ask the payer to enter the number again."),
    Code.INCORRECT_ZIP: _card(
        "Your card's postal code is incorrect.",
        "Ask the payer for the postal code on the card's statement, and confirm again.",
    ),
    Code.INVALID_CVC: _card(
        "Your card's security code is invalid.",
        "Ask the payer for all digits of the code: four on American Express, three on other cards.",
    ),
    Code.INVALID_EXPIRY_MONTH: _card(
        "Your card's expiration month is invalid.", "Send card[exp_month] as a number from 1 to 12."
    ),
    Code.INVALID_EXPIRY_YEAR: _card(
        "Your card's expiration year is invalid.", "Send card[exp_year] with four digits, not in the past."
    ),
    Code.INVALID_NUMBER: _card(
        "The card number is not a valid card number.",
        "Ask the payer to enter the number again.",
        "Send digits only, without masking characters.",
    ),
    Code.INSUFFICIENT_FUNDS: _card(
        "The account has insufficient funds.",
        "Offer to split the payment, or to pay from another account.",
        "Try again after the next payday.",
    ),
    Code.PROCESSING_ERROR: _card(
        "An error occurred while processing your card. Try again in a little bit.",
        "Confirm the same intent again in a minute, with a new Idempotency-Key.",
        _NEW_CARD,
        side=Side.ISSUER,
        transient=True,
    ),
    Code.AUTHENTICATION_REQUIRED: _card(
        "Your bank asks you to confirm this payment.",
        "Bring the payer back and confirm the intent while they are present; next_action leads to the bank.",
        "Save cards with a SetupIntent so that later payments need no confirmation.",
    ),
    Code.CARD_DECLINE_RATE_LIMIT_EXCEEDED: _card(
        "This card was declined too often lately.",
        "Wait until a day has passed since its first decline: before that no bank is asked.",
        _NEW_CARD,
    ),
    Code.LIVE_CARD_IN_TEST_MODE: _card(
        "Your request was in test mode, but used a real card. Nothing was stored.",
        "Use a test card such as pm_card_visa in test mode.",
        "Use an sk_live_ key to take real payments.",
        side=Side.DEVELOPER,
    ),
    Code.TEST_CARD_IN_LIVE_MODE: _card(
        "Your request was in live mode, but used a test card.",
        "Use a real card in live mode.",
        "Use an sk_test_ key to try things out.",
        side=Side.DEVELOPER,
    ),
    # -- payment methods
    Code.PAYMENT_METHOD_UNEXPECTED_STATE: _bad(
        "The payment method is not in a state that allows this.",
        "Retrieve it with GET /v1/payment_methods/{id}; one that was detached cannot be used again.",
        "Create a new payment method.",
    ),
    Code.PAYMENT_METHOD_ALREADY_ATTACHED: _bad(
        "The payment method is attached to a customer already.",
        "Use it with that customer, or detach it first and create a new one.",
    ),
    Code.PAYMENT_METHOD_CUSTOMER_MISMATCH: _bad(
        "The payment method belongs to another customer.", "Send the customer that the payment method is attached to."
    ),
    Code.PAYMENT_METHOD_UNSUPPORTED_TYPE: _bad(
        "Payment methods of this type cannot be used here.", "Send one of the types that the message names."
    ),
    Code.ACCOUNT_NUMBER_INVALID: _bad(
        "The bank account number is not valid: it has 4 to 17 digits.",
        "Ask the payer for the account number as it stands on a check or in their bank's app.",
        side=Side.PAYER,
    ),
    Code.ROUTING_NUMBER_INVALID: _bad(
        "The routing number is not valid: it has nine digits, the last of which checks the others.",
        "Ask the payer for the routing number for electronic payments; a wire transfer may have another.",
        side=Side.PAYER,
    ),
    Code.PAYMENT_METHOD_BANK_ACCOUNT_ALREADY_VERIFIED: _bad(
        "This bank account was verified already.", "Go on and charge it: nothing more is needed."
    ),
    Code.PAYMENT_METHOD_BANK_ACCOUNT_BLOCKED: _bad(
        "This bank account can no longer be charged.",
        "Retrieve the payment method and read why it is blocked.",
        "Ask the payer for another account or a card.",
        side=Side.PAYER,
    ),
    Code.BANK_ACCOUNT_UNVERIFIED: _bad(
        "The bank account must be verified before it can be charged.",
        "Send the payer to the verification page in next_action.",
        side=Side.PAYER,
    ),
    Code.BANK_ACCOUNT_VERIFICATION_FAILED: _bad(
        "The bank account could not be verified.",
        "Ask the payer to compare the two deposits, or the code, with the account's statement.",
        "Start again with another account once all tries are used up.",
        side=Side.PAYER,
    ),
    # -- intents
    Code.PAYMENT_INTENT_UNEXPECTED_STATE: _bad(
        "The payment intent's status does not allow this.", _RETRIEVE_INTENT, "Create a new intent for a new payment."
    ),
    Code.PAYMENT_INTENT_AUTHENTICATION_FAILURE: _bad(
        "The payer could not be authenticated by their bank.",
        "Let the payer try again with the same card, or use another one.",
        side=Side.PAYER,
    ),
    Code.PAYMENT_INTENT_INCOMPATIBLE_PAYMENT_METHOD: _bad(
        "The payment intent cannot be paid with this payment method.",
        "Use a payment method of a type in the intent's payment_method_types, which can pay in its currency.",
    ),
    Code.PAYMENT_INTENT_PAYMENT_ATTEMPT_FAILED: _bad(
        "The last attempt to pay this payment intent failed, and no other payment method was sent.",
        "Read last_payment_error on the intent: it says why.",
        _NEW_CARD,
    ),
    Code.PAYMENT_INTENT_RATE_LIMIT_EXCEEDED: _bad(
        "This payment intent was confirmed as often as it can be: 100 times.",
        "Make a new payment intent, and pay with another card: waiting changes nothing.",
        "Confirm an intent only when the payer has changed something, or as next_steps of the decline allow.",
    ),
    Code.INCREMENT_NOT_ALLOWED: _bad(
        "The authorization of this payment intent cannot be raised.",
        "Use capture_method=manual, and raise the amount while the status is requires_capture.",
        "Take the difference with a second payment intent.",
    ),
    Code.INCREMENT_LIMIT_EXCEEDED: _bad(
        "The authorization was raised as often as card networks allow.",
        "Capture what is authorized, and take the rest with a second payment intent.",
    ),
    Code.SETUP_INTENT_UNEXPECTED_STATE: _bad(
        "The setup intent's status does not allow this.",
        "Retrieve it with GET /v1/setup_intents/{id} and act on its status.",
    ),
    Code.SETUP_INTENT_AUTHENTICATION_FAILURE: _bad(
        "The payer could not be authenticated by their bank, so the card was not saved.",
        "Let the payer try again with the same card, or use another one.",
        side=Side.PAYER,
    ),
    Code.CHALLENGE_CLOSED: _bad(
        "This authentication was answered already or has expired.",
        "Retrieve the intent to see what became of it.",
        "Confirm it again to begin a new authentication.",
        side=Side.PAYER,
    ),
    # -- charges, refunds, disputes, payouts
    Code.CAPTURE_EXCEEDS_AUTHORIZED: _bad(
        "The amount to capture is larger than what is authorized and not captured yet.",
        "Capture at most amount_capturable.",
        "Raise the authorization first if the order grew.",
    ),
    Code.CAPTURE_CHARGE_AUTHORIZATION_EXPIRED: _bad(
        "The authorization expired, and the bank let the money go.",
        "Create a new payment intent and ask the payer again.",
        "Capture before capture_before, which the charge shows.",
        side=Side.MERCHANT,
    ),
    Code.CHARGE_ALREADY_CAPTURED: _bad(
        "The charge was captured already.", _SEE_CHARGE, "Nothing more is needed if the whole order was captured."
    ),
    Code.CHARGE_EXPIRED_FOR_CAPTURE: _bad(
        "The charge cannot be captured any more: its authorization expired.",
        "Create a new payment intent and ask the payer again.",
        side=Side.MERCHANT,
    ),
    Code.CHARGE_ALREADY_REFUNDED: _bad(
        "The charge was refunded in full already.",
        "List its refunds with GET /v1/refunds?charge={id}.",
        side=Side.MERCHANT,
    ),
    Code.CHARGE_NOT_REFUNDABLE: _bad(
        "The charge cannot be refunded: it moved no money.",
        "Cancel the payment intent instead if it is only authorized.",
        _SEE_CHARGE,
    ),
    Code.CHARGE_DISPUTED: _bad(
        "The payer disputes this charge, and the bank has taken the money back already: it cannot be refunded besides.",
        "Answer the dispute with finsecure disputes update, or accept it with finsecure disputes close.",
        "If you win the dispute, the money comes back to you, and a refund is possible again.",
        side=Side.MERCHANT,
    ),
    Code.REFUND_DISPUTED_PAYMENT: _bad(
        "The dispute of this payment was lost: the bank has given the payer their money back.",
        "Do not refund besides, by any other way either: the payer would be paid twice.",
        "See with GET /v1/disputes?charge={id} what was taken, and when.",
        side=Side.MERCHANT,
    ),
    Code.REFUND_EXCEEDS_CHARGE: _bad(
        "The refund is larger than what is left of the charge.",
        "Refund at most amount_captured less amount_refunded, or leave amount out to refund the rest.",
        "List earlier refunds with GET /v1/refunds?charge={id}.",
        side=Side.MERCHANT,
    ),
    Code.REFUND_UNEXPECTED_STATE: _bad(
        "The refund's status does not allow this.",
        "Retrieve it with GET /v1/refunds/{id}; only a pending refund can be canceled.",
        side=Side.MERCHANT,
    ),
    Code.DISPUTE_UNEXPECTED_STATE: _bad(
        "The dispute's status does not allow this.",
        "Retrieve it with GET /v1/disputes/{id}; a closed one stays closed.",
        side=Side.MERCHANT,
    ),
    Code.DISPUTE_EVIDENCE_OVERDUE: _bad(
        "The time to send evidence is over.",
        "Wait for the bank's decision; a dispute event announces it.",
        "Send evidence before evidence_details.due_by next time.",
        side=Side.MERCHANT,
    ),
    Code.PAYOUT_AMOUNT_INVALID: _bad(
        "The amount is not one that can be paid out in this currency.",
        "Round it down to the step that the message names; the rest stays in the balance.",
        side=Side.MERCHANT,
        guide=BILLING,
    ),
    Code.PAYOUT_UNEXPECTED_STATE: _bad(
        "The payout's status does not allow this.",
        "Retrieve it with GET /v1/payouts/{id}; only a pending payout can be canceled.",
        side=Side.MERCHANT,
        guide=BILLING,
    ),
}
