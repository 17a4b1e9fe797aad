"""What is generated is what the contract says, and every operation of it can be called."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import finsecure
from codegen.contract import Contract, Operation
from codegen.naming import Place, places, singular
from finsecure.testing import MockTransport

PACKAGE = Path(__file__).resolve().parents[1]
CONTRACT = Contract.read()


def test_nothing_has_drifted() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "codegen", "--check"], cwd=PACKAGE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def paged(one: Operation) -> bool:
    return "has_more" in CONTRACT.follow(one.answer).get("properties", {})


PLACES = places(CONTRACT.operations, {one.id: paged(one) for one in CONTRACT.operations})


@pytest.mark.parametrize("operation", CONTRACT.operations, ids=lambda one: one.id)
def test_every_operation_is_a_method(operation: Operation) -> None:
    place = PLACES[operation.id]
    transport = MockTransport().reply({"object": "list", "url": "/", "has_more": False, "data": []})
    client = finsecure.Client("sk_test_1", transport=transport)
    found: Any = client
    for name in place.resource:
        found = getattr(found, name)
    method = getattr(found, place.method)
    method(*(f"id_{number}" for number, _ in enumerate(operation.ids)))
    (request,) = transport.requests
    path = operation.path
    for number, name in enumerate(operation.ids):
        path = path.replace(f"{{{name}}}", f"id_{number}")
    assert (request.method, request.url.partition("?")[0]) == (operation.method, f"https://api.finsecure.com{path}")
    twin: Any = finsecure.AsyncClient("sk_test_1")
    for name in place.resource:
        twin = getattr(twin, name)
    assert inspect.iscoroutinefunction(getattr(twin, place.method))
    assert operation.summary in (method.__doc__ or "").replace("\n        ", " ")


def test_no_operation_of_v1_is_left_out() -> None:
    document = json.loads((PACKAGE.parents[1] / "contract" / "openapi.json").read_text("utf-8"))
    every = {
        one["operationId"]
        for path, methods in document["paths"].items()
        for method, one in methods.items()
        if path.startswith("/v1/") and "application/json" in one["responses"].get("200", {}).get("content", {})
    }
    assert set(PLACES) == every


@pytest.mark.parametrize(
    ("operation", "resource", "method"),
    [
        ("PostPaymentIntents", "payment_intents", "create"),
        ("GetPaymentIntents", "payment_intents", "list"),
        ("GetPaymentIntentsIntent", "payment_intents", "retrieve"),
        ("PostPaymentIntentsIntent", "payment_intents", "update"),
        ("PostPaymentIntentsIntentConfirm", "payment_intents", "confirm"),
        ("PostPaymentIntentsIntentCapture", "payment_intents", "capture"),
        ("PostPaymentIntentsIntentCancel", "payment_intents", "cancel"),
        ("DeleteCustomersCustomer", "customers", "delete"),
        ("GetCustomersCustomerPaymentMethods", "customers", "list_payment_methods"),
        ("GetCustomersCustomerPaymentMethodsPaymentMethod", "customers", "retrieve_payment_method"),
        ("GetBalance", "balance", "retrieve"),
        ("GetBalanceHistory", "balance", "list_history"),
        ("GetTestHelpersClock", "test_helpers.clock", "retrieve"),
        ("PostTestHelpersClockAdvance", "test_helpers.clock", "advance"),
        ("PostApiKeysIdRoll", "api_keys", "roll"),
    ],
)
def test_names_are_those_that_users_of_stripe_expect(operation: str, resource: str, method: str) -> None:
    assert PLACES[operation] == Place(tuple(resource.split(".")), method)


def made_up(*calls: str) -> dict[str, str]:
    """The names of operations that the contract does not have yet."""
    operations = [
        Operation(method, path, f"{method}{path}", "", (), (), None, {})
        for method, path in (one.split() for one in calls)
    ]
    found = places(operations, {one.id: one.path.endswith("s") for one in operations})
    return {f"{one.method} {one.path}": ".".join([*found[one.id].resource, found[one.id].method]) for one in operations}


def test_rules_hold_for_routes_that_are_yet_to_come() -> None:
    assert made_up(
        "GET /v1/endpoints",
        "POST /v1/endpoints",
        "GET /v1/endpoints/{id}",
        "DELETE /v1/endpoints/{id}",
        "GET /v1/endpoints/{id}/deliveries",
        "POST /v1/endpoints/{id}/deliveries",
        "GET /v1/endpoints/{id}/deliveries/{delivery}",
        "DELETE /v1/endpoints/{id}/deliveries/{delivery}",
        "POST /v1/endpoints/{id}/deliveries/{delivery}/resend",
        "GET /v1/endpoints/{id}/deliveries/{delivery}/attempts",
        "POST /v1/endpoints/search",
        "GET /v1/endpoints/summary",
        "POST /v1/tools/echo/run",
    ) == {
        "GET /v1/endpoints": "endpoints.list",
        "POST /v1/endpoints": "endpoints.create",
        "GET /v1/endpoints/{id}": "endpoints.retrieve",
        "DELETE /v1/endpoints/{id}": "endpoints.delete",
        "GET /v1/endpoints/{id}/deliveries": "endpoints.list_deliveries",
        "POST /v1/endpoints/{id}/deliveries": "endpoints.create_delivery",
        "GET /v1/endpoints/{id}/deliveries/{delivery}": "endpoints.retrieve_delivery",
        "DELETE /v1/endpoints/{id}/deliveries/{delivery}": "endpoints.delete_delivery",
        "POST /v1/endpoints/{id}/deliveries/{delivery}/resend": "endpoints.resend_delivery",
        "GET /v1/endpoints/{id}/deliveries/{delivery}/attempts": "endpoints.list_delivery_attempts",
        "POST /v1/endpoints/search": "endpoints.search",
        "GET /v1/endpoints/summary": "endpoints.summary",
        "POST /v1/tools/echo/run": "tools.echo.run",
    }


@pytest.mark.parametrize(
    ("word", "one"),
    [
        ("payment_methods", "payment_method"),
        ("deliveries", "delivery"),
        ("replays", "replay"),
        ("addresses", "address"),
        ("status", "status"),
        ("history", "history"),
        ("boxes", "box"),
    ],
)
def test_singular(word: str, one: str) -> None:
    assert singular(word) == one
