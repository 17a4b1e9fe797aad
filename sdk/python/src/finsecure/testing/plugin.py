"""Fixtures that pytest finds by itself once this package is installed: `finsecure_server` and `finsecure_client`."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from finsecure._client import Client
    from finsecure.testing.server import Server


@pytest.fixture(scope="session")
def finsecure_server() -> Iterator[Server]:
    """A real server for the whole run. Tests that ask for it are skipped where finsecure-server is not installed."""
    if importlib.util.find_spec("finsecure_server") is None:
        pytest.skip("finsecure-server is not installed here")
    from finsecure.testing.server import Server  # noqa: PLC0415  because pytest loads this module in every run

    with Server() as server:
        yield server


@pytest.fixture
def finsecure_client(finsecure_server: Server) -> Iterator[Client]:
    """A client of that server, with a key that may do everything in test mode."""
    from finsecure._client import Client  # noqa: PLC0415  because pytest loads this module in every run

    with Client(finsecure_server.secret_key, api_base=finsecure_server.url, proxy="") as client:
        yield client
