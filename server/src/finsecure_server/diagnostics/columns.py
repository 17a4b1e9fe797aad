"""What the API shows is what the columns say: an object's document compared with the columns beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import attrgetter, itemgetter
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct

from finsecure_server.core.invariants import Book, Finding, Invariant
from finsecure_server.storage.database import Row

_ALWAYS: Final = {"id": "id", "created_us": "created", "livemode": "livemode"}

#: Table -> the columns that the document repeats, and what the document calls them.
COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "customers": {**_ALWAYS, "email": "email"},
    "payment_methods": {**_ALWAYS, "type": "type", "customer_id": "customer"},
    "payment_intents": {
        **_ALWAYS,
        "status": "status",
        "amount": "amount",
        "currency": "currency",
        "customer_id": "customer",
        "latest_charge_id": "latest_charge",
    },
    "setup_intents": {
        **_ALWAYS,
        "status": "status",
        "customer_id": "customer",
        "payment_method_id": "payment_method",
    },
    "setup_attempts": {**_ALWAYS, "status": "status", "setup_intent_id": "setup_intent"},
    "charges": {
        **_ALWAYS,
        "status": "status",
        "payment_intent_id": "payment_intent",
        "customer_id": "customer",
        "currency": "currency",
        "amount": "amount",
        "captured": "amount_captured",
        "refunded": "amount_refunded",
        "disputed": "disputed",
    },
    "refunds": {
        "id": "id",
        "created_us": "created",
        "status": "status",
        "charge_id": "charge",
        "payment_intent_id": "payment_intent",
        "currency": "currency",
        "amount": "amount",
    },
    "disputes": {
        **_ALWAYS,
        "status": "status",
        "charge_id": "charge",
        "payment_intent_id": "payment_intent",
        "currency": "currency",
        "amount": "amount",
    },
    "payouts": {**_ALWAYS, "status": "status", "currency": "currency", "amount": "amount"},
    "balance_transactions": {
        "id": "id",
        "created_us": "created",
        "type": "type",
        "source_id": "source",
        "currency": "currency",
        "amount": "amount",
        "fee": "fee",
        "net": "net",
        "available_on": "available_on",
    },
    "webhook_endpoints": {**_ALWAYS, "status": "status"},
    "webhook_attempts": {
        **_ALWAYS,
        "endpoint_id": "webhook_endpoint",
        "event_id": "event",
        "object_id": "related_object",
        "number": "number",
    },
    "events": {**_ALWAYS, "type": "type", "sequence": "sequence"},
}
#: Members that no column repeats, and that rules look at.
_MORE: Final[Mapping[str, tuple[str, ...]]] = {
    "customers": ("deleted",),
    "payment_intents": ("amount_received", "amount_capturable"),
    "refunds": ("pending_reason",),
    "balance_transactions": ("fee_details", "status"),
    "webhook_endpoints": ("enabled_events", "headers", "secrets"),
    "webhook_attempts": ("delivery", "error", "response", "status", "superseded"),
    "events": ("data",),
}
_GONE: Final = {"id": "id"}  # all that is left of a deleted customer


class _Reading:
    """How one table's documents are read and compared, prepared once."""

    def __init__(self, table: str) -> None:
        columns, members = tuple(COLUMNS[table]), tuple(COLUMNS[table].values())
        shape = msgspec.defstruct(table, [(member, Any, UNSET) for member in (*members, *_MORE.get(table, ()))])
        self.decode = msgspec.json.Decoder(shape).decode
        self._stored = itemgetter(*columns)
        self._shown = attrgetter(*members)
        self._created = columns.index("created_us")

    def same(self, row: Row, doc: Struct) -> bool:
        """Whether all is as it should be, which is nearly always so."""
        stored = list(self._stored(row))
        stored[self._created] //= 1_000_000
        return stored == list(self._shown(doc))


_READINGS: Final = {table: _Reading(table) for table in COLUMNS}


def shown(table: str, row: Row) -> Struct | str:
    """The document's members that matter here, UNSET where there is none; or what is wrong with its text."""
    try:
        decoded: Struct = _READINGS[table].decode(row["doc"])
    except (msgspec.DecodeError, TypeError, UnicodeError) as error:
        return str(error)
    return decoded


def differing(table: str, row: Row, doc: Struct | str, book: Book) -> Iterator[Finding]:
    """Where a document (as `shown` gave it) and its columns differ."""
    if not isinstance(doc, str) and table != "customers" and _READINGS[table].same(row, doc):
        return
    name = f"{row['id']} {book}"
    if isinstance(doc, str):
        yield Finding(Invariant.DOC, table, name, "a JSON object", doc)
        return
    gone = table == "customers" and bool(row["deleted"])
    for column, member in (_GONE if gone else COLUMNS[table]).items():
        expected, found = _as_shown(column, row[column]), getattr(doc, member)
        if found != expected or type(found) is not type(expected):
            yield Finding(Invariant.DOC, table, name, f"{member} {expected!r} (column {column})", _said(found))
    if table == "customers" and gone is not (getattr(doc, "deleted", UNSET) is True):
        yield Finding(Invariant.DOC, table, name, f"deleted {gone}", _said(getattr(doc, "deleted", UNSET)))


def _as_shown(column: str, value: Any) -> Any:
    if column == "created_us":
        return value // 1_000_000
    if column in ("livemode", "disputed"):
        return bool(value)
    return value


def _said(value: Any) -> str:
    return "nothing" if value is UNSET else repr(value)
