"""Answers that are late, lost or never came: found by looking the attempt up, in good time, never by asking again."""

from __future__ import annotations

from typing import Any

import pytest

from finsecure_server.core.attempt import Attempt, Outcome, Unknown
from finsecure_server.payments import ops, setup_ops
from finsecure_server.payments.setup_types import CreateSetupIntent
from finsecure_server.payments.types import CreatePaymentIntent
from finsecure_server.storage.drive import Ask
from tests.edge import SECOND
from tests.world import World

_DUE = "SELECT due_us FROM due WHERE kind = :kind"

#: What is tried, the kind of its look-up, and the prefix of its events.
PATHS = {
    "payment": ("/v1/payment_intents", {"amount": 2000, "currency": "usd"}, "payment_lookup"),
    "setup": ("/v1/setup_intents", {}, "setup_lookup"),
}


async def tried(world: World, what: str, script: str) -> dict[str, Any]:
    path, body, _ = PATHS[what]
    method = {"payment_method": "pm_card_visa", "confirm": "true", "metadata[simulate]": script}
    got = await world.post(path, {**body, **method})
    shown: dict[str, Any] = got.error[f"{what}_intent"] if got.status == 402 else got.json
    return shown


async def now(world: World, what: str, intent: dict[str, Any]) -> dict[str, Any]:
    return await world.seen(f"{PATHS[what][0]}/{intent['id']}")


async def due_in(world: World, kind: str) -> list[int]:
    """Seconds until look-ups are due."""
    rows = await world.db.read(lambda reader: reader.all(_DUE, kind=kind))
    return [(row["due_us"] - world.wall) // SECOND for row in rows]


@pytest.mark.parametrize("what", PATHS)
@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("lost", "succeeded"),
        ("lost_declined", "requires_payment_method"),
        ("missing", "requires_payment_method"),
    ],
)
async def test_a_lost_answer_is_looked_up_after_a_second(world: World, what: str, script: str, status: str) -> None:
    intent = await tried(world, what, script)
    assert intent["status"] == "processing"
    assert await due_in(world, PATHS[what][2]) == [1]
    refused = await world.post(f"{PATHS[what][0]}/{intent['id']}/confirm", {"payment_method": "pm_card_visa"})
    assert refused.code == f"{what}_intent_unexpected_state"
    await world.pass_time(2)
    after = await now(world, what, intent)
    assert after["status"] == status
    assert await due_in(world, PATHS[what][2]) == []
    if status != "succeeded":
        again = await world.made(f"{PATHS[what][0]}/{intent['id']}", {"metadata[simulate]": ""})
        done = await world.post(f"{PATHS[what][0]}/{again['id']}/confirm", {"payment_method": "pm_card_visa"})
        assert done.json["status"] == "succeeded"


@pytest.mark.parametrize("what", PATHS)
async def test_a_late_answer_settles_it_and_nobody_looks_it_up_meanwhile(world: World, what: str) -> None:
    seen: list[list[int]] = []

    async def sleep(_: float) -> None:
        seen.append(await due_in(world, PATHS[what][2]))

    world.simulator._sleep = sleep
    intent = await tried(world, what, "slow:2000")
    assert seen == [[15]]
    assert intent["status"] == "succeeded"
    assert await due_in(world, PATHS[what][2]) == []


@pytest.mark.parametrize("what", PATHS)
async def test_a_crash_while_asking_is_found_after_fifteen_seconds(world: World, what: str) -> None:
    """The first transaction is committed, and the process that asked is gone."""

    def begin(tx: Any) -> Any:
        env = world.env()
        if what == "payment":
            body = CreatePaymentIntent(
                amount=2000,
                currency="usd",
                payment_method="pm_card_visa",
                confirm=True,
                metadata={"simulate": "slow:1"},
            )
            return ops.create(tx, env, body)
        setup = CreateSetupIntent(payment_method="pm_card_visa", confirm=True, metadata={"simulate": "slow:1"})
        return setup_ops.create(tx, env, setup)

    asked = await world.db.write(begin)
    assert isinstance(asked, Ask)
    await world.pass_time(14)
    assert (await now(world, what, {"id": asked.about}))["status"] == "processing"
    await world.pass_time(2)
    assert (await now(world, what, {"id": asked.about}))["status"] == "succeeded"


