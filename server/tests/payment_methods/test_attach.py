"""A payment method's life with a customer: attached, updated, made the default, listed, detached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from finsecure_server.core.declines import DECLINES
from finsecure_server.core.test_cards import CARDS, by_name
from finsecure_server.customers import ops as customer_rules
from finsecure_server.storage.database import Database
from tests.edge import SECOND, T0, Edge
from tests.payment_methods.shop import (
    attach,
    customer_of,
    events,
    good,
    listed,
    made,
    new_card,
    open_shop,
    seen,
)

BANK = {
    "type": "us_bank_account",
    "billing_details[name]": "Jenny Rosen",
    "us_bank_account[account_holder_type]": "individual",
    "us_bank_account[account_number]": "000123456789",
    "us_bank_account[routing_number]": "110000000",
}
DECLINED_ON_ATTACH = [card for card in CARDS if card.declines_on_attach]


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> Edge:
    return await open_shop(database, tmp_path)


# -- attach -----------------------------------------------------------------------------------------------------------


async def test_an_attached_card_is_checked_and_said(shop: Edge) -> None:
    customer = await customer_of(shop)
    method = await new_card(shop)
    attached = await attach(shop, method["id"], customer)
    method["card"]["checks"]["cvc_check"] = "pass"
    assert attached == method | {"customer": customer}
    assert await seen(shop, f"/v1/payment_methods/{method['id']}") == attached
    assert await seen(shop, f"/v1/customers/{customer}/payment_methods/{method['id']}") == attached
    [event] = await events(shop, method["id"])
    assert (event["type"], event["data"]) == ("payment_method.attached", {"object": attached})


async def test_a_shared_one_is_copied(shop: Edge) -> None:
    customer, other = await customer_of(shop), await customer_of(shop)
    copies = [await attach(shop, "pm_card_visa", who) for who in (customer, customer, other)]
    assert len({copy["id"] for copy in copies}) == 3
    shared = await seen(shop, "/v1/payment_methods/pm_card_visa")
    assert shared["customer"] is None
    for copy, who in zip(copies, (customer, customer, other), strict=True):
        assert copy["id"].startswith("pm_01")
        assert (copy["customer"], copy["created"] > T0 // SECOND) == (who, True)
        assert copy["card"] == shared["card"] | {"fingerprint": copies[0]["card"]["fingerprint"]}
        assert [event["type"] for event in await events(shop, copy["id"])] == ["payment_method.attached"]
    assert await listed(shop, customer) == [copies[1]["id"], copies[0]["id"]]
    assert copies[0]["card"]["fingerprint"] == (await new_card(shop))["card"]["fingerprint"]


async def test_a_copy_keeps_what_makes_it_the_card_it_is(shop: Edge) -> None:
    customer = await customer_of(shop)
    copy = await attach(shop, "pm_card_us", customer)
    found = await shop.db.read(lambda reader: reader.all("SELECT test_card, vault_id FROM payment_methods"))
    assert [(row["test_card"], row["vault_id"]) for row in found] == [("pm_card_visa", None)]
    assert copy["card"]["last4"] == "4242"


@pytest.mark.parametrize("name", ["pm_card_cvcCheckFail", "pm_card_avsFail", "pm_card_avsZipFail"])
async def test_a_failed_check_shows(shop: Edge, name: str) -> None:
    card = by_name(name)
    assert card is not None
    customer = await customer_of(shop)
    by_id = await attach(shop, name, customer)
    address = {"billing_details[address][line1]": "x", "billing_details[address][postal_code]": "1"}
    by_number = await new_card(shop, **{"card[number]": card.number, **address})
    by_number = await attach(shop, by_number["id"], customer)
    for checks in (by_id["card"]["checks"], by_number["card"]["checks"]):
        assert checks["cvc_check"] == card.cvc_check
        assert checks["address_postal_code_check"] in (card.postal_code_check, None)
        assert checks["address_line1_check"] in (card.line1_check, None)
    assert "fail" in by_id["card"]["checks"].values()
    assert "fail" in by_number["card"]["checks"].values()


async def test_attaching_twice_is_attaching_once(shop: Edge) -> None:
    customer = await customer_of(shop)
    method = await new_card(shop)
    first = await attach(shop, method["id"], customer)
    assert await attach(shop, method["id"], customer) == first
    assert len(await events(shop, method["id"])) == 1


async def test_who_may_not_be_given_what(shop: Edge) -> None:
    customer, other = await customer_of(shop), await customer_of(shop)
    method = await new_card(shop)
    await attach(shop, method["id"], customer)
    path = f"/v1/payment_methods/{method['id']}/attach"
    for where, who, code, param in (
        (path, other, "payment_method_already_attached", "payment_method"),
        (path, "cus_none", "resource_missing", "customer"),
        ("/v1/payment_methods/pm_none/attach", customer, "resource_missing", "payment_method"),
    ):
        got = await shop.post(where, {"customer": who})
        assert (got.code, got.error["param"]) == (code, param)
    got = await shop.post(path)
    assert (got.code, got.error["param"]) == ("parameter_missing", "customer")
    assert (await seen(shop, f"/v1/payment_methods/{method['id']}"))["customer"] == customer


@pytest.mark.parametrize("card", DECLINED_ON_ATTACH, ids=lambda card: card.name)
async def test_a_card_that_declines_is_not_attached(shop: Edge, card: Any) -> None:
    row = DECLINES[card.decline_code]
    customer = await customer_of(shop)
    method = await new_card(shop, **{"card[number]": card.number})
    for method_id in (card.name, method["id"]):
        got = await shop.post(f"/v1/payment_methods/{method_id}/attach", {"customer": customer})
        assert (got.status, got.code, got.error["type"]) == (402, row.api_code, "card_error")
        assert got.error.get("decline_code") == row.wire_code
        assert got.error.get("advice_code") == row.advice_code
        assert (got.error["message"], got.error["next_steps"]) == (row.message, list(row.next_steps))
    got = await shop.post("/v1/customers", {"payment_method": card.name})
    assert got.code == row.api_code
    assert await listed(shop, customer) == []
    assert await events(shop, method["id"]) == []
    assert await seen(shop, f"/v1/payment_methods/{method['id']}") == method


async def test_a_card_that_only_charges_decline_attaches(shop: Edge) -> None:
    customer = await customer_of(shop)
    assert (await attach(shop, "pm_card_chargeCustomerFail", customer))["customer"] == customer


async def test_a_bank_account_attaches(shop: Edge) -> None:
    method = await made(shop, "/v1/payment_methods", {
        "type": "us_bank_account",
        "billing_details[name]": "J",
        "us_bank_account[account_holder_type]": "company",
        "us_bank_account[account_number]": "000123456789",
        "us_bank_account[routing_number]": "110000000",
    })  # fmt: skip
    customer = await customer_of(shop)
    attached = await attach(shop, method["id"], customer)
    assert attached == method | {"customer": customer}
    await attach(shop, "pm_card_visa", customer)
    assert await listed(shop, customer, "type=us_bank_account") == [method["id"]]
    got = await shop.post(f"/v1/payment_methods/{method['id']}", {"card[exp_month]": 1})
    assert (got.code, got.error["param"]) == ("payment_method_unsupported_type", "card")


# -- detach -----------------------------------------------------------------------------------------------------------


async def test_a_detached_one_is_used_up(shop: Edge) -> None:
    customer = await customer_of(shop)
    method = await attach(shop, (await new_card(shop))["id"], customer)
    where = f"/v1/payment_methods/{method['id']}"
    detached = await made(shop, f"{where}/detach")
    assert detached == method | {"customer": None}
    assert await seen(shop, where) == detached
    assert await listed(shop, customer) == []
    *_, event = await events(shop, method["id"])
    assert event["type"] == "payment_method.detached"
    assert event["data"] == {"object": detached, "previous_attributes": {"customer": customer}}
    for path, body in (("/attach", {"customer": customer}), ("/detach", {}), ("", {"metadata[a]": "1"})):
        got = await shop.post(where + path, body)
        assert (got.status, got.code, got.error["param"]) == (400, "payment_method_unexpected_state", "payment_method")
    got = await shop.post("/v1/customers", {"payment_method": method["id"]})
    assert got.code == "payment_method_unexpected_state"
    got = await shop.get(f"/v1/customers/{customer}/payment_methods/{method['id']}")
    assert (got.code, got.error["param"]) == ("resource_missing", "payment_method")
    assert len(await events(shop, method["id"])) == 2


async def test_what_is_not_attached_cannot_be_detached(shop: Edge) -> None:
    method = await new_card(shop)
    for method_id in (method["id"], "pm_card_visa"):
        got = await shop.post(f"/v1/payment_methods/{method_id}/detach")
        assert got.code == "payment_method_unexpected_state"
    got = await shop.post("/v1/payment_methods/pm_none/detach")
    assert got.code == "resource_missing"


async def test_the_deletion_of_a_customer_detaches_all(shop: Edge) -> None:
    customer = await customer_of(shop, payment_method="pm_card_visa")
    await attach(shop, "pm_card_mastercard", customer)
    methods = await listed(shop, customer)
    assert len(methods) == 2
    good(await shop.call("DELETE", f"/v1/customers/{customer}"))
    for method_id in methods:
        assert (await seen(shop, f"/v1/payment_methods/{method_id}"))["customer"] is None
        said = [event["type"] for event in await events(shop, method_id)]
        assert said == ["payment_method.attached", "payment_method.detached"]
        got = await shop.post(f"/v1/payment_methods/{method_id}/attach", {"customer": await customer_of(shop)})
        assert got.code == "payment_method_unexpected_state"


NUMBERS = "SELECT fingerprint FROM vault"
BEHIND = "SELECT vault_id FROM payment_methods WHERE id = :id"


@pytest.mark.parametrize("how", ["detach", "delete"])
async def test_the_number_of_what_is_detached_is_purged(shop: Edge, how: str) -> None:
    """What stays is what tells one card from another and cannot pay: brand, last four digits, fingerprint."""
    customer = await customer_of(shop)
    method = await attach(shop, (await new_card(shop))["id"], customer)
    account = (await made(shop, "/v1/payment_methods", BANK))["id"]
    await attach(shop, account, customer)
    stays = await new_card(shop)
    if how == "delete":
        good(await shop.call("DELETE", f"/v1/customers/{customer}"))
    else:
        for method_id in (method["id"], account):
            await made(shop, f"/v1/payment_methods/{method_id}/detach")
    left = await shop.db.read(lambda reader: reader.all(NUMBERS))
    assert [row["fingerprint"] for row in left] == [stays["card"]["fingerprint"]]
    for method_id in (method["id"], account):
        row = await shop.db.read(lambda reader, at=method_id: reader.one(BEHIND, id=at))  # type: ignore[misc]
        assert row is not None
        assert row["vault_id"] is None
    shown = await seen(shop, f"/v1/payment_methods/{method['id']}")
    assert shown["card"] == method["card"]
    assert shown["card"]["last4"] == "4242"


async def test_a_deletion_that_is_undone_purges_nothing(shop: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Number and customer go in one commit, or neither does."""
    customer = await customer_of(shop)
    method = await attach(shop, (await new_card(shop))["id"], customer)

    def broken(*args: object) -> object:
        raise RuntimeError("broken")

    monkeypatch.setattr(customer_rules, "delete", broken)
    assert (await shop.call("DELETE", f"/v1/customers/{customer}")).status == 500
    assert len(await shop.db.read(lambda reader: reader.all(NUMBERS))) == 1
    assert await listed(shop, customer) == [method["id"]]


