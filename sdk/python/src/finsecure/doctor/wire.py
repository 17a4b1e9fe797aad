"""The way out: one HTTP request on a connection of its own, each phase timed, each failure named by its phase.

The SDK's own transport keeps connections and says only that a call failed. Doctor must say where, so it goes through
the phases itself: look-up, connection, proxy, TLS, request, reply. Every request has a moment at which it is given up.
"""

from __future__ import annotations

import base64
import errno
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from finsecure._core.call import Request, Response, TransportFault

BODY_MAX: Final = 4 << 20  # bytes of a reply that are read
_UNREACHABLE: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
_CONNECTED: Final = 200
_LATER: Final = 0.05  # seconds: where nothing comes at all, the socket's own time is over first


class Fault(Exception):
    """No reply came. `phase`: dns | connect | proxy | tls | reply. `kind` is more precise, and differs by phase.

    dns: not_found, timeout. connect: refused, timeout, unreachable, reset. proxy: those of connect, status, reset.
    tls: untrusted (then `code` is OpenSSL's X509_V_ERR_…), handshake, timeout, reset. reply: timeout, reset, not_http.
    """

    def __init__(self, phase: str, kind: str, detail: str, code: int = 0) -> None:
        super().__init__(f"{phase}: {detail}")
        self.phase = phase
        self.kind = kind
        self.detail = detail
        self.code = code


class Net:
    """How names are looked up and connections made. A test of a fault brings another."""

    def resolve(self, host: str, family: socket.AddressFamily, timeout: float) -> list[str]:
        """Addresses of a host, in the resolver's order. socket.gaierror if there are none; TimeoutError."""
        found: list[str | OSError] = []

        def look() -> None:
            try:
                found.extend(str(row[4][0]) for row in socket.getaddrinfo(host, None, family, socket.SOCK_STREAM))
            except (OSError, UnicodeError) as error:
                found.append(error if isinstance(error, OSError) else socket.gaierror(socket.EAI_NONAME, "bad name"))

        thread = threading.Thread(target=look, daemon=True)  # a resolver cannot be interrupted, only left behind
        thread.start()
        thread.join(timeout)
        for one in found:
            if isinstance(one, OSError):
                raise one
        if not found:
            raise TimeoutError
        return [one for one in found if isinstance(one, str)]

    def connect(self, address: str, port: int, timeout: float) -> socket.socket:
        """A connection to a numeric address. OSError."""
        return socket.create_connection((address, port), timeout)


@dataclass(frozen=True, slots=True)
class Proxy:
    """An http proxy."""

    host: str
    port: int
    authorization: str | None

    @classmethod
    def parse(cls, url: str) -> Proxy:
        """From its address. ValueError if it is no http proxy."""
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"{parts.scheme or url}: not an http proxy")
        name = None
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            name = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return cls(parts.hostname, parts.port or 80, name)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes."""

    scheme: str
    host: str
    port: int
    proxy: Proxy | None = None
    known: tuple[str, ...] = ()  # the host's addresses, if they have been looked up

    @classmethod
    def of(cls, url: str, proxy: Proxy | None = None, known: Sequence[str] = ()) -> Target:
        """The host of an address."""
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return cls(parts.scheme, parts.hostname or "", port, proxy, tuple(known))

    @property
    def authority(self) -> str:
        """host, or host:port where the port is not the scheme's."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"


@dataclass(slots=True)
class Line:
    """An open connection, and what is known of it. Times are seconds."""

    sock: socket.socket
    address: str
    seconds: dict[str, float] = field(default_factory=dict)
    tls_version: str | None = None
    certificate: bytes = b""  # DER of the peer's own; empty without TLS


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole reply. Names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: Mapping[str, float]
    address: str

    @property
    def ours(self) -> bool:
        """Whether FinSecure wrote it: every reply of its API names the request and the version."""
        return "request-id" in self.headers and "finsecure-version" in self.headers

    @property
    def request_id(self) -> str:
        """Names the request; empty if nobody has named it."""
        return self.headers.get("request-id", "")


