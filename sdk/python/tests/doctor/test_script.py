"""`finsecure doctor --script`: the same sections as the document's, for machines without Python."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from finsecure.testing import Server
from fixtures.bench.front import Instead, front
from fixtures.bench.receiver import receiver
from fixtures.shell import Shell

SECTIONS = (
    "=== FinSecure Connection Diagnostic ===",
    "Date: ",
    "1. Testing DNS resolution...",
    "2. Testing HTTPS connectivity...",
    "3. Testing API authentication...",
    "=== Diagnostic Complete ===",
)


@pytest.fixture
def script(bare: Shell, tmp_path: Path) -> Path:
    path = tmp_path / "diagnostic.sh"
    path.write_text(bare.good("doctor", "--script").out)
    return path


def _run(script: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(script)],
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_has_the_sections_of_the_document_in_their_order(script: Path, finsecure_server: Server) -> None:
    done = _run(script, FINSECURE_API_BASE=finsecure_server.url, FINSECURE_SECRET_KEY=finsecure_server.secret_key)
    assert done.returncode == 0, done
    places = [done.stdout.index(section) for section in SECTIONS]
    assert places == sorted(places)
    assert "HTTP/1.1 200" in done.stdout
    assert '"balance"' in done.stdout
    assert "API Key format: sk_test_..." in done.stdout
    assert "4. Testing webhook endpoint..." not in done.stdout
    assert finsecure_server.secret_key[8:] not in done.stdout + done.stderr


def test_the_key_is_never_on_a_command_line(script: Path) -> None:
    assert "curl --config -" in script.read_text()
    assert "-H" not in script.read_text().split()


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("", "FINSECURE_SECRET_KEY environment variable not set"),
        ("pk_test_abcdefghijklmnop", "publishable key"),
        ("abc", "a key begins with sk_test_"),
        ("sk_test_abc\n", "white space"),
        ("sk_test_000000000000000000000000", "the key was refused"),
    ],
)
def test_a_key_that_is_wrong_is_your_side(key: str, says: str, script: Path, finsecure_server: Server) -> None:
    done = _run(script, FINSECURE_API_BASE=finsecure_server.url, FINSECURE_SECRET_KEY=key)
    assert says in done.stdout
    assert done.returncode == 20


def test_no_server_is_your_side(script: Path) -> None:
    done = _run(script, FINSECURE_API_BASE="http://127.0.0.1:9", FINSECURE_SECRET_KEY="sk_test_abc")
    assert "takes no connection" in done.stdout
    assert "Not tried: the API was not reached." in done.stdout
    assert done.returncode == 20


def test_a_server_that_fails_is_finsecures_side(script: Path, finsecure_server: Server) -> None:
    broken = front(
        finsecure_server.port, rule=lambda _, path, __: Instead(500, b"{}") if path.startswith("/v1/balance") else None
    )
    try:
        done = _run(
            script,
            FINSECURE_API_BASE=f"http://127.0.0.1:{broken.port}",
            FINSECURE_SECRET_KEY=finsecure_server.secret_key,
        )
    finally:
        broken.close()
    assert "FinSecure failed" in done.stdout
    assert done.returncode == 21


@pytest.mark.parametrize(
    ("mode", "status", "says", "code"),
    [
        ("status", 400, "It refuses an event without a signature", 0),
        ("believes", 200, "it takes an event without a signature", 20),
        ("status", 301, "it redirects", 20),
        ("status", 404, "no handler", 20),
        ("status", 500, "the handler broke", 20),
    ],
)
def test_an_endpoint_is_tested_too(
    mode: str, status: int, says: str, code: int, script: Path, finsecure_server: Server
) -> None:
    hook = receiver(mode, status=status)
    try:
        done = _run(
            script,
            FINSECURE_API_BASE=finsecure_server.url,
            FINSECURE_SECRET_KEY=finsecure_server.secret_key,
            WEBHOOK_URL=f"http://127.0.0.1:{hook.port}/webhook",
        )
    finally:
        hook.close()
    assert "4. Testing webhook endpoint..." in done.stdout
    assert says in done.stdout
    assert done.returncode == code
