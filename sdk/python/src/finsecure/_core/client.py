"""What both clients share: settings, policies, how a call is built and how its reply becomes a view. No I/O."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final, TypedDict, cast

from finsecure import errors
from finsecure._core import encode, settings
from finsecure._core.backoff import Backoff, RetryBudget
from finsecure._core.call import Call, Options, Reply, Response, Route
from finsecure._core.exchange import Exchange, Policy, World, exchange
from finsecure._core.settings import Settings
from finsecure._generated.version import API_VERSION
from finsecure._view import view_of

#: Told of every call when it is over: the operation, seconds, and the exception if it failed.
Observer = Callable[[str, float, BaseException | None], None]

#: Options of a call, as in Stripe's package, that no operation of the API has a parameter of.
_NEVER_PARAMETERS: Final = frozenset({"api_key", "idempotency_key", "max_retries"})


class ClientOptions(TypedDict, total=False):
    """What a client may be given beside its key. Times are seconds."""

    api_base: str | None  # FINSECURE_API_BASE, else https://api.finsecure.com
    api_version: str
    timeout: float | tuple[float, float]  # to connect, and between two reads: (3.05, 10)
    deadline: float | None  # for a whole call, with its retries and waits: 60
    max_retries: int  # 3
    pool_connections: int  # hosts that connections are kept for: 10
    pool_maxsize: int  # connections kept to each: 20
    ca_bundle: str | None  # a file of PEM certificates; FINSECURE_CA_BUNDLE, else what the system trusts
    proxy: str | None  # an address, or empty for none; else HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY
    backoff: Backoff
    budget: RetryBudget
    observer: Observer | None
    world: World  # clocks and chance, for tests


class ClientCore:
    """A client without its sockets."""

    #: The class of its pages.
    _page: ClassVar[type[Any]]

    def __init__(self, api_key: str | None, options: ClientOptions) -> None:
        unknown = options.keys() - ClientOptions.__annotations__.keys()
        if unknown:
            raise TypeError(f"a client has no option {', '.join(sorted(unknown))}")
        self._options: ClientOptions = {**options}
        self._api_base = settings.base_address(options.get("api_base"))
        self._settings = Settings(
            api_key=api_key,
            api_base=self._api_base,
            api_version=options.get("api_version", API_VERSION),
            timeout=settings.timeouts(options.get("timeout", settings.TIMEOUT)),
            deadline=settings.deadline(options.get("deadline", settings.DEADLINE)),
            max_retries=settings.retries(options.get("max_retries", settings.MAX_RETRIES)),
        )
        self._backoff = options.get("backoff") or Backoff()
        self._budget = options.get("budget") or RetryBudget()
        self._observer = options.get("observer")
        self._world = options.get("world") or World(time.monotonic, time.time, random.random)

    @property
    def api_base(self) -> str:
        """Where it calls."""
        return self._api_base

    def _pool_options(self) -> dict[str, Any]:
        """What a transport of ours is opened with."""
        return {
            "pool_connections": self._options.get("pool_connections", settings.POOL_CONNECTIONS),
            "pool_maxsize": self._options.get("pool_maxsize", settings.POOL_MAXSIZE),
            "ca_bundle": self._options.get("ca_bundle"),
            "proxy": self._options.get("proxy"),
        }

    def _route(self, method: str, path: str) -> Route:
        """An operation by its path. ValueError if the path could lead to another host than the API's."""
        if not path.startswith("/"):
            raise ValueError(f"a path begins with a slash, such as /v1/balance: {path!r}")
        return Route(method.upper(), path.replace("{", "%7B").replace("}", "%7D"))

    def _build(
        self,
        route: Route,
        ids: Sequence[str],
        params: Mapping[str, Any] | None,
        more: Mapping[str, Any],
        options: Options | None,
        idempotency_key: str | None = None,
    ) -> Call:
        """TypeError or ValueError for what can be seen to be wrong before anything is sent."""
        if options is not None and not isinstance(options, Mapping):
            raise TypeError(f"options are a dict, not {type(options).__name__}")
        chosen: Options = {**(options or {})}
        unknown = chosen.keys() - Options.__annotations__.keys()
        if unknown:
            raise TypeError(f"a call has no option {', '.join(sorted(unknown))}")
        if idempotency_key is not None:
            chosen["idempotency_key"] = idempotency_key
        merged = encode.merge(params, more)
        misplaced = sorted(_NEVER_PARAMETERS & merged.keys())
        if misplaced:  # a key among the parameters would be sent to be written down
            raise TypeError(f"{', '.join(misplaced)}: give options={{…}}, not a parameter")
        return Call(route, encode.path(route.path, ids), merged, chosen)

    def _start(self, call: Call) -> Exchange:
        request, key = settings.prepare(call, self._settings, f"auto_{os.urandom(18).hex()}")
        policy = Policy(
            settings.retries(call.options.get("max_retries", self._settings.max_retries)),
            settings.deadline(call.options.get("deadline", self._settings.deadline)),
            self._backoff,
            self._budget,
        )
        return exchange(request, key, policy, self._world)

    def _finish(self, call: Call, response: Response, reply: Reply, send: Callable[[Call], Any]) -> Any:
        """The view of what came."""
        data = settings.decode(response, reply)
        kinds = cast("tuple[Any, ...]", call.route.kinds)
        if not call.route.paged:
            return view_of(data, kinds, reply)
        if not isinstance(data.get("data"), list):
            raise errors.of_response(response, {}, idempotency_key=reply.idempotency_key, attempts=reply.attempts)
        return self._page(data, reply, kinds, call, send)

    def _seen(self, call: Call, began: float, error: BaseException | None) -> None:
        if self._observer is None:
            return
        try:
            self._observer(call.route.name, self._world.monotonic() - began, error)
        except Exception:
            import logging  # noqa: PLC0415  because it is needed only here

            logging.getLogger("finsecure").exception("The observer of a client failed.")
