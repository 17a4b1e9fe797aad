"""How often a key may call: the generic cell rate algorithm (ITU-T I.371), one number a key.

The number is the moment at which the key's allowance would be whole again. A call moves it on by one interval; a call that
would move it further ahead than the burst allows is refused. The memory is bounded; a restart forgets, in the caller's
favour. With Valkey the number is shared between processes; when Valkey does not answer, each process goes on with its own.
"""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

KEYS_MAX: Final = 50_000


class Verdict(NamedTuple):
    """The answer, and the three headers."""

    allowed: bool
    limit: int
    remaining: int
    reset_s: int  # seconds until the allowance is whole again
    retry_after_s: int


class Limiter(Protocol):
    """Counts calls by key."""

    per_second: int

    async def take(self, key: str, now_us: int) -> Verdict:
        """Count one call."""
        ...


def decide(tat_us: int, now_us: int, per_second: int) -> tuple[Verdict, int]:
    """The verdict for a key whose allowance is whole at `tat_us`, and the new such moment."""
    interval = 1_000_000 // per_second
    window = 1_000_000  # a second's worth may come at once
    start = tat_us if tat_us > now_us else now_us
    after = start + interval
    ahead = after - now_us
    if ahead > window:
        wait = -(-(ahead - window) // 1_000_000)
        return Verdict(False, per_second, 0, -(-(start - now_us) // 1_000_000), max(1, wait)), tat_us
    return Verdict(True, per_second, (window - ahead) // interval, -(-ahead // 1_000_000), 0), after


class Unlimited:
    """`FINSECURE_RATE_LIMIT=off`, for benchmarks. The headers are there and say so."""

    per_second = 1_000_000

    async def take(self, key: str, now_us: int) -> Verdict:
        return Verdict(True, self.per_second, self.per_second, 0, 0)


class InProcess:
    """Numbers in this process's memory."""

    def __init__(self, per_second: int) -> None:
        assert per_second > 0, per_second
        self.per_second = per_second
        self._whole_at: dict[str, int] = {}

    async def take(self, key: str, now_us: int) -> Verdict:
        verdict, self._whole_at[key] = decide(self._whole_at.get(key, 0), now_us, self.per_second)
        if len(self._whole_at) > KEYS_MAX:
            self._whole_at = {k: at for k, at in self._whole_at.items() if at > now_us}
        return verdict
