"""A schema as a Python type: what views declare, and what parameters may be."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable, Iterator

from codegen.contract import Contract, Schema

_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def union(types: Iterable[str]) -> str:
    """`str | None`: each once, None last."""
    once = list(dict.fromkeys(part for one in types for part in _parts(one)))
    return " | ".join([one for one in once if one != "None"] + ["None"] * ("None" in once))


def _parts(one: str) -> list[str]:
    return one.split(" | ") if "[" not in one else [one]


def declarable(name: str) -> bool:
    """Whether a member can be an attribute or a keyword."""
    return name.isidentifier() and not keyword.iskeyword(name)


class Types:
    """Types of one direction: `refer` says what a reference to a named schema is called."""

    def __init__(self, contract: Contract, refer: Callable[[str], str], mapping: str, free: str) -> None:
        """`mapping`: what a map is; `free`: what an object of no declared shape is."""
        self.contract = contract
        self.refer = refer
        self.mapping = mapping
        self.free = free

    def of(self, schema: Schema) -> str:
        name = self.contract.name(schema)
        if name is not None:
            target = self.contract.follow(schema)
            return self.refer(name) if "properties" in target else self.of(target)
        if "enum" in schema:
            return f"Literal[{', '.join(map(repr, schema['enum']))}]".replace("'", '"')
        if "const" in schema:
            return f"Literal[{schema['const']!r}]".replace("'", '"')
        for word in ("anyOf", "oneOf"):
            if word in schema:
                return union(self.of(one) for one in without_subsets(self.contract, schema[word]))
        if "allOf" in schema:
            return self.of(schema["allOf"][0])
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        return union(self._one(kind, schema) for kind in kinds) if kinds else "Any"

    def _one(self, kind: str, schema: Schema) -> str:
        if kind in _SCALARS:
            return _SCALARS[kind]
        if kind == "array":
            return f"List[{self.of(schema.get('items', {}))}]"
        values = schema.get("additionalProperties")
        if isinstance(values, dict) and values:
            return f"{self.mapping}[str, {self.of(values)}]"
        return self.free


def without_subsets(contract: Contract, kinds: list[Schema]) -> list[Schema]:
    """The alternatives but those that only show a part of another: what a publishable key sees of an intent."""
    kept: list[Schema] = []
    for one in kinds:
        shape = contract.follow(one)
        if not any(_shows_less(shape, contract.follow(other)) for other in kept):
            kept.append(one)
    return kept


def _shows_less(shape: Schema, other: Schema) -> bool:
    mine, theirs = shape.get("properties"), other.get("properties")
    if not mine or not theirs:
        return False
    alike = mine.get("object") is not None and mine.get("object") == theirs.get("object")
    return bool(alike and mine.keys() <= theirs.keys())


def references(contract: Contract, schema: Schema) -> Iterator[str]:
    """The names of the object schemas that a member may be, itself or within lists and alternatives."""
    name = contract.name(schema)
    if name is not None:
        target = contract.follow(schema)
        if "properties" in target:
            yield name
        else:
            yield from references(contract, target)
        return
    for word in ("anyOf", "oneOf", "allOf"):
        for one in without_subsets(contract, schema.get(word, [])):
            yield from references(contract, one)
    if "items" in schema:
        yield from references(contract, schema["items"])
    if isinstance(schema.get("additionalProperties"), dict):
        yield from references(contract, schema["additionalProperties"])


def reachable(contract: Contract, roots: Iterable[Schema]) -> list[str]:
    """The names of all object schemas that are met from `roots`, sorted."""
    found: set[str] = set()
    waiting = [name for root in roots for name in references(contract, root)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            members = contract.schemas[name]["properties"].values()
            waiting += [other for member in members for other in references(contract, member)]
    return sorted(found)
