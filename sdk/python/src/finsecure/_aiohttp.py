"""The transport for event loops: aiohttp, which `pip install finsecure[async]` brings."""

from __future__ import annotations

import asyncio
import os
import weakref

import aiohttp

from finsecure._core.call import Request, Response, TransportFault
from finsecure._core.proxies import proxy_of
from finsecure._tls import failed, trusted


class AiohttpTransport:
    """A pool of connections for every event loop that it is used in."""

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
        self._limits = (pool_connections * pool_maxsize, pool_maxsize)
        self._context = trusted(ca_bundle) if api_base.startswith("https:") else None
        self._proxy = proxy_of(api_base, proxy, os.environ)
        self._sessions: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.ClientSession] = (
            weakref.WeakKeyDictionary()
        )

    def _session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        session = self._sessions.get(loop)
        if session is None or session.closed:
            limit, per_host = self._limits
            connector = aiohttp.TCPConnector(limit=limit, limit_per_host=per_host, ssl=self._context or True)
            session = aiohttp.ClientSession(
                connector=connector, trust_env=False, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=True
            )
            self._sessions[loop] = session
        return session

    async def send(self, request: Request) -> Response:
        timeout = aiohttp.ClientTimeout(
            total=request.total_timeout, sock_connect=request.connect_timeout, sock_read=request.read_timeout
        )
        try:
            async with self._session().request(
                request.method,
                request.url,
                data=request.body,
                headers=request.headers,
                timeout=timeout,
                proxy=self._proxy,
                allow_redirects=False,
            ) as reply:
                body = await reply.read()
                return Response(reply.status, {name.lower(): value for name, value in reply.headers.items()}, body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _fault(error) from error

    async def aclose(self) -> None:
        """Close the connections of the loop that this is called in."""
        session = self._sessions.pop(asyncio.get_running_loop(), None)
        if session is not None:
            await session.close()


def _fault(error: Exception) -> TransportFault:
    """What went wrong, from aiohttp's many words for it."""
    if isinstance(error, (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError)):
        return TransportFault("proxy", f"The proxy could not be used: {_cause(error)}.", sent=False)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return TransportFault("dns", f"The name of the API was not found: {_cause(error)}.", sent=False)
    if isinstance(error, aiohttp.ClientSSLError):
        inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
        return TransportFault("tls", failed(inner), sent=False)
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return TransportFault("timeout", "The API did not take the connection in time.", sent=False)
    if isinstance(error, TimeoutError):
        return TransportFault("timeout", "The API did not reply in time.", sent=True)
    if isinstance(error, aiohttp.ClientConnectorError):
        return TransportFault("connect", f"The API took no connection: {_cause(error)}.", sent=False)
    return TransportFault("reset", f"The connection broke: {_cause(error)}.", sent=True)


def _cause(error: Exception) -> str:
    inner = getattr(error, "os_error", None) or getattr(error, "certificate_error", None) or error
    return getattr(inner, "strerror", None) or (str(inner) if inner is not error else type(error).__name__)
