"""Holds replies against the document: what is not said there is a failure."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final, NamedTuple

import jsonschema_rs

from finsecure_server.app import CONTRACT_ROUTES, contract
from finsecure_server.core import versions
from finsecure_server.core.errors import Code, Refused
from finsecure_server.web.router import Router
from tests.edge import PUBLIC_URL, Got

Schema = dict[str, Any]


PLACE: Final = "https://contract.test/openapi.json"


def located(part: Any) -> Any:
    """A part of the document, its references made to lead into the whole from anywhere."""
    if isinstance(part, dict):
        return {name: PLACE + inner if name == "$ref" else located(inner) for name, inner in part.items()}
    return [located(inner) for inner in part] if isinstance(part, list) else part


class Seen(NamedTuple):
    """What was seen of an operation."""

    operation: str  # its id
    status: int
    code: str | None  # of the error


class Agreement:
    """The document, and what has been seen to agree with it."""

    def __init__(self) -> None:
        self.document = contract(PUBLIC_URL)
        self.seen: set[Seen] = set()
        self._router = Router(CONTRACT_ROUTES)
        self._registry = jsonschema_rs.Registry([(PLACE, self.document)])
        self._validators: dict[tuple[str, int], jsonschema_rs.Validator] = {}

    @cached_property
    def operations(self) -> set[str]:
        """The ids of all operations."""
        return {operation["operationId"] for path in self.document["paths"].values() for operation in path.values()}

    def validator(self, schema: Schema) -> jsonschema_rs.Validator:
        """Of a schema of the document, which is kept once and not with each of its schemas."""
        return jsonschema_rs.validator_for(located(schema), registry=self._registry)

    def hold(self, method: str, path: str, got: Got) -> None:
        """Fails when the reply is not what the document says."""
        about = f"{method} {path}: {got.status} {got.body[:500]!r}"
        self._headers(self.document["components"]["headers"], ("Request-Id", "FinSecure-Version"), got, about)
        if method == "OPTIONS" or got.status == 405 or (got.status == 404 and self._is_nowhere(method, path)):
            assert method == "HEAD" or got.code in {None, "url_not_found", "method_not_allowed"}, about
            return
        operation = self._operation(method, path)
        told = operation["responses"].get(str(got.status))
        assert told is not None, f"{operation['operationId']} does not say {about}"
        told = self._resolved(told)
        self._headers({name: self._resolved(header) for name, header in told["headers"].items()}, (), got, about)
        content_type = got.headers["content-type"]
        assert content_type in told["content"], about
        self.seen.add(Seen(operation["operationId"], got.status, got.code if method != "HEAD" else None))
        older = got.headers["finsecure-version"] != versions.LATEST
        if method != "HEAD" and not (older and got.status == 200):  # of older shapes the document does not tell
            self._body(operation["operationId"], got, told["content"][content_type]["schema"], about)

    def _is_nowhere(self, method: str, path: str) -> bool:
        try:
            self._router.find(method, path.partition("?")[0])
        except Refused as refused:
            return refused.code is Code.URL_NOT_FOUND
        return False

    def _operation(self, method: str, path: str) -> Schema:
        try:
            route, _ = self._router.find(method, path.partition("?")[0])
        except Refused as refused:
            raise AssertionError(f"{method} {path} is no operation") from refused
        found: Schema = self.document["paths"][route.path][route.method.lower()]
        return found

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            at: Any = self.document
            for name in schema["$ref"].removeprefix("#/").split("/"):
                at = at[name]
            schema = at
        return schema

    def _headers(self, told: dict[str, Schema], also: tuple[str, ...], got: Got, about: str) -> None:
        for name, header in told.items():
            value = got.headers.get(name.lower())
            if value is None:
                assert not (header.get("required") and (not also or name in also)), f"no {name}: {about}"
            elif header["schema"]["type"] == "integer":
                assert value.isdigit(), f"{name} is {value}: {about}"

    def _body(self, operation: str, got: Got, schema: Schema, about: str) -> None:
        validator = self._validators.get((operation, got.status))
        if validator is None:
            validator = self.validator(schema)
            self._validators[operation, got.status] = validator
        errors = [
            f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in validator.iter_errors(got.json)
        ]
        assert not errors, "\n".join([about, *errors])
