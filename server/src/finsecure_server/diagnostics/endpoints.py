"""What must be true of an endpoint, with its lane, its filters and its secrets, and of a replay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from finsecure_server.core.breaker import Breaker
from finsecure_server.core.failing import Failing
from finsecure_server.core.invariants import Book, Finding, Invariant
from finsecure_server.core.signature import SECRETS_MAX
from finsecure_server.diagnostics.dossier import Dossier
from finsecure_server.storage.database import Row
from finsecure_server.webhooks.replay_store import Kept

SECOND_US: Final = 1_000_000
_UNDER_WAY: Final = ("running", "canceling")
_OVER: Final = ("completed", "canceled")


def check(d: Dossier, wall_us: int) -> Iterator[Finding]:
    """What must be true of an endpoint; nothing of other objects. Secrets live by the wall clock."""
    if d.table != "webhook_endpoints" or d.row is None:
        return
    deleted = d.row["status"] == "deleted"
    yield from _lane(d, d.row)
    yield from _filters(d, deleted=deleted)
    secrets = d.parts.get("secrets_of", ())
    signing = [secret for secret in secrets if secret["kind"] == "signing"]
    if deleted:
        if secrets:
            yield d.finding(Invariant.SIGNED, "no secret, as it is deleted", f"{len(secrets)}", "webhook_secrets")
    else:
        yield from _signing(d, signing, wall_us)
    headers = [secret for secret in secrets if secret["kind"] == "headers"]
    if len(headers) + len(signing) != len(secrets):
        kinds = sorted({secret["kind"] for secret in secrets})
        yield d.finding(Invariant.SIGNED, "secrets to sign with, or values of headers", str(kinds), "webhook_secrets")
    if len(headers) != (1 if d.shown("headers") else 0):
        expected = "values of its own headers exactly if it shows any"
        yield d.finding(Invariant.DOC, expected, f"{d.shown('headers')}, {len(headers)} rows of values")


def _lane(d: Dossier, row: Row) -> Iterator[Finding]:
    lanes = d.parts.get("lanes_of", ())
    if not lanes:
        yield d.finding(Invariant.WHOLE, "its lane", "no such lane", "webhook_lanes")
        return
    lane = lanes[0]
    try:
        msgspec.json.decode(lane["breaker"], type=Breaker)
        failing = msgspec.json.decode(lane["failing"], type=Failing)
    except (msgspec.DecodeError, TypeError, UnicodeError) as error:
        yield d.finding(Invariant.DOC, "how it fares, as JSON", str(error), "webhook_lanes")
        return
    if row["status"] == "enabled" and failing.clock_us and lane["failing_us"] is None:
        yield d.finding(Invariant.LATER, "a webhook_failing, as it fails", "none scheduled", "due")


def _filters(d: Dossier, *, deleted: bool) -> Iterator[Finding]:
    """It hears of what it says it hears of, each once."""
    shown = d.shown("enabled_events")
    expected = [] if deleted or not isinstance(shown, list) else sorted(map(str, shown))
    present = [row["id"] for row in d.parts.get("filters_of", ()) for _ in range(row["present"])]
    if sorted(present) != expected:
        yield d.finding(Invariant.DOC, f"the filters {expected}, as it shows", sorted(present))


def _signing(d: Dossier, rows: Sequence[Row], wall_us: int) -> Iterator[Finding]:
    """What signs is what it shows: the newest without an end, and those that sign along until theirs.

    The end of a secret is shown in whole seconds, so for the rest of that second it may or may not be shown.
    """
    ends = {row["id"]: row["expires_us"] for row in rows}
    active = [end for end in ends.values() if end is None or end > wall_us]
    if not active or len([end for end in active if end is None or end > wall_us + SECOND_US]) > SECRETS_MAX:
        yield d.finding(Invariant.SIGNED, f"1 to {SECRETS_MAX} secrets that sign", len(active), "webhook_secrets")
    if list(ends.values()).count(None) != 1:
        found = list(ends.values()).count(None)
        yield d.finding(Invariant.SIGNED, "one secret without an end, the newest", found, "webhook_secrets")
    shown = _shown(d.shown("secrets"))
    for secret, end in ends.items():
        until = None if end is None else end // SECOND_US
        if (end is None or end > wall_us + SECOND_US) and (secret, until) not in shown:
            yield d.finding(Invariant.DOC, f"its secret {secret} until {until}, as it signs", shown)
    for secret, until in shown:
        if (until is None or until * SECOND_US > wall_us) and secret not in ends:
            yield d.finding(Invariant.SIGNED, f"its secret {secret}, as it shows", "no such secret", "webhook_secrets")


def _shown(secrets: Any) -> list[tuple[Any, Any]]:
    rows = secrets if isinstance(secrets, list) else []
    return [(row.get("id"), row.get("expires_at")) for row in rows if isinstance(row, dict)]


# -- replays -----------------------------------------------------------------------------------------------------------


def check_replay(book: Book, parts: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """A replay, and what it scheduled. That it is there for its deliveries is asked of each of those."""
    for row in parts.get("replays", ()):
        name, status = f"{row['id']} {book}", row["status"]
        if row["endpoint_row"] is None:
            expected = f"its endpoint {row['endpoint_id']}"
            yield Finding(Invariant.WHOLE, "webhook_replays", name, expected, "no such endpoint")
        if status not in (*_UNDER_WAY, *_OVER):
            expected = f"one of {', '.join((*_UNDER_WAY, *_OVER))}"
            yield Finding(Invariant.REPLAYED, "webhook_replays", name, expected, status)
        if status in _UNDER_WAY and row["step_us"] is None:
            yield Finding(Invariant.LATER, "due", name, f"a webhook_replay, as it is {status}", "none scheduled")
        scheduled = next(iter(parts.get("replayed", ())), None)
        deliveries, untried = (scheduled["deliveries"], scheduled["untried"]) if scheduled else (0, 0)
        if deliveries > row["matched"]:
            expected = f"at most {row['matched']} deliveries, as it counts"
            yield Finding(Invariant.REPLAYED, "webhook_replays", name, expected, str(deliveries))
        if status in _OVER and untried:
            expected = f"each delivery tried or taken back, as it is {status}"
            yield Finding(Invariant.REPLAYED, "webhook_replays", name, expected, f"{untried} to be tried")
        yield from _kept(row, name)


def _kept(row: Row, name: str) -> Iterator[Finding]:
    try:
        kept = msgspec.json.decode(row["doc"], type=Kept)
    except (msgspec.DecodeError, TypeError, UnicodeError) as error:
        yield Finding(Invariant.DOC, "webhook_replays", name, "its filter as JSON", str(error))
        return
    if (kept.ended is not None) is not (row["status"] in _OVER):
        expected = "when it ended, exactly if it did"
        yield Finding(Invariant.DOC, "webhook_replays", name, expected, f"{row['status']}, {kept.ended}")
