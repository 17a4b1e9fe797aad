"""The one way out for webhooks: an HTTP client that goes to vetted addresses only and comes back in time.

It follows no redirect, asks no proxy, keeps no cookie, unpacks nothing, reads little and believes nothing. Whatever a
receiver does becomes an Outcome.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from functools import lru_cache
from http import HTTPStatus
from time import monotonic_ns
from typing import Final, NamedTuple, Self
from urllib.parse import urlsplit

import aiodns

from finsecure_server.core.delivery import REPLY_BYTES_MAX, Failure, Message, Outcome, Phase
from finsecure_server.core.disclosure import disclosed
from finsecure_server.core.errors import Refused
from finsecure_server.net.causes import reason
from finsecure_server.net.certificate import Looker
from finsecure_server.net.connection import Origin, Reply
from finsecure_server.net.guard import Policy, check_url, networks
from finsecure_server.net.names import Names, lookup
from finsecure_server.net.trail import Trail
from finsecure_server.net.wire import Dialer, tls_context
from finsecure_server.storage.drive import assert_no_open_transaction

REDIAL_WITHIN_NS: Final = 1_000_000_000  # a connection that fails sooner, without a byte of a reply, is dialed again
HEADER_BYTES_KEPT: Final = 16 * 1024  # of a reply's headers

_LOCATION_SHOWN: Final = 200
_PORTS: Final = {"http": 80, "https": 443}


class _Lane(NamedTuple):
    """What live and test mode do not share: who may be called, and the connections."""

    policy: Policy
    dialer: Dialer


class _Target(NamedTuple):
    """A URL as it is called."""

    origin: Origin
    head: str  # of each request to it: the lines that the URL decides


class Outbound:
    """Sends webhooks (core.delivery.Poster). Open it within the loop that uses it, and close it there."""

    def __init__(
        self,
        allowed_networks: Sequence[str] = (),
        *,
        test_loopback: bool = False,
        ca_file: str | None = None,
        nameservers: Sequence[str] = (),
        dns_port: int | None = None,
    ) -> None:
        """`allowed_networks` are CIDR texts that are called although they are private, in both modes.

        `test_loopback` lets test mode call this machine. `ca_file` holds certificates (PEM) that are trusted beside
        this machine's own. `nameservers` and `dns_port` take the place of this machine's. Raises ValueError for a text
        that is no network, OSError or ssl.SSLError for a file that holds no certificates.
        """
        allowed = networks(allowed_networks)
        self._policies = {True: Policy(allowed), False: Policy(allowed, loopback=test_loopback)}
        self._tls: ssl.SSLContext = tls_context(ca_file)
        self._looker = Looker(ca_file)
        self._nameservers = tuple(nameservers)
        self._dns_port = dns_port
        self._dns: aiodns.DNSResolver | None = None
        self._lanes: dict[bool, _Lane] = {}

    async def open(self) -> None:
        """Make ready to send."""
        self._dns = lookup(self._nameservers, self._dns_port)
        self._lanes = {livemode: self._lane(self._dns, policy) for livemode, policy in self._policies.items()}

    def _lane(self, dns: aiodns.DNSResolver, policy: Policy) -> _Lane:
        return _Lane(policy, Dialer(Names(dns, policy), policy, self._tls))

    async def close(self) -> None:
        """Hang up on everybody. What is in flight fails."""
        lanes, self._lanes = self._lanes, {}
        for lane in lanes.values():
            lane.dialer.close()
        if self._dns is not None:
            await self._dns.close()

    def check_url(self, text: str, livemode: bool) -> str:
        """The URL as an endpoint keeps it. Raises url_invalid when no message could go there."""
        return check_url(text, livemode, self._policies[livemode])

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def post(self, message: Message) -> Outcome:
        """Send it once and tell what came of it, within `timeout_s` and half a second."""
        assert_no_open_transaction()
        began_at = monotonic_ns()
        deadline = asyncio.get_running_loop().time() + message.timeout_s
        lane = self._lanes[message.livemode]
        try:
            target = _checked(message.url, message.livemode, lane.policy)
        except Refused as refused:
            return Outcome(Failure.BLOCKED, refused.message, Phase.CONNECT)
        attempt = _Attempt(lane.dialer, message, target, deadline, began_at)
        outcome = await attempt.run()
        if attempt.certificate is not None:
            host = target.origin.host
            more = await self._looker.described(attempt.certificate, attempt.trail, host, deadline)
            return outcome if more is None else outcome._replace(detail=more)
        if not attempt.again or monotonic_ns() - began_at >= REDIAL_WITHIN_NS:
            return outcome
        lane.dialer.forget(target.origin)
        outcome = await _Attempt(lane.dialer, message, target, deadline, began_at).run()
        return outcome._replace(redialed=True)


class _Attempt:
    """One request over one connection."""

    __slots__ = ("_began_at", "_deadline", "_dialer", "_message", "_target", "again", "certificate", "trail")

    def __init__(self, dialer: Dialer, message: Message, target: _Target, deadline: float, began_at: int) -> None:
        self._dialer = dialer
        self._message = message
        self._target = target
        self._deadline = deadline
        self._began_at = began_at
        self.trail = Trail()
        self.again = False  # whether another connection may do better
        self.certificate: ssl.SSLCertVerificationError | None = None  # why it was refused

    async def run(self) -> Outcome:
        """Send it. Every exception but a cancellation becomes an outcome."""
        try:
            reply = await self._exchange()
        except Exception as error:  # noqa: BLE001 -- whatever a receiver brings about is an outcome
            return self._failed(error)
        return self._answered(reply)

    async def _exchange(self) -> Reply:
        """Ask over a connection that is open, or over a new one. Raises what leaves us without a reply."""
        trail, origin = self.trail, self._target.origin
        request = _request(self._target, self._message)
        connection = self._dialer.idle(origin)
        reused = connection is not None
        if connection is None:
            connection = await self._dialer.dial(origin, trail, self._deadline)
        trail.requests(connection.address, connection.tls_version, reused=reused)
        reply = await connection.ask(request, self._deadline)
        trail.first_byte_at = reply.first_byte_at
        if not reply.status:
            assert reply.error is not None
            raise reply.error
        trail.phase = Phase.BODY
        return reply

    def _failed(self, error: Exception) -> Outcome:
        why = reason(error, self.trail, self._target.origin.host, self._message.timeout_s)
        self.again = why.again
        self.certificate = why.certificate
        return self._outcome(why.failure, why.detail, phase=why.phase)

    def _answered(self, reply: Reply) -> Outcome:
        status = reply.status
        location = next((value for name, value in reply.headers if name.lower() == b"location"), None)
        failure, detail = _judged(status, None if location is None else location.decode("utf-8", "replace"))
        return self._outcome(failure, detail, reply)

    def _outcome(
        self, failure: Failure | None, detail: str, reply: Reply | None = None, phase: Phase | None = None
    ) -> Outcome:
        trail = self.trail
        return Outcome(
            failure,
            detail,
            phase,
            status=None if reply is None else reply.status,
            headers=() if reply is None else _kept(reply.headers),
            body=b"" if reply is None else b"".join(reply.body)[:REPLY_BYTES_MAX],
            truncated=reply is not None and (not reply.complete or reply.size > REPLY_BYTES_MAX),
            timing=trail.timing(self._began_at),
            address=trail.address,
            tls_version=trail.tls_version,
            reused=trail.reused,
        )


@lru_cache(maxsize=4096)
def _checked(text: str, livemode: bool, policy: Policy) -> _Target:
    """The URL as it is called. Endpoints' URLs were checked when they were made; the rules may change."""
    kept = check_url(text, livemode, policy)
    url = urlsplit(kept)
    assert url.hostname is not None
    where = kept.removeprefix(f"{url.scheme}://{url.netloc}")  # sent as it is kept, byte for byte
    head = f"POST {where} HTTP/1.1\r\nHost: {url.netloc}\r\nAccept-Encoding: identity\r\n"
    return _Target(Origin(url.hostname, url.port or _PORTS[url.scheme], url.scheme == "https"), head)


