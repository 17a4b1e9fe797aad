"""Payers who dispute, and what tests ask about it."""

from __future__ import annotations

from typing import Any

from finsecure_server.core import dispute as core
from finsecure_server.core.env import Env
from finsecure_server.disputes import ops
from finsecure_server.disputes.types import Dispute
from finsecure_server.payments import store as payments
from finsecure_server.storage.database import Tx
from tests.world import World

FEE = 88  # of a payment of $20.00
DISPUTE_FEE = 15_00


async def disputed(world: World, card: str = "pm_card_createDispute", amount: int = 2000) -> dict[str, Any]:
    """The dispute of a payment with such a card."""
    charge = await world.charge(amount, card)
    await world.pass_time(2)
    listed = await world.seen(f"/v1/disputes?charge={charge['id']}")
    dispute: dict[str, Any] = listed["data"][0]
    return dispute


def dispute_all(tx: Tx, env: Env, charge_id: str) -> list[Dispute]:
    """The payer disputes what is left of any charge."""
    return ops.open_all(tx, env, payments.lock_charge(tx, env, charge_id), core.openings("fraudulent"))


async def answer(
    world: World, dispute: dict[str, Any], text: str = "winning_evidence", **more: object
) -> dict[str, Any]:
    """The dispute with evidence that is submitted."""
    return await world.made(f"/v1/disputes/{dispute['id']}", {"evidence[uncategorized_text]": text, **more})


async def now(world: World, thing: dict[str, Any]) -> dict[str, Any]:
    """An object as it is now."""
    return await world.seen(f"/v1/{thing['object']}s/{thing['id']}")


async def said(world: World, dispute: dict[str, Any]) -> list[str]:
    """The events about a dispute, without what they all begin with."""
    return [event["type"].removeprefix("charge.dispute.") for event in await world.events(dispute["id"])]
