"""Customers through the whole edge: what is kept, what is refused, what is said of it, and what a deletion leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from finsecure_server.storage.database import Database
from finsecure_server.storage.engines import open_database
from tests.edge import SECOND, T0, Edge
from tests.payment_methods.shop import events, good, made, open_shop, seen

ALL = {
    "address[city]": "Berlin",
    "address[country]": "DE",
    "address[line1]": "Straße 1",
    "address[postal_code]": "10115",
    "description": "Buys tea",
    "email": "jenny@example.com",
    "metadata[order]": "42",
    "name": "Jenny Rosen",
    "phone": "+49 30 123456",
    "preferred_locales": ["de", "en"],
    "shipping[address][line1]": "Platz 2",
    "shipping[name]": "J. Rosen",
    "tax_exempt": "exempt",
}


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> Edge:
    return await open_shop(database, tmp_path)


@pytest.fixture
async def small(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Edge]:
    """For what never reaches the database's own peculiarities."""
    database = open_database(sqlite_url)
    yield await open_shop(database, tmp_path)
    await database.close()


async def test_a_customer_without_anything(shop: Edge) -> None:
    customer = await made(shop, "/v1/customers")
    assert customer.pop("id").startswith("cus_")
    assert customer == {
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": T0 // SECOND,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": None,
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


async def test_a_customer_with_everything(shop: Edge) -> None:
    customer = await made(shop, "/v1/customers", ALL)
    assert customer["address"] == {
        "city": "Berlin", "country": "DE", "line1": "Straße 1", "line2": None, "postal_code": "10115", "state": None,
    }  # fmt: skip
    assert customer["metadata"] == {"order": "42"}
    assert customer["preferred_locales"] == ["de", "en"]
    assert customer["shipping"]["address"]["line1"] == "Platz 2"
    assert customer["shipping"]["name"] == "J. Rosen"
    assert customer["tax_exempt"] == "exempt"
    for name in ("description", "email", "name", "phone"):
        assert customer[name] == ALL[name]
    assert await seen(shop, f"/v1/customers/{customer['id']}") == customer
    [event] = await events(shop, customer["id"])
    assert event["type"] == "customer.created"
    assert event["data"] == {"object": customer}


async def test_json_means_the_same(shop: Edge) -> None:
    by_form = await made(shop, "/v1/customers", ALL)
    body: list[tuple[str, Any]] = [
        ("address", {"city": "Berlin", "country": "DE", "line1": "Straße 1", "postal_code": "10115"}),
        ("shipping", {"address": {"line1": "Platz 2"}, "name": "J. Rosen"}),
        ("metadata", {"order": "42"}),
        *((name, ALL[name]) for name in ALL if "[" not in name),
    ]
    got = await shop.post("/v1/customers", msgspec.json.encode(dict(body)), content_type="application/json")
    assert good(got) | {"id": by_form["id"]} == by_form


REFUSED = (
    ({"email": "jenny"}, "email_invalid", "email"),
    ({"email": "Jenny <jenny@example.com>"}, "email_invalid", "email"),
    ({"email": "j" * 513}, "parameter_too_long", "email"),
    ({"name": "n" * 257}, "parameter_too_long", "name"),
    ({"phone": "1" * 21}, "parameter_too_long", "phone"),
    ({"description": "d" * 5001}, "parameter_too_long", "description"),
    ({"description": "card 4242 4242 4242 4242"}, "card_number_in_text", "description"),
    ({"metadata[card]": "4242424242424242"}, "card_number_in_text", "metadata[card]"),
    ({"address[country]": "Germany"}, "parameter_invalid_string", "address[country]"),
    ({"shipping[name]": "x", "shipping[address][country]": "D1"}, "parameter_invalid_string",
     "shipping[address][country]"),
    ({"shipping[name]": "x"}, "parameter_missing", "shipping[address]"),
    ({"shipping[address][line1]": "x"}, "parameter_missing", "shipping[name]"),
    ({"address": "Straße 1"}, "parameter_invalid_object", "address"),
    ({"address[street]": "Straße 1"}, "parameter_unknown", "address[street]"),
    ({"adress[line1]": "Straße 1"}, "parameter_unknown", "adress"),
    ({"tax_exempt": "maybe"}, "parameter_invalid_enum", "tax_exempt"),
    ({"preferred_locales": ["x" * 36]}, "parameter_too_long", "preferred_locales[0]"),
    ({"balance": 100}, "parameter_unknown", "balance"),
    ({"invoice_settings[default_payment_method]": "pm_none"}, "resource_missing",
     "invoice_settings[default_payment_method]"),
    ({"invoice_settings[default_payment_method]": "pm_card_visa"}, "payment_method_customer_mismatch",
     "invoice_settings[default_payment_method]"),
    ({"payment_method": "pm_none"}, "resource_missing", "payment_method"),
    ({"payment_method": "pm_card_visa_chargeDeclined"}, "card_declined", None),
)  # fmt: skip


@pytest.mark.parametrize(("body", "code", "param"), REFUSED)
async def test_what_is_refused_leaves_nothing(
    small: Edge, body: dict[str, object], code: str, param: str | None
) -> None:
    got = await small.post("/v1/customers", body)
    assert (got.code, got.error.get("param")) == (code, param), got.body
    assert (await seen(small, "/v1/customers"))["data"] == []
    assert (await seen(small, "/v1/payment_methods"))["data"] == []
    assert await small.db.read(lambda reader: reader.all("SELECT id FROM events")) == []


async def test_the_nearest_name_is_named(small: Edge) -> None:
    got = await small.post("/v1/customers", {"adress[line1]": "x"})
    assert "Did you mean `address`?" in got.error["message"]


@pytest.mark.parametrize(
    ("change", "field", "value", "previous"),
    [
        ({"email": "rosen@example.com"}, "email", "rosen@example.com", {"email": "jenny@example.com"}),
        ({"email": ""}, "email", None, {"email": "jenny@example.com"}),
        ({"name": "J"}, "name", "J", {"name": "Jenny Rosen"}),
        ({"metadata[order]": "43"}, "metadata", {"order": "43"}, {"metadata": {"order": "42"}}),
        ({"metadata[more]": "1"}, "metadata", {"order": "42", "more": "1"}, {"metadata": {"more": None}}),
        ({"metadata[order]": ""}, "metadata", {}, {"metadata": {"order": "42"}}),
        ({"metadata": ""}, "metadata", {}, {"metadata": {"order": "42"}}),
        ({"preferred_locales": ["fr"]}, "preferred_locales", ["fr"], {"preferred_locales": ["de", "en"]}),
        ({"tax_exempt": ""}, "tax_exempt", "none", {"tax_exempt": "exempt"}),
        ({"address[city]": "Bonn"}, "address",
         {"city": "Bonn", "country": None, "line1": None, "line2": None, "postal_code": None, "state": None},
         {"address": {"city": "Berlin", "country": "DE", "line1": "Straße 1", "postal_code": "10115"}}),
        ({"phone": ""}, "phone", None, {"phone": "+49 30 123456"}),
    ],
)  # fmt: skip
async def test_an_update_says_what_it_changed(
    small: Edge, change: dict[str, object], field: str, value: object, previous: dict[str, object]
) -> None:
    before = await made(small, "/v1/customers", ALL)
    after = await made(small, f"/v1/customers/{before['id']}", change)
    assert after == before | {field: value}
    assert await seen(small, f"/v1/customers/{before['id']}") == after
    _, event = await events(small, before["id"])
    assert event["type"] == "customer.updated"
    assert event["data"] == {"object": after, "previous_attributes": previous}


@pytest.mark.parametrize("change", [{}, {"name": "Jenny Rosen"}, {"metadata[order]": "42"}, {"metadata[none]": ""}])
async def test_an_update_that_changes_nothing_says_nothing(small: Edge, change: dict[str, object]) -> None:
    customer = await made(small, "/v1/customers", ALL)
    assert await made(small, f"/v1/customers/{customer['id']}", change) == customer
    assert len(await events(small, customer["id"])) == 1


async def test_shipping_and_address_can_be_taken_away(shop: Edge) -> None:
    customer = await made(shop, "/v1/customers", ALL)
    after = await made(shop, f"/v1/customers/{customer['id']}", {"address": "", "shipping": ""})
    assert (after["address"], after["shipping"]) == (None, None)


async def test_an_update_is_checked_as_well(shop: Edge) -> None:
    customer = await made(shop, "/v1/customers", ALL)
    got = await shop.post(f"/v1/customers/{customer['id']}", {"email": "nobody", "name": "X"})
    assert got.code == "email_invalid"
    assert await seen(shop, f"/v1/customers/{customer['id']}") == customer


# -- deletion ---------------------------------------------------------------------------------------------------------


async def test_a_deletion_leaves_the_id_and_nothing_personal(shop: Edge) -> None:
    customer = await made(shop, "/v1/customers", ALL)
    where = f"/v1/customers/{customer['id']}"
    left = {"id": customer["id"], "object": "customer", "deleted": True}
    assert good(await shop.call("DELETE", where)) == left
    assert await seen(shop, where) == left
    rows = await shop.db.read(lambda reader: reader.all("SELECT email, doc FROM customers"))
    assert [(row["email"], "enny" in row["doc"], "Berlin" in row["doc"]) for row in rows] == [(None, False, False)]
    *_, event = await events(shop, customer["id"])
    assert (event["type"], event["data"]) == ("customer.deleted", {"object": customer})


@pytest.mark.parametrize(
    ("method", "path", "param"),
    [
        ("POST", "", "id"),
        ("DELETE", "", "id"),
        ("GET", "/payment_methods", "customer"),
        ("GET", "/payment_methods/pm_card_visa", "customer"),
    ],
)
async def test_a_deleted_customer_is_no_customer(shop: Edge, method: str, path: str, param: str) -> None:
    customer = await made(shop, "/v1/customers", ALL)
    where = f"/v1/customers/{customer['id']}"
    good(await shop.call("DELETE", where))
    got = await shop.call(method, where + path)
    assert (got.status, got.code, got.error["param"]) == (404, "resource_missing", param)
    assert got.error["message"] == f"No such customer: '{customer['id']}'"
    assert len(await events(shop, customer["id"])) == 2


async def test_a_deleted_customer_gets_no_payment_method(shop: Edge) -> None:
    customer = await made(shop, "/v1/customers")
    good(await shop.call("DELETE", f"/v1/customers/{customer['id']}"))
    got = await shop.post("/v1/payment_methods/pm_card_visa/attach", {"customer": customer["id"]})
    assert (got.status, got.code, got.error["param"]) == (404, "resource_missing", "customer")


async def test_deleted_customers_are_not_listed(shop: Edge) -> None:
    ids = []
    for _ in range(3):
        shop.wall += SECOND
        ids.append((await made(shop, "/v1/customers", {"email": "a@example.com"}))["id"])
    good(await shop.call("DELETE", f"/v1/customers/{ids[1]}"))
    assert [c["id"] for c in (await seen(shop, "/v1/customers"))["data"]] == [ids[2], ids[0]]
    listed = await seen(shop, "/v1/customers?email=a@example.com")
    assert [c["id"] for c in listed["data"]] == [ids[2], ids[0]]


async def test_who_deletes_what_they_walk_over_goes_on_behind_it(shop: Edge) -> None:
    ids = []
    for _ in range(4):
        shop.wall += SECOND
        ids.append((await made(shop, "/v1/customers"))["id"])
    first = [c["id"] for c in (await seen(shop, "/v1/customers?limit=2"))["data"]]
    assert first == [ids[3], ids[2]]
    for one in first:
        good(await shop.call("DELETE", f"/v1/customers/{one}"))
    behind = await seen(shop, f"/v1/customers?limit=2&starting_after={ids[2]}")
    assert [c["id"] for c in behind["data"]] == [ids[1], ids[0]]
    before = await seen(shop, f"/v1/customers?limit=2&ending_before={ids[2]}")
    assert before["data"] == []


# -- lists and neighbours ---------------------------------------------------------------------------------------------


async def test_a_list_by_email_and_time(shop: Edge) -> None:
    ids = []
    for number in range(4):
        shop.wall = T0 + number * SECOND
        ids.append((await made(shop, "/v1/customers", {"email": f"{'ab'[number % 2]}@example.com"}))["id"])
    listed = await seen(shop, "/v1/customers?email=a@example.com")
    assert listed["url"] == "/v1/customers"
    assert [c["id"] for c in listed["data"]] == [ids[2], ids[0]]
    assert (await seen(shop, "/v1/customers?email=A@example.com"))["data"] == []
    start = T0 // SECOND
    for query, numbers in (
        (f"created[gte]={start + 2}", (3, 2)),
        (f"created[lt]={start + 1}", (0,)),
        (f"created={start + 1}", (1,)),
    ):
        assert [c["id"] for c in (await seen(shop, f"/v1/customers?{query}"))["data"]] == [ids[n] for n in numbers]
    page = await seen(shop, f"/v1/customers?limit=2&starting_after={ids[3]}")
    assert ([c["id"] for c in page["data"]], page["has_more"]) == ([ids[2], ids[1]], True)
    got = await shop.get("/v1/customers?starting_after=cus_none")
    assert (got.status, got.error["param"]) == (404, "starting_after")


IN_TEST_MODE = "; a similar object exists in test mode, but a live mode key was used to make this request."


async def test_another_account_and_the_other_mode_see_nothing(shop: Edge) -> None:
    mine = shop.account
    customer = await made(shop, "/v1/customers", ALL)
    other = await shop.open_account("Coffee Shop")
    for key in (other.secret_test, other.secret_live, mine.secret_live):
        for method, path in (("GET", ""), ("POST", ""), ("DELETE", ""), ("GET", "/payment_methods")):
            got = await shop.call(method, f"/v1/customers/{customer['id']}{path}", key=key)
            own = key == mine.secret_live
            assert (got.status, got.code) == (404, "livemode_mismatch" if own else "resource_missing")
            assert got.error["message"] == f"No such customer: '{customer['id']}'" + (IN_TEST_MODE if own else "")
        assert (await seen(shop, "/v1/customers", key=key))["data"] == []
    assert await seen(shop, f"/v1/customers/{customer['id']}", key=mine.secret_test) == customer


async def test_a_publishable_key_sees_no_customer(shop: Edge) -> None:
    customer = await made(shop, "/v1/customers")
    for method, path in (("GET", f"/{customer['id']}"), ("GET", ""), ("POST", ""), ("DELETE", f"/{customer['id']}")):
        got = await shop.call(method, f"/v1/customers{path}", key=shop.account.publishable_test)
        assert got.code == "secret_key_required"


async def test_the_same_create_twice_is_one_customer(shop: Edge) -> None:
    first = await shop.post("/v1/customers", ALL, idempotency_key="once")
    second = await shop.post("/v1/customers", ALL, idempotency_key="once")
    assert first.body == second.body
    assert len((await seen(shop, "/v1/customers"))["data"]) == 1
