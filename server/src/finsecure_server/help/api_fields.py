"""Fields and parameters of the API reference, from the schemas of the contract: types, limits and meanings in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Schema = Mapping[str, Any]

NOTHING: Final = "Always null; clients of Stripe's look for it."
#: The contract says this of every field that can be expanded, and the type says it better.
_EXPANDABLE: Final = "Can be expanded: "
_SUFFIXES: Final = ("Params", "Form")
#: Words that end so say the true length, `three letters`; the contract's limit beside them would only confuse.
_LETTERS: Final = " letters"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object, or a parameter. `inside` are the fields of what it holds.

    `type` is in words: `integer`, `list of string`, `id of a charge`. `home` is the resource whose object it is or
    names, or empty.
    """

    name: str
    type: str
    says: str
    required: bool = False
    nullable: bool = False
    expandable: bool = False
    enum: tuple[str, ...] = ()
    limits: str = ""
    default: str = ""
    home: str = ""
    inside: tuple[Field, ...] = ()

    def walk(self) -> Iterator[Field]:
        """It and everything inside it."""
        yield self
        for field in self.inside:
            yield from field.walk()


class Fields:
    """Reads the schemas of a document."""

    def __init__(self, components: Schema, words: Mapping[str, Any], homes: Mapping[str, str]) -> None:
        """`words` are those of `api_words.toml`; `homes` is type of an object -> the resource that tells of it."""
        self._components = components
        self._words = words
        self._homes = homes

    def of(self, schema: Schema, above: tuple[str, ...] = ()) -> tuple[Field, ...]:
        """The fields of an object, or the parameters of a body."""
        title = schema.get("title", "")
        required = schema.get("required", ())
        given = "additionalProperties" in schema  # only parameters say so
        return tuple(
            self._field(title, name, inner, name in required and given, (*above, title))
            for name, inner in schema.get("properties", {}).items()
        )

    def param(self, row: Schema) -> Field:
        """A parameter of the path or the query."""
        schema = {"description": row["description"], **row["schema"]} if "description" in row else row["schema"]
        return self._field("", row["name"].removesuffix("[]"), schema, row["required"], ())

    def _field(self, title: str, name: str, schema: Schema, required: bool, above: tuple[str, ...]) -> Field:
        branches = [one for one in _branches(schema) if not _is_nothing(one)]
        nullable = len(branches) < len(_branches(schema)) or any("null" in _kinds(one) for one in branches)
        expandable = str(schema.get("description", "")).startswith(_EXPANDABLE)
        if not branches:
            return Field(name, "null", self._says(title, name, schema) or NOTHING, required, nullable=True)
        found = [self._follow(one) for one in branches]
        homes = [home for one in found if (home := self._home(one))]
        says = self._says(title, name, schema)
        limits = dict.fromkeys(limit for one in found for limit in _limits(one))
        return Field(
            name,
            " or ".join(dict.fromkeys(self._type(one) for one in found)) if not expandable else _id_of(found),
            says,
            required,
            nullable,
            expandable,
            _words(found),
            ", ".join(limit for limit in limits if not (limit.endswith(_LETTERS) and says.endswith(f"{_LETTERS}."))),
            _default(schema),
            homes[0] if homes else "",
            () if expandable else tuple(self._inside(found, above)),
        )

    def _says(self, title: str, name: str, schema: Schema) -> str:
        """What it means: by the words for its schema, by the contract, or by the words for all."""
        for suffix in _SUFFIXES:
            title = title.removesuffix(suffix)
        said = str(schema.get("description", ""))
        said = "" if said.startswith(_EXPANDABLE) else said
        own = self._words.get(title, {}).get(name)
        return str(own or said or self._inner_words(schema) or self._words["any"].get(name, ""))

    def _inner_words(self, schema: Schema) -> str:
        """What one of its forms says of itself, where that is not what every such object says."""
        said = [
            str(one["description"]) for one in schema.get("anyOf", ()) if "$ref" not in one and "description" in one
        ]
        return said[0] if said else ""

    def _inside(self, found: list[Schema], above: tuple[str, ...]) -> Iterator[Field]:
        for schema in found:
            part = self._follow(schema["items"]) if "items" in schema else schema
            if part.get("title") and not self._home(part) and part["title"] not in above:
                yield from self.of(part, above)

    def _home(self, schema: Schema) -> str:
        """The resource whose object it is."""
        part = self._follow(schema["items"]) if "items" in schema else schema
        kind = part.get("properties", {}).get("object", {}).get("enum", [""])
        return self._homes.get(kind[0], "")

    def _follow(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._components["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def _type(self, schema: Schema) -> str:
        if "items" in schema:
            return f"list of {self._type(self._follow(schema['items']))}"
        if "anyOf" in schema:
            return " or ".join(dict.fromkeys(self._type(self._follow(one)) for one in schema["anyOf"]))
        if isinstance(values := schema.get("additionalProperties"), Mapping):
            return "map of text" if "string" in _kinds(values) else "object"
        if self._home(schema):
            return _object_name(schema)
        kinds = [kind for kind in _kinds(schema) if kind != "null"]
        return " or ".join(kinds) or "anything"


def _branches(schema: Schema) -> list[Schema]:
    branches: list[Schema] = list(schema.get("anyOf", [schema]))
    return branches


def _is_nothing(schema: Schema) -> bool:
    return schema.get("type") == "null"


def _kinds(schema: Schema) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _words(found: list[Schema]) -> tuple[str, ...]:
    """What it may be, if only certain words."""
    listed = [one.get("items", one) for one in found]
    every = [str(word) for one in listed for word in one.get("enum", ()) if word != ""]
    return tuple(dict.fromkeys(every))


def _object_name(schema: Schema) -> str:
    return str(schema["properties"]["object"]["enum"][0]).replace("_", " ")


def _id_of(found: list[Schema]) -> str:
    """`id of a charge`."""
    names = dict.fromkeys(_object_name(one) for one in found if "properties" in one)
    return "id of " + " or ".join(f"{'an' if name[0] in 'aeio' else 'a'} {name}" for name in names) if names else "id"


def _limits(schema: Schema) -> Iterator[str]:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None and most < 2**63 - 1:
        yield f"{least} to {most}"
    elif least is not None and least > -(2**63):
        yield f"at least {least}"
    elif most is not None and most < 2**63 - 1:
        yield f"at most {most}"
    if "maxLength" in schema:
        yield f"at most {schema['maxLength']:,}{_LETTERS}"
    if "maxItems" in schema:
        yield f"at most {schema['maxItems']}"


def _default(schema: Schema) -> str:
    default = schema.get("default")
    return str(default).lower() if isinstance(default, bool) else "" if default is None else str(default)
