"""The blocking transport: urllib3, with nothing of its own retried and no redirect followed."""

from __future__ import annotations

import os
import ssl
import time
from urllib.parse import urlsplit

import urllib3
from urllib3 import exceptions as faults

from finsecure._core.call import Request, Response, TransportFault
from finsecure._core.proxies import authorization, proxy_of
from finsecure._tls import failed, trusted

_CHUNK = 65536


class Urllib3Transport:
    """A pool of connections to the API. Safe for threads, and for processes that fork."""

    def __init__(
        self,
        api_base: str,
        *,
        pool_connections: int,
        pool_maxsize: int,
        ca_bundle: str | None = None,
        proxy: str | None = None,
    ) -> None:
        """`proxy`: an address; empty for none, whatever the environment says; None for what the environment says."""
        self._size = (pool_connections, pool_maxsize)
        self._context = trusted(ca_bundle) if api_base.startswith("https:") else None
        self._proxy = proxy_of(api_base, proxy, os.environ)
        parts = urlsplit(api_base)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._open()

    def _open(self) -> None:
        self._pid = os.getpid()
        connections, size = self._size
        self._pool: urllib3.HTTPConnectionPool | None = None
        if self._proxy is None:
            self._manager = urllib3.PoolManager(connections, maxsize=size, ssl_context=self._context)
            self._pool = self._manager.connection_from_url(self._origin)  # to find it anew for each call costs a tenth
        else:
            user = authorization(self._proxy)
            headers = urllib3.make_headers(proxy_basic_auth=user) if user else None
            self._manager = urllib3.ProxyManager(
                self._proxy, connections, maxsize=size, ssl_context=self._context, proxy_headers=headers
            )

    def send(self, request: Request) -> Response:
        if self._pid != os.getpid():  # a child must not talk over its parent's sockets
            self._open()
        until = None if request.total_timeout is None else time.monotonic() + request.total_timeout
        pool: urllib3.PoolManager | urllib3.HTTPConnectionPool = self._manager
        url = request.url
        if self._pool is not None and url.startswith(f"{self._origin}/"):
            pool, url = self._pool, url[len(self._origin) :]
        try:
            reply = pool.urlopen(
                request.method,
                url,
                body=request.body,
                headers=request.headers,
                timeout=urllib3.Timeout(request.total_timeout, request.connect_timeout, request.read_timeout),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                body = _read(reply, until)
            except BaseException:
                reply.close()
                raise
            reply.release_conn()
        except faults.HTTPError as error:
            raise _fault(error) from error
        return Response(reply.status, {name.lower(): value for name, value in reply.headers.items()}, body)

    def close(self) -> None:
        """Close every connection. Another call would open them anew."""
        self._manager.clear()
        self._open()


def _read(reply: urllib3.BaseHTTPResponse, until: float | None) -> bytes:
    """The whole body. A server that sends a little at a time is given up when the time is over."""
    parts = []
    while part := reply.read1(_CHUNK):
        parts.append(part)
        if until is not None and time.monotonic() > until:
            raise TransportFault("timeout", "The deadline was over before the whole reply had come.", sent=True)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _fault(error: faults.HTTPError) -> TransportFault:
    """What went wrong, from urllib3's many words for it."""
    if isinstance(error, faults.ProxyError):
        return TransportFault("proxy", f"The proxy could not be used: {_cause(error)}.", sent=False)
    if isinstance(error, faults.NameResolutionError):
        return TransportFault("dns", f"The name of the API was not found: {_cause(error)}.", sent=False)
    if isinstance(error, faults.NewConnectionError):
        return TransportFault("connect", f"The API took no connection: {_cause(error)}.", sent=False)
    if isinstance(error, faults.ConnectTimeoutError):
        return TransportFault("timeout", "The API did not take the connection in time.", sent=False)
    if isinstance(error, faults.ReadTimeoutError):
        return TransportFault("timeout", "The API did not reply in time.", sent=True)
    if isinstance(error, faults.SSLError):
        cause = error.args[0] if error.args else error
        if isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            return TransportFault("reset", "The connection was cut off while TLS was spoken.", sent=True)
        return TransportFault("tls", failed(cause), sent=False)
    return TransportFault("reset", f"The connection broke: {_cause(error)}.", sent=True)


def _cause(error: BaseException) -> str:
    """The innermost reason, without addresses of objects in memory."""
    inner: BaseException | None = error.__cause__ or error.__context__
    while inner is not None and (inner.__cause__ or inner.__context__) is not None:
        inner = inner.__cause__ or inner.__context__
    said = inner if isinstance(inner, OSError) else error
    return said.strerror or type(said).__name__ if isinstance(said, OSError) else type(said).__name__