# -- update -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "previous"),
    [
        ({"metadata[order]": "42"}, {"metadata": {"order": None}}),
        ({"billing_details[name]": "J"}, {"billing_details": {"name": None}}),
        ({"billing_details[email]": ""}, {"billing_details": {"email": "jenny@example.com"}}),
        (
            {"billing_details[address][postal_code]": "94103"},
            {
                "billing_details": {"address": {"postal_code": None}},
                "card": {"checks": {"address_postal_code_check": None}},
            },
        ),
        (
            {"billing_details[address][line1]": "x"},
            {"billing_details": {"address": {"line1": None}}, "card": {"checks": {"address_line1_check": None}}},
        ),
        ({"card[exp_year]": "2040"}, {"card": {"exp_year": 2034}}),
        ({"card[exp_month]": "1"}, {"card": {"exp_month": 12}}),
        ({"card[exp_month]": "1", "card[exp_year]": "40"}, {"card": {"exp_month": 12, "exp_year": 2034}}),
        ({"allow_redisplay": "always"}, {"allow_redisplay": "unspecified"}),
        ({"metadata": ""}, None),
        ({"card[exp_month]": "12"}, None),
        ({"billing_details[address]": ""}, None),
        ({}, None),
    ],
)
async def test_an_update_says_what_it_changed(
    shop: Edge, change: dict[str, object], previous: dict[str, object] | None
) -> None:
    card = await new_card(shop, **{"billing_details[email]": "jenny@example.com"})
    before = await attach(shop, card["id"], await customer_of(shop))
    after = await made(shop, f"/v1/payment_methods/{before['id']}", change)
    assert await seen(shop, f"/v1/payment_methods/{before['id']}") == after
    said = (await events(shop, before["id"]))[1:]
    if previous is None:
        assert (after, said) == (before, [])
    else:
        assert [event["type"] for event in said] == ["payment_method.updated"]
        assert said[0]["data"] == {"object": after, "previous_attributes": previous}


