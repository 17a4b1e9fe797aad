"""API keys through the whole edge: made, shown once, limited, rolled, revoked, and never seen by anybody else."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from typing import Any

import pytest

from finsecure_server.accounts import api, key_text, ops, store
from finsecure_server.accounts.types import SCOPES
from finsecure_server.storage.database import Database
from tests.edge import SECOND, T0, Edge

DAY = 86_400


@pytest.fixture
async def edge(database: Database) -> Edge:
    edge = Edge(database, api.ROUTES)
    await edge.open_account()
    return edge


async def make(edge: Edge, key: str | None = None, **fields: Any) -> dict[str, Any]:
    got = await edge.post("/v1/api_keys", {"name": "CI", **fields}, key=key)
    assert got.status == 200, got.body
    made: dict[str, Any] = got.json
    return made


async def all_text(edge: Edge) -> str:
    """Everything that is stored about keys and replies."""
    queries = ("SELECT * FROM api_keys", "SELECT * FROM idempotency_keys", "SELECT * FROM accounts")
    rows = await edge.db.read(lambda reader: [row for sql in queries for row in reader.all(sql)])
    return str([tuple(row) if isinstance(row, sqlite3.Row) else row for row in rows])


async def test_an_account_opens_with_four_keys(edge: Edge) -> None:
    account = edge.account
    assert [key[:8] for key in account[1:]] == ["sk_test_", "pk_test_", "sk_live_", "pk_live_"]
    assert account.account.startswith("acct_")
    for key, livemode in ((account.secret_test, False), (account.secret_live, True)):
        listed = (await edge.get("/v1/api_keys", key=key)).json
        assert listed["url"] == "/v1/api_keys"
        assert [(k["kind"], k["livemode"], k["status"]) for k in listed["data"]] == [
            ("publishable", livemode, "active"), ("secret", livemode, "active"),
        ]  # fmt: skip
        assert listed["data"][1]["last4"] == key[-4:]
        assert listed["data"][1]["prefix"] == key[:8]
        assert "secret" not in listed["data"][1]


async def test_a_key_is_shown_once_and_stored_as_a_digest(edge: Edge) -> None:
    made = await make(edge, kind="secret")
    assert made["object"] == "api_key"
    assert made["created"] == T0 // SECOND
    assert made["scopes"] == ["*"]
    again = (await edge.get(f"/v1/api_keys/{made['id']}")).json
    assert again == {name: value for name, value in made.items() if name != "secret"}
    stored = await all_text(edge)
    assert key_text.digest(made["secret"]) in stored
    for secret in (made["secret"], *edge.account[1:]):
        assert secret not in stored
        assert secret[8:] not in stored


async def test_a_repeat_under_an_idempotency_key_makes_no_second_key_and_shows_no_secret(edge: Edge) -> None:
    first = await edge.post("/v1/api_keys", {"name": "x", "kind": "secret"}, idempotency_key="once")
    again = await edge.post("/v1/api_keys", {"name": "x", "kind": "secret"}, idempotency_key="once")
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json["id"] == first.json["id"]
    assert "secret" not in again.json
    assert first.json["secret"][8:] not in await all_text(edge)
    assert len((await edge.get("/v1/api_keys")).json["data"]) == 3


@pytest.mark.parametrize("kind", ["secret", "publishable", "restricted"])
@pytest.mark.parametrize("livemode", [False, True])
async def test_a_new_key_is_of_its_makers_mode(edge: Edge, kind: str, livemode: bool) -> None:
    maker = edge.account.secret_live if livemode else edge.account.secret_test
    fields: dict[str, Any] = {"scopes": ["api_keys:read"]} if kind == "restricted" else {}
    made = await make(edge, maker, kind=kind, **fields)
    assert made["livemode"] is livemode
    assert made["secret"].startswith(key_text.prefix_of(kind, livemode))
    got = await edge.get("/v1/api_keys", key=made["secret"])
    assert (got.status, got.code) == ((401, "secret_key_required") if kind == "publishable" else (200, None))
    other = edge.account.secret_test if livemode else edge.account.secret_live
    assert (await edge.get(f"/v1/api_keys/{made['id']}", key=other)).code == "resource_missing"


async def test_two_accounts_never_see_each_other(edge: Edge) -> None:
    mine, first = await make(edge, kind="secret"), edge.account
    await edge.open_account("Bike Shop")
    assert edge.account.account != first.account
    for path in (f"/v1/api_keys/{mine['id']}", "/v1/api_keys/key_nothing"):
        got = await edge.get(path)
        assert (got.status, got.code) == (404, "resource_missing")
        assert got.error["message"] == f"No such api_key: '{path.rpartition('/')[2]}'"
    assert (await edge.post(f"/v1/api_keys/{mine['id']}/roll")).code == "resource_missing"
    assert (await edge.post(f"/v1/api_keys/{mine['id']}/revoke")).code == "resource_missing"
    assert (await edge.get(f"/v1/api_keys?starting_after={mine['id']}")).code == "resource_missing"
    assert mine["id"] not in (await edge.get("/v1/api_keys")).body.decode()
    assert (await edge.get("/v1/account", key=mine["secret"])).json["id"] == first.account
    assert (await edge.get("/v1/account")).json["id"] == edge.account.account


# -- scopes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"kind": "restricted"}, "parameter_missing", "scopes"),
        ({"scopes": ["refunds:writ"]}, "parameter_invalid_enum", "scopes[0]"),
        ({"scopes": ["refunds:read", "*"]}, "parameter_invalid_enum", "scopes[1]"),
        ({"scopes": ["*:write"]}, "parameter_invalid_enum", "scopes[0]"),
        ({"scopes": ["refunds:read customers:write"]}, "parameter_invalid_enum", "scopes[0]"),
        ({"kind": "secret", "scopes": ["refunds:read"]}, "parameters_exclusive", "scopes"),
        ({"kind": "publishable", "scopes": ["refunds:read"]}, "parameters_exclusive", "scopes"),
        ({"kind": "root"}, "parameter_invalid_enum", "kind"),
        ({"name": ""}, "parameter_invalid_empty", "name"),
        ({"name": "n" * 501, "kind": "secret"}, "parameter_too_long", "name"),
        ({"kind": "secret", "expires_at": T0 // SECOND}, "parameter_invalid_timestamp", "expires_at"),
        ({"kind": "secret", "expires_at": 2**63}, "parameter_invalid_integer", "expires_at"),
        ({"kind": "secret", "expires_at": 2**62}, "parameter_invalid_timestamp", "expires_at"),
        ({"kind": "secret", "livemode": "true"}, "parameter_unknown", "livemode"),
    ],
)
async def test_what_cannot_be_made(edge: Edge, fields: dict[str, Any], code: str, param: str) -> None:
    got = await edge.post("/v1/api_keys", {"name": "CI", **fields})
    assert (got.status, got.code, got.error["param"]) == (400, code, param)
    assert len((await edge.get("/v1/api_keys")).json["data"]) == 2


#: maker's scopes, wanted kind, wanted scopes, allowed
GIFTS = [
    ("api_keys:write", "restricted", "api_keys:write", True),
    ("api_keys:write", "restricted", "api_keys:read", True),
    ("api_keys:write refunds:read", "restricted", "refunds:read", True),
    ("api_keys:write refunds:read", "restricted", "refunds:write", False),
    ("api_keys:write refunds:write", "restricted", "refunds:read", True),
    ("api_keys:write", "restricted", "refunds:read", False),
    ("api_keys:write *:read", "restricted", "refunds:read", True),
    ("api_keys:write *:read", "restricted", "*:read", True),
    ("api_keys:write *:read", "restricted", "refunds:write", False),
    ("api_keys:write", "restricted", "*:read", False),
    ("api_keys:write " + " ".join(s for s in SCOPES if ":write" in s), "restricted", "*:read", False),
    ("api_keys:write", "restricted", "api_keys:read refunds:read", False),
    ("api_keys:write", "secret", "", False),
    ("api_keys:write *:read", "publishable", "", False),
    ("api_keys:read", "restricted", "api_keys:read", False),
]


@pytest.mark.parametrize(("own", "kind", "wanted", "allowed"), GIFTS)
async def test_nobody_hands_out_more_than_they_hold(
    edge: Edge, own: str, kind: str, wanted: str, allowed: bool
) -> None:
    maker = await make(edge, scopes=own.split())
    target = await make(edge, kind=kind, scopes=wanted.split())
    created = await edge.post(
        "/v1/api_keys", {"name": "x", "kind": kind, "scopes": wanted.split()}, key=maker["secret"]
    )
    rolled = await edge.post(f"/v1/api_keys/{target['id']}/roll", key=maker["secret"])
    for got in (created, rolled):
        assert (got.status, got.code) == ((200, None) if allowed else (403, "insufficient_scope"))


async def test_a_restricted_key_is_let_in_where_its_scopes_say(edge: Edge) -> None:
    key = (await make(edge, scopes=["api_keys:read", "account:read"]))["secret"]
    assert (await edge.get("/v1/api_keys", key=key)).status == 200
    assert (await edge.get("/v1/account", key=key)).status == 200
    got = await edge.get("/v1/test_helpers/clock", key=key)
    assert (got.status, got.code) == (403, "insufficient_scope")
    assert "`test_helpers:read`" in got.error["message"]
    everywhere = (await make(edge, scopes=["*:read"]))["secret"]
    assert (await edge.get("/v1/test_helpers/clock", key=everywhere)).status == 200
    assert (await edge.post("/v1/test_helpers/clock/advance", {"by": 1}, key=everywhere)).status == 403


async def test_every_route_names_a_scope_of_the_closed_list() -> None:
    assert {route.scope for route in api.ROUTES} <= set(SCOPES)
    assert all(route.scope.endswith(":read" if route.method == "GET" else ":write") for route in api.ROUTES)


# -- the end of a key -------------------------------------------------------------------------------------------------


async def test_a_roll_leaves_both_keys_good_for_the_overlap(edge: Edge) -> None:
    old = await make(edge, scopes=["api_keys:write"])
    new = (await edge.post(f"/v1/api_keys/{old['id']}/roll", {"overlap_seconds": 3600})).json
    assert (new["kind"], new["name"], new["scopes"]) == ("restricted", "CI", ["api_keys:write"])
    assert new["secret"] != old["secret"]
    assert (new["status"], new["expires_at"]) == ("active", None)
    was = (await edge.get(f"/v1/api_keys/{old['id']}")).json
    assert was["expires_at"] == T0 // SECOND + 3600
    for later, status in ((3599, 200), (3600, 401)):
        edge.wall = T0 + later * SECOND
        assert (await edge.get("/v1/api_keys", key=old["secret"])).status == status
        assert (await edge.get("/v1/api_keys", key=new["secret"])).status == 200
    assert (await edge.get("/v1/api_keys", key=old["secret"])).code == "api_key_expired"
    assert (await edge.get(f"/v1/api_keys/{old['id']}")).json["status"] == "expired"
    got = await edge.post(f"/v1/api_keys/{old['id']}/roll")
    assert (got.status, got.code) == (400, "api_key_unexpected_state")


async def test_a_roll_without_an_overlap_ends_the_old_key_now(edge: Edge) -> None:
    old = edge.account.secret_test
    key_id = (await edge.get("/v1/api_keys?kind=secret")).json["data"][0]["id"]
    new = (await edge.post(f"/v1/api_keys/{key_id}/roll", {"overlap_seconds": 0})).json
    assert (await edge.get("/v1/api_keys", key=old)).code == "api_key_expired"
    assert (await edge.get("/v1/api_keys", key=new["secret"])).status == 200


async def test_a_roll_overlaps_for_a_day_unless_told(edge: Edge) -> None:
    old = await make(edge, kind="secret")
    await edge.post(f"/v1/api_keys/{old['id']}/roll")
    assert (await edge.get(f"/v1/api_keys/{old['id']}")).json["expires_at"] == T0 // SECOND + DAY


@pytest.mark.parametrize("seconds", [-1, 7 * DAY + 1])
async def test_an_overlap_has_bounds(edge: Edge, seconds: int) -> None:
    old = await make(edge, kind="secret")
    got = await edge.post(f"/v1/api_keys/{old['id']}/roll", {"overlap_seconds": seconds})
    assert (got.status, got.code, got.error["param"]) == (400, "parameter_out_of_range", "overlap_seconds")


async def test_a_roll_never_prolongs_the_old_key(edge: Edge) -> None:
    ends = T0 // SECOND + 60
    old = await make(edge, kind="secret", expires_at=ends)
    await edge.post(f"/v1/api_keys/{old['id']}/roll", {"overlap_seconds": 7 * DAY, "expires_at": ends + DAY})
    assert (await edge.get(f"/v1/api_keys/{old['id']}")).json["expires_at"] == ends


async def test_a_revoked_key_is_dead_at_once(edge: Edge) -> None:
    key = await make(edge, kind="secret")
    assert (await edge.get("/v1/account", key=key["secret"])).status == 200
    revoked = await edge.post(f"/v1/api_keys/{key['id']}/revoke")
    assert (revoked.json["status"], revoked.json["revoked_at"]) == ("revoked", T0 // SECOND)
    got = await edge.get("/v1/account", key=key["secret"])
    assert (got.status, got.code) == (401, "api_key_revoked")
    edge.wall += 5 * SECOND
    assert (await edge.post(f"/v1/api_keys/{key['id']}/revoke")).json["revoked_at"] == T0 // SECOND
    assert (await edge.post(f"/v1/api_keys/{key['id']}/roll")).code == "api_key_unexpected_state"


async def test_a_key_may_revoke_itself(edge: Edge) -> None:
    key = await make(edge, scopes=["api_keys:write"])
    assert (await edge.post(f"/v1/api_keys/{key['id']}/revoke", key=key["secret"])).status == 200
    assert (await edge.get("/v1/api_keys", key=key["secret"])).code == "api_key_revoked"


async def test_racing_rolls_make_one_successor_when_there_is_no_overlap(edge: Edge) -> None:
    old = await make(edge, kind="secret")
    path = f"/v1/api_keys/{old['id']}/roll"
    got = await asyncio.gather(*(edge.post(path, {"overlap_seconds": 0}) for _ in range(8)))
    assert sorted(g.status for g in got) == [200, *[400] * 7]


# -- when it was used -------------------------------------------------------------------------------------------------


async def test_the_last_use_is_kept_to_the_minute(edge: Edge) -> None:
    key = await make(edge, kind="secret")

    async def used() -> Any:
        await edge.keys.flush()
        return (await edge.get(f"/v1/api_keys/{key['id']}")).json["last_used_at"]

    assert await used() is None
    await edge.get("/v1/account", key=key["secret"])
    assert await used() == T0 // SECOND
    edge.wall = T0 + 59 * SECOND
    await edge.get("/v1/account", key=key["secret"])
    assert await used() == T0 // SECOND
    edge.wall = T0 + 60 * SECOND
    await edge.get("/v1/account", key=key["secret"])
    assert await used() == T0 // SECOND + 60


async def test_the_last_use_never_goes_back(edge: Edge) -> None:
    account = edge.account.account
    key = await make(edge, kind="secret")
    used = store.Used(account, 0, key["id"])
    await edge.db.write(lambda tx: store.note_use(tx, {used: T0 + 9 * SECOND}))
    await edge.db.write(lambda tx: store.note_use(tx, {used: T0}))
    assert (await edge.get(f"/v1/api_keys/{key['id']}")).json["last_used_at"] == T0 // SECOND + 9


# -- a key that the operator brings along -----------------------------------------------------------------------------


async def test_an_account_may_open_with_a_given_test_key(edge: Edge) -> None:
    own = "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc" * 2
    opened = await edge.db.write(lambda tx: ops.open_account(tx, T0, os.urandom, "x", own))
    assert opened.secret_test == own
    assert (await edge.get("/v1/account", key=own)).json["id"] == opened.account
    with pytest.raises(ValueError, match="belongs to another account"):
        await edge.db.write(lambda tx: ops.open_account(tx, T0, os.urandom, "y", own))
    with pytest.raises(ValueError, match="only a test key"):
        await edge.db.write(lambda tx: ops.open_account(tx, T0, os.urandom, "y", own.replace("test", "live")))
    rows = await edge.db.read(lambda reader: reader.all("SELECT id FROM accounts"))
    assert len(rows) == 2


async def test_the_first_account_is_found_again(edge: Edge) -> None:
    first = edge.account.account
    edge.wall += SECOND
    await edge.open_account("Later")
    assert await edge.db.read(store.first_account) == first
