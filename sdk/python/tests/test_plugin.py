"""The fixtures that every project has once this package is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import finsecure
from finsecure.testing import Server

TEST = """
def test_a_payment(finsecure_client):
    paid = finsecure_client.payment_intents.create(
        amount=2000, currency="usd", payment_method="pm_card_visa", confirm=True
    )
    assert paid.status == "succeeded"
"""


def run(folder: Path, *words: str) -> str:
    (folder / "test_mine.py").write_text(TEST)
    done = subprocess.run(
        [sys.executable, *words, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", str(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_a_project_of_ones_own(tmp_path: Path) -> None:
    assert "1 passed" in run(tmp_path)


def test_without_the_server_they_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "import importlib.util as u\n"
        "real = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'finsecure_server' else real(name, *rest)\n"
    )
    assert "1 skipped" in (text := run(tmp_path))
    assert "finsecure-server is not installed" in text


def test_a_server_leaves_nothing_behind() -> None:
    with Server() as server:
        home, process = server.home, server._process
        with finsecure.Client(server.secret_key, api_base=server.url) as client:
            assert client.account.retrieve().id
    assert not home.exists()
    assert process is not None
    assert process.poll() is not None
