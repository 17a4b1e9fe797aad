"""Webhooks as whoever runs the platform sees them: `serve` and `worker` send them, and end when they are told to."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
import stripe

from finsecure_server.serve import GRACE_SECONDS
from tests.commands.newcomer import Newcomer
from tests.commands.serving import Serving, serving, started, until


class Gates(ThreadingHTTPServer):
    """A receiver that answers 200: at /open at once, elsewhere when the gate of that path is opened."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.came: Counter[str] = Counter()
        self.gates = {"/open": threading.Event(), "/late": threading.Event(), "/never": threading.Event()}
        self.gates["/open"].set()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


class Answering(BaseHTTPRequestHandler):
    """One request."""

    server: Gates  # type: ignore[mutable-override]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came[self.path] += 1
        self.server.gates[self.path].wait(60)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


@pytest.fixture
def receiver() -> Iterator[Gates]:
    with Gates() as receiver:
        thread = threading.Thread(target=receiver.serve_forever)
        thread.start()
        yield receiver
        for gate in receiver.gates.values():
            gate.set()
        receiver.shutdown()
        thread.join()


class Merchant:
    """Calls a server."""

    def __init__(self, server: Serving, key: str | None = None) -> None:
        self.key = key or server.key
        self._url = server.url
        self._client = stripe.StripeClient(self.key, base_addresses={"api": self._url})

    def hears(self, url: str) -> None:
        wanted = {"url": url, "enabled_events": ["customer.created"], "timeout": 30}
        self._client.raw_request("post", "/v1/webhook_endpoints", **wanted)

    def makes_news(self) -> None:
        self._client.v1.customers.create()

    def deliveries(self) -> dict[str, tuple[str, int]]:
        """Status and attempts, by the last word of the URL."""
        shown = requests.get(f"{self._url}/v1/webhook_deliveries", auth=(self.key, ""), timeout=10).json()
        endpoints = {row.id: row.url.rpartition("/")[2] for row in self._client.v1.webhook_endpoints.list().data}
        return {endpoints[row["webhook_endpoint"]]: (row["status"], row["attempts"]) for row in shown["data"]}


def test_receivers_that_hang_do_not_hold_the_end(newcomer: Newcomer, receiver: Gates) -> None:
    with serving(newcomer) as server:
        merchant = Merchant(server)
        for path in ("/late", "/never"):
            merchant.hears(receiver.url(path))
        merchant.makes_news()
        until(lambda: receiver.came == {"/late": 1, "/never": 1})
        threading.Timer(1, receiver.gates["/late"].set).start()
        began = time.monotonic()
        assert server.stop() == 0
        assert GRACE_SECONDS - 1 < time.monotonic() - began < GRACE_SECONDS + 3
        assert "Traceback" not in server.err
    receiver.gates["/never"].set()
    with serving(newcomer) as server:
        merchant = Merchant(server, merchant.key)
        until(lambda: merchant.deliveries() == {"late": ("delivered", 1), "never": ("delivered", 1)})
        assert receiver.came == {"/late": 1, "/never": 2}
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 5, "nothing was under way"


def test_a_worker_sends_as_soon_as_the_server_has_committed(
    newcomer: Newcomer, postgres_url: str, receiver: Gates
) -> None:
    newcomer.environ = {"FINSECURE_DATABASE_URL": postgres_url, "FINSECURE_WORK": "elsewhere"}
    with serving(newcomer) as server:
        merchant = Merchant(server)
        merchant.hears(receiver.url("/open"))
        merchant.makes_news()
        time.sleep(1)  # a server that did the work would have sent it by now
        assert receiver.came == {}
        with started(newcomer, "worker") as worker:
            until(lambda: receiver.came["/open"] == 1)
            for number in range(2, 6):
                began = time.monotonic()
                merchant.makes_news()
                until(lambda number=number: receiver.came["/open"] == number)  # type: ignore[misc]
                assert time.monotonic() - began < 2, "it was found by chance, not told"
            assert worker.stop() == 0
            assert "Traceback" not in worker.err
        assert server.stop() == 0