def is_address(host: str) -> bool:
    """Whether it is a number, and needs no look-up."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def addresses(net: Net, host: str, until: float) -> list[str]:
    """IPv4 first, then IPv6. Fault."""
    if is_address(host):
        return [host]
    found: list[str] = []
    late = False
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            found += net.resolve(host, family, _left(until))
        except TimeoutError:
            late = True
        except OSError:
            continue
        if found:
            break  # the other family is of use only if this one has nothing
    if not found:
        raise Fault("dns", "timeout" if late else "not_found", "no answer in time" if late else "no address")
    return found


def connect(
    net: Net, host: str, port: int, until: float, phase: str = "connect", known: Sequence[str] = ()
) -> tuple[socket.socket, str]:
    """To the first of a host's addresses that takes it. Fault."""
    fault = None
    found = known or addresses(net, host, until)
    for number, address in enumerate(found):
        share = _left(until) / (len(found) - number)
        try:
            return net.connect(address, port, share), address
        except OSError as error:
            fault = fault or connect_fault(error, phase)
    raise fault or Fault(phase, "unreachable", "no address")


def connect_fault(error: OSError, phase: str = "connect") -> Fault:
    """What kept a connection from coming about."""
    if isinstance(error, TimeoutError):
        return Fault(phase, "timeout", "no answer in time")
    if isinstance(error, ConnectionRefusedError):
        return Fault(phase, "refused", "connection refused")
    if error.errno in _UNREACHABLE:
        return Fault(phase, "unreachable", (error.strerror or "unreachable").lower())
    return Fault(phase, "reset", (error.strerror or type(error).__name__).lower())


def dial(net: Net, target: Target, context: ssl.SSLContext | None, until: float) -> Line:
    """Open a connection: look-up, TCP, CONNECT through a proxy, TLS where there is a context. Fault."""
    began = time.monotonic()
    if target.proxy is None:
        sock, address = connect(net, target.host, target.port, until, known=target.known)
        line = Line(sock, address, {"tcp": time.monotonic() - began})
    else:
        sock, address = connect(net, target.proxy.host, target.proxy.port, until, "proxy")
        line = Line(sock, address, {"tcp": time.monotonic() - began})
        if target.scheme == "https":
            with _given_up(sock, until), _closing_on_failure(sock):
                _tunnel(sock, target, target.proxy)
            line.seconds["proxy"] = time.monotonic() - began - line.seconds["tcp"]
    if context is None:
        return line
    began = time.monotonic()
    with _given_up(sock, until), _closing_on_failure(sock):
        line.sock = _wrap(sock, context, target.host)
    line.seconds["tls"] = time.monotonic() - began
    assert isinstance(line.sock, ssl.SSLSocket)
    line.tls_version = line.sock.version()
    line.certificate = line.sock.getpeercert(binary_form=True) or b""
    return line


def _tunnel(sock: socket.socket, target: Target, proxy: Proxy) -> None:
    host = f"[{target.host}]" if ":" in target.host else target.host
    lines = [f"CONNECT {host}:{target.port} HTTP/1.1", f"Host: {host}:{target.port}"]
    if proxy.authorization:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    try:
        sock.sendall("\r\n".join([*lines, "", ""]).encode("ascii"))
        reply = http.client.HTTPResponse(sock, method="CONNECT")
        reply.begin()
    except TimeoutError as error:
        raise Fault("proxy", "timeout", "it took the connection and did not answer") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Fault("proxy", "reset", "it broke off") from error
    if reply.status != _CONNECTED:
        raise Fault("proxy", "status", f"it answered {reply.status} to CONNECT", reply.status)


