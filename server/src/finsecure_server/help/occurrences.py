"""What a reader's own account has seen of a code: how often, since when, where, and the last requests.

Looks at the latest ROWS_MAX rows of the code and no further, so that a page costs the same whoever reads it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from finsecure_server.core.declines import DECLINES
from finsecure_server.core.env import Env
from finsecure_server.help import explained_failures, occurrence_store
from finsecure_server.storage.database import Reader, Row

ROWS_MAX: Final = 1_000
LATEST: Final = 5
ENDPOINTS: Final = 5
DAY_US: Final = 86_400 * 1_000_000
WEEK_US: Final = 7 * DAY_US

_ID: Final = re.compile(r"/[a-z]+_\w{8,}(?=/|$)")


class Occurrence(Struct, frozen=True, kw_only=True):
    """One request that failed so, or one attempt of a delivery."""

    id: str
    at: int  # seconds
    call: str  # POST /v1/payment_intents; of an attempt, the endpoint it went to


class Place(Struct, frozen=True, kw_only=True):
    """Where it happened, and how often."""

    call: str
    count: int


class Occurrences(Struct, frozen=True, kw_only=True):
    """Everything of one code in one account and mode. Times are in seconds."""

    object: str = "error_occurrences"
    livemode: bool
    of: str  # requests | attempts
    last_24_hours: int
    last_7_days: int
    at_least: bool  # there were more than were looked at
    first: int | None  # of those that were looked at
    last: int | None
    places: tuple[Place, ...]
    latest: tuple[Occurrence, ...]


def of(reader: Reader, env: Env, code: str) -> Occurrences:
    """The occurrences of any code that has a page, in the account and mode of `env`."""
    if code in explained_failures.CODES:
        rows = occurrence_store.of_failure(reader, env, code, ROWS_MAX)
        seen = [Occurrence(id=row["id"], at=_seconds(row), call=row["endpoint_id"]) for row in rows]
        return _counted(env, "attempts", seen, rows, more=len(rows) == ROWS_MAX)
    decline = DECLINES.get(code)
    if decline is None or decline.wire_code is None:
        rows = looked_at = occurrence_store.of_error(reader, env, code, ROWS_MAX)
    else:
        looked_at = occurrence_store.of_decline(reader, env, decline.api_code.value, code, ROWS_MAX)
        rows = [row for row in looked_at if row["fits"]]
    seen = [Occurrence(id=row["id"], at=_seconds(row), call=_call(row)) for row in rows]
    return _counted(env, "requests", seen, rows, more=len(looked_at) == ROWS_MAX)


def _counted(env: Env, what: str, seen: Sequence[Occurrence], rows: Sequence[Row], *, more: bool) -> Occurrences:
    ages = [env.wall - row["created_us"] for row in rows]
    places = Counter(one.call for one in seen).most_common(ENDPOINTS)
    return Occurrences(
        livemode=env.livemode,
        of=what,
        last_24_hours=sum(age < DAY_US for age in ages),
        last_7_days=sum(age < WEEK_US for age in ages),
        at_least=more,
        first=seen[-1].at if seen else None,
        last=seen[0].at if seen else None,
        places=tuple(Place(call=call, count=count) for call, count in places),
        latest=tuple(seen[:LATEST]),
    )


def _seconds(row: Row) -> int:
    seconds: int = row["created_us"] // 1_000_000
    return seconds


def _call(row: Row) -> str:
    return f"{row['method']} {_ID.sub('/{id}', row['path'])}"