async def test_another_address_has_not_been_checked(shop: Edge) -> None:
    card = await new_card(shop, **{"billing_details[address][postal_code]": "94103"})
    method = await attach(shop, card["id"], await customer_of(shop))
    assert method["card"]["checks"]["address_postal_code_check"] == "pass"
    where = f"/v1/payment_methods/{method['id']}"
    moved = await made(shop, where, {"billing_details[address][postal_code]": "10115"})
    assert moved["card"]["checks"]["address_postal_code_check"] == "unchecked"
    gone = await made(shop, where, {"billing_details[address]": ""})
    assert gone["card"]["checks"]["address_postal_code_check"] is None
    assert gone["card"]["checks"]["cvc_check"] == "pass"


@pytest.mark.parametrize(
    ("change", "status", "code", "param"),
    [
        ({"card[exp_month]": "13"}, 402, "invalid_expiry_month", "card[exp_month]"),
        ({"card[exp_year]": "2020"}, 402, "invalid_expiry_year", "card[exp_year]"),
        ({"card[number]": "4242424242424242"}, 400, "parameter_unknown", "card[number]"),
        ({"billing_details[email]": "nobody"}, 400, "email_invalid", "billing_details[email]"),
        (
            {"billing_details[address][country]": "USA"},
            400,
            "parameter_invalid_string",
            "billing_details[address][country]",
        ),
        ({"customer": "cus_1"}, 400, "parameter_unknown", "customer"),
        ({"type": "card"}, 400, "parameter_unknown", "type"),
    ],
)
async def test_an_update_that_is_refused(
    shop: Edge, change: dict[str, object], status: int, code: str, param: str
) -> None:
    method = await attach(shop, "pm_card_visa", await customer_of(shop))
    got = await shop.post(f"/v1/payment_methods/{method['id']}", {"metadata[a]": "1", **change})
    assert (got.status, got.code, got.error["param"]) == (status, code, param)
    assert await seen(shop, f"/v1/payment_methods/{method['id']}") == method


