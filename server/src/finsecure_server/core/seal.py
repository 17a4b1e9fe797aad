"""A hash chain over the ledger: whoever changes, removes or adds a row behind a seal breaks every seal from there on.

A seal is SHA-256 over the seal before it and the canonical text of the transactions that it covers, in the order of
their ids. The first one stands on the account and its mode, so that a chain cannot be moved to another book.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec


class Row(Protocol):
    """A row that is read by column name."""

    def __getitem__(self, column: str, /) -> Any: ...


TRANSACTION: Final = ("id", "created_us", "kind", "source_id", "ordinal", "currency")
POSTING: Final = ("position", "currency", "name", "side", "amount")


def genesis(account: str, livemode: bool) -> str:
    """What the first seal stands on."""
    return hashlib.sha256(f"finsecure ledger {account} {'live' if livemode else 'test'}".encode()).hexdigest()


def canonical(transaction: Row | Mapping[str, Any], postings: Iterable[Row | Mapping[str, Any]]) -> bytes:
    """One transaction with its postings, in the order of their positions, as bytes that can mean nothing else."""
    head: Sequence[Any] = [transaction[column] for column in TRANSACTION]
    body = [[posting[column] for column in POSTING] for posting in postings]
    return msgspec.json.encode([*head, body])


def seal(previous: str, texts: Iterable[bytes]) -> str:
    """The next seal: over the one before and these transactions."""
    digest = hashlib.sha256(previous.encode())
    for text in texts:
        digest.update(b"\n")
        digest.update(text)
    return digest.hexdigest()
