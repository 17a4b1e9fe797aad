"""JSON Schemas (2020-12, as OpenAPI 3.1 takes them) of what goes in and comes out, made from the Structs.

One Struct may look different on each side of the wire. In a JSON body what may be removed is null; in a form, which has
only text, it is empty. In a reply every field is there, unless the Struct leaves it out; and a field that can be
expanded holds an id or the object itself.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from types import UnionType
from typing import Any, Final, get_args, get_origin

from msgspec import NODEFAULT, Struct, inspect

Schema = dict[str, Any]

_LITERALS: Final = {bool: "boolean", int: "integer", str: "string"}

ANY_OBJECT: Final = "any"  # a target of an expansion whose type only its id tells


class Side(Enum):
    """Where a schema is used."""

    JSON = ""
    FORM = "Form"
    REPLY = "Reply"


class Schemas:
    """Makes schemas, and gathers in `components` those that have a name."""

    def __init__(
        self, taken: Iterable[type[Struct]], given: Iterable[Any], expands: Mapping[str, Mapping[str, str]]
    ) -> None:
        """`taken` are the parameters of all routes, `given` what they return: they decide who is called what."""
        self.components: dict[str, Schema] = {}
        self._expands = expands
        self._public: dict[str, list[Schema]] = {}
        self._made: dict[tuple[type[Struct], Side], str] = {}
        shown = frozenset[type[Struct]]().union(*(_structs(part) for returns in given for part in parts(returns)))
        asked = frozenset[type[Struct]]().union(*map(_structs, taken))
        self._names = dict(_names(shown | asked))
        self._on_both_sides = shown & asked
        self._objects: dict[str, list[type[Struct]]] = {}
        for struct in sorted(shown, key=lambda struct: self._names[struct]):
            self._objects.setdefault(object_name(struct), []).append(struct)

    def body(self, params: type[Struct], *, form: bool) -> Schema:
        """Parameters in a body."""
        return self._ref(info_of(params), Side.FORM if form else Side.JSON)

    def fields(self, params: type[Struct]) -> Iterator[tuple[inspect.Field, Schema]]:
        """Parameters in a query, one by one; a query is a form."""
        for field in info_of(params).fields:
            yield field, self._field(field, Side.FORM)

    def reply(self, returns: Any, hidden: frozenset[str] = frozenset()) -> Schema:
        """An object, or a page of a list. `hidden` are fields that a publishable key is not shown."""
        if get_origin(returns) is list:
            return self._page(get_args(returns)[0])
        shown = [self._ref(info_of(part), Side.REPLY) for part in parts(returns)]
        if hidden:
            shown += [self._reduced(info_of(part), hidden) for part in parts(returns)]
        return shown[0] if len(shown) == 1 else {"anyOf": shown}

    def expandable(self, returns: Any) -> list[str]:
        """The paths of one level that `expand` takes for a reply."""
        before = "data." if get_origin(returns) is list else ""
        info = info_of(parts(returns)[0])
        paths = [before + name for name in self._expands.get(object_name(info.cls), {})]
        for field in info.fields:  # inside parts of the object that are no objects themselves
            for part in walk(field.type):
                if isinstance(part, inspect.StructType) and not object_name(part.cls):
                    names = {inner.encode_name for inner in part.fields} & self._expands.get("", {}).keys()
                    paths += [f"{before}{field.encode_name}.{name}" for name in sorted(names)]
        return sorted(paths)

    def objects(self, name: str) -> list[Schema]:
        """What an object of this type may look like: a customer may be a deleted one. Empty for an unknown type."""
        return [self._ref(info_of(struct), Side.REPLY) for struct in self._objects.get(name, [])]

    def shown(self, name: str) -> list[Schema]:
        """As `objects`, and as publishable keys are shown it."""
        return self.objects(name) + self._public.get(name, [])

    # -- with a name ------------------------------------------------------------------------------------------------

    def _ref(self, info: inspect.StructType, side: Side) -> Schema:
        if side is Side.FORM and not _differs(info.cls):
            side = Side.JSON
        known = self._made.get((info.cls, side))
        if known is None:
            known = self._names[info.cls] + side.value * (side is Side.FORM)
            if info.cls in self._on_both_sides and side is not Side.REPLY:
                known = self._names[info.cls] + "Params" + side.value
            self._made[info.cls, side] = known
            self.components[known] = {}  # a type may hold itself
            self.components[known] = self._struct(info, side)
        return {"$ref": f"#/components/schemas/{known}"}

    def _page(self, item: type[Struct]) -> Schema:
        name = self._names[item] + "List"
        if name not in self.components:
            self.components[name] = {
                "type": "object",
                "title": name,
                "description": "A page of a list. Ask for the next with `starting_after` = the id of its last object.",
                "required": ["object", "url", "has_more", "data"],
                "properties": {
                    "object": {"type": "string", "enum": ["list"]},
                    "url": {"type": "string", "description": "Where the list is."},
                    "has_more": {"type": "boolean", "description": "Whether there is more in the direction asked for."},
                    "data": {"type": "array", "items": self._ref(info_of(item), Side.REPLY)},
                },
            }
        return {"$ref": f"#/components/schemas/{name}"}

    def _reduced(self, info: inspect.StructType, hidden: frozenset[str]) -> Schema:
        name = self._names[info.cls] + "Public"
        if name not in self.components:
            schema = self._struct(info, Side.REPLY)
            hidden &= schema["properties"].keys()
            self.components[name] = schema | {
                "title": name,
                "description": f"{schema['description']} As a publishable key is shown it.",
                "required": [field for field in schema["required"] if field not in hidden],
                "properties": {field: of for field, of in schema["properties"].items() if field not in hidden},
                "not": {"anyOf": [{"required": [field]} for field in sorted(hidden)]},
            }
            self._public.setdefault(object_name(info.cls), []).append({"$ref": f"#/components/schemas/{name}"})
        return {"$ref": f"#/components/schemas/{name}"}

    def _struct(self, info: inspect.StructType, side: Side) -> Schema:
        targets = self._expands.get(object_name(info.cls), {}) if side is Side.REPLY else {}
        schema: Schema = {"type": "object", "title": self._names[info.cls], "description": info.cls.__doc__ or ""}
        required = [field.encode_name for field in info.fields if _always(info, field, side)]
        if required:
            schema["required"] = required
        schema["properties"] = {
            field.encode_name: self._expandable(field, targets[field.encode_name])
            if field.encode_name in targets
            else self._field(field, side)
            for field in info.fields
        }
        if side is not Side.REPLY and info.forbid_unknown_fields:
            schema["additionalProperties"] = False
        return schema

    # -- without a name ---------------------------------------------------------------------------------------------

    def _field(self, field: inspect.Field, side: Side) -> Schema:
        schema = self._type(field.type, side)
        default = _default(field)
        return schema if side is Side.REPLY or default is NODEFAULT else schema | {"default": default}

    def _expandable(self, field: inspect.Field, target: str) -> Schema:
        """An id or what it stands for."""
        whole = [{"type": "object", "required": ["id", "object"]}] if target == ANY_OBJECT else self.objects(target)
        assert whole, f"{field.name} expands to {target}, which no route returns"
        ids = self._type(field.type, Side.REPLY)
        return {"anyOf": [*ids.get("anyOf", [ids]), *whole], "description": f"Can be expanded: `{field.encode_name}`."}

    def _type(self, info: inspect.Type, side: Side) -> Schema:
        match info:
            case inspect.Metadata():
                return self._type(info.type, side) | (info.extra_json_schema or {})
            case inspect.StructType():
                return self._ref(info, side)
            case inspect.UnionType():
                return self._union(info, side)
            case inspect.ListType():
                return {"type": "array", "items": self._type(info.item_type, side), **_bounds(info, "Items")}
            case inspect.DictType():
                return {"type": "object", "additionalProperties": self._type(info.value_type, side)}
            case _:
                return _plain(info)

    def _union(self, info: inspect.UnionType, side: Side) -> Schema:
        members = [self._type(member, side) for member in info.types if not isinstance(member, inspect.NoneType)]
        if len(members) < len(info.types):
            members = _or_nothing(members, side)
        if len(members) == 1:
            return members[0]
        flat = [inner for member in members for inner in (member["anyOf"] if list(member) == ["anyOf"] else [member])]
        return {"anyOf": flat}


def _plain(info: inspect.Type) -> Schema:
    """A type that holds no other."""
    match info:
        case inspect.LiteralType():
            return {"type": _LITERALS[type(info.values[0])], "enum": list(info.values)}
        case inspect.IntType():
            return {"type": "integer", **_named(minimum=info.ge, maximum=info.le)}
        case inspect.StrType():
            return {"type": "string", **_bounds(info, "Length"), **_named(pattern=info.pattern)}
        case inspect.BoolType():
            return {"type": "boolean"}
        case inspect.NoneType():
            return {"type": "null"}
        case _:
            assert isinstance(info, inspect.AnyType), info
            return {}


def _or_nothing(members: list[Schema], side: Side) -> list[Schema]:
    """Null in JSON; in a form the empty text, which text takes anyway."""
    first = members[0]
    if side is not Side.FORM:
        if len(members) == 1 and isinstance(first.get("type"), str) and "enum" not in first:
            return [first | {"type": [first["type"], "null"]}]
        return [*members, {"type": "null"}]
    if any(
        member.get("type") == "string" and not member.get("minLength") and "enum" not in member for member in members
    ):
        return members
    return [*members, {"type": "string", "enum": [""], "description": "Empty: as if it had never been set."}]


@functools.cache
def info_of(struct: type[Struct]) -> inspect.StructType:
    """What msgspec knows of a Struct, read once."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType), struct
    return info


