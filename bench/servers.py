"""Servers to measure, each held to one core."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from bench.load import KEY

ROOT = Path(__file__).resolve().parent.parent
LOCALSTRIPE = "localstripe==1.15.10"
PAYMENT = "amount=2000&currency=usd&payment_method=pm_card_visa&confirm=true"
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]


class Running(NamedTuple):
    """A server under measurement."""

    port: int
    process: subprocess.Popen[bytes]
    ready_seconds: float  # from start to the first 200

    def rss_mib(self) -> float:
        return psutil.Process(self.process.pid).memory_info().rss / (1 << 20)

    def cpu_seconds(self) -> float:
        used = psutil.Process(self.process.pid).cpu_times()
        return float(used.user + used.system)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@contextlib.contextmanager
def running(command: Sequence[str], port: int, path: str, environ: dict[str, str], log: Path) -> Iterator[Running]:
    """A server on its core, from its first 200 on, until the `with` ends."""
    started = time.perf_counter()
    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            env=environ,
            stdout=out,
            stderr=out,
            cwd=ROOT,
            preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),  # noqa: PLW1509  no thread is running yet
        )
    try:
        ready = _ready(port, path, process, log, started)
        yield Running(port, process, ready)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(port: int, path: str, process: subprocess.Popen[bytes], log: Path, started: float) -> float:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {KEY}"})
    while True:
        with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=2):  # noqa: S310  our own address
            return time.perf_counter() - started
        if process.poll() is not None or time.perf_counter() - started > 60:
            raise SystemExit(f"{' '.join(process.args)} did not start:\n{log.read_text()[-3000:]}")  # type: ignore[arg-type]
        time.sleep(0.005)


def environ(home: Path, database_url: str) -> dict[str, str]:
    """A stranger's environment, without rate limits."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "FINSECURE_RATE_LIMIT": "off",
        "FINSECURE_DATABASE_URL": database_url,
        "FINSECURE_DATA": str(home / "data"),
        "FINSECURE_LOG": "warning",
    }


@contextlib.contextmanager
def finsecure(home: Path, database_url: str) -> Iterator[Running]:
    """Ours. The database is made if it is not there."""
    env = environ(home, database_url)
    program = [sys.executable, "-m", "finsecure_server"]
    if not (home / "made").exists():
        (home / "data").mkdir(parents=True, exist_ok=True)
        subprocess.run([*program, "init", "--json", "--secret-key", KEY], env=env, check=True, capture_output=True)
        (home / "made").touch()
    port = free_port()
    with running([*program, "serve", "--port", str(port)], port, "/v1/balance", env, home / "log") as server:
        yield server


@contextlib.contextmanager
def localstripe(home: Path) -> Iterator[Running]:
    """The peer: the Python server that speaks Stripe's API, as its users run it, with an empty store."""
    venv = ROOT / ".cache" / "localstripe"
    if not (venv / "done").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        pip = [
            str(venv / "bin" / "python"),
            "-m",
            "pip",
            "--quiet",
            "--disable-pip-version-check",
            "install",
            LOCALSTRIPE,
        ]
        subprocess.run(pip, check=True)
        (venv / "done").touch()
    port = free_port()
    command = [str(venv / "bin" / "localstripe"), "--port", str(port), "--from-scratch"]
    with running(command, port, "/v1/balance", {"PATH": os.environ["PATH"], "HOME": str(home)}, home / "log") as server:
        yield server


@contextlib.contextmanager
def echo(home: Path) -> Iterator[Running]:
    """Nothing but HTTP."""
    port = free_port()
    with running(
        [sys.executable, "-m", "bench.peers", "echo", str(port)], port, "/", dict(os.environ), home / "log"
    ) as server:
        yield server


def on_load_core() -> None:
    os.sched_setaffinity(0, {LOAD_CORE})


def load(
    port: int,
    *,
    seconds: float = 10.0,
    clients: int = 32,
    total: int = 10**9,
    path: str = "/v1/payment_intents",
    body: str = PAYMENT,
) -> dict[str, Any]:
    """Load from the other core; the figures."""
    command = [sys.executable, "-m", "bench.load", str(port), path, body, str(seconds), str(clients), str(total)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=on_load_core)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def group_commit(database: Path, seconds: float) -> float:
    """The same rows without HTTP or rules, payments per second."""
    command = [sys.executable, "-m", "bench.peers", "commit", str(database), str(seconds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    per_second: float = json.loads(done.stdout)["per_second"]
    return per_second
