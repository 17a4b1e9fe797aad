"""The disk is full: nobody is told that a payment succeeded which is not there, and it mends itself."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pytest
import requests

from finsecure_server.storage.database import Tx, Unavailable
from finsecure_server.storage.sqlite import SqliteDatabase
from finsecure_server.storage.urls import sqlite_url
from tests.flows.live import KEY, Live
from tests.flows.test_stripe import until

PAYMENT: Final = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"}


@pytest.fixture
async def small(sqlite_url: str) -> AsyncIterator[SqliteDatabase]:
    """A database that may not grow beyond a few pages more than it has."""
    database = SqliteDatabase(sqlite_url.removeprefix("sqlite://"))
    pages = database._conn.execute("PRAGMA page_count").fetchone()[0]
    database._conn.execute(f"PRAGMA max_page_count = {pages + 20}")
    yield database
    await database.close()


def _note(tx: Tx, number: int) -> None:
    row = {"id": f"acct_{number}", "created_us": 0, "clock_offset_us": 0, "clock_moved_us": 0, "doc": "x" * 3000}
    tx.append("accounts", row)


async def test_a_write_that_does_not_fit_is_refused_and_leaves_nothing(small: SqliteDatabase) -> None:
    written = [small.write(partial(_note, number=number)) for number in range(200)]
    ends = await asyncio.gather(*written, return_exceptions=True)
    refused = [end for end in ends if end is not None]
    assert refused
    assert all(isinstance(end, Unavailable) and "full" in str(end) for end in refused)
    done = len(ends) - len(refused)
    assert done > 0
    count = await small.read(lambda reader: reader.one("SELECT COUNT(*) AS n FROM accounts"))
    assert count is not None
    assert count["n"] == done
    small._conn.execute("PRAGMA max_page_count = 100000")
    await small.write(partial(_note, number=5000))
    with sqlite3.connect(Path(small.path)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


# -- what a load balancer is told --------------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Live]:
    """A server on SQLite."""
    live = Live(tmp_path, sqlite_url(tmp_path / "finsecure.db"))
    live.init()
    live.start()
    yield live
    if live.process is not None:
        live.stop()


def ready(live: Live) -> requests.Response:
    return requests.get(live.url + "/health?ready=1", timeout=30)


def pay(live: Live, key: str) -> requests.Response:
    return requests.post(
        live.url + "/v1/payment_intents", auth=(KEY, ""), data=PAYMENT, headers={"Idempotency-Key": key}, timeout=30
    )


def test_a_server_whose_disk_takes_no_more_is_not_ready_until_it_does(shop: Live) -> None:
    """The limit on the size of a file stands in for the disk: what a process may not write, it cannot."""
    assert shop.process is not None
    assert pay(shop, "before").status_code == 200
    assert ready(shop).json()["status"] == "ready"
    log = next(path for path in files(shop) if path.name.endswith("-wal"))
    resource.prlimit(shop.process.pid, resource.RLIMIT_FSIZE, (log.stat().st_size, resource.RLIM_INFINITY))
    assert pay(shop, "full").status_code == 503
    until(lambda: ready(shop).status_code == 503)
    answer = ready(shop)
    error = answer.json()["error"]
    assert (error["code"], error["reason"]) == ("database_unavailable", "io_error")
    assert error["message"] == "The database cannot take work now: its disk fails. Nothing was written."
    assert answer.headers["retry-after"] == "1"
    assert requests.get(shop.url + "/health", timeout=30).json()["status"] == "ok"
    assert requests.get(shop.url + "/v1/balance", auth=(KEY, ""), timeout=30).status_code == 200, "reading goes on"
    resource.prlimit(shop.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    until(lambda: ready(shop).status_code == 200)
    assert pay(shop, "full").status_code == 200
    shop.verify()


def test_a_server_whose_folder_was_deleted_confirms_nothing_more(shop: Live) -> None:
    """What it wrote would be in a file that is gone with the process."""
    assert pay(shop, "before").status_code == 200
    for path in files(shop):
        path.unlink()
    refused = pay(shop, "after")
    assert (refused.status_code, refused.json()["error"]["reason"]) == (503, "file_missing")
    until(lambda: ready(shop).status_code == 503)
    assert ready(shop).json()["error"]["reason"] == "file_missing"
    assert "Put it back, or start the server again" in shop.log()
    shop.stop()
    shop.init()
    shop.start()
    assert ready(shop).status_code == 200
    assert pay(shop, "again").status_code == 200


def files(live: Live) -> list[Path]:
    """The database, and what SQLite keeps beside it."""
    return list(live.home.glob("finsecure.db*"))
