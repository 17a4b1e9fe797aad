"""Webhooks: how soon, how many, and whether one dead endpoint delays the others.

Latency is counted from the moment in the event's id, when the call that caused it began, to the first byte at the
receiver: it holds the call itself, its commit and the way to the sender.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import servers
from bench.load import KEY
from finsecure_server.core import ids
from finsecure_server.core.delivery import delivery_id

Say = Callable[[str], None]
ROUNDS = 3
BACKLOG = 100_000
THROUGHPUT = 12_000  # deliveries a round
PAUSES = {"idle (4 a second)": 0.25, "50 a second": 0.02}


class Sink:
    """The receiver, in a process of its own."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def figures(self) -> dict[str, Any]:
        with urllib.request.urlopen(self.url("figures"), timeout=30) as reply:  # noqa: S310  our own address
            found: dict[str, Any] = json.load(reply)
            return found


@contextlib.contextmanager
def sink() -> Iterator[Sink]:
    port = servers.free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.sink", str(port)],
        cwd=servers.ROOT,
        preexec_fn=servers.on_load_core,  # noqa: PLW1509  no thread is running yet
    )
    try:
        it = Sink(port)
        while True:
            with contextlib.suppress(OSError):
                it.figures()
                break
            time.sleep(0.02)
        yield it
    finally:
        process.terminate()
        process.wait(10)


def call(port: int, path: str, params: list[tuple[str, str]]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        data=urllib.parse.urlencode(params).encode(),
        headers={"Authorization": f"Bearer {KEY}", "Idempotency-Key": os.urandom(8).hex()},
    )
    with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310
        answer: dict[str, Any] = json.load(reply)
        return answer


def endpoint(port: int, url: str) -> str:
    made = call(port, "/v1/webhook_endpoints", [("url", url), ("enabled_events[]", "customer.created")])
    made_id: str = made["id"]
    return made_id


def customers(port: int, seconds: float, pause: float) -> None:
    """Events at a steady rate."""
    due = time.perf_counter()
    until = due + seconds
    while due < until:
        call(port, "/v1/customers", [("email", "bench@example.com")])
        due += pause
        time.sleep(max(due - time.perf_counter(), 0))


def database(home: Path) -> Path:
    return home / "data" / "finsecure.db"


