"""The machine's clock is set back while the server runs: ids go on, and the seals of the ledger hold."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import msgspec
import pytest
import structlog

from finsecure_server.app import Server, build
from finsecure_server.clock import Clock
from finsecure_server.core import ids
from finsecure_server.diagnostics.verify import verify
from finsecure_server.ledger import seal
from finsecure_server.payment_methods import keys
from finsecure_server.serve import open_first_account
from finsecure_server.settings import Settings
from finsecure_server.storage.database import Database
from tests.edge import Client

HOUR: Final = 3_600_000_000
NOW: Final = 1_790_000_000_000_000
PAYMENT: Final = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"}


class Hands:
    """A clock whose hands one moves."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> int:
        return self.at


def test_ids_go_on_from_where_they_were() -> None:
    hands = Hands()
    clock = Clock(hands)
    made = []
    with structlog.testing.capture_logs() as said:
        for step in (1_000_000, 1_000_000, -HOUR, 1_000_000, 1_000_000, -HOUR, 60_000_000, 4 * HOUR, 1_000_000):
            hands.at += step
            assert clock() == hands.at, "times are what the clock says"
            made.append(hands.at + clock.ahead)
    assert made == sorted(made)
    assert clock.ahead == 0, "it has caught up"
    assert [line["seconds"] for line in said] == [3600.0, 3600.0]


def test_a_clock_that_goes_on_changes_nothing() -> None:
    hands = Hands()
    clock = Clock(hands)
    for _ in range(100):
        hands.at += 17
        assert clock() == hands.at
        assert clock.ahead == 0


class Shop(Client):
    """A whole server in this process, whose clock one moves."""

    def __init__(self, server: Server, hands: Hands) -> None:
        self.app = server.application
        self.server = server
        self.hands = hands

    async def pay(self) -> str:
        got = await self.post("/v1/payment_intents", PAYMENT)
        assert got.status == 200, got.body
        self.hands.at += 1_000_000
        found: str = got.json["id"]
        return found


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> AsyncIterator[Shop]:
    settings = Settings.load({"FINSECURE_DATA": str(tmp_path / "data"), "FINSECURE_RATE_LIMIT": "2"})
    hands = Hands()
    master = keys.load_or_create(tmp_path / "keys" / "keys.toml", tmp_path / "data")
    shop = Shop(build(settings, database, master, clock=hands), hands)
    opened = await open_first_account(database, "Shop")
    assert opened is not None
    shop.account = opened
    yield shop
    await shop.server.stop()


async def test_payments_after_the_clock_was_set_back(shop: Shop) -> None:
    paid = [await shop.pay() for _ in range(3)]
    shop.hands.at += 120_000_000
    assert await seal.run_all(shop.server.db, shop.hands.at) > 0
    shop.hands.at -= HOUR
    paid += [await shop.pay() for _ in range(3)]
    assert paid == sorted(paid)
    listed = (await shop.get("/v1/payment_intents?limit=10")).json["data"]
    assert [intent["id"] for intent in listed] == paid[::-1]
    assert listed[0]["created"] == shop.hands.at // 1_000_000 - 1, "times are what the clock says"
    await seal.run_all(shop.server.db, shop.hands.at)
    report = await verify(shop.server.db, wall_us=shop.hands.at)
    assert report.clean, report.text()
    shop.hands.at += 3 * HOUR
    await seal.run_all(shop.server.db, shop.hands.at)
    report = await verify(shop.server.db, wall_us=shop.hands.at)
    assert report.clean, report.text()
    assert ids.when(paid[-1]) > ids.when(paid[2])
    assert msgspec.json.encode(report.as_dict())
