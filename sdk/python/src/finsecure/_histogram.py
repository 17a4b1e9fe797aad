"""Durations counted in buckets that grow by 2 %: a quantile within 1 % of the truth, in bounded memory, mergeable."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, Self

_GROWTH: Final = 1.02
_LOG: Final = math.log(_GROWTH)
_LEAST: Final = 1e-6  # seconds; what is shorter counts as this
_MOST: Final = 1e4  # seconds; what is longer counts as this in quantiles, not in `max`


class Histogram:
    """Some thousand numbers at most, however many durations were added. Not for several threads at once."""

    __slots__ = ("buckets", "count", "greatest", "least", "total")

    def __init__(self) -> None:
        self.buckets: dict[int, int] = {}
        self.count = 0
        self.total = 0.0
        self.least = math.inf
        self.greatest = 0.0

    def add(self, seconds: float) -> None:
        """One more duration, not below 0."""
        index = math.ceil(math.log(min(max(seconds, _LEAST), _MOST)) / _LOG)
        self.buckets[index] = self.buckets.get(index, 0) + 1
        self.count += 1
        self.total += seconds
        self.least = min(self.least, seconds)
        self.greatest = max(self.greatest, seconds)

    @property
    def mean(self) -> float:
        """Seconds; 0 if there are none."""
        return self.total / self.count if self.count else 0.0

    def quantile(self, part: float) -> float:
        """The duration that `part` of all are not longer than, within 1 %; `part` is between 0 and 1."""
        if not self.count:
            return 0.0
        rank = max(1, math.ceil(part * self.count))
        if rank == self.count:
            return self.greatest
        passed = 0
        for index in sorted(self.buckets):
            passed += self.buckets[index]
            if passed >= rank:
                break
        middle = 2 * _GROWTH**index / (1 + _GROWTH)
        return min(max(middle, self.least), self.greatest)

    def merge(self, other: Histogram) -> None:
        """Add all that another has counted: of another thread, process or machine."""
        for index, count in other.buckets.items():
            self.buckets[index] = self.buckets.get(index, 0) + count
        self.count += other.count
        self.total += other.total
        self.least = min(self.least, other.least)
        self.greatest = max(self.greatest, other.greatest)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "buckets": {str(index): count for index, count in self.buckets.items()},
            "count": self.count,
            "total": self.total,
            "min": self.least if self.count else None,
            "max": self.greatest,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """What `to_dict` gave."""
        made = cls()
        made.buckets = {int(index): count for index, count in data["buckets"].items()}
        made.count, made.total, made.greatest = data["count"], data["total"], data["max"]
        made.least = math.inf if data["min"] is None else data["min"]
        return made
