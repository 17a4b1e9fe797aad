"""The whole ledger of one book, row by row, for who proves it. These statements read everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from finsecure_server.core.invariants import Book
from finsecure_server.storage.database import Reader, Row
from finsecure_server.storage.scan import scan

Tell = Callable[[int], None]

VERIFY_TRANSACTIONS: Final = """
SELECT id, created_us, kind, source_id, ordinal, currency FROM ledger_transactions
WHERE account_id = :account AND livemode = :livemode AND id > :after_id ORDER BY id LIMIT :limit"""
VERIFY_POSTINGS: Final = """
SELECT transaction_id, position, currency, name, side, amount FROM postings
WHERE account_id = :account AND livemode = :livemode
AND (transaction_id, position) > (:after_transaction_id, :after_position)
ORDER BY transaction_id, position LIMIT :limit"""
VERIFY_SEALS: Final = """
SELECT number, last_id, transactions, hash FROM ledger_seals
WHERE account_id = :account AND livemode = :livemode AND number > :after_number ORDER BY number LIMIT :limit"""
VERIFY_ACCOUNTS: Final = """
SELECT currency, name, balance FROM ledger_accounts
WHERE account_id = :account AND livemode = :livemode ORDER BY currency, name"""


def transactions(reader: Reader, book: Book, tell: Tell) -> Iterator[Row]:
    """Ledger transactions in the order of their ids."""
    return scan(reader, VERIFY_TRANSACTIONS, {"id": ""}, tell, **book._asdict())


def postings(reader: Reader, book: Book, tell: Tell) -> Iterator[Row]:
    """Postings in the order of their transactions."""
    return scan(reader, VERIFY_POSTINGS, {"transaction_id": "", "position": -1}, tell, **book._asdict())


def seals(reader: Reader, book: Book) -> Iterator[Row]:
    """Seals in the order of their numbers."""
    return scan(reader, VERIFY_SEALS, {"number": -1}, **book._asdict())


def accounts(reader: Reader, book: Book) -> list[Row]:
    """The stored balances."""
    return reader.all(VERIFY_ACCOUNTS, **book._asdict())
