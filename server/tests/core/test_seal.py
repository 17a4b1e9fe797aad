"""The hash chain: every letter counts, the order counts, and so does what went before."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from finsecure_server.core.seal import POSTING, TRANSACTION, canonical, genesis, seal

SALE: dict[str, Any] = {
    "id": "ltx_1", "created_us": 1, "kind": "sale", "source_id": "ch_1", "ordinal": 1, "currency": "usd",
}  # fmt: skip
POSTINGS: list[dict[str, Any]] = [
    {"position": 0, "currency": "usd", "name": "A:network_receivable", "side": "D", "amount": 20},
    {"position": 1, "currency": "usd", "name": "L:merchant_pending", "side": "C", "amount": 20},
]
TEXT = (
    b'["ltx_1",1,"sale","ch_1",1,"usd",[[0,"usd","A:network_receivable","D",20],[1,"usd","L:merchant_pending","C",20]]]'
)


def test_the_first_seal_stands_on_its_book() -> None:
    books = [("acct_1", False), ("acct_1", True), ("acct_2", False)]
    assert len({genesis(*book) for book in books}) == 3
    assert genesis("acct_1", livemode=False) == hashlib.sha256(b"finsecure ledger acct_1 test").hexdigest()


def test_a_transaction_has_one_text() -> None:
    assert canonical(SALE, POSTINGS) == TEXT
    assert canonical(SALE | {"other": 1}, POSTINGS) == TEXT


def test_a_seal_is_over_the_one_before_and_the_texts() -> None:
    assert seal("before", [TEXT, b"x"]) == hashlib.sha256(b"before\n" + TEXT + b"\nx").hexdigest()
    assert seal("before", []) == hashlib.sha256(b"before").hexdigest()


@pytest.mark.parametrize("column", TRANSACTION)
def test_every_column_of_a_transaction_counts(column: str) -> None:
    changed = SALE | {column: 2 if isinstance(SALE[column], int) else SALE[column] + "x"}
    assert canonical(changed, POSTINGS) != TEXT


@pytest.mark.parametrize("column", POSTING)
def test_every_column_of_a_posting_counts(column: str) -> None:
    value = POSTINGS[1][column]
    changed = POSTINGS[1] | {column: value + 1 if isinstance(value, int) else value + "x"}
    assert canonical(SALE, [POSTINGS[0], changed]) != TEXT


def test_the_order_counts() -> None:
    assert seal("", [b"a", b"b"]) != seal("", [b"b", b"a"])
    assert canonical(SALE, POSTINGS[::-1]) != TEXT
