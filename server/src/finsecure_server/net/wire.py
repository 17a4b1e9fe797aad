"""Connections: dialed to vetted addresses only, kept for a while, and bounded."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from ipaddress import ip_address
from typing import Any, Final

from aiohappyeyeballs import start_connection

from finsecure_server.net.connection import Connection, HungUp, Origin, Owner
from finsecure_server.net.guard import Policy, vet
from finsecure_server.net.names import Names
from finsecure_server.net.trail import Trail

CONNECT_MAX_S: Final = 3  # for the TCP connection: a host that is there answers within one
IDLE_MAX: Final = 512  # open connections that nobody uses; the one idle for longest goes first
HAPPY_EYEBALLS_S: Final = 0.25  # RFC 8305: how long the first address is tried alone


def tls_context(ca_file: str | None = None) -> ssl.SSLContext:
    """TLS 1.2 or newer, certificates checked against this machine's store and, if given, a file of further ones."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # which checks the certificate and the host name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_default_certs()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


class Dialer:
    """Makes connections, and keeps them for the next request to the same origin."""

    def __init__(self, names: Names, policy: Policy, tls: ssl.SSLContext) -> None:
        self._names = names
        self._policy = policy
        self._tls = tls
        self._owner = Owner(self._rests, self._ends)
        self._open: set[Connection] = set()
        self._idle: dict[Connection, None] = {}  # the oldest first
        self._idle_of: dict[Origin, list[Connection]] = {}  # the same, by origin; none of the lists is empty
        self._closed = False

    def idle(self, origin: Origin) -> Connection | None:
        """A connection that was used before and is open. The newest: so those that are too many grow old."""
        while (there := self._idle_of.get(origin)) is not None:
            connection = there[-1]
            self._leaves(connection)
            if not connection.is_closing():
                return connection
        return None

    async def dial(self, origin: Origin, trail: Trail, deadline: float) -> Connection:
        """A new connection. Raises Stopped, TimeoutError, OSError, which ssl.SSLError is, with the way in `trail`."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout_at(deadline) as limit:

            def opened(address: tuple[Any, ...]) -> socket.socket:
                """A socket for an address that is about to be dialed: the last place to say no, whatever led here."""
                family, kind, proto, _, (host, port, *_) = address
                reason = vet(host, self._policy)
                if reason is not None:
                    trail.blocked = reason
                    raise OSError(errno.EACCES, reason)
                if trail.dials(host, port) and not limit.expired():
                    limit.reschedule(min(deadline, loop.time() + CONNECT_MAX_S))
                return socket.socket(family, kind, proto)

            sock = await start_connection(
                await self._addresses(origin, trail),
                happy_eyeballs_delay=HAPPY_EYEBALLS_S,
                loop=loop,
                socket_factory=opened,
            )
            trail.stands(tls=origin.tls)
            if not limit.expired():
                limit.reschedule(deadline)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _, connection = await loop.create_connection(
                lambda: Connection(origin, self._owner, loop),
                sock=sock,
                ssl=self._tls if origin.tls else None,
                server_hostname=origin.host if origin.tls else None,
            )
        if self._closed:
            connection.cut()
            raise HungUp
        self._open.add(connection)
        return connection

    async def _addresses(self, origin: Origin, trail: Trail) -> list[tuple[int, int, int, str, tuple[Any, ...]]]:
        """What a host stands for, as `socket.getaddrinfo` has it. An address stands for itself."""
        try:
            addresses = [str(ip_address(origin.host))]
        except ValueError:
            addresses = await self._names.addresses(origin.host, origin.port, trail)
        return [_info(address, origin.port) for address in addresses]

    def forget(self, origin: Origin) -> None:
        """Hang up on every idle connection to an origin: one of them was found dead."""
        for connection in list(self._idle_of.get(origin, ())):
            connection.cut()

    def close(self) -> None:
        """Hang up on everybody."""
        self._closed = True
        for connection in list(self._open):
            connection.transport.abort()  # whoever waits for it hears of that as it is lost

    def _rests(self, connection: Connection) -> None:
        self._idle[connection] = None
        self._idle_of.setdefault(connection.origin, []).append(connection)
        if len(self._idle) > IDLE_MAX:
            next(iter(self._idle)).cut()

    def _ends(self, connection: Connection) -> None:
        self._open.discard(connection)
        if connection in self._idle:
            self._leaves(connection)

    def _leaves(self, connection: Connection) -> None:
        """It is not idle any more."""
        del self._idle[connection]
        there = self._idle_of[connection.origin]
        if there[-1] is connection:
            there.pop()
        else:
            there.remove(connection)
        if not there:
            del self._idle_of[connection.origin]


def _info(address: str, port: int) -> tuple[int, int, int, str, tuple[Any, ...]]:
    family, where = (socket.AF_INET6, (address, port, 0, 0)) if ":" in address else (socket.AF_INET, (address, port))
    return family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", where
