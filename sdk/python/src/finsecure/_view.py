"""Objects of the API: thin views of what was decoded. Nothing is copied or checked until it is asked for.

An attribute and an item are the same: `intent.status`, `intent["status"]`. Objects within are wrapped when they are
reached. Views cannot be written to: an object changes by a call.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

from finsecure._core.call import Reply

#: A class, or the classes that a member may be of.
Kinds: TypeAlias = "tuple[type[FinSecureObject], ...]"

#: `object` on the wire → the class of its view. The generated module fills it in.
REGISTRY: dict[str, Kinds] = {}


class FinSecureObject:
    """One object, or a part of one."""

    __slots__ = ("_data", "_reply")

    #: Members that hold objects, and what these may be. An empty tuple: a map of the user's own, left as it is.
    _members: ClassVar[Mapping[str, Kinds]] = {}
    #: What `object` says on the wire, and the members it always has: how several possible classes are told apart.
    _object: ClassVar[str | None] = None
    _required: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, data: dict[str, Any], reply: Reply | None = None) -> None:
        """`data` is kept, not copied."""
        object.__setattr__(self, "_data", data)
        object.__setattr__(self, "_reply", reply)

    _data: dict[str, Any]
    _reply: Reply | None

    @property
    def last_response(self) -> Reply | None:
        """The reply that brought it: request id, status, headers, attempts. None for a part of another object."""
        return self._reply

    if not TYPE_CHECKING:  # or a checker would let every misspelt attribute pass

        def __getattr__(self, name: str) -> Any:
            try:
                return self[name]
            except KeyError:
                raise AttributeError(_missing(self, name), name=name, obj=self) from None

    def __getitem__(self, name: str) -> Any:
        value = self._data[name]
        if isinstance(value, (dict, list)):
            return _wrap(value, self._members.get(name))
        return value

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(
            f"{type(self).__name__} is what the API answered and cannot be written to; call its update"
        )

    def __contains__(self, name: object) -> bool:
        return name in self._data

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def keys(self) -> list[str]:
        """The names of its members, in the order of the wire; with it `dict(view)` works."""
        return list(self._data)

    def get(self, name: str, default: Any = None) -> Any:
        """The member, or `default` if there is none."""
        return self[name] if name in self._data else default

    def to_dict(self) -> dict[str, Any]:
        """A copy of what was decoded, all the way down."""
        return copy.deepcopy(self._data)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FinSecureObject):
            return self._data == other._data
        return self._data == other if isinstance(other, Mapping) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # it holds a dict

    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]:
        return type(self), (self._data, self._reply)

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *self._data})

    def __repr__(self) -> str:
        """What it is and which, and nothing that could be a secret."""
        known = "".join(
            f" {name}={value!r}" for name in _SHOWN if isinstance(value := self._data.get(name), (str, int))
        )
        return f"<{type(self).__name__}{known}>"


class AnyObject(FinSecureObject):
    """An object of no declared shape: every attribute may be there."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


_SHOWN = ("id", "status", "amount", "currency", "type", "name")


def view_of(data: dict[str, Any], kinds: Kinds | None, reply: Reply | None = None) -> FinSecureObject:
    """The view of a decoded object that is one of `kinds`; what is not known goes by its member `object`."""
    if not kinds:
        kinds = _called(data.get("object")) or (AnyObject,)
    return _choose(data, kinds)(data, reply)


def _called(name: object) -> Kinds | None:
    """The classes of what calls itself so on the wire."""
    if not isinstance(name, str):
        return None
    if not REGISTRY:
        import finsecure._generated.objects  # noqa: F401, PLC0415  because it fills the registry, and imports this module

    return REGISTRY.get(name)


def _choose(data: dict[str, Any], kinds: Kinds) -> type[FinSecureObject]:
    if len(kinds) == 1:
        return kinds[0]
    called = data.get("object")
    named = [kind for kind in kinds if kind._object in (None, called)] or kinds  # noqa: SLF001  because it is ours
    return next((kind for kind in named if kind._required <= data.keys()), named[0])  # noqa: SLF001


def _wrap(value: Any, kinds: Kinds | None) -> Any:
    if isinstance(value, list):
        return [_wrap(one, kinds) for one in value]
    if not isinstance(value, dict) or kinds == ():
        return value
    return view_of(value, kinds)


def _missing(view: FinSecureObject, name: str) -> str:
    kind = type(view).__name__
    if name in type(view).__annotations__:
        return f"this {kind} has no {name!r}: this server is older than this package, or the key may not see it"
    near = difflib.get_close_matches(name, list(view), n=1)
    return f"this {kind} has no {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def own_client() -> Any:
    """The client behind `finsecure.PaymentIntent.create` and its like."""
    from finsecure._client import default_client  # noqa: PLC0415  because the client imports the views

    return default_client()
