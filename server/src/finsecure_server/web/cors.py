"""Cross-origin rules: an allow-list, answered exactly; every reply varies by Origin so that no cache mixes them up."""

from __future__ import annotations

from typing import Final

REQUEST_HEADERS: Final = (
    "authorization, content-type, idempotency-key, finsecure-version, stripe-version, x-requested-with"
)
EXPOSED: Final = (
    b"request-id, finsecure-version, finsecure-clock, idempotency-key, idempotent-replayed, retry-after, "
    b"finsecure-should-retry, finsecure-rate-limited-reason, x-ratelimit-limit, x-ratelimit-remaining, "
    b"x-ratelimit-reset"
)
MAX_AGE_S: Final = b"600"

Headers = list[tuple[bytes, bytes]]


class Cors:
    """The origins that browsers may call from. `*` allows any, without credentials."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._any = "*" in origins
        self._origins = frozenset(origin.rstrip("/").lower().encode() for origin in origins)

    def headers(self, origin: bytes | None) -> Headers:
        """For an ordinary reply."""
        if origin is None or not self._allows(origin):
            return [(b"vary", b"Origin")]
        return [
            (b"vary", b"Origin"),
            (b"access-control-allow-origin", b"*" if self._any else origin),
            (b"access-control-expose-headers", EXPOSED),
        ]

    def preflight(self, origin: bytes | None, asked: bytes | None, allowed: list[str]) -> Headers:
        """For an OPTIONS request. Without leave there are no CORS headers at all, and the browser stops."""
        headers = [(b"vary", b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers")]
        headers.append((b"allow", ", ".join(allowed).encode()))
        if origin is not None and asked is not None and self._allows(origin) and asked.decode("latin-1") in allowed:
            headers += [
                (b"access-control-allow-origin", b"*" if self._any else origin),
                (b"access-control-allow-methods", ", ".join(allowed).encode()),
                (b"access-control-allow-headers", REQUEST_HEADERS.encode()),
                (b"access-control-max-age", MAX_AGE_S),
            ]
        return headers

    def names(self, origin: bytes | None) -> bool:
        """Whether an origin is in the list by its name, and so is trusted with credentials."""
        return origin is not None and origin.lower() in self._origins

    def _allows(self, origin: bytes) -> bool:
        return self._any or self.names(origin)
