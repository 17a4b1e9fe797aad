"""A newcomer with an empty home."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.newcomer import Newcomer
from tests.flows.conftest import live

__all__ = ["live"]


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    home = tmp_path / "newcomer"
    home.mkdir()
    return Newcomer(home)
