"""The request log: what is kept of a request, what never is, and that nobody waits for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
import pytest
import structlog
from msgspec import UNSET, Struct, UnsetType

from finsecure_server.storage.database import CommitUnknown, Database, Reader, Tx, Unavailable
from finsecure_server.storage.words import Hear
from finsecure_server.web import forms, request_log
from finsecure_server.web.params import CardNumber, Expand, Metadata, SecurityCode, Text
from finsecure_server.web.request import Caller, LogEntry
from finsecure_server.web.request_log import JSON_BYTES_MAX, KEPT_US, RequestLog, prune, row_of

T = TypeVar("T")
PAN = "4242424242424242"
NOW = 1_700_000_000_000_000
CALLER = Caller("acct_1", False, "key_1", "secret", frozenset({"*"}), 0)


class Card(Struct, kw_only=True, forbid_unknown_fields=True):
    number: CardNumber
    cvc: SecurityCode
    exp_year: int


class Params(Struct, kw_only=True, forbid_unknown_fields=True):
    amount: int
    card: Card | UnsetType = UNSET
    description: Text | UnsetType | None = UNSET
    metadata: Metadata | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


SHAPE = forms.shape_of(Params)


def entry(**change: Any) -> LogEntry:
    plain = LogEntry(
        id="req_1", created_us=NOW, method="POST", path="/v1/things", status=200, duration_us=900, caller=CALLER,
        error_code=None, object_id="pi_1", idempotency_key="key", version="2026-11-22", ip="192.0.2.7",
        user_agent="curl/8", tree={}, shape=SHAPE, response=None,
    )  # fmt: skip
    return plain._replace(**change)


def kept(tree: Any, shape: forms.Shape | None = SHAPE) -> Any:
    text = row_of(entry(tree=tree, shape=shape))["request"]
    assert isinstance(text, str)
    assert len(text.encode()) <= JSON_BYTES_MAX
    return json.loads(text)


# -- what is kept -----------------------------------------------------------------------------------------------------


def test_a_row() -> None:
    assert row_of(entry(tree={"amount": "2000"})) == {
        "account_id": "acct_1", "livemode": 0, "id": "req_1", "created_us": NOW, "method": "POST",
        "path": "/v1/things", "status": 200, "duration_us": 900, "error_code": None, "object_id": "pi_1",
        "key_id": "key_1", "idempotency_key": "key", "api_version": "2026-11-22", "ip": "192.0.2.7",
        "user_agent": "curl/8", "request": '{"amount":"2000"}', "response": None,
    }  # fmt: skip


def test_whoever_has_no_good_key_belongs_to_nobody() -> None:
    row = row_of(entry(caller=None, shape=None, tree={"amount": "1"}))
    assert (row["account_id"], row["livemode"], row["key_id"]) == ("", 0, None)
    assert row_of(entry(caller=CALLER._replace(livemode=True)))["livemode"] == 1


@pytest.mark.parametrize(
    ("tree", "log"),
    [
        ({"amount": 2000}, {"amount": 2000}),
        ({"amount": "2000", "description": "tea"}, {"amount": "2000", "description": "tea"}),
        ({"expand": {"0": "customer"}}, {"expand": ["customer"]}),
        ({"expand": ["customer", True, None]}, {"expand": ["customer", True, None]}),
        ({"metadata": {"order": "6735"}}, {"metadata": {"order": "6735"}}),
        (
            {"card": {"number": PAN, "cvc": "123", "exp_year": "34"}},
            {"card": {"number": "[redacted]", "cvc": "[redacted]", "exp_year": "34"}},
        ),
        ({"cvv": "123"}, {"cvv": "[redacted]"}),  # the schema does not know it, so nobody knows what it is
        ({"card": "123"}, {"card": "123"}),
        ({"card": ["123"]}, {"card": "[redacted]"}),
        ({"description": {"cvc": "123"}}, {"description": "[redacted]"}),
        ({"metadata": {"card": {"cvc": "123"}}}, {"metadata": {"card": "[redacted]"}}),
        ({"metadata": ["123"]}, {"metadata": "[redacted]"}),
        ({PAN: "x"}, {"(a card number)": "[redacted]"}),
        ({"description": f"card {PAN}"}, {"description": "(a card number)"}),
        ({"description": "4242 4242 4242 4242"}, {"description": "(a card number)"}),
        ({"amount": int(PAN)}, {"amount": "(a card number)"}),
        ({"metadata": {PAN: "x", "pan": PAN}}, {"metadata": {"(a card number)": "x", "pan": "(a card number)"}}),
        ({"description": "x" * 95 + PAN}, {"description": "x" * 95 + "[c..."}),
        ({"description": "a\x00b\ud800c"}, {"description": "a\ufffdb\ufffdc"}),
        ({"amount": 10.5}, {"amount": "10.5"}),
        ({"amount": 10**30}, {"amount": str(10**30)}),
    ],
)  # fmt: skip
def test_what_is_kept_of_parameters(tree: Any, log: Any) -> None:
    assert kept(tree) == log


def test_without_a_schema_nothing_is_kept() -> None:
    assert kept({"anything": "123"}, None) == "[redacted]"


@pytest.mark.parametrize(
    "tree",
    [
        {"description": "x" * 5000, "metadata": {f"k{n}": "v" * 500 for n in range(50)}},
        {"metadata": {"k" * 40 + str(n): "é" * 500 for n in range(1000)}},
        {f"unknown{n}": "x" for n in range(1000)},
        {"description": "é" * 1_000_000},
        {"expand": ["e" * 200] * 100_000},
        {"description": "\x01" * 5000, "metadata": {"\x01" * 40: "\x01" * 500}},
        {str(n): "x" * 90 for n in range(64)},
    ],
)
def test_what_is_kept_is_bounded_and_still_json(tree: Any) -> None:
    kept(tree)


def test_long_parameters_make_room_for_the_others() -> None:
    found = kept({"amount": "1", "metadata": {f"k{n}": "v" * 90 for n in range(50)}, "expand": ["x" * 90] * 50})
    assert found["amount"] == "1"
    assert found["metadata"].endswith("bytes left out]")


@pytest.mark.parametrize("where", ["path", "user_agent", "idempotency_key"])
def test_headers_and_path_hold_no_card_and_nothing_that_an_engine_refuses(where: str) -> None:
    for sent, log in (
        (f"/v1/{PAN}", "/v1/[card ending 4242]"),
        ("a\x00b", "a\ufffdb"),
        ("x" * 250 + PAN, "x" * 250 + "[card"),
        ("x" * 5000, "x" * 255),
    ):
        text = str(row_of(entry(**{where: sent}))[where])
        assert text.startswith(log)
        assert len(text) <= 500
        assert PAN[:10] not in text


def test_the_error_is_kept_without_the_objects_in_it() -> None:
    body = msgspec.json.encode(
        {
            "error": {
                "type": "card_error",
                "code": "card_declined",
                "payment_intent": {"id": "pi_1", "client_secret": "s"},
            }
        }
    )
    row = row_of(entry(status=402, response=body))
    assert row["error_code"] == "card_declined"  # a decline is an answer: nobody raised it
    assert json.loads(str(row["response"])) == {
        "error": {"type": "card_error", "code": "card_declined", "payment_intent": "pi_1"}
    }
    assert row_of(entry(error_code="rate_limit", response=body))["error_code"] == "rate_limit"
    for odd in (b"<html>", b"{}", b"[]", b"", b'{"error":1}'):
        assert row_of(entry(response=odd))["response"] is None
    long = msgspec.json.encode({"error": {"message": "m" * 20_000, "code": 1}})
    assert len(str(row_of(entry(response=long))["response"])) < JSON_BYTES_MAX


# -- how it is written ------------------------------------------------------------------------------------------------


async def rows(db: Database) -> list[str]:
    found = await db.read(lambda reader: reader.all("SELECT id FROM request_log ORDER BY id"))
    return [row["id"] for row in found]


class Moody:
    """A database that can be told how to fail."""

    def __init__(self, db: Database) -> None:
        self.url = db.url
        self.error: Exception | None = None
        self.writes = 0
        self.written = asyncio.Event()
        self._db = db

    def listen(self, hear: Hear) -> None:
        self._db.listen(hear)

    async def write(self, op: Callable[[Tx], T]) -> T:
        self.writes += 1
        if self.error is not None:
            raise self.error
        result = await self._db.write(op)
        self.written.set()
        return result

    async def read(self, look: Callable[[Reader], T]) -> T:
        return await self._db.read(look)

    async def check_writable(self) -> None:
        await self._db.check_writable()

    async def close(self) -> None:
        await self._db.close()


async def test_any_row_fits_into_any_engine(database: Database) -> None:
    log = RequestLog()
    log.add(entry())
    for number, where in enumerate(("path", "user_agent", "idempotency_key")):
        log.add(entry(id=f"req_2{number}", **{where: "\x00\ud800é" * 5000}))
    log.add(entry(id="req_3", tree={"description": "\x00\udfff", "metadata": {"\ud800": "\x00"}}, caller=None))
    assert await log.flush_now(database)
    assert await rows(database) == ["req_1", "req_20", "req_21", "req_22", "req_3"]


async def test_rows_are_written_by_themselves_and_at_the_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_log, "FLUSH_EVERY_S", 0.02)
    db = Moody(database)
    log = RequestLog()
    running = asyncio.create_task(log.run(db))
    await asyncio.sleep(0.1)
    assert db.writes == 0  # an idle server stays idle
    log.add(entry(id="req_a"))
    await asyncio.wait_for(db.written.wait(), 5)
    assert await rows(database) == ["req_a"]
    log.add(entry(id="req_b"))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await rows(database) == ["req_a", "req_b"]


async def test_a_full_batch_does_not_wait_for_the_clock(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_log, "FLUSH_EVERY_S", 3600)
    db = Moody(database)
    log = RequestLog()
    running = asyncio.create_task(log.run(db))
    for number in range(request_log.BATCH_ROWS):
        log.add(entry(id=f"req_{number:04}"))
    await asyncio.wait_for(db.written.wait(), 10)
    assert len(await rows(database)) == request_log.BATCH_ROWS
    running.cancel()
    await asyncio.wait([running])


async def test_memory_is_bounded_and_the_loss_is_said(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_log, "WAITING_MAX", 10)
    db = Moody(database)
    log = RequestLog()
    db.error = Unavailable("disk full")
    for number in range(8):
        log.add(entry(id=f"req_0{number}"))
    assert not await log.flush_now(db)
    for number in range(8):
        log.add(entry(id=f"req_1{number}"))
    assert len(log._rows) == 10
    db.error = None
    with structlog.testing.capture_logs() as logs:
        assert await log.flush_now(db)
    assert [(said["log_level"], said["requests"]) for said in logs] == [("error", 6)]
    assert await rows(database) == ["req_06", "req_07", *(f"req_1{number}" for number in range(8))]


async def test_what_comes_while_a_write_fails_is_newer_and_wins(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_log, "WAITING_MAX", 4)
    log = RequestLog()

    class Slow(Moody):
        async def write(self, op: Callable[[Tx], T]) -> T:
            for number in range(3):
                log.add(entry(id=f"req_1{number}"))
            raise Unavailable("disk full")

    for number in range(4):
        log.add(entry(id=f"req_0{number}"))
    assert not await log.flush_now(Slow(database))
    assert [row["id"] for row in log._rows] == ["req_03", "req_10", "req_11", "req_12"]
    assert log._dropped == 3


@pytest.mark.parametrize("error", [CommitUnknown("lost"), ValueError("a bug")])
async def test_nothing_stops_the_log(database: Database, error: Exception) -> None:
    db = Moody(database)
    log = RequestLog()
    db.error = error
    log.add(entry(id="req_1"))
    with structlog.testing.capture_logs() as logs:
        assert await log.flush_now(db)
    assert [said["requests"] for said in logs] == [1]
    db.error = None
    log.add(entry(id="req_2"))
    assert await log.flush_now(db)
    assert await rows(database) == ["req_2"]


async def test_requests_are_forgotten_after_thirty_days(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_log, "PRUNED_ROWS", 3)
    log = RequestLog()
    for age_days in range(28, 40):
        log.add(entry(id=f"req_{age_days}", created_us=NOW - age_days * 86_400_000_000))
    await log.flush_now(database)
    db = Moody(database)
    assert await prune(db, NOW) == 9
    assert db.writes == 3
    assert await rows(database) == ["req_28", "req_29", "req_30"]
    assert KEPT_US == 30 * 86_400_000_000
    assert await prune(db, NOW) == 0
