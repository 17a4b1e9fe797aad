"""Double entry: every movement of money as a balanced set of postings. Pure; `ledger/store.py` writes them.

One book per mode and currency. Amounts are positive integers of minor units; the side says which way. Accounts: A
asset, L liability, I income, E expense, M memo (held at the issuer, off balance). An account's balance counts up on
its own side: debits for A, E and M, credits for L and I. The rules of each entry are those of the table in
docs/LEDGER.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple


class Name(StrEnum):
    """The accounts of a merchant's book. Every one exists per merchant, so the platform's own never become hot rows."""

    NETWORK_RECEIVABLE = "A:network_receivable"  # card networks owe it to us
    BANK_CASH = "A:bank_cash"
    MERCHANT_DEBT = "A:merchant_debt"  # what the merchant owes after forced debits
    AUTH_HOLD = "M:auth_hold"  # held on payers' cards, not ours yet
    AUTH_CONTRA = "M:auth_contra"
    MERCHANT_PENDING = "L:merchant_pending"
    MERCHANT_AVAILABLE = "L:merchant_available"
    MERCHANT_RESERVED = "L:merchant_reserved"
    REFUND_IN_TRANSIT = "L:refund_in_transit"
    PAYOUT_IN_TRANSIT = "L:payout_in_transit"
    FEES = "I:fees"
    DISPUTE_FEES = "I:dispute_fees"
    LOSSES = "E:losses"


#: Accounts that may never go below zero; SQL refuses the posting that would.
NEVER_NEGATIVE: Final = frozenset(
    {
        Name.MERCHANT_DEBT,
        Name.AUTH_HOLD,
        Name.MERCHANT_PENDING,
        Name.MERCHANT_AVAILABLE,
        Name.MERCHANT_RESERVED,
        Name.REFUND_IN_TRANSIT,
        Name.PAYOUT_IN_TRANSIT,
    }
)

DEBIT: Final = "D"
CREDIT: Final = "C"


class Posting(NamedTuple):
    """One side of a movement."""

    name: Name
    side: str
    amount: int


class Entry(NamedTuple):
    """A ledger transaction: balanced, at least two postings, one currency."""

    kind: str
    currency: str
    postings: tuple[Posting, ...]


def entry(kind: str, currency: str, debits: Iterable[tuple[Name, int]], credits: Iterable[tuple[Name, int]]) -> Entry:
    """A balanced entry; parts of zero are left out. Our own duty, so it is asserted, not refused."""
    postings = tuple(
        Posting(name, side, amount)
        for side, parts in ((DEBIT, debits), (CREDIT, credits))
        for name, amount in parts
        if amount
    )
    assert len(postings) >= 2, (kind, postings)
    assert all(posting.amount > 0 for posting in postings), (kind, postings)
    assert sum(p.amount if p.side == DEBIT else -p.amount for p in postings) == 0, (kind, postings)
    return Entry(kind, currency, postings)


def change(posting: Posting) -> int:
    """How a posting moves its account's balance."""
    own_side = CREDIT if posting.name[0] in "LI" else DEBIT
    if posting.name is Name.AUTH_CONTRA:
        own_side = CREDIT
    return posting.amount if posting.side == own_side else -posting.amount


def locking_order(name: Name) -> tuple[bool, str]:
    """The order in which everybody locks accounts: by name, but what is held first.

    A capture takes from it at once, and all else that it moves can wait for the commit behind it.
    """
    return name is not Name.AUTH_HOLD, name.value


# -- the entries, one function a movement ------------------------------------------------------------------------------


def authorization(currency: str, amount: int) -> Entry:
    """The issuer holds `amount`."""
    return entry("authorization", currency, [(Name.AUTH_HOLD, amount)], [(Name.AUTH_CONTRA, amount)])


def increment(currency: str, amount: int) -> Entry:
    """The issuer holds `amount` more."""
    return entry("increment", currency, [(Name.AUTH_HOLD, amount)], [(Name.AUTH_CONTRA, amount)])


def release(currency: str, amount: int) -> Entry:
    """What was held and is not captured goes back to the payer: a void, an expiry, the rest of a partial capture."""
    return entry("release", currency, [(Name.AUTH_CONTRA, amount)], [(Name.AUTH_HOLD, amount)])


