"""Names to addresses, without a thread that waits: one dead name server holds up nobody but those who ask it.

The answer is taken whole: one address in it that may not be dialed, and all of it is refused. So a name that leads to
a public address now and to loopback a moment later (DNS rebinding) gets nowhere: each dial asks, vets and dials the
very address that was vetted.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Final

import aiodns
from aiodns import error

from finsecure_server.core.delivery import Failure, Phase
from finsecure_server.net.guard import Policy, vet
from finsecure_server.net.trail import Stopped, Trail

_TRY_S: Final = 1.5  # a name server is given this long, longer with each further try
_TRIES: Final = 3
#: ARES_FLAG_NOSEARCH: a name means itself, whatever domain this machine is in. ARES_FLAG_EDNS as by default.
_FLAGS: Final = 1 << 5 | 1 << 8

_MEANINGS: Final = {
    error.ARES_ENOTFOUND: "does not exist",
    error.ARES_ENODATA: "has no address",
    error.ARES_ESERVFAIL: "could not be resolved: its name server reported a failure (SERVFAIL)",
    error.ARES_EREFUSED: "could not be resolved: the name server refused to answer",
    error.ARES_ECONNREFUSED: "could not be resolved: no name server could be reached",
    error.ARES_EBADNAME: "is not a valid name",
}


def lookup(nameservers: Sequence[str] = (), port: int | None = None) -> aiodns.DNSResolver:
    """Asks this machine's name servers, or those given. Needs a running loop; close it at the end."""
    return aiodns.DNSResolver(
        nameservers=list(nameservers) or None,
        timeout=_TRY_S,
        tries=_TRIES,
        flags=_FLAGS,
        udp_port=port,
        tcp_port=port,
    )


class Names:
    """Resolves names and vets every address of an answer."""

    def __init__(self, dns: aiodns.DNSResolver, policy: Policy) -> None:
        """`dns` is shared, and closed by whoever opened it."""
        self._dns = dns
        self._policy = policy

    async def addresses(self, host: str, port: int, trail: Trail) -> list[str]:
        """The addresses of a name, all of them vetted. Raises Stopped."""
        trail.asks_for_a_name()
        try:
            answer = await self._dns.getaddrinfo(host, family=socket.AF_UNSPEC, port=port, type=socket.SOCK_STREAM)
        except error.DNSError as failed:
            raise _stopped(host, failed) from failed
        finally:
            trail.has_an_answer()
        found = [node.addr[0].decode() for node in answer.nodes]
        if not found:
            raise Stopped(Failure.DNS, Phase.DNS, f"The name {host} has no address.")
        for address in found:
            reason = vet(address, self._policy)
            if reason is not None:
                raise Stopped(
                    Failure.BLOCKED, Phase.DNS, f"The name {host} leads to an address that is not called: {reason}."
                )
        return found


def _stopped(host: str, failed: error.DNSError) -> Stopped:
    code = failed.args[0]
    if code == error.ARES_ETIMEOUT:
        return Stopped(Failure.TIMEOUT, Phase.DNS, f"The name servers did not answer for {host} in time.")
    meaning = _MEANINGS.get(code, f"could not be resolved ({failed.args[-1]})")
    return Stopped(Failure.DNS, Phase.DNS, f"The name {host} {meaning}.")
