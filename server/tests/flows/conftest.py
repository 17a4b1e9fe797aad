"""A live server on each engine in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Databases
from tests.flows.live import Live


@pytest.fixture
def live(tmp_path: Path, databases: Databases) -> Iterator[Live]:
    """A server with one account."""
    home = tmp_path / "home"
    home.mkdir()
    server = Live(home, databases.empty())
    server.init()
    server.start()
    yield server
    if server.process is not None:
        server.stop()
