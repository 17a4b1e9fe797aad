"""What must be true of the books at any moment, and what is said about a row of which it is not.

The numbers are those of docs/LEDGER.md; the words name what the ledger's numbers do not cover. Those about deliveries
are the promise of docs/webhooks.md: whoever wanted to hear of an event hears of it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Invariant(StrEnum):
    """By its short name. `says` is the whole sentence."""

    BALANCED = "1"
    TRIAL_BALANCE = "2"
    STORED_BALANCE = "3"
    SEALED = "4"
    CAPTURED = "5"
    REFUNDED = "6"
    ONCE = "8"
    PAYOUT = "9"
    NET = "10"
    UNKNOWN = "12"
    PARTS = "14"
    NOT_NEGATIVE = "15"
    RELEASED = "16"
    FUNDS = "funds"
    EVENTS = "events"
    CURRENCY = "currency"
    DOC = "doc"
    KEYS = "keys"
    LATER = "later"
    WHOLE = "whole"
    DELIVERIES = "deliveries"
    STATE = "state"
    ATTEMPTS = "attempts"
    SIGNED = "signed"
    REPLAYED = "replayed"
    ENGINE = "engine"

    @property
    def says(self) -> str:
        """What must be true."""
        return _SAYS[self]


_SAYS = {
    Invariant.BALANCED: "a ledger transaction has two or more postings of one currency, each a positive integer, and "
    "its debits equal its credits",
    Invariant.TRIAL_BALANCE: "over all accounts of a book, debits equal credits",
    Invariant.STORED_BALANCE: "a stored balance is the sum of its postings",
    Invariant.SEALED: "what is sealed stays as it was, and nothing is added behind a seal",
    Invariant.CAPTURED: "captures are no more than what was authorized, and both are what the ledger says",
    Invariant.REFUNDED: "refunds that did not fail are no more than what was captured, and their charge counts them",
    Invariant.ONCE: "an object has one ledger transaction of each kind and ordinal, and the one that its status says",
    Invariant.PAYOUT: "a payout is the sum of its balance transactions; what came back sums up to nothing",
    Invariant.NET: "net is amount less fee, and all nets of an object are what the ledger moved for the merchant",
    Invariant.UNKNOWN: "while an outcome is unknown no money moves",
    Invariant.PARTS: "the parts of a whole sum up to it",
    Invariant.NOT_NEGATIVE: "no balance of a merchant is below zero; what is missing is a debt",
    Invariant.RELEASED: "what banks hold belongs to intents that can still be captured",
    Invariant.FUNDS: "pending funds are what their balance transactions say, and each of them waits for its release",
    Invariant.EVENTS: "the events about an object are numbered from 1 without a gap, up to the object's own count",
    Invariant.CURRENCY: "what belongs together has one currency",
    Invariant.DOC: "what the API shows is what the columns say",
    Invariant.KEYS: "an idempotency key that is finished has its reply; one that is not has something still open",
    Invariant.LATER: "what waits for something is scheduled",
    Invariant.WHOLE: "what a row points to is there",
    Invariant.DELIVERIES: "an event has one delivery to each endpoint that wanted it when it happened, and to no other "
    "unless somebody asked for it",
    Invariant.STATE: "a delivery stands where its attempts, its schedule and its endpoint have left it",
    Invariant.ATTEMPTS: "the attempts at a delivery are numbered from 1 without a gap, up to the delivery's own count",
    Invariant.SIGNED: "an endpoint has one to three secrets that sign, as it says; a deleted one has none",
    Invariant.REPLAYED: "a replay has counted all that it scheduled, and is over once that was tried or taken back",
    Invariant.ENGINE: "the database itself is sound",
}
assert set(_SAYS) == set(Invariant)


class Finding(NamedTuple):
    """A row of which an invariant is not true."""

    invariant: Invariant
    table: str
    row: str  # its key, in words: the id, and whose it is
    expected: str
    found: str

    def line(self) -> str:
        """All of it in one readable line."""
        what = f"{self.table} {self.row}: expected {self.expected}, found {self.found}"
        return f"{what} [invariant {self.invariant}: {self.invariant.says}]"


class Book(NamedTuple):
    """Whose books, in which mode."""

    account: str
    livemode: int

    def __str__(self) -> str:
        return f"{self.account}/{'live' if self.livemode else 'test'}"
