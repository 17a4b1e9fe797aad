"""A client that keeps customers and payment methods for five minutes, and never anything with money in it.

A write by this client takes what it changes out of the cache at once, and so does a webhook event that is fed to it.
A cache that is down is passed over: the API answers.
"""

from __future__ import annotations

import hashlib
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Unpack

from finsecure._caches import Cache, CacheDown, LocalCache, RedisCache
from finsecure._client import Client
from finsecure._core import settings
from finsecure._core.call import Call
from finsecure._core.client import ClientOptions
from finsecure._view import FinSecureObject, view_of

if TYPE_CHECKING:
    from finsecure._generated.objects import Customer, DeletedCustomer

__all__ = ["CachedFinSecureClient"]

TTL: Final = 300.0  # seconds
#: What may be five minutes old without harm, and how its ids begin. A payment's state may not.
CACHED: Final[Mapping[str, str]] = {"/v1/customers/{}": "cus_", "/v1/payment_methods/{}": "pm_"}

#: Stands where something was changed: it is not filled by a call that began before the change.
_CHANGED: Final = b"-"
_CHANGED_FOR: Final = 60.0  # seconds; no call takes longer, by the default deadline
_TRACKED_MAX: Final = 10_000
#: Members that name another object which a change may show in.
_RELATED: Final = ("id", "customer", "payment_method")


class CachedFinSecureClient(Client):
    """A `Client` that answers `customers.retrieve` and `payment_methods.retrieve` from a cache where it can.

    Calls with parameters, such as `expand`, go to the API. Keep one for each key: what is cached is the key's own.
    """

    def __init__(
        self,
        api_key: str | None = None,
        redis_url: str | None = None,
        *,
        cache: Cache | None = None,
        cache_ttl: float = TTL,
        clock: Callable[[], float] = time.monotonic,
        **options: Unpack[ClientOptions],
    ) -> None:
        """In Redis or Valkey if `redis_url` is given, else in this process. `cache_ttl` is seconds."""
        super().__init__(api_key, **options)
        self.cache_ttl = cache_ttl
        self._cache: Cache = cache or (RedisCache(redis_url, clock) if redis_url else LocalCache(clock=clock))
        self._clock = clock
        self._lock = threading.Lock()
        self._lost: dict[str, float] = {}  # keys whose change the cache was not told of, until when

    def get_customer(self, customer_id: str, use_cache: bool = True) -> Customer | DeletedCustomer:
        """The customer, as it was at most `cache_ttl` seconds ago; as it is, if `use_cache` is false."""
        if not use_cache:
            self.invalidate(customer_id)
        return self.customers.retrieve(customer_id)

    def invalidate_customer_cache(self, customer_id: str) -> None:
        """The next call reads it anew."""
        self.invalidate(customer_id)

    def invalidate(self, *ids: str) -> None:
        """The next calls read these objects anew; ids of what is never cached are passed over."""
        for one in ids:
            for path, prefix in CACHED.items():
                if one.startswith(prefix):
                    self._forget(self._key(path, one))

    def handle_event(self, event: FinSecureObject | Mapping[str, Any]) -> None:
        """Feed it every webhook event: what others have changed is then read anew too."""
        data = event.get("data") or {}
        self.invalidate(*_named(data.get("object") or {}))

    def close(self) -> None:
        """Close every connection, those to the cache too."""
        super().close()
        self._cache.close()

    def _carry_out(self, call: Call) -> Any:
        if call.route.method == "GET":
            plain = not call.params and not call.options
            return self._read(call) if plain and call.route.path in CACHED else super()._carry_out(call)
        try:
            result = super()._carry_out(call)
        finally:  # a call that failed may have changed something all the same
            self.invalidate(*_within(call))
        self.invalidate(*_named(result))
        return result

    def _read(self, call: Call) -> Any:
        key = self._key(call.route.path, call.path.rpartition("/")[2])
        kept = self._kept(key)
        if kept is not None:
            return view_of(json.loads(kept), call.route.kinds)
        found = super()._carry_out(call)
        self._keep(key, json.dumps(found.to_dict(), separators=(",", ":")).encode())
        return found

    def _key(self, path: str, id: str) -> str:
        secret = settings.secret_key(self._settings.api_key, self._api_base)
        who = hashlib.sha256(f"{secret}\n{self._api_base}\n{self._settings.api_version}".encode())
        return f"finsecure:{who.hexdigest()[:16]}:{path.split('/')[2]}:{id}"

    def _kept(self, key: str) -> bytes | None:
        with self._lock:
            if self._lost.get(key, 0.0) > self._clock():
                return None
        try:
            found = self._cache.get(key)
        except CacheDown:
            return None
        return None if found == _CHANGED else found

    def _keep(self, key: str, value: bytes) -> None:
        spread = random.uniform(0.9, 1.0)  # noqa: S311  because it only keeps many from ending at one moment
        try:
            self._cache.add(key, value, self.cache_ttl * spread)
        except CacheDown:
            return

    def _forget(self, key: str) -> None:
        try:
            self._cache.put(key, _CHANGED, min(_CHANGED_FOR, self.cache_ttl))
        except CacheDown:
            with self._lock:  # when the cache is back it would still have the old one
                if len(self._lost) >= _TRACKED_MAX:
                    self._lost.clear()
                self._lost[key] = self._clock() + self.cache_ttl


def _within(call: Call) -> Iterator[str]:
    """The ids in the path of a call, and those that its parameters name."""
    template = call.route.path.split("/")
    yield from (part for part, hole in zip(call.path.split("/"), template, strict=False) if hole == "{}")
    yield from _named(call.params)


def _named(found: Any) -> Iterator[str]:
    """The ids that an object names, itself and those it belongs to."""
    for name in _RELATED:
        value = found.get(name) if isinstance(found, (FinSecureObject, Mapping)) else None
        if isinstance(value, str) and value:
            yield value
