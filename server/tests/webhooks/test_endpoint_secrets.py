"""Secrets of endpoints: shown once, sealed at rest, bound to their endpoint, rolled with an overlap, rewrapped."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from finsecure_server.core.signature import SECRET_BYTES
from finsecure_server.payment_methods import keys, vault_ops
from finsecure_server.payment_methods.keys import KeysError
from finsecure_server.payment_methods.vault import Unreadable, Vaults
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.storage.engines import open_database
from finsecure_server.storage.urls import sqlite_path
from finsecure_server.storage.urls import sqlite_url as made_url
from finsecure_server.web.request_log import row_of
from finsecure_server.webhooks import endpoint_secrets, secret_store
from tests.edge import SECOND
from tests.webhooks.test_endpoints import ALL, PATH, PLAIN, say
from tests.world import DAY, World, good, open_world

ROWS = "SELECT id, kind, expires_us, master_key FROM webhook_secrets WHERE endpoint_id = :id ORDER BY id"


@pytest.fixture
async def small(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """For what never reaches the database's own peculiarities."""
    database = open_database(sqlite_url)
    yield await open_world(database, tmp_path)
    await database.close()


async def signing(world: World, endpoint: str, *, livemode: bool = False) -> list[str]:
    """What signs now, newest first."""
    vault = world.vaults.of(livemode)
    return await world.db.read(
        lambda reader: endpoint_secrets.signing(reader, vault, world.account.account, livemode, endpoint, world.wall)
    )


async def own(world: World, endpoint: str) -> dict[str, str]:
    """The endpoint's own headers, in clear."""
    vault = world.vaults.test
    return await world.db.read(
        lambda reader: endpoint_secrets.own_headers(reader, vault, world.account.account, False, endpoint)
    )


async def next_expiry_us(world: World, endpoint: str) -> int | None:
    return await world.db.read(
        lambda reader: endpoint_secrets.next_expiry_us(reader, world.account.account, False, endpoint, world.wall)
    )


async def kinds(world: World, endpoint: str) -> list[str]:
    return sorted(row["kind"] for row in await world.db.read(lambda reader: reader.all(ROWS, id=endpoint)))


async def rolled(world: World, endpoint: str, **how: int) -> str:
    secret: str = (await say(world, f"{PATH}/{endpoint}/roll_secret", how))["secret"]
    return secret


# -- kept --------------------------------------------------------------------------------------------------------------


