"""The contract as this generator reads it: operations under /v1 that answer with JSON, and the schemas they use."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Schema = Mapping[str, Any]

CONTRACT = Path(__file__).resolve().parents[3] / "contract"


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    id: str
    summary: str
    ids: tuple[str, ...]  # names of the ids in the path, in order
    query: tuple[Schema, ...]  # parameters in the query
    body: Schema | None
    answer: Schema  # the schema of its success


class Contract:
    """`contract/openapi.json`, with references followed."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.version: str = document["info"]["version"]
        self.schemas: Mapping[str, Schema] = document["components"]["schemas"]
        self.operations = sorted(self._operations(), key=lambda one: (one.path, one.method))

    @classmethod
    def read(cls) -> Contract:
        return cls(json.loads((CONTRACT / "openapi.json").read_text("utf-8")))

    def follow(self, schema: Schema) -> Schema:
        """The schema itself, where a reference stands for it."""
        while "$ref" in schema:
            found: Any = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    @staticmethod
    def name(schema: Schema) -> str | None:
        """The name of the schema that a reference is to."""
        return schema["$ref"].rpartition("/")[2] if "$ref" in schema else None

    def _operations(self) -> Iterator[Operation]:
        for path, methods in self.document["paths"].items():
            shared = methods.get("parameters", [])
            for method, one in methods.items():
                if method in {"get", "post", "delete", "put", "patch"} and path.startswith("/v1/"):
                    answer = self._answer(one)
                    if answer is not None:
                        yield self._operation(method, path, one, shared, answer)

    def _operation(self, method: str, path: str, one: Mapping[str, Any], shared: Any, answer: Schema) -> Operation:
        parameters = [self.follow(parameter) for parameter in [*shared, *one.get("parameters", [])]]
        body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        return Operation(
            method=method.upper(),
            path=path,
            id=one["operationId"],
            summary=one.get("summary", ""),
            ids=tuple(part[1:-1] for part in path.split("/") if part.startswith("{")),
            query=tuple(parameter for parameter in parameters if parameter["in"] == "query"),
            body=body,
            answer=answer,
        )

    def _answer(self, one: Mapping[str, Any]) -> Schema | None:
        for status in ("200", "201", "202"):
            content = self.follow(one["responses"].get(status, {})).get("content", {})
            if "application/json" in content:
                schema: Schema = content["application/json"]["schema"]
                return schema
        return None
