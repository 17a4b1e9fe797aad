"""A real FinSecure server of one's own: a process, a directory that goes away, and keys. Needs `finsecure-server`."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

_START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 10.0


class Server:
    """`with Server() as server:` serves on a free port of this machine, in test mode, until the block ends.

    `server.url` is its address, `server.secret_key` a key that may do everything, `server.keys` all that was made.
    """

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        """`settings`: the server's own variables. Calls are not limited, unless you set FINSECURE_RATE_LIMIT."""
        self.settings = {"FINSECURE_RATE_LIMIT": "off", **(settings or {})}
        self.secret_key = f"sk_test_{secrets.token_hex(24)}"
        self.keys: dict[str, str] = {}
        self.port = 0
        self._folder = tempfile.TemporaryDirectory(prefix="finsecure-", ignore_cleanup_errors=True)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def home(self) -> Path:
        """Where its data and its log are."""
        return Path(self._folder.name)

    @property
    def url(self) -> str:
        """Its address, for `api_base`."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def start(self) -> None:
        """Make an account and serve; return when it answers. RuntimeError if `finsecure-server` is not installed."""
        if importlib.util.find_spec("finsecure_server") is None:
            raise RuntimeError("finsecure-server is not installed here: pip install finsecure-server")
        made = self.command("init", "--json", "--secret-key", self.secret_key)
        if made.returncode != 0:
            raise RuntimeError(f"finsecure-server init ended with {made.returncode}: {made.stderr.strip()}")
        self.keys = json.loads(made.stdout)
        self.port = _free_port()
        with (self.home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  because it is our own server
                [*_COMMAND, "serve", "--port", str(self.port)], env=self._environ(), stdout=log, stderr=log
            )
        self._wait()

    def _wait(self) -> None:
        give_up = time.monotonic() + _START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/health?ready=1", timeout=2):  # noqa: S310  because it is ours
                    return
            except OSError:
                if self._process is None or self._process.poll() is not None or time.monotonic() > give_up:
                    raise RuntimeError(f"finsecure-server did not start:\n{self.log()}") from None
                time.sleep(0.02)

    def stop(self) -> None:
        """End it and take its data away."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        self._folder.cleanup()

    def log(self) -> str:
        """What it has written."""
        path = self.home / "server.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`finsecure-server …` on the same data, to its end."""
        return subprocess.run(  # noqa: S603  because it is our own server
            [*_COMMAND, *words], env=self._environ(), capture_output=True, text=True, timeout=120, check=False
        )

    def _environ(self) -> dict[str, str]:
        """A stranger's environment: an empty home, and only what is set here."""
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.home),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "FINSECURE_DATA": str(self.home / "data"),
            "FINSECURE_DATABASE_URL": f"sqlite://{self.home / 'finsecure.db'}",
            **self.settings,
        }


_COMMAND: Final = (sys.executable, "-m", "finsecure_server")


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
