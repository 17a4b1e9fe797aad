"""The contract, and a server that is held to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.agreement import Agreement
from tests.contract.house import House, opened


@pytest.fixture(scope="session")
def agreement() -> Agreement:
    return Agreement()


@pytest.fixture
async def any_house(database_url: str, tmp_path: Path, agreement: Agreement) -> AsyncIterator[House]:
    """A house on each engine in turn."""
    async with opened(database_url, tmp_path, agreement) as house:
        yield house


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, agreement: Agreement) -> AsyncIterator[House]:
    async with opened(sqlite_url, tmp_path, agreement) as house:
        yield house
