"""Expansions that must not be: by a key that stands in a page, and after money has moved."""

from __future__ import annotations

import pytest

from finsecure_server.core.attempt import Approved, Attempt, Outcome
from finsecure_server.processors.simulator import Simulator
from tests.conftest import Databases
from tests.contract.agreement import Agreement
from tests.contract.house import House, opened


class Remote(Simulator):
    """A processor that has to be asked; it counts how often it is."""

    asked = 0

    def decide(self, attempt: Attempt) -> Outcome | None:
        return None

    async def ask(self, attempt: Attempt) -> Outcome:
        self.asked += 1
        decided = super().decide(attempt)
        assert isinstance(decided, Approved)
        return decided


@pytest.mark.parametrize("path", ["payment_method.customer", "payment_method", "customer", "latest_charge.customer"])
async def test_a_publishable_key_expands_nothing(house: House, path: str) -> None:
    """It would show a payer, or whoever sits at their desk, what the merchant notes about them."""
    customer = await house.made("/v1/customers", {"email": "jenny@example.com", "metadata": {"score": "7"}})
    method = await house.made("/v1/payment_methods/pm_card_visa/attach", {"customer": customer["id"]})
    given = {"customer": customer["id"], "payment_method": method["id"]}
    intent = await house.made("/v1/payment_intents", {"amount": 2000, "currency": "usd", **given})
    setup = await house.made("/v1/setup_intents", given)
    public = house.account.publishable_test
    for made in (intent, setup):
        where = f"/v1/{made['object']}s/{made['id']}"
        secret = {"client_secret": made["client_secret"]}
        got = await house.get(f"{where}?client_secret={made['client_secret']}&expand[]={path}", key=public)
        assert (got.code, got.error["param"]) == ("expand_invalid", "expand")
        got = await house.say("POST", where + "/confirm", {**secret, "expand": [path]}, key=public)
        assert got.code == "expand_invalid"
        assert (await house.seen(where))["status"] == "requires_confirmation"
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034}
    entered = {"type": "card", "card": card, "expand": ["customer"]}
    assert (await house.say("POST", "/v1/payment_methods", entered, key=public)).code == "expand_invalid"


async def test_a_bad_expansion_is_found_before_the_processor_is_asked(
    sqlite_databases: Databases, agreement: Agreement, tmp_path_factory: pytest.TempPathFactory
) -> None:
    remote = Remote()
    folder = tmp_path_factory.mktemp("remote")
    async with opened(sqlite_databases.fresh(), folder, agreement, simulator=remote) as house:
        body = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
        for path in ("latest_charg", "amount", "data.customer", "a.b", "latest_charge.x.x.x.x"):
            got = await house.say("POST", "/v1/payment_intents", body | {"expand": [path]})
            assert (got.code, got.error["param"]) == ("expand_invalid", "expand[0]")
        assert remote.asked == 0
        assert (await house.seen("/v1/payment_intents"))["data"] == []


async def test_what_cannot_be_expanded_after_the_money_has_moved_stays_as_it_is(
    sqlite_databases: Databases, agreement: Agreement, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An error now would take back what is written, and not what is done."""
    remote = Remote()
    folder = tmp_path_factory.mktemp("remote")
    async with opened(sqlite_databases.fresh(), folder, agreement, simulator=remote) as house:
        paid = await house.pay(expand=["latest_charge.nothing", "latest_charge.balance_transaction"])
        assert remote.asked == 1
        assert paid["status"] == "succeeded"
        assert paid["latest_charge"]["balance_transaction"]["object"] == "balance_transaction"
        assert (await house.seen("/v1/charges"))["data"][0]["id"] == paid["latest_charge"]["id"]
