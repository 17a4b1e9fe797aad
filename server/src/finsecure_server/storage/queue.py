"""Later work: the rows of `due`. What must happen to which object, and when.

A row is scheduled in the transaction of what makes it necessary, so it is never lost and never for nothing. A worker
leases it, works with no transaction open, and reports in a transaction of its own. A leased row comes due again when
its lease ends, so work whose worker has died is found by the next one: at least once, never lost.

There is one row to an object and kind, and the last `schedule` wins. If the row is leased just then, the lease is over:
its worker's report will find nothing, and the work comes due at the new time.

`due_us` and `lease_us` are wall clock. An account's own clock (test mode) may be ahead of that; `schedule` takes the
account's time, and `shift` brings what is scheduled nearer as the clock is moved.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from finsecure_server.core.env import Env
from finsecure_server.storage.database import Reader, Tx

ERROR_LENGTH_MAX: Final = 500

SCHEDULE: Final = """
INSERT INTO due (account_id, livemode, kind, object_id, due_us, lease_us, attempts, last_error)
VALUES (:account, :livemode, :kind, :object_id, :due_us, 0, 0, NULL)
ON CONFLICT (account_id, livemode, kind, object_id)
DO UPDATE SET due_us = excluded.due_us, lease_us = 0, attempts = 0, last_error = NULL
"""

CANCEL: Final = """
DELETE FROM due WHERE account_id = :account AND livemode = :livemode AND kind = :kind AND object_id = :object_id
"""

CANDIDATES: Final = """
SELECT account_id, livemode, kind, object_id, due_us, lease_us, attempts, last_error
FROM due WHERE due_us <= :now ORDER BY due_us LIMIT :limit
"""

LEASE: Final = """
UPDATE due SET due_us = :until, lease_us = :until, attempts = attempts + 1
WHERE account_id = :account AND livemode = :livemode AND kind = :kind AND object_id = :object_id
AND due_us = :due_us AND lease_us = :lease_us AND attempts = :attempts
"""

DONE: Final = """
DELETE FROM due
WHERE account_id = :account AND livemode = :livemode AND kind = :kind AND object_id = :object_id
AND lease_us = :lease_us AND attempts = :attempts
"""

FAILED: Final = """
UPDATE due SET due_us = :retry_at_us, lease_us = 0, last_error = :error
WHERE account_id = :account AND livemode = :livemode AND kind = :kind AND object_id = :object_id
AND lease_us = :lease_us AND attempts = :attempts
"""

SHIFT: Final = "UPDATE due SET due_us = due_us - :delta WHERE account_id = :account AND livemode = 0 AND lease_us = 0"

#: Deliveries that wait for their next attempt are later work of the account too.
SHIFT_DELIVERIES: Final = """
UPDATE deliveries SET next_us = next_us - :delta
WHERE account_id = :account AND livemode = 0 AND next_us IS NOT NULL"""

WAKE: Final = """
UPDATE due SET due_us = :now
WHERE account_id = :account AND livemode = :livemode AND kind = :kind AND lease_us = 0 AND due_us > :now
"""

NEXT: Final = "SELECT MIN(due_us) AS due_us FROM due"


class Due(NamedTuple):
    """A row that a worker holds, until `lease_us`. `attempts` counts this one too, from 1."""

    account: str
    livemode: bool
    kind: str
    object_id: str
    due_us: int  # when it came due: the wall clock less this is how late the work is
    lease_us: int
    attempts: int
    last_error: str | None


def schedule(tx: Tx, env: Env, kind: str, object_id: str, due_us: int, *, late: bool = False) -> None:
    """Have `kind` done to the object at `due_us` of the account's own clock; takes the place of what was scheduled.

    `late` writes it as the transaction commits: for a row that many transactions schedule at once.
    """
    due_us -= env.now - env.wall
    write = tx.later if late else tx.run
    write(SCHEDULE, account=env.account, livemode=int(env.livemode), kind=kind, object_id=object_id, due_us=due_us)


def cancel(tx: Tx, env: Env, kind: str, object_id: str) -> bool:
    """Have it not done after all; whether anything was scheduled."""
    return tx.run(CANCEL, account=env.account, livemode=int(env.livemode), kind=kind, object_id=object_id) == 1


def wake(tx: Tx, env: Env, kind: str) -> int:
    """Have all work of this kind that waits in this account and mode done now: what it waits for may have come."""
    return tx.run(WAKE, account=env.account, livemode=int(env.livemode), kind=kind, now=env.wall)


def lease(tx: Tx, now_us: int, lease_for_us: int, limit: int) -> list[Due]:
    """Take up to `limit` rows that are due, the longest due first. Two workers never hold the same row.

    Each row is taken by an update that names the state in which it was seen; who comes second changes nothing. A worker
    that gets fewer than `limit` may have lost some to another one, so it asks again before it sleeps.
    """
    assert lease_for_us > 0, lease_for_us
    until = now_us + lease_for_us
    taken = []
    for row in tx.all(CANDIDATES, now=now_us, limit=limit):
        due = Due(
            row["account_id"], bool(row["livemode"]), row["kind"], row["object_id"],
            row["due_us"], row["lease_us"], row["attempts"], row["last_error"],
        )  # fmt: skip
        if tx.run(LEASE, until=until, due_us=due.due_us, **_held(due)) == 1:
            taken.append(due._replace(lease_us=until, attempts=due.attempts + 1))
    return taken


def done(tx: Tx, due: Due) -> bool:
    """The work is done. False, and nothing changed, if it is no longer ours: another worker's, or scheduled anew."""
    return tx.run(DONE, **_held(due)) == 1


def failed(tx: Tx, due: Due, error: str, retry_at_us: int) -> bool:
    """The work failed and comes due again at `retry_at_us`, wall clock. False if it is no longer ours."""
    return tx.run(FAILED, error=error[:ERROR_LENGTH_MAX], retry_at_us=retry_at_us, **_held(due)) == 1


def shift(tx: Tx, account: str, delta_us: int) -> int:
    """The test clock was moved `delta_us` ahead: all test-mode work of the account comes due that much earlier."""
    tx.run(SHIFT_DELIVERIES, account=account, delta=delta_us)
    return tx.run(SHIFT, account=account, delta=delta_us)


def next_due_us(reader: Reader) -> int | None:
    """When a worker must look again, wall clock: a row comes due, or a lease ends. None: nothing waits."""
    row = reader.one(NEXT)
    assert row is not None
    due_us: int | None = row["due_us"]
    return due_us


def _held(due: Due) -> dict[str, object]:
    """The key of a row, and the lease in which it was seen: another lease has another end, or another number."""
    return {
        "account": due.account, "livemode": int(due.livemode), "kind": due.kind, "object_id": due.object_id,
        "lease_us": due.lease_us, "attempts": due.attempts,
    }  # fmt: skip
