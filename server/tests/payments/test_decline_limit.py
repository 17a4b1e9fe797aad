"""A card that was declined too often is left alone for a day: by payments and by setups, and each card by itself."""

from __future__ import annotations

from typing import Any

from finsecure_server.core.attempt import Declined
from finsecure_server.core.decline_limit import DECLINES_MAX
from finsecure_server.payment_methods import decline_ops, decline_store, store
from finsecure_server.storage.database import Tx
from tests.edge import SECOND, Got
from tests.world import DAY, World, good

DECLINED = "card_declined"
VISA = {"type": "card", "card[number]": "4242424242424242", "card[exp_month]": 12, "card[exp_year]": 2034}
LIMIT = "card_decline_rate_limit_exceeded"


async def saved(world: World, name: str = "pm_card_chargeCustomerFail") -> dict[str, Any]:
    """A card of a new customer's own, as parameters of a payment."""
    customer = (await world.made("/v1/customers"))["id"]
    method = await world.made(f"/v1/payment_methods/{name}/attach", {"customer": customer})
    return {"customer": customer, "payment_method": method["id"], "confirm": "true"}


async def charge(world: World, card: dict[str, Any], **more: object) -> Got:
    return await world.post("/v1/payment_intents", {"amount": 2000, "currency": "usd", **card, **more})


async def test_the_tenth_decline_is_the_last_for_a_day(world: World) -> None:
    card = await saved(world)
    for _ in range(DECLINES_MAX):
        assert (await charge(world, card)).code == DECLINED
    got = await charge(world, card)
    assert (got.status, got.code, got.error["type"]) == (402, LIMIT, "card_error")
    assert "decline_code" not in got.error
    listed = await world.seen("/v1/payment_intents?limit=100")
    assert len(listed["data"]) == DECLINES_MAX, "what is refused asks no bank and leaves nothing behind"
    intent = await world.made("/v1/payment_intents", {"amount": 2000, "currency": "usd", "customer": card["customer"]})
    path = f"/v1/payment_intents/{intent['id']}"
    got = await world.post(f"{path}/confirm", {"payment_method": card["payment_method"]})
    assert got.code == LIMIT
    assert await world.seen(path) == intent
    assert (await charge(world, await saved(world))).code == DECLINED, "another card"
    assert (await charge(world, {"payment_method": "pm_card_visa", "confirm": "true"})).status == 200
    world.wall += (DAY + 1) * SECOND
    for _ in range(DECLINES_MAX):
        assert (await charge(world, card)).code == DECLINED
    assert (await charge(world, card)).code == LIMIT


async def test_only_what_the_bank_declines_counts(world: World) -> None:
    card = await saved(world, "pm_card_visa")
    for script in ("unreachable", "approved"):
        for _ in range(DECLINES_MAX):
            await charge(world, card, **{"metadata[simulate]": script})
    blocked = await saved(world, "pm_card_radarBlock")
    for _ in range(DECLINES_MAX + 1):
        assert (await charge(world, blocked)).code == DECLINED
    for _ in range(DECLINES_MAX):
        assert (await charge(world, card, **{"metadata[simulate]": "do_not_honor"})).code == DECLINED
    assert (await charge(world, card)).code == LIMIT


async def test_shared_ids_are_declined_any_number_of_times(world: World) -> None:
    for _ in range(DECLINES_MAX + 2):
        assert (await charge(world, {"payment_method": "pm_card_visa_chargeDeclined", "confirm": "true"})).code
    rows = await world.db.read(lambda reader: reader.all("SELECT id FROM card_declines"))
    assert rows == []


async def test_setups_and_payments_count_together(world: World) -> None:
    card = await saved(world, "pm_card_visa")
    for number in range(DECLINES_MAX):
        path = "/v1/setup_intents" if number % 2 else "/v1/payment_intents"
        body = {} if number % 2 else {"amount": 2000, "currency": "usd"}
        got = await world.post(path, {**body, **card, "metadata[simulate]": "do_not_honor"})
        assert got.code == DECLINED
    assert (await world.post("/v1/setup_intents", card)).code == LIMIT
    assert (await charge(world, card)).code == LIMIT


async def test_in_live_mode_a_card_is_its_number_however_often_it_is_entered(world: World) -> None:
    """There is no live processor yet, so the rule is asked directly."""
    first, again = [good(await world.post("/v1/payment_methods", VISA)) for _ in range(2)]
    other = good(await world.post("/v1/payment_methods", {**VISA, "card[number]": "5555555555554444"}))

    def note(tx: Tx, fingerprint: str) -> None:
        env = world.env(livemode=True)
        method = store.find(tx, world.env(), first["id"], "payment_method")
        assert method.wire.card is not None
        assert method.wire.card.fingerprint == fingerprint
        for _ in range(DECLINES_MAX):
            decline_ops.note(tx, env, method, Declined(decline_code="do_not_honor"))

    await world.db.write(lambda tx: note(tx, again["card"]["fingerprint"]))
    known = await world.db.read(
        lambda reader: decline_store.get(reader, world.env(livemode=True), again["card"]["fingerprint"])
    )
    assert known is not None
    assert known.declines == DECLINES_MAX
    assert other["card"]["fingerprint"] != again["card"]["fingerprint"]
    assert (await charge(world, {"payment_method": first["id"], "confirm": "true"})).status == 200, "not in test mode"