async def test_only_what_is_attached_can_be_updated(shop: Edge) -> None:
    for method_id in ((await new_card(shop))["id"], "pm_card_visa"):
        got = await shop.post(f"/v1/payment_methods/{method_id}", {"metadata[a]": "1"})
        assert (got.code, got.error["param"]) == ("payment_method_unexpected_state", "payment_method")


# -- the default ------------------------------------------------------------------------------------------------------

DEFAULT = "invoice_settings[default_payment_method]"


async def default_of(shop: Edge, customer: str) -> str | None:
    found: str | None = (await seen(shop, f"/v1/customers/{customer}"))["invoice_settings"]["default_payment_method"]
    return found


async def test_a_customer_begins_with_a_default(shop: Edge) -> None:
    """As Stripe's quickstarts do, with an id that becomes another."""
    stored = (await new_card(shop))["id"]
    for method_id in ("pm_card_visa", stored):
        customer = await made(shop, "/v1/customers", {"payment_method": method_id, DEFAULT: method_id})
        [attached] = await listed(shop, customer["id"])
        assert customer["invoice_settings"]["default_payment_method"] == attached
        assert (attached == stored) is (method_id == stored)
        [event] = await events(shop, customer["id"])
        assert event["data"] == {"object": customer}
        assert [e["type"] for e in await events(shop, attached)] == ["payment_method.attached"]


async def test_the_default_is_one_of_the_customers_own(shop: Edge) -> None:
    customer, other = await customer_of(shop), await customer_of(shop)
    mine = (await attach(shop, "pm_card_visa", customer))["id"]
    theirs = (await attach(shop, "pm_card_visa", other))["id"]
    nobodys = (await new_card(shop))["id"]
    where = f"/v1/customers/{customer}"
    for method_id in (theirs, nobodys, "pm_card_visa"):
        got = await shop.post(where, {DEFAULT: method_id, "name": "X"})
        assert (got.status, got.code, got.error["param"]) == (400, "payment_method_customer_mismatch", DEFAULT)
    got = await shop.post(where, {DEFAULT: "pm_none"})
    assert (got.status, got.code, got.error["param"]) == (404, "resource_missing", DEFAULT)
    got = await shop.post("/v1/customers", {DEFAULT: mine, "payment_method": nobodys})
    assert got.code == "payment_method_customer_mismatch"
    assert (await seen(shop, where))["name"] is None
    await made(shop, where, {DEFAULT: mine})
    assert await default_of(shop, customer) == mine
    *_, event = await events(shop, customer)
    assert event["data"]["previous_attributes"] == {"invoice_settings": {"default_payment_method": None}}
    expanded = await seen(shop, f"{where}?expand[]=invoice_settings.default_payment_method")
    assert expanded["invoice_settings"]["default_payment_method"]["id"] == mine
    await made(shop, where, {DEFAULT: ""})
    assert await default_of(shop, customer) is None


