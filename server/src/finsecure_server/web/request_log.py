"""Every request, written down without making anybody wait for it.

An entry becomes a row at once, in memory: card data is taken out before it could lie about, and what is kept of a
request is bounded. A task writes the rows a quarter of a second later, or as soon as there is a batch of them, in a
transaction of their own. Should the database take no work, the newest rows are kept and the oldest dropped, and that is
said.

The reply has been sent before the entry is made. Measured on one core, a request costs 9 µs here and 9 µs in SQLite.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from functools import lru_cache
from typing import Any, Final

import msgspec
import structlog

from finsecure_server.core.disclosure import disclosed
from finsecure_server.storage.database import CommitUnknown, Database, Tx, Unavailable
from finsecure_server.web import forms
from finsecure_server.web.request import LogEntry

log = structlog.get_logger()

FLUSH_EVERY_S: Final = 0.25
BATCH_ROWS: Final = 256
WAITING_MAX: Final = 4096  # rows in memory; about 2 MiB, at most 64 MiB
JSON_BYTES_MAX: Final = 8 << 10  # of a request's parameters, and of its error
PATH_LETTERS_MAX: Final = 500
USER_AGENT_LETTERS_MAX: Final = 300
KEY_LETTERS_MAX: Final = 255
CARD_LETTERS_MAX: Final = 40  # of a card number with its gaps: so far beyond a cut the masking must look
KEPT_US: Final = 30 * 86_400 * 1_000_000
PRUNED_ROWS: Final = 1000  # to a transaction, so that no payment waits for housekeeping

PRUNE_UNTIL: Final = (
    "SELECT created_us FROM request_log WHERE created_us < :before ORDER BY created_us LIMIT 1 OFFSET :rows"
)
PRUNE: Final = "DELETE FROM request_log WHERE created_us < :before"

Row = dict[str, object]


class RequestLog:
    """Implements `web.request.RequestLog`."""

    def __init__(self) -> None:
        self._rows: deque[Row] = deque(maxlen=WAITING_MAX)
        self._dropped = 0
        self._some = asyncio.Event()
        self._many = asyncio.Event()

    def add(self, entry: LogEntry) -> None:
        """Note one request."""
        rows = self._rows
        if len(rows) == WAITING_MAX:
            self._dropped += 1
        rows.append(row_of(entry))
        if len(rows) == 1:
            self._some.set()
        elif len(rows) == BATCH_ROWS:
            self._many.set()

    async def run(self, db: Database) -> None:
        """Write what comes, until cancelled; what is left is written then."""
        try:
            while True:
                await self._some.wait()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(FLUSH_EVERY_S):
                        await self._many.wait()
                if not await self.flush_now(db):
                    await asyncio.sleep(FLUSH_EVERY_S)
        finally:
            await self.flush_now(db)

    async def flush_now(self, db: Database) -> bool:
        """Write every row that waits. False when the database takes no work: they wait on."""
        if self._dropped:
            log.error("requests were not logged: the database did not keep up", requests=self._dropped)
            self._dropped = 0
        while self._rows:
            batch = [self._rows.popleft() for _ in range(min(BATCH_ROWS, len(self._rows)))]
            if not await self._write(db, batch):
                return False
        self._some.clear()
        self._many.clear()
        return True

    async def _write(self, db: Database, batch: list[Row]) -> bool:
        def op(tx: Tx) -> None:
            for row in batch:
                tx.append("request_log", row)

        try:
            await db.write(op)
        except Unavailable:
            room = WAITING_MAX - len(self._rows)
            self._dropped += max(len(batch) - room, 0)
            self._rows.extendleft(reversed(batch[-room:] if room else []))
            return False
        except CommitUnknown:
            log.warning("it is not known whether requests were logged", requests=len(batch))
        except Exception:  # a row that no engine takes is a bug of ours; the log goes on without it
            log.exception("requests were not logged", requests=len(batch))
        return True


async def prune(db: Database, wall_us: int) -> int:
    """Forget requests past their 30 days, a few at a time; returns how many."""
    pruned = 0
    while True:
        gone = await db.write(lambda tx: _prune_some(tx, wall_us - KEPT_US))
        pruned += gone
        if gone < PRUNED_ROWS:
            return pruned


def _prune_some(tx: Tx, before_us: int) -> int:
    until = tx.one(PRUNE_UNTIL, before=before_us, rows=PRUNED_ROWS)
    return tx.run(PRUNE, before=before_us if until is None else until["created_us"] + 1)


def row_of(entry: LogEntry) -> Row:
    """The row of a request: redacted by schema, free of card numbers, bounded."""
    caller = entry.caller
    response, code = _failure(entry.response) if entry.response is not None else (None, None)
    key = entry.idempotency_key
    return {
        "account_id": "" if caller is None else caller.account,
        "livemode": 0 if caller is None else int(caller.livemode),
        "id": entry.id,
        "created_us": entry.created_us,
        "method": entry.method[:16],
        "path": _text(entry.path, PATH_LETTERS_MAX),
        "status": entry.status,
        "duration_us": entry.duration_us,
        "error_code": entry.error_code or code,
        "object_id": entry.object_id,
        "key_id": None if caller is None else caller.key_id,
        "idempotency_key": None if key is None else _text(key, KEY_LETTERS_MAX),
        "api_version": entry.version,
        "ip": entry.ip[:64],
        "user_agent": _user_agent(entry.user_agent[: USER_AGENT_LETTERS_MAX + CARD_LETTERS_MAX]),
        "request": _request(entry) if entry.tree else "{}",
        "response": response,
    }


def _text(text: str, letters_max: int) -> str:
    """Text from outside as any engine can keep it."""
    return forms.cleaned(disclosed(text[: letters_max + CARD_LETTERS_MAX]))[:letters_max]


@lru_cache(maxsize=1000)
def _user_agent(text: str) -> str:
    """The same few say who they are over and over."""
    return _text(text, USER_AGENT_LETTERS_MAX)


def _request(entry: LogEntry) -> str:
    """The parameters as JSON. Where they are too long, the long ones make room for the others."""
    kept = forms.redacted(entry.tree, entry.shape)
    shown = msgspec.json.encode(kept)
    if len(shown) > JSON_BYTES_MAX:
        fair = JSON_BYTES_MAX // 2 // len(kept) if isinstance(kept, dict) else 0
        kept = {name: _shortened(value, fair) for name, value in kept.items()} if fair > 60 else _left_out(len(shown))
        shown = msgspec.json.encode(kept)
    if len(shown) > JSON_BYTES_MAX:
        shown = msgspec.json.encode(_left_out(len(shown)))
    return shown.decode()


def _shortened(value: Any, bytes_max: int) -> Any:
    size = len(msgspec.json.encode(value))
    return value if size <= bytes_max else _left_out(size)


def _left_out(size: int) -> str:
    return f"[{size} bytes left out]"


def _failure(body: bytes) -> tuple[str | None, str | None]:
    """The error as JSON, and its code. An object in it is replaced by its id: it can be looked up, and is no secret."""
    try:
        error = msgspec.json.decode(body, type=_Failed).error
    except msgspec.DecodeError:
        return None, None  # a page for people
    kept = {name: value.get("id") if isinstance(value, dict) else value for name, value in error.items()}
    shown = msgspec.json.encode({"error": kept})
    if len(shown) > JSON_BYTES_MAX:
        shown = msgspec.json.encode({"error": {name: _shortened(value, 1000) for name, value in kept.items()}})
    code = kept.get("code")
    return shown.decode(), code if isinstance(code, str) else None


class _Failed(msgspec.Struct):
    """The envelope of an error."""

    error: dict[str, Any]