def parts(returns: Any) -> tuple[type[Struct], ...]:
    """The Structs that a route says it returns: of a list its items, of a union its members."""
    if get_origin(returns) is list:
        return parts(get_args(returns)[0])
    return get_args(returns) if isinstance(returns, UnionType) else (returns,)


@functools.cache
def object_name(struct: type[Struct]) -> str:
    """The value of its field `object`; empty for what is only a part of an object."""
    for field in info_of(struct).fields:
        if field.name == "object" and isinstance(field.default, str):
            return field.default
    return ""


def walk(info: inspect.Type) -> Iterator[inspect.Type]:
    """A type and every type inside it."""
    yield info
    inner: Iterable[inspect.Type] = ()
    match info:
        case inspect.Metadata():
            inner = [info.type]
        case inspect.StructType():
            inner = [field.type for field in info.fields]
        case inspect.UnionType():
            inner = info.types
        case inspect.ListType():
            inner = [info.item_type]
        case inspect.DictType():
            inner = [info.value_type]
    for part in inner:
        yield from walk(part)


@functools.cache
def _structs(struct: type[Struct]) -> frozenset[type[Struct]]:
    return frozenset(part.cls for part in walk(info_of(struct)) if isinstance(part, inspect.StructType))


@functools.cache
def _differs(struct: type[Struct]) -> bool:
    """Whether it looks different in a form: whether something in it may be null."""
    return any(isinstance(part, inspect.NoneType) for part in walk(info_of(struct)))


