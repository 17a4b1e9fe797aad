"""Who calls, and every way in which that cannot be told."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from finsecure_server.accounts import api, authenticate, store
from finsecure_server.accounts.authenticate import REMEMBERED_MAX, Keys, key_in
from finsecure_server.core.errors import Code, Refused
from finsecure_server.storage.database import Database, Reader, Tx, Unavailable
from finsecure_server.storage.words import Hear
from finsecure_server.web.router import Route
from tests.edge import SECOND, T0, Edge, Got, basic

T = TypeVar("T")


class Watched:
    """A database that counts what is asked of it, and can be told to take no work."""

    def __init__(self, db: Database) -> None:
        self.url = db.url
        self.reads = 0
        self.fails = False
        self.was_read = asyncio.Event()
        self.was_written = asyncio.Event()
        self.held: asyncio.Event | None = None
        self._db = db

    def listen(self, hear: Hear) -> None:
        self._db.listen(hear)

    async def write(self, op: Callable[[Tx], T]) -> T:
        if self.fails:
            raise Unavailable("disk full")
        result = await self._db.write(op)
        self.was_written.set()
        return result

    async def read(self, look: Callable[[Reader], T]) -> T:
        self.reads += 1
        found = await self._db.read(look)
        self.was_read.set()
        if self.held is not None:
            await self.held.wait()
        return found

    async def check_writable(self) -> None:
        await self._db.check_writable()

    async def close(self) -> None:
        await self._db.close()


@pytest.fixture
async def edge(database: Database) -> Edge:
    edge = Edge(database, api.ROUTES)
    await edge.open_account()
    return edge


async def ask(edge: Edge, authorization: str) -> Got:
    return await edge.get("/v1/account", authorization=authorization)


async def test_bearer_and_basic(edge: Edge) -> None:
    key = edge.account.secret_test
    for authorization in (
        f"Bearer {key}", f"bearer {key}", f"BEARER  {key} ", basic(key), basic(key, "ignored"), basic(key, "a:b"),
        "basic " + base64.b64encode(key.encode()).decode(),
    ):  # fmt: skip
        got = await ask(edge, authorization)
        assert (got.status, got.json.get("id")) == (200, edge.account.account), authorization


#: what was sent, the code, what the message says
WRONG = [
    ("none", "api_key_missing", "You did not provide an API key"),
    ("", "api_key_missing", "holds none"),
    ("Bearer", "api_key_missing", "holds none"),
    ("Bearer   ", "api_key_missing", "holds none"),
    (basic(""), "api_key_missing", "holds none"),
    (basic("", "sk_test_x"), "api_key_missing", "holds none"),
    ("Bearer sk_test_0123456789abcdefghij", "invalid_api_key", "sk_test_****************ghij"),
    ("Bearer sk_test_", "invalid_api_key", "none behind its prefix"),
    ("Bearer sk_prod_0123456789abcdefghij", "invalid_api_key", "Keys begin with sk_test_, sk_live_, pk_test_"),
    ("Bearer Sk_Test_0123456789abcdefghij", "invalid_api_key", "Keys begin with"),
    ('Bearer "sk_test_0123456789abcdefghij"', "invalid_api_key", "quotes"),
    ("Bearer 'sk_test_0123456789abcdefghij'", "invalid_api_key", "quotes"),
    ("Bearer $FINSECURE_SECRET_KEY", "invalid_api_key", "placeholder"),
    ("Bearer sk_test_...", "invalid_api_key", "characters that no key has"),
    ("Bearer sk_test_********************", "invalid_api_key", "placeholder"),
    ("Bearer <your key>", "invalid_api_key", "space"),
    ("Bearer sk_test_0123456789 abcdefghij", "invalid_api_key", "space; trim it"),
    (basic("sk_test_0123456789abcdefghij\n"), "invalid_api_key", "line break"),
    (basic("sk_test_0123456789abcdefghij\r\n"), "invalid_api_key", "line break"),
    (basic(" sk_test_0123456789abcdefghij"), "invalid_api_key", "space; trim it"),
    ("Bearer sk_test_" + "a" * 400, "invalid_api_key", "too many"),
    ("Bearer sk_test_" + "a" * 4000, "invalid_api_key", "too long"),
    ("sk_test_0123456789abcdefghij", "invalid_api_key", "Authorization: Bearer <key>"),
    ("Token sk_test_0123456789abcdefghij", "invalid_api_key", "Authorization: Bearer <key>"),
    ("Basic sk_test_0123456789abcdefghij", "invalid_api_key", "not base64"),
    ("Basic " + base64.b64encode(b"\xff\xfe:").decode(), "invalid_api_key", "not base64"),
    ("Basic !!!", "invalid_api_key", "not base64"),
    ("Bearer sk_test_0123456789abcdéfghij", "invalid_api_key", "characters that no key has"),
    ("Bearer sk_test_0123456789\x00abcdefghij", "invalid_api_key", "characters that no key has"),
]


@pytest.mark.parametrize(("authorization", "code", "said"), WRONG)
async def test_what_is_wrong_is_said(edge: Edge, authorization: str, code: str, said: str) -> None:
    got = await ask(edge, authorization)
    assert (got.status, got.code, got.error["type"]) == (401, code, "authentication_error")
    assert said in got.error["message"]
    assert got.error["message"].startswith("Invalid API Key provided") is (code == "invalid_api_key")
    assert got.headers["www-authenticate"].startswith("Basic")
    assert "x-ratelimit-remaining" in got.headers
    assert "0123456789" not in got.body.decode()


async def test_only_the_last_four_letters_of_a_key_are_repeated(edge: Edge) -> None:
    key = edge.account.secret_test
    for sent in (key[:-1], key + "x", key.upper(), key + "\n", " " + key, f"'{key}'", key[3:]):
        got = await ask(edge, basic(sent))
        assert got.code == "invalid_api_key"
        tails = {key[-n:] for n in range(6, 40)} | {key[n : n + 5] for n in range(8, 40)}
        assert not any(tail in got.body.decode() for tail in tails), sent


async def test_a_key_whose_prefix_was_changed_is_of_the_wrong_mode(edge: Edge) -> None:
    for key, other in ((edge.account.secret_test, "live"), (edge.account.secret_live, "test")):
        turned = key[:3] + other + key[7:]
        got = await ask(edge, f"Bearer {turned}")
        assert (got.status, got.code) == (401, "api_key_wrong_mode")
        assert f"belong to a {'test' if other == 'live' else 'live'} key" in got.error["message"]
        assert key[8:-4] not in got.error["message"]
    kind = "rk_test_" + edge.account.secret_test[8:]
    assert (await ask(edge, f"Bearer {kind}")).code == "invalid_api_key"


async def test_test_and_live_differ_in_who_calls(edge: Edge) -> None:
    test = await edge.keys(f"Bearer {edge.account.secret_test}", T0)
    live = await edge.keys(f"Bearer {edge.account.secret_live}", T0)
    shown = await edge.keys(f"Bearer {edge.account.publishable_live}", T0)
    assert (test.livemode, live.livemode, shown.livemode) == (False, True, True)
    assert (test.kind, live.kind, shown.kind) == ("secret", "secret", "publishable")
    assert test.account == live.account == shown.account
    assert len({test.key_id, live.key_id, shown.key_id}) == 3


async def test_a_live_key_is_kept_out_of_test_helpers(edge: Edge) -> None:
    got = await edge.get("/v1/test_helpers/clock", key=edge.account.secret_live)
    assert got.code == "testmode_only"


def test_nothing_in_a_header_makes_it_fail() -> None:
    for _ in range(3000):
        noise = os.urandom(1 + os.urandom(1)[0] % 40).decode("latin-1")
        for header in (noise, f"Bearer {noise}", f"Basic {noise}", basic(noise)):
            with contextlib.suppress(Refused):
                key_in(header)


# -- what is remembered -----------------------------------------------------------------------------------------------


async def test_a_key_is_looked_up_once_a_second(edge: Edge) -> None:
    db = Watched(edge.db)
    keys = Keys(db)
    header = f"Bearer {edge.account.secret_test}"
    for at in (0, 1, 999_999):
        await keys(header, T0 + at)
    assert db.reads == 1
    await keys(header, T0 + SECOND)
    assert db.reads == 2
    await keys(header, T0)  # the wall clock was set back
    assert db.reads == 3


async def test_a_key_that_expires_is_not_believed_beyond_its_end(edge: Edge) -> None:
    made = (await edge.post("/v1/api_keys", {"name": "x", "kind": "secret", "expires_at": T0 // SECOND + 1})).json
    header = f"Bearer {made['secret']}"
    edge.wall = T0 + SECOND // 2
    assert (await ask(edge, header)).status == 200
    edge.wall = T0 + SECOND
    assert (await ask(edge, header)).code == "api_key_expired"


async def test_another_process_hears_of_a_revocation_within_a_second(edge: Edge) -> None:
    elsewhere = Keys(edge.db)
    made = (await edge.post("/v1/api_keys", {"name": "x", "kind": "secret"})).json
    header = f"Bearer {made['secret']}"
    await elsewhere(header, T0)
    await edge.post(f"/v1/api_keys/{made['id']}/revoke")
    await elsewhere(header, T0 + SECOND - 1)
    with pytest.raises(Refused) as refused:
        await elsewhere(header, T0 + SECOND)
    assert refused.value.code is Code.API_KEY_REVOKED


async def test_what_was_read_before_a_change_is_not_remembered_after_it(edge: Edge) -> None:
    db = Watched(edge.db)
    keys = Keys(db)
    made = (await edge.post("/v1/api_keys", {"name": "x", "kind": "secret"})).json
    header = f"Bearer {made['secret']}"
    db.held = asyncio.Event()
    early = asyncio.create_task(keys(header, T0))
    await db.was_read.wait()
    await edge.post(f"/v1/api_keys/{made['id']}/revoke")
    keys.changed(edge.account.account)
    db.held.set()
    assert (await early).key_id == made["id"]  # it came before the revocation was over
    with pytest.raises(Refused):
        await keys(header, T0)


async def test_only_the_changed_account_is_forgotten(edge: Edge) -> None:
    first = edge.account
    await edge.open_account("Other")
    db = Watched(edge.db)
    keys = Keys(db)
    for account in (first, edge.account):
        await keys(f"Bearer {account.secret_test}", T0)
    keys.changed(first.account)
    await keys(f"Bearer {edge.account.secret_test}", T0)
    assert db.reads == 2
    await keys(f"Bearer {first.secret_test}", T0)
    assert db.reads == 3


async def test_unknown_keys_fill_no_memory(edge: Edge) -> None:
    for number in range(50):
        with pytest.raises(Refused):
            await edge.keys(f"Bearer sk_test_{number:040}", T0)
    assert not edge.keys._known


async def test_memory_is_bounded(edge: Edge) -> None:
    keys = Keys(edge.db)
    key = edge.account.secret_test
    known = await keys._look(key, T0)
    for number in range(REMEMBERED_MAX + 5):
        keys._remember(b"%d" % number, known)
    assert len(keys._known) == REMEMBERED_MAX
    assert b"4" not in keys._known
    assert b"5" in keys._known


async def test_notes_of_use_wait_while_the_database_takes_no_work(edge: Edge) -> None:
    db = Watched(edge.db)
    keys = Keys(db)
    await keys(f"Bearer {edge.account.secret_test}", T0)
    db.fails = True
    await keys.flush()
    assert await _last_used(edge) is None
    db.fails = False
    await keys.flush()
    assert await _last_used(edge) == T0
    await keys.flush()


async def test_the_loop_writes_a_last_time_as_it_ends(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authenticate, "FLUSH_EVERY_S", 0.01)
    db = Watched(edge.db)
    keys = Keys(db)
    running = asyncio.create_task(keys.run())
    await keys(f"Bearer {edge.account.secret_test}", T0)
    await db.was_written.wait()
    assert await _last_used(edge) == T0
    await keys(f"Bearer {edge.account.secret_test}", T0 + 60 * SECOND)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await _last_used(edge) == T0 + 60 * SECOND


async def _last_used(edge: Edge) -> Any:
    caller = await edge.keys(f"Bearer {edge.account.secret_test}", T0)
    row = await edge.db.read(
        lambda reader: reader.one(store.FIND_KEY, account=caller.account, livemode=0, id=caller.key_id)
    )
    assert row is not None
    return row["last_used_us"]


def test_routes_that_change_callers_say_so() -> None:
    def changes(route: Route) -> bool:
        return route.path.endswith(("/roll", "/revoke", "/advance"))

    assert [r.operation for r in api.ROUTES if r.changes_callers] == [r.operation for r in api.ROUTES if changes(r)]
