"""The API reference as data: resources with their fields, operations with their parameters and errors.

All of it is read from the OpenAPI document. What that leaves unsaid is in `api_words.toml`, and the example of each
operation in `api_examples.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import msgspec

from finsecure_server.core.event_types import TYPES, EventType
from finsecure_server.help.api_examples import Example, by_call, examples
from finsecure_server.help.api_fields import Field, Fields, Schema

PATH: Final = "/docs/api"
JSON: Final = "application/json"
#: What else a description says is told by the facts of the page.
_TOLD_ELSEWHERE: Final = re.compile(r"A restricted key needs the scope|A publishable key may call|Test mode only\.$")

#: Resources by what one does with them, in the order of the contents.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "Payments": ("payment_intents", "charges", "refunds", "disputes", "setup_intents", "setup_attempts"),
    "Payers": ("customers", "payment_methods"),
    "Money": ("balance", "balance_transactions", "payouts"),
    "Events and webhooks": (
        "events",
        "event_types",
        "webhook_endpoints",
        "webhook_deliveries",
        "webhook_attempts",
        "webhook_replays",
    ),
    "Account and tools": ("account", "api_keys", "request_logs", "test_helpers", "health", "openapi"),
}


@dataclass(frozen=True, slots=True)
class Errors:
    """The errors of one HTTP status: what it means, and the codes that come with it."""

    status: int
    means: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. `params` are those of the query or the body."""

    example: Example
    id: str
    summary: str
    says: tuple[str, ...]  # paragraphs
    path_params: tuple[Field, ...]
    params: tuple[Field, ...]
    returns: str
    returned: tuple[Field, ...]  # only where no page tells of what is returned
    returned_home: str  # the resource whose page tells of it, or empty
    is_list: bool
    scope: str
    public: bool
    publishable: bool
    test_only: bool
    expandable: tuple[str, ...]
    errors: tuple[Errors, ...]

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"{PATH}/{self.example.resource}/{self.example.operation}"

    @property
    def method(self) -> str:
        """GET, POST or DELETE."""
        return self.example.method

    @property
    def place(self) -> str:
        """Its address, with names in braces."""
        return self.example.place


@dataclass(frozen=True, slots=True)
class Resource:
    """What a tag of the contract stands for. `fields` is empty where there is no object."""

    name: str
    title: str
    says: str
    object: str
    fields: tuple[Field, ...]
    operations: tuple[Operation, ...]
    events: tuple[EventType, ...]

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"{PATH}/{self.name}"


@cache
def words() -> Mapping[str, Any]:
    """`api_words.toml`."""
    return tomllib.loads((resources.files("finsecure_server.help") / "api_words.toml").read_text("utf-8"))


def basics() -> list[dict[str, str]]:
    """How to call the API: `title`, what it `says`, and where there is `more`, at `path`."""
    found: list[dict[str, str]] = words()["basics"]
    return found


@cache
def replies() -> Mapping[str, Any]:
    """The reply to each example, by name of the operation."""
    found: dict[str, Any] = msgspec.json.decode(
        (resources.files("finsecure_server.help") / "api_replies.json").read_bytes()
    )
    return found


def reference(contract: Mapping[str, Any]) -> Mapping[str, Resource]:
    """Every resource of an OpenAPI document by its tag, in the order of the contents."""
    reader = _Reader(contract)
    said = {tag["name"]: tag.get("description", "") for tag in contract["tags"]}
    order = [name for names in GROUPS.values() for name in names]
    assert sorted(order) == sorted(said), set(order) ^ set(said)
    return {name: reader.resource(name, said[name]) for name in order}


