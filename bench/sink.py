"""A receiver that does nothing but note when each event came. Run as a program of its own, on the core of the load.

    python -m bench.sink PORT: POST takes a webhook, GET /figures tells what came and forgets it

A POST to a path that begins with /hole is never answered: a black hole.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import httptools
import uvloop

from finsecure_server.core import ids

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Seen:
    """What came since somebody asked last."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.latencies_ms: list[float] = []
        self.ids: set[bytes] = set()
        self.count = 0
        self.first = self.last = 0.0
        self.bytes = 0

    def figures(self) -> dict[str, Any]:
        taken = sorted(self.latencies_ms)
        return {
            "count": self.count,
            "distinct": len(self.ids),
            "first": self.first,
            "last": self.last,
            "bytes": self.bytes,
            **{
                f"p{p}_ms": taken[min(int(len(taken) * p / 100), len(taken) - 1)] if taken else 0.0
                for p in (50, 95, 99)
            },
        }


class Connection(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.parser = httptools.HttpRequestParser(self)
        self.fresh()

    def fresh(self) -> None:
        self.path = b""
        self.event = b""
        self.began = 0.0
        self.size = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if not self.began:
            self.began = time.time()
        self.parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self.path = url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"webhook-id":
            self.event = value

    def on_body(self, body: bytes) -> None:
        self.size += len(body)

    def on_message_complete(self) -> None:
        seen = self.seen
        if self.path == b"/figures":
            body = json.dumps(seen.figures()).encode()
            seen.forget()
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        elif not self.path.startswith(b"/hole"):
            if self.event:
                seen.latencies_ms.append(self.began * 1000 - ids.when(self.event.decode()) / 1000)
                seen.ids.add(self.event + self.path)
            seen.count += 1
            seen.bytes += self.size
            seen.first = seen.first or self.began
            seen.last = self.began
            self.transport.write(OK)
        self.fresh()


async def main(port: int) -> None:
    seen = Seen()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(seen), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
