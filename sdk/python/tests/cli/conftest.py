"""A shell at whose hand there is a real server, and one at whose hand there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from finsecure.testing import Server
from fixtures.shell import Shell


@pytest.fixture
def bare(tmp_path: Path) -> Shell:
    """No server, no key, no settings."""
    return Shell(tmp_path)


@pytest.fixture
def shell(tmp_path: Path, finsecure_server: Server) -> Shell:
    """Key and address are in the environment."""
    return Shell(
        tmp_path, {"FINSECURE_SECRET_KEY": finsecure_server.secret_key, "FINSECURE_API_BASE": finsecure_server.url}
    )


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Shell, Server]]:
    """A server of the test's own, which it may stop and whose clock it may move."""
    with Server() as server:
        yield Shell(tmp_path, {"FINSECURE_SECRET_KEY": server.secret_key, "FINSECURE_API_BASE": server.url}), server
