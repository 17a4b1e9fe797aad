"""What a payer enters: every way in which it can be wrong has its code and its parameter, and nothing is kept of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from finsecure_server.core.cards import brand_of, luhn
from finsecure_server.core.test_cards import CARDS
from finsecure_server.payment_methods.method import SHARED
from finsecure_server.storage.engines import open_database
from tests.edge import SECOND, T0, Edge
from tests.payment_methods.shop import LIVE, VISA, events, made, open_shop, seen

#: Numbers with a right check digit that no test card has, one of each brand.
REAL = {
    "visa": "4929000000006007",
    "mastercard": "5424000000000015",
    "amex": "343434343434343",
    "discover": "6011000000000012",
    "diners": "38520000023237",
    "jcb": "3530111333300018",
    "unionpay": "6240008631401148",
}
BANK = {
    "type": "us_bank_account",
    "billing_details[name]": "Jenny Rosen",
    "us_bank_account[account_holder_type]": "individual",
    "us_bank_account[account_number]": "000123456789",
    "us_bank_account[routing_number]": "110000000",
}


@pytest.fixture
async def shop(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Edge]:
    database = open_database(sqlite_url)
    yield await open_shop(database, tmp_path)
    await database.close()


@pytest.fixture
async def live_shop(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Edge]:
    """Live mode has a processor here."""
    database = open_database(sqlite_url)
    yield await open_shop(database, tmp_path, live=LIVE)
    await database.close()


def test_the_real_numbers_are_what_they_seem() -> None:
    for brand, number in REAL.items():
        found = brand_of(number)
        assert luhn(number), number
        assert found is not None
        assert found.value == brand
        assert number not in {card.number for card in CARDS}


async def test_a_card(shop: Edge) -> None:
    method = await made(shop, "/v1/payment_methods", {**VISA, "card[cvc]": "123"})
    assert method.pop("id").startswith("pm_")
    fingerprint = method["card"].pop("fingerprint")
    assert len(fingerprint) == 24
    assert method == {
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": {
                "city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None,
            },
            "email": None,
            "name": None,
            "phone": None,
        },
        "card": {
            "brand": "visa",
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "unchecked"},
            "country": "US",
            "display_brand": "visa",
            "exp_month": 12,
            "exp_year": 2034,
            "funding": "credit",
            "generated_from": None,
            "last4": "4242",
            "networks": {"available": ["visa"], "preferred": None},
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": T0 // SECOND,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
        "us_bank_account": None,
    }  # fmt: skip


async def test_a_card_with_everything_that_goes_with_it(shop: Edge) -> None:
    details = {
        "allow_redisplay": "always",
        "billing_details[address][country]": "US",
        "billing_details[address][line1]": "510 Townsend St",
        "billing_details[address][postal_code]": "94103",
        "billing_details[email]": "jenny@example.com",
        "billing_details[name]": "Jenny Rosen",
        "billing_details[phone]": "+15551234567",
        "metadata[order]": "42",
    }
    method = await made(shop, "/v1/payment_methods", {**VISA, **details})
    assert method["billing_details"]["address"]["postal_code"] == "94103"
    assert method["billing_details"]["email"] == "jenny@example.com"
    assert method["card"]["checks"] == {
        "address_line1_check": "unchecked", "address_postal_code_check": "unchecked", "cvc_check": None,
    }  # fmt: skip
    assert (method["allow_redisplay"], method["metadata"]) == ("always", {"order": "42"})
    assert await seen(shop, f"/v1/payment_methods/{method['id']}") == method
    assert await events(shop, method["id"]) == []


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
async def test_every_test_card_by_number_is_the_card_of_its_id(shop: Edge, card: Any) -> None:
    method = await made(shop, "/v1/payment_methods", {**VISA, "card[number]": card.number})
    shared = SHARED[card.name].wire.card
    assert shared is not None
    for name in ("brand", "display_brand", "country", "funding", "last4", "networks", "three_d_secure_usage"):
        assert method["card"][name] == msgspec.to_builtins(getattr(shared, name))
    [row] = await shop.db.read(lambda reader: reader.all("SELECT test_card, vault_id FROM payment_methods"))
    assert row["test_card"] == card.name
    assert row["vault_id"].startswith("vlt_")


async def test_a_token_stands_for_a_card(shop: Edge) -> None:
    method = await made(shop, "/v1/payment_methods", {"type": "card", "card[token]": "tok_mastercard"})
    assert (method["card"]["brand"], method["card"]["last4"]) == ("mastercard", "4444")
    assert method["card"]["checks"]["cvc_check"] == "unchecked"
    rows = await shop.db.read(lambda reader: reader.all("SELECT test_card, vault_id FROM payment_methods"))
    assert [(row["test_card"], row["vault_id"]) for row in rows] == [("pm_card_mastercard", None)]


async def test_the_same_number_has_the_same_fingerprint_within_an_account(shop: Edge) -> None:
    by_number = await made(shop, "/v1/payment_methods", VISA)
    again = await made(shop, "/v1/payment_methods", {**VISA, "card[number]": "4242-4242 4242 4242"})
    by_token = await made(shop, "/v1/payment_methods", {"type": "card", "card[token]": "tok_visa"})
    other_number = await made(shop, "/v1/payment_methods", {**VISA, "card[number]": "4000056655665556"})
    await shop.open_account("Coffee Shop")
    other_account = await made(shop, "/v1/payment_methods", VISA)
    prints = [m["card"]["fingerprint"] for m in (by_number, again, by_token, other_number, other_account)]
    assert prints[0] == prints[1] == prints[2]
    assert len(set(prints)) == 3


CARD_REFUSED: tuple[tuple[Mapping[str, object], int, str, str], ...] = (
    # the shape of the call
    ({"type": "card"}, 400, "parameter_missing", "card"),
    ({"type": None}, 400, "parameter_missing", "type"),
    ({"type": "sepa_debit"}, 400, "parameter_invalid_enum", "type"),
    ({"us_bank_account[routing_number]": "1"}, 400, "parameter_missing", "us_bank_account[account_holder_type]"),
    ({**BANK, "type": "card"}, 400, "parameters_exclusive", "us_bank_account"),
    ({"card[number]": None}, 400, "parameter_missing", "card[number]"),
    ({"card[exp_month]": None}, 400, "parameter_missing", "card[exp_month]"),
    ({"card[exp_year]": None}, 400, "parameter_missing", "card[exp_year]"),
    ({"card[cvv]": "123"}, 400, "parameter_unknown", "card[cvv]"),
    ({"card": "4242424242424242"}, 400, "card_number_in_text", "card"),
    ({"card": "tok_visa"}, 400, "parameter_invalid_object", "card"),
    ({"card[number][x]": "4242424242424242"}, 400, "parameter_invalid_string", "card[number]"),
    ({"customer": "cus_1"}, 400, "parameter_unknown", "customer"),
    ({"billing_details[email]": "nobody"}, 400, "email_invalid", "billing_details[email]"),
    ({"billing_details[address][country]": "USA"}, 400, "parameter_invalid_string",
     "billing_details[address][country]"),
    ({"billing_details[name]": "4242424242424242"}, 400, "card_number_in_text", "billing_details[name]"),
    ({"metadata[x]": "4242424242424242"}, 400, "card_number_in_text", "metadata[x]"),
    # tokens
    ({"card[token]": "tok_visa"}, 400, "parameters_exclusive", "card[number]"),
    # the number
    ({"card[number]": ""}, 402, "invalid_number", "card[number]"),
    ({"card[number]": "424242424242"}, 402, "invalid_number", "card[number]"),
    ({"card[number]": "42424242424242424242"}, 402, "invalid_number", "card[number]"),
    ({"card[number]": "4242 4242 4242 424x"}, 402, "invalid_number", "card[number]"),
    ({"card[number]": "４２４２４２４２４２４２４２４２"}, 402, "invalid_number", "card[number]"),
    ({"card[number]": "4242\x004242\x0042424242"}, 402, "invalid_number", "card[number]"),
    ({"card[number]": "4242424242424241"}, 402, "incorrect_number", "card[number]"),
    ({"card[number]": "4" * 65}, 400, "parameter_too_long", "card[number]"),
    ({"card[number]": "9999999999999995"}, 402, "card_declined", "card[number]"),
    *(({"card[number]": number}, 402, "live_card_in_test_mode", "card[number]") for number in REAL.values()),
    # the date
    ({"card[exp_month]": "0"}, 402, "invalid_expiry_month", "card[exp_month]"),
    ({"card[exp_month]": "13"}, 402, "invalid_expiry_month", "card[exp_month]"),
    ({"card[exp_month]": "-1"}, 402, "invalid_expiry_month", "card[exp_month]"),
    ({"card[exp_month]": "May"}, 400, "parameter_invalid_integer", "card[exp_month]"),
    ({"card[exp_month]": ""}, 400, "parameter_invalid_empty", "card[exp_month]"),
    ({"card[exp_month]": "1e1"}, 400, "parameter_invalid_integer", "card[exp_month]"),
    ({"card[exp_year]": "2022"}, 402, "invalid_expiry_year", "card[exp_year]"),
    ({"card[exp_year]": "22"}, 402, "invalid_expiry_year", "card[exp_year]"),
    ({"card[exp_year]": "1970"}, 402, "invalid_expiry_year", "card[exp_year]"),
    ({"card[exp_year]": "203"}, 402, "invalid_expiry_year", "card[exp_year]"),
    ({"card[exp_year]": "2074"}, 402, "invalid_expiry_year", "card[exp_year]"),
    ({"card[exp_year]": str(2**63)}, 400, "parameter_invalid_integer", "card[exp_year]"),
    ({"card[exp_year]": "2023", "card[exp_month]": "10"}, 402, "invalid_expiry_month", "card[exp_month]"),
    # the code
    ({"card[cvc]": ""}, 402, "invalid_cvc", "card[cvc]"),
    ({"card[cvc]": "12"}, 402, "invalid_cvc", "card[cvc]"),
    ({"card[cvc]": "1234"}, 402, "invalid_cvc", "card[cvc]"),
    ({"card[cvc]": "12a"}, 402, "invalid_cvc", "card[cvc]"),
    ({"card[cvc]": "１２３"}, 402, "invalid_cvc", "card[cvc]"),
    ({"card[cvc]": "1" * 17}, 400, "parameter_too_long", "card[cvc]"),
    ({"card[number]": "378282246310005", "card[cvc]": "123"}, 402, "invalid_cvc", "card[cvc]"),
)  # fmt: skip


@pytest.mark.parametrize(("change", "status", "code", "param"), CARD_REFUSED)
async def test_a_card_that_is_refused(
    shop: Edge, change: Mapping[str, object], status: int, code: str, param: str
) -> None:
    body = {name: value for name, value in {**VISA, **change}.items() if value is not None}
    if any(name in ("card", "card[number][x]") for name in change) or change == {"type": "card"}:
        body = {name: value for name, value in body.items() if not name.startswith("card[") or name in change}
    await refused(shop, body, status, code, param)


async def refused(
    shop: Edge, body: Mapping[str, object], status: int, code: str, param: str, key: str | None = None
) -> None:
    """The call is refused so, shows nothing of what was entered, and leaves no row."""
    got = await shop.post("/v1/payment_methods", body, key=key)
    assert (got.status, got.code, got.error.get("param")) == (status, code, param), got.body
    assert got.error["type"] == ("card_error" if status == 402 else "invalid_request_error")
    for name, value in body.items():
        if "number]" in name and len(str(value)) > 3:
            assert str(value) not in got.body.decode()
    for table in ("payment_methods", "vault", "events"):
        assert await shop.db.read(lambda reader, t=table: reader.all(f"SELECT id FROM {t}")) == []  # type: ignore[misc]  # noqa: S608


@pytest.mark.parametrize("token", ["tok_none", "tok_", "pm_card_visa", "visa", "src_1"])
async def test_an_unknown_token(shop: Edge, token: str) -> None:
    await refused(shop, {"type": "card", "card[token]": token}, 404, "resource_missing", "card[token]")


@pytest.mark.parametrize("name", ["number", "exp_month", "exp_year", "cvc"])
async def test_a_token_comes_alone(shop: Edge, name: str) -> None:
    body = {"type": "card", "card[token]": "tok_visa", f"card[{name}]": "12"}
    await refused(shop, body, 400, "parameters_exclusive", f"card[{name}]")


JSON_REFUSED = (
    ({"number": 4242424242424242}, "parameter_invalid_string", "card[number]"),
    ({"number": ["4242424242424242"]}, "parameter_invalid_string", "card[number]"),
    ({"number": None}, "parameter_invalid_string", "card[number]"),
    ({"cvc": 123}, "parameter_invalid_string", "card[cvc]"),
    ({"exp_month": "12"}, "parameter_invalid_integer", "card[exp_month]"),
    ({"exp_month": 12.5}, "parameter_invalid_integer", "card[exp_month]"),
    ({"exp_month": True}, "parameter_invalid_integer", "card[exp_month]"),
)


@pytest.mark.parametrize(("change", "code", "param"), JSON_REFUSED)
async def test_json_is_taken_as_it_is(shop: Edge, change: dict[str, object], code: str, param: str) -> None:
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, **change}
    body = msgspec.json.encode({"type": "card", "card": card})
    got = await shop.post("/v1/payment_methods", body, content_type="application/json")
    assert (got.code, got.error["param"]) == (code, param), got.body
    assert "4242" not in got.body.decode()


async def test_the_last_day_of_the_month_is_good_everywhere_on_earth(shop: Edge) -> None:
    body = {**VISA, "card[exp_month]": "11", "card[exp_year]": "2023"}
    december = 1_701_388_800  # 2023-12-01 00:00 UTC
    shop.wall = (december + 11 * 3600) * SECOND
    await made(shop, "/v1/payment_methods", body)
    shop.wall = (december + 12 * 3600) * SECOND
    got = await shop.post("/v1/payment_methods", body)
    assert (got.code, got.error["param"]) == ("invalid_expiry_month", "card[exp_month]")


# -- live mode --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("brand", "number"), REAL.items())
async def test_a_real_card_in_live_mode(live_shop: Edge, brand: str, number: str) -> None:
    shop = live_shop
    body = {**VISA, "card[number]": number, "card[cvc]": "1234" if brand == "amex" else "123"}
    method = await made(shop, "/v1/payment_methods", body, key=shop.account.secret_live)
    card = method["card"]
    assert (card["brand"], card["last4"], card["funding"], card["country"]) == (brand, number[-4:], "unknown", None)
    assert card["networks"]["available"] == [brand]
    assert method["livemode"] is True
    rows = await shop.db.read(lambda reader: reader.all("SELECT livemode, test_card FROM payment_methods"))
    assert [(row["livemode"], row["test_card"]) for row in rows] == [(1, None)]


@pytest.mark.parametrize("kept_by", ["secret_live", "publishable_live"])
@pytest.mark.parametrize("body", [{**VISA, "card[number]": REAL["visa"]}, BANK], ids=["card", "bank account"])
async def test_what_nobody_can_charge_is_not_kept(shop: Edge, body: dict[str, object], kept_by: str) -> None:
    got = await shop.post("/v1/payment_methods", body, key=getattr(shop.account, kept_by))
    assert (got.status, got.code) == (400, "processor_not_configured")
    assert "Nothing was stored" in got.error["message"]
    for table in ("payment_methods", "vault", "events"):
        count: Any = await shop.db.read(lambda r, t=table: r.one(f"SELECT COUNT(*) AS n FROM {t}"))  # type: ignore[misc]  # noqa: S608
        assert count["n"] == 0, table


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
async def test_no_test_card_in_live_mode(shop: Edge, card: Any) -> None:
    key = shop.account.secret_live
    await refused(shop, {**VISA, "card[number]": card.number}, 402, "test_card_in_live_mode", "card[number]", key=key)
    token = card.name.replace("pm_card_", "tok_", 1)
    await refused(shop, {"type": "card", "card[token]": token}, 402, "test_card_in_live_mode", "card[token]", key=key)
    got = await shop.get(f"/v1/payment_methods/{card.name}", key=key)
    assert (got.code, got.error["param"]) == ("test_card_in_live_mode", "payment_method")


# -- publishable keys -------------------------------------------------------------------------------------------------


async def test_a_page_may_create_and_learns_no_fingerprint(shop: Edge) -> None:
    for body, part in ((VISA, "card"), (BANK, "us_bank_account")):
        method = await made(shop, "/v1/payment_methods", body, key=shop.account.publishable_test)
        assert method[part]["fingerprint"] is None
        whole = await seen(shop, f"/v1/payment_methods/{method['id']}")
        assert whole[part]["fingerprint"]
        method[part]["fingerprint"] = whole[part]["fingerprint"]
        assert method == whole
        got = await shop.get(f"/v1/payment_methods/{method['id']}", key=shop.account.publishable_test)
        assert got.code == "secret_key_required"


# -- bank accounts ----------------------------------------------------------------------------------------------------


async def test_a_bank_account(shop: Edge) -> None:
    method = await made(shop, "/v1/payment_methods", BANK)
    assert await seen(shop, f"/v1/payment_methods/{method['id']}") == method
    account = method["us_bank_account"]
    assert len(account.pop("fingerprint")) == 24
    assert account == {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": None,
        "financial_connections_account": None,
        "last4": "6789",
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": "110000000",
        "status_details": None,
    }
    assert (method["type"], method["card"]) == ("us_bank_account", None)


async def test_one_account_number_at_two_banks_is_two_accounts(shop: Edge) -> None:
    bodies = (BANK, {**BANK, "us_bank_account[routing_number]": "021000021"}, BANK)
    prints = [(await made(shop, "/v1/payment_methods", body))["us_bank_account"]["fingerprint"] for body in bodies]
    assert prints[0] == prints[2] != prints[1]


BANK_REFUSED: tuple[tuple[dict[str, object], str, str], ...] = (
    ({"us_bank_account[routing_number]": "110000001"}, "routing_number_invalid", "us_bank_account[routing_number]"),
    ({"us_bank_account[routing_number]": "11000000"}, "routing_number_invalid", "us_bank_account[routing_number]"),
    ({"us_bank_account[routing_number]": "x"}, "routing_number_invalid", "us_bank_account[routing_number]"),
    ({"us_bank_account[routing_number]": None}, "parameter_missing", "us_bank_account[routing_number]"),
    ({"us_bank_account[account_number]": "12a4"}, "account_number_invalid", "us_bank_account[account_number]"),
    ({"us_bank_account[account_number]": "123"}, "account_number_invalid", "us_bank_account[account_number]"),
    ({"us_bank_account[account_number]": "1" * 18}, "account_number_invalid", "us_bank_account[account_number]"),
    ({"us_bank_account[account_number]": "1" * 65}, "parameter_too_long", "us_bank_account[account_number]"),
    ({"us_bank_account[account_number]": None}, "parameter_missing", "us_bank_account[account_number]"),
    ({"us_bank_account[account_holder_type]": "robot"}, "parameter_invalid_enum",
     "us_bank_account[account_holder_type]"),
    ({"us_bank_account[account_type]": "shoebox"}, "parameter_invalid_enum", "us_bank_account[account_type]"),
    ({"billing_details[name]": None}, "parameter_missing", "billing_details[name]"),
    ({"card[number]": "4242424242424242"}, "parameters_exclusive", "card"),
)  # fmt: skip


@pytest.mark.parametrize(("change", "code", "param"), BANK_REFUSED)
async def test_a_bank_account_that_is_refused(shop: Edge, change: dict[str, object], code: str, param: str) -> None:
    body = {name: value for name, value in {**BANK, **change}.items() if value is not None}
    await refused(shop, body, 400, code, param)


async def test_a_bank_account_must_be_given(shop: Edge) -> None:
    await refused(
        shop, {"type": "us_bank_account", "billing_details[name]": "J"}, 400, "parameter_missing", "us_bank_account"
    )
