"""Everything that is known of one id: its row, its ledger transactions, its balance transactions, its events.

What must be true of any object stands here; what follows from an object's kind and status stands in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import Struct

from finsecure_server.core.invariants import Book, Finding, Invariant
from finsecure_server.diagnostics import columns
from finsecure_server.diagnostics import verify_store as store
from finsecure_server.storage.database import Row

#: Objects that money moves for.
MONEY: Final = frozenset({"charges", "refunds", "disputes", "payouts", "pending_funds"})
#: Which rows come in which stream, and what they are about.
_STREAMS: Final = {
    "entries": ("ledger_transactions", "source_id"),
    "transactions": ("balance_transactions", "source_id"),
    "charges_of": ("charges", "payment_intent_id"),
    "refunds_of": ("refunds", "charge_id"),
    "disputes_of": ("disputes", "charge_id"),
    "lanes_of": ("webhook_lanes", "endpoint_id"),
    "secrets_of": ("webhook_secrets", "endpoint_id"),
    "filters_of": ("webhook_filters", "endpoint_id"),
}
_WARNING: Final = "issfr_"  # an early fraud warning is an event and nothing else


@dataclass(slots=True)
class Dossier:
    """One id. `table` and `row` are None when there is no object of that id."""

    book: Book
    id: str
    table: str | None
    row: Row | None
    parts: Mapping[str, Sequence[Row]]
    doc: Struct | str | None = field(default=None)

    @property
    def entries(self) -> Sequence[Row]:
        """Its ledger transactions, with what each moved."""
        return self.parts.get("entries", ())

    @property
    def transactions(self) -> Sequence[Row]:
        """Its balance transactions."""
        return self.parts.get("transactions", ())

    def kinds(self) -> list[str]:
        """The kinds of its ledger transactions, in the order of the alphabet."""
        return [entry["kind"] for entry in self.entries]

    def moved(self, column: str, *kinds: str) -> int:
        """What its ledger transactions of these kinds (of all, if none is named) have moved."""
        return sum(entry[column] or 0 for entry in self.entries if not kinds or entry["kind"] in kinds)

    def shown(self, member: str) -> Any:
        """What its document says; None when it does not."""
        return getattr(self.doc, member, None)

    def finding(self, invariant: Invariant, expected: object, found: object, table: str | None = None) -> Finding:
        """Something is wrong with this object, or with rows of `table` about it."""
        return Finding(invariant, table or str(self.table), f"{self.id} {self.book}", str(expected), str(found))


def opened(book: Book, object_id: str, parts: Mapping[str, Sequence[Row]]) -> Dossier:
    """What came together about an id, with its document."""
    table = next((name for name in parts if name in store.VERIFY_OBJECTS), None)
    if table is None:
        return Dossier(book, object_id, None, None, parts)
    row = parts[table][0]
    doc = columns.shown(table, row) if table in columns.COLUMNS else None
    return Dossier(book, object_id, table, row, parts, doc)


def check(dossier: Dossier) -> Iterator[Finding]:
    """What must be true of any id."""
    for transaction in dossier.transactions:
        yield from _balance_transaction(dossier, transaction)
    if dossier.row is None:
        yield from _about_nothing(dossier)
        return
    if dossier.doc is not None:
        yield from columns.differing(str(dossier.table), dossier.row, dossier.doc, dossier.book)
    yield from _numbered(dossier)
    if dossier.table in MONEY:
        yield from _once(dossier)
        yield from _net(dossier)
    elif dossier.entries or dossier.transactions:
        yield dossier.finding(Invariant.WHOLE, "no money", f"ledger transactions {dossier.kinds()}")


def _about_nothing(dossier: Dossier) -> Iterator[Finding]:
    for stream, (table, column) in _STREAMS.items():
        for row in dossier.parts.get(stream, ()):
            name = f"{row['id']} {dossier.book}"
            yield Finding(Invariant.WHOLE, table, name, f"{column} {dossier.id}", "no such object")
    for sums in dossier.parts.get("funds", ()):
        yield dossier.finding(Invariant.FUNDS, f"pending {sums['pending']}", "no such bucket", "pending_funds")
    events = dossier.parts.get("events", ())
    if events and dossier.id.startswith(_WARNING):
        yield from _without_gap(dossier, events[0], events[0]["events"])
    elif events:
        yield dossier.finding(Invariant.EVENTS, "an object", "no such object", "events")


def _numbered(dossier: Dossier) -> Iterator[Finding]:
    """The events are counted from 1 without a gap, and the object knows how many there are."""
    assert dossier.row is not None, dossier.id
    if dossier.table == "setup_attempts":  # nothing is said about attempts
        return
    sequence = dossier.row["sequence"]
    events = dossier.parts.get("events", ())
    if events:
        yield from _without_gap(dossier, events[0], sequence)
    elif sequence:
        yield dossier.finding(Invariant.EVENTS, f"events 1 to {sequence}", "none", "events")


def _without_gap(dossier: Dossier, counted: Row, sequence: int) -> Iterator[Finding]:
    found = (counted["events"], counted["lowest"], counted["highest"])
    if found != (sequence, 1, sequence):
        expected = f"events 1 to {sequence}"
        yield dossier.finding(Invariant.EVENTS, expected, "{} events from {} to {}".format(*found), "events")


def _once(dossier: Dossier) -> Iterator[Finding]:
    """One ledger transaction of each kind and ordinal, counted from 1."""
    seen = set()
    for entry in dossier.entries:
        key = (entry["kind"], entry["ordinal"])
        if key in seen or entry["ordinal"] < 1:
            name = f"{entry['id']} {dossier.book}"
            expected = f"the only {entry['kind']} {entry['ordinal']} of {dossier.id}"
            yield Finding(Invariant.ONCE, "ledger_transactions", name, expected, "another one")
        seen.add(key)


def _net(dossier: Dossier) -> Iterator[Finding]:
    """What the balance transactions of an object say is what the ledger moved for it, and in its currency."""
    assert dossier.row is not None, dossier.id
    currency = dossier.row["currency"]
    strangers = {row["currency"] for row in (*dossier.entries, *dossier.transactions)} - {currency}
    if strangers:
        yield dossier.finding(Invariant.CURRENCY, currency, ", ".join(sorted(strangers)))
    net, moved = sum(row["net"] for row in dossier.transactions), dossier.moved("net")
    if net != moved:
        yield dossier.finding(Invariant.NET, f"a net of {moved} in its balance transactions", net)
    pending = sum(row["pending"] for row in dossier.transactions)
    moved = sum(entry["pending"] or 0 for entry in dossier.entries if entry["kind"] != "available")
    if pending != moved:
        yield dossier.finding(Invariant.FUNDS, f"{moved} pending in its balance transactions", pending)


def _balance_transaction(dossier: Dossier, row: Row) -> Iterator[Finding]:
    """A balance transaction by itself."""
    table, name = "balance_transactions", f"{row['id']} {dossier.book}"
    doc = columns.shown(table, row)
    yield from columns.differing(table, row, doc, dossier.book)
    if row["net"] != row["amount"] - row["fee"]:
        yield Finding(Invariant.NET, table, name, f"a net of {row['amount'] - row['fee']}", row["net"])
    if not isinstance(doc, str):
        parts = [part.get("amount") for part in getattr(doc, "fee_details", None) or []]
        if sum(parts) != row["fee"]:
            yield Finding(Invariant.PARTS, table, name, f"fee_details of {row['fee']}", str(sum(parts)))
        status = "pending" if row["pending"] else "available"
        if getattr(doc, "status", None) != status:
            yield Finding(Invariant.DOC, table, name, f"status {status!r}", repr(getattr(doc, "status", None)))
    if row["payout_id"] is not None and row["payout_id"] != row["source_id"]:
        yield Finding(Invariant.PAYOUT, table, name, f"payout {row['source_id']}", row["payout_id"])
