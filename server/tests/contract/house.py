"""The whole server in process, as app.py puts it together, with two merchants in it and a clock that a test moves."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from finsecure_server.accounts import ops
from finsecure_server.accounts.ops import OpenedAccount
from finsecure_server.app import Server, build
from finsecure_server.core.attempt import Processor
from finsecure_server.payment_methods import keys
from finsecure_server.settings import Settings
from finsecure_server.storage import queue
from finsecure_server.storage.engines import open_database
from tests.contract.agreement import Agreement
from tests.edge import PUBLIC_URL, SECOND, T0, Client, Got

JSON: Final = "application/json"
FAILED: Final = "SELECT kind, object_id, last_error FROM due WHERE last_error IS NOT NULL"


class House(Client):
    """Two merchants' server. Every reply is held against the contract. Calls are those of `account` unless told so."""

    def __init__(
        self,
        url: str,
        folder: Path,
        agreement: Agreement,
        settings: Mapping[str, str],
        simulator: Processor | None = None,
    ) -> None:
        self.wall = T0
        self.agreement = agreement
        self.other: OpenedAccount
        self._db = open_database(url)
        environ = {"FINSECURE_RATE_LIMIT": "off", "FINSECURE_PUBLIC_URL": PUBLIC_URL} | dict(settings)
        master_keys = keys.load_or_create(folder / "config" / "keys.toml", None)
        self.server: Server = build(
            Settings.load(environ), self._db, master_keys, clock=lambda: self.wall, simulator=simulator
        )
        self.app = self.server.application

    async def raw(self, method: str, path: str, body: bytes, headers: list[tuple[bytes, bytes]]) -> Got:
        """A call takes a millisecond, so that what two of them make sorts as it was made."""
        self.wall += 1_000
        got = await super().raw(method, path, body, headers)
        self.agreement.hold(method, path, got)
        return got

    async def say(self, method: str, path: str, body: dict[str, Any] | None = None, *, key: str | None = None) -> Got:
        """A call in JSON."""
        if body is None:
            return await self.call(method, path, key=key)
        return await self.call(method, path, msgspec.json.encode(body), key=key, headers={"content-type": JSON})

    async def made(self, path: str, body: dict[str, Any] | None = None, *, key: str | None = None) -> dict[str, Any]:
        """What a POST in JSON that must succeed made."""
        return good(await self.say("POST", path, body, key=key))

    async def seen(self, path: str, *, key: str | None = None) -> dict[str, Any]:
        """What a GET that must succeed shows."""
        return good(await self.get(path, key=key))

    async def pay(self, method: str = "pm_card_visa", *, key: str | None = None, **more: Any) -> dict[str, Any]:
        """A confirmed payment intent of $20.00."""
        body = {"amount": 2000, "currency": "usd", "payment_method": method, "confirm": True, **more}
        return await self.made("/v1/payment_intents", body, key=key)

    async def pass_time(self, seconds: int) -> None:
        """Let time pass, and have what falls due done at its time. No job may fail."""
        end = self.wall + seconds * SECOND
        while (due_us := await self._db.read(queue.next_due_us)) is not None and due_us <= end:
            self.wall = max(self.wall, due_us)
            await self.server.worker.sweep()
            failed = await self._db.read(lambda reader: reader.all(FAILED))
            assert not failed, [tuple(row[name] for name in ("kind", "object_id", "last_error")) for row in failed]
        self.wall = end

    async def open(self) -> None:
        """Open the two accounts."""
        self.account = await self._opened("Tea Shop")
        self.other = await self._opened("Shoe Shop")

    async def _opened(self, name: str) -> OpenedAccount:
        return await self._db.write(lambda tx: ops.open_account(tx, self.wall, os.urandom, name))

    async def close(self) -> None:
        """Close the database."""
        await self._db.close()


@asynccontextmanager
async def opened(
    url: str, folder: Path, agreement: Agreement, *, simulator: Processor | None = None, **settings: str
) -> AsyncIterator[House]:
    """A house for the length of a `with`. `settings` are those of the environment."""
    house = House(url, folder, agreement, settings, simulator)
    await house.server.work.open()
    await house.open()
    try:
        yield house
    finally:
        await house.server.stop()
        await house.close()


def good(got: Got) -> dict[str, Any]:
    """The object of a reply that must be one."""
    assert got.status == 200, got.body
    shown: dict[str, Any] = got.json
    return shown
