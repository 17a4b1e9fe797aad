"""What is measured against: the same HTTP without work, the same rows without HTTP, the same posts and nothing else.

`python -m bench.peers echo PORT` serves; `… commit FILE SECONDS` and `… post URL CLIENTS SECONDS` print one line of
JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import uvicorn
import uvloop


async def echo(_scope: Any, receive: Any, send: Any) -> None:
    """Read a form, write as much JSON as a payment intent has."""
    await receive()
    body = msgspec.json.encode({"object": "echo", "padding": "x" * 900})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def serve(port: int) -> None:
    config = uvicorn.Config(
        echo, port=port, loop="none", http="httptools", ws="none", lifespan="off", log_config=None, access_log=False
    )
    uvloop.run(uvicorn.Server(config).serve())


def commit(path: Path, seconds: float) -> None:
    """Copy the rows of real payments into a database with our schema, 32 payments to a commit."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("PRAGMA synchronous = FULL")
    conn.execute("PRAGMA wal_autocheckpoint = 20000")
    rows = _rows_of_one_payment(conn)
    first = time.time_ns() // 1_000  # so that another run on the same file makes other ids
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        conn.execute("BEGIN IMMEDIATE")
        for table, (sql, templates) in rows.items():
            conn.executemany(sql, [_fresh(table, row, first + done + n) for n in range(32) for row in templates])
        conn.execute("COMMIT")
        done += 32
    print(json.dumps({"per_second": done / (time.perf_counter() - started)}))


TABLES = {
    "payment_intents": "id = :intent",
    "charges": "payment_intent_id = :intent",
    "balance_transactions": "source_id = :charge",
    "events": "object_id IN (:intent, :charge)",
    "ledger_transactions": "source_id = :charge",
    "postings": "transaction_id IN (SELECT id FROM ledger_transactions WHERE source_id = :charge)",
    "idempotency_keys": "object_id = :intent",
}


def _rows_of_one_payment(conn: sqlite3.Connection) -> dict[str, tuple[str, list[dict[str, Any]]]]:
    conn.row_factory = sqlite3.Row
    intent, charge = conn.execute("SELECT id, latest_charge_id FROM payment_intents LIMIT 1").fetchone()
    found = {}
    for table, where in TABLES.items():
        rows = [
            dict(row)
            for row in conn.execute(f"SELECT * FROM {table} WHERE {where}", {"intent": intent, "charge": charge})  # noqa: S608  our own names
        ]
        assert rows, table
        names = ", ".join(rows[0])
        marks = ", ".join(f":{name}" for name in rows[0])
        found[table] = (f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608  our own names
    return found


UNIQUE = ("id", "source_id", "object_id", "transaction_id", "payment_intent_id")


def _fresh(table: str, row: dict[str, Any], number: int) -> dict[str, Any]:
    """The row under other ids, which sort as new ones do."""
    fresh = dict(row)
    for name in UNIQUE:
        if isinstance(fresh.get(name), str):
            fresh[name] = f"{fresh[name]}{number:016d}"
    if table == "idempotency_keys":
        fresh["key"] = os.urandom(16).hex()
    return fresh


async def post(url: str, clients: int, seconds: float) -> None:
    """Post what a webhook has in bytes, as fast as an aiohttp client can."""
    headers = {f"webhook-header-{number}": "x" * 60 for number in range(8)} | {"content-type": "application/json"}
    body = b"x" * 900
    until = time.perf_counter() + seconds
    done = 0
    worked = time.process_time()

    async def client(session: aiohttp.ClientSession) -> None:
        nonlocal done
        while time.perf_counter() < until:
            async with session.post(url, data=body, headers=headers) as reply:
                await reply.read()
            done += 1

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(client(session) for _ in range(clients)))
    print(json.dumps({"per_second": done / seconds, "cpu_us": (time.process_time() - worked) * 1e6 / done}))


if __name__ == "__main__":
    if sys.argv[1] == "echo":
        serve(int(sys.argv[2]))
    elif sys.argv[1] == "post":
        uvloop.run(post(sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
    else:
        commit(Path(sys.argv[2]), float(sys.argv[3]))
