"""Many clients at once, each on a connection of its own, who remember what was acknowledged to them."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode

from tests.flows.live import KEY


class Answer(NamedTuple):
    """A reply."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Ledger:
    """What the clients know: acknowledged payments by idempotency key, and keys that were never answered."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)


class Connection:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, params: Mapping[str, object], key: str | None = None) -> Answer:
        """POST a form. OSError or EOFError when the server is gone."""
        extra = f"Idempotency-Key: {key}\r\n" if key else ""
        return await self._call("POST", path, urlencode(params).encode(), extra)

    async def get(self, path: str) -> Answer:
        """GET. OSError or EOFError when the server is gone."""
        return await self._call("GET", path, b"", "")

    async def _call(self, method: str, path: str, body: bytes, extra: str) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n{extra}"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
        content = await reader.readexactly(int(headers["content-length"]))
        return Answer(int(lines[0].split()[1]), headers, content)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


PAYMENT = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"}


async def pay_until_gone(port: int, ledger: Ledger) -> None:
    """Pay again and again until the server is gone."""
    connection = Connection(port)
    try:
        while True:
            key = str(uuid.uuid4())
            ledger.unanswered.add(key)
            answer = await connection.post("/v1/payment_intents", PAYMENT, key)
            assert answer.status == 200, answer.body
            ledger.acknowledged[key] = answer.json["id"]
            ledger.unanswered.discard(key)
    except (OSError, EOFError):
        return
    finally:
        connection.close()


async def at_once(
    port: int, calls: int, path: str, params: Mapping[str, object], key: str | None = None
) -> list[Answer]:
    """The same call from many connections, let go together."""
    connections = [Connection(port) for _ in range(calls)]
    barrier = asyncio.Barrier(calls)

    async def one(connection: Connection) -> Answer:
        connection._streams = await asyncio.open_connection("127.0.0.1", port)
        await barrier.wait()
        return await connection.post(path, params, key)

    try:
        return list(await asyncio.gather(*map(one, connections)))
    finally:
        for connection in connections:
            connection.close()
