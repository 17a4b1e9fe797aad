"""A name server for the names of the document: nslookup asks one, whatever /etc/hosts says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from dnslib import QTYPE, RCODE, RR, A, DNSRecord
from dnslib.server import BaseResolver, DNSHandler, DNSLogger, DNSServer


class _Names(BaseResolver):  # type: ignore[misc]  # dnslib comes without types
    """Has an IPv4 address for each name; everything else does not exist."""

    def __init__(self, hosts: Mapping[str, str]) -> None:
        self._hosts = hosts

    def resolve(self, request: DNSRecord, handler: DNSHandler) -> DNSRecord:
        reply = request.reply()
        address = self._hosts.get(str(request.q.qname).rstrip(".").lower())
        if address is None:
            reply.header.rcode = RCODE.NXDOMAIN
        elif request.q.qtype == QTYPE.A:
            reply.add_answer(RR(request.q.qname, QTYPE.A, rdata=A(address), ttl=60))
        return reply


@contextmanager
def serving(hosts: Mapping[str, str], address: str) -> Iterator[None]:
    """Answers on port 53 of an address."""
    server = DNSServer(_Names(hosts), address=address, port=53, logger=DNSLogger(logf=lambda _: None))
    server.start_thread()
    try:
        yield
    finally:
        server.stop()
        server.server.server_close()
