"""The wire under aiohttp: TLS, and connections that are dialed to vetted addresses, kept for a while and bounded."""

from __future__ import annotations

import errno
import socket
import ssl
from typing import Any, Final

from aiohttp import ClientRequest, ClientTimeout, TCPConnector
from aiohttp.abc import AbstractResolver
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from finsecure_server.net.guard import Policy, vet
from finsecure_server.net.trail import TRAIL, Tap

KEEP_ALIVE_S: Final = 15
IDLE_MAX: Final = 512  # open connections that nobody uses; the one idle for longest goes first


def tls_context(ca_file: str | None = None) -> ssl.SSLContext:
    """TLS 1.2 or newer, certificates checked against this machine's store and, if given, a file of further ones."""
    context = _TlsContext(ssl.PROTOCOL_TLS_CLIENT)  # which checks the certificate and the host name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_default_certs()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


class _TlsContext(ssl.SSLContext):
    """Notes when a handshake begins: asyncio and uvloop make the TLS object once the TCP connection stands."""

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        TRAIL.get().handshakes()
        return super().wrap_bio(*args, **kwargs)


class Dialer(TCPConnector):
    """Connections that go to vetted addresses only, kept alive for the next request to the same host."""

    def __init__(self, resolver: AbstractResolver, policy: Policy, tls: ssl.SSLContext) -> None:
        self._vetting = policy
        self._idle: dict[Tap, None] = {}  # the oldest first
        super().__init__(
            resolver=resolver,
            use_dns_cache=False,  # the resolver has its own, which keeps to what the answer allows
            ssl=tls,
            socket_factory=self._socket,
            limit=0,  # the sender bounds what is in flight; a queue here would let dead hosts hold up the others
            keepalive_timeout=KEEP_ALIVE_S,
        )

    def _socket(self, address: tuple[Any, ...]) -> socket.socket:
        """A socket for an address that is about to be dialed: the last place to say no, whatever led here."""
        family, kind, proto, _, (host, port, *_) = address
        reason = vet(host, self._vetting)
        if reason is not None:
            TRAIL.get().blocked = reason
            raise OSError(errno.EACCES, reason)
        TRAIL.get().dials(host, port)
        return socket.socket(family, kind, proto)

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: ClientTimeout,  # noqa: ASYNC109 -- aiohttp's signature
    ) -> Connection:
        """A connection for the request, new or used before."""
        connection = await super().connect(req, traces, timeout)
        transport = connection.transport
        assert transport is not None
        tap = transport.get_protocol()
        reused = isinstance(tap, Tap)
        if not isinstance(tap, Tap):
            assert connection.protocol is not None
            tap = Tap(connection.protocol, transport, req.connection_key, self._idle)
            transport.set_protocol(tap)
        self._idle.pop(tap, None)
        trail = TRAIL.get()
        trail.requests(tap, reused=reused)
        tap.begins(trail)
        return connection

    def rest(self, tap: Tap) -> None:
        """A connection is not needed for now."""
        tap.rests()
        self._idle[tap] = None
        if len(self._idle) > IDLE_MAX:
            self._drop(next(iter(self._idle)))

    def forget(self, key: ConnectionKey) -> None:
        """Hang up on every idle connection to a host: one of them was found dead."""
        for tap in [tap for tap in self._idle if tap.key == key]:
            self._drop(tap)

    def _drop(self, tap: Tap) -> None:
        del self._idle[tap]
        tap.transport.abort()
