"""A merchant's world in process: routes and jobs behind the real edge, a simulated bank, and a clock that a test moves.

`World` has what every merchant needs (accounts, events, balance, customers, payment methods, payments); a test adds the
routes and jobs of what it is about. Work behind the scenes is done by the real worker, when the test lets time pass.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from finsecure_server.accounts import api as accounts_api
from finsecure_server.core.env import Env
from finsecure_server.customers import api as customers_api
from finsecure_server.customers import store as customers
from finsecure_server.customers import types as customers_types
from finsecure_server.ledger import api as ledger_api
from finsecure_server.ledger import jobs as ledger_jobs
from finsecure_server.ledger import store as ledger
from finsecure_server.ledger import types as ledger_types
from finsecure_server.net.outbound import Outbound
from finsecure_server.payment_methods import api as payment_methods_api
from finsecure_server.payment_methods import keys
from finsecure_server.payment_methods import store as payment_methods
from finsecure_server.payment_methods import types as payment_methods_types
from finsecure_server.payment_methods.vault import Vaults
from finsecure_server.payments import api as payments_api
from finsecure_server.payments import jobs as payments_jobs
from finsecure_server.payments import store as payments
from finsecure_server.payments import types as payments_types
from finsecure_server.processors.simulator import Simulator
from finsecure_server.storage import queue
from finsecure_server.storage.database import Database
from finsecure_server.storage.drive import drive
from finsecure_server.web.render import Expansion, Loader
from finsecure_server.web.router import Route
from finsecure_server.webhooks import api as webhooks_api
from finsecure_server.webhooks import (
    delivery_jobs,
    endpoint_api,
    endpoint_jobs,
    endpoint_types,
    endpoint_views,
    replay_jobs,
)
from finsecure_server.webhooks.sender import Sender
from finsecure_server.worker import Job, Worker
from tests.edge import PUBLIC_URL, SECOND, Edge, Got

ROUTES: Final = (
    *accounts_api.ROUTES,
    *webhooks_api.ROUTES,
    *endpoint_api.ROUTES,
    *ledger_api.ROUTES,
    *customers_api.ROUTES,
    *payment_methods_api.ROUTES,
    *payments_api.ROUTES,
)
JOBS: Final[dict[str, Job]] = {
    **endpoint_jobs.JOBS,
    **replay_jobs.JOBS,
    **ledger_jobs.JOBS,
    **payments_jobs.JOBS,
    **delivery_jobs.JOBS,
}
EXPANDS: Final = {
    **endpoint_types.EXPANDS,
    **ledger_types.EXPANDS,
    **customers_types.EXPANDS,
    **payment_methods_types.EXPANDS,
    **payments_types.EXPANDS,
}
LOADERS: Final[dict[str, Loader]] = {
    "balance_transaction": ledger.load,
    "charge": payments.load_charge,
    "customer": customers.load,
    "payment_intent": payments.load_intent,
    "payment_method": payment_methods.load,
    "webhook_endpoint": endpoint_views.load,
}
DAY: Final = 86_400

_EVENTS: Final = "SELECT type, sequence, doc FROM events WHERE object_id = :id ORDER BY sequence"
_NEXT_DELIVERY: Final = "SELECT MIN(next_us) AS due_us FROM deliveries WHERE next_us IS NOT NULL"
_FAILED: Final = "SELECT kind, object_id, last_error FROM due WHERE last_error IS NOT NULL"


class World(Edge):
    """One account with its server. `folder` keeps the master keys."""

    def __init__(
        self,
        db: Database,
        folder: Path,
        *,
        routes: Iterable[Route] = (),
        jobs: Mapping[str, Job] | None = None,
        expands: Mapping[str, Mapping[str, str]] | None = None,
        loaders: Mapping[str, Loader] | None = None,
        master_keys: keys.Keys | None = None,
        chance: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.vaults = Vaults(master_keys or keys.load_or_create(folder / "config" / "keys.toml", None))
        self.simulator = Simulator()
        self.outbound = Outbound(test_loopback=True)
        super().__init__(
            db,
            (*ROUTES, *routes),
            expansion=Expansion({**EXPANDS, **(expands or {})}, {**LOADERS, **(loaders or {})}),
            processor=self.simulator,
            vaults=self.vaults,
            poster=self.outbound,
            chance=chance,
        )
        self.worker = Worker(db, {**JOBS, **(jobs or {})}, self.env, lambda: self.wall)
        self.sender = self.another_sender("worker of tests")

    # -- calls --------------------------------------------------------------------------------------------------------

    async def raw(self, method: str, path: str, body: bytes, headers: list[tuple[bytes, bytes]]) -> Got:
        """A call takes a millisecond, so that what two of them make sorts as it was made."""
        self.wall += 1_000
        return await super().raw(method, path, body, headers)

    async def made(self, path: str, body: object = b"", *, key: str | None = None) -> dict[str, Any]:
        """What a POST that must succeed made."""
        return good(await self.post(path, body, key=key))

    async def seen(self, path: str, *, key: str | None = None) -> dict[str, Any]:
        """What a GET that must succeed shows."""
        return good(await self.get(path, key=key))

    async def pay(self, amount: int = 2000, method: str = "pm_card_visa", **more: object) -> dict[str, Any]:
        """A confirmed payment intent in US dollars unless told otherwise; of a declined one what is left of it."""
        body = {"amount": amount, "currency": "usd", "payment_method": method, "confirm": "true", **more}
        got = await self.post("/v1/payment_intents", body)
        intent: dict[str, Any] = got.error["payment_intent"] if got.status == 402 else good(got)
        return intent

    async def charge(self, amount: int = 2000, method: str = "pm_card_visa", **more: object) -> dict[str, Any]:
        """The charge of such a payment."""
        intent = await self.pay(amount, method, **more)
        return await self.seen(f"/v1/charges/{intent['latest_charge']}")

    async def balance(self, currency: str = "usd") -> dict[str, int]:
        """What GET /v1/balance shows of a currency: available, pending and debt."""
        shown = await self.seen("/v1/balance")
        return {
            name: sum(funds["amount"] for funds in shown[name] if funds["currency"] == currency)
            for name in ("available", "pending", "debt")
        }

    async def events(self, object_id: str) -> list[dict[str, Any]]:
        """The events about an object, in order; their sequence has no gap."""
        rows = await self.db.read(lambda reader: reader.all(_EVENTS, id=object_id))
        assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
        return [msgspec.json.decode(row["doc"]) for row in rows]

    # -- ops and time -------------------------------------------------------------------------------------------------

    def env(self, account: str | None = None, livemode: bool = False, clock_offset: int = 0) -> Env:
        """The surroundings of an op, now."""
        return Env(
            account=account or self.account.account,
            livemode=livemode,
            wall=self.wall,
            clock_offset=clock_offset,
            chance=self.chance,
            processor=None if livemode else self.simulator,
            vault=self.vaults.of(livemode),
            poster=self.outbound,
            public_url=PUBLIC_URL,
        )

    async def do(self, op: Callable[..., Any], *args: object) -> Any:
        """Run an op for the account, in test mode, to its end."""
        return await drive(self.db, lambda tx: op(tx, self.env(), *args))

    def another_sender(self, name: str) -> Sender:
        """A sender of its own name beside the world's own."""
        return Sender(
            self.db,
            self.outbound,
            self.env,
            name=name,
            clock=lambda: self.wall,
            chance=os.urandom,
            public_url=PUBLIC_URL,
        )

    async def deliver(self) -> None:
        """Send what is due to the endpoints, and write down what became of it. Needs `outbound` to be open."""
        await self.sender.settle()

    async def next_delivery_us(self) -> int | None:
        """When the next attempt is due."""
        row = await self.db.read(lambda reader: reader.one(_NEXT_DELIVERY))
        assert row is not None
        due_us: int | None = row["due_us"]
        return due_us

    async def pass_time(self, seconds: int, *, deliver: bool = False) -> None:
        """Let time pass, and have what falls due done at its time, deliveries too if told so. No job may fail."""
        end = self.wall + seconds * SECOND
        while self.wall <= end:
            times = [await self.db.read(queue.next_due_us), await self.next_delivery_us() if deliver else None]
            due_us = min((time for time in times if time is not None), default=None)
            if due_us is None or due_us > end:
                break
            self.wall = max(self.wall, due_us)
            await self.worker.sweep()
            if deliver:
                await self.deliver()
                if await self.next_delivery_us() == due_us:  # its endpoint is left alone for a while
                    self.wall += SECOND
            failed = await self.db.read(lambda reader: reader.all(_FAILED))
            assert not failed, [tuple(row[name] for name in ("kind", "object_id", "last_error")) for row in failed]
        self.wall = end


async def open_world(db: Database, folder: Path, **parts: Any) -> World:
    """A world with a fresh account; `parts` are the arguments of `World`."""
    world = World(db, folder, **parts)
    await world.open_account()
    return world


def good(got: Got) -> dict[str, Any]:
    """The object of a reply that must be one."""
    assert got.status == 200, got.body
    shown: dict[str, Any] = got.json
    return shown
