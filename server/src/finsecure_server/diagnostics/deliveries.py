"""What must be true of one event's deliveries and of the attempts at them.

Old ones are forgotten (webhook_retention_days), and what is forgotten proves nothing. Housekeeping drops attempts and
deliveries that were made before one moment, the same for all accounts, and attempts first. So whatever was made since
the oldest attempt that is left was never dropped; nor was what was made within the shortest retention there is, a day.
By that it is known of which events the deliveries, and of which deliveries the attempts, must all be there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from msgspec import Struct

from finsecure_server.core import retry
from finsecure_server.core.delivery import Cause, Failure, State, delivery_id
from finsecure_server.core.invariants import Book, Finding, Invariant
from finsecure_server.diagnostics import columns
from finsecure_server.diagnostics.wanted import MARGIN_US, Wanted
from finsecure_server.storage.database import Row

DAY_US: Final = 86_400 * 1_000_000
SETTLED_US: Final = 60 * 1_000_000  # how soon somebody sees to what an endpoint takes no more
ORIGINS: Final = ("event", "resend", "replay", "test")
STATES: Final = tuple(state.value for state in State)
CAUSES: Final = tuple(cause.value for cause in Cause)
FAILURES: Final = tuple(failure.value for failure in Failure)
#: What makes a delivery of a test event: its own endpoint was sent it, or somebody had it sent to another as well.
_OF_SAMPLES: Final = ("test", "resend")


class Known(NamedTuple):
    """What time it is, and since when nothing was forgotten."""

    wall_us: int
    whole_since_us: int  # wall clock: what was made since is all there
    ahead_us: int  # how far the account's own clock is ahead of the wall at most

    def has_deliveries_of(self, event: Row) -> bool:
        """Whether the deliveries of an event were surely not forgotten.

        Its time is the account's own, and the test clock may have stood further back than now.
        """
        at_us: int = event["created_us"]
        return at_us - self.ahead_us >= self.whole_since_us

    def has_attempts_at(self, delivery: Row) -> bool:
        """Whether the attempts at it were surely not forgotten. They may be of another machine's clock."""
        made_us: int = delivery["created_us"]
        return made_us >= self.whole_since_us + MARGIN_US


def known(wall_us: int, oldest_attempt_us: int | None, ahead_us: int) -> Known:
    """What is known, by the oldest attempt that is left."""
    day_ago_us = wall_us - DAY_US
    return Known(wall_us, min(day_ago_us if oldest_attempt_us is None else oldest_attempt_us, day_ago_us), ahead_us)


def check(
    book: Book, event_id: str, parts: Mapping[str, Sequence[Row]], wanted: Wanted, what: Known
) -> Iterator[Finding]:
    """All that is known of one event's deliveries."""
    event = next(iter(parts.get("events", ())), None)
    deliveries = parts.get("deliveries", ())
    attempts: dict[str, list[tuple[Row, Struct | str]]] = {}
    for row in parts.get("attempts", ()):
        doc = columns.shown("webhook_attempts", row)
        yield from _attempt(book, row, doc)
        attempts.setdefault(row["endpoint_id"], []).append((row, doc))
    if event is not None:
        yield from _fanned_out(book, event, deliveries, wanted, what)
    for row in deliveries:
        yield from _belongs(book, event_id, event, row)
        yield from _stands(book, row, what)
        yield from _numbered(book, row, attempts.pop(row["endpoint_id"], []), what)
    for rows in attempts.values():
        for row, doc in rows:
            if not _superseded(doc):
                expected = f"its delivery {delivery_id(event_id, row['endpoint_id'])}"
                yield _finding(Invariant.WHOLE, book, row, expected, "no such delivery", table="webhook_attempts")


# -- which there are ---------------------------------------------------------------------------------------------------


