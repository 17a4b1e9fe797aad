"""SQL of the request log. It is written by web/request_log.py, and only read here."""

from __future__ import annotations

from typing import Final

import msgspec

from finsecure_server.core.env import Env
from finsecure_server.core.errors import NoSuch
from finsecure_server.diagnostics.types import RequestLog
from finsecure_server.storage.database import Reader, Row
from finsecure_server.storage.pages import Listing

FIND: Final = "SELECT * FROM request_log WHERE account_id = :account AND livemode = :livemode AND id = :id"

#: Filters are those that have an index: the log has the most rows of all tables.
LISTING: Final = Listing(
    table="request_log", filters={"object_id": "object_id", "error_code": "error_code"}, columns="*"
)


def get(reader: Reader, env: Env, request_id: str) -> RequestLog:
    """One request of the caller's account and mode. Raises resource_missing, also in the moment before it is there."""
    row = reader.one(FIND, account=env.account, livemode=int(env.livemode), id=request_id)
    if row is None:
        raise NoSuch("request_log", request_id, param="id")
    return shown(row)


def load(reader: Reader, env: Env, request_id: str) -> bytes | None:
    """A request's JSON."""
    row = reader.one(FIND, account=env.account, livemode=int(env.livemode), id=request_id)
    return None if row is None else msgspec.json.encode(shown(row))


def shown(row: Row) -> RequestLog:
    """A row as the API shows it."""
    return RequestLog(
        id=row["id"],
        api_key=row["key_id"],
        api_version=row["api_version"],
        created=row["created_us"] // 1_000_000,
        duration_us=row["duration_us"],
        error_code=row["error_code"],
        idempotency_key=row["idempotency_key"],
        ip=row["ip"],
        livemode=bool(row["livemode"]),
        method=row["method"],
        object_id=row["object_id"],
        path=row["path"],
        request=_read(row["request"]),
        response=None if row["response"] is None else _read(row["response"]),
        status=row["status"],
        user_agent=row["user_agent"],
    )


def _read(text: str) -> dict[str, object]:
    """What was kept. Parameters too long to keep were replaced by a sentence."""
    kept = msgspec.json.decode(text)
    return kept if isinstance(kept, dict) else {"kept": kept}
