"""SQL of a reader's own occurrences of a code. Every statement reads a bounded number of rows, by an index."""

from __future__ import annotations

from typing import Final

from finsecure_server.core.env import Env
from finsecure_server.storage.database import Reader, Row

#: What the request log says of the latest requests that failed with a code.
OF_ERROR: Final = """
SELECT id, created_us, method, path FROM request_log
WHERE account_id = :account AND livemode = :livemode AND error_code = :code ORDER BY id DESC LIMIT :limit"""

#: A decline that has no error code of its own is told from others by the reply. Only the latest are looked through.
OF_DECLINE: Final = """
SELECT id, created_us, method, path, CASE WHEN response LIKE :member THEN 1 ELSE 0 END AS fits FROM request_log
WHERE account_id = :account AND livemode = :livemode AND error_code = :code ORDER BY id DESC LIMIT :limit"""

#: Attempts of deliveries that failed so.
OF_FAILURE: Final = """
SELECT id, created_us, endpoint_id FROM webhook_attempts
WHERE account_id = :account AND livemode = :livemode AND error = :code ORDER BY id DESC LIMIT :limit"""


def of_error(reader: Reader, env: Env, code: str, limit: int) -> list[Row]:
    """The latest requests that failed with a code, newest first."""
    return reader.all(OF_ERROR, account=env.account, livemode=int(env.livemode), code=code, limit=limit)


def of_decline(reader: Reader, env: Env, code: str, decline_code: str, limit: int) -> list[Row]:
    """The latest `limit` requests that failed with `code`; those with the decline code have `fits` = 1."""
    member = f'%"decline_code":"{decline_code}"%'
    return reader.all(
        OF_DECLINE, account=env.account, livemode=int(env.livemode), code=code, member=member, limit=limit
    )


def of_failure(reader: Reader, env: Env, code: str, limit: int) -> list[Row]:
    """The latest attempts that failed so, newest first."""
    return reader.all(OF_FAILURE, account=env.account, livemode=int(env.livemode), code=code, limit=limit)
