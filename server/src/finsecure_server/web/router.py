"""Routes: what can be called, with what, and what it answers. The OpenAPI document is made from the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from finsecure_server.core.disclosure import disclosed
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.storage.database import Reader
from finsecure_server.web.forms import Shape, check_text, cleaned, shape_of
from finsecure_server.web.params import Nothing

P = TypeVar("P", bound=Struct)

ID_LETTERS_MAX: Final = 255
SHOWN_LETTERS_MAX: Final = 200  # of a path, in an error
_SEARCH: Final = "/search"


class Answer(NamedTuple):
    """A reply that is not simply "200 and the object"."""

    body: bytes | Struct
    status: int = 200
    object_id: str | None = None
    content_type: str = "application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    kept: bytes | None = None  # what lies under the idempotency key, when `body` holds a secret that is shown once
    reader: str | None = None  # a key that the browser is to bring along from now on, sealed; "" to forget it


@dataclass(slots=True)
class Call(Generic[P]):
    """One request, as a handler sees it."""

    path: Mapping[str, str]
    params: P  # body of a POST, query of a GET


@dataclass(frozen=True, slots=True)
class Route:
    """An entry.

    `handle(tx, env, call)` is synchronous. On GET it gets a Reader and runs beside the writer; on POST and DELETE
    it gets a Tx, may return an Ask, and is run under the caller's idempotency key. `scope` is what a restricted key
    needs; `publishable` lets publishable keys call it, and `hidden` are the fields of the reply that these do not
    see; `public` asks for no key at all, and its POST is carried out each time. A public page that is `known` is
    told who reads it where a good key says so, from the Authorization header or the sealed cookie, and a key that
    is not good makes a stranger; its forms are taken from our own pages only. `changes_callers` says that
    afterwards nothing may be believed that was remembered of the account's keys.
    """

    method: str
    path: str
    handle: Callable[..., Any]
    params: type[Struct] = Nothing
    returns: Any = None
    scope: str = ""
    summary: str = ""
    errors: tuple[Code, ...] = ()
    publishable: bool = False
    hidden: frozenset[str] = frozenset()
    public: bool = False
    known: bool = False
    test_only: bool = False
    offline: Callable[[Env, Call[Any]], Answer | None] | None = None  # the answer, where it needs no database
    writable: bool = False  # where the offline answer is none, it is refused while the database takes no writes
    busy: bool = False  # that answer takes milliseconds and is made for one question: it is made beside the event loop
    changes_callers: bool = False
    recover: Callable[[Reader, Env, str], Answer] | None = None  # the reply to a call that a crash cut short
    shape: Shape = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", shape_of(self.params))

    @property
    def operation(self) -> str:
        """Its name in the contract: `POST /v1/refunds`."""
        return f"{self.method} {self.path}"


class _Node:
    __slots__ = ("below", "name", "routes", "wild")

    def __init__(self) -> None:
        self.below: dict[str, _Node] = {}
        self.wild: _Node | None = None
        self.name = ""
        self.routes: dict[str, Route] = {}


class Router:
    """Finds the route of a method and path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        self._plain: dict[tuple[str, str], Route] = {}
        self.routes = tuple(routes)
        for route in self.routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        node = self._root
        for part in route.path.strip("/").split("/"):
            if part.startswith("{"):
                node.wild = node.wild or _Node()
                node = node.wild
                assert node.name in {"", part[1:-1]}, f"{route.path} calls {node.name} by another name"
                node.name = part[1:-1]
            else:
                node = node.below.setdefault(part, _Node())
        assert route.method not in node.routes, f"two routes for {route.operation}"
        node.routes[route.method] = route
        if "{" not in route.path:
            self._plain[route.method, route.path] = route

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """The route and the parameters in its path. Raises url_not_found or method_not_allowed."""
        route = self._plain.get((method, path))
        if route is not None:
            return route, {}
        node, found = self._walk(path)
        if node is None or not node.routes:
            raise Refused(Code.URL_NOT_FOUND, f"Unrecognized request URL ({method}: {_shown(path)}).")
        if found and path.startswith("/v1/") and path.endswith(_SEARCH):  # Stripe's, and no id
            raise Refused(
                Code.URL_NOT_FOUND,
                f"Unrecognized request URL ({method}: {_shown(path)}). There is no search here: lists take filters.",
            )
        route = node.routes.get("GET" if method == "HEAD" else method)
        if route is None:
            allowed = ", ".join(allow(node.routes))
            raise Refused(
                Code.METHOD_NOT_ALLOWED, f"{method} is not allowed here; use {allowed}.", details={"allow": allowed}
            )
        return route, found

    def methods(self, path: str) -> list[str]:
        """What may be called at a path; empty when there is nothing."""
        node, _ = self._walk(path)
        return allow(node.routes) if node is not None and node.routes else []

    def place(self, path: str) -> str:
        """A path as logs may keep it. Where no key is asked for, the path itself may be what opens the door."""
        try:
            node, _ = self._walk(path)
        except Refused:
            return path
        public = (route.path for route in node.routes.values() if route.public) if node is not None else ()
        return next(iter(public), path)

    def _walk(self, path: str) -> tuple[_Node | None, dict[str, str]]:
        node: _Node | None = self._root
        found: dict[str, str] = {}
        for part in path.strip("/").split("/"):
            assert node is not None
            below = node.below.get(part)
            if below is None and node.wild is not None and part:
                below = node.wild
                if len(part) > ID_LETTERS_MAX:
                    raise Refused(Code.RESOURCE_MISSING, "No id is that long.", param=below.name)
                check_text(part, below.name)
                found[below.name] = part
            node = below
            if node is None:
                break
        return node, found


def allow(routes: Mapping[str, Route]) -> list[str]:
    """The Allow header of a place: HEAD goes with GET, OPTIONS with everything."""
    methods = set(routes) | {"OPTIONS"} | ({"HEAD"} if "GET" in routes else set())
    return sorted(methods)


def _shown(path: str) -> str:
    """A path as an error may repeat it."""
    return disclosed(cleaned(path[: 2 * SHOWN_LETTERS_MAX]))[:SHOWN_LETTERS_MAX]


def as_bytes(body: bytes | Struct) -> bytes:
    """An object as JSON."""
    return body if isinstance(body, bytes) else msgspec.json.encode(body)
