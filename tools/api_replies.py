"""The reply to every example of the API reference: each call is made, to the whole server in this process.

The clock stands still between two calls and chance counts, so that the same code gives the same replies, byte by byte.
What is measured is not what it was then: how long a request took says what it says here.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
from structlog.testing import capture_logs

from finsecure_server.accounts import ops
from finsecure_server.app import Server, build
from finsecure_server.help.api_examples import Example, examples
from finsecure_server.help.api_languages import in_brackets
from finsecure_server.help.library import ADDRESS
from finsecure_server.settings import Settings
from finsecure_server.storage import migrate, queue, urls
from finsecure_server.storage.database import Database
from finsecure_server.storage.engines import open_database
from tests.edge import SECOND, Client, form
from tests.help.shop import SHOP, Shop, open_shop, prepared
from tools.examples import WALL_US, counting, master_keys

#: What a measurement says in place of what it was.
MEASURED: Final[Mapping[str, int]] = {
    "connect_us": 310,
    "dns_us": 420,
    "duration_us": 2400,
    "first_byte_us": 3600,
    "timing_ms": 4,
    "total_us": 4330,
}
_TOOK: Final = re.compile(r"within \d+ ms")
#: A document of its own, and not an example of anything.
LEFT_OUT: Final = frozenset({"openapi.retrieve"})
TRIES: Final = 60


@cache
def replies() -> dict[str, Any]:
    """Name of the operation -> its reply. Of a list the first object is there."""
    with tempfile.TemporaryDirectory() as folder, capture_logs(), open_shop() as shop:
        return asyncio.run(_replies(Path(folder), shop))


def text() -> str:
    """`help/api_replies.json`: an object whose members are the replies, a line each."""
    lines = (f"{json.dumps(name)}: {json.dumps(reply, ensure_ascii=False)}" for name, reply in replies().items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


class _House(Client):
    """The server, as `app.py` puts it together, and a clock that is moved here."""

    def __init__(self, db: Database, shop: Shop) -> None:
        self.wall = WALL_US
        self.shop = shop
        self.db = db
        settings = Settings.load({"FINSECURE_RATE_LIMIT": "off", "FINSECURE_PUBLIC_URL": ADDRESS})
        self.chance = counting()
        self.server: Server = build(settings, db, master_keys(), clock=lambda: self.wall, chance=self.chance)
        self.app = self.server.application

    async def asked(self, example: Example) -> Any:
        """The reply to a call. Time goes on by a second, and what falls due until then is done."""
        path, body = example.path, b""
        if example.method == "GET":
            path += "?" + form(dict(in_brackets(example.params))).decode()
        elif example.method == "POST":
            body = msgspec.json.encode(example.params).replace(SHOP.encode(), self.shop.url.encode())
        headers = {"content-type": "application/json"} if body else {}
        got = await self.call(example.method, path, body, headers=headers)
        assert got.status == 200, (example.call, got.body)
        self.shop.hear(got.json)
        await self.pass_a_second()
        return got.json

    async def pass_a_second(self) -> None:
        """As it passes in a server that runs."""
        end = self.wall + SECOND
        while (due_us := await self.db.read(queue.next_due_us)) is not None and due_us <= end:
            self.wall = max(self.wall, due_us)
            await self.server.worker.sweep()
        self.wall = end
        await self.server.request_log.flush_now(self.db)

    async def made(self, name: str) -> Example:
        """The example of an operation, with the ids of real things."""
        work = prepared(name, self.shop.url)
        step = next(work)
        for _ in range(TRIES):
            if step.again:  # only then, for it takes its time
                await self.server.sender.settle()
            try:
                step = work.send(await self.asked(step.example))
            except StopIteration as end:
                example: Example = end.value
                return example
        raise AssertionError(f"{name}: {step.example.call} never shows what is looked for")


async def _replies(folder: Path, shop: Shop) -> dict[str, Any]:
    url = urls.sqlite_url(folder / "examples.db")
    migrate.up(url, WALL_US)
    db = open_database(url)
    house = _House(db, shop)
    await house.server.work.open()
    try:
        house.account = await db.write(lambda tx: ops.open_account(tx, house.wall, house.chance, "Tea Shop"))
        return {name: await _reply(house, name) for name in examples() if name not in LEFT_OUT}
    finally:
        await house.server.stop()
        await db.close()


async def _reply(house: _House, name: str) -> Any:
    example = await house.made(name) if _needs_something(name) else examples()[name]
    reply = await house.asked(example)
    if reply.get("object") == "list":
        reply["data"] = reply["data"][:1]
    return _as_shown(reply, house.shop.url)


def _needs_something(name: str) -> bool:
    example = examples()[name]
    return bool(example.needs or example.stands_for())


def _as_shown(value: Any, shop: str) -> Any:
    """Without what differs from one run to the next."""
    match value:
        case dict():
            return {
                name: MEASURED[name] if name in MEASURED and inner is not None else _as_shown(inner, shop)
                for name, inner in value.items()
            }
        case list():
            return [_as_shown(inner, shop) for inner in value]
        case str():
            return _TOOK.sub("within 4 ms", value.replace(shop, SHOP))
    return value
