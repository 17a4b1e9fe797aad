"""Everybody at once: one effect a key, and no more money than there is."""

from __future__ import annotations

import asyncio
from collections import Counter

from tests.faults.clients import PAYMENT, at_once
from tests.flows.live import Live
from tests.flows.test_stripe import paid


def test_a_hundred_identical_posts_have_one_effect(live: Live) -> None:
    for round_ in range(3):
        answers = asyncio.run(at_once(live.port, 100, "/v1/payment_intents", PAYMENT, f"round {round_}"))
        done = [answer for answer in answers if answer.status == 200]
        rest = [answer for answer in answers if answer.status != 200]
        assert len({answer.body for answer in done}) == 1
        assert all(answer.json["error"]["code"] == "idempotency_key_in_use" for answer in rest)
        assert sum("idempotent-replayed" not in answer.headers for answer in done) == 1
    client = live.stripe()
    assert len(client.v1.payment_intents.list({"limit": 100}).data) == 3
    assert len(client.v1.charges.list({"limit": 100}).data) == 3
    live.verify()


def test_fifty_racing_refunds_of_a_tenth_give_ten(live: Live) -> None:
    client = live.stripe()
    intent = paid(client, amount=5000)
    answers = asyncio.run(at_once(live.port, 50, "/v1/refunds", {"payment_intent": intent.id, "amount": 500}))
    assert Counter(answer.status for answer in answers) == {200: 10, 400: 40}
    charge = client.v1.charges.retrieve(str(intent.latest_charge))
    assert (charge.amount_refunded, charge.refunded) == (5000, True)
    live.verify()


def test_twenty_racing_captures_take_no_more_than_is_held(live: Live) -> None:
    client = live.stripe()
    intent = paid(client, amount=5000, capture_method="manual")
    path = f"/v1/payment_intents/{intent.id}/capture"
    answers = asyncio.run(at_once(live.port, 20, path, {"amount_to_capture": 1500, "final_capture": "false"}))
    assert Counter(answer.status for answer in answers) == {200: 3, 400: 17}
    charge = client.v1.charges.retrieve(str(intent.latest_charge))
    assert charge.amount_captured == 4500
    live.verify()


def test_capture_and_cancel_do_not_both_win(live: Live) -> None:
    client = live.stripe()

    async def both(intent: str) -> list[int]:
        capture = at_once(live.port, 4, f"/v1/payment_intents/{intent}/capture", {})
        cancel = at_once(live.port, 4, f"/v1/payment_intents/{intent}/cancel", {})
        return [answer.status for answers in await asyncio.gather(capture, cancel) for answer in answers]

    for _ in range(5):
        intent = paid(client, capture_method="manual")
        assert Counter(asyncio.run(both(intent.id))) == {200: 1, 400: 7}
    live.verify()
