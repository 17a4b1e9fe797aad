"""The life of a payout, as pure decisions, and the bank of test mode that receives it.

pending → in_transit → paid, or failed; a pending one can be canceled. Which end it comes to follows from the bank
account that it goes to, so a test says it with an id. Words and codes are Stripe's.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from finsecure_server.core import money
from finsecure_server.core.errors import Code, Refused

SIMULATE: Final = "metadata[simulate]"
PAID: Final = "paid"  # the word for an arrival, in metadata[simulate]


class Status(StrEnum):
    """Stripe's five."""

    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"


#: Where a payout may go from each status.
MOVES: Final[dict[Status, frozenset[Status]]] = {
    Status.PENDING: frozenset({Status.IN_TRANSIT, Status.CANCELED}),
    Status.IN_TRANSIT: frozenset({Status.PAID, Status.FAILED}),
    Status.PAID: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELED: frozenset(),
}
assert set(MOVES) == set(Status)


class Method(StrEnum):
    """How fast."""

    STANDARD = "standard"
    INSTANT = "instant"


class Pace(NamedTuple):
    """Seconds after its creation at which a payout is sent and arrives, in test mode."""

    sent: int
    arrives: int


PACES: Final[dict[Method, Pace]] = {Method.STANDARD: Pace(5, 10), Method.INSTANT: Pace(1, 2)}
assert set(PACES) == set(Method)

#: Why a bank sends money back, in words for the merchant.
FAILURES: Final[dict[str, str]] = {
    "account_closed": "The bank account has been closed.",
    "account_frozen": "The bank account has been frozen.",
    "could_not_process": "The bank could not process this transfer.",
    "debit_not_authorized": "Debit transactions are not approved on your bank account.",
    "insufficient_funds": "The bank could not complete this transfer for lack of funds.",
    "invalid_account_number": "The routing number seems correct, but the account number is invalid.",
    "invalid_currency": "The bank was unable to process this transfer because of its currency.",
    "no_account": "The bank account details on file are probably incorrect. No bank account could be located.",
}


class Destination(NamedTuple):
    """A bank account of test mode, and the failure with which it answers; None if money arrives there."""

    id: str
    last4: str
    failure: str | None


#: The accounts of Stripe's test mode, by the last figures of their numbers. The first is used unless one is named.
DESTINATIONS: Final[tuple[Destination, ...]] = (
    Destination("ba_test_paid", "6789", None),
    Destination("ba_test_no_account", "1116", "no_account"),
    Destination("ba_test_account_closed", "1113", "account_closed"),
    Destination("ba_test_insufficient_funds", "2227", "insufficient_funds"),
    Destination("ba_test_debit_not_authorized", "3335", "debit_not_authorized"),
    Destination("ba_test_invalid_currency", "4440", "invalid_currency"),
)
_BY_ID: Final = {row.id: row for row in DESTINATIONS}


def destination(wanted: str | None) -> Destination:
    """The account that a payout goes to. Raises resource_missing."""
    found = DESTINATIONS[0] if wanted is None else _BY_ID.get(wanted)
    if found is None:
        raise Refused(
            Code.RESOURCE_MISSING,
            f"No such external account: '{wanted}'. Test mode has {', '.join(_BY_ID)}.",
            param="destination",
        )
    return found


def ending(to: str, script: str | None) -> str | None:
    """The failure that a payout meets, or None if it arrives: `metadata[simulate]` says, else the destination.

    Raises simulation_invalid for a word that means nothing.
    """
    if script is None:
        return destination(to).failure
    if script != PAID and script not in FAILURES:
        known = ", ".join([PAID, *FAILURES])
        raise Refused(
            Code.SIMULATION_INVALID,
            f"The simulator does not know the word {script[:60]!r} for a payout. Use one of {known}.",
            param=SIMULATE,
        )
    return None if script == PAID else script


def check_funds(amount: int, currency: str, *, available: int, debt: int) -> None:
    """A payout takes what is available, and nobody who owes gets one. Raises balance_insufficient."""
    if debt:
        raise Refused(
            Code.BALANCE_INSUFFICIENT,
            f"You owe {money.display(debt, currency)}. The next funds that become available settle that; payouts are "
            "possible afterwards.",
            param="amount",
        )
    if amount > available:
        raise Refused(
            Code.BALANCE_INSUFFICIENT,
            f"Your available balance is {money.display(available, currency)}, less than the payout of "
            f"{money.display(amount, currency)}.",
            param="amount",
        )


def check_cancel(status: Status) -> None:
    """Raises payout_unexpected_state unless it is still pending."""
    if Status.CANCELED not in MOVES[status]:
        raise Refused(
            Code.PAYOUT_UNEXPECTED_STATE,
            f"You cannot cancel this payout because it has a status of {status.value}. Only a pending one can be "
            "called back.",
        )
