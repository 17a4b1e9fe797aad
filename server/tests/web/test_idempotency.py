"""Idempotency keys, rule by rule: one effect, one answer, whatever happens in between. On both engines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec
import pytest
from msgspec import UNSET, Meta, Struct, UnsetType

from finsecure_server.accounts.ops import open_account
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.storage.database import Database, Reader, Tx, Unavailable
from finsecure_server.storage.drive import Ask
from finsecure_server.web import command, idempotency
from finsecure_server.web.idempotency import KEPT_US, LEASE_US, fingerprints
from finsecure_server.web.params import Amount, Expand, Metadata, ShortText
from finsecure_server.web.router import Answer, Call, Route
from tests.edge import T0, Edge, Got

ADD: Final = """
INSERT INTO customers (account_id, livemode, id, created_us, email, deleted, sequence, doc)
VALUES (:account, :livemode, :id, :now, :email, 0, 1, '{}')"""
SETTLE: Final = (
    "UPDATE customers SET sequence = sequence + 1 WHERE account_id = :account AND livemode = :livemode AND id = :id"
)
ALL: Final = "SELECT id, email, sequence FROM customers ORDER BY id"


class Give(Struct, kw_only=True, forbid_unknown_fields=True):
    amount: Amount
    why: ShortText = ""
    metadata: Metadata | UnsetType = UNSET
    names: list[ShortText] | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=100)] = 1
    expand: Expand | UnsetType = UNSET


class Thing(Struct, kw_only=True):
    id: str
    amount: int


class Stopped(Exception):
    """The process ends here, as far as the database can tell."""


class Shop:
    """Routes that write, refuse, decline, break and ask; and what the outside answers."""

    def __init__(self) -> None:
        self.answers: asyncio.Future[str] | None = None
        self.asked = 0

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("POST", "/v1/things", self.create, params=Give),
            Route("POST", "/v1/others", self.create, params=Give),
            Route("GET", "/v1/things", self.look, params=Give),
            Route("DELETE", "/v1/things", self.create, params=Give),
            Route("POST", "/v1/asked", self.ask, params=Give, recover=self.recover),
            Route("POST", "/v1/forgotten", self.ask, params=Give),
        )

    def create(self, tx: Tx, env: Env, call: Call[Give]) -> Thing | Answer:
        thing = Thing(id=env.new_id("cus"), amount=call.params.amount)
        tx.run(
            ADD,
            account=env.account,
            livemode=int(env.livemode),
            id=thing.id,
            now=env.now,
            email=call.params.why or None,
        )
        match call.params.why:
            case "refuse":
                raise Refused(Code.AMOUNT_TOO_SMALL, param="amount")
            case "lock":
                raise Refused(Code.LOCK_TIMEOUT)
            case "break":
                raise ZeroDivisionError
            case "full":
                raise Unavailable("disk full")
            case "decline":
                return command.decline(Refused(Code.CARD_DECLINED, decline_code="generic_decline"), env, thing.id)
        return thing

    def look(self, reader: Reader, env: Env, call: Call[Give]) -> bytes:
        return msgspec.json.encode([row["id"] for row in reader.all(ALL)])

    def ask(self, tx: Tx, env: Env, call: Call[Give]) -> Ask[str, Thing]:
        thing = self.create(tx, env, call)
        assert isinstance(thing, Thing)

        async def question() -> str:
            self.asked += 1
            assert self.answers is not None
            return await self.answers

        def then(tx: Tx, reply: str) -> Thing:
            if reply == "stop":
                raise Stopped
            tx.run(SETTLE, account=env.account, livemode=int(env.livemode), id=thing.id)
            return thing

        return Ask(question, then, thing.id)

    def recover(self, reader: Reader, env: Env, object_id: str) -> Answer:
        return Answer(Thing(id=object_id, amount=-1), object_id=object_id)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
async def edge(database: Database, shop: Shop) -> Edge:
    edge = Edge(database, shop.routes())
    await edge.open_account()
    return edge


async def post(edge: Edge, key: str | None = "k", path: str = "/v1/things", /, **fields: Any) -> Got:
    headers = {} if key is None else {"idempotency_key": key}
    return await edge.post(path, {"amount": 2000, **fields}, **headers)


async def things(edge: Edge) -> list[tuple[str | None, int]]:
    rows = await edge.db.read(lambda reader: reader.all(ALL))
    return [(row["email"], row["sequence"]) for row in rows]


# -- one effect, one answer -------------------------------------------------------------------------------------------


async def test_without_a_key_every_call_is_another(edge: Edge) -> None:
    first, second = await post(edge, None), await post(edge, None)
    assert first.json["id"] != second.json["id"]
    assert "idempotent-replayed" not in second.headers


async def test_a_repeat_gets_the_first_reply_byte_by_byte(edge: Edge) -> None:
    first = await post(edge)
    edge.wall += 5_000_000
    second = await post(edge)
    assert (second.status, second.body) == (first.status, first.body)
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == "k"
    assert first.headers["request-id"] != second.headers["request-id"]
    assert len(await things(edge)) == 1


async def test_a_refusal_is_kept_and_leaves_nothing_else(edge: Edge) -> None:
    first, second = await post(edge, why="refuse"), await post(edge, why="refuse")
    assert (first.status, first.code, first.error["param"]) == (400, "amount_too_small", "amount")
    assert second.body == first.body  # the request id in it is that of the first
    assert second.headers["idempotent-replayed"] == "true"
    assert await things(edge) == []


async def test_a_decline_is_kept_with_what_it_wrote(edge: Edge) -> None:
    first, second = await post(edge, why="decline"), await post(edge, why="decline")
    assert (first.status, first.code) == (402, "card_declined")
    assert second.body == first.body
    assert await things(edge) == [("decline", 1)]


async def test_our_own_failure_is_kept_as_well(edge: Edge) -> None:
    first, second = await post(edge, why="break"), await post(edge, why="break")
    assert (first.status, first.code, first.error["type"]) == (500, "internal_error", "api_error")
    assert (second.status, second.body) == (500, first.body)
    assert second.headers["idempotent-replayed"] == "true"
    assert first.headers["finsecure-should-retry"] == "false", "clients would only fetch the kept reply"
    assert await things(edge) == []


@pytest.mark.parametrize(
    ("why", "status", "code"), [("lock", 429, "lock_timeout"), ("full", 503, "database_unavailable")]
)
async def test_what_passes_is_not_kept(edge: Edge, why: str, status: int, code: str) -> None:
    for _ in range(2):
        got = await post(edge, why=why)
        assert (got.status, got.code) == (status, code)
        assert "idempotent-replayed" not in got.headers
        assert got.headers["retry-after"]
    assert (await post(edge)).status == 200  # not even its parameters


async def test_what_fails_before_it_begins_is_not_kept(edge: Edge) -> None:
    assert (await post(edge, amount="x")).code == "parameter_invalid_integer"
    assert (await post(edge, limit=0)).code == "parameter_invalid_integer"
    assert (await edge.post("/v1/things", {"amount": 1}, idempotency_key="k", authorization="none")).status == 401
    assert (await edge.post("/v1/nothing", {"amount": 1}, idempotency_key="k")).status == 404
    got = await post(edge)
    assert got.status == 200
    assert "idempotent-replayed" not in got.headers


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_only_post_heeds_a_key(edge: Edge, method: str) -> None:
    path = "/v1/things" + ("?amount=1" if method == "GET" else "")
    body = b"" if method == "GET" else b"amount=1"
    for _ in range(2):
        got = await edge.call(method, path, body, headers={"idempotency-key": "k"})
        assert got.status == 200
        assert "idempotent-replayed" not in got.headers
    assert len(await things(edge)) == (2 if method == "DELETE" else 0)
    assert (await post(edge)).headers.get("idempotent-replayed") is None


# -- whose key, and for what ------------------------------------------------------------------------------------------


async def test_a_key_is_of_one_account_and_one_mode(edge: Edge) -> None:
    first = edge.account
    other = await edge.db.write(lambda tx: open_account(tx, T0, bytes, "Other"))
    for key in (first.secret_test, first.secret_live, other.secret_test):
        got = await edge.post("/v1/things", {"amount": 1}, key=key, idempotency_key="k")
        assert got.status == 200
        assert "idempotent-replayed" not in got.headers
    assert len(await things(edge)) == 3


async def test_the_same_key_with_other_parameters(edge: Edge) -> None:
    await post(edge, why="a", names=["x"])
    for change, param in (
        ({"amount": 1, "why": "a", "names": ["x"]}, "amount"),
        ({"why": "b", "names": ["x"]}, "why"),
        ({"names": ["x"]}, "why"),
        ({"why": "a", "names": ["y"]}, "names"),
        ({"why": "a", "names": ["x"], "limit": 2}, "limit"),
        ({"why": "c", "names": ["y"]}, "names"),
    ):
        got = await post(edge, **change)
        assert (got.status, got.error["type"], got.error["param"]) == (400, "idempotency_error", param)
        assert "code" not in got.error  # as at Stripe
        assert got.error["request_log_url"].endswith(got.headers["request-id"])
        assert "Differing: " in got.error["message"]
        assert "other than 'k'" in got.error["message"]
        assert "idempotent-replayed" not in got.headers
    assert len(await things(edge)) == 1
    assert (await post(edge, why="a", names=["x"])).headers["idempotent-replayed"] == "true"


async def test_the_same_key_at_another_address(edge: Edge) -> None:
    await post(edge)
    got = await post(edge, "k", "/v1/others")
    assert (got.status, got.error["type"]) == (400, "idempotency_error")
    assert "('POST /v1/things' vs 'POST /v1/others')" in got.error["message"]


async def test_a_mismatch_is_found_while_the_first_is_still_refused(edge: Edge) -> None:
    await post(edge, why="refuse")
    assert (await post(edge, why="other")).error["type"] == "idempotency_error"


async def test_the_order_of_parameters_does_not_matter(edge: Edge) -> None:
    def sent(body: bytes) -> Any:
        return edge.call("POST", "/v1/things", body, headers={"idempotency-key": "k"})

    first = await sent(b"amount=1&metadata[a]=1&metadata[b]=2&why=x")
    again = await sent(b"why=x&metadata[b]=2&metadata[a]=1&amount=1")
    assert again.body == first.body
    assert (await sent(b"why=x&metadata[b]=1&metadata[a]=2&amount=1")).error["param"] == "metadata"


def test_parameters_are_kept_as_keyed_digests() -> None:
    kept = fingerprints({"number": "4242424242424242", "amount": 1}, b"secret")
    assert "4242" not in kept
    assert kept != fingerprints({"number": "4242424242424242", "amount": 1}, b"another")
    assert kept == fingerprints({"amount": 1, "number": "4242424242424242"}, b"secret")
    assert fingerprints({"a": "1"}, b"s") != fingerprints({"a": 1}, b"s")
    assert fingerprints({"a": "\ud800"}, b"s") != fingerprints({"a": {"b": ["\ud800", None, 1.5, True]}}, b"s")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("k" * 255, None),
        ("k" * 256, "idempotency_key_too_long"),
        ("", "idempotency_key_empty"),
        ("  ", "idempotency_key_empty"),
        ("k\x00", "parameter_invalid_string"),
        ("order 4242 4242 4242 4242", "card_number_in_text"),
        ("é ' \" ; --", None),
        ("b9a0c3f2-1111-4222-8333-444455556666", None),
    ],
)
async def test_what_may_be_a_key(edge: Edge, key: str, code: str | None) -> None:
    got = await post(edge, key)
    assert got.code == code
    if code is None:
        assert (await post(edge, key)).headers["idempotency-key"] == key
        assert len(await things(edge)) == 1


# -- at the same time -------------------------------------------------------------------------------------------------


async def test_a_hundred_at_once_have_one_effect(edge: Edge) -> None:
    got = await asyncio.gather(*(post(edge) for _ in range(100)))
    assert {(each.status, each.body) for each in got} == {(200, got[0].body)}
    assert sum("idempotent-replayed" not in each.headers for each in got) == 1
    assert len(await things(edge)) == 1


@pytest.mark.parametrize("why", ["refuse", "decline", "break"])
async def test_a_crowd_of_failures_is_one_failure(edge: Edge, why: str) -> None:
    got = await asyncio.gather(*(post(edge, why=why) for _ in range(20)))
    replayed = [each for each in got if "idempotent-replayed" in each.headers]
    assert replayed
    assert len({each.body for each in replayed}) == 1
    assert len(await things(edge)) == (1 if why == "decline" else 0)


async def test_different_parameters_at_once_have_one_effect(edge: Edge) -> None:
    got = await asyncio.gather(*(post(edge, amount=number) for number in range(20)))
    assert sorted(each.status for each in got) == [200, *[400] * 19]
    assert len(await things(edge)) == 1


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not done():  # noqa: ASYNC110  because what is waited for is in another thread
            await asyncio.sleep(0.001)


async def test_while_the_first_waits_the_second_is_told_to_wait(edge: Edge, shop: Shop) -> None:
    shop.answers = asyncio.get_running_loop().create_future()
    first = asyncio.create_task(post(edge, "k", "/v1/asked"))
    await until(lambda: shop.asked == 1)
    second = await post(edge, "k", "/v1/asked")
    assert (second.status, second.code, second.error["type"]) == (409, "idempotency_key_in_use", "idempotency_error")
    assert second.headers["retry-after"] == "1"
    assert second.headers["finsecure-should-retry"] == "true"
    assert (await post(edge, "k", "/v1/asked", amount=1)).error["param"] == "amount"
    shop.answers.set_result("yes")
    done = await first
    third = await post(edge, "k", "/v1/asked")
    assert (third.status, third.body) == (200, done.body)
    assert third.headers["idempotent-replayed"] == "true"
    assert shop.asked == 1
    assert await things(edge) == [(None, 2)]


# -- after a crash ----------------------------------------------------------------------------------------------------


async def crashed(edge: Edge, shop: Shop, path: str) -> str:
    """A call that stopped between its question and its end; what it has made."""
    shop.answers = asyncio.get_running_loop().create_future()
    call = asyncio.create_task(post(edge, "k", path))
    await until(lambda: shop.asked == 1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    row = await edge.db.read(lambda reader: reader.one("SELECT state, object_id FROM idempotency_keys"))
    assert row is not None
    assert row["state"] == "started"
    object_id: str = row["object_id"]
    return object_id


async def test_a_call_cut_short_is_recovered_and_not_repeated(edge: Edge, shop: Shop) -> None:
    made = await crashed(edge, shop, "/v1/asked")
    edge.wall = T0 + LEASE_US - 1
    assert (await post(edge, "k", "/v1/asked")).status == 409  # whoever began may still be at it
    edge.wall = T0 + LEASE_US
    found = await post(edge, "k", "/v1/asked")
    assert (found.status, found.json) == (200, {"id": made, "amount": -1})
    again = await post(edge, "k", "/v1/asked")
    assert again.body == found.body
    assert again.headers["idempotent-replayed"] == "true"
    assert shop.asked == 1
    assert await things(edge) == [(None, 1)]


async def test_without_a_way_to_recover_nothing_is_repeated(edge: Edge, shop: Shop) -> None:
    await crashed(edge, shop, "/v1/forgotten")
    edge.wall = T0 + LEASE_US
    assert (await post(edge, "k", "/v1/forgotten")).status == 409
    assert shop.asked == 1


async def test_many_recoveries_at_once_are_one(edge: Edge, shop: Shop) -> None:
    await crashed(edge, shop, "/v1/asked")
    edge.wall = T0 + LEASE_US
    got = await asyncio.gather(*(post(edge, "k", "/v1/asked") for _ in range(10)))
    assert {each.status for each in got} <= {200, 409}
    assert len({each.body for each in got if each.status == 200}) == 1


async def test_the_second_half_that_fails_leaves_the_key_to_its_sweep(edge: Edge, shop: Shop) -> None:
    shop.answers = asyncio.get_running_loop().create_future()
    shop.answers.set_result("stop")
    got = await post(edge, "k", "/v1/asked")
    assert (got.status, got.code) == (500, "internal_error")
    assert (await post(edge, "k", "/v1/asked")).status == 409
    edge.wall = T0 + LEASE_US
    assert (await post(edge, "k", "/v1/asked")).json["amount"] == -1


# -- how long ---------------------------------------------------------------------------------------------------------


async def test_a_key_is_kept_for_a_day_and_then_begins_anew(edge: Edge) -> None:
    first = await post(edge)
    edge.wall = T0 + KEPT_US
    assert (await post(edge)).body == first.body
    edge.wall = T0 + KEPT_US + 1
    anew = await post(edge, amount=1)
    assert anew.status == 200
    assert "idempotent-replayed" not in anew.headers
    assert anew.json["id"] != first.json["id"]
    edge.wall += 1
    assert (await post(edge, amount=1)).body == anew.body


async def test_pruning_takes_what_is_past_its_time(edge: Edge, shop: Shop) -> None:
    await crashed(edge, shop, "/v1/asked")
    await post(edge, "early")
    edge.wall = T0 + KEPT_US
    await post(edge, "late")

    async def keys(wall: int) -> list[str]:
        await edge.db.write(lambda tx: idempotency.prune(tx, wall))
        rows = await edge.db.read(lambda reader: reader.all("SELECT key FROM idempotency_keys ORDER BY key"))
        return [row["key"] for row in rows]

    assert await keys(T0 + KEPT_US) == ["early", "k", "late"]
    assert await keys(T0 + KEPT_US + 1) == ["k", "late"]  # a started one waits for its sweep
    assert await keys(T0 + 7 * KEPT_US) == ["k"]
    assert await keys(T0 + 7 * KEPT_US + 1) == []
