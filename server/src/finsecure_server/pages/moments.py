"""Times as pages show them: with their zone, and with the form that machines read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple


class Moment(NamedTuple):
    """A time in words, and as `datetime` of a time element."""

    words: str
    iso: str


def moment(seconds: int | None) -> Moment | None:
    """A time in seconds since 1970 UTC: 23 Nov 2026, 04:44:26 UTC."""
    if seconds is None:
        return None
    when = datetime.fromtimestamp(seconds, UTC)
    return Moment(f"{when.day} {when:%b %Y, %H:%M:%S} UTC", when.isoformat().replace("+00:00", "Z"))
