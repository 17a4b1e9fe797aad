"""From this machine to the API: proxy, names, connection, TLS, clocks."""

from __future__ import annotations

import socket
import ssl
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

from finsecure import errors
from finsecure._core.proxies import proxy_for
from finsecure.doctor.certificate import Certificate, read
from finsecure.doctor.context import Context, loopback
from finsecure.doctor.finding import Finding, Side, failed, passed, skipped, warned
from finsecure.doctor.wire import Answer, Fault, Proxy, Target, addresses, connect, dial, exchange, is_address

_NETWORK: Final = Side.NETWORK
_CONFIGURATION: Final = Side.CONFIGURATION
_PROXY_VARIABLES: Final = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")

DAYS_LEFT: Final = 14  # a certificate that ends sooner is warned of
SKEW_WARN: Final = 30.0  # seconds
SKEW_FAIL: Final = 240.0  # a signature may be 300 s old; the rest is for its way

# OpenSSL's X509_V_ERR_…
_NOT_YET_VALID: Final = 9
_EXPIRED: Final = 10
_SELF_SIGNED: Final = 18
_OTHER_NAME: Final = frozenset({62, 64})
_NO_ISSUER: Final = frozenset({2, 19, 20, 21})


def proxy(context: Context) -> Finding:
    """Whether a proxy is in the way, and whether it lets through."""
    this = "network.proxy"
    facts = context.facts
    found = proxy_for(facts.base, context.world.environ)
    if found is None:
        return skipped(this, "no proxy is set for this address", blocks=False)
    target = Target.of(facts.base)
    except_host = f"export NO_PROXY={_no_proxy(context)}"
    variable = next((one for one in _PROXY_VARIABLES if context.world.environ.get(one)), "HTTPS_PROXY")
    try:
        facts.proxy = Proxy.parse(found)
    except ValueError:
        return failed(
            this,
            _CONFIGURATION,
            "the proxy that is set is not an http proxy",
            f"{variable} names it; calls go through proxies with http:// addresses only.",
            except_host,
        )
    where = f"{facts.proxy.host}:{facts.proxy.port}"
    try:
        context.facts.addresses = addresses(context.world.net, facts.proxy.host, context.until)
        if target.scheme == "https":
            dial(context.world.net, Target.of(facts.base, facts.proxy), None, context.until).sock.close()
        else:
            connect(context.world.net, facts.proxy.host, facts.proxy.port, context.until, "proxy")[0].close()
    except Fault as fault:
        return _proxy_fault(this, fault, where, variable, except_host)
    return passed(this, f"calls go through {where} ({variable})")


def _no_proxy(context: Context) -> str:
    now = context.world.environ.get("no_proxy") or context.world.environ.get("NO_PROXY")
    return f"{now},{context.host}" if now else context.host


def _proxy_fault(this: str, fault: Fault, where: str, variable: str, except_host: str) -> Finding:
    if fault.phase == "proxy" and fault.kind == "status" and fault.code == 407:
        return failed(
            this,
            _NETWORK,
            f"the proxy {where} wants a name and a password",
            "It answered 407 to CONNECT.",
            f"export {variable}=http://USER:PASSWORD@{where}",
        )
    what = "its name is not found" if fault.phase == "dns" else fault.detail
    return failed(
        this,
        _NETWORK,
        f"the proxy {where} does not let through: {what}",
        f"{variable} sends every call to it, and none comes further than this.",
        f"{except_host}   or mend {variable}",
    )