async def test_a_secret_is_kept_for_its_mode(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    live = await say(world, PATH, PLAIN, key=world.account.secret_live)
    assert await signing(world, made["id"]) == [made["secret"]]
    assert await signing(world, live["id"], livemode=True) == [live["secret"]]
    assert await signing(world, live["id"]) == []


async def test_no_secret_is_shown_again(world: World) -> None:
    made = await say(world, PATH, ALL)
    path = f"{PATH}/{made['id']}"
    bodies = [(await world.get(where)).body for where in (path, PATH, "/v1/events")]
    bodies += [(await world.post(path + how)).body for how in ("/disable", "/enable")]
    bodies.append((await world.post(path, {"timeout": 3})).body)
    for body in bodies:
        assert made["secret"].encode() not in body
        assert b"whsec_" not in body
        assert b"sesame" not in body


async def test_own_headers_are_kept_and_changed(world: World) -> None:
    made = await say(world, PATH, ALL)
    path = f"{PATH}/{made['id']}"
    assert await own(world, made["id"]) == ALL["headers"]
    assert await kinds(world, made["id"]) == ["headers", "signing"]
    await say(world, path, {"headers": {"x-shop-token": "****", "X-New": "1"}})
    assert await own(world, made["id"]) == {
        "Authorization": ALL["headers"]["Authorization"], "x-shop-token": "open sesame", "X-New": "1",
    }  # fmt: skip
    await say(world, path, {"headers": None})
    assert await own(world, made["id"]) == {}
    assert await kinds(world, made["id"]) == ["signing"]


async def test_a_deleted_endpoint_leaves_none(world: World) -> None:
    made = await say(world, PATH, ALL)
    good(await world.call("DELETE", f"{PATH}/{made['id']}"))
    assert await kinds(world, made["id"]) == []
    assert await own(world, made["id"]) == {}


async def test_nothing_of_it_lies_in_the_file(small: World, sqlite_url: str) -> None:
    made = [await say(small, PATH, ALL, idempotency_key=f"key {n}") for n in range(20)]
    secrets = [item["secret"] for item in made]
    secrets.append(await rolled(small, made[0]["id"]))
    everything = b"".join(
        path.read_bytes() for path in Path(sqlite_path(sqlite_url)).parent.iterdir() if path.is_file()
    )
    assert made[0]["id"].encode() in everything
    for secret in secrets:
        assert secret.encode() not in everything
        assert secret.removeprefix("whsec_").encode() not in everything
    for value in ALL["headers"].values():
        assert value.encode() not in everything


@pytest.mark.parametrize("parameter", ["headers", "secret"])
async def test_the_request_log_keeps_no_value(small: World, parameter: str) -> None:
    body = {**ALL, "headers": {"X-A": "whsec_c2VjcmV0"}} if parameter == "headers" else {**ALL, "secret": "whsec_YWJj"}
    await small.post(PATH, msgspec.json.encode(body), content_type="application/json")
    await small.get(f"{PATH}/whsec_YWJj+/=abc")
    entries = [msgspec.json.encode(row_of(entry)) for entry in small.noted.entries]
    assert len(entries) >= 2
    for entry in entries:
        assert b"c2VjcmV0" not in entry
        assert b"YWJj" not in entry


# -- rolled ------------------------------------------------------------------------------------------------------------


async def test_a_roll_keeps_the_old_secret_for_a_day(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    answer = await say(world, f"{PATH}/{made['id']}/roll_secret", {})
    new, end = answer["secret"], (world.wall // SECOND + DAY) * SECOND
    assert await signing(world, made["id"]) == [new, made["secret"]]
    assert await next_expiry_us(world, made["id"]) == end
    assert [(item["last4"], item["expires_at"]) for item in answer["secrets"]] == [
        (new[-4:], None), (made["secret"][-4:], end // SECOND),
    ]  # fmt: skip
    world.wall = end - 1
    assert await signing(world, made["id"]) == [new, made["secret"]]
    world.wall = end
    assert await signing(world, made["id"]) == [new]
    assert await next_expiry_us(world, made["id"]) is None
    assert [item["last4"] for item in (await world.seen(f"{PATH}/{made['id']}"))["secrets"]] == [new[-4:]]


async def test_a_roll_says_so_without_the_secret(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    answer = await say(world, f"{PATH}/{made['id']}/roll_secret", {"expires_in": 60})
    _, event = await world.events(made["id"])
    assert event["type"] == "webhook_endpoint.updated"
    assert event["data"]["object"] == {k: v for k, v in answer.items() if k not in ("secret", "health")}
    assert event["data"]["previous_attributes"] == {"secrets": made["secrets"]}


async def test_at_most_three_sign(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    path = f"{PATH}/{made['id']}/roll_secret"
    second = await rolled(world, made["id"], expires_in=600)
    third = await rolled(world, made["id"], expires_in=500)
    assert await signing(world, made["id"]) == [third, second, made["secret"]]
    got = await world.post(path, {"expires_in": 1})
    assert (got.status, got.code) == (400, "webhook_secret_limit")
    assert await signing(world, made["id"]) == [third, second, made["secret"]]
    world.wall += 500 * SECOND
    fourth = await rolled(world, made["id"], expires_in=604_800)
    assert await signing(world, made["id"]) == [fourth, third]
    assert len(await world.db.read(lambda reader: reader.all(ROWS, id=made["id"]))) == 2


async def test_what_is_shown_to_have_ended_signs_no_more(world: World) -> None:
    """However the fractions of seconds lie: a fourth signature would be one too many."""
    made = await say(world, PATH, PLAIN)
    for _ in range(2):
        world.wall += 700_000
        await rolled(world, made["id"], expires_in=2)
    for _ in range(20):
        world.wall += 130_000
        shown = (await world.seen(f"{PATH}/{made['id']}"))["secrets"]
        signs = await signing(world, made["id"])
        assert [item["last4"] for item in shown] == [secret[-4:] for secret in signs]
        got = await world.post(f"{PATH}/{made['id']}/roll_secret", {"expires_in": 2})
        assert (got.code == "webhook_secret_limit") == (len(signs) == 3)
        assert len(await signing(world, made["id"])) <= 3


async def test_a_leak_is_stopped_at_once_however_many_sign(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    for _ in range(2):
        await rolled(world, made["id"])
    new = await rolled(world, made["id"], expires_in=0)
    assert await signing(world, made["id"]) == [new]
    assert len((await world.seen(f"{PATH}/{made['id']}"))["secrets"]) == 1


async def test_a_roll_never_makes_an_end_later(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    await rolled(world, made["id"], expires_in=60)
    first_end = (world.wall // SECOND + 60) * SECOND
    await rolled(world, made["id"], expires_in=3600)
    assert await next_expiry_us(world, made["id"]) == first_end


@pytest.mark.parametrize("seconds", [-1, 604_801, 2**63 - 1])
async def test_an_overlap_has_bounds(small: World, seconds: int) -> None:
    made = await say(small, PATH, PLAIN)
    got = await small.post(f"{PATH}/{made['id']}/roll_secret", {"expires_in": seconds})
    assert (got.status, got.code, got.error["param"]) == (400, "parameter_out_of_range", "expires_in")
    assert len(await small.events(made["id"])) == 1


async def test_a_repeat_of_a_roll_rolls_once_and_shows_no_secret(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    path = f"{PATH}/{made['id']}/roll_secret"
    first = await world.post(path, idempotency_key="once")
    again = await world.post(path, idempotency_key="once")
    assert again.json == {name: value for name, value in first.json.items() if name != "secret"}
    assert await signing(world, made["id"]) == [first.json["secret"], made["secret"]]


async def test_a_test_clock_that_is_ahead_changes_no_overlap(world: World) -> None:
    made = await say(world, PATH, PLAIN)
    await world.made("/v1/test_helpers/clock/advance", {"by": 30 * DAY})
    new = await rolled(world, made["id"])
    assert await signing(world, made["id"]) == [new, made["secret"]]


def test_a_secret_has_as_much_chance_as_it_says() -> None:
    assert SECRET_BYTES == 32


# -- at rest -----------------------------------------------------------------------------------------------------------


async def test_a_row_that_was_moved_to_another_endpoint_does_not_open(world: World) -> None:
    one, other = [await say(world, PATH, PLAIN) for _ in range(2)]

    def steal(tx: Tx) -> None:
        tx.run("DELETE FROM webhook_secrets WHERE endpoint_id = :id", id=other["id"])
        tx.run("UPDATE webhook_secrets SET endpoint_id = :to WHERE endpoint_id = :id", id=one["id"], to=other["id"])

    await world.db.write(steal)
    with pytest.raises(Unreadable, match="was changed, or belongs elsewhere"):
        await signing(world, other["id"])


async def test_rotate_rekey_remove(world: World, tmp_path: Path) -> None:
    key_file = tmp_path / "config" / "keys.toml"
    made = await say(world, PATH, ALL)
    live = await say(world, PATH, PLAIN, key=world.account.secret_live)
    await world.made("/v1/payment_methods", {"type": "card", **CARD})
    old = keys.load(key_file)
    keys.rotate(key_file)
    ring = keys.load(key_file)
    world.vaults = Vaults(ring)
    assert await world.db.read(vault_ops.keys_in_use) == old.current()
    steps: list[int] = []
    assert await vault_ops.rekey(world.db, Vaults(ring), os.urandom, steps.append) == 4
    assert steps == [1, 2, 4]  # the number; then the secrets, key by key
    in_use = await world.db.read(vault_ops.keys_in_use)
    assert in_use == ring.current()
    for name in old.names():
        keys.remove(key_file, name, in_use)
    world.vaults = Vaults(keys.load(key_file))
    assert await signing(world, made["id"]) == [made["secret"]]
    assert await signing(world, live["id"], livemode=True) == [live["secret"]]
    assert await own(world, made["id"]) == ALL["headers"]
    assert await vault_ops.rekey(world.db, world.vaults, os.urandom) == 0


CARD = {"card[number]": "4242424242424242", "card[exp_month]": 12, "card[exp_year]": 2034}


async def test_a_key_that_only_a_secret_needs_is_missed(world: World, tmp_path: Path) -> None:
    right, wrong = (keys.load_or_create(tmp_path / "config" / name, None) for name in ("keys.toml", "wrong.toml"))
    await say(world, PATH, PLAIN)
    await world.db.read(lambda reader: vault_ops.check_keys(reader, right))
    with pytest.raises(KeysError, match="Stored numbers and secrets need the master keys"):
        await world.db.read(lambda reader: vault_ops.check_keys(reader, wrong))


async def test_a_damaged_row_stops_a_rekey_and_is_named(world: World, tmp_path: Path) -> None:
    made = await say(world, PATH, PLAIN)
    spoil = "UPDATE webhook_secrets SET wrapped_key = :bad WHERE endpoint_id = :id"
    await world.db.write(lambda tx: tx.run(spoil, id=made["id"], bad=b"\x01" + bytes(60)))
    keys.rotate(tmp_path / "config" / "keys.toml")
    vaults = Vaults(keys.load(tmp_path / "config" / "keys.toml"))
    name = made["secrets"][0]["id"]
    with pytest.raises(Unreadable, match=f"{name} of {world.account.account}: a row of the vault was changed"):
        await vault_ops.rekey(world.db, vaults, os.urandom)


async def test_two_rekeys_at_once(world: World, tmp_path: Path) -> None:
    made = await say(world, PATH, PLAIN)
    keys.rotate(tmp_path / "config" / "keys.toml")
    ring = keys.load(tmp_path / "config" / "keys.toml")

    def first_row(reader: Reader) -> secret_store.Wrapped:
        return secret_store.wrapped_by(reader, min(secret_store.keys_in_use(reader)), 1)[0]

    row = await world.db.read(first_row)
    old = next(name for name in ring.test.masters if name != ring.test.current)
    assert await vault_ops.rekey(world.db, Vaults(ring), os.urandom) == 1
    assert await world.db.write(lambda tx: secret_store.rewrap(tx, row, old, ring.test.current, b"late")) == 0
    world.vaults = Vaults(ring)
    assert await signing(world, made["id"]) == [made["secret"]]


async def test_a_copy_without_the_keys_is_unreadable(small: World, sqlite_url: str, tmp_path: Path) -> None:
    made: dict[str, Any] = await say(small, PATH, PLAIN)
    await small.db.close()
    shutil.copyfile(sqlite_path(sqlite_url), tmp_path / "copy.db")
    theirs = Vaults(keys.load_or_create(tmp_path / "theirs.toml", None))
    copy = open_database(made_url(tmp_path / "copy.db"))
    with pytest.raises(Unreadable, match="is not among the keys of this server"):
        await copy.read(
            lambda reader: endpoint_secrets.signing(
                reader, theirs.test, small.account.account, False, made["id"], small.wall
            )
        )
    await copy.close()
