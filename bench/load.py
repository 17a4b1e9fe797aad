"""The load: clients that each send their next request when the last is answered. Prints one line of JSON.

Run as a program of its own, pinned to another core than the server: `python -m bench.load PORT SECONDS CLIENTS BODY`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from itertools import count

import uvloop

KEY = "sk_test_" + "bench" * 6


async def client(
    port: int, path: str, body: bytes, until: float, taken: list[float], total: int, sent: count[int]
) -> None:
    """One connection; every POST has an idempotency key of its own, as the SDKs send one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    method = b"POST" if body else b"GET"
    while time.perf_counter() < until and next(sent) < total:
        head = (
            b"%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nIdempotency-Key: %s\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n"
        ) % (method, path.encode(), KEY.encode(), str(uuid.uuid4()).encode(), len(body))
        started = time.perf_counter()
        writer.write(head + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        content = await reader.readexactly(length)
        taken.append(time.perf_counter() - started)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"refused: {content[:500]!r}")
    writer.close()


async def main(port: int, path: str, body: bytes, seconds: float, clients: int, total: int) -> None:
    taken: list[float] = []
    sent: count[int] = count()
    started = time.perf_counter()
    until = started + seconds
    await asyncio.gather(*(client(port, path, body, until, taken, total, sent) for _ in range(clients)))
    lasted = time.perf_counter() - started
    taken.sort()
    figures = {
        "requests": len(taken),
        "per_second": len(taken) / lasted,
        "p50_ms": taken[len(taken) // 2] * 1000,
        "p95_ms": taken[int(len(taken) * 0.95)] * 1000,
        "p99_ms": taken[int(len(taken) * 0.99)] * 1000,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    _, port_, path_, body_, seconds_, clients_, total_ = sys.argv
    uvloop.run(main(int(port_), path_, body_.encode(), float(seconds_), int(clients_), int(total_)))
