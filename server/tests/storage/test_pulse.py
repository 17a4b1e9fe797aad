"""Whether writes can be made: what real ones tell, and when one is tried."""

from __future__ import annotations

import asyncio

import pytest

from finsecure_server.core.errors import Code, Refused
from finsecure_server.storage import pulse
from finsecure_server.storage.database import CommitUnknown, Overloaded, Unavailable
from finsecure_server.storage.pulse import FRESH_S, TRIAL_EVERY_S, Pulse
from finsecure_server.storage.troubles import Trouble


class Bench:
    """A pulse whose clock stands still until it is moved, and whose trials end as they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.trials = 0
        self.end: BaseException | None = None
        self.held: asyncio.Event | None = None
        self.pulse = Pulse(self._trial, lambda: self.now)

    async def _trial(self) -> None:
        self.trials += 1
        if self.held is not None:
            await self.held.wait()
        if self.end is not None:
            raise self.end

    async def is_ready(self) -> bool:
        try:
            await self.pulse.check()
        except Unavailable:
            return False
        return True


async def test_while_real_writes_succeed_nothing_is_tried() -> None:
    bench = Bench()
    for _ in range(100):
        bench.pulse.wrote()
        bench.now += FRESH_S - 0.1
        assert await bench.is_ready()
    assert bench.trials == 0
    bench.now += FRESH_S
    assert await bench.is_ready()
    assert bench.trials == 1


async def test_a_server_without_traffic_tries_now_and_then_however_often_it_is_asked() -> None:
    bench = Bench()
    for _ in range(600):
        assert await bench.is_ready()
        bench.now += 0.1
    assert bench.trials == 60 / FRESH_S


async def test_a_failure_is_believed_until_a_later_trial_succeeds() -> None:
    bench = Bench()
    bench.pulse.wrote()
    bench.end = Unavailable("full", Trouble.DISK_FULL)
    bench.pulse.failed(bench.end)
    for _ in range(20):
        bench.pulse.wrote()  # something smaller did fit
        assert not await bench.is_ready()
        bench.now += TRIAL_EVERY_S / 10
    assert bench.trials == 2
    bench.end = None
    bench.now += TRIAL_EVERY_S
    assert await bench.is_ready()
    bench.now += FRESH_S - 0.1
    assert await bench.is_ready()
    assert bench.trials == 3


async def test_one_failed_write_alone_takes_nobody_out() -> None:
    """The disk had a hiccup, and the next question finds it well."""
    bench = Bench()
    bench.pulse.wrote()
    bench.pulse.failed(Unavailable("once"))
    assert await bench.is_ready()
    assert bench.trials == 1


async def test_what_fails_while_a_trial_is_made_is_not_excused_by_it() -> None:
    bench = Bench()
    bench.held = asyncio.Event()
    asking = asyncio.create_task(bench.is_ready())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert bench.trials == 1
    bench.pulse.failed(Unavailable("full", Trouble.DISK_FULL))
    bench.held.set()
    assert not await asking
    bench.now += TRIAL_EVERY_S
    assert await bench.is_ready()


@pytest.mark.parametrize("error", [Refused(Code.CARD_DECLINED), ZeroDivisionError(), Overloaded("many wait")])
async def test_what_says_nothing_of_the_database_does_not_count(error: Exception) -> None:
    bench = Bench()
    bench.pulse.wrote()
    bench.pulse.failed(error)
    assert await bench.is_ready()
    assert bench.trials == 0


@pytest.mark.parametrize("end", [Unavailable("away"), CommitUnknown("cut off"), Overloaded("and none was done")])
async def test_a_trial_that_fails(end: Exception) -> None:
    bench = Bench()
    bench.end = end
    assert not await bench.is_ready()


async def test_nobody_waits_long_for_a_trial_and_there_is_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "TRIAL_S", 0.05)
    bench = Bench()
    bench.held = asyncio.Event()
    for _ in range(5):
        with pytest.raises(Unavailable) as stuck:
            await bench.pulse.check()
        assert stuck.value.trouble is Trouble.NO_ANSWER
        bench.now += 10
    assert bench.trials == 1
    bench.held.set()
    await asyncio.sleep(0)
    assert await bench.is_ready()
