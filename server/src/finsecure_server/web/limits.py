"""Which limiter the settings mean: none, one in this process, or one that several servers share."""

from __future__ import annotations

from typing import Protocol

from finsecure_server.web.allowance import InProcess, Verdict


class Limiter(Protocol):
    """Counts calls by key."""

    per_second: int

    async def take(self, key: str, now_us: int) -> Verdict:
        """Count one call."""
        ...

    async def close(self) -> None:
        """Let go of what it holds on to."""
        ...


def build(per_second: int | None, redis_url: str | None) -> Limiter:
    """The limiter that the settings ask for: no limit for None, shared between processes where there is a Valkey."""
    if per_second is None:
        return Unlimited()
    if redis_url is None:
        return InProcess(per_second)
    from finsecure_server.web.shared_limits import Shared  # noqa: PLC0415  redis: 0.35 s to import

    return Shared(per_second, redis_url)


class Unlimited:
    """`FINSECURE_RATE_LIMIT=off`, for benchmarks. The headers are there and say so."""

    per_second = 1_000_000

    async def take(self, key: str, now_us: int) -> Verdict:
        return Verdict(True, self.per_second, self.per_second, 0, 0)

    async def close(self) -> None:
        return None
