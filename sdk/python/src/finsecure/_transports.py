"""What a client sends through: anything with this one method. The two of ours are in `_urllib3` and `_aiohttp`."""

from __future__ import annotations

from typing import Protocol

from finsecure._core.call import Request, Response


class Transport(Protocol):
    """Sends one request and brings the whole response, or raises TransportFault. Several threads may use it at once."""

    def send(self, request: Request) -> Response: ...

    def close(self) -> None: ...


class AsyncTransport(Protocol):
    """The same, for an event loop."""

    async def send(self, request: Request) -> Response: ...

    async def aclose(self) -> None: ...
