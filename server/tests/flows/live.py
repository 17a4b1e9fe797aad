"""A real server in a process of its own, reached as anybody reaches it: over a socket, with a key."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import stripe

KEY: Final = "sk_test_" + "flow" * 8
START_SECONDS: Final = 30.0
PORTS: Final = range(20_000, 30_000)  # below those that a system gives to whoever asks for any (Linux: from 32768)
PICK: Final = random.SystemRandom()  # other processes of these tests pick too


@dataclass
class Live:
    """One server, its database and its keys."""

    home: Path
    database_url: str
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environ(self) -> dict[str, str]:
        """A stranger's environment: an empty home, and only what is set here."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "FINSECURE_DATABASE_URL": self.database_url,
            "FINSECURE_DATA": str(self.home / "data"),
            "FINSECURE_RATE_LIMIT": "off",
            **self.settings,
        }

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`finsecure-server …`, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "finsecure_server", *words],
            env=self.environ(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def init(self) -> None:
        """An account with the key that all flows use."""
        done = self.command("init", "--json", "--secret-key", KEY)
        assert done.returncode == 0, done.stderr
        self.keys = json.loads(done.stdout)

    def start(self) -> None:
        """Serve, and return when the server answers."""
        self.port = self.port or free_port()
        log = (self.home / "server.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "finsecure_server", "serve", "--port", str(self.port)],
            env=self.environ(),
            stdout=log,
            stderr=log,
        )
        log.close()
        give_up = time.monotonic() + START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(self.url + "/health?ready=1", timeout=2) as reply:
                    assert reply.status == 200
                    return
            except OSError:
                assert self.process.poll() is None, self.log()
                assert time.monotonic() < give_up, self.log()
                time.sleep(0.02)

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """End it; its exit code."""
        assert self.process is not None
        self.process.send_signal(sign)
        code = self.process.wait(30)
        self.process = None
        return code

    def log(self) -> str:
        return (self.home / "server.log").read_text(errors="replace")

    def verify(self) -> None:
        """The books are right."""
        done = self.command("verify")
        assert done.returncode == 0, done.stdout + done.stderr

    def stripe(self, key: str = KEY, **options: Any) -> stripe.StripeClient:
        """The official client, told nothing but our address and key."""
        return stripe.StripeClient(key, base_addresses={"api": self.url}, **options)


def free_port() -> int:
    """A port that nobody listens on, nor is given by chance: a server that was killed begins on it again."""
    while True:
        port = PICK.choice(PORTS)
        with socket.socket() as sock, contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("127.0.0.1", port))
            return port