def _fanned_out(book: Book, event: Row, deliveries: Sequence[Row], wanted: Wanted, what: Known) -> Iterator[Finding]:
    """Each endpoint that wanted the event has its delivery, and no other was given one as the event happened."""
    if event["sample"]:
        for row in deliveries:
            if row["origin"] not in _OF_SAMPLES:
                yield _finding(Invariant.DELIVERIES, book, row, "a test: nothing has happened", row["origin"])
        return
    hearers = wanted.at(event["created_us"], event["type"])
    hearers.pop(event["object_id"], None)  # an endpoint does not hear of itself
    given = {row["endpoint_id"] for row in deliveries if row["origin"] == "event"}
    if what.has_deliveries_of(event):
        for endpoint in sorted(endpoint for endpoint, surely in hearers.items() if surely and endpoint not in given):
            name = f"{delivery_id(event['id'], endpoint)} {book}"
            expected = f"a delivery, as {endpoint} wanted {event['type']}"
            yield Finding(Invariant.DELIVERIES, "deliveries", name, expected, "none that the event made")
    for row in deliveries:
        if row["origin"] == "event" and row["endpoint_id"] not in hearers:
            expected = f"none, as {row['endpoint_id']} did not want {event['type']} of {event['object_id']}"
            yield _finding(Invariant.DELIVERIES, book, row, expected, "a delivery that the event made")
        if row["origin"] == "test":
            yield _finding(Invariant.DELIVERIES, book, row, "no test: it has happened", "test")


def _belongs(book: Book, event_id: str, event: Row | None, row: Row) -> Iterator[Finding]:
    """Its event, its endpoint and its replay are there, and its id names the first two."""
    if event is None:
        yield _finding(Invariant.WHOLE, book, row, f"its event {event_id}", "no such event")
    if row["endpoint_status"] is None:
        yield _finding(Invariant.WHOLE, book, row, f"its endpoint {row['endpoint_id']}", "no such endpoint")
    expected = delivery_id(event_id, row["endpoint_id"])
    if row["id"] != expected:
        yield _finding(Invariant.DELIVERIES, book, row, f"the id {expected}", row["id"])
    if row["origin"] not in ORIGINS:
        yield _finding(Invariant.DELIVERIES, book, row, f"one of {', '.join(ORIGINS)}", row["origin"])
    if row["replay_id"] is not None and row["replay_endpoint_id"] is None:
        yield _finding(Invariant.WHOLE, book, row, f"its replay {row['replay_id']}", "no such replay")
    elif row["replay_endpoint_id"] not in (None, row["endpoint_id"]):
        expected = f"a replay of {row['endpoint_id']}"
        yield _finding(Invariant.REPLAYED, book, row, expected, f"{row['replay_id']} of {row['replay_endpoint_id']}")
    if (row["replay_id"] is None) is not (row["before_replay"] is None):
        expected = "where it stood before, exactly if a replay has scheduled it"
        yield _finding(Invariant.REPLAYED, book, row, expected, f"{row['replay_id']}, {row['before_replay']}")


# -- where they stand --------------------------------------------------------------------------------------------------


def _stands(book: Book, row: Row, what: Known) -> Iterator[Finding]:
    """Its columns agree with one another."""
    state, next_us, attempts, tried = row["state"], row["next_us"], row["attempts"], row["tried"]
    if state not in STATES:
        yield _finding(Invariant.STATE, book, row, f"one of {', '.join(STATES)}", state)
        return
    if row["cause"] not in CAUSES:
        yield _finding(Invariant.STATE, book, row, f"one of {', '.join(CAUSES)}", row["cause"])
    if row["error"] is not None and row["error"] not in FAILURES:
        yield _finding(Invariant.STATE, book, row, "a class of failures", row["error"])
    if (state == State.PENDING) is not (next_us is not None):
        expected = "a time for the next attempt exactly while it is pending"
        yield _finding(Invariant.STATE, book, row, expected, f"{state}, {next_us}")
    if not 0 <= tried <= attempts:
        yield _finding(Invariant.STATE, book, row, f"0 to {attempts} attempts of its schedule", tried)
    if state == State.DELIVERED and row["delivered_us"] is None:
        yield _finding(Invariant.STATE, book, row, "when it was delivered", None)
    if row["delivered_us"] is not None and not attempts:
        yield _finding(Invariant.STATE, book, row, "an attempt, as it was delivered", attempts)
    whole = len(retry.schedule(bool(book.livemode)))
    if state == State.EXHAUSTED and tried < whole:
        yield _finding(Invariant.STATE, book, row, f"all {whole} attempts of its schedule, as it is exhausted", tried)
    yield from _of_endpoint(book, row, what)