def dns(context: Context) -> Finding:
    """Whether the API's name leads somewhere, by IPv4 and by IPv6."""
    this = "network.dns"
    host = context.host
    if context.facts.proxy is not None:
        return skipped(this, "the proxy looks names up", blocks=False)
    if is_address(host):
        context.facts.addresses = [host]
        return passed(this, f"{host} needs no look-up")
    found: dict[str, list[str]] = {}
    late = False
    for family, name in ((socket.AF_INET, "IPv4"), (socket.AF_INET6, "IPv6")):
        try:
            found[name] = context.world.net.resolve(host, family, max(context.until - time.monotonic(), 0.01) / 2)
        except TimeoutError:
            late = True
        except OSError:
            continue
    context.facts.addresses = [address for some in found.values() for address in some]
    if context.facts.addresses:
        count = " and ".join(f"{len(some)} {name}" for name, some in found.items() if some)
        return passed(this, f"{host}: {count}", ", ".join(context.facts.addresses))
    if late:
        return failed(
            this,
            _NETWORK,
            f"the name server did not answer when asked for {host}",
            "This machine's resolver does not reach its name servers: no network, a VPN, or a firewall on port 53.",
            "resolvectl status   or look at /etc/resolv.conf",
        )
    if context.official:
        return failed(
            this,
            _NETWORK,
            f"the name {host} was not found",
            "The name exists, so this machine's name servers are out of order, closed to the outside, or there is no "
            "network.",
            f"nslookup {host} 1.1.1.1   (if that answers, change the name servers in /etc/resolv.conf)",
        )
    return failed(
        this,
        _CONFIGURATION,
        f"the name {host} was not found",
        f"It is misspelt, or known only in another network. It comes from {context.asked.base_from}.",
        "unset FINSECURE_API_BASE   or correct its host name",
    )


def tcp(context: Context) -> Finding:
    """Whether somebody takes the connection."""
    this = "network.tcp"
    target = context.target
    if target.proxy is not None:
        return skipped(this, "the proxy makes the connection", blocks=False)
    tried = {4: _try(context, 4), 6: _try(context, 6)}
    context.facts.taken = [one.address for one in tried.values() if one is not None and one.fault is None]
    bad = {version: one for version, one in tried.items() if one is not None and one.fault is not None}
    if not context.facts.taken:
        fault = next((one.fault for one in bad.values() if one.fault is not None), None)
        return _tcp_fault(context, this, fault or Fault("connect", "unreachable", "no address"))
    stalled = next((version for version, one in bad.items() if one.fault and one.fault.kind == "timeout"), None)
    if stalled is not None:
        return warned(
            this,
            _NETWORK,
            f"{target.host} takes connections by IPv{10 - stalled}, and by IPv{stalled} nothing comes back",
            f"Programs that try IPv{stalled} first wait for seconds before every new connection.",
            f"curl -{stalled} -v {context.facts.base}/health   (mend or switch off IPv{stalled} on this network)",
        )
    good = [one for one in tried.values() if one is not None and one.fault is None]
    times = ", ".join(f"{one.address} in {_ms(one.seconds)}" for one in good)
    return passed(this, f"port {target.port}: {times}")


class _Try(NamedTuple):
    """One connection, or what kept it from coming about."""

    address: str
    seconds: float
    fault: Fault | None


def _try(context: Context, version: int) -> _Try | None:
    """To the first address of a kind; None if there is none."""
    found = [one for one in context.facts.addresses if (":" in one) == (version == 6)]
    if not found:
        return None
    began = time.monotonic()
    both = len(found) < len(context.facts.addresses)
    until = began + (context.until - began) / (2 if both and version == 4 else 1)
    try:
        sock, address = connect(context.world.net, context.host, context.target.port, until, known=found)
    except Fault as fault:
        return _Try(found[0], time.monotonic() - began, fault)
    sock.close()
    return _Try(address, time.monotonic() - began, None)


def _tcp_fault(context: Context, this: str, fault: Fault) -> Finding:
    target = context.target
    where = f"{target.host} port {target.port}"
    here = any(loopback(address) for address in context.facts.addresses)
    if fault.kind == "refused" and here:
        return failed(
            this,
            Side.SERVER,
            f"nobody listens on {where}",
            "That is this machine, and the server is not running, or on another port.",
            f"finsecure-server serve --port {target.port}",
        )
    if fault.kind in {"refused", "reset"}:
        return failed(
            this,
            Side.FINSECURE,
            f"{where} refuses connections",
            "The name leads to a machine that is there and takes no connection on this port.",
            "finsecure doctor network.tcp --watch   (if it stays like this, send support the file that "
            "finsecure doctor --bundle doctor.zip writes)",
        )
    return failed(
        this,
        _NETWORK,
        f"no connection to {where}: {fault.detail}",
        "Nothing came back, not even a refusal: mostly a firewall, a VPN or no network.",
        f"nc -vz {target.host} {target.port}   and let outgoing connections to that port through the firewall",
    )