def _wrap(sock: socket.socket, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    try:
        return context.wrap_socket(sock, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        raise Fault("tls", "untrusted", error.verify_message, error.verify_code) from error
    except TimeoutError as error:
        raise Fault("tls", "timeout", "the handshake was not finished in time") from error
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError) as error:
        raise Fault("tls", "reset", "the connection was cut off during the handshake") from error
    except ssl.SSLError as error:
        raise Fault("tls", "handshake", (error.reason or str(error)).replace("_", " ").lower()) from error
    except OSError as error:
        raise Fault("tls", "reset", str(error)) from error


def exchange(
    line: Line, target: Target, method: str, path: str, headers: Mapping[str, str], body: bytes | None, until: float
) -> Answer:
    """Send one request and read its reply, and close the connection. Fault."""
    began = time.monotonic()
    own = dict(headers)
    if target.proxy is not None and target.scheme == "http":
        path = f"http://{target.authority}{path}"
        if target.proxy.authorization:
            own["Proxy-Authorization"] = target.proxy.authorization
    talk = http.client.HTTPConnection(target.authority)
    talk.sock = line.sock
    try:
        with _given_up(line.sock, until):
            reply, whole, waited = _talk(talk, method, path, own, body, until)
    finally:
        talk.close()
        line.sock.close()
    found = {name.lower(): value for name, value in reply.getheaders()}
    seconds = {**line.seconds, "wait": waited - began, "body": time.monotonic() - waited}
    return Answer(reply.status, found, whole, seconds, line.address)


def _talk(
    talk: http.client.HTTPConnection,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes | None,
    until: float,
) -> tuple[http.client.HTTPResponse, bytes, float]:
    try:
        talk.request(method, path, body, {"Connection": "close", **headers})
        reply = talk.getresponse()
        headers_came = time.monotonic()
        whole = reply.read(BODY_MAX)
    except TimeoutError as error:
        raise Fault("reply", "timeout", "no reply in time") from error
    except (http.client.HTTPException, OSError, ValueError) as error:
        if time.monotonic() >= until:
            raise Fault("reply", "timeout", "no whole reply in time") from error
        if isinstance(error, (http.client.RemoteDisconnected, http.client.IncompleteRead, OSError)):
            raise Fault("reply", "reset", "the connection was closed before the whole reply had come") from error
        raise Fault("reply", "not_http", "what came back is not HTTP") from error
    if time.monotonic() >= until:
        raise Fault("reply", "timeout", "no whole reply in time")
    return reply, whole, headers_came


def ask(
    net: Net,
    url: str,
    method: str = "GET",
    *,
    context: ssl.SSLContext | None = None,
    proxy: Proxy | None = None,
    known: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    until: float,
) -> Answer:
    """One request to an address, given up at `until` (monotonic seconds). Redirects are not followed. Fault.

    `known`: addresses of its host, if they have been looked up.
    """
    target = Target.of(url, proxy, known)
    parts = urlsplit(url)
    line = dial(net, target, context if parts.scheme == "https" else None, until)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return exchange(line, target, method, path, headers or {}, body, until)


class DoctorTransport:
    """What the SDK's client sends through, so that its calls go the same way as the probes."""

    def __init__(self, net: Net, headers: Mapping[str, str], **how: Any) -> None:
        """`headers` are set in every request; `how` is what `ask` takes."""
        self._net = net
        self._headers = headers
        self._how = how

    def send(self, request: Request) -> Response:
        try:
            answer = ask(
                self._net,
                request.url,
                request.method,
                headers={**request.headers, **self._headers},
                body=request.body,
                **self._how,
            )
        except Fault as fault:
            kind = {"reply": fault.kind if fault.kind == "timeout" else "reset"}.get(fault.phase, fault.phase)
            raise TransportFault(kind, fault.detail, sent=fault.phase == "reply") from fault
        return Response(answer.status, answer.headers, answer.body)

    def close(self) -> None:
        """Nothing is kept open."""


def _left(until: float) -> float:
    """Seconds that remain; a hundredth where none do, because 0 would mean not to block."""
    return max(until - time.monotonic(), 0.01)


@contextmanager
def _given_up(sock: socket.socket, until: float) -> Iterator[None]:
    """Within this block nothing waits on the socket beyond `until`, however little at a time the other side sends."""
    sock.settimeout(_left(until))
    timer = threading.Timer(_left(until) + _LATER, _cut, (sock,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def _closing_on_failure(sock: socket.socket) -> Iterator[None]:
    try:
        yield
    except Fault:
        sock.close()
        raise


def _cut(sock: socket.socket) -> None:
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not that of SSLSocket, which another thread is using
    except OSError:
        return
