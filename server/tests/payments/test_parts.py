"""Parts of what is held: amounts that the currency has, and questions that are asked once each."""

from __future__ import annotations

import msgspec

from tests.payments.test_captures import MANUAL, act, charge_of, held
from tests.world import World


async def test_a_part_is_one_that_the_currency_has(world: World) -> None:
    """ISK has no hundredths, and card networks take no thousandth of a dinar."""
    for currency, amount, part, good_part in (("isk", 500_00, 150_50, 150_00), ("kwd", 5_000, 1_234, 1_230)):
        intent = await world.pay(amount, currency=currency, **MANUAL)
        got = await world.post(f"/v1/payment_intents/{intent['id']}/capture", {"amount_to_capture": part})
        assert (got.code, got.error["param"]) == ("invalid_charge_amount", "amount_to_capture")
        done = await act(world, intent, "capture", {"amount_to_capture": good_part})
        assert (done["status"], done["amount_received"]) == ("succeeded", good_part)


async def test_a_question_that_is_asked_again_is_another_one(world: World) -> None:
    """A processor gives the same answer to the same id, so what was refused and is tried again has an id of its own."""
    intent = await held(world, **{"metadata[simulate]": "approved,capture:processing_error,void:generic_decline"})
    path = f"/v1/payment_intents/{intent['id']}"
    asked = []
    for action, body in (
        ("capture", {"amount_to_capture": 500}),
        ("capture", {"amount_to_capture": 600}),
        ("cancel", {}),
        ("increment_authorization", {"amount": 2100}),
        ("cancel", {}),
    ):
        await world.post(f"{path}/{action}", body)
        row = await world.db.read(
            lambda reader: reader.one("SELECT attempt FROM charges WHERE id = :id", id=intent["latest_charge"])
        )
        assert row is not None
        asked.append(msgspec.json.decode(row["attempt"])["attempt"]["id"])
    assert len(set(asked)) == 5


async def test_a_capture_by_the_charge_that_a_crash_cut_short_is_told_later(world: World) -> None:
    class Crashed(Exception):
        """The process ends here, as far as the database can tell."""

    async def sleep(_: float) -> None:
        raise Crashed

    intent = await held(world, **{"metadata[simulate]": "approved,capture:slow:100"})
    path = f"/v1/charges/{intent['latest_charge']}/capture"
    world.simulator._sleep = sleep
    assert (await world.post(path, {"amount": 700}, idempotency_key="order 7")).status == 500
    again = await world.post(path, {"amount": 700}, idempotency_key="order 7")
    assert (again.status, again.code) == (409, "idempotency_key_in_use")
    await world.pass_time(60)
    told = await world.post(path, {"amount": 700}, idempotency_key="order 7")
    assert (told.status, told.json["id"], told.json["amount_captured"]) == (200, intent["latest_charge"], 700)
    repeated = await world.post(path, {"amount": 700}, idempotency_key="order 7")
    assert (repeated.body, repeated.headers["idempotent-replayed"]) == (told.body, "true")


async def test_what_payers_read_may_be_said_when_the_money_is_taken(world: World) -> None:
    """By a capture of either spelling, and by an increment."""
    intent = await held(world, statement_descriptor="TEA SHOP", receipt_email="a@example.com")
    await act(world, intent, "increment_authorization", {"amount": 2100, "statement_descriptor": "TEA, MORE"})
    assert (await charge_of(world, intent))["calculated_statement_descriptor"] == "TEA, MORE"
    capture = {"amount_to_capture": 500, "final_capture": "false", "statement_descriptor_suffix": "NO 1"}
    intent = await act(world, intent, "capture", capture)
    assert (intent["statement_descriptor"], intent["statement_descriptor_suffix"]) == ("TEA, MORE", "NO 1")
    path = f"/v1/charges/{intent['latest_charge']}/capture"
    charge = await world.made(path, {"statement_descriptor": "TEA NO 2", "receipt_email": "b@example.com"})
    assert (charge["statement_descriptor"], charge["statement_descriptor_suffix"]) == ("TEA NO 2", "NO 1")
    assert (charge["calculated_statement_descriptor"], charge["receipt_email"]) == ("TEA NO 2", "b@example.com")
    assert (charge["amount_captured"], charge["captured"]) == (2100, True)


async def test_a_report_of_fraud_is_one_of_two_words(world: World) -> None:
    charge = await world.charge()
    got = await world.post(f"/v1/charges/{charge['id']}", {"fraud_details[user_report]": "x" * 10_000})
    assert (got.code, got.error["param"]) == ("parameter_invalid_enum", "fraud_details[user_report]")
