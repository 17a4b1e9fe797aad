"""Rows of the hash chain, and the rows that it covers."""

from __future__ import annotations

from typing import Final, NamedTuple

from finsecure_server.core.invariants import Book
from finsecure_server.storage.database import Reader, Row, Tx

CLOCKS: Final = """
SELECT id, clock_offset_us, clock_moved_us FROM accounts WHERE id > :after ORDER BY id LIMIT :limit"""
LAST: Final = """
SELECT number, last_id, hash, transactions FROM ledger_seals
WHERE account_id = :account AND livemode = :livemode ORDER BY number DESC LIMIT 1"""
TRANSACTIONS: Final = """
SELECT id, created_us, kind, source_id, ordinal, currency FROM ledger_transactions
WHERE account_id = :account AND livemode = :livemode AND id > :after AND id < :before ORDER BY id LIMIT :limit"""
POSTINGS: Final = """
SELECT transaction_id, position, currency, name, side, amount FROM postings
WHERE account_id = :account AND livemode = :livemode AND transaction_id >= :first AND transaction_id <= :last
ORDER BY transaction_id, position"""
ADD: Final = """
INSERT INTO ledger_seals (account_id, livemode, number, last_id, transactions, hash, sealed_us)
VALUES (:account, :livemode, :number, :last_id, :transactions, :hash, :sealed)
ON CONFLICT (account_id, livemode, number) DO NOTHING"""


class Link(NamedTuple):
    """One seal of a chain: it covers the transactions after the one before it, up to and with `last_id`."""

    number: int
    last_id: str
    hash: str
    transactions: int


class Clock(NamedTuple):
    """An account and how its test clock stands."""

    account: str
    ahead_us: int
    moved_us: int  # wall clock; 0 for never


def clocks(reader: Reader, after: str, limit: int) -> list[Clock]:
    """Accounts in the order of their ids."""
    rows = reader.all(CLOCKS, after=after, limit=limit)
    return [Clock(row["id"], row["clock_offset_us"], row["clock_moved_us"]) for row in rows]


def last(reader: Reader, book: Book) -> Link | None:
    """The end of a chain."""
    row = reader.one(LAST, **book._asdict())
    return None if row is None else Link(row["number"], row["last_id"], row["hash"], row["transactions"])


def unsealed(reader: Reader, book: Book, after: str, before: str, limit: int) -> list[tuple[Row, list[Row]]]:
    """Transactions between two ids, each with its postings."""
    transactions = reader.all(TRANSACTIONS, **book._asdict(), after=after, before=before, limit=limit)
    if not transactions:
        return []
    postings: dict[str, list[Row]] = {row["id"]: [] for row in transactions}
    for row in reader.all(POSTINGS, **book._asdict(), first=transactions[0]["id"], last=transactions[-1]["id"]):
        postings[row["transaction_id"]].append(row)
    return [(row, postings[row["id"]]) for row in transactions]


def add(tx: Tx, book: Book, link: Link, wall_us: int) -> bool:
    """Add a link; False if another process was faster."""
    return tx.run(ADD, **book._asdict(), **link._asdict(), sealed=wall_us) == 1
