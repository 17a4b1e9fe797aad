"""`make bench`: speed and memory beside a peer, in one run, written to bench/results/ as text.

Only ratios between figures of one run mean anything: machines differ, and a shared one differs from minute to minute.
So the sides take turns (A B A B …) and the medians are compared. The server is held to one core, the load to another.

    make bench                      everything but the million (about 6 minutes)
    make bench ARGS=--million       that too (15 minutes more, 12 GB of disk)
    make bench ARGS=--only=payments one section
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import grow, servers
from bench.webhooks import webhooks

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
ROUNDS = 3
SECONDS = 8.0
EARLY = 150  # payments that the peer takes while its store is still small: it slows down with each one

Say = Callable[[str], None]


def payments(home: Path, say: Say) -> None:
    """Durable payments per second, one core, 32 clients, beside localstripe."""
    say("## POST /v1/payment_intents, confirm=true, 32 clients, one core, durable (SQLite, synchronous=FULL)\n")
    ours, theirs, early, bare = [], [], [], []
    latest = home
    for number in range(ROUNDS):
        latest = fresh(home, f"ours{number}")
        with servers.finsecure(latest, f"sqlite://{latest}/data/finsecure.db") as server:
            servers.load(server.port, seconds=1.0)
            ours.append(servers.load(server.port, seconds=SECONDS))
        with servers.localstripe(fresh(home, f"theirs{number}")) as server:
            early.append(servers.load(server.port, seconds=SECONDS, total=EARLY))
            theirs.append(servers.load(server.port, seconds=SECONDS))
        with servers.echo(fresh(home, f"echo{number}")) as server:
            bare.append(servers.load(server.port, seconds=3.0))
    commits = statistics.median(servers.group_commit(latest / "data" / "finsecure.db", 3.0) for _ in range(ROUNDS))
    us, them, them_early, nothing = middle(ours), middle(theirs), middle(early), middle(bare)
    row(say, "FinSecure", us)
    row(say, f"localstripe, first {EARLY} of a store", them_early)
    row(say, "localstripe, after that", them)
    row(say, "bare ASGI + msgspec (no work)", nothing)
    say(f"{'bare group commit of the same rows':36} {commits:9.0f} payments/s")
    say("")
    at_best = us["per_second"] / them_early["per_second"]
    say(f"FinSecure / localstripe at its best     {at_best:6.1f} x   (asked: 16, aim: 25)")
    say(f"FinSecure / localstripe after that      {us['per_second'] / them['per_second']:6.1f} x")
    say(f"FinSecure / bare ASGI                   {us['per_second'] / nothing['per_second']:6.2f} x")
    say(f"FinSecure / bare group commit           {us['per_second'] / commits:6.2f} x\n")


def postgres(home: Path, say: Say) -> None:
    """The same on PostgreSQL from its wheel, which has the rest of the machine."""
    from tests import servers as engines  # noqa: PLC0415  only here, and only when PostgreSQL is wanted

    say("## The same on PostgreSQL\n")
    with engines.postgres("bench") as url:
        database = engines.make_database(url, "bench", "template0")
        place = fresh(home, "postgres")
        with servers.finsecure(place, database) as server:
            servers.load(server.port, seconds=1.0)
            row(say, "FinSecure on PostgreSQL", servers.load(server.port, seconds=SECONDS))
            row(say, "... with 8 clients", servers.load(server.port, seconds=SECONDS, clients=8))
    say("")


def start(home: Path, say: Say) -> None:
    """How long until the first 200."""
    say("## Start\n")
    place = fresh(home, "start")
    times = []
    for _ in range(5):
        with servers.finsecure(place, f"sqlite://{place}/data/finsecure.db") as server:
            times.append(server.ready_seconds)
    imports = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import finsecure_server.commands.serve"], check=True)
        imports.append(time.perf_counter() - began)
    say(f"import finsecure_server.commands.serve  {statistics.median(imports):6.2f} s")
    say(f"start to first 200                      {statistics.median(times):6.2f} s   (asked: 1.5 or less)\n")


def memory(home: Path, say: Say) -> None:
    """Resident memory after 100,000 payments."""
    say("## Memory\n")
    place = fresh(home, "memory")
    with servers.finsecure(place, f"sqlite://{place}/data/finsecure.db") as server:
        before = server.rss_mib()
        servers.load(server.port, seconds=600, total=100_000)
        time.sleep(2)
        after = server.rss_mib()
        wal = (place / "data" / "finsecure.db-wal").stat().st_size / (1 << 20)
    size = (place / "data" / "finsecure.db").stat().st_size
    say(f"RSS at start                            {before:6.0f} MiB")
    say(f"RSS after 100,000 payments              {after:6.0f} MiB   (asked: 200 or less)")
    say(f"log beside the database                 {wal:6.0f} MiB")
    say(f"database, per payment                   {size / 100_000 / 1024:6.1f} KiB\n")


def growth(home: Path, say: Say, large: int) -> None:
    """A payment and a page of a list with few and with many stored."""
    say(f"## Growth: 1,000 payments stored against {large:,}\n")
    small_place, large_place = fresh(home, "small"), fresh(home, "large")
    for place, count in ((small_place, 1_000), (large_place, large)):
        url = f"sqlite://{place}/data/finsecure.db"
        with servers.finsecure(place, url) as server:
            servers.load(server.port, seconds=60, total=200)
        grow.to(place / "data" / "finsecure.db", count)
    pays: dict[str, list[float]] = {"small": [], "large": []}
    lists: dict[str, list[float]] = {"small": [], "large": []}
    for _ in range(ROUNDS):
        for name, place in (("small", small_place), ("large", large_place)):
            with servers.finsecure(place, f"sqlite://{place}/data/finsecure.db") as server:
                servers.load(server.port, seconds=1.0)
                pays[name].append(servers.load(server.port, seconds=4.0)["per_second"])
                page = servers.load(server.port, seconds=2.0, clients=4, path="/v1/payment_intents?limit=10", body="")
                lists[name].append(page["per_second"])
    for what, figures, asked in (("a payment", pays, "1.3"), ("a page of a list", lists, "1.5")):
        ratio = statistics.median(figures["small"]) / statistics.median(figures["large"])
        say(f"cost of {what:31} {ratio:6.2f} x   (asked: {asked} or less)")
    say("")


def program(name: str, say: Say) -> None:
    """A bench that is a program of its own, which says what it is about and fails above its aims."""
    done = subprocess.run([sys.executable, "-m", name], cwd=ROOT, capture_output=True, text=True, check=False)
    say(done.stdout)
    if done.returncode:
        say(f"above its aim: {done.stderr.strip()}\n")


def row(say: Say, name: str, figures: dict[str, float]) -> None:
    say(
        f"{name:36} {figures['per_second']:9.0f} requests/s   p50 {figures['p50_ms']:7.1f} ms   "
        f"p95 {figures['p95_ms']:7.1f} ms   p99 {figures['p99_ms']:7.1f} ms"
    )


def middle(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def fresh(home: Path, name: str) -> Path:
    place = home / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    return place


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    sections_there = ["payments", "postgres", "start", "memory", "growth", "webhooks", "sdk", "command", "help"]
    parser.add_argument("--only", choices=sections_there)
    parser.add_argument("--million", action="store_true", help="growth up to 1,000,000 stored payments, not 100,000")
    wanted = parser.parse_args()
    lines: list[str] = []

    def say(line: str) -> None:
        print(line, flush=True)
        lines.append(line)

    say(f"# FinSecure bench, {time.strftime('%Y-%m-%d')}\n")
    say(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores")
    say("Absolute figures say as much about the machine as about us; compare within this page only.\n")
    home = Path(tempfile.mkdtemp(prefix="finsecure-bench-"))
    sections: dict[str, Callable[[], None]] = {
        "payments": lambda: payments(home, say),
        "postgres": lambda: postgres(home, say),
        "start": lambda: start(home, say),
        "memory": lambda: memory(home, say),
        "growth": lambda: growth(home, say, 1_000_000 if wanted.million else 100_000),
        "webhooks": lambda: webhooks(lambda name: fresh(home, name), say),
        "sdk": lambda: program("bench.sdk", say),
        "command": lambda: program("bench.command", say),
        "help": lambda: program("bench.help", say),
    }
    try:
        for name, section in sections.items():
            if wanted.only in (None, name):
                section()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / f"{time.strftime('%Y-%m-%d')}-{wanted.only or 'all'}.txt"
    target.write_text("\n".join(lines).rstrip() + "\n")
    print(f"written to {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
