"""Receivers on real sockets of loopback, a name server that lies, and canaries, which nobody may call."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address

from dnslib import AAAA, CNAME, QTYPE, RD, RR, A, DNSRecord

Behaviour = Callable[["Exchange"], Awaitable[None]]


@dataclass
class Exchange:
    """One connection, as the receiver's code sees it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    receiver: Receiver

    async def request(self) -> bytes:
        """Read one request whole; IncompleteReadError if the sender hangs up before."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
        )
        whole = head + await self.reader.readexactly(length)
        self.receiver.requests.append(whole)
        return whole

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """Cut the connection with an RST."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.writer.transport.abort()


@dataclass
class Receiver:
    """A listening socket, and what came to it."""

    host: str = "127.0.0.1"
    port: int = 0
    scheme: str = "http"
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    open_connections: set[asyncio.StreamWriter] = field(default_factory=set)
    nobody_left: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, path: str = "/hooks", *, host: str | None = None) -> str:
        return f"{self.scheme}://{host or self.host}:{self.port}{path}"


@asynccontextmanager
async def receiver(
    behaviour: Behaviour, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0, scheme: str = ""
) -> AsyncIterator[Receiver]:
    """Listens, and lets `behaviour` deal with each connection; everything is gone at the end."""
    made = Receiver(host, scheme=scheme or ("https" if tls else "http"))
    tasks: set[asyncio.Task[None]] = set()

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        made.connections += 1
        made.open_connections.add(writer)
        made.nobody_left.clear()
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await behaviour(Exchange(reader, writer, made))
        except asyncio.CancelledError:  # the test is over
            writer.transport.abort()
        finally:
            tasks.discard(task)
            made.open_connections.discard(writer)
            writer.close()
            if not made.open_connections:
                made.nobody_left.set()

    server = await asyncio.start_server(accepted, host, port, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)  # transports close in their own time


@asynccontextmanager
async def canary(port: int = 0) -> AsyncIterator[Receiver]:
    """Listens on loopback, IPv4 and IPv6, and counts who comes."""
    made = Receiver()

    class Counts(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            made.connections += 1
            transport.close()

    loop = asyncio.get_running_loop()
    four = await loop.create_server(Counts, "127.0.0.1", port)
    made.port = four.sockets[0].getsockname()[1]
    six = await loop.create_server(Counts, "::1", made.port)
    try:
        yield made
    finally:
        four.close()
        six.close()


def handshakes(context: ssl.SSLContext) -> Behaviour:
    """Speaks TLS by hand, so that what OpenSSL says of a handshake that fails (an alert) goes out before the end."""

    async def behave(exchange: Exchange) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        while data := await exchange.reader.read(65536):
            incoming.write(data)
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                await exchange.send(outgoing.read())
            except ssl.SSLError:
                await exchange.send(outgoing.read())
                return

    return behave


def answers(reply: bytes) -> Behaviour:
    """Reads each request and answers all alike."""

    async def behave(exchange: Exchange) -> None:
        while True:
            await exchange.request()
            await exchange.send(reply)

    return behave


def ok(body: bytes = b"ok", *headers: str) -> bytes:
    """A reply as it should be."""
    return reply(200, body, *headers)


def reply(status: int, body: bytes = b"", *headers: str) -> bytes:
    """A reply with a body of known length."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


# -- DNS --------------------------------------------------------------------------------------------------------------

#: What a name server says: records, the number of an error (3: no such name), or None for nothing at all.
Said = list[RR] | int | None
Zone = Callable[[str, str], Said]


def records(name: str, kind: str, *values: str, ttl: int = 0) -> list[RR]:
    """Records of one kind, "A", "AAAA" or "CNAME", one for each value."""
    return [RR(name, getattr(QTYPE, kind), rdata=_rdata(kind, value), ttl=ttl) for value in values]


def _rdata(kind: str, value: str) -> RD:
    return CNAME(value) if kind == "CNAME" else {"A": A, "AAAA": AAAA}[kind](tuple(ip_address(value).packed))


class NameServer(asyncio.DatagramProtocol):
    """Answers each question with what the zone says to it; `asked` has them all."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self.asked: list[tuple[str, str]] = []
        self.transport: asyncio.DatagramTransport | None = None

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = DNSRecord.parse(data)
        name, kind = str(question.q.qname).rstrip(".").lower(), QTYPE[question.q.qtype]
        self.asked.append((name, kind))
        said = self._zone(name, kind)
        if said is None:
            return
        answer = question.reply()
        if isinstance(said, int):
            answer.header.rcode = said
        else:
            answer.add_answer(*said)
        assert self.transport is not None
        self.transport.sendto(answer.pack(), addr)


@asynccontextmanager
async def name_server(zone: Zone) -> AsyncIterator[tuple[NameServer, int]]:
    """A name server on loopback, and its port."""
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: NameServer(zone), local_addr=("127.0.0.1", 0)
    )
    protocol.transport = transport
    try:
        yield protocol, transport.get_extra_info("sockname")[1]
    finally:
        transport.close()