def tls(context: Context) -> Finding:
    """Whether the certificate is one that can be trusted, for this name, and for how long."""
    this = "network.tls"
    if not context.facts.base.startswith("https:"):
        return skipped(this, "the address is plain http", blocks=False)
    try:
        context.facts.context = context.trust()
    except errors.ConfigurationError as error:
        return failed(
            this,
            _CONFIGURATION,
            "the file of trusted certificates cannot be read",
            f"{error.message}.",
            "unset FINSECURE_CA_BUNDLE   or: export FINSECURE_CA_BUNDLE=/path/to/certificates.pem",
        )
    try:
        line = dial(context.world.net, context.target, context.facts.context, context.until)
    except Fault as fault:
        return _tls_fault(context, this, fault)
    line.sock.close()
    certificate = read(line.certificate)
    assert certificate is not None
    days = (certificate.ends.timestamp() - context.world.now()) / 86_400
    if days < DAYS_LEFT:
        return warned(
            this,
            Side.FINSECURE,
            f"the certificate of {context.host} ends in {max(days, 0):.0f} days",
            f"From {certificate.ends:%Y-%m-%d %H:%M} UTC on, no call succeeds unless it is renewed.",
            "renew the certificate, and restart the server with it: finsecure-server serve --tls-cert … --tls-key …",
        )
    return passed(
        this, f"{line.tls_version}, {days:.0f} days left", f"The certificate was issued by {certificate.issuer}."
    )


def _tls_fault(context: Context, this: str, fault: Fault) -> Finding:
    host = context.host
    if fault.phase != "tls":
        return _tcp_fault(context, this, fault)
    if fault.kind == "untrusted":
        return _untrusted(context, this, fault)
    if fault.kind == "handshake" and "wrong version number" in fault.detail:
        return failed(
            this,
            _CONFIGURATION,
            f"{host} port {context.target.port} does not speak TLS",
            "It answered in plain text: the port is one for http, or a proxy speaks in the server's place.",
            f"export FINSECURE_API_BASE=http://{context.target.host}:{context.target.port}   or correct the port",
        )
    if fault.kind == "handshake":
        return failed(
            this,
            Side.FINSECURE,
            f"no TLS connection to {host}: {fault.detail}",
            "The two sides have no version or cipher in common; this one needs TLS 1.2 or newer.",
            f"openssl s_client -connect {host}:{context.target.port} -servername {host}",
        )
    return failed(
        this,
        _NETWORK,
        f"{host} took the connection and no TLS came about: {fault.detail}",
        "Something on the way takes connections and lets no TLS through: a firewall that looks at names, or a proxy.",
        f"openssl s_client -connect {host}:{context.target.port} -servername {host}   (here and from elsewhere)",
    )


def _untrusted(context: Context, this: str, fault: Fault) -> Finding:
    """Why a certificate was refused: we look at it without trusting it, and send nothing that is secret."""
    certificate, date = _seen(context)
    if certificate is None:
        return failed(
            this,
            _NETWORK,
            f"the certificate of {context.host} is not trusted: {fault.detail}",
            "What was presented could not be looked at.",
            f"openssl s_client -connect {context.host}:{context.target.port} -servername {context.host}",
        )
    if fault.code in {_EXPIRED, _NOT_YET_VALID}:
        return _outdated(context, this, certificate, date)
    if fault.code in _OTHER_NAME:
        return _other_name(context, this, certificate)
    if fault.code == _SELF_SIGNED or certificate.self_signed:
        return failed(
            this,
            _NETWORK if context.official else _CONFIGURATION,
            f"the certificate of {context.host} is signed by itself",
            "Nobody vouches for it. If the server is your own, this machine has to be told to trust it; otherwise "
            "somebody has put themselves in between.",
            "export FINSECURE_CA_BUNDLE=/path/to/the/server's/certificate.pem",
        )
    return failed(
        this,
        _NETWORK,
        f"the certificate of {context.host} was issued by {certificate.issuer!r}, which is not trusted here",
        "A company's proxy that opens TLS presents certificates of its own; so does a server with an authority of its "
        "own. If it is neither, somebody listens.",
        "export FINSECURE_CA_BUNDLE=/path/to/that/authority.pem   (ask whoever runs the network for it)",
    )