async def test_a_default_that_is_detached_is_no_default(shop: Edge) -> None:
    customer = await customer_of(shop, payment_method="pm_card_visa", **{DEFAULT: "pm_card_visa"})
    default = await default_of(shop, customer)
    other = (await attach(shop, "pm_card_mastercard", customer))["id"]
    await made(shop, f"/v1/payment_methods/{other}/detach")
    assert await default_of(shop, customer) == default
    await made(shop, f"/v1/payment_methods/{default}/detach")
    assert await default_of(shop, customer) is None
    said = await events(shop, customer)
    assert [event["type"] for event in said] == ["customer.created", "customer.updated"]
    assert said[1]["data"]["previous_attributes"] == {"invoice_settings": {"default_payment_method": default}}


# -- lists and neighbours ---------------------------------------------------------------------------------------------


async def test_lists(shop: Edge) -> None:
    customer, other = await customer_of(shop), await customer_of(shop)
    loose = (await new_card(shop))["id"]
    mine = [(await attach(shop, "pm_card_visa", customer))["id"] for _ in range(3)]
    theirs = (await attach(shop, "pm_card_visa", other))["id"]
    for query, ids in (
        ("", [theirs, *mine[::-1], loose]),
        ("type=card", [theirs, *mine[::-1], loose]),
        ("type=us_bank_account", []),
        (f"customer={customer}", mine[::-1]),
        (f"customer={customer}&type=card", mine[::-1]),
        (f"customer={customer}&type=us_bank_account", []),
        (f"customer={customer}&limit=1&starting_after={mine[2]}", [mine[1]]),
        (f"customer={other}", [theirs]),
    ):
        assert [m["id"] for m in (await seen(shop, f"/v1/payment_methods?{query}"))["data"]] == ids, query
    page = await seen(shop, f"/v1/customers/{customer}/payment_methods?limit=2")
    assert (page["url"], page["has_more"]) == (f"/v1/customers/{customer}/payment_methods", True)
    assert [m["id"] for m in page["data"]] == mine[:0:-1]
    for query, code, param in (
        ("customer=cus_none", "resource_missing", "customer"),
        ("type=x", "parameter_invalid_enum", "type"),
    ):
        got = await shop.get(f"/v1/payment_methods?{query}")
        assert (got.code, got.error["param"]) == (code, param)


IN_TEST_MODE = "; a similar object exists in test mode, but a live mode key was used to make this request."


async def test_another_account_and_the_other_mode_see_nothing(shop: Edge) -> None:
    mine = shop.account
    customer = await customer_of(shop)
    method = await attach(shop, "pm_card_visa", customer)
    where = f"/v1/payment_methods/{method['id']}"
    other = await shop.open_account("Coffee Shop")
    theirs = (await made(shop, "/v1/customers", key=other.secret_test))["id"]
    for key in (other.secret_test, other.secret_live, mine.secret_live):
        for http, path in (("GET", ""), ("POST", ""), ("POST", "/detach")):
            got = await shop.call(http, where + path, key=key)
            own = key == mine.secret_live
            assert (got.status, got.code) == (404, "livemode_mismatch" if own else "resource_missing")
            assert got.error["message"] == f"No such PaymentMethod: '{method['id']}'" + (IN_TEST_MODE if own else "")
    got = await shop.post(f"{where}/attach", {"customer": theirs}, key=other.secret_test)
    assert (got.code, got.error["param"]) == ("resource_missing", "payment_method")
    got = await shop.post("/v1/payment_methods/pm_card_visa/attach", {"customer": customer}, key=other.secret_test)
    assert (got.code, got.error["param"]) == ("resource_missing", "customer")
    assert await seen(shop, where, key=mine.secret_test) == method


async def test_a_customer_expands(shop: Edge) -> None:
    customer = await customer_of(shop, name="Jenny")
    method = await attach(shop, "pm_card_visa", customer)
    shown = await seen(shop, f"/v1/payment_methods/{method['id']}?expand[]=customer")
    assert shown["customer"]["name"] == "Jenny"
