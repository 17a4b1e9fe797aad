"""What one attempt leaves behind on its way out: how far it came, when, and where it went.

The parts of a connection are made deep inside aiohttp and ssl, which know nothing of attempts. They find the trail of
the attempt that they work for in a context variable.
"""

from __future__ import annotations

import asyncio
import re
from contextvars import ContextVar
from time import monotonic_ns
from typing import Final

from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ConnectionKey

from finsecure_server.core.delivery import Failure, Phase, Timing

CONNECT_MAX_S: Final = 3  # for the TCP connection: a host that is there answers within one
HEAD_BYTES_MAX: Final = 32 * 1024  # of a reply before its body, interim replies included

_HEAD_END: Final = re.compile(rb"\n\r?\n")


class Stopped(Exception):
    """We stop before anything is sent, and know why. Not an OSError: aiohttp would wrap that."""

    def __init__(self, failure: Failure, phase: Phase, detail: str) -> None:
        super().__init__(detail)
        self.failure = failure
        self.phase = phase
        self.detail = detail


class Trail:
    """The way of one attempt over one connection. Times are nanoseconds of the monotonic clock."""

    __slots__ = (
        "_deadline",
        "_dialed_at",
        "_handshake_at",
        "_limit",
        "address",
        "blocked",
        "connect_us",
        "dns_us",
        "first_byte_at",
        "phase",
        "port",
        "refusal",
        "requested_at",
        "reused",
        "tap",
        "tls_us",
    )

    def __init__(self, limit: asyncio.Timeout, deadline: float) -> None:
        """`limit` is what ends the attempt, at `deadline` by the loop's clock."""
        self._limit = limit
        self._deadline = deadline
        self._dialed_at = self._handshake_at = 0
        self.phase = Phase.CONNECT
        self.address: str | None = None
        self.port = 0
        self.blocked: str | None = None  # why the address is not dialed
        self.refusal: str | None = None  # why the reply is not read any further
        self.reused = False
        self.tap: Tap | None = None
        self.dns_us: int | None = None
        self.connect_us: int | None = None
        self.tls_us: int | None = None
        self.requested_at = 0
        self.first_byte_at = 0

    def dials(self, address: str, port: int) -> None:
        """A TCP connection is being made. Several may race; the first one starts the clock."""
        self.address, self.port = address, port
        if self.phase is not Phase.CONNECT or not self._dialed_at:
            self.phase = Phase.CONNECT
            self._dialed_at = monotonic_ns()
            self._until(min(self._deadline, asyncio.get_running_loop().time() + CONNECT_MAX_S))

    def handshakes(self) -> None:
        """The TCP connection stands, TLS begins."""
        self.phase = Phase.TLS
        self._handshake_at = monotonic_ns()
        self.connect_us = (self._handshake_at - self._dialed_at) // 1000
        self._until(self._deadline)

    def requests(self, tap: Tap, *, reused: bool) -> None:
        """The connection stands, the request is about to be written."""
        now = self.requested_at = monotonic_ns()
        self.tap = tap
        self.address = tap.address
        self.reused = reused
        if not reused:
            if self.phase is Phase.TLS:
                self.tls_us = (now - self._handshake_at) // 1000
            else:
                self.connect_us = (now - self._dialed_at) // 1000
                self._until(self._deadline)
        self.phase = Phase.HEADERS

    def ends_now(self) -> None:
        """Nothing more can come of it: as if the time were up."""
        self._until(asyncio.get_running_loop().time())

    def timing(self, began_at: int) -> Timing:
        """Its times, from when the attempt began to now."""
        first = (self.first_byte_at - self.requested_at) // 1000 if self.first_byte_at else None
        return Timing(self.dns_us, self.connect_us, self.tls_us, first, (monotonic_ns() - began_at) // 1000)

    def _until(self, when: float) -> None:
        if not self._limit.expired():
            self._limit.reschedule(when)


class Tap(asyncio.Protocol):
    """One connection, over one or many requests. It stands between the transport and aiohttp's parser.

    It notes the first byte of a reply, bounds its headers (aiohttp bounds each line, and reads any number of interim
    replies), hands headers and body on apart, so that a broken body never takes the status with it, and hangs up on a
    receiver that speaks without being asked.
    """

    __slots__ = (
        "_handler",
        "_head",
        "_head_bytes",
        "_idle",
        "_in_head",
        "_trail",
        "address",
        "key",
        "tls_version",
        "transport",
    )

    def __init__(
        self, handler: ResponseHandler, transport: asyncio.Transport, key: ConnectionKey, idle: dict[Tap, None]
    ) -> None:
        """`idle` is where those stand that nobody uses; a connection that ends leaves it."""
        self._handler = handler
        self._idle = idle
        self._head = bytearray()
        self._head_bytes = 0
        self._in_head = False
        self._trail: Trail | None = None
        self.transport = transport
        self.key = key
        peer = transport.get_extra_info("peername")
        tls = transport.get_extra_info("ssl_object")
        self.address: str | None = peer[0] if peer else None
        self.tls_version: str | None = tls.version() if tls is not None else None

    def begins(self, trail: Trail) -> None:
        """A request goes out; what comes back is its reply."""
        self._trail = trail
        self._in_head = True
        self._head_bytes = 0
        self._head.clear()

    def rests(self) -> None:
        """The reply has come; nothing more is expected."""
        self._trail = None

    def data_received(self, data: bytes) -> None:
        trail = self._trail
        if trail is None:
            self.transport.abort()  # what comes unasked would be taken for the reply to the next request
            return
        if not trail.first_byte_at:
            trail.first_byte_at = monotonic_ns()
        if self._in_head:
            self._heads(data, trail)
        else:
            self._body(data, trail)

    def _heads(self, data: bytes, trail: Trail) -> None:
        """Pass on what comes, the final headers apart from the body after them."""
        head = self._head
        self._head_bytes += len(data)
        while data:
            known = len(head)
            head += data
            found = _HEAD_END.search(head, max(0, known - 2))
            if found is None:
                self._handler.data_received(data)
                break
            cut = found.end() - known
            interim = head[9:10] == b"1" and head[9:12] != b"101"
            head.clear()
            self._handler.data_received(data[:cut])
            data = data[cut:]
            if not interim:
                self._in_head = False
                if data:
                    self._body(data, trail)
                return
        if self._head_bytes > HEAD_BYTES_MAX:
            trail.refusal = f"its headers are larger than {HEAD_BYTES_MAX // 1024} KiB"
            self.transport.abort()

    def _body(self, data: bytes, trail: Trail) -> None:
        self._handler.data_received(data)
        if self._handler.exception() is not None:
            trail.ends_now()  # the parser gave up; aiohttp would let whoever reads the body wait

    def connection_lost(self, exc: Exception | None) -> None:
        self._idle.pop(self, None)
        self._handler.connection_lost(exc)

    def eof_received(self) -> bool | None:
        self._handler.eof_received()
        return None

    def pause_writing(self) -> None:
        self._handler.pause_writing()

    def resume_writing(self) -> None:
        self._handler.resume_writing()


TRAIL: Final[ContextVar[Trail]] = ContextVar("finsecure_trail")