def _names(structs: Iterable[type[Struct]]) -> Iterator[tuple[type[Struct], str]]:
    """The class's name; with its domain before it when two domains have the same name."""
    structs = sorted(structs, key=lambda struct: (struct.__module__, struct.__qualname__))
    plain = [struct.__name__ for struct in structs]
    for struct, name in zip(structs, plain, strict=True):
        domain = struct.__module__.split(".")[1].title().replace("_", "")
        yield struct, name if plain.count(name) == 1 else domain + name


def _always(info: inspect.StructType, field: inspect.Field, side: Side) -> bool:
    """Whether the field is there whatever happens: a parameter without a default, a field that is never left out."""
    if field.required or side is not Side.REPLY:
        return field.required
    if field.default is NODEFAULT and field.default_factory is NODEFAULT:
        return False  # UNSET
    return not info.cls.__struct_config__.omit_defaults


def _default(field: inspect.Field) -> Any:
    """What leaving it out means, where that is a plain value."""
    return field.default if isinstance(field.default, str | int) else NODEFAULT


def _bounds(info: inspect.ListType | inspect.StrType, of: str) -> Schema:
    return _named(**{f"min{of}": info.min_length, f"max{of}": info.max_length})


def _named(**limits: Any) -> Schema:
    return {name: limit for name, limit in limits.items() if limit is not None}