class _Reader:
    """Reads one document."""

    def __init__(self, contract: Mapping[str, Any]) -> None:
        self._contract = contract
        self._rows: dict[str, Schema] = {
            f"{method.upper()} {path}": row
            for path, methods in contract["paths"].items()
            for method, row in methods.items()
        }
        self._homes = dict(self._objects())
        self._fields = Fields(contract["components"], words(), self._homes)

    def _objects(self) -> Iterator[tuple[str, str]]:
        """Type of an object -> the resource whose page tells of it."""
        for names in GROUPS.values():
            for name in names:
                if schema := self._object_of(name):
                    yield schema["properties"]["object"]["enum"][0], name

    def _object_of(self, name: str) -> Schema | None:
        """The schema of a resource's own object: what its `retrieve` shows, or its list is of."""
        rows = [self._rows[one.call] for one in examples().values() if one.resource == name and one.operation in _SHOWN]
        for row in rows:
            for schema in self._replied(row):
                if "object" in schema.get("properties", {}):
                    return schema
        return None

    def _replied(self, row: Schema) -> Iterator[Schema]:
        """What an operation may answer with; of a list its objects. Not as a publishable key sees it, nor deleted."""
        schema = self._follow(row["responses"]["200"]["content"][JSON]["schema"])
        for one in schema.get("anyOf", [schema]):
            found = self._follow(one)
            if found.get("title", "").endswith("List"):
                found = self._follow(found["properties"]["data"]["items"])
            if not found.get("title", "").endswith("Public") and not found.get("title", "").startswith("Deleted"):
                yield found

    def _follow(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            found: Any = self._contract
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    # -- resources -------------------------------------------------------------------------------------------------

    def resource(self, name: str, says: str) -> Resource:
        """One resource, with everything."""
        schema = self._object_of(name)
        kind = schema["properties"]["object"]["enum"][0] if schema else ""
        return Resource(
            name,
            words()["titles"].get(name, name.replace("_", " ").capitalize()),
            words()["resources"].get(name, says),
            kind,
            self._fields.of(schema) if schema else (),
            tuple(self.operation(one) for one in examples().values() if one.resource == name),
            tuple(row for row in TYPES.values() if row.object == kind),
        )

    # -- operations ------------------------------------------------------------------------------------------------

    def operation(self, example: Example) -> Operation:
        """One operation, with everything."""
        row = self._rows[by_call()[example.call].call]
        told = row["description"].split("\n\n") if row["description"] else []
        params = [self._follow(one) for one in row["parameters"]]
        replied = next(self._replied_at_all(row), {})
        home = self._homes.get(replied.get("properties", {}).get("object", {}).get("enum", [""])[0], "")
        home = "" if "deleted" in replied.get("properties", {}) else home
        security = [name for choice in row.get("security", ()) for name in choice]
        return Operation(
            example=example,
            id=row["operationId"],
            summary=row["summary"],
            says=tuple(part for part in told if not _TOLD_ELSEWHERE.match(part)),
            path_params=tuple(self._fields.param(one) for one in params if one["in"] == "path"),
            params=tuple(sorted(self._params(row, params), key=_rank)),
            returns=_sentence(row["responses"]["200"]["description"]),
            returned=() if home else self._fields.of(replied),
            returned_home=home,
            is_list=self._is_list(row),
            scope=row.get("x-finsecure-scope", ""),
            public=row.get("security") == [],
            publishable="publishable" in security,
            test_only=row.get("x-finsecure-test-mode-only", False),
            expandable=tuple(row.get("x-finsecure-expandable", ())),
            errors=tuple(self._errors(row["responses"])),
        )

    def _replied_at_all(self, row: Schema) -> Iterator[Schema]:
        """As `_replied`, and where there is nothing else what is left of a deleted object."""
        yield from self._replied(row)
        yield self._follow(row["responses"]["200"]["content"][JSON]["schema"])

    def _is_list(self, row: Schema) -> bool:
        schema = self._follow(row["responses"]["200"]["content"][JSON]["schema"])
        return str(schema.get("title", "")).endswith("List")

    def _params(self, row: Schema, params: list[Schema]) -> Iterator[Field]:
        body = row.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema")
        if body is not None:
            yield from self._fields.of(self._follow(body))
        yield from (self._fields.param(one) for one in params if one["in"] == "query")

    def _errors(self, responses: Schema) -> Iterator[Errors]:
        for status, told in responses.items():
            if status != "200":
                reply = self._follow(told)
                yield Errors(int(status), reply["description"], tuple(reply["content"][JSON]["examples"]))


#: Operations whose reply is the resource's own object.
_SHOWN: Final = ("retrieve", "list")


def _rank(field: Field) -> int:
    """What is needed first, what every call takes last."""
    return 0 if field.required else 2 if field.name in _EVERYWHERE else 1


_EVERYWHERE: Final = frozenset({"ending_before", "expand", "limit", "metadata", "starting_after"})


def _sentence(text: str) -> str:
    return text if text.endswith(".") or not text else text + "."
