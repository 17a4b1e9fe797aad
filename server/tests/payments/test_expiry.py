"""Holds whose time is over: they end, whatever was being asked at that moment, and whatever the bank says."""

from __future__ import annotations

import pytest

from finsecure_server.payments import jobs
from finsecure_server.storage import queue
from tests.edge import SECOND
from tests.payments.test_captures import act, held, memo, said
from tests.world import DAY, World

#: What is asked in the last second before a hold expires, so that the answer comes after it.
LATE = """
capture:missing            capture                  -                    canceled   0
capture:lost               capture                  -                    succeeded  2000
capture:lost               capture                  final_capture=false  succeeded  500
increment:lost             increment_authorization  amount=2500          canceled   0
increment:missing          increment_authorization  amount=2500          canceled   0
void:lost                  cancel                   -                    canceled   0
void:missing               cancel                   -                    canceled   0
"""


@pytest.mark.parametrize("line", LATE.strip().splitlines())
async def test_a_hold_that_expires_while_a_question_is_open(world: World, line: str) -> None:
    script, action, parameter, status, received = line.split()
    intent = await held(world, **{"metadata[simulate]": f"approved,{script}"})
    path = f"/v1/payment_intents/{intent['id']}"
    world.wall += 7 * DAY * SECOND - 100_000
    name, _, value = parameter.partition("=")
    body: dict[str, object] = {name: value} if value else {}
    if name == "final_capture":
        body["amount_to_capture"] = 500
    assert (await act(world, intent, action, body))["status"] == "processing"
    await world.do(jobs.expire_authorization, intent["id"])
    await world.db.write(lambda tx: queue.cancel(tx, world.env(), "authorization_expiry", intent["id"]))
    await world.pass_time(10)
    after = await world.seen(path)
    assert (after["status"], after["amount_received"], after["amount_capturable"]) == (status, int(received), 0)
    assert await memo(world) == 0


async def test_a_hold_is_over_whatever_the_bank_says_of_its_void(world: World) -> None:
    intent = await held(world, **{"metadata[simulate]": "approved,void:generic_decline"})
    path = f"/v1/payment_intents/{intent['id']}"
    refused = await world.post(f"{path}/cancel", {"cancellation_reason": "duplicate"})
    assert refused.status == 402
    assert await world.seen(path) == intent
    await world.pass_time(7 * DAY + 1)
    after = await world.seen(path)
    assert (after["status"], after["cancellation_reason"]) == ("canceled", "automatic")
    assert await memo(world) == 0
    assert (await said(world, intent["latest_charge"]))[-1] == "charge.expired"
