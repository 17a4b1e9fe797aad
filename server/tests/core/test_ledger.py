"""Double entry: what each movement does, and what holds after any sequence of them."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finsecure_server.core import ledger
from finsecure_server.core.fees import charge_fee
from finsecure_server.core.funds import falls_due
from finsecure_server.core.ledger import CREDIT, DEBIT, NEVER_NEGATIVE, Entry, Name, Posting, Taken, change

#: What each movement debits and credits. Amounts are chosen so that no two parts are alike.
MOVEMENTS: dict[str, tuple[Entry, str]] = {
    "authorization": (ledger.authorization("usd", 20), "D M:auth_hold 20, C M:auth_contra 20"),
    "increment": (ledger.increment("usd", 5), "D M:auth_hold 5, C M:auth_contra 5"),
    "release": (ledger.release("usd", 7), "D M:auth_contra 7, C M:auth_hold 7"),
    "sale": (ledger.sale("usd", 20, 3), "D A:network_receivable 20, C L:merchant_pending 17, C I:fees 3"),
    "capture": (
        ledger.capture("usd", 20, 3),
        "D A:network_receivable 20, D M:auth_contra 20, C L:merchant_pending 17, C I:fees 3, C M:auth_hold 20",
    ),
    "available": (
        ledger.available("usd", 17, 4),
        "D L:merchant_pending 17, C A:merchant_debt 4, C L:merchant_available 13",
    ),
    "refund": (
        ledger.refund("usd", Taken(5, 6, 9)),
        "D L:merchant_pending 5, D L:merchant_available 6, D A:merchant_debt 9, C L:refund_in_transit 20",
    ),
    "refund_done": (ledger.refund_done("usd", 20), "D L:refund_in_transit 20, C A:network_receivable 20"),
    "refund_failed": (
        ledger.refund_failed("usd", 20, 9),
        "D L:refund_in_transit 20, C A:merchant_debt 9, C L:merchant_available 11",
    ),
    "dispute": (
        ledger.dispute("usd", Taken(5, 0, 30), 15),
        "D L:merchant_pending 5, D A:merchant_debt 30, C A:network_receivable 20, C I:dispute_fees 15",
    ),
    "dispute_won": (
        ledger.dispute_won("usd", 20, 15, 24),
        "D A:network_receivable 20, D I:dispute_fees 15, C A:merchant_debt 24, C L:merchant_available 11",
    ),
    "network_settled": (ledger.network_settled("usd", 20), "D A:bank_cash 20, C A:network_receivable 20"),
    "payout": (ledger.payout("usd", 13), "D L:merchant_available 13, C L:payout_in_transit 13"),
    "payout_paid": (ledger.payout_paid("usd", 13), "D L:payout_in_transit 13, C A:bank_cash 13"),
    "payout_failed": (
        ledger.payout_failed("usd", 13, 4),
        "D L:payout_in_transit 13, C A:merchant_debt 4, C L:merchant_available 9",
    ),
}


def functions() -> set[str]:
    """The movements that the module knows."""
    return {
        name
        for name, function in inspect.getmembers(ledger, inspect.isfunction)
        if function.__module__ == ledger.__name__
        and inspect.signature(function, eval_str=True).return_annotation is Entry
        and name != "entry"
    }


@pytest.mark.parametrize("kind", MOVEMENTS)
def test_each_movement_debits_and_credits(kind: str) -> None:
    made, postings = MOVEMENTS[kind]
    assert (made.kind, made.currency) == (kind, "usd")
    assert ", ".join(f"{p.side} {p.name.value} {p.amount}" for p in made.postings) == postings


def test_the_table_is_complete() -> None:
    assert set(MOVEMENTS) == functions()
    assert {p.name for made, _ in MOVEMENTS.values() for p in made.postings} == set(Name) - {
        Name.MERCHANT_RESERVED,
        Name.LOSSES,
    }


@pytest.mark.parametrize(
    ("posting", "by"),
    [
        (Posting(Name.NETWORK_RECEIVABLE, DEBIT, 5), 5),
        (Posting(Name.MERCHANT_DEBT, CREDIT, 5), -5),
        (Posting(Name.MERCHANT_PENDING, CREDIT, 5), 5),
        (Posting(Name.MERCHANT_AVAILABLE, DEBIT, 5), -5),
        (Posting(Name.FEES, CREDIT, 5), 5),
        (Posting(Name.LOSSES, DEBIT, 5), 5),
        (Posting(Name.AUTH_HOLD, DEBIT, 5), 5),
        (Posting(Name.AUTH_HOLD, CREDIT, 5), -5),
        (Posting(Name.AUTH_CONTRA, CREDIT, 5), 5),
        (Posting(Name.AUTH_CONTRA, DEBIT, 5), -5),
    ],
)
def test_an_account_counts_up_on_its_own_side(posting: Posting, by: int) -> None:
    assert change(posting) == by


def test_everybody_locks_accounts_in_one_order() -> None:
    names = sorted(Name, key=ledger.locking_order)
    assert names[0] is Name.AUTH_HOLD, "a capture takes from it at once, before all that can wait"
    rest = [name for name in sorted(Name) if name is not Name.AUTH_HOLD]
    assert names[1:] == rest
    assert len({ledger.locking_order(name) for name in Name}) == len(Name)


def test_parts_of_zero_are_left_out() -> None:
    assert [p.name for p in ledger.sale("usd", 20, 20).postings] == [Name.NETWORK_RECEIVABLE, Name.FEES]
    assert [p.name for p in ledger.available("usd", 20, 50).postings] == [Name.MERCHANT_PENDING, Name.MERCHANT_DEBT]


BAD: list[Callable[[], Entry]] = [
    lambda: ledger.entry("x", "usd", [(Name.FEES, 5)], [(Name.LOSSES, 4)]),  # not balanced
    lambda: ledger.entry("x", "usd", [(Name.FEES, -5)], [(Name.LOSSES, -5)]),  # not positive
    lambda: ledger.entry("x", "usd", [(Name.FEES, 5)], []),  # one side
    lambda: ledger.sale("usd", 0, 0),  # nothing
    lambda: ledger.sale("usd", 10, 11),  # a fee of more than all
]


@pytest.mark.parametrize("make", BAD)
def test_what_is_no_entry_is_a_bug_of_ours(make: Callable[[], Entry]) -> None:
    with pytest.raises(AssertionError):
        make()


# -- any sequence ------------------------------------------------------------------------------------------------------


class Book:
    """A merchant's book and the objects whose money it keeps, moved by the rules of the ops, without a database."""

    def __init__(self) -> None:
        self.held: Counter[Name] = Counter()
        self.net = 0  # of the merchant's balance transactions
        self.charges: list[dict[str, int]] = []
        self.refunds: list[int] = []
        self.disputes: list[tuple[int, int]] = []
        self.payouts: list[int] = []
        self.buckets: Counter[int] = Counter()  # promised, by day
        self.gross: Counter[int] = Counter()
        self.day = 0

    def post(self, made: Entry) -> None:
        assert len(made.postings) >= 2
        assert all(isinstance(p.amount, int) and p.amount > 0 for p in made.postings)
        assert sum(p.amount if p.side == DEBIT else -p.amount for p in made.postings) == 0
        for posting in made.postings:
            self.held[posting.name] += change(posting)

    def check(self) -> None:
        debits = {Name.AUTH_HOLD}
        trial = sum(amount if name[0] in "AE" or name in debits else -amount for name, amount in self.held.items())
        assert trial == 0
        assert all(self.held[name] >= 0 for name in NEVER_NEGATIVE), self.held
        assert not (self.held[Name.MERCHANT_DEBT] and self.held[Name.MERCHANT_AVAILABLE]), "owed beside what is there"
        holds = sum(c["authorized"] - c["captured"] - c["released"] for c in self.charges)
        assert self.held[Name.AUTH_HOLD] == holds
        assert all(0 <= c["refunded"] <= c["captured"] <= c["authorized"] for c in self.charges)
        merchant = self.held[Name.MERCHANT_PENDING] + self.held[Name.MERCHANT_AVAILABLE] - self.held[Name.MERCHANT_DEBT]
        assert merchant == self.net
        assert self.held[Name.REFUND_IN_TRANSIT] == sum(self.refunds)
        assert self.held[Name.PAYOUT_IN_TRANSIT] == sum(self.payouts)

    def earn(self, amount: int) -> int:
        fee = charge_fee(amount, "usd")
        self.net += amount - fee
        self.buckets[self.day + 2] += amount - fee
        self.gross[self.day + 2] += amount
        return fee

    def take(self, amount: int, on: int) -> Taken:
        pending = min(self.held[Name.MERCHANT_PENDING], amount) if on > self.day else 0
        available = min(self.held[Name.MERCHANT_AVAILABLE], amount - pending)
        self.buckets[on] -= pending
        return Taken(pending, available, amount - pending - available)

    # -- the movements; `size` and `which` are chance

    def do(self, what: str, size: int, which: int) -> None:
        getattr(self, what)(size, which)
        self.check()

    def sale(self, size: int, _: int) -> None:
        self.post(ledger.sale("usd", size, self.earn(size)))
        self.charges.append({"authorized": size, "captured": size, "released": 0, "refunded": 0, "on": self.day + 2})

    def authorize(self, size: int, _: int) -> None:
        self.post(ledger.authorization("usd", size))
        self.charges.append({"authorized": size, "captured": 0, "released": 0, "refunded": 0, "on": self.day + 2})

    def increment(self, size: int, which: int) -> None:
        for charge in self._open(which):
            self.post(ledger.increment("usd", size))
            charge["authorized"] += size

    def capture(self, size: int, which: int) -> None:
        for charge in self._open(which):
            amount = min(size, charge["authorized"] - charge["captured"])
            self.post(ledger.capture("usd", amount, self.earn(amount)))
            charge["captured"] += amount
            charge["on"] = self.day + 2

    def release(self, _: int, which: int) -> None:
        for charge in self._open(which):
            rest = charge["authorized"] - charge["captured"]
            self.post(ledger.release("usd", rest))
            charge["released"] += rest

    def refund(self, size: int, which: int) -> None:
        left = [c for c in self.charges if c["captured"] > c["refunded"]]
        for charge in left[which : which + 1]:
            amount = min(size, charge["captured"] - charge["refunded"])
            self.post(ledger.refund("usd", self.take(amount, charge["on"])))
            charge["refunded"] += amount
            self.refunds.append(amount)
            self.net -= amount

    def refund_done(self, _: int, which: int) -> None:
        for amount in self._pop(self.refunds, which):
            self.post(ledger.refund_done("usd", amount))

    def refund_failed(self, _: int, which: int) -> None:
        for amount in self._pop(self.refunds, which):
            self.post(ledger.refund_failed("usd", amount, self.held[Name.MERCHANT_DEBT]))
            self.net += amount

    def dispute(self, size: int, which: int) -> None:
        for charge in self.charges[which : which + 1]:
            self.post(ledger.dispute("usd", self.take(size + 15, charge["on"]), 15))
            self.disputes.append((size, 15))
            self.net -= size + 15

    def dispute_won(self, _: int, which: int) -> None:
        for amount, fee in self._pop(self.disputes, which):
            self.post(ledger.dispute_won("usd", amount, fee, self.held[Name.MERCHANT_DEBT]))
            self.net += amount + fee

    def payout(self, size: int, _: int) -> None:
        amount = min(size, self.held[Name.MERCHANT_AVAILABLE])
        if amount:
            self.post(ledger.payout("usd", amount))
            self.payouts.append(amount)
            self.net -= amount

    def payout_paid(self, _: int, which: int) -> None:
        for amount in self._pop(self.payouts, which):
            self.post(ledger.payout_paid("usd", amount))

    def payout_failed(self, _: int, which: int) -> None:
        for amount in self._pop(self.payouts, which):
            self.post(ledger.payout_failed("usd", amount, self.held[Name.MERCHANT_DEBT]))
            self.net += amount

    def midnight(self, _: int, which: int) -> None:
        """A day passes; its bucket may be late, and then comes with the next one or on its own."""
        self.day += 1
        if which:
            for day in sorted((day for day in self.buckets if day <= self.day), reverse=which % 2 == 0):
                self.become_available(day)

    def become_available(self, day: int) -> None:
        promised, gross = self.buckets.pop(day), self.gross.pop(day, 0)
        before = self.held[Name.MERCHANT_PENDING]
        amount = falls_due(before, sum(p for d, p in self.buckets.items() if d > day))
        paid = falls_due(self.held[Name.NETWORK_RECEIVABLE], sum(g for d, g in self.gross.items() if d > day))
        assert 0 <= amount <= before, (promised, gross)
        if amount:
            self.post(ledger.available("usd", amount, self.held[Name.MERCHANT_DEBT]))
        if paid:
            self.post(ledger.network_settled("usd", paid))

    def _open(self, which: int) -> list[dict[str, int]]:
        held = [c for c in self.charges if c["authorized"] > c["captured"] + c["released"]]
        return held[which : which + 1]

    @staticmethod
    def _pop(things: list[Any], which: int) -> list[Any]:
        return [things.pop(which)] if which < len(things) else []


ACTIONS = (
    "sale authorize increment capture release refund refund_done refund_failed dispute dispute_won payout payout_paid "
    "payout_failed midnight"
).split()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(1, 5_000), st.integers(0, 3)), max_size=60))
def test_whatever_happens_the_books_are_right(happenings: list[tuple[str, int, int]]) -> None:
    book = Book()
    for what, size, which in happenings:
        book.do(what, size, which)
    # In the end every day comes, and then nothing is pending any more: what was promised was there, or was refunded.
    for day in sorted(book.buckets):
        book.become_available(day)
        book.check()
    assert book.held[Name.MERCHANT_PENDING] == 0
    assert not book.buckets
