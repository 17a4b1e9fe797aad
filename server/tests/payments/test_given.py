"""What is checked before anything is written: scripts, return addresses, payment methods that may not be used."""

from __future__ import annotations

import pytest

from tests.world import World

PATHS = {"/v1/payment_intents": {"amount": 2000, "currency": "usd"}, "/v1/setup_intents": {}}
PAY = {"payment_method": "pm_card_visa", "confirm": "true"}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("script", ["aproved", "approved,", "slow", "slow:99999999", "refund:three_d_secure", "," * 60])
async def test_a_script_with_a_mistake_is_refused_and_never_kept(world: World, path: str, script: str) -> None:
    wrong = {"metadata[simulate]": script}
    for body in ({**PATHS[path], **wrong}, {**PATHS[path], **PAY, **wrong}):
        got = await world.post(path, body)
        assert (got.status, got.code, got.error["param"]) == (400, "simulation_invalid", "metadata[simulate]")
    assert (await world.seen(path))["data"] == []
    intent = await world.made(path, PATHS[path])
    got = await world.post(f"{path}/{intent['id']}", wrong)
    assert (got.status, got.code) == (400, "simulation_invalid")
    assert await world.seen(f"{path}/{intent['id']}") == intent


async def test_a_capture_checks_it_too(world: World) -> None:
    intent = await world.pay(capture_method="manual")
    path = f"/v1/payment_intents/{intent['id']}"
    for action, body in (("capture", {}), ("increment_authorization", {"amount": 3000})):
        got = await world.post(f"{path}/{action}", {**body, "metadata[simulate]": "nonsense"})
        assert (got.status, got.code) == (400, "simulation_invalid")
    assert await world.seen(path) == intent


async def test_in_live_mode_it_is_metadata_like_any_other(world: World) -> None:
    body = {"amount": 2000, "currency": "usd", "metadata[simulate]": "nonsense"}
    got = await world.post("/v1/payment_intents", body, key=world.account.secret_live)
    assert got.json["metadata"] == {"simulate": "nonsense"}


@pytest.mark.parametrize("path", PATHS)
async def test_a_return_address_is_one_that_a_browser_can_be_sent_to(world: World, path: str) -> None:
    for address in ("javascript:alert(1)", "/done", "ftp://shop.example", "https://a.example/\nx"):
        for at, body in ((path, {**PATHS[path], **PAY}), (f"{path}/none/confirm", {"payment_method": "pm_card_visa"})):
            got = await world.post(at, {**body, "return_url": address})
            assert (got.status, got.code) != (200, None)
            if at == path:
                assert (got.status, got.code, got.error["param"]) == (400, "url_invalid", "return_url")
    intent = await world.made(path, PATHS[path])
    got = await world.post(
        f"{path}/{intent['id']}/confirm", {"payment_method": "pm_card_visa", "return_url": "javascript:alert(1)"}
    )
    assert (got.status, got.code, got.error["param"]) == (400, "url_invalid", "return_url")
    assert await world.seen(f"{path}/{intent['id']}") == intent
    unconfirmed = await world.post(path, {**PATHS[path], "return_url": "https://shop.example"})
    assert (unconfirmed.status, unconfirmed.code) == (400, "parameters_exclusive")
    empty = await world.post(path, {**PATHS[path], "return_url": ""})
    assert empty.status == 200


@pytest.mark.parametrize("path", PATHS)
async def test_a_card_that_was_detached_since_cannot_be_confirmed(world: World, path: str) -> None:
    customer = (await world.made("/v1/customers"))["id"]
    method = (await world.made("/v1/payment_methods/pm_card_visa/attach", {"customer": customer}))["id"]
    intent = await world.made(path, {**PATHS[path], "customer": customer, "payment_method": method})
    await world.made(f"/v1/payment_methods/{method}/detach")
    got = await world.post(f"{path}/{intent['id']}/confirm")
    assert (got.status, got.code) == (400, "payment_method_unexpected_state")
    assert await world.seen(f"{path}/{intent['id']}") == intent
