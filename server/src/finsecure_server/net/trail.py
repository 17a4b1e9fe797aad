"""What one attempt leaves behind on its way out: how far it came, when, and where it went."""

from __future__ import annotations

from time import monotonic_ns

from finsecure_server.core.delivery import Failure, Phase, Timing


class Stopped(Exception):
    """We stop before anything is sent, and know why."""

    def __init__(self, failure: Failure, phase: Phase, detail: str) -> None:
        super().__init__(detail)
        self.failure = failure
        self.phase = phase
        self.detail = detail


class Trail:
    """The way of one attempt over one connection. Times are nanoseconds of the monotonic clock."""

    __slots__ = (
        "_dialed_at", "_handshake_at", "address", "blocked", "connect_us", "dns_us", "first_byte_at", "phase", "port",
        "requested_at", "reused", "tls_us", "tls_version",
    )  # fmt: skip

    def __init__(self) -> None:
        self._dialed_at = self._handshake_at = 0
        self.phase = Phase.CONNECT
        self.address: str | None = None
        self.port = 0
        self.blocked: str | None = None  # why the address is not dialed
        self.reused = False
        self.tls_version: str | None = None
        self.dns_us: int | None = None
        self.connect_us: int | None = None
        self.tls_us: int | None = None
        self.requested_at = 0
        self.first_byte_at = 0

    def asks_for_a_name(self) -> None:
        """A name server is asked."""
        self.phase = Phase.DNS
        self._dialed_at = monotonic_ns()

    def has_an_answer(self) -> None:
        """It has answered, or never will."""
        self.dns_us = (monotonic_ns() - self._dialed_at) // 1000

    def dials(self, address: str, port: int) -> bool:
        """A TCP connection is being made; whether it is the first. Several may race; that one starts the clock."""
        self.address, self.port = address, port
        first = self.phase is Phase.DNS or not self._dialed_at
        if first:
            self.phase = Phase.CONNECT
            self._dialed_at = monotonic_ns()
        return first

    def stands(self, *, tls: bool) -> None:
        """The TCP connection stands; TLS begins, if there is any."""
        now = monotonic_ns()
        self.connect_us = (now - self._dialed_at) // 1000
        if tls:
            self.phase = Phase.TLS
            self._handshake_at = now

    def requests(self, address: str | None, tls_version: str | None, *, reused: bool) -> None:
        """The request is about to be written, over a connection to this address."""
        now = self.requested_at = monotonic_ns()
        if self.phase is Phase.TLS:
            self.tls_us = (now - self._handshake_at) // 1000
        self.address = address
        self.tls_version = tls_version
        self.reused = reused
        self.phase = Phase.HEADERS

    def timing(self, began_at: int) -> Timing:
        """Its times, from when the attempt began to now."""
        first = (self.first_byte_at - self.requested_at) // 1000 if self.first_byte_at else None
        return Timing(self.dns_us, self.connect_us, self.tls_us, first, (monotonic_ns() - began_at) // 1000)