def plant(path: Path, endpoints: list[str], count: int) -> None:
    """`count` deliveries that are due, spread over the endpoints, each of an event of its own."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA synchronous = OFF")
    conn.row_factory = sqlite3.Row
    event = dict(conn.execute("SELECT * FROM events WHERE type = 'customer.created' ORDER BY id LIMIT 1").fetchone())
    now = time.time_ns() // 1000 - count
    conn.execute("BEGIN IMMEDIATE")
    columns = ", ".join(event)
    marks = ", ".join(f":{name}" for name in event)
    for number in range(count):
        event_id = ids.make("evt", now + number, os.urandom(16))
        row = event | {
            "id": event_id,
            "object_id": ids.make("cus", now + number, os.urandom(16)),
            "created_us": now + number,
            "doc": event["doc"].replace(event["id"], event_id),
        }
        conn.execute(f"INSERT INTO events ({columns}) VALUES ({marks})", row)  # noqa: S608  our own names
        to = endpoints[number % len(endpoints)]
        conn.execute(
            "INSERT INTO deliveries (account_id, livemode, id, created_us, event_id, endpoint_id, origin, state, "
            "next_us, attempts, tried, cause) VALUES (?, ?, ?, ?, ?, ?, 'event', 'pending', ?, 0, 0, 'automatic')",
            (event["account_id"], event["livemode"], delivery_id(event_id, to), now, event_id, to, now + number),
        )
    conn.execute("COMMIT")
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()


def url_of(home: Path) -> str:
    return f"sqlite://{home}/data/finsecure.db"


def latency(fresh: Callable[[str], Path], say: Say) -> None:
    say("### From the call to the first byte at the receiver\n")
    home = fresh("latency")
    with sink() as receiver, servers.finsecure(home, url_of(home)) as server:
        endpoint(server.port, receiver.url("e"))
        customers(server.port, 2, 0.02)
        for name, pause in PAUSES.items():
            time.sleep(1)
            receiver.figures()
            customers(server.port, 15, pause)
            time.sleep(1)
            row(say, name, receiver.figures())
    say("(idle p50 asked: 20 ms or less)\n")


def row(say: Say, name: str, seen: dict[str, Any]) -> None:
    say(
        f"{name:36} p50 {seen['p50_ms']:6.1f} ms   p95 {seen['p95_ms']:6.1f} ms   p99 {seen['p99_ms']:6.1f} ms"
        f"   ({seen['count']} deliveries)"
    )


def drained(receiver: Sink, count: int) -> dict[str, Any]:
    """Wait until so many have come; what was seen."""
    total: dict[str, Any] = {"count": 0, "first": 0.0, "last": 0.0}
    give_up = time.monotonic() + 300
    while total["count"] < count:
        time.sleep(0.25)
        seen = receiver.figures()
        total["count"] += seen["count"]
        total["first"] = total["first"] or seen["first"]
        total["last"] = seen["last"] or total["last"]
        if time.monotonic() > give_up:
            raise SystemExit(f"only {total['count']} of {count} deliveries came")
    return total


def throughput(fresh: Callable[[str], Path], say: Say) -> None:
    """Wall clock and CPU: who shares the core with others sees in the second what the first would be without them."""
    say("### Deliveries a second, sender on one core, receiver on the other, beside a bare aiohttp client\n")
    for count in (1, 10, 100):
        ours, bare, cpu, bare_cpu = [], [], [], []
        for number in range(ROUNDS):
            home = fresh(f"through{count}-{number}")
            with sink() as receiver:
                with servers.finsecure(home, url_of(home)) as server:
                    endpoints = [endpoint(server.port, receiver.url(f"e{n}")) for n in range(count)]
                    customers(server.port, 0.1, 0.1)
                    time.sleep(1)
                plant(database(home), endpoints, THROUGHPUT)
                receiver.figures()
                with servers.finsecure(home, url_of(home)) as server:
                    early = receiver.figures()  # the CPU is counted from here on: a start costs some as well
                    cpu_before = server.cpu_seconds()
                    seen = drained(receiver, THROUGHPUT - early["count"])
                    cpu.append((server.cpu_seconds() - cpu_before) * 1e6 / seen["count"])
                ours.append((THROUGHPUT - 1) / (seen["last"] - (early["first"] or seen["first"])))
                alone = bare_client(receiver, 8 * min(count, 8))
                bare.append(alone["per_second"])
                bare_cpu.append(alone["cpu_us"])
        us, them = statistics.median(ours), statistics.median(bare)
        ratio = f"{us / them:5.2f} x   (asked: 0.5)"
        say(f"{count:4} endpoints   FinSecure {us:7.0f}/s    bare aiohttp {them:7.0f}/s    {ratio}")
        us, them = statistics.median(cpu), statistics.median(bare_cpu)
        say(f"     CPU of each   FinSecure {us:7.0f} µs   bare aiohttp {them:7.0f} µs   {them / us:5.2f} x")
    say("")


def bare_client(receiver: Sink, clients: int) -> dict[str, float]:
    """A loop of posts of the same size, nothing signed, nothing stored: how many a second, and the CPU of one."""
    command = [sys.executable, "-m", "bench.peers", "post", receiver.url("bare"), str(clients), "4.0"]
    done = subprocess.run(
        command,
        cwd=servers.ROOT,
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {servers.SERVER_CORE}),
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def isolation(fresh: Callable[[str], Path], say: Say) -> None:
    say("### 100 endpoints, 5 events a second to each; then one of them a black hole\n")
    figures = {}
    for name, holes in (("all healthy", 0), ("one black hole", 1)):
        home = fresh(f"isolation{holes}")
        with sink() as receiver, servers.finsecure(home, url_of(home)) as server:
            for number in range(100):
                endpoint(server.port, receiver.url(f"hole{number}" if number < holes else f"e{number}"))
            customers(server.port, 3, 0.2)
            time.sleep(2)
            receiver.figures()
            customers(server.port, 30, 0.2)
            time.sleep(2)
            figures[name] = receiver.figures()
        row(say, name, figures[name])
    ratio = figures["one black hole"]["p99_ms"] / figures["all healthy"]["p99_ms"]
    say(f"p99 of the healthy ones with it, beside without {ratio:5.2f} x   (asked: 2 or less)\n")


def backlog(fresh: Callable[[str], Path], say: Say) -> None:
    say(f"### Cold start with {BACKLOG:,} deliveries waiting\n")
    home = fresh("backlog")
    with sink() as receiver:
        with servers.finsecure(home, url_of(home)) as server:
            endpoints = [endpoint(server.port, receiver.url(f"e{n}")) for n in range(10)]
            customers(server.port, 0.1, 0.1)
            time.sleep(1)
        plant(database(home), endpoints, BACKLOG)
        receiver.figures()
        started = time.time()
        with servers.finsecure(home, url_of(home)) as server:
            highest = [server.rss_mib()]
            over = threading.Event()

            def watch() -> None:
                while not over.wait(0.1):
                    highest.append(server.rss_mib())

            watcher = threading.Thread(target=watch)
            watcher.start()
            seen = drained(receiver, BACKLOG)
            over.set()
            watcher.join()
    say(f"start to first delivery                 {seen['first'] - started:6.2f} s   (asked: 10 or less)")
    say(f"all delivered after                     {seen['last'] - started:6.1f} s")
    say(f"highest RSS                             {max(highest):6.0f} MiB   (asked: 300 or less)\n")


def webhooks(fresh: Callable[[str], Path], say: Say) -> None:
    """Everything about webhooks."""
    say("## Webhooks (SQLite, synchronous=FULL)\n")
    latency(fresh, say)
    throughput(fresh, say)
    isolation(fresh, say)
    backlog(fresh, say)
