"""The Python SDK beside stripe's, in one run: CPU per call, import, decoding a page of 100 objects.

    python -m bench.sdk            prints ratios, and fails if one is above its aim

Only ratios mean anything. The sides take turns in processes of their own (A B A B …) and the medians are compared. Both
call one fixed server on loopback, which answers every call with the same bytes; the CPU is that of the caller alone.
"""

from __future__ import annotations

import json
import os
import platform
import socketserver
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import stripe

import finsecure
import finsecure.testing

ROUNDS = 5
CALLS = 300
PAGES = 40
KEY = "sk_test_" + "bench" * 6
AIMS = {"call": 0.35, "import": 0.25, "page": 0.20}
ABOUT = {
    "call": "CPU of one call",
    "import": "import",
    "first client": "first client ready",
    "page": "CPU of a page of 100",
}

CHARGE = {
    "id": "ch_01k0wyq5dx7mzvnwxnemw8zz2s8g",
    "object": "charge",
    "amount": 2000,
    "balance_transaction": "txn_01k0wyq5dx7mzvnwxnemw8zz2s8h",
    "billing_details": {"address": {"city": None, "country": "US", "line1": None}, "email": None, "name": "Jenny"},
    "currency": "usd",
    "outcome": {"network_status": "approved_by_network", "risk_level": "normal", "type": "authorized"},
    "paid": True,
    "payment_method_details": {
        "card": {"brand": "visa", "checks": {"cvc_check": "pass"}, "last4": "4242"},
        "type": "card",
    },
    "status": "succeeded",
}
INTENT = {
    "id": "pi_01k0wyq5dx7j3pjqhygp5be92fn3",
    "object": "payment_intent",
    "amount": 2000,
    "amount_capturable": 0,
    "amount_received": 2000,
    "client_secret": "pi_01k0wyq5dx7j3pjqhygp5be92fn3_secret_x",
    "created": 1_700_000_000,
    "currency": "usd",
    "customer": None,
    "latest_charge": CHARGE,
    "livemode": False,
    "metadata": {"order": "6735"},
    "next_action": None,
    "payment_method_types": ["card"],
    "status": "succeeded",
}
ONE = json.dumps(INTENT).encode()
PAGE = json.dumps({"object": "list", "url": "/v1/payment_intents", "has_more": False, "data": [INTENT] * 100}).encode()


# -- the fixed server -------------------------------------------------------------------------------------------------


class Fixed(socketserver.StreamRequestHandler):
    """Reads a request and answers with the same bytes."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nrequest-id: req_1\r\ncontent-length: %d\r\n\r\n"
        with suppress(ConnectionError):
            while self.rfile.readline():
                length = 0
                while (line := self.rfile.readline()) not in {b"\r\n", b""}:
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                self.rfile.read(length)
                self.wfile.write(head % len(ONE) + ONE)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def serve() -> None:
    with Server(("127.0.0.1", 0), Fixed) as server:
        print(server.server_address[1], flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()


# -- each side, in a process of its own --------------------------------------------------------------------------------


def ours_call(port: int) -> Callable[[], object]:
    client = finsecure.Client(KEY, api_base=f"http://127.0.0.1:{port}", proxy="")
    return lambda: client.payment_intents.create(amount=2000, currency="usd").status


def theirs_call(port: int) -> Callable[[], object]:
    client = stripe.StripeClient(KEY, base_addresses={"api": f"http://127.0.0.1:{port}"})
    return lambda: client.v1.payment_intents.create({"amount": 2000, "currency": "usd"}).status


def ours_page(_: int) -> Callable[[], object]:
    transport = finsecure.testing.MockTransport().reply(json.loads(PAGE))
    client = finsecure.Client(KEY, transport=transport)
    return lambda: sum(one.amount for one in client.payment_intents.list(limit=100))


def theirs_page(_: int) -> Callable[[], object]:
    class Canned(stripe.HTTPClient):
        name = "canned"

        def request(self, *_: Any, **__: Any) -> tuple[str, int, Mapping[str, str]]:
            return page, 200, {"request-id": "req_1"}

        def close(self) -> None: ...

    page = PAGE.decode()
    client = stripe.StripeClient(KEY, http_client=Canned())
    return lambda: sum(one.amount for one in client.v1.payment_intents.list({"limit": 100}))


SIDES = {
    "call": (ours_call, theirs_call, CALLS),
    "page": (ours_page, theirs_page, PAGES),
}


def measure(what: str, side: int, port: int) -> None:
    """Print the CPU of one operation in seconds."""
    *sides, times = SIDES[what]
    operation = sides[side](port)
    for _ in range(max(10, times // 10)):
        operation()
    began = time.process_time()
    for _ in range(times):
        operation()
    print((time.process_time() - began) / times)


# -- the comparison ----------------------------------------------------------------------------------------------------


def in_process(*words: str) -> float:
    done = subprocess.run([sys.executable, "-m", "bench.sdk", *words], capture_output=True, text=True, check=True)
    return float(done.stdout)


def import_seconds(code: str) -> float:
    """Wall time of a fresh interpreter that runs `code`, from an empty directory, bytecode already compiled."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-I", "-c", code], cwd=folder, check=True)
        return time.perf_counter() - began


def compare(ours: Callable[[], float], theirs: Callable[[], float], rounds: int = ROUNDS) -> tuple[float, float]:
    """The medians of both, measured in turns."""
    mine, other = [], []
    for _ in range(rounds):
        mine.append(ours())
        other.append(theirs())
    return statistics.median(mine), statistics.median(other)


def imports() -> dict[str, tuple[float, float]]:
    """Above bare Python: the import alone, and until the first client is ready."""
    bare = statistics.median(import_seconds("pass") for _ in range(ROUNDS))
    found = {}
    for name, ours, theirs in (
        ("import", "import finsecure", "import stripe"),
        (
            "first client",
            "import finsecure; finsecure.Client('sk_test_1').payment_intents",
            "import stripe; stripe.StripeClient('sk_test_1').v1.payment_intents",
        ),
    ):
        mine, other = compare(lambda code=ours: import_seconds(code), lambda code=theirs: import_seconds(code))  # type: ignore[misc]
        found[name] = (max(mine - bare, 0.0), other - bare)
    return found


def main() -> int:
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.sdk", "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    assert server.stdin is not None
    port = server.stdout.readline().strip()
    try:
        rows = {
            what: compare(lambda w=what: in_process(w, "0", port), lambda w=what: in_process(w, "1", port))  # type: ignore[misc]
            for what in SIDES
        }
    finally:
        server.stdin.close()
        server.wait(5)
    rows |= imports()
    versions = f"Python {platform.python_version()}, finsecure {finsecure.__version__}, stripe {stripe.VERSION}"
    print(f"{versions}, {os.cpu_count()} cores")
    print(f"{'':28} {'finsecure':>12} {'stripe':>12} {'ratio':>7}   aim")
    missed = []
    for what, about in ABOUT.items():
        mine, other = rows[what]
        aim = AIMS.get(what)
        shown = f"<= {aim}" if aim else "-"
        print(f"{about:28} {mine * 1e3:9.3f} ms {other * 1e3:9.3f} ms {mine / other:7.3f}   {shown}")
        if aim is not None and mine / other > aim:
            missed.append(what)
    print(f"missed: {', '.join(missed)}" if missed else "every aim is met")
    return 1 if missed else 0


if __name__ == "__main__":
    words = sys.argv[1:]
    if words == ["--serve"]:
        serve()
    elif words:
        measure(words[0], int(words[1]), int(words[2]))
    else:
        sys.exit(main())