@pytest.mark.parametrize("what", PATHS)
async def test_whoever_comes_second_changes_nothing(world: World, what: str) -> None:
    """The look-up was faster than the answer: two of them do not pay twice, nor say it twice."""
    intent = {"id": ""}

    async def sleep(_: float) -> None:
        listed = await world.seen(PATHS[what][0])
        intent["id"] = listed["data"][0]["id"]
        await world.pass_time(16)

    world.simulator._sleep = sleep
    late = await tried(world, what, "slow:2000")
    after = await now(world, what, intent)
    assert late == after
    assert after["status"] == "succeeded"
    types = [event["type"].split(".")[1] for event in await world.events(intent["id"])]
    assert types == ["created", "succeeded"]


@pytest.mark.parametrize("what", PATHS)
async def test_looks_grow_rarer_while_the_processor_does_not_know(world: World, what: str) -> None:
    looks: list[int] = []

    async def lookup(_: Attempt) -> Outcome:
        looks.append(world.wall)
        return Unknown(reason="it does not answer")

    world.simulator.lookup = lookup  # type: ignore[method-assign]
    began = world.wall
    intent = await tried(world, what, "lost")
    await world.pass_time(86_400)
    waits = [(after - before) // SECOND for before, after in zip([began, *looks], looks, strict=False)]
    assert waits[0] == 1
    assert all(wait >= 1 for wait in waits)
    assert waits == sorted(waits)
    assert waits[-1] == 3600
    assert len(looks) < 60
    assert (await now(world, what, intent))["status"] == "processing"
    types = [event["type"].split(".")[1] for event in await world.events(intent["id"])]
    assert types == (["created", "processing"] if what == "payment" else ["created"])


async def test_no_money_moves_for_an_attempt_whose_outcome_is_unknown(world: World) -> None:
    intent = await tried(world, "payment", "lost")
    assert await world.balance() == {"available": 0, "pending": 0, "debt": 0}
    assert (intent["amount_received"], intent["amount_capturable"]) == (0, 0)
    await world.pass_time(2)
    assert (await world.balance())["pending"] == 1912


@pytest.mark.parametrize("what", PATHS)
async def test_the_reply_to_a_call_that_was_cut_short_is_what_became_of_it(world: World, what: str) -> None:
    """The same Idempotency-Key, after a crash between the two halves."""
    path, body, _ = PATHS[what]
    body = {**body, "payment_method": "pm_card_visa", "confirm": "true", "metadata[simulate]": "slow:2000"}

    async def crash(_: float) -> None:
        raise SystemExit

    world.simulator._sleep = crash
    with pytest.raises(SystemExit):
        await world.post(path, body, idempotency_key="k")
    assert (await world.post(path, body, idempotency_key="k")).code == "idempotency_key_in_use"
    await world.pass_time(120)
    again = await world.post(path, body, idempotency_key="k")
    assert (again.status, again.json["status"]) == (200, "succeeded")
    assert len((await world.seen(path))["data"]) == 1


@pytest.mark.parametrize("what", PATHS)
async def test_a_call_that_was_cut_short_and_declined_is_told_so(world: World, what: str) -> None:
    path, body, _ = PATHS[what]
    decline = {"payment_method": "pm_card_visa", "confirm": "true", "metadata[simulate]": "lost_declined"}

    async def crash(_: float) -> None:
        raise SystemExit

    world.simulator._sleep = crash
    with pytest.raises(SystemExit):
        await world.post(path, {**body, **decline}, idempotency_key="k")
    await world.pass_time(120)
    again = await world.post(path, {**body, **decline}, idempotency_key="k")
    assert (again.status, again.code, again.error["decline_code"]) == (402, "card_declined", "generic_decline")
    assert again.error[f"{what}_intent"]["status"] == "requires_payment_method"


@pytest.mark.parametrize("what", PATHS)
async def test_while_nobody_knows_the_key_is_in_use(world: World, what: str) -> None:
    async def lookup(_: Attempt) -> Outcome:
        return Unknown(reason="it does not answer")

    async def crash(_: float) -> None:
        raise SystemExit

    path, body, _ = PATHS[what]
    body = {**body, "payment_method": "pm_card_visa", "confirm": "true", "metadata[simulate]": "lost"}
    world.simulator.lookup = lookup  # type: ignore[method-assign]
    world.simulator._sleep = crash
    with pytest.raises(SystemExit):
        await world.post(path, body, idempotency_key="k")
    await world.pass_time(120)
    again = await world.post(path, body, idempotency_key="k")
    assert (again.status, again.code) == (409, "idempotency_key_in_use")


@pytest.mark.parametrize("what", PATHS)
async def test_a_processor_that_is_out_of_reach_is_called_so_at_once(world: World, what: str) -> None:
    """Nothing has happened, so nothing is looked up; the reply is kept under its key, and SDKs do not send it again."""
    path, body, job = PATHS[what]
    call = {**body, "payment_method": "pm_card_processorUnreachable", "confirm": "true"}
    got = await world.post(path, call, idempotency_key="once")
    assert (got.status, got.code, got.error["type"]) == (502, "processor_unreachable", "api_error")
    assert got.headers["finsecure-should-retry"] == "false"
    intent = got.error[f"{what}_intent"]
    assert intent["status"] == "requires_payment_method"
    assert intent["last_setup_error" if what == "setup" else "last_payment_error"]["code"] == "processor_unreachable"
    assert await due_in(world, job) == []
    again = await world.post(path, call, idempotency_key="once")
    assert (again.status, again.body) == (502, got.body)
    assert again.headers["idempotent-replayed"] == "true"
    assert await world.balance() == {"available": 0, "pending": 0, "debt": 0}
    if what == "payment":
        charge = await world.seen(f"/v1/charges/{intent['latest_charge']}")
        assert (charge["status"], charge["failure_code"], charge["outcome"]) == (
            "failed",
            "processor_unreachable",
            None,
        )
    done = await world.post(f"{path}/{intent['id']}/confirm", {"payment_method": "pm_card_visa"})
    assert done.json["status"] == "succeeded"


async def test_a_payer_s_browser_hears_that_too(world: World) -> None:
    intent = await world.made("/v1/payment_intents", {"amount": 2000, "currency": "usd"})
    body = {"client_secret": intent["client_secret"], "payment_method": "pm_card_processorUnreachable"}
    key = world.account.publishable_test
    got = await world.post(f"/v1/payment_intents/{intent['id']}/confirm", body, key=key)
    assert (got.status, got.code) == (502, "processor_unreachable")
    assert "charge" not in got.error


@pytest.mark.parametrize("what", PATHS)
async def test_what_a_look_up_does_not_find_never_arrived(world: World, what: str) -> None:
    intent = await tried(world, what, "missing")
    await world.pass_time(2)
    after = await now(world, what, intent)
    assert after["last_setup_error" if what == "setup" else "last_payment_error"]["code"] == "processor_unreachable"


async def test_a_capture_that_reached_nobody_leaves_what_is_held(world: World) -> None:
    script = {"metadata[simulate]": "approved,capture:unreachable", "capture_method": "manual"}
    path = f"/v1/payment_intents/{(await world.pay(2000, **script))['id']}"
    assert (await world.post(f"{path}/capture")).code == "processor_unreachable"
    assert (await world.seen(path))["status"] == "requires_capture"
    assert (await world.made(f"{path}/cancel"))["status"] == "canceled"
