"""Run the checks side by side: each when those that it needs are over, all of them within ten seconds.

What cannot be known because of an earlier failure is skipped, with the reason. A check that breaks says so and stops
nothing but those that need it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, Queue
from typing import Final

from finsecure.doctor.catalogue import PROBES, Probe
from finsecure.doctor.context import CHECK_SECONDS, Context
from finsecure.doctor.finding import Finding, Status, skipped

_GRACE: Final = 0.3  # seconds that a check may need to put its own end into words
_NO_TIME: Final = "there was no time left"

Told = Callable[[Finding], None]


def run(context: Context, probes: Sequence[Probe] = PROBES, told: Told | None = None) -> list[Finding]:
    """What every check has found, in the order of the catalogue. `told` hears of each as soon as it is its turn."""
    return _Run(context, probes, told or (lambda _: None)).to_end()


class _Run:
    def __init__(self, context: Context, probes: Sequence[Probe], told: Told) -> None:
        self._context = context
        self._probes = probes
        self._told = told
        self._found: dict[str, Finding] = {}
        self._news: Queue[tuple[Probe, list[Finding]]] = Queue()
        self._waiting = list(probes)
        self._running: dict[int, tuple[Probe, float]] = {}  # by place in the catalogue: when it is given up
        self._order = [check.id for probe in probes for check in probe.checks]
        self._said = 0

    def to_end(self) -> list[Finding]:
        while self._waiting or self._running:
            self._start()
            self._say()
            if not self._running:
                continue
            ends = min(end for _, end in self._running.values())
            try:
                probe, found = self._news.get(timeout=max(ends - time.monotonic(), 0.001))
            except Empty:
                self._give_up()
                continue
            if self._running.pop(id(probe), None) is not None:
                self._keep(found)
        self._say()
        return [self._found[name] for name in self._order]

    def _start(self) -> None:
        """Begin what can begin, and settle what can never begin."""
        here = set(self._order)
        for probe in list(self._waiting):
            before = here & {*probe.needs, *probe.after, *probe.behind}
            if not before <= self._found.keys():
                continue
            self._waiting.remove(probe)
            stopped = next((name for name in probe.needs if name in here and self._found[name].stops), None)
            late = time.monotonic() >= self._context.ends
            if stopped is not None or late:
                why = _NO_TIME if stopped is None else _needs(self._found[stopped])
                self._keep([skipped(check.id, why) for check in probe.checks])
                self._start()
                return
            self._running[id(probe)] = (probe, min(time.monotonic() + CHECK_SECONDS, self._context.ends) + _GRACE)
            threading.Thread(target=self._work, args=(probe,), daemon=True).start()

    def _work(self, probe: Probe) -> None:
        began = time.monotonic()
        self._context.begin(began + CHECK_SECONDS)
        try:
            result = probe.run(self._context)
            found = result if isinstance(result, list) else [result]
        except Exception as error:  # noqa: BLE001  because a check that breaks must not break the others
            found = [_broken(check.id, f"{type(error).__name__}: {error}") for check in probe.checks]
        took = int((time.monotonic() - began) * 1000)
        self._news.put((probe, [_timed(one, took) for one in found]))

    def _give_up(self) -> None:
        now = time.monotonic()
        for number, (probe, ends) in list(self._running.items()):
            if ends <= now:
                del self._running[number]
                self._keep([_broken(check.id, "it did not end within its time") for check in probe.checks])

    def _keep(self, found: list[Finding]) -> None:
        self._found |= {one.id: one for one in found}

    def _say(self) -> None:
        """Tell what is known, without leaving one out."""
        while self._said < len(self._order) and self._order[self._said] in self._found:
            self._told(self._found[self._order[self._said]])
            self._said += 1


def _needs(stopped: Finding) -> str:
    """The first reason: what was skipped itself hands on its own."""
    if stopped.status is Status.SKIPPED and (stopped.why.startswith("needs ") or stopped.why == _NO_TIME):
        return stopped.why
    return f"needs {stopped.id}"


def _broken(id: str, why: str) -> Finding:
    return Finding(id, Status.ERROR, "the check itself broke", why=why, fix="finsecure doctor --bundle doctor.zip")


def _timed(one: Finding, ms: int) -> Finding:
    return Finding(one.id, one.status, one.title, one.side, one.why, one.fix, ms, one.blocks)
