"""F14: receivers that do all there is to do wrong. Each gets its class and phase, in time, and harms nothing else."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import psutil
import pytest
import uvloop

from finsecure_server.core.delivery import REPLY_BYTES_MAX, Failure, Message, Outcome
from finsecure_server.core.delivery_failures import explain, tls_fault
from finsecure_server.net.outbound import Outbound
from tests.net.certificates import Certificates
from tests.net.hostile import CASES, FLOODS, TIMEOUT_S, Case
from tests.net.receivers import Receiver, answers, handshakes, ok, receiver

GRACE_S: Final = 0.5


@dataclass(frozen=True)
class Ran:
    """What came of a case."""

    outcome: Outcome
    seconds: float


def listening(case: Case, certificates: Certificates) -> AbstractAsyncContextManager[Receiver]:
    if case.listens is not None:
        return case.listens()
    tls: ssl.SSLContext | None = getattr(certificates, case.tls)() if case.tls else None
    scheme = case.scheme or ("https" if tls else "http")
    if tls is not None and case.alerts:
        return receiver(handshakes(tls), scheme=scheme)
    return receiver(case.behaviour, tls=tls, scheme=scheme)


async def ran(way: Outbound, case: Case, there: Receiver) -> Ran:
    loop = asyncio.get_running_loop()
    began = loop.time()
    outcome = await way.post(message(there.url(host=case.host), case.body, case.timeout_s))
    return Ran(outcome, loop.time() - began)


def message(url: str, body: bytes = b"{}", timeout_s: int = TIMEOUT_S) -> Message:
    return Message(url, (("content-type", "application/json"),), body, timeout_s, livemode=False)


async def still_works(way: Outbound) -> None:
    """After all that: a good receiver is reached, over one connection that is used again and again."""
    async with receiver(answers(ok())) as there:
        outcomes = [await way.post(message(there.url())) for _ in range(10)]
        assert [outcome.status for outcome in outcomes] == [200] * 10
        assert there.connections == 1


def open_sockets() -> int:
    """How many TCP connections this process holds."""
    return sum(found.status == psutil.CONN_ESTABLISHED for found in psutil.Process().net_connections("tcp"))


async def run_all(folder: Path, cases: dict[str, Case]) -> dict[str, Ran]:
    """All cases at once, by one client. It holds no connection afterwards but those of good receivers."""
    certificates = Certificates(folder)
    async with Outbound(test_loopback=True, ca_file=certificates.ca_file) as way:
        before = open_sockets()
        async with AsyncExitStack() as stack:
            there = [await stack.enter_async_context(listening(case, certificates)) for case in cases.values()]
            results = await asyncio.gather(*map(partial(ran, way), cases.values(), there))
        await still_works(way)
        await asyncio.sleep(0.1)  # the loop closes sockets in its own time
        assert open_sockets() <= before
    return dict(zip(cases, results, strict=True))


#: The standard library's loop is spared the cases of ten seconds.
QUICK: Final = {name: case for name, case in CASES.items() if case.timeout_s == TIMEOUT_S}


@pytest.fixture(scope="module")
def on_asyncio(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """What came of the quick cases on the loop of the standard library."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(run_all(tmp_path_factory.mktemp("certificates"), QUICK))


@pytest.fixture(scope="module")
def on_uvloop(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """What came of every case on the loop that the server runs on."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run_all(tmp_path_factory.mktemp("certificates"), CASES))


@pytest.mark.parametrize("name", CASES)
def test_it_gets_its_class_in_time(on_uvloop: dict[str, Ran], name: str) -> None:
    judge(CASES[name], on_uvloop[name])


@pytest.mark.parametrize("name", QUICK)
def test_it_gets_its_class_on_the_other_loop_too(on_asyncio: dict[str, Ran], name: str) -> None:
    judge(QUICK[name], on_asyncio[name])


def judge(case: Case, result: Ran) -> None:
    outcome = result.outcome
    assert (outcome.failure, outcome.status) == (case.failure, case.status), outcome
    assert case.phase is None or outcome.phase is case.phase, outcome
    assert (outcome.phase is None) == (outcome.status is not None), outcome
    assert case.words in outcome.detail, outcome
    assert outcome.detail.endswith("."), outcome
    assert case.check(outcome), outcome
    assert len(outcome.body) <= REPLY_BYTES_MAX
    assert sum(len(name) + len(value) for name, value in outcome.headers) <= 16 * 1024
    assert result.seconds <= case.timeout_s + GRACE_S
    assert outcome.timing.total_us <= (case.timeout_s + GRACE_S) * 1_000_000
    if case.fault is not None:
        assert tls_fault(outcome.detail) is case.fault, outcome
    if outcome.failure is not None:
        assert explain(outcome).fix


def test_every_class_is_met() -> None:
    """Names are DNS's, and blocked addresses the guard's: test_addresses.py has them."""
    met = {case.failure for case in (*CASES.values(), *FLOODS.values())}
    assert met == {None, *Failure} - {Failure.DNS, Failure.BLOCKED}
    assert len(CASES) + len(FLOODS) >= 28


async def test_floods_cost_no_memory(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    process = psutil.Process()
    done = asyncio.Event()
    peak = 0

    async def watch() -> None:
        nonlocal peak
        while not done.is_set():
            peak = max(peak, process.memory_info().rss)
            await asyncio.sleep(0.001)

    async with Outbound(test_loopback=True) as way:
        async with AsyncExitStack() as stack:
            there = [await stack.enter_async_context(listening(case, certificates)) for case in FLOODS.values()]
            for case, flood in zip(FLOODS.values(), there, strict=True):  # what is kept for good is made now
                await ran(way, case, flood)
            before = process.memory_info().rss
            watching = asyncio.create_task(watch())
            for case, flood in zip(FLOODS.values(), there, strict=True):
                judge(case, await ran(way, case, flood))
            done.set()
            await watching
        await still_works(way)
    assert peak - before <= 5 * 1024 * 1024
