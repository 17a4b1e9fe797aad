"""Two clocks: test mode of an account has one of its own, which can be moved; some times are the server's own."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from finsecure.cli.output import ago, moment

#: The header that tells the account's clock, in seconds since 1970, where it was moved away from the one on the wall.
HEADER: Final = "finsecure-clock"

#: Kind of object → members that the wall's clock tells, wherever the account's own was moved to.
_BY_WALL: Final[Mapping[str, frozenset[str]]] = {
    "account": frozenset({"created"}),
    "api_key": frozenset({"created", "expires_at", "last_used_at", "revoked_at"}),
    "request_log": frozenset({"created"}),
    "test_clock": frozenset({"moved_at"}),
    "webhook_attempt": frozenset({"created", "next_attempt_at"}),
    "webhook_delivery": frozenset({"delivered_at", "next_attempt_at"}),
}


def by_wall(kind: str, name: str) -> bool:
    """Whether a member of such an object is a time of the clock on the wall."""
    return name in _BY_WALL.get(kind, ())


class Clocks:
    """What time it is on the wall, and in the account as the latest reply told it."""

    def __init__(self) -> None:
        self._ahead: float | None = None  # seconds that the account's clock is ahead of this machine's; None: not told

    def told(self, headers: Mapping[str, str]) -> None:
        """A reply to a call with the account's key came: what it says, or does not, of the clock."""
        text = headers.get(HEADER, "")
        self._ahead = int(text) - time.time() if text.isascii() and text.isdigit() else 0.0

    @property
    def account(self) -> float | None:
        """Now in the account, in seconds since 1970; None until a reply has told."""
        return None if self._ahead is None else time.time() + self._ahead

    def ago(self, seconds: float, kind: str = "", name: str = "") -> str:
        """`3 min ago`, `in 2 h`: how far a member of an object is from now. Empty while nobody has told."""
        now = time.time() if by_wall(kind, name) else self.account
        return "" if now is None else ago(seconds, now)

    def when(self, seconds: float, kind: str = "", name: str = "") -> str:
        """The time, and how long ago or ahead that is as far as it is known."""
        return ", ".join(filter(None, (moment(seconds), self.ago(seconds, kind, name))))
