"""setup_future_usage: a payment that succeeds saves what it was paid with, and remembers what its owner agreed to."""

from __future__ import annotations

import pytest

from tests.world import World

ON_SETUP = "pm_card_authenticationRequiredOnSetup"


async def paid_there(world: World, customer: str | None, **more: object) -> str:
    """A payment by a card that wants authentication, its owner being there; the id of what is kept of the card."""
    who = {} if customer is None else {"customer": customer}
    intent = await world.pay(2000, ON_SETUP, **who, **more)
    link = intent["next_action"]["redirect_to_url"]["url"].removeprefix("http://pay.test")
    await world.post(link, {"outcome": "complete"}, authorization="none")
    after = await world.seen(f"/v1/payment_intents/{intent['id']}")
    assert after["status"] == "succeeded"
    charge = await world.seen(f"/v1/charges/{after['latest_charge']}")
    assert charge["payment_method"] == after["payment_method"]
    kept: str = after["payment_method"]
    return kept


OPTION = "payment_method_options[card][setup_future_usage]"


@pytest.mark.parametrize(
    ("usage", "kept", "later"),
    [
        ({}, False, None),
        ({"setup_future_usage": "off_session"}, True, "succeeded"),
        ({"setup_future_usage": "on_session"}, True, "requires_payment_method"),
        ({OPTION: "off_session"}, True, "succeeded"),
        ({OPTION: "off_session", "setup_future_usage": "on_session"}, True, "succeeded"),
        ({OPTION: "none", "setup_future_usage": "off_session"}, False, None),
    ],
    ids=str,
)
async def test_what_is_kept_and_what_it_is_good_for(
    world: World, usage: dict[str, object], kept: bool, later: str | None
) -> None:
    customer = (await world.made("/v1/customers"))["id"]
    method = await paid_there(world, customer, **usage)
    assert (method != ON_SETUP) is kept
    if not kept:
        return
    assert (await world.seen(f"/v1/payment_methods/{method}"))["customer"] == customer
    again = await world.pay(method=method, customer=customer, off_session="true")
    assert again["status"] == later


async def test_without_a_customer_it_is_kept_for_whoever_it_is_given_to(world: World) -> None:
    method = await paid_there(world, None, setup_future_usage="off_session")
    assert (await world.seen(f"/v1/payment_methods/{method}"))["customer"] is None
    customer = (await world.made("/v1/customers"))["id"]
    await world.made(f"/v1/payment_methods/{method}/attach", {"customer": customer})
    again = await world.pay(method=method, customer=customer, off_session="true")
    assert again["status"] == "succeeded"


async def test_a_payment_without_its_owner_agrees_to_nothing(world: World) -> None:
    """A card of that kind is declined; one that needs no authentication is kept, and not remembered as set up."""
    customer = (await world.made("/v1/customers"))["id"]
    intent = await world.pay(customer=customer, off_session="true", setup_future_usage="off_session")
    assert intent["status"] == "succeeded"
    row = await world.db.read(
        lambda reader: reader.one("SELECT set_up FROM payment_methods WHERE id = :id", id=intent["payment_method"])
    )
    assert row is not None
    assert row["set_up"] == 0


async def test_a_decline_keeps_nothing(world: World) -> None:
    customer = (await world.made("/v1/customers"))["id"]
    intent = await world.pay(method="pm_card_chargeDeclined", customer=customer, setup_future_usage="off_session")
    assert intent["status"] == "requires_payment_method"
    assert (await world.seen(f"/v1/customers/{customer}/payment_methods"))["data"] == []


async def test_what_cannot_be_saved_stays_whose_it_is(world: World) -> None:
    """The customer was deleted while the payer was at their bank: the payment stands."""
    customer = (await world.made("/v1/customers"))["id"]
    intent = await world.pay(method=ON_SETUP, customer=customer, setup_future_usage="off_session")
    await world.call("DELETE", f"/v1/customers/{customer}")
    link = intent["next_action"]["redirect_to_url"]["url"].removeprefix("http://pay.test")
    await world.post(link, {"outcome": "complete"}, authorization="none")
    after = await world.seen(f"/v1/payment_intents/{intent['id']}")
    assert after["status"] == "succeeded"
    assert (await world.seen(f"/v1/payment_methods/{after['payment_method']}"))["customer"] is None
