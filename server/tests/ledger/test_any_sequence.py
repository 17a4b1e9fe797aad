"""After any sequence of movements the books are right and, when every day has come, nothing is pending any more.

The real store and the real tables, in memory and without a loop, so that many sequences can be tried.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finsecure_server.accounts import ops as accounts
from finsecure_server.core import ledger as book
from finsecure_server.core.env import Env, Vault
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.fees import charge_fee
from finsecure_server.core.invariants import Book
from finsecure_server.core.ledger import Name, Taken
from finsecure_server.ledger import ops, store
from finsecure_server.ledger.verify import check_book
from finsecure_server.storage import migrate
from finsecure_server.storage.sqlite import SqliteTx

SCHEMA = Path(migrate.__file__).with_name("schema.sql").read_text()
DAY = 86_400
T0 = 1_700_000_000
NETS = "SELECT COALESCE(SUM(net), 0) AS net FROM balance_transactions"
PROMISED = "SELECT COALESCE(SUM(pending - pending_released), 0) AS waiting, MIN(pending) AS least FROM pending_funds"
DUE = "SELECT object_id FROM due WHERE kind = 'funds_available' AND due_us <= :now ORDER BY due_us"
DONE = "DELETE FROM due WHERE object_id = :id"


class Shop:
    """A merchant, and what their payers and banks do; sizes and choices are chance."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        conn.row_factory = sqlite3.Row
        conn.executescript(SCHEMA)
        self.tx = SqliteTx(conn)
        self.seconds = T0
        self.account = accounts.open_account(self.tx, T0 * 1_000_000, os.urandom, "Shop").account
        self.sold: list[tuple[str, int]] = []  # charge, the day of its money
        self.moving: dict[str, list[tuple[str, int, int]]] = {"refund": [], "dispute": [], "payout": []}
        self.number = 0

    @property
    def env(self) -> Env:
        return Env(
            account=self.account, livemode=False, wall=self.seconds * 1_000_000, chance=os.urandom, processor=None,
            vault=cast("Vault", None),
        )  # fmt: skip

    def new(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}_{self.number:04}"

    def held(self, name: Name) -> int:
        return store.balance(self.tx, self.env, "usd", name)

    def moves(self, entry: book.Entry, source: str, type_: str, amount: int, **more: Any) -> None:
        store.post(self.tx, self.env, entry, source)
        store.record(self.tx, self.env, type_=type_, source_id=source, currency="usd", amount=amount, **more)

    # -- what happens

    def sale(self, size: int, which: int) -> None:
        fee, on = charge_fee(size, "usd"), store.available_on(self.env) if which else self.seconds
        charge = self.new("ch")
        self.moves(book.sale("usd", size, fee), charge, "charge", size, fee=fee, pending=size - fee, on=on)
        self.sold.append((charge, on))

    def refund(self, size: int, which: int) -> None:
        for _, on in self.sold[which : which + 1]:
            taken = store.take(
                self.tx, self.env, "usd", size, pending_first=on > self.seconds, debt_up_to=charge_fee(size, "usd")
            )
            if taken is not None:
                self._take(book.refund("usd", taken), "refund", "re", taken, on, size, 0)

    def dispute(self, size: int, which: int) -> None:
        for _, on in self.sold[which : which + 1]:
            taken = store.take(self.tx, self.env, "usd", size + 15, pending_first=on > self.seconds, debt_up_to=None)
            assert taken is not None
            self._take(book.dispute("usd", taken, 15), "dispute", "dp", taken, on, size, 15)

    def _take(self, entry: book.Entry, kind: str, prefix: str, taken: Taken, on: int, size: int, fee: int) -> None:
        source = self.new(prefix)
        self.moves(entry, source, kind, -size, fee=fee, pending=-taken.pending, on=on if taken.pending else None)
        self.moving[kind].append((source, size, fee))

    def refund_ends(self, size: int, which: int) -> None:
        for source, amount, _ in self._one("refund", which):
            if size % 3:
                store.post(self.tx, self.env, book.refund_done("usd", amount), source)
            else:
                debt = self.held(Name.MERCHANT_DEBT)
                self.moves(book.refund_failed("usd", amount, debt), source, "refund_failure", amount)

    def dispute_won(self, _: int, which: int) -> None:
        for source, amount, fee in self._one("dispute", which):
            debt = self.held(Name.MERCHANT_DEBT)
            self.moves(book.dispute_won("usd", amount, fee, debt), source, "adjustment", amount, fee=-fee)

    def payout(self, size: int, _: int) -> None:
        source = self.new("po")
        if size > self.held(Name.MERCHANT_AVAILABLE):
            with pytest.raises(Refused) as refused:
                store.post(self.tx, self.env, book.payout("usd", size), source)
            assert refused.value.code is Code.BALANCE_INSUFFICIENT
            self.tx.put_off.clear()  # as the savepoint of a refused op does
            return
        self.moves(book.payout("usd", size), source, "payout", -size)
        self.moving["payout"].append((source, size, 0))

    def payout_ends(self, size: int, which: int) -> None:
        for source, amount, _ in self._one("payout", which):
            if size % 2:
                store.post(self.tx, self.env, book.payout_paid("usd", amount), source)
            else:
                debt = self.held(Name.MERCHANT_DEBT)
                self.moves(book.payout_failed("usd", amount, debt), source, "payout_failure", amount)

    def time(self, size: int, which: int) -> None:
        """Some of a day passes. What falls due is released in some order, and now and then not at all."""
        self.seconds += size * 20
        due = [row["object_id"] for row in self.tx.all(DUE, now=self.seconds * 1_000_000)]
        for bucket in [] if which == 2 else due[:: -1 if which == 1 else 1]:
            self.release(bucket)

    def release(self, bucket: str) -> None:
        ops.release(self.tx, self.env, bucket)
        self.tx.flush()
        self.tx.run(DONE, id=bucket)

    def _one(self, kind: str, which: int) -> list[tuple[str, int, int]]:
        moving = self.moving[kind]
        return [moving.pop(which)] if which < len(moving) else []

    # -- what must be true

    def do(self, what: Callable[[int, int], None], size: int, which: int) -> None:
        what(size, which)
        self.tx.flush()
        self.check()

    def check(self) -> None:
        findings = list(check_book(self.tx, Book(self.account, 0), lambda _: None))
        assert not findings, "\n".join(finding.line() for finding in findings)
        merchant = self.held(Name.MERCHANT_PENDING) + self.held(Name.MERCHANT_AVAILABLE) - self.held(Name.MERCHANT_DEBT)
        assert not (self.held(Name.MERCHANT_DEBT) and self.held(Name.MERCHANT_AVAILABLE)), "owed beside what is there"
        nets = self.tx.one(NETS)
        assert nets is not None
        assert merchant == nets["net"]
        promised = self.tx.one(PROMISED)
        assert promised is not None
        if promised["least"] is not None and promised["least"] >= 0:  # nobody took more than a day's own
            assert self.held(Name.MERCHANT_PENDING) <= promised["waiting"]

    def end(self) -> None:
        """Every day comes."""
        self.seconds += 4 * DAY
        for row in self.tx.all(DUE, now=self.seconds * 1_000_000):
            self.release(row["object_id"])
            self.check()
        promised = self.tx.one(PROMISED)
        assert promised is not None
        assert self.held(Name.MERCHANT_PENDING) == 0 == promised["waiting"]


HAPPENINGS = "sale refund refund_ends dispute dispute_won payout payout_ends time".split()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.integers(1, 5_000), st.integers(0, 3)), max_size=40))
def test_whatever_happens_the_books_are_right(happenings: list[tuple[str, int, int]]) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        shop = Shop(conn)
        for what, size, which in happenings:
            shop.do(getattr(shop, what), size, which)
        shop.end()
