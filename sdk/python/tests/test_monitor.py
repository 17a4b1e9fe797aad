"""Measuring calls: the document's method names, and quantiles that can be trusted in bounded memory."""

from __future__ import annotations

import asyncio
import json
import math
import random
import statistics
import threading

import pytest

import finsecure
from finsecure._histogram import Histogram
from finsecure.testing import MockTransport


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_documents_method_names() -> None:
    clock = Clock()
    monitor = finsecure.PerformanceMonitor(clock)

    def call() -> str:
        clock.now += 0.25
        return "pi_1"

    assert monitor.measure_api_call("payment_intent_create", call) == ("pi_1", 0.25, True)

    def fail() -> None:
        clock.now += 0.75
        raise ValueError("declined")

    assert monitor.measure_api_call("payment_intent_create", fail) == (None, 0.75, False)
    summary = monitor.get_performance_summary("payment_intent_create")
    assert summary is not None
    assert summary.pop("median_duration") == pytest.approx(0.25, rel=0.01)
    assert summary == {
        "total_calls": 2,
        "success_rate": 0.5,
        "avg_duration": 0.5,
        "p95_duration": 0.75,
        "p99_duration": 0.75,
        "max_duration": 0.75,
        "min_duration": 0.25,
    }
    assert monitor.errors("payment_intent_create") == {"ValueError": 1}
    assert monitor.get_performance_summary("other") is None
    assert finsecure.PerformanceMonitor().get_performance_summary() is None


@pytest.mark.parametrize("seed", range(5))
def test_quantiles_are_within_one_percent(seed: int) -> None:
    chance = random.Random(seed)
    values = [chance.lognormvariate(-3, 1.2) for _ in range(5000)]
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    cuts = sorted(values)
    for part in (0.5, 0.9, 0.95, 0.99, 0.999):
        true = cuts[math.ceil(part * len(values)) - 1]
        assert histogram.quantile(part) == pytest.approx(true, rel=0.0101)
    assert histogram.mean == pytest.approx(statistics.mean(values))
    assert len(histogram.buckets) < 1200


def test_merged_is_the_same_as_counted_together() -> None:
    chance = random.Random(7)
    one, two, both = (finsecure.PerformanceMonitor() for _ in range(3))
    for number in range(1000):
        seconds = chance.expovariate(10)
        (one if number % 3 else two)("a", seconds)
        both("a", seconds)
    one.merge(finsecure.PerformanceMonitor.from_dict(json.loads(json.dumps(two.to_dict()))))
    merged, together = one.get_performance_summary(), both.get_performance_summary()
    assert merged == {key: pytest.approx(value) for key, value in (together or {}).items()}


def test_memory_is_bounded() -> None:
    monitor = finsecure.PerformanceMonitor()
    for number in range(2000):
        monitor(f"endpoint {number}", 0.001 * number)
    assert len(monitor.endpoints()) == 501
    assert (monitor.get_performance_summary() or {})["total_calls"] == 2000
    histogram = Histogram()
    for seconds in (0.0, 1e-9, 1e9):
        histogram.add(seconds)
    assert histogram.greatest == 1e9
    assert histogram.quantile(0.3) >= 0


def test_decorators_and_blocks() -> None:
    monitor = finsecure.PerformanceMonitor()

    @monitor.measure("plain")
    def plain(x: int) -> int:
        """Its docstring."""
        return 10 // x

    @monitor.measure("awaited")
    async def awaited(x: int) -> int:
        return 10 // x

    assert plain(5) == 2
    assert plain.__doc__ == "Its docstring."
    with pytest.raises(ZeroDivisionError):
        plain(0)
    assert asyncio.run(awaited(5)) == 2
    with pytest.raises(ZeroDivisionError):
        asyncio.run(awaited(0))
    with pytest.raises(KeyError), monitor.measuring("block"):
        raise KeyError
    rates = [(monitor.get_performance_summary(name) or {})["success_rate"] for name in ("plain", "awaited", "block")]
    assert rates == [0.5, 0.5, 0.0]


async def test_awaited_calls() -> None:
    monitor = finsecure.PerformanceMonitor()

    async def good() -> int:
        return 7

    async def bad() -> int:
        raise OSError

    assert (await monitor.measure_api_call_async("x", good))[::2] == (7, True)
    assert (await monitor.measure_api_call_async("x", bad))[::2] == (None, False)


def test_every_call_of_a_client() -> None:
    monitor = finsecure.PerformanceMonitor()
    transport = MockTransport().reply({"id": "pi_1", "object": "payment_intent"}).refuse(404, code="resource_missing")
    client = finsecure.Client("sk_test_1", transport=transport, observer=monitor)
    client.payment_intents.retrieve("pi_1")
    with pytest.raises(finsecure.InvalidRequestError):
        client.payment_intents.confirm("pi_2")
    assert monitor.endpoints() == ["GET /v1/payment_intents/{id}", "POST /v1/payment_intents/{id}/confirm"]
    assert monitor.errors("POST /v1/payment_intents/{id}/confirm") == {"InvalidRequestError": 1}


def test_threads_share_one() -> None:
    monitor = finsecure.PerformanceMonitor()

    def measure() -> None:
        for _ in range(500):
            monitor("x", 0.01)

    threads = [threading.Thread(target=measure) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (monitor.get_performance_summary("x") or {})["total_calls"] == 4000
