"""https://yoursite.com/webhook: a merchant's server that keeps what it is sent."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

WAIT_SECONDS: Final = 20.0


@dataclass(frozen=True)
class Received:
    """One POST: its headers, with their names in lower case, and its body as text."""

    headers: dict[str, str]
    body: str


@dataclass
class Receiver:
    """What came, and how it behaves: "well", "silent" (never answers) or "rude" (hangs up)."""

    mood: str = "well"
    received: list[Received] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def feeling(self, mood: str) -> Iterator[None]:
        """Behaves so for a while."""
        self.mood = mood
        try:
            yield
        finally:
            self.mood = "well"

    def signed(self, header: str) -> Received:
        """The first that came with a header; waits for it. Raises TimeoutError."""
        give_up = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < give_up:
            for one in list(self.received):
                if header in one.headers:
                    return one
            time.sleep(0.05)
        raise TimeoutError(f"no webhook with the header {header} came within {WAIT_SECONDS:.0f} s")


@contextmanager
def serving(address: str, context: ssl.SSLContext) -> Iterator[Receiver]:
    """A receiver with TLS on port 443 of an address."""
    receiver = Receiver()
    server = ThreadingHTTPServer((address, 443), _handler(receiver, context))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(receiver: Receiver, context: ssl.SSLContext) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def do_HEAD(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if receiver.mood == "silent":
                receiver.closing.wait(WAIT_SECONDS)
            elif receiver.mood == "well":
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.received.append(Received(headers, body.decode()))
                self._answer()

        def _answer(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "8")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(b"received")

        def log_message(self, format: str, *args: Any) -> None:
            """What came is in `received`."""

    return Handler
