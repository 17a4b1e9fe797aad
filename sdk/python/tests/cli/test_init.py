"""`finsecure init`: each project takes a payment and a verified webhook, as it is written."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from finsecure.cli.init import KINDS
from fixtures.shell import Shell, eventually

NODE = Path(__file__).resolve().parents[3] / "node"
RUN = {
    "flask": [sys.executable, "-m", "flask", "run", "--port", "{port}"],
    "fastapi": [sys.executable, "-m", "uvicorn", "app:app", "--port", "{port}"],
    "django": [sys.executable, "app.py", "runserver", "{port}", "--noreload"],
    "node": ["npm", "start"],
}


@contextmanager
def running(kind: str, folder: Path) -> Iterator[str]:
    """The project, run by its own words on a free port; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [word.replace("{port}", str(port)) for word in RUN[kind]]
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {"PORT": str(port)}
    with (folder / "app.log").open("w") as log:
        process = subprocess.Popen(words, cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        base = f"http://127.0.0.1:{port}"
        eventually(lambda: process.poll() is not None or answer(f"{base}/")[0] == 200)
        assert process.poll() is None, (folder / "app.log").read_text()
        yield base
    finally:
        os.killpg(process.pid, 15)
        process.wait(20)


def answer(url: str, body: Any = None) -> tuple[int, str]:
    """(status, body) of a GET, or of a POST of JSON; (0, "") if nobody listens."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_payment_and_a_webhook(shell: Shell, kind: str) -> None:
    made = shell.good("init", kind, "shop", "--json").json
    assert made["key"] is True
    folder = shell.home / "shop"
    assert (folder / ".env").stat().st_mode & 0o777 == 0o600
    assert ".env" in (folder / ".gitignore").read_text()
    if kind == "node":
        (folder / "node_modules").mkdir()
        (folder / "node_modules" / "finsecure").symlink_to(NODE)
    with running(kind, folder) as base:
        shell.good("listen", "--forward-to", f"{base}/webhook", "--once")
        assert "A pound of tea" in answer(f"{base}/")[1]
        status, text = answer(f"{base}/pay", {"order": "one", "card": "pm_card_visa"})
        assert (status, "succeeded" in text) == (200, True)
        assert json.loads(text) == json.loads(answer(f"{base}/pay", {"order": "one", "card": "pm_card_visa"})[1])
        status, text = answer(f"{base}/pay", {"order": "two", "card": "pm_card_chargeDeclinedExpiredCard"})
        assert (status, "another card" in text) == (402, True)
        assert answer(f"{base}/pay", {"order": "three", "card": "pm_card_other"})[0] == 400
        assert answer(f"{base}/webhook", {"id": "evt_1", "type": "payment_intent.succeeded"})[0] == 400
        for _ in range(2):  # the second time each event is a repeat
            done = shell.good("listen", "--forward-to", f"{base}/webhook", "--once", "--since", "1m")
            assert "→ 200" in done.out
            assert "→ 4" not in done.out
            assert "→ 5" not in done.out
        eventually(lambda: "is not paid" in (folder / "app.log").read_text())
        log = (folder / "app.log").read_text()
        assert log.count("send order one, paid by pi_") == 1
        assert log.count("order two is not paid: Your card has expired.") == 1


def test_nothing_is_written_over(shell: Shell) -> None:
    shell.good("init", "flask")
    (shell.home / "finsecure-flask" / "app.py").write_text("mine")
    refused = shell.run("init", "flask")
    assert refused.code == 2
    assert "app.py" in refused.err
    assert (shell.home / "finsecure-flask" / "app.py").read_text() == "mine"
    shell.good("init", "flask", "--force")
    assert (shell.home / "finsecure-flask" / "app.py").read_text() != "mine"


def test_without_a_key_it_says_where_one_belongs(bare: Shell) -> None:
    done = bare.good("init", "fastapi")
    assert "FINSECURE_SECRET_KEY" in done.err
    assert "FINSECURE_SECRET_KEY=\n" in (bare.home / "finsecure-fastapi" / ".env").read_text()
