"""The client for event loops: the same names as `Client`, awaited; the same core."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar, Self, Unpack

from finsecure._core.call import Call, Options, Route, TransportFault
from finsecure._core.client import ClientCore, ClientOptions
from finsecure._core.exchange import Wait
from finsecure._generated.async_services import AsyncServices
from finsecure._pages import AsyncPage
from finsecure._transports import AsyncTransport


class AsyncClient(ClientCore, AsyncServices):
    """Calls the API from an event loop. `async with` it, or await `aclose()` at the end. Several loops may use it.

    Needs aiohttp: `pip install finsecure[async]`. Settings are those of `Client`.
    """

    _page: ClassVar[type[Any]] = AsyncPage

    def __init__(
        self,
        api_key: str | None = None,
        *,
        transport: AsyncTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        **options: Unpack[ClientOptions],
    ) -> None:
        """`transport` and `sleep` are for tests."""
        super().__init__(api_key, options)
        self._sleep = sleep
        self._transport: AsyncTransport = transport or self._open()

    def _open(self) -> AsyncTransport:
        try:
            from finsecure._aiohttp import AiohttpTransport  # noqa: PLC0415  because it is an extra
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError("AsyncClient needs aiohttp: pip install 'finsecure[async]'") from error
        return AiohttpTransport(self._api_base, **self._pool_options())

    async def request(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        /,
        *,
        options: Options | None = None,
        idempotency_key: str | None = None,
    ) -> Any:
        """Any operation of the API by its path, also one that this package does not know: `request("get", "/v1/…")`."""
        return await self._call(self._build(self._route(method, path), (), params, {}, options, idempotency_key))

    async def aclose(self) -> None:
        """Close every connection of this loop."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.aclose()

    async def _request(
        self,
        route: Route,
        ids: Sequence[str],
        params: Mapping[str, Any] | None,
        more: Mapping[str, Any],
        options: Options | None,
        idempotency_key: str | None = None,
    ) -> Any:
        return await self._call(self._build(route, ids, params, more, options, idempotency_key))

    async def _call(self, call: Call) -> Any:
        """One call to its end, whatever that is."""
        began = self._world.monotonic()
        try:
            result = await self._carry_out(call)
        except BaseException as error:
            self._seen(call, began, error)
            raise
        self._seen(call, began, None)
        return result

    async def _carry_out(self, call: Call) -> Any:
        talk = self._start(call)
        step = next(talk)
        try:
            while True:
                if isinstance(step, Wait):
                    await self._sleep(step.seconds)
                    step = talk.send(None)
                    continue
                try:
                    answer = await self._transport.send(step)
                except TransportFault as fault:
                    step = talk.throw(fault)
                else:
                    step = talk.send(answer)
        except StopIteration as end:
            response, reply = end.value
            return self._finish(call, response, reply, self._call)
