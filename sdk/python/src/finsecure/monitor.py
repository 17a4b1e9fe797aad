"""How long calls take and how many succeed, per endpoint: by hand, by decorator, or for every call of a client."""

from __future__ import annotations

import functools
import inspect
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, ParamSpec, Self, TypeVar

from finsecure._histogram import Histogram

__all__ = ["PerformanceMonitor"]

P = ParamSpec("P")
T = TypeVar("T")

#: Endpoints that are counted apart; more are counted together, so that memory is bounded.
_ENDPOINTS_MAX: Final = 500
_ERRORS_MAX: Final = 50
_OTHERS: Final = "(other endpoints)"


class _Measured:
    """What is known of one endpoint."""

    __slots__ = ("errors", "histogram", "succeeded")

    def __init__(self) -> None:
        self.histogram = Histogram()
        self.succeeded = 0
        self.errors: Counter[str] = Counter()

    def merge(self, other: _Measured) -> None:
        self.histogram.merge(other.histogram)
        self.succeeded += other.succeeded
        self.errors.update(other.errors)

    def summary(self) -> dict[str, Any] | None:
        found = self.histogram
        if not found.count:
            return None
        return {
            "total_calls": found.count,
            "success_rate": self.succeeded / found.count,
            "avg_duration": found.mean,
            "median_duration": found.quantile(0.50),
            "p95_duration": found.quantile(0.95),
            "p99_duration": found.quantile(0.99),
            "max_duration": found.greatest,
            "min_duration": found.least,
        }


class PerformanceMonitor:
    """Durations are seconds. Threads and event loops may share one; what it holds does not grow with the calls.

    For every call of a client: `Client(observer=monitor)`. Its endpoints are called `POST /v1/payment_intents`.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """`clock` tells seconds, from any beginning."""
        self._clock = clock
        self._lock = threading.Lock()
        self._endpoints: dict[str, _Measured] = {}

    def __call__(self, endpoint: str, seconds: float, error: BaseException | None = None) -> None:
        """One call is over: how long it took, and what it raised."""
        with self._lock:
            found = self._endpoints.get(endpoint)
            if found is None:
                if len(self._endpoints) >= _ENDPOINTS_MAX:
                    endpoint = _OTHERS
                found = self._endpoints.setdefault(endpoint, _Measured())
            found.histogram.add(max(seconds, 0.0))
            found.succeeded += error is None
            if error is not None and (len(found.errors) < _ERRORS_MAX or type(error).__name__ in found.errors):
                found.errors[type(error).__name__] += 1

    def measure_api_call(self, endpoint: str, api_function: Callable[[], T]) -> tuple[T | None, float, bool]:
        """Call it: (its result, seconds, whether it succeeded). What it raises is counted, and not raised further."""
        began = self._clock()
        result = None
        failure: Exception | None = None
        try:
            result = api_function()
        except Exception as error:  # noqa: BLE001  because whatever it is, it is counted
            failure = error
        seconds = self._clock() - began
        self(endpoint, seconds, failure)
        return result, seconds, failure is None

    async def measure_api_call_async(
        self, endpoint: str, api_function: Callable[[], Awaitable[T]]
    ) -> tuple[T | None, float, bool]:
        """The same, for what is awaited."""
        began = self._clock()
        result = None
        failure: Exception | None = None
        try:
            result = await api_function()
        except Exception as error:  # noqa: BLE001  because whatever it is, it is counted
            failure = error
        seconds = self._clock() - began
        self(endpoint, seconds, failure)
        return result, seconds, failure is None

    @contextmanager
    def measuring(self, endpoint: str) -> Iterator[None]:
        """`with monitor.measuring("checkout"):`. What the block raises is counted, and raised further."""
        began = self._clock()
        try:
            yield
        except BaseException as error:
            self(endpoint, self._clock() - began, error)
            raise
        self(endpoint, self._clock() - began)

    def measure(self, endpoint: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
        """`@monitor.measure("checkout")` over a function, plain or async. What it raises is raised further."""

        def decorate(function: Callable[P, T]) -> Callable[P, T]:
            if inspect.iscoroutinefunction(function):

                @functools.wraps(function)
                async def awaited(*args: P.args, **kwargs: P.kwargs) -> Any:
                    with self.measuring(endpoint):
                        return await function(*args, **kwargs)

                return awaited  # type: ignore[return-value]  # T is what is awaited

            @functools.wraps(function)
            def called(*args: P.args, **kwargs: P.kwargs) -> T:
                with self.measuring(endpoint):
                    return function(*args, **kwargs)

            return called

        return decorate

    def get_performance_summary(self, endpoint: str | None = None) -> dict[str, Any] | None:
        """Of one endpoint, or of all together; None if nothing was measured.

        total_calls, success_rate (0 to 1), and in seconds avg_, median_, p95_, p99_, max_ and min_duration. The
        quantiles are within 1 % of the truth, the others exact.
        """
        with self._lock:
            if endpoint is not None:
                found = self._endpoints.get(endpoint)
                return found.summary() if found else None
            every = _Measured()
            for one in self._endpoints.values():
                every.merge(one)
            return every.summary()

    def endpoints(self) -> list[str]:
        """What was measured, sorted."""
        with self._lock:
            return sorted(self._endpoints)

    def errors(self, endpoint: str) -> dict[str, int]:
        """How often each class of exception ended a call of this endpoint."""
        with self._lock:
            found = self._endpoints.get(endpoint)
            return dict(found.errors) if found else {}

    def merge(self, other: PerformanceMonitor) -> None:
        """Add what another has measured: of another process, by `from_dict`."""
        for endpoint, measured in other._copy().items():
            with self._lock:
                self._endpoints.setdefault(endpoint, _Measured()).merge(measured)

    def _copy(self) -> dict[str, _Measured]:
        copy: dict[str, _Measured] = {}
        with self._lock:
            for endpoint, measured in self._endpoints.items():
                copy.setdefault(endpoint, _Measured()).merge(measured)
        return copy

    def to_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            endpoint: {
                "histogram": one.histogram.to_dict(),
                "succeeded": one.succeeded,
                "errors": dict(one.errors),
            }
            for endpoint, one in self._copy().items()
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """What `to_dict` gave."""
        made = cls()
        for endpoint, one in data.items():
            measured = _Measured()
            measured.histogram = Histogram.from_dict(one["histogram"])
            measured.succeeded = one["succeeded"]
            measured.errors.update(one["errors"])
            made._endpoints[endpoint] = measured
        return made
