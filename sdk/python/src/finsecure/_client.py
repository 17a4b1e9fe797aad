"""The blocking client: one loop around the core, and a pool of connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self, Unpack

from finsecure._core.call import Call, Options, Route, TransportFault
from finsecure._core.client import ClientCore, ClientOptions
from finsecure._core.exchange import Wait
from finsecure._generated.services import Services
from finsecure._pages import Page
from finsecure._transports import Transport
from finsecure._urllib3 import Urllib3Transport


class Client(ClientCore, Services):
    """Calls the API. Make one and keep it: it holds the connections. Threads may share it.

    What is not given comes from the environment: FINSECURE_SECRET_KEY, FINSECURE_API_BASE, FINSECURE_CA_BUNDLE and the
    proxy variables.
    """

    _page: ClassVar[type[Any]] = Page

    def __init__(
        self,
        api_key: str | None = None,
        *,
        transport: Transport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        **options: Unpack[ClientOptions],
    ) -> None:
        """`transport` and `sleep` are for tests."""
        super().__init__(api_key, options)
        self._sleep = sleep
        self._transport: Transport = transport or Urllib3Transport(self._api_base, **self._pool_options())

    def request(
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
        return self._call(self._build(self._route(method, path), (), params, {}, options, idempotency_key))

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def _request(
        self,
        route: Route,
        ids: Sequence[str],
        params: Mapping[str, Any] | None,
        more: Mapping[str, Any],
        options: Options | None,
        idempotency_key: str | None = None,
    ) -> Any:
        return self._call(self._build(route, ids, params, more, options, idempotency_key))

    def _call(self, call: Call) -> Any:
        """One call to its end, whatever that is."""
        began = self._world.monotonic()
        try:
            result = self._carry_out(call)
        except BaseException as error:
            self._seen(call, began, error)
            raise
        self._seen(call, began, None)
        return result

    def _carry_out(self, call: Call) -> Any:
        talk = self._start(call)
        step = next(talk)
        try:
            while True:
                if isinstance(step, Wait):
                    self._sleep(step.seconds)
                    step = talk.send(None)
                    continue
                try:
                    answer = self._transport.send(step)
                except TransportFault as fault:
                    step = talk.throw(fault)
                else:
                    step = talk.send(answer)
        except StopIteration as end:
            response, reply = end.value
            return self._finish(call, response, reply, self._call)


_clients: dict[tuple[object, ...], Client] = {}
_lock = threading.Lock()


def default_client() -> Client:
    """The client behind `finsecure.PaymentIntent.create` and its like; another when a module-level setting changes."""
    import finsecure  # noqa: PLC0415  because its settings are read when they are needed

    found = (finsecure.api_key, finsecure.api_base, finsecure.max_retries)
    with _lock:
        client = _clients.get(found)
        if client is None:
            client = Client(finsecure.api_key, api_base=finsecure.api_base, max_retries=finsecure.max_retries)
            _clients.clear()  # the connections of the one before close with it
            _clients[found] = client
        return client