def _of_endpoint(book: Book, row: Row, what: Known) -> Iterator[Finding]:
    """What waits, waits for an endpoint that takes it, or for who holds and cancels it."""
    state, endpoint = row["state"], row["endpoint_status"]
    found = f"{state}, and the endpoint is {endpoint}"
    if state == State.CANCELED and endpoint not in ("deleted", None):
        yield _finding(Invariant.STATE, book, row, "canceled only with its endpoint deleted", found)
    if state == State.HELD and endpoint == "enabled" and row["enabled_by"] is None:
        yield _finding(Invariant.STATE, book, row, "held only for an endpoint that was disabled", found)
    stranded = (state == State.PENDING and endpoint in ("disabled", "deleted")) or (
        state == State.HELD and endpoint == "deleted"
    )
    since_us = row["created_us"] if row["next_us"] is None else row["next_us"]
    if stranded and row["settle_us"] is None and since_us + SETTLED_US < what.wall_us:
        yield _finding(Invariant.LATER, book, row, "a webhook_settle of its endpoint", f"none scheduled: {found}")


# -- attempts ----------------------------------------------------------------------------------------------------------


def _attempt(book: Book, row: Row, doc: Struct | str) -> Iterator[Finding]:
    """The log shows what its columns say."""
    table = "webhook_attempts"
    yield from columns.differing(table, row, doc, book)
    if isinstance(doc, str):
        return
    error, response = _member(doc, "error", "code"), _member(doc, "response", "status")
    expected = {
        "delivery": delivery_id(row["event_id"], row["endpoint_id"]),
        "error": row["error"],
        "response": row["status_code"],
        "status": "succeeded" if row["error"] is None else "failed",
    }
    found = {
        "delivery": _member(doc, "delivery"),
        "error": error,
        "response": response,
        "status": _member(doc, "status"),
    }
    for member, value in expected.items():
        if found[member] != value:
            yield _finding(Invariant.DOC, book, row, f"{member} {value!r}", repr(found[member]), table=table)


def _numbered(book: Book, row: Row, attempts: Sequence[tuple[Row, Struct | str]], what: Known) -> Iterator[Finding]:
    """Attempts whose report counted have the numbers up to the delivery's own count; a late report repeats one."""
    counted = [attempt for attempt, doc in attempts if not _superseded(doc)]
    numbers = sorted(attempt["number"] for attempt in counted)
    whole = what.has_attempts_at(row)
    first = 1 if whole or not numbers else numbers[0]
    if (whole or numbers) and numbers != list(range(first, row["attempts"] + 1)):
        yield _finding(Invariant.ATTEMPTS, book, row, f"attempts {first} to {row['attempts']} in the log", numbers)
        return
    arrived = any(attempt["error"] is None for attempt in counted)
    if whole and arrived is not (row["delivered_us"] is not None):
        expected = "delivered exactly if an attempt has succeeded"
        yield _finding(Invariant.STATE, book, row, expected, f"succeeded {arrived}, delivered {row['delivered_us']}")


def _superseded(doc: Struct | str) -> bool:
    return getattr(doc, "superseded", False) is True


def _member(doc: Struct, *path: str) -> Any:
    """A member of a document, or one of a member; None if it is not there."""
    value = getattr(doc, path[0], None)
    for name in path[1:]:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _finding(
    invariant: Invariant, book: Book, row: Row, expected: str, found: object, *, table: str = "deliveries"
) -> Finding:
    return Finding(invariant, table, f"{row['id']} {book}", expected, str(found))
