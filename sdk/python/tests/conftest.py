"""What the tests share. They test the wheel that is installed, never the source tree."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import finsecure
from fixtures.scripted import Scripted, serve
from fixtures.worlds import BOTH, Caller

SOURCE = Path(__file__).resolve().parents[1] / "src" / "finsecure"
INSTALLED = Path(finsecure.__file__).parent


def pytest_sessionstart() -> None:
    """The wheel is there, and it is of this source."""
    if INSTALLED == SOURCE:
        raise pytest.UsageError("these tests are for the wheel: build it and install it, `make test-sdk` does")
    stale = [
        path.relative_to(SOURCE)
        for path in SOURCE.rglob("*.py")
        if not (twin := INSTALLED / path.relative_to(SOURCE)).exists() or twin.read_bytes() != path.read_bytes()
    ]
    if stale:
        raise pytest.UsageError(f"the wheel that is installed is older than its source: {', '.join(map(str, stale))}")


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith("FINSECURE_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    """An HTTP server that answers as it is told."""
    with serve() as server:
        yield server


@pytest.fixture(params=BOTH)
def caller(request: pytest.FixtureRequest, scripted: Scripted) -> Iterator[Callable[..., Caller]]:
    """Makes a client of either kind that calls the scripted server, and closes it."""
    made: list[Caller] = []

    def make(**options: Any) -> Caller:
        made.append(Caller(request.param, scripted.url, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()
