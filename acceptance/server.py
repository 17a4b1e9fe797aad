"""FinSecure itself, in a process of its own, with a certificate for https://api.finsecure.com."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import requests

API: Final = "https://api.finsecure.com"
KEY: Final = "sk_test_" + "acceptance" * 3
START_SECONDS: Final = 30.0


class Server:
    """The server's command line with its settings, and calls of its API."""

    def __init__(self, folder: Path, ca: Path, settings: Mapping[str, str]) -> None:
        """`folder` becomes its home; `ca` is who vouches for it, and for those whom it sends webhooks to."""
        self._log = folder / "server.log"
        self._environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "FINSECURE_DATA": str(folder / "data"),
            "FINSECURE_WEBHOOK_CA_FILE": str(ca),
            **settings,
        }
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = str(ca)
        self._session.headers["Authorization"] = f"Bearer {KEY}"

    def call(self, method: str, path: str, **body: Any) -> Any:
        """The decoded reply. Raises HTTPError."""
        reply = self._session.request(method, API + path, json=body or None, timeout=10)
        reply.raise_for_status()
        return reply.json()

    def command(self, *words: str) -> None:
        """`finsecure-server …`, to its end. Raises RuntimeError with what it said if it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "finsecure_server", *words],
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"finsecure-server {words[0]}: {done.stdout}{done.stderr}")

    def log(self) -> str:
        """The last that it said."""
        return "\n".join(self._log.read_text("utf-8", "replace").splitlines()[-40:])

    @contextmanager
    def serving(self) -> Iterator[None]:
        """An account is made, and it serves; at the end its books are right."""
        self.command("init", "--json", "--secret-key", KEY)
        with self._log.open("wb") as log:
            words = [sys.executable, "-m", "finsecure_server", "serve"]
            process = subprocess.Popen(words, env=self._environ, stdout=log, stderr=log)
        try:
            self._wait(process)
            yield
        finally:
            process.terminate()
            process.wait(30)
        self.command("verify")

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        give_up = time.monotonic() + START_SECONDS
        while True:
            try:
                self._session.get(f"{API}/health?ready=1", timeout=2).raise_for_status()
            except (requests.RequestException, json.JSONDecodeError):
                if process.poll() is not None or time.monotonic() > give_up:
                    raise RuntimeError(f"the server does not start:\n{self.log()}") from None
                time.sleep(0.05)
            else:
                return
