"""kill -9 in the middle of everything: what was acknowledged is there, and nothing is there by half."""

from __future__ import annotations

import asyncio
import random
import signal

import pytest

from tests.faults.clients import PAYMENT, Answer, Connection, Ledger, pay_until_gone
from tests.flows.live import Live
from tests.flows.test_stripe import until

CLIENTS = 32
ROUNDS = {"sqlite": 20, "postgresql": 5}  # an engine that is its own process cannot lose what it has acknowledged to us


async def _under_load(live: Live, ledger: Ledger, seconds: float) -> None:
    clients = [asyncio.create_task(pay_until_gone(live.port, ledger)) for _ in range(CLIENTS)]
    await asyncio.sleep(seconds)
    live.stop(signal.SIGKILL)
    await asyncio.wait_for(asyncio.gather(*clients), 30)


async def _ask_again(live: Live, keys: set[str]) -> dict[str, str]:
    """Every unanswered call once more, under its own key: it is done now, or was done already."""
    connection = Connection(live.port)
    found = {}
    for key in keys:
        answer = await connection.post("/v1/payment_intents", PAYMENT, key)
        assert answer.status == 200, answer.body
        found[key] = answer.json["id"]
    connection.close()
    return found


def test_no_acknowledged_payment_is_lost(live: Live, request: pytest.FixtureRequest) -> None:
    chance = random.Random(20261122)
    engine = live.database_url.partition(":")[0]
    known: dict[str, str] = {}
    for _ in range(ROUNDS[engine]):
        ledger = Ledger()
        asyncio.run(_under_load(live, ledger, chance.uniform(0.05, 0.8)))
        live.start()
        ledger.acknowledged |= asyncio.run(_ask_again(live, ledger.unanswered))
        known |= ledger.acknowledged
        live.verify()
    found = live.stripe().v1.payment_intents.list({"limit": 100}).auto_paging_iter()
    stored = {intent.id: intent.status for intent in found}
    assert stored == dict.fromkeys(known.values(), "succeeded"), "an intent is lost, or is there twice"


def test_told_to_stop_it_finishes_what_it_began(live: Live) -> None:
    ledger = Ledger()

    async def load() -> int:
        clients = [asyncio.create_task(pay_until_gone(live.port, ledger)) for _ in range(CLIENTS)]
        await asyncio.sleep(0.5)
        code = await asyncio.to_thread(live.stop)
        await asyncio.wait_for(asyncio.gather(*clients), 30)
        return code

    code = asyncio.run(load())
    assert code in (0, -signal.SIGTERM), live.log()
    live.start()
    stored = {intent.id for intent in live.stripe().v1.payment_intents.list({"limit": 100}).auto_paging_iter()}
    assert set(ledger.acknowledged.values()) <= stored
    live.verify()


def test_a_call_that_was_cut_short_is_recovered_under_its_key(live: Live) -> None:
    """Killed while the bank was asked: the attempt is looked up, never sent again, and the same key tells its end."""
    slow = {**PAYMENT, "metadata[simulate]": "slow:8000"}

    async def cut_short() -> None:
        connection = Connection(live.port)
        call = asyncio.create_task(connection.post("/v1/payment_intents", slow, "cut short"))
        await asyncio.sleep(1)
        live.stop(signal.SIGKILL)
        with pytest.raises((OSError, EOFError)):
            await asyncio.wait_for(call, 10)
        connection.close()

    asyncio.run(cut_short())
    live.start()
    client = live.stripe()
    intent = client.v1.payment_intents.list().data[0]
    assert intent.status == "processing"
    assert asyncio.run(_once(live, slow)).json["error"]["code"] == "idempotency_key_in_use"
    live.verify()
    until(lambda: client.v1.payment_intents.retrieve(intent.id).status == "succeeded", 40)
    until(lambda: asyncio.run(_once(live, slow)).status == 200, 40)
    answer = asyncio.run(_once(live, slow))
    assert (answer.json["id"], answer.headers["idempotent-replayed"]) == (intent.id, "true")
    assert len(client.v1.charges.list().data) == 1
    live.verify()


async def _once(live: Live, params: dict[str, object]) -> Answer:
    connection = Connection(live.port)
    try:
        return await connection.post("/v1/payment_intents", params, "cut short")
    finally:
        connection.close()