def _request(target: _Target, message: Message) -> bytes:
    """The bytes that are sent. Raises ValueError for a header that does not stay on its line."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in message.headers])
    count = len(message.headers)
    if lines.count("\r") != count or lines.count("\n") != count or "\0" in lines:
        raise ValueError("a header breaks out of its line")
    head = target.head + lines
    accept = "" if "\naccept:" in head.lower() else "Accept: */*\r\n"
    return f"{head}{accept}Content-Length: {len(message.body)}\r\n\r\n".encode() + message.body


def _judged(status: int, location: str | None) -> tuple[Failure | None, str]:
    """What a status means: 2xx is success and nothing else is."""
    said = f"Answered {status}{_PHRASES.get(status, '')}."
    if 200 <= status < 300:
        return None, said
    if 300 <= status < 400 and status != HTTPStatus.NOT_MODIFIED:
        target = disclosed((location or "").split("?", 1)[0])[:_LOCATION_SHOWN]
        return Failure.REDIRECT, f"{said[:-1]}, a redirect{f' to {target}' if target else ''}, which is never followed."
    return Failure.HTTP, said


_PHRASES: Final = {status.value: f" {status.phrase}" for status in HTTPStatus}


def _kept(raw: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """Headers as text that every database takes, until there are too many of them."""
    left = HEADER_BYTES_KEPT
    kept = []
    for name, value in raw:
        left -= len(name) + len(value)
        if left < 0:
            break
        kept.append((name.decode("latin-1").lower(), value.decode("utf-8", "replace")))
    return tuple(kept)
