"""When a call is tried again and how long that waits: pure decisions, the world handed in."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

#: Statuses after which the same call may succeed. A POST is as safe as a GET: it carries an idempotency key.
RETRIED: Final = frozenset({408, 429, 500, 502, 503, 504})
#: A 409 means that two things clash; only these two of them pass by themselves.
RETRIED_CONFLICTS: Final = frozenset({"idempotency_key_in_use", "lock_timeout"})


@dataclass(frozen=True, slots=True)
class Backoff:
    """Full jitter: before retry n, anything between 0 and `factor` × 2^(n-1) seconds, `longest` at most."""

    factor: float = 1.0
    longest: float = 8.0
    retry_after_longest: float = 60.0  # a server that asks for more is asked again after this

    def wait(self, retry: int, retry_after: float | None, chance: float) -> float:
        """Seconds before retry number `retry` (from 1). `chance` is in [0, 1). What the server asks for is kept to."""
        if retry_after is not None:
            return min(retry_after, self.retry_after_longest)
        return chance * min(self.longest, self.factor * 2.0 ** (retry - 1))


class RetryBudget:
    """At most a tenth of the calls are retries, once `burst` tokens are spent: a server in trouble is not buried.

    A retry takes a token; every call that is answered well gives back a tenth of one. Threads may share it.
    """

    def __init__(self, burst: float = 20.0, refill: float = 0.1) -> None:
        self._burst = burst
        self._refill = refill
        self._tokens = burst
        self._lock = threading.Lock()

    @property
    def tokens(self) -> float:
        """How many retries it would pay for now."""
        return self._tokens

    def take(self) -> bool:
        """Whether one more retry may be made; if so it is paid for."""
        with self._lock:
            if self._tokens < 1.0:
                return False
            self._tokens -= 1.0
            return True

    def give(self) -> None:
        """A call was answered well."""
        if self._tokens < self._burst:
            with self._lock:
                self._tokens = min(self._burst, self._tokens + self._refill)


def should_retry(status: int, code: str | None, headers: Mapping[str, str]) -> bool:
    """Whether a reply may be another when the same call is sent again.

    Not when the server forbids it, nor when the reply is the kept one of this idempotency key: it would come again.
    """
    if headers.get("finsecure-should-retry") == "false" or headers.get("idempotent-replayed") == "true":
        return False
    return status in RETRIED or (status == 409 and code in RETRIED_CONFLICTS)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that the server asks to wait, from `Retry-After` (seconds or a date); `now` is seconds since 1970."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isascii() and value.replace(".", "", 1).isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except ValueError:
        return None
