"""Many stored payments, quickly: the rows of real ones again, under ids that sort as if they had been made one by one.

A million payments through the API would take most of an hour, and it is the number of rows and their order in the trees
that matter here, not how they came about.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from bench.peers import _fresh, _rows_of_one_payment
from finsecure_server.core import ids

BATCH = 2_000


def to(path: Path, count: int) -> None:
    """Fill the database up to `count` payments, all older than those that are there."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("PRAGMA synchronous = OFF")
    conn.execute("PRAGMA cache_size = -400000")
    stored = conn.execute("SELECT COUNT(*) FROM payment_intents").fetchone()[0]
    rows = _rows_of_one_payment(conn)
    oldest = ids.when(conn.execute("SELECT MIN(id) FROM payment_intents").fetchone()[0])
    missing = count - stored
    for start in range(0, missing, BATCH):
        some = range(start, min(start + BATCH, missing))
        conn.execute("BEGIN IMMEDIATE")
        for table, (sql, templates) in rows.items():
            conn.executemany(
                sql,
                [_older(_fresh(table, row, number), oldest, missing - number) for number in some for row in templates],
            )
        conn.execute("COMMIT")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.execute("PRAGMA synchronous = FULL")
    conn.close()
    time.sleep(0.1)


def _older(row: dict[str, Any], oldest: int, ago: int) -> dict[str, Any]:
    """Move a row's ids into the past: `ago` milliseconds before the oldest real one."""
    stamp = ids.moment(oldest - ago * 1000)
    for name in ("id", "source_id", "object_id", "transaction_id", "payment_intent_id"):
        value = row.get(name)
        if isinstance(value, str) and "_" in value:
            prefix, _, rest = value.partition("_")
            row[name] = f"{prefix}_{stamp}{rest[len(stamp) :]}"
    return row
