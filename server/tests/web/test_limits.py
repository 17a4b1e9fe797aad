"""How often a key may call: the rule as a table, the headers' meaning, and what is forgotten."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finsecure_server.settings import RATE_LIMIT_MAX
from finsecure_server.storage.database import Database
from finsecure_server.web import allowance
from finsecure_server.web.allowance import InProcess, Verdict, decide, interval
from finsecure_server.web.limits import Limiter, Unlimited, build
from finsecure_server.web.router import Answer, Route
from tests.edge import Edge, Got

NOW = 1_700_000_000_000_000
MS = 1000

#: Ten a second: one call is 100 ms of allowance. Whole at (ms from now), then verdict and where it is whole afterwards.
DECISIONS = [
    # whole_at  allowed remaining reset_s retry_s  whole afterwards
    (-10_000, True, 9, 1, 0, 100),  # long ago
    (0, True, 9, 1, 0, 100),
    (1, True, 8, 1, 0, 101),  # a call's worth is given back whole, not in parts
    (100, True, 8, 1, 0, 200),
    (800, True, 1, 1, 0, 900),
    (899, True, 0, 1, 0, 999),
    (900, True, 0, 1, 0, 1000),  # the last of the burst
    (901, False, 0, 1, 1, 901),
    (999, False, 0, 1, 1, 999),
    (1000, False, 0, 1, 1, 1000),
    (1001, False, 0, 2, 1, 1001),
    (1900, False, 0, 2, 1, 1900),
    (1901, False, 0, 2, 2, 1901),  # only a clock that was set back can bring this about
]


@pytest.mark.parametrize(("whole_at", "allowed", "remaining", "reset", "retry", "after"), DECISIONS)
def test_the_rule(whole_at: int, allowed: bool, remaining: int, reset: int, retry: int, after: int) -> None:
    verdict, new = decide(NOW + whole_at * MS, NOW, 10)
    assert verdict == Verdict(allowed, 10, remaining, reset, retry)
    assert new == NOW + after * MS


@settings(deadline=None)
@given(per_second=st.integers(1, RATE_LIMIT_MAX), whole_at=st.integers(-(10**7), 10**7), times=st.integers(1, 40))
def test_what_holds_for_every_rate(per_second: int, whole_at: int, times: int) -> None:
    at = NOW + whole_at
    for _ in range(times):
        verdict, after = decide(at, NOW, per_second)
        assert 0 <= verdict.remaining < per_second
        assert verdict.reset_s >= 1
        assert verdict.allowed is (verdict.retry_after_s == 0)
        assert (after > at) if verdict.allowed else (after == at)
        if not verdict.allowed:  # whoever waits as long as they are told is let in
            assert verdict.remaining == 0
            assert decide(at, NOW + verdict.retry_after_s * 1_000_000, per_second)[0].allowed
        assert decide(after, NOW + verdict.reset_s * 1_000_000, per_second)[0].remaining == per_second - 1
        at = after


@pytest.mark.parametrize("per_second", [1, 2, 3, 7, 10, 99, 100, 333, 1000, 3001, 100_000])
async def test_a_seconds_worth_may_come_at_once_and_no_more(per_second: int) -> None:
    limiter = InProcess(per_second)
    remaining = [(await limiter.take("k", NOW)).remaining for _ in range(per_second)]
    assert remaining == list(range(per_second - 1, -1, -1))
    refused = await limiter.take("k", NOW)
    assert refused == Verdict(False, per_second, 0, 1, 1)
    assert interval(per_second)[1] <= 1_000_000


async def test_over_a_minute_the_rate_is_held() -> None:
    limiter = InProcess(10)
    allowed = sum([(await limiter.take("k", NOW + tick * 10 * MS)).allowed for tick in range(6000)])
    assert allowed == 10 * 60 + 9


async def test_keys_do_not_disturb_one_another() -> None:
    limiter = InProcess(1)
    assert (await limiter.take("a", NOW)).allowed
    assert not (await limiter.take("a", NOW)).allowed
    assert (await limiter.take("b", NOW)).allowed


async def test_refused_calls_cost_nothing() -> None:
    limiter = InProcess(2)
    for _ in range(100):
        await limiter.take("k", NOW)
    assert (await limiter.take("k", NOW + 500 * MS)).allowed


async def test_a_clock_set_back_by_an_hour_refuses_nobody_for_an_hour() -> None:
    limiter = InProcess(5)
    for _ in range(5):
        assert (await limiter.take("k", NOW)).allowed
    assert not (await limiter.take("k", NOW)).allowed
    back = NOW - 3_600_000 * MS
    assert [(await limiter.take("k", back)).allowed for _ in range(6)] == [True] * 5 + [False]
    assert (await limiter.take("k", back + 1_000 * MS)).allowed


async def test_a_call_beyond_the_limit_is_still_refused() -> None:
    limiter = InProcess(1)
    await limiter.take("k", NOW)
    assert not (await limiter.take("k", NOW)).allowed
    assert (await limiter.take("k", NOW + 1_000 * MS)).allowed


async def test_memory_is_bounded_and_forgets_who_has_not_called_for_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "KEYS_MAX", 100)
    limiter = InProcess(1)
    for number in range(1000):
        await limiter.take("steady", NOW + number)
        await limiter.take(f"k{number}", NOW + number)
        assert len(limiter._young) + len(limiter._old) <= 200
    assert not (await limiter.take("steady", NOW + 1000)).allowed
    assert not (await limiter.take("k999", NOW + 1000)).allowed
    assert (await limiter.take("k0", NOW + 1000)).allowed


async def test_off_says_so_in_the_headers() -> None:
    unlimited = build(None, "redis://ignored")
    assert await unlimited.take("k", NOW) == Verdict(True, 1_000_000, 1_000_000, 0, 0)
    await unlimited.close()


async def test_the_settings_choose_the_limiter() -> None:
    chosen: list[Limiter] = [build(None, None), build(5, None), build(5, "redis://127.0.0.1:1")]
    assert [type(limiter).__name__ for limiter in chosen] == ["Unlimited", "InProcess", "Shared"]
    assert [limiter.per_second for limiter in chosen] == [Unlimited.per_second, 5, 5]
    for limiter in chosen:
        await limiter.close()


# -- at the edge ------------------------------------------------------------------------------------------------------

HELLO = Route("GET", "/v1/hello", lambda *_: Answer(b"{}"))


def headers(got: Got) -> tuple[str, ...]:
    names = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after")
    return tuple(got.headers.get(name, "-") for name in names)


async def test_every_reply_carries_the_three_headers(database: Database) -> None:
    edge = Edge(database, [HELLO], limiter=InProcess(3))
    await edge.open_account()
    assert headers(await edge.get("/v1/hello")) == ("3", "2", "1", "-")
    assert headers(await edge.call("HEAD", "/v1/hello")) == ("3", "1", "1", "-")
    assert headers(await edge.call("DELETE", "/v1/hello")) == ("3", "2", "1", "-")  # no route, so no key: by address
    assert headers(await edge.get("/v1/hello")) == ("3", "0", "1", "-")
    refused = await edge.get("/v1/hello")
    assert headers(refused) == ("3", "0", "1", "1")
    assert (refused.status, refused.code, refused.error["type"]) == (429, "rate_limit", "rate_limit_error")
    assert refused.headers["finsecure-rate-limited-reason"] == "key-rate"
    assert refused.error["reason"] == "key-rate"
    edge.wall += 1_000_000
    assert headers(await edge.get("/v1/hello")) == ("3", "2", "1", "-")


async def test_calls_without_a_good_key_use_up_nobodys_allowance(database: Database) -> None:
    edge = Edge(database, [HELLO], limiter=InProcess(2))
    await edge.open_account()
    statuses = [(await edge.get("/v1/hello", authorization="Bearer sk_test_wrong")).status for _ in range(4)]
    assert statuses == [401, 401, 429, 429]
    assert (await edge.get("/v1/nowhere")).status == 429
    assert headers(await edge.get("/v1/hello")) == ("2", "1", "1", "-")
