"""Test cards by id: constants that everybody shares, complete, well formed, and free of any SQL."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import msgspec
import pytest
from msgspec import Struct

from finsecure_server.core.cards import brand_of
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.test_cards import CARDS, by_name
from finsecure_server.payment_methods import keys, store
from finsecure_server.payment_methods.method import SHARED, SHARED_SINCE, Method
from finsecure_server.payment_methods.types import PaymentMethod
from finsecure_server.payment_methods.vault import Vaults

NAMES = [name for card in CARDS for name in (card.name, *card.aliases)]


class NoSql:
    """A database that nobody may ask."""

    def one(self, sql: str, /, **params: object) -> NoReturn:
        raise AssertionError(sql)

    all = one


@pytest.fixture(scope="module")
def vaults(tmp_path_factory: pytest.TempPathFactory) -> Vaults:
    folder: Path = tmp_path_factory.mktemp("keys")
    return Vaults(keys.load_or_create(folder / "keys.toml", None))


def env(vaults: Vaults, *, livemode: bool = False) -> Env:
    return Env(
        account="acct_1",
        livemode=livemode,
        wall=0,
        chance=os.urandom,
        processor=None,
        vault=vaults.of(livemode),
    )


def test_every_test_card_has_its_ids_and_tokens() -> None:
    assert set(SHARED) == set(NAMES) | {name.replace("pm_card_", "tok_", 1) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_shared_one_is_whole(vaults: Vaults, name: str) -> None:
    card, method = by_name(name), store.find(NoSql(), env(vaults), name, "payment_method")
    assert card is not None
    assert method.shared
    assert not method.detached
    assert (method.test_card, method.vault_id) == (card.name, None)
    wire = method.wire
    assert (wire.id, wire.type, wire.customer, wire.livemode) == (name, "card", None, False)
    assert wire.created == SHARED_SINCE
    shown = wire.card
    assert shown is not None
    assert (shown.brand, shown.last4, shown.country, shown.funding) == (
        card.brand, card.number[-4:], card.country, card.funding,
    )  # fmt: skip
    brand = brand_of(card.number)
    assert brand is not None
    assert brand.value == shown.brand
    assert method.cvc_given
    assert shown.checks.cvc_check == card.cvc_check
    address = wire.billing_details.address
    assert address is not None
    for given, check, expected in (
        (address.postal_code, shown.checks.address_postal_code_check, card.postal_code_check),
        (address.line1, shown.checks.address_line1_check, card.line1_check),
    ):
        assert (given is not None, check) == ((True, expected) if expected != "pass" else (False, None))


@pytest.mark.parametrize("name", NAMES)
def test_a_shared_one_reads_back_as_it_was_written_and_holds_no_number(vaults: Vaults, name: str) -> None:
    doc = store.load(NoSql(), env(vaults), name)
    assert doc is not None
    assert msgspec.json.decode(doc, type=PaymentMethod, strict=True) == SHARED[name].wire
    card = by_name(name)
    assert card is not None
    assert card.number.encode() not in doc


def test_a_token_is_the_card_it_stands_for(vaults: Vaults) -> None:
    assert store.find(NoSql(), env(vaults), "tok_visa", "payment_method") is SHARED["pm_card_visa"]
    assert store.find(NoSql(), env(vaults), "tok_chargeDeclined", "p") is SHARED["pm_card_chargeDeclined"]


def test_one_number_has_one_fingerprint_and_another_another() -> None:
    prints: dict[str | None, set[str | None]] = {}
    for method in SHARED.values():
        assert method.wire.card is not None
        prints.setdefault(method.test_card, set()).add(method.wire.card.fingerprint)
    assert all(len(found) == 1 for found in prints.values())
    assert len(set.union(*prints.values())) == len(CARDS)


@pytest.mark.parametrize("name", ["pm_card_visa", "pm_card_visa_chargeDeclined", "tok_visa"])
def test_in_live_mode_there_are_none(vaults: Vaults, name: str) -> None:
    with pytest.raises(Refused) as caught:
        store.find(NoSql(), env(vaults, livemode=True), name, "payment_method")
    assert (caught.value.code, caught.value.param) == (Code.TEST_CARD_IN_LIVE_MODE, "payment_method")
    assert store.load(NoSql(), env(vaults, livemode=True), name) is None


def test_nobody_can_change_what_everybody_shares() -> None:
    def frozen(struct: Struct) -> bool:
        inner = [getattr(struct, name) for name in struct.__struct_fields__]
        return struct.__struct_config__.frozen and all(frozen(part) for part in inner if isinstance(part, Struct))

    assert all(frozen(method) for method in SHARED.values())
    assert Method.__struct_config__.frozen
