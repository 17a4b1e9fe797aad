"""What must be true has a sentence, and what is not true has a line."""

from __future__ import annotations

import pytest

from finsecure_server.core.invariants import Book, Finding, Invariant


@pytest.mark.parametrize("invariant", Invariant)
def test_every_invariant_is_a_sentence(invariant: Invariant) -> None:
    assert len(invariant.says.split()) >= 4
    assert not invariant.says.endswith(".")


def test_a_finding_is_one_line() -> None:
    book = Book("acct_1", 0)
    finding = Finding(Invariant.STORED_BALANCE, "ledger_accounts", f"usd I:fees {book}", "1", "2")
    assert finding.line() == (
        "ledger_accounts usd I:fees acct_1/test: expected 1, found 2 "
        "[invariant 3: a stored balance is the sum of its postings]"
    )
    assert str(Book("acct_1", 1)) == "acct_1/live"
