"""A shell at whose hand there is a real server."""

from __future__ import annotations

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
