"""Prove one book by itself: every transaction balances, balances are sums, and the hash chain holds (docs/LEDGER.md).

One walk over the ledger in the order of its ids answers all of it, in memory that does not grow with the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from finsecure_server.core.invariants import Book, Finding, Invariant
from finsecure_server.core.ledger import CREDIT, DEBIT, NEVER_NEGATIVE, Name, Posting, change
from finsecure_server.core.seal import canonical, genesis, seal
from finsecure_server.ledger import verify_store as store
from finsecure_server.ledger.verify_store import Tell
from finsecure_server.storage.database import Reader, Row
from finsecure_server.storage.scan import together

_NAMES: Final = {name.value: name for name in Name}
Account = tuple[str, str]  # currency, name


def check_book(reader: Reader, book: Book, tell: Tell) -> Iterator[Finding]:
    """Everything that the ledger of a book says about itself."""
    sums: Counter[Account] = Counter()
    chain = _Chain(reader, book)
    streams = {
        "transactions": (store.transactions(reader, book, tell), "id"),
        "postings": (store.postings(reader, book, tell), "transaction_id"),
    }
    for transaction_id, rows in together(streams):
        postings = rows.get("postings", [])
        if "transactions" not in rows:
            yield Finding(
                Invariant.WHOLE,
                "postings",
                f"{transaction_id} {book}",
                "their ledger transaction",
                "no such transaction",
            )
            continue
        transaction = rows["transactions"][0]
        yield from _balanced(book, transaction, postings)
        _add(sums, postings)
        yield from chain.add(transaction, postings)
    yield from chain.end()
    yield from _stored(book, store.accounts(reader, book), sums)


def _balanced(book: Book, transaction: Row, postings: Sequence[Row]) -> Iterator[Finding]:
    """Invariant 1."""
    row = f"{transaction['id']} ({transaction['kind']} of {transaction['source_id']}) {book}"

    def not_so(expected: str, found: object) -> Finding:
        return Finding(Invariant.BALANCED, "ledger_transactions", row, expected, str(found))

    if len(postings) < 2:
        yield not_so("at least two postings", len(postings))
    for position, posting in enumerate(postings):
        amount, currency = posting["amount"], posting["currency"]
        if type(amount) is not int or amount <= 0:
            yield not_so(f"a positive integer as amount of posting {posting['position']}", repr(amount))
            return
        if currency != transaction["currency"]:
            yield not_so(f"{transaction['currency']} in posting {posting['position']}", currency)
        if posting["name"] not in _NAMES or posting["side"] not in (DEBIT, CREDIT):
            yield not_so(
                f"an account and a side in posting {posting['position']}", f"{posting['name']} {posting['side']}"
            )
        if posting["position"] != position:
            yield not_so(f"a posting {position}", f"posting {posting['position']}")
    debits = sum(posting["amount"] for posting in postings if posting["side"] == DEBIT)
    credited = sum(posting["amount"] for posting in postings if posting["side"] == CREDIT)
    if debits != credited:
        yield not_so(f"debits equal to credits of {credited}", debits)


def _add(sums: Counter[Account], postings: Sequence[Row]) -> None:
    for posting in postings:
        name = _NAMES.get(posting["name"])
        if name is not None and type(posting["amount"]) is int:
            by = change(Posting(name, posting["side"], posting["amount"]))
            sums[posting["currency"], posting["name"]] += by


def _stored(book: Book, accounts: Sequence[Row], sums: Counter[Account]) -> Iterator[Finding]:
    """Invariants 2, 3 and 15."""
    trial: Counter[str] = Counter()
    stored: set[Account] = set()
    for account in accounts:
        key = (account["currency"], account["name"])
        row = f"{account['currency']} {account['name']} {book}"
        balance = account["balance"]
        stored.add(key)
        if balance != sums[key]:
            yield Finding(Invariant.STORED_BALANCE, "ledger_accounts", row, str(sums[key]), str(balance))
        if account["name"] in NEVER_NEGATIVE and balance < 0:
            yield Finding(Invariant.NOT_NEGATIVE, "ledger_accounts", row, "0 or more", str(balance))
        trial[account["currency"]] += balance if _counts_debits(account["name"]) else -balance
    for key in sorted(set(sums) - stored):
        if sums[key]:
            row = f"{key[0]} {key[1]} {book}"
            yield Finding(Invariant.STORED_BALANCE, "ledger_accounts", row, str(sums[key]), "no such account")
    for currency in sorted(trial):
        if trial[currency]:
            row = f"{currency} {book}"
            yield Finding(
                Invariant.TRIAL_BALANCE, "ledger_accounts", row, "debits less credits of 0", str(trial[currency])
            )


def _counts_debits(name: str) -> bool:
    """Whether an account's balance counts up with debits (core/ledger.py)."""
    known = _NAMES.get(name)
    return known is not None and change(Posting(known, DEBIT, 1)) == 1


class _Chain:
    """Invariant 4: walks along the seals as the transactions come by."""

    def __init__(self, reader: Reader, book: Book) -> None:
        self._book = book
        self._seals = store.seals(reader, book)
        self._seal = next(self._seals, None)
        self._number = 1
        self._previous = genesis(book.account, bool(book.livemode))
        self._texts: list[bytes] = []
        self._sealed_to = ""

    def add(self, transaction: Row, postings: Sequence[Row]) -> Iterator[Finding]:
        """The next transaction in the order of ids."""
        while self._seal is not None and transaction["id"] > self._seal["last_id"]:
            yield from self._close(self._seal)
        if self._seal is not None:
            self._texts.append(canonical(transaction, postings))

    def end(self) -> Iterator[Finding]:
        """No more transactions."""
        while self._seal is not None:
            yield from self._close(self._seal)

    def _close(self, row: Row) -> Iterator[Finding]:
        name = f"{row['number']} {self._book}"
        if row["number"] != self._number:
            yield Finding(Invariant.SEALED, "ledger_seals", name, f"number {self._number}", str(row["number"]))
        covers = f"the {row['transactions']} transactions from {self._sealed_to or 'the first'} to {row['last_id']}"
        if row["transactions"] != len(self._texts):
            yield Finding(Invariant.SEALED, "ledger_seals", name, covers, f"{len(self._texts)} transactions")
        else:
            found = seal(self._previous, self._texts)
            if found != row["hash"]:
                expected = f"the hash {row['hash']} of {covers}"
                yield Finding(Invariant.SEALED, "ledger_seals", name, expected, found)
        self._number = row["number"] + 1
        self._previous = row["hash"]
        self._sealed_to = row["last_id"]
        self._texts = []
        self._seal = next(self._seals, None)
