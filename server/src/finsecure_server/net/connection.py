"""One HTTP/1.1 connection to a receiver, over one or many requests, and what it says.

The parser is llhttp's, which uvicorn reads calls with. It is strict about what programs read in different ways, and
lenient about one thing: a line may end without CR, as receivers that were written by hand have it.

Whatever a receiver does, its reply is over by its deadline, and what was read until then is kept. Headers, body and
all that is wrapped around it are bounded. A connection on which anything went wrong, or that speaks without being
asked, is cut: closing it politely would wait for the receiver.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic_ns
from typing import Final, NamedTuple, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from finsecure_server.core.delivery import REPLY_BYTES_MAX

HEAD_BYTES_MAX: Final = 32 * 1024  # of a reply before its body, interim replies included
RAW_BYTES_MAX: Final = 1024 * 1024  # of a reply in all: a chunk may be all wrapping
KEEP_ALIVE_S: Final = 15

_EARLY_S: Final = 0.001  # loops count in milliseconds: an alarm may ring one too soon
_LINES_BYTES: Final = len(b"HTTP/1.1 200\r\n\r\n")
_HEADER_BYTES: Final = len(b":\r\n")
_SWITCHES: Final = 101
_FINAL: Final = 200
_MEASURED: Final = frozenset({b"content-length", b"transfer-encoding"})


class Origin(NamedTuple):
    """Where requests go, and what may share a connection."""

    host: str  # a name or an address, without brackets
    port: int
    tls: bool


class NotHttp(Exception):
    """What came back is no reply, and why."""


class HeadTooLarge(Exception):
    """The headers of a reply are more than is read."""


class HungUp(ConnectionError):
    """The receiver closed the connection, or we did, and nobody said why."""


class Reply:
    """What has come of a reply. `status` is 0 until its headers are complete; then it stands, whatever comes next."""

    __slots__ = ("body", "complete", "error", "first_byte_at", "head", "headers", "raw", "size", "status")

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body: list[bytes] = []
        self.size = 0  # bytes of the body
        self.head = 0  # bytes of the headers, about
        self.raw = 0  # bytes of everything
        self.first_byte_at = 0  # nanoseconds of the monotonic clock
        self.complete = False
        self.error: Exception | None = None  # why there is no more of it


class Owner(NamedTuple):
    """Who hears what becomes of a connection."""

    rests: Callable[[Connection], None]  # nobody uses it; it may be asked again
    ends: Callable[[Connection], None]  # it is, or is about to be, closed; may be told twice


class Connection(asyncio.Protocol):
    """A connection to an origin. Between the end of a reply and the next `ask` it rests, KEEP_ALIVE_S at most.

    One alarm serves the deadlines of all its replies and its rest: it is set anew only as it rings too soon.
    """

    __slots__ = (
        "_alarm", "_alarm_at", "_asked", "_early", "_interim", "_keeps", "_loop", "_owner", "_parser", "_reply",
        "_until", "_waiter", "address", "origin", "tls_version", "transport",
    )  # fmt: skip

    transport: asyncio.Transport

    def __init__(self, origin: Origin, owner: Owner, loop: asyncio.AbstractEventLoop) -> None:
        self.origin = origin
        self.address: str | None = None
        self.tls_version: str | None = None
        self._owner = owner
        self._loop = loop
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = self._until = 0.0  # by the loop's clock
        self._reply: Reply | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._asked = False
        self._early = b""  # what came before it was
        self._interim = False  # the reply that is being read is not the final one
        self._keeps = False  # it may be asked again
        self._parser = HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True)

    # -- for whoever sends -------------------------------------------------------------------------------------------

    async def ask(self, request: bytes, deadline: float) -> Reply:
        """Send a request and return what came back by `deadline` (of the loop's clock).

        A reply without a status has an error that says why. Raises HungUp if the connection was closed before.
        """
        transport = self.transport
        if transport.is_closing():
            raise HungUp
        reply = self._reply = Reply()
        waiter = self._waiter = self._loop.create_future()
        self._wakes(deadline)
        transport.write(request)
        if not self._asked:
            self._asked = True
            if self._early:
                self.data_received(self._early)
        try:
            await waiter
        finally:
            if self._reply is reply:  # whoever asked was canceled
                self.cut()
        return reply

    def cut(self) -> None:
        """Hang up."""
        self._reply = None
        self._owner.ends(self)
        self.transport.abort()

    def is_closing(self) -> bool:
        """Whether it is of no use any more."""
        return self.transport.is_closing()

    # -- for the loop -------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop does not derive its own from it
        peer = transport.get_extra_info("peername")
        tls = transport.get_extra_info("ssl_object")
        self.address = peer[0] if peer else None
        self.tls_version = tls.version() if tls is not None else None

    def data_received(self, data: bytes) -> None:
        reply = self._reply
        if reply is None:
            self._unasked(data)
            return
        if not reply.first_byte_at:
            reply.first_byte_at = monotonic_ns()
        reply.raw += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:  # it waits for us to speak another protocol
            self._keeps = False
            reply.complete = True
        except HttpParserError as error:
            self._keeps = False
            if not reply.complete:
                reply.error = NotHttp(str(error))
        enough = reply.size > REPLY_BYTES_MAX or reply.raw > RAW_BYTES_MAX
        if reply.complete or reply.error is not None or enough:
            self._over(reply)
        elif not reply.status and reply.raw > HEAD_BYTES_MAX:
            self._over(reply, HeadTooLarge())

    def _unasked(self, data: bytes) -> None:
        """A hasty receiver's words are the reply to the first request; later ones could be that to the next one."""
        if self._asked or len(self._early) + len(data) > HEAD_BYTES_MAX:
            self.cut()
        else:
            self._early += data

    def connection_lost(self, exc: Exception | None) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._owner.ends(self)
        reply = self._reply
        if reply is not None:
            if exc is None and reply.status and _MEASURED.isdisjoint(name.lower() for name, _ in reply.headers):
                reply.complete = True  # its end is the end of the connection
            self._keeps = False
            self._over(reply, None if reply.complete else exc or HungUp())
        del self._parser  # which knows us, as we know it

    def _over(self, reply: Reply, error: Exception | None = None) -> None:
        """Nothing more comes of the reply."""
        if error is not None:
            reply.error = error
        if reply.complete and self._keeps:
            self._reply = None
            self._wakes(self._loop.time() + KEEP_ALIVE_S)
            self._owner.rests(self)
        else:
            self.cut()
        assert self._waiter is not None
        if not self._waiter.done():
            self._waiter.set_result(None)

    def _wakes(self, when: float) -> None:
        """Have the alarm ring then."""
        self._until = when
        if self._alarm is None or when < self._alarm_at:
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = self._loop.call_at(when, self._rings)
            self._alarm_at = when

    def _rings(self) -> None:
        self._alarm = None
        if self._until - self._loop.time() > _EARLY_S:
            self._wakes(self._until)
            return
        self._keeps = False
        if self._reply is None:
            self.cut()
        else:
            self._over(self._reply, TimeoutError())

    # -- for the parser -----------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        reply = self._reply
        assert reply is not None
        reply.head += _LINES_BYTES
        if reply.complete:
            self._keeps = False  # a second reply to one request

    def on_header(self, name: bytes, value: bytes) -> None:
        reply = self._reply
        assert reply is not None
        if not reply.status:  # else it stands behind the body
            reply.headers.append((name, value))
            reply.head += len(name) + len(value) + _HEADER_BYTES

    def on_headers_complete(self) -> None:
        reply = self._reply
        assert reply is not None
        if reply.status or reply.error is not None:
            return
        if reply.head > HEAD_BYTES_MAX:
            reply.error = HeadTooLarge()
            return
        status = self._parser.get_status_code()
        self._interim = status < _FINAL and status != _SWITCHES
        if self._interim:
            reply.headers.clear()
        else:
            reply.status = status

    def on_body(self, body: bytes) -> None:
        reply = self._reply
        assert reply is not None
        if reply.status and not reply.complete:
            reply.body.append(body)
            reply.size += len(body)

    def on_message_complete(self) -> None:
        reply = self._reply
        assert reply is not None
        if self._interim or not reply.status or reply.complete:
            return
        reply.complete = True
        self._keeps = self._parser.should_keep_alive()
