"""A command that goes on until it is stopped, in a process of its own: `serve`, `worker`."""

from __future__ import annotations

import itertools
import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.commands.newcomer import Newcomer

SECONDS_MAX = 30.0
RUNS = re.compile(r"Ctrl-C stops it\.\n|\A\{.*\}\n")  # the end of the greeting, or of the document

_numbers = itertools.count()


class Serving:
    """A server that a newcomer has started."""

    def __init__(self, newcomer: Newcomer, process: subprocess.Popen[bytes], out: Path, err: Path) -> None:
        self.newcomer = newcomer
        self.process = process
        self._out = out
        self._err = err

    @property
    def out(self) -> str:
        return self._out.read_text("utf-8")

    @property
    def err(self) -> str:
        return self._err.read_text("utf-8")

    def logged(self) -> list[dict[str, Any]]:
        """Its log: each line is JSON, with when it was, how bad it is and what."""
        lines = [json.loads(line) for line in self.err.splitlines() if not line.startswith("warning: ")]
        assert all({"timestamp", "level", "event"} <= set(line) for line in lines)
        return lines

    @property
    def url(self) -> str:
        (found,) = re.findall(r"^FinSecure is listening on (\S+)$", self.out, re.MULTILINE)
        return str(found)

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    @property
    def key(self) -> str:
        return str(re.findall(r"sk_test_\w+", self.out)[0])

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(sign)
        return self.process.wait(SECONDS_MAX)


@contextmanager
def serving(newcomer: Newcomer, *words: object) -> Iterator[Serving]:
    """A server on a port that is free."""
    with started(newcomer, "serve", "--port", "0", *words) as server:
        yield server


@contextmanager
def started(newcomer: Newcomer, *words: object) -> Iterator[Serving]:
    """A command that goes on until it is stopped, from when it says that it runs."""
    number = next(_numbers)
    out, err = newcomer.home / f"{number}.out", newcomer.home / f"{number}.err"
    with out.open("wb") as to_out, err.open("wb") as to_err:
        process = subprocess.Popen(
            newcomer.command(*words),
            env=newcomer.whole_environ(), cwd=newcomer.home, stdout=to_out, stderr=to_err,
        )  # fmt: skip
    try:
        server = Serving(newcomer, process, out, err)
        until(lambda: RUNS.search(server.out) is not None or process.poll() is not None)
        assert process.poll() is None, server.err
        yield server
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def until(done: Callable[[], bool]) -> None:
    give_up = time.monotonic() + SECONDS_MAX
    while not done():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.02)
