"""A payment method as the platform knows it, and those that everybody shares: the ids that name a test card.

A shared one is a constant: there is no row, and nothing of it depends on who asks (docs/decisions/0007). Paying with
`pm_card_visa` costs one look into a dictionary.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final, cast

from msgspec import Struct

from finsecure_server.core import ids
from finsecure_server.core.cards import brand_of
from finsecure_server.core.test_card import TestCard, ThreeDSecure
from finsecure_server.core.test_cards import CARDS
from finsecure_server.customers.types import Address
from finsecure_server.payment_methods.types import (
    BillingDetails,
    Brand,
    Card,
    CardNetworks,
    Check,
    Checks,
    DisplayBrand,
    Funding,
    PaymentMethod,
    ThreeDSecureUsage,
)
from finsecure_server.payment_methods.vault import FINGERPRINT_LETTERS

#: When the shared ones were made, as far as the API shows: 2026-01-01 UTC.
SHARED_SINCE: Final = 1_767_225_600

_BRANDS: Final[dict[str, tuple[Brand, DisplayBrand]]] = {
    "amex": ("amex", "american_express"),
    "diners": ("diners", "diners_club"),
    "discover": ("discover", "discover"),
    "jcb": ("jcb", "jcb"),
    "mastercard": ("mastercard", "mastercard"),
    "unionpay": ("unionpay", "union_pay"),
    "visa": ("visa", "visa"),
}


class Method(Struct, frozen=True, kw_only=True):
    """A payment method, with what the API does not show of it."""

    wire: PaymentMethod
    detached: bool = False  # it had a customer once, and may not be used again
    sequence: int = 0  # of the last event about it
    shared: bool = False  # one of SHARED: there is no row
    set_up: bool = False  # its owner agreed, being there, to payments without them
    test_card: str | None = None  # which one it is (core/test_cards.py); None in live mode and for a bank account
    vault_id: str | None = None  # where its number lies; None if there was none to keep

    @property
    def cvc_given(self) -> bool:
        """Whether a security code came with the number. The code itself is never kept."""
        card = self.wire.card
        return card is not None and card.checks.cvc_check is not None


def test_card_shown(test: TestCard, exp_month: int, exp_year: int, fingerprint: str, checks: Checks) -> Card:
    """A test card on the wire."""
    brand, display_brand = _BRANDS[test.brand]
    return Card(
        brand=brand,
        checks=checks,
        country=test.country,
        display_brand=display_brand,
        exp_month=exp_month,
        exp_year=exp_year,
        fingerprint=fingerprint,
        funding=cast("Funding", test.funding),
        last4=test.last4,
        networks=CardNetworks(available=[brand]),
        three_d_secure_usage=ThreeDSecureUsage(supported=test.three_d_secure is not ThreeDSecure.UNSUPPORTED),
    )


def live_card_shown(number: str, exp_month: int, exp_year: int, fingerprint: str, checks: Checks) -> Card:
    """A real card on the wire. Country and funding are the issuer's secrets until a processor tells them."""
    found = brand_of(number)
    assert found is not None, "the number was read before"
    brand, display_brand = _BRANDS[found.value]
    return Card(
        brand=brand,
        checks=checks,
        country=None,
        display_brand=display_brand,
        exp_month=exp_month,
        exp_year=exp_year,
        fingerprint=fingerprint,
        funding="unknown",
        last4=number[-4:],
        networks=CardNetworks(available=[brand]),
        three_d_secure_usage=ThreeDSecureUsage(supported=True),
    )


def checked(checks: Checks, test: TestCard) -> Checks:
    """What the bank behind a test card says to each value that was sent."""
    return Checks(
        address_line1_check=checks.address_line1_check and cast("Check", test.line1_check),
        address_postal_code_check=checks.address_postal_code_check and cast("Check", test.postal_code_check),
        cvc_check=checks.cvc_check and cast("Check", test.cvc_check),
    )


def _shared(name: str, test: TestCard) -> Method:
    """Cards that test a check come with the value that it checks; a security code comes with all of them."""
    address = Address(
        line1=None if test.line1_check == "pass" else "1 Test Street",
        postal_code=None if test.postal_code_check == "pass" else "12345",
    )
    sent = Checks(
        address_line1_check=None if address.line1 is None else "unchecked",
        address_postal_code_check=None if address.postal_code is None else "unchecked",
        cvc_check="unchecked",
    )
    fingerprint = ids.letters(sha256(test.number.encode()).digest()[:FINGERPRINT_LETTERS])
    wire = PaymentMethod(
        id=name,
        billing_details=BillingDetails(address=address),
        card=test_card_shown(test, test.exp_month, test.exp_year, fingerprint, checked(sent, test)),
        created=SHARED_SINCE,
        livemode=False,
        type="card",
    )
    return Method(wire=wire, shared=True, test_card=test.name)


#: Every test card under each of its ids, and under Stripe's tokens for them (`tok_visa` is `pm_card_visa`).
SHARED: Final[dict[str, Method]] = {name: _shared(name, test) for test in CARDS for name in (test.name, *test.aliases)}
SHARED.update({f"tok_{name.removeprefix('pm_card_')}": method for name, method in list(SHARED.items())})
