"""The document itself: complete, unambiguous, and the same wherever it is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import jsonschema_rs
import pytest
from msgspec import inspect

from finsecure_server.app import CONTRACT_ROUTES, EXPANDS, LOADERS, contract
from finsecure_server.core import versions
from finsecure_server.core.errors import RULES, Code
from finsecure_server.web import forms
from finsecure_server.web.openapi import FORM, JSON, operation_id
from finsecure_server.web.router import Route
from tests.contract.agreement import Agreement
from tests.contract.house import House
from tests.edge import PUBLIC_URL

DOCUMENT: Final = contract(PUBLIC_URL)
OPERATIONS: Final[dict[str, dict[str, Any]]] = {
    operation["operationId"]: operation for path in DOCUMENT["paths"].values() for operation in path.values()
}
POSTS: Final = [route for route in CONTRACT_ROUTES if route.method == "POST"]

#: Rows of the table that no route gives: pages do, or the edge before any route, or rails that are not there yet.
ELSEWHERE: Final = frozenset(
    """
    bank_account_unverified bank_account_verification_failed challenge_closed
    insufficient_funds method_not_allowed payment_method_bank_account_already_verified
    payment_method_bank_account_blocked url_not_found
    """.split()
)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        at: Any = DOCUMENT
        for name in schema["$ref"].removeprefix("#/").split("/"):
            at = at[name]
        schema = at
    return schema


def body_schema(operation: dict[str, Any], kind: str) -> dict[str, Any]:
    return resolved(operation["requestBody"]["content"][kind]["schema"])


def test_every_route_is_one_operation() -> None:
    assert len(OPERATIONS) == len(CONTRACT_ROUTES)
    for route in CONTRACT_ROUTES:
        told = OPERATIONS[operation_id(route)]
        assert told["summary"]
        assert told.get("x-finsecure-scope", "") == route.scope
        assert (told.get("security") == []) == route.public


def test_every_component_is_used_and_every_reference_leads_somewhere() -> None:
    text = json.dumps(DOCUMENT)
    for kind, named in DOCUMENT["components"].items():
        for name in named:
            used = f'"#/components/{kind}/{name}"' in text or kind == "securitySchemes"
            assert used, f"{kind}/{name} is not used"
    for part in references(DOCUMENT):
        assert resolved(part)


def references(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


@pytest.mark.parametrize("route", CONTRACT_ROUTES, ids=operation_id)
def test_every_parameter_is_told(route: Route) -> None:
    told = OPERATIONS[operation_id(route)]
    if route.method == "POST":
        for kind in (FORM, JSON):
            assert set(body_schema(told, kind)["properties"]) == set(route.shape.fields)
    elif route.method == "GET":
        names = {part["name"].removesuffix("[]") for part in told["parameters"] if part.get("in") == "query"}
        assert names == set(route.shape.fields)


def test_every_code_is_told_by_some_route() -> None:
    told = {code for operation in OPERATIONS.values() for code in codes_of(operation)}
    wire = {code.value for code in Code if RULES[code].on_wire}
    assert sorted(wire - told - ELSEWHERE) == []
    assert sorted(told & ELSEWHERE) == []


def codes_of(operation: dict[str, Any]) -> set[str]:
    return {
        code
        for status, reply in operation["responses"].items()
        if status != "200"
        for code in resolved(reply)["content"][JSON]["schema"]["properties"]["error"]["allOf"][1]["properties"]["code"][
            "enum"
        ]
    }


def test_every_example_is_an_error() -> None:
    schema = {"$ref": "#/components/schemas/Error", "components": DOCUMENT["components"]}
    validator = jsonschema_rs.validator_for(schema)
    for name, example in DOCUMENT["components"]["examples"].items():
        assert example["summary"]
        assert not [error.message for error in validator.iter_errors(example["value"]["error"])], name
        assert "{" not in example["value"]["error"]["message"]


def test_every_expansion_can_be_loaded() -> None:
    assert {target for fields in EXPANDS.values() for target in fields.values()} <= set(LOADERS)


@pytest.mark.parametrize("route", POSTS, ids=operation_id)
def test_a_form_empties_what_json_makes_null(route: Route) -> None:
    """And the two schemas say so."""
    operation = OPERATIONS[operation_id(route)]
    info = inspect.type_info(route.params)
    assert isinstance(info, inspect.StructType)
    for field in info.fields:
        name, members = field.encode_name, getattr(field.type, "types", ())
        as_json = validator_of(body_schema(operation, JSON)["properties"][name])
        as_form = validator_of(body_schema(operation, FORM)["properties"][name])
        nullable = any(isinstance(member, inspect.NoneType) for member in members)
        assert as_json.is_valid(None) == nullable, name
        assert not as_form.is_valid(None), name
        if nullable:
            assert as_form.is_valid(""), name
            assert forms._value("", route.shape.fields[name], True, name) is None, name


def validator_of(schema: dict[str, Any]) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for({**schema, "components": DOCUMENT["components"]})


async def test_it_is_served_to_anybody_and_made_once(house: House, agreement: Agreement) -> None:
    first = await house.call("GET", "/openapi.json", headers={"authorization": "none"})
    assert first.json == agreement.document
    assert first.headers["content-type"] == JSON
    assert (await house.get("/openapi.json")).body is first.body


async def test_an_older_version_is_known_though_it_is_not_told(house: House) -> None:
    told = DOCUMENT["components"]["parameters"]["FinSecure-Version"]
    assert told["schema"]["enum"] == [versions.LATEST] == [DOCUMENT["info"]["version"]]
    for version in versions.VERSIONS:
        assert version in told["description"] or version == versions.LATEST
        assert (await house.get("/v1/balance", finsecure_version=version)).status == 200
