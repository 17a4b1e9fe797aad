"""The one way out for webhooks: an HTTP client that goes to vetted addresses only and comes back in time.

It follows no redirect, asks no proxy, keeps no cookie, unpacks nothing, reads little and believes nothing. Whatever a
receiver does becomes an Outcome.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from functools import lru_cache
from http import HTTPStatus
from time import monotonic_ns
from typing import Final, NamedTuple, Self

import aiodns
from aiohttp import ClientResponse, ClientSession, ClientTimeout, DummyCookieJar
from aiohttp.client import URL  # type: ignore[attr-defined]  # yarl's, which aiohttp brings along

from finsecure_server.core.delivery import REPLY_BYTES_MAX, Failure, Message, Outcome, Phase
from finsecure_server.core.disclosure import disclosed
from finsecure_server.core.errors import Refused
from finsecure_server.net.causes import reason
from finsecure_server.net.certificate import Looker
from finsecure_server.net.guard import Policy, check_url, networks
from finsecure_server.net.names import VettedResolver, lookup
from finsecure_server.net.trail import TRAIL, Trail
from finsecure_server.net.wire import Dialer, tls_context
from finsecure_server.storage.drive import assert_no_open_transaction

REDIAL_WITHIN_NS: Final = 1_000_000_000  # a connection that fails sooner, without a byte of a reply, is dialed again
HEADER_BYTES_KEPT: Final = 16 * 1024  # of a reply's headers

_NO_LIMITS: Final = ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)  # ours is exact
_LOCATION_SHOWN: Final = 200


class _Lane(NamedTuple):
    """What live and test mode do not share: who may be called, and the connections."""

    policy: Policy
    dialer: Dialer
    session: ClientSession


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
        dialer = Dialer(VettedResolver(dns, policy), policy, self._tls)
        session = ClientSession(
            connector=dialer,
            cookie_jar=DummyCookieJar(),
            headers={"Accept": "*/*", "Accept-Encoding": "identity"},
            timeout=_NO_LIMITS,
            auto_decompress=False,
            trust_env=False,
            read_bufsize=REPLY_BYTES_MAX,
        )
        return _Lane(policy, dialer, session)

    async def close(self) -> None:
        """Hang up on everybody. What is in flight fails."""
        lanes, self._lanes = self._lanes, {}
        for lane in lanes.values():
            await lane.session.close()
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
            url, host = _checked(message.url, message.livemode, lane.policy)
        except Refused as refused:
            return Outcome(Failure.BLOCKED, refused.message, Phase.CONNECT)
        attempt = _Attempt(lane, message, url, host, deadline, began_at)
        outcome = await attempt.run()
        if attempt.certificate is not None:
            more = await self._looker.described(attempt.certificate, attempt.trail, host, deadline)
            return outcome if more is None else outcome._replace(detail=more)
        if not attempt.again or monotonic_ns() - began_at >= REDIAL_WITHIN_NS:
            return outcome
        tap = attempt.trail.tap
        if tap is not None:
            lane.dialer.forget(tap.key)
        outcome = await _Attempt(lane, message, url, host, deadline, began_at).run()
        return outcome._replace(redialed=True)


class _Attempt:
    """One request over one connection."""

    __slots__ = (
        "_began_at",
        "_chunks",
        "_deadline",
        "_host",
        "_lane",
        "_message",
        "_size",
        "_url",
        "again",
        "certificate",
        "trail",
    )

    trail: Trail

    def __init__(self, lane: _Lane, message: Message, url: URL, host: str, deadline: float, began_at: int) -> None:
        self._lane = lane
        self._message = message
        self._url = url
        self._host = host
        self._deadline = deadline
        self._began_at = began_at
        self._chunks: list[bytes] = []
        self._size = 0
        self.again = False  # whether another connection may do better
        self.certificate: ssl.SSLCertVerificationError | None = None  # why it was refused

    async def run(self) -> Outcome:
        """Send it. Every exception but a cancellation becomes an outcome."""
        reply: ClientResponse | None = None
        complete = False
        token = None
        try:
            async with asyncio.timeout_at(self._deadline) as limit:
                self.trail = trail = Trail(limit, self._deadline)
                token = TRAIL.set(trail)
                reply = await self._lane.session.post(
                    self._url, data=self._message.body, headers=self._message.headers, allow_redirects=False
                )
                trail.phase = Phase.BODY
                complete = await self._read(reply)
        except Exception as error:  # noqa: BLE001 -- whatever a receiver brings about is an outcome
            if reply is None:
                return self._failed(error)
        finally:
            if token is not None:
                TRAIL.reset(token)
            self._leave(reply, complete)
        return self._answered(reply, complete)

    async def _read(self, reply: ClientResponse) -> bool:
        """Read what is kept of the body; True if that was all of it."""
        content = reply.content
        while not content.at_eof():
            if self._size > REPLY_BYTES_MAX:
                return False
            chunk = content.read_nowait() if content.is_eof() else await content.readany()
            self._chunks.append(chunk)
            self._size += len(chunk)
        return True

    def _leave(self, reply: ClientResponse | None, complete: bool) -> None:
        """Keep the connection for the next request, or cut it: closing politely would wait for the receiver."""
        tap = self.trail.tap
        if tap is None:
            return
        if complete and reply is not None and reply.connection is None and not tap.transport.is_closing():
            self._lane.dialer.rest(tap)
            return
        tap.transport.abort()
        if reply is not None:
            reply.close()

    def _failed(self, error: Exception) -> Outcome:
        why = reason(error, self.trail, self._host, self._message.timeout_s)
        self.again = why.again
        self.certificate = why.certificate
        return self._outcome(why.failure, why.detail, why.phase)

    def _answered(self, reply: ClientResponse | None, complete: bool) -> Outcome:
        assert reply is not None
        status = reply.status
        body = b"".join(self._chunks)
        failure, detail = _judged(status, reply.headers.get("Location"))
        return self._outcome(failure, detail)._replace(
            status=status,
            headers=_kept(reply.raw_headers),
            body=body[:REPLY_BYTES_MAX],
            truncated=not complete or self._size > REPLY_BYTES_MAX,
        )

    def _outcome(self, failure: Failure | None, detail: str, phase: Phase | None = None) -> Outcome:
        trail = self.trail
        return Outcome(
            failure,
            detail,
            phase,
            timing=trail.timing(self._began_at),
            address=trail.address,
            tls_version=trail.tap.tls_version if trail.tap is not None else None,
            reused=trail.reused,
        )


@lru_cache(maxsize=4096)
def _checked(text: str, livemode: bool, policy: Policy) -> tuple[URL, str]:
    """The URL as it is called, and its host. Endpoints' URLs were checked when they were made; the rules may change."""
    url = URL(check_url(text, livemode, policy), encoded=True)  # sent as it is kept, byte for byte
    host: str = url.raw_host or ""
    return url, host


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


def _kept(raw: Sequence[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """Headers as text that every database takes, until there are too many of them."""
    left = HEADER_BYTES_KEPT
    kept = []
    for name, value in raw:
        left -= len(name) + len(value)
        if left < 0:
            break
        kept.append((name.decode("latin-1").lower(), value.decode("utf-8", "replace")))
    return tuple(kept)
