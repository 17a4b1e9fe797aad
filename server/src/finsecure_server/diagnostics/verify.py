"""`finsecure-server verify`: prove on live data that the books are right, and name every row for which they are not.

All of it is read from one snapshot, so it may run beside a busy server, and each table is walked once or twice in the
order of an id, so that memory does not grow with the tables. On SQLite the write-ahead log cannot start over while it
runs. What is proven stands in docs/LEDGER.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from msgspec import UNSET

from finsecure_server.accounts import store as accounts
from finsecure_server.core.invariants import Book, Finding, Invariant
from finsecure_server.diagnostics import columns, deliveries, dossier, endpoints, rules
from finsecure_server.diagnostics import verify_store as store
from finsecure_server.diagnostics import verify_webhooks_store as webhooks
from finsecure_server.diagnostics.deliveries import DAY_US, Known
from finsecure_server.diagnostics.wanted import Wanted
from finsecure_server.ledger import seal_store
from finsecure_server.ledger import verify as ledger
from finsecure_server.storage import soundness
from finsecure_server.storage.database import Database, Reader, Row
from finsecure_server.storage.scan import together
from finsecure_server.web.idempotency import STARTED_KEPT_US

Progress = Callable[[int, int], None]
"""Is told how many rows were read, and of how many."""

FINDINGS_MAX: Final = 1_000  # that are named; more are counted
#: How often each table is walked, for the progress.
_WALKS: Final = {
    "ledger_transactions": 2,
    "postings": 1,
    "balance_transactions": 1,
    "events": 1,
    "idempotency_keys": 1,
    "charges": 2,
    "refunds": 2,
    "disputes": 2,
    "webhook_filters": 2,
    "webhook_secrets": 1,
    "webhook_lanes": 1,
    "deliveries": 1,
    "webhook_attempts": 1,
    "webhook_replays": 1,
    **dict.fromkeys(set(store.VERIFY_OBJECTS) - {"charges", "refunds", "disputes"}, 1),
}


@dataclass(slots=True)
class Report:
    """What was found."""

    findings: list[Finding] = field(default_factory=list)
    found: int = 0  # in all; the first FINDINGS_MAX are named
    rows: int = 0  # read
    seals: dict[str, str] = field(default_factory=dict)  # the end of each book's hash chain: number and hash
    seconds: float = 0.0

    def forget(self) -> None:
        """Begin anew."""
        self.findings.clear()
        self.seals.clear()
        self.found = self.rows = 0

    @property
    def clean(self) -> bool:
        """Whether every invariant holds."""
        return not self.found

    @property
    def exit_code(self) -> int:
        """Of the command: 0 when clean, 1 when not."""
        return int(not self.clean)

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        return {
            "clean": self.clean,
            "findings": [{**finding._asdict(), "says": finding.invariant.says} for finding in self.findings],
            "found": self.found,
            "rows": self.rows,
            "seals": self.seals,
            "seconds": round(self.seconds, 3),
        }

    def text(self) -> str:
        """For people: a line a finding, and what it comes to."""
        lines = [finding.line() for finding in self.findings]
        if self.found > len(self.findings):
            lines.append(f"... and {self.found - len(self.findings):,} more")
        verdict = "every invariant holds" if self.clean else f"{self.found:,} findings"
        lines.append(f"verify: {self.rows:,} rows read in {self.seconds:.1f} s, {verdict}.")
        lines += [f"sealed: {book} up to {seal}" for book, seal in self.seals.items()]
        return "\n".join(lines)


async def verify(db: Database, progress: Progress | None = None, *, wall_us: int | None = None) -> Report:
    """Prove everything. `wall_us` is the wall clock in microseconds, that of this machine unless it is given."""
    wall = time.time_ns() // 1_000 if wall_us is None else wall_us
    started = time.perf_counter()
    report = Report()
    try:
        await db.read(lambda reader: _prove(reader, report, db.url, wall, progress))
    except soundness.UNREADABLE as error:
        if report.clean:  # then it is not the file
            raise
        _note(report, [_unsound(f"it cannot be read: {error}")])
    report.seconds = time.perf_counter() - started
    return report


def prove(reader: Reader, url: str, wall_us: int) -> Report:
    """The same for what somebody sees who has a transaction open. `url` tells the engine."""
    report = Report()
    _prove(reader, report, url, wall_us, None)
    return report


def _prove(reader: Reader, report: Report, url: str, wall_us: int, progress: Progress | None) -> None:
    report.forget()  # a read may be begun again
    for line in soundness.damage(reader, url):
        _note(report, [_unsound(line)])
    _walk(reader, report, wall_us, progress)


def _unsound(line: str) -> Finding:
    return Finding(Invariant.ENGINE, "database", "file", "a sound file", line)


def _walk(reader: Reader, report: Report, wall_us: int, progress: Progress | None) -> None:
    total = sum(store.count(reader, table) * walks for table, walks in _WALKS.items())

    def tell(rows: int) -> None:
        report.rows += rows
        if progress is not None:
            progress(min(report.rows, total), total + 1)

    oldest_us = webhooks.oldest_attempt_us(reader)
    for book, table in store.books(reader):
        if table is not None:
            row = f"of {book}"
            _note(report, [Finding(Invariant.WHOLE, table, row, f"the account {book.account}", "no such account")])
            continue
        _note(report, ledger.check_book(reader, book, tell))
        ahead_us = 0 if book.livemode else accounts.clock_offset(reader, book.account)
        _note(report, _objects(reader, book, wall_us, tell))
        _note(report, _events(reader, book, deliveries.known(wall_us, oldest_us, ahead_us), tell))
        _note(report, _replays(reader, book, tell))
        _note(report, _keys(reader, book, wall_us, tell))
        end = seal_store.last(reader, book)
        if end is not None:
            report.seals[str(book)] = f"{end.number} {end.hash}"
    if progress is not None:
        progress(total + 1, total + 1)


def _note(report: Report, findings: Iterable[Finding]) -> None:
    for finding in findings:
        report.found += 1
        if len(report.findings) < FINDINGS_MAX:
            report.findings.append(finding)


def _objects(reader: Reader, book: Book, wall_us: int, tell: store.Tell) -> Iterator[Finding]:
    """Every id with everything that is known of it."""
    streams = store.about(reader, book, tell) | webhooks.about_endpoints(reader, book, tell)
    streams |= {table: (store.objects(reader, book, table, tell), "id") for table in store.VERIFY_OBJECTS}
    waiting: set[str] = set()  # currencies in which something waits for its release
    entries = 0
    for object_id, parts in together(streams):
        opened = dossier.opened(book, object_id, parts)
        entries += len(opened.entries)
        yield from dossier.check(opened)
        yield from rules.check(opened)
        yield from endpoints.check(opened, wall_us)
        waiting.update(row["currency"] for row in parts.get("pending_funds", ()) if row["waiting"])
    transactions = store.ledger_transactions(reader, book)
    if entries != transactions:  # the walk by source, kind and ordinal steps over what it has seen
        expected = f"{transactions} of different source, kind and ordinal"
        yield Finding(Invariant.ONCE, "ledger_transactions", str(book), expected, str(entries))
    for currency, pending in store.pending(reader, book).items():
        if currency not in waiting:
            row = f"{currency} L:merchant_pending {book}"
            yield Finding(Invariant.FUNDS, "ledger_accounts", row, "0, as nothing waits for a release", str(pending))


def _events(reader: Reader, book: Book, what: Known, tell: store.Tell) -> Iterator[Finding]:
    """Every event with its deliveries and the attempts at them."""
    wanted = Wanted(webhooks.filters(reader, book, tell))
    streams = {
        "events": (store.events(reader, book, tell), "id"),
        "deliveries": (webhooks.deliveries(reader, book, tell), "event_id"),
        "attempts": (webhooks.attempts(reader, book, tell), "event_id"),
    }
    for event_id, parts in together(streams):
        for row in parts.get("events", ()):
            yield from _event(book, row)
        yield from deliveries.check(book, event_id, parts, wanted, what)


def _event(book: Book, row: Row) -> Iterator[Finding]:
    """An event by itself: it says what its columns say, and shows the object that it is about."""
    doc = columns.shown("events", row)
    yield from columns.differing("events", row, doc, book)
    data = getattr(doc, "data", UNSET)
    about = data.get("object") if isinstance(data, dict) else None
    if not isinstance(about, dict):
        yield Finding(Invariant.DOC, "events", f"{row['id']} {book}", "an object in data.object", repr(about))
    elif about.get("id", row["object_id"]) != row["object_id"]:
        expected = f"{row['object_id']} in data.object"
        yield Finding(Invariant.DOC, "events", f"{row['id']} {book}", expected, repr(about["id"]))


def _replays(reader: Reader, book: Book, tell: store.Tell) -> Iterator[Finding]:
    """Every replay with what it scheduled."""
    for _, parts in together(webhooks.replays(reader, book, tell)):
        yield from endpoints.check_replay(book, parts)


def _keys(reader: Reader, book: Book, wall_us: int, tell: store.Tell) -> Iterator[Finding]:
    """Idempotency keys: what is finished has its reply, and what is not for a day has something that is still open."""
    for row in store.keys(reader, book, tell):
        name = f"{row['key']!r} {book}"
        if row["state"] == "finished":
            yield from _finished(row, name)
        elif row["state"] != "started":
            yield Finding(Invariant.KEYS, "idempotency_keys", name, "started or finished", str(row["state"]))
        elif row["lease_us"] + STARTED_KEPT_US + DAY_US < wall_us and not _is_open(row):
            found = f"{row['object_id'] or 'nothing'}, started until {row['lease_us']}"
            yield Finding(Invariant.KEYS, "idempotency_keys", name, "an object that is still open", found)


def _finished(row: Row, name: str) -> Iterator[Finding]:
    if row["status"] is None or row["response"] is None:
        yield Finding(Invariant.KEYS, "idempotency_keys", name, "a status and a reply", "none")
        return
    try:
        msgspec.json.decode(row["response"])
    except (msgspec.DecodeError, TypeError, UnicodeError):
        yield Finding(Invariant.KEYS, "idempotency_keys", name, "a reply in JSON", repr(row["response"])[:80])


def _is_open(row: Row) -> bool:
    """Whether the outcome of what a call began is not known yet."""
    statuses = (row["intent_status"], row["setup_status"], row["refund_status"])
    return "processing" in statuses or row["refund_status"] == "pending"
