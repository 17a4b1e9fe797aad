"""What a payer reads on the page behind an authentication link. Payers see what they may: never a masked reason."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import urlsplit

from finsecure_server.core.declines import DECLINES, for_payer
from finsecure_server.core.errors import Code
from finsecure_server.core.money import display
from finsecure_server.payments.challenge_ops import Seen, State
from finsecure_server.payments.types import LastPaymentError, PaymentIntent

NOBODY: Final = "the shop"


class Question(NamedTuple):
    """The open challenge."""

    merchant: str
    heading: str  # the amount, or what is done with the card
    question: str
    facts: tuple[tuple[str, str], ...]
    afterwards: str


class Told(NamedTuple):
    """What became of it, or why there is nothing to answer."""

    merchant: str
    heading: str
    state: str  # in one word or two
    kind: str  # succeeded | waiting | needs | failed
    sentence: str
    goes_on_to: str | None
    afterwards: str


def question(seen: Seen) -> Question:
    """The page that asks."""
    merchant = seen.merchant or NOBODY
    if isinstance(seen.intent, PaymentIntent):
        heading = display(seen.intent.amount, seen.intent.currency)
        asked = f"Confirm with your bank that you pay this to {merchant}."
    else:
        heading = "Save your card"
        asked = f"Confirm with your bank that {merchant} may keep your card for later payments. No money moves now."
    facts: list[tuple[str, str]] = []
    if seen.card is not None:
        facts.append(("Card", f"{_brand(seen.card.brand)} •••• {seen.card.last4}"))
    facts.append(("Reference", seen.intent.id))
    return Question(_shop(merchant), heading, asked, tuple(facts), _afterwards(seen, merchant))


def told(seen: Seen, *, used: bool = False) -> Told:
    """The page that says what became of it. `used` says that the link had been answered before."""
    merchant = seen.merchant or NOBODY
    back = seen.goes_on_to
    if seen.state is State.ENDED:
        return Told(
            merchant,
            "This link has expired",
            "Expired",
            "needs",
            "Links to confirm a payment are good for one hour. Go back to the shop and start again: it will bring you "
            "to a new page.",
            None,
            f"Nothing was confirmed here. {_shop(merchant)} can tell you whether you have paid.",
        )
    if seen.state is State.OVERTAKEN:
        return Told(
            merchant,
            "This link is no longer needed",
            "Replaced",
            "needs",
            "What it was for was canceled, changed or begun anew since. Go back to the shop to see where things stand.",
            back,
            "Nothing was confirmed here.",
        )
    heading, state, kind, sentence = _outcome(seen, merchant)
    if used:
        heading, sentence = "This link has been used", f"It works only once. {sentence}"
    return Told(merchant, heading, state, kind, sentence, back, "You can close this page.")


def _outcome(seen: Seen, merchant: str) -> tuple[str, str, str, str]:
    """Heading, state in a word, its kind, and the sentence."""
    paying = isinstance(seen.intent, PaymentIntent)
    match seen.outcome:
        case "succeeded" if seen.intent.status == "requires_confirmation":
            return "You are authenticated", "Confirmed", "waiting", f"{_shop(merchant)} now completes the payment."
        case "succeeded" if isinstance(seen.intent, PaymentIntent):
            amount = display(seen.intent.amount, seen.intent.currency)
            if seen.intent.status == "requires_capture":
                return "Payment authorized", "Authorized", "succeeded", f"{amount} is reserved for {merchant}."
            return "Payment complete", "Succeeded", "succeeded", f"You paid {amount} to {merchant}."
        case "succeeded":
            return "Card saved", "Succeeded", "succeeded", f"{_shop(merchant)} can use your card for later payments."
        case "pending":
            what = "the payment" if paying else "your card"
            sentence = (
                f"Your bank has not answered yet. {_shop(merchant)} will know about {what} soon; do not pay again."
            )
            return "Still in progress", "Processing", "waiting", sentence
        case _ if seen.intent.status == "canceled":
            what = "payment" if paying else "request to save your card"
            return "Canceled", "Canceled", "failed", f"{_shop(merchant)} has canceled this {what}. No money was taken."
        case _:
            heading = "Payment not completed" if paying else "Card not saved"
            return heading, "Failed", "failed", _why(seen)


def _why(seen: Seen) -> str:
    intent = seen.intent
    error: LastPaymentError | None
    error = intent.last_payment_error if isinstance(intent, PaymentIntent) else intent.last_setup_error
    reason = None if error is None else error.decline_code or error.code
    if reason in DECLINES:
        return for_payer(reason).payer_message
    if reason == Code.PROCESSOR_UNREACHABLE:
        return "The payment processor could not be reached, and no money moved. Go back to the shop to try again."
    if error is not None:
        what = "no money moved" if isinstance(intent, PaymentIntent) else "the card was not saved"
        return f"You were not authenticated, so {what}. Go back to the shop to try again, or use another card."
    return "It needs another payment method. Go back to the shop to go on."


def _afterwards(seen: Seen, merchant: str) -> str:
    address = seen.challenge.return_url
    place = merchant if address is None else urlsplit(address).netloc
    return f"Whichever you choose, you go back to {place} afterwards." if address else "You see here what became of it."


def _shop(merchant: str) -> str:
    return merchant[:1].upper() + merchant[1:]


def _brand(brand: str) -> str:
    return {"amex": "American Express", "jcb": "JCB", "unionpay": "UnionPay", "diners": "Diners Club"}.get(
        brand, brand.capitalize()
    )