def sale(currency: str, amount: int, fee: int) -> Entry:
    """Authorized and captured in one message: no hold in between."""
    return entry(
        "sale",
        currency,
        [(Name.NETWORK_RECEIVABLE, amount)],
        [(Name.MERCHANT_PENDING, amount - fee), (Name.FEES, fee)],
    )


def capture(currency: str, amount: int, fee: int) -> Entry:
    """Money that was held is taken."""
    return entry(
        "capture",
        currency,
        [(Name.NETWORK_RECEIVABLE, amount), (Name.AUTH_CONTRA, amount)],
        [(Name.MERCHANT_PENDING, amount - fee), (Name.FEES, fee), (Name.AUTH_HOLD, amount)],
    )


class Taken(NamedTuple):
    """Where a debit comes from. The parts sum to the whole."""

    pending: int
    available: int
    debt: int


def available(currency: str, amount: int, debt: int) -> Entry:
    """Pending funds become available; what the merchant owes is settled first."""
    return entry("available", currency, [(Name.MERCHANT_PENDING, amount)], _back(amount, debt))


def refund(currency: str, taken: Taken) -> Entry:
    """A refund is on its way to the payer."""
    return entry("refund", currency, _from(taken), [(Name.REFUND_IN_TRANSIT, sum(taken))])


def refund_done(currency: str, amount: int) -> Entry:
    """The network has taken the refund off what it owes us."""
    return entry("refund_done", currency, [(Name.REFUND_IN_TRANSIT, amount)], [(Name.NETWORK_RECEIVABLE, amount)])


def refund_failed(currency: str, amount: int, debt: int) -> Entry:
    """The refund came back: first against debt, then to the available balance."""
    return entry("refund_failed", currency, [(Name.REFUND_IN_TRANSIT, amount)], _back(amount, debt))


def dispute(currency: str, taken: Taken, fee: int) -> Entry:
    """The network takes the disputed amount back; the fee comes on top. `taken` covers both."""
    return entry(
        "dispute",
        currency,
        _from(taken),
        [(Name.NETWORK_RECEIVABLE, sum(taken) - fee), (Name.DISPUTE_FEES, fee)],
    )


def dispute_won(currency: str, amount: int, fee: int, debt: int) -> Entry:
    """The disputed amount comes back, and the fee with it if `fee` is not zero."""
    debits = [(Name.NETWORK_RECEIVABLE, amount), (Name.DISPUTE_FEES, fee)]
    return entry("dispute_won", currency, debits, _back(amount + fee, debt))


def network_settled(currency: str, amount: int) -> Entry:
    """The network has paid what it owed into our bank account."""
    return entry("network_settled", currency, [(Name.BANK_CASH, amount)], [(Name.NETWORK_RECEIVABLE, amount)])


def payout(currency: str, amount: int) -> Entry:
    """Money leaves for the merchant's bank."""
    return entry("payout", currency, [(Name.MERCHANT_AVAILABLE, amount)], [(Name.PAYOUT_IN_TRANSIT, amount)])


def payout_paid(currency: str, amount: int) -> Entry:
    """It arrived."""
    return entry("payout_paid", currency, [(Name.PAYOUT_IN_TRANSIT, amount)], [(Name.BANK_CASH, amount)])


def payout_failed(currency: str, amount: int, debt: int) -> Entry:
    """It came back, or was canceled: first against debt, then to the available balance."""
    return entry("payout_failed", currency, [(Name.PAYOUT_IN_TRANSIT, amount)], _back(amount, debt))


def _from(taken: Taken) -> list[tuple[Name, int]]:
    return [
        (Name.MERCHANT_PENDING, taken.pending),
        (Name.MERCHANT_AVAILABLE, taken.available),
        (Name.MERCHANT_DEBT, taken.debt),
    ]


def _back(amount: int, debt: int) -> list[tuple[Name, int]]:
    """Whatever becomes available settles what the merchant owes before anything else (decision 0008)."""
    settled = min(amount, debt)
    return [(Name.MERCHANT_DEBT, settled), (Name.MERCHANT_AVAILABLE, amount - settled)]