def _outdated(context: Context, this: str, certificate: Certificate, date: datetime | None) -> Finding:
    now = datetime.fromtimestamp(context.world.now(), UTC)
    span = f"It is good from {certificate.begins:%Y-%m-%d %H:%M} to {certificate.ends:%Y-%m-%d %H:%M} UTC"
    if date is not None and certificate.begins <= date <= certificate.ends:
        return failed(
            this,
            Side.SERVER,
            f"this machine's clock is wrong: it says {now:%Y-%m-%d %H:%M} UTC, FinSecure says {date:%Y-%m-%d %H:%M}",
            f"{span}, so by this clock the certificate is not valid.",
            "sudo timedatectl set-ntp true",
        )
    word = "has expired" if certificate.ends <= now else "is not valid yet"
    return failed(
        this,
        Side.FINSECURE,
        f"the certificate of {context.host} {word}",
        f"{span}. Whoever runs that server has to renew it; nothing is to be changed here.",
        "finsecure-server serve --tls-cert NEW.pem --tls-key NEW.key   (on the server)",
    )


def _other_name(context: Context, this: str, certificate: Certificate) -> Finding:
    names = ", ".join(certificate.names[:4]) or certificate.subject
    if context.official or not certificate.names:
        return failed(
            this,
            _NETWORK,
            f"what answers as {context.host} presents a certificate for {names}",
            "Another server answers in FinSecure's place: the log-in page of a network, an entry in /etc/hosts, or a "
            "name server that lies.",
            f"grep {context.host} /etc/hosts; nslookup {context.host}",
        )
    return failed(
        this,
        _CONFIGURATION,
        f"the certificate of {context.host} is for {names}",
        "The server is reached by a name that its certificate does not have.",
        f"export FINSECURE_API_BASE=https://{_with_port(certificate.names[0], context.target)}",
    )


def _with_port(host: str, target: Target) -> str:
    return host if target.port == 443 else f"{host}:{target.port}"


def _seen(context: Context) -> tuple[Certificate | None, datetime | None]:
    """The certificate that is presented, and the time that the server says it is."""
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    try:
        line = dial(context.world.net, context.target, blind, context.until)
    except Fault:
        return None, None
    certificate = read(line.certificate)
    try:
        answer = exchange(line, context.target, "HEAD", "/health", {}, None, context.until)
    except Fault:
        return certificate, None
    return certificate, date_of(answer)


def date_of(answer: Answer) -> datetime | None:
    """When the server says that it is."""
    try:
        found = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def clock(context: Context) -> Finding:
    """Whether this machine and FinSecure agree what time it is."""
    this = "network.clock"
    answer = context.facts.health
    date = None if answer is None else date_of(answer)
    if answer is None or date is None:
        return skipped(this, "the reply says no time", blocks=False)
    # Date has whole seconds, rounded down: on average half a second has passed since, and half of the way back.
    skew = context.world.now() - date.timestamp() - 0.5
    size = abs(skew)
    if size <= SKEW_WARN:
        return passed(this, f"within {max(size, 1):.0f} s of FinSecure's")
    ahead = f"{_lasting(size)} {'ahead of' if skew > 0 else 'behind'} FinSecure's"
    fix = "sudo timedatectl set-ntp true"
    if size < SKEW_FAIL:
        why = "At 5 minutes, webhooks are refused as too old."
        return warned(this, Side.SERVER, f"this machine's clock is {ahead}", why, fix)
    return failed(
        this,
        Side.SERVER,
        f"this machine's clock is {ahead}",
        "A webhook's signature holds its time, and one that differs by 5 minutes is refused: every webhook fails here.",
        fix,
    )


def _lasting(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
