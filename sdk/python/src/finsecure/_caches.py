"""Where a cached client keeps what it read: in this process, or in Redis or Valkey. Both lose nothing that matters."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, Protocol

_TIMEOUT: Final = 0.25  # seconds that Redis has to answer; the API itself is not far away
_REST: Final = 5.0  # seconds that a Redis which failed is not asked


class Cache(Protocol):
    """What a cached client needs of a cache. Whatever fails raises CacheDown."""

    def get(self, key: str) -> bytes | None: ...

    def add(self, key: str, value: bytes, ttl: float) -> None:
        """Keep it for `ttl` seconds, if the key is not there."""

    def put(self, key: str, value: bytes, ttl: float) -> None:
        """Keep it for `ttl` seconds, whatever was there."""

    def close(self) -> None: ...


class CacheDown(Exception):
    """The cache cannot be used now."""


class LocalCache:
    """In this process: at most `most` objects, the least used go first. Threads may share it."""

    def __init__(self, most: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            if found[0] <= self._clock():
                del self._kept[key]
                return None
            self._kept.move_to_end(key)
            return found[1]

    def add(self, key: str, value: bytes, ttl: float) -> None:
        with self._lock:
            found = self._kept.get(key)
            if found is None or found[0] <= self._clock():
                self._keep(key, value, ttl)

    def put(self, key: str, value: bytes, ttl: float) -> None:
        with self._lock:
            self._keep(key, value, ttl)

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()

    def _keep(self, key: str, value: bytes, ttl: float) -> None:
        self._kept[key] = (self._clock() + ttl, value)
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


class RedisCache:
    """In Redis or Valkey, shared by all who use the same one. Needs redis: `pip install finsecure[cache]`."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        """`url` begins with redis:// or rediss://."""
        import redis  # noqa: PLC0415  because it is an extra

        self._failures = (redis.RedisError, OSError)
        self._redis = redis.Redis.from_url(
            url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT, decode_responses=False
        )
        self._clock = clock
        self._rests_until = 0.0

    def get(self, key: str) -> bytes | None:
        found: bytes | None = self._ask(lambda: self._redis.get(key))
        return found

    def add(self, key: str, value: bytes, ttl: float) -> None:
        self._ask(lambda: self._redis.set(key, value, px=_milliseconds(ttl), nx=True))

    def put(self, key: str, value: bytes, ttl: float) -> None:
        self._ask(lambda: self._redis.set(key, value, px=_milliseconds(ttl)))

    def _ask(self, question: Callable[[], Any]) -> Any:
        if self._clock() < self._rests_until:
            raise CacheDown("Redis failed a moment ago")
        try:
            return question()
        except self._failures as error:
            self._rests_until = self._clock() + _REST
            raise CacheDown(f"Redis does not answer: {type(error).__name__}") from error

    def close(self) -> None:
        self._redis.close()


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))
