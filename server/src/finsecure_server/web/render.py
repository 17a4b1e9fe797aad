"""Objects, lists and errors into bytes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, get_origin

import msgspec
from msgspec import Struct, inspect

from finsecure_server.core import versions
from finsecure_server.core.disclosure import disclosed
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused, doc_path
from finsecure_server.storage.database import Reader
from finsecure_server.web.openapi_schemas import info_of, object_name, parts, walk

EXPAND_DEPTH_MAX: Final = 4

Loader = Callable[[Reader, Env, str], bytes | None]


class Expansion:
    """Which fields hold the id of another object, and how to fetch that object.

    `fields` maps an object's type to {field: type of what it points to}; `loaders` fetch an object's JSON by its type.
    """

    def __init__(self, fields: Mapping[str, Mapping[str, str]], loaders: Mapping[str, Loader]) -> None:
        self._fields = fields
        self._loaders = loaders

    def check(self, returns: Any, paths: Iterable[str]) -> None:
        """Refuse, before anything is done, paths that lead nowhere from what a route returns. Raises expand_invalid.

        Looks at the first field of each: what lies beyond may depend on what is there.
        """
        first, listed = _reachable(returns), get_origin(returns) is list
        for position, path in enumerate(paths):
            names = path.split(".")
            _check_depth(names, path, position)
            if listed and names.pop(0) != "data":
                raise self._refused(path, position, f" Did you mean `data.{path}`?")
            expandable = any(names and names[0] in self._fields.get(of, {}) for of in first.objects)
            if not expandable and (len(names) < 2 or names[0] not in first.fields):
                raise self._refused(path, position, "")

    def has(self, reader: Reader, env: Env, kind: str, object_id: str) -> bool:
        """Whether there is an object of that type, for whoever `env` is about."""
        load = self._loaders.get(kind)
        return load is not None and load(reader, env, object_id) is not None

    def expand(self, reader: Reader, env: Env, doc: bytes, paths: Iterable[str], *, forgiving: bool = False) -> bytes:
        """The object with the objects at `paths` in place of their ids.

        Raises expand_invalid, unless it is `forgiving`: then what cannot be expanded stays as it is.
        """
        shown = msgspec.json.decode(doc)
        for position, path in enumerate(paths):
            names = path.split(".")
            try:
                _check_depth(names, path, position)
                self._walk(reader, env, shown, names, path, position)
            except Refused:
                if not forgiving:
                    raise
        return msgspec.json.encode(shown)

    def _walk(self, reader: Reader, env: Env, at: Any, names: list[str], path: str, position: int) -> None:
        if not names or not isinstance(at, dict):
            return
        name, rest = names[0], names[1:]
        if at.get("object") == "list":
            if name != "data":
                raise self._refused(path, position, f" Did you mean `data.{path}`?")
            for item in at["data"]:
                self._walk(reader, env, item, rest, path, position)
            return
        value = at.get(name)
        if isinstance(value, dict) and (rest or name in self._fields.get(at.get("object", ""), {})):
            self._walk(reader, env, value, rest, path, position)
            return
        target = self._fields.get(at.get("object", ""), {}).get(name)
        if target is None:
            if rest and name in at and value is None:
                return  # an object that may be there and is not: `last_payment_error.payment_method`
            raise self._refused(path, position, "")
        if isinstance(value, str):
            found = self._loaders[target](reader, env, value)
            if found is not None:
                at[name] = msgspec.json.decode(found)
                self._walk(reader, env, at[name], rest, path, position)

    @staticmethod
    def _refused(path: str, position: int, hint: str) -> Refused:
        return Refused(
            Code.EXPAND_INVALID, f"This property cannot be expanded ({path}).{hint}", param=f"expand[{position}]"
        )


class _Reachable(NamedTuple):
    """What the first name of a path may be: a field of one of these objects, or one that has something in it."""

    objects: frozenset[str]
    fields: frozenset[str]


@functools.cache
def _reachable(returns: Any) -> _Reachable:
    structs = [part for part in parts(returns) if isinstance(part, type) and issubclass(part, Struct)]
    holds = (inspect.StructType, inspect.DictType, inspect.ListType, inspect.AnyType)
    fields = (field for struct in structs for field in info_of(struct).fields)
    deep = (field.name for field in fields if any(isinstance(of, holds) for of in walk(field.type)))
    return _Reachable(frozenset(map(object_name, structs)), frozenset(deep))


def _check_depth(names: list[str], path: str, position: int) -> None:
    if len(names) > EXPAND_DEPTH_MAX:
        raise Refused(
            Code.EXPAND_INVALID,
            f"You cannot expand more than {EXPAND_DEPTH_MAX} levels of a property ({path}).",
            param=f"expand[{position}]",
        )


def listed(docs: Iterable[str], url: str, more: bool) -> bytes:
    """A page of a list."""
    data = ",".join(docs)
    return f'{{"object":"list","url":"{url}","has_more":{"true" if more else "false"},"data":[{data}]}}'.encode()


def at_version(doc: bytes, version: str) -> bytes:
    """A rendered object as a caller of an older version sees it."""
    if version == versions.LATEST:
        return doc
    return msgspec.json.encode(versions.shown_at(version, msgspec.json.decode(doc)))


def refusal(refused: Refused, request_id: str, public_url: str, *, logged: bool = True) -> tuple[int, bytes]:
    """The envelope of an error: {"error": {type, code, message, param, doc_url, request_log_url, next_steps, ...}}.

    `logged`: whether somebody can read the request's log. A call that is nobody's, without a good key for one, is in no
    log that a key opens.
    """
    rule = refused.rule
    error: dict[str, object] = {"type": rule.type}
    if rule.on_wire:
        error["code"] = refused.code.value
    if refused.decline_code is not None:
        error["decline_code"] = refused.decline_code
    if refused.advice_code is not None:
        error["advice_code"] = refused.advice_code
    error["message"] = disclosed(refused.message)  # whatever it repeats of a request
    if refused.param is not None:
        error["param"] = disclosed(refused.param)
    error["doc_url"] = public_url + doc_path(refused.code.value, refused.decline_code)
    if logged:
        error["request_log_url"] = f"{public_url}/v1/request_logs/{request_id}"
    error["next_steps"] = refused.next_steps
    for name, value in refused.details.items():
        if name not in ("allow", "retry_after"):  # these are headers
            error[name] = msgspec.Raw(value) if isinstance(value, bytes) else value
    return rule.status, msgspec.json.encode({"error": error})
