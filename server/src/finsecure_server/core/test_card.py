"""What there is to know of a test card. The cards themselves stand in `test_cards.py`."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct


class Group(StrEnum):
    """The headings of the table."""

    BRANDS = "Payments that succeed, by brand"
    COUNTRIES = "Payments that succeed, by country"
    DECLINES = "Declines: one card for every code"
    ATTACHED = "Cards that attach and then decline"
    SEQUENCES = "Declines, then an approval"
    SECURE = "3-D Secure"
    RISK = "Risk and checks"
    DISPUTES = "Disputes"
    REFUNDS = "Refunds"
    BALANCE = "Available balance"
    TROUBLE = "Late and lost answers"


class ThreeDSecure(StrEnum):
    """When the bank asks its customer to authenticate.

    In a payment without the payer (off session) nobody can answer, so it is declined where a challenge would be needed,
    unless the card was set up for such payments (`Attempt.set_up`).
    """

    NONE = "none"  # the card supports it and is not enrolled
    UNSUPPORTED = "unsupported"
    REQUIRED = "required"  # with the payer, always; without, unless the card was set up
    ALWAYS = "always"  # without the payer too, set up or not
    ON_SESSION = "on_session"  # with the payer only: the card counts as set up
    OPTIONAL = "optional"  # not asked for unless the merchant does
    OPTIONAL_ERROR = "optional_error"  # ... and then it fails
    FRICTIONLESS = "frictionless"  # the bank is content without a challenge
    LOOKUP_ERROR = "lookup_error"  # required, and the bank's directory does not answer


class RefundBehaviour(StrEnum):
    """What becomes of a refund."""

    AT_ONCE = "at_once"
    PENDING = "pending"  # then succeeds
    PENDING_FAILS = "pending_fails"


class TestCard(Struct, frozen=True, kw_only=True):
    """One test card. Made by id it has this date of expiry; made by number it has whatever was sent along."""

    __test__: ClassVar[bool] = False  # it is no test case, whatever pytest thinks of its name

    name: str  # the id of its payment method
    number: str
    group: Group
    aliases: tuple[str, ...] = ()  # other ids of the same card
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    exp_month: int = 12
    exp_year: int = 2050
    three_d_secure: ThreeDSecure = ThreeDSecure.NONE
    decline_code: str | None = None  # of every payment, once it is authenticated
    declines_on_attach: bool = False  # the code comes as soon as the card is attached or set up
    blocked: bool = False  # our own risk rules refuse; no bank is asked
    risk_level: str = "normal"
    risk_score: int = 20
    cvc_check: str = "pass"  # each check counts only if its value was sent
    postal_code_check: str = "pass"
    line1_check: str = "pass"
    dispute: str | None = None  # the reason; or inquiry, early_fraud_warning, multiple
    refund: RefundBehaviour = RefundBehaviour.AT_ONCE
    available_now: bool = False
    script: str = ""  # as in metadata[simulate] (processors/script.py); it goes before the fields above
    note: str = ""  # says what the script does

    @property
    def last4(self) -> str:
        """The last four digits."""
        return self.number[-4:]
