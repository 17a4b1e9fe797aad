"""Backups: consistent while others write, complete when they are there, and refused when they are not whole."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from finsecure_server.storage import migrate
from finsecure_server.storage.admin import Unfit
from finsecure_server.storage.backup import backup, restore
from finsecure_server.storage.database import Database, Reader, Tx
from finsecure_server.storage.engines import open_database
from tests.conftest import T0, Databases
from tests.storage.shapes import shape

ACCOUNT = (
    "INSERT INTO ledger_accounts (account_id, livemode, currency, name, balance)"
    " VALUES (:account, 0, 'usd', :name, :balance)"
)
MOVE = "UPDATE ledger_accounts SET balance = balance + :by WHERE account_id = :account AND name = :name"
SECRET = (
    "INSERT INTO vault (account_id, livemode, id, created_us, fingerprint, master_key, wrapped_key, sealed)"
    " VALUES ('acct_1', 0, :id, 1, :text, '', :wrapped, :sealed)"
)
DUE = (
    "INSERT INTO due (account_id, livemode, kind, object_id, due_us, lease_us, attempts, last_error)"
    " VALUES ('acct_1', 1, 'settle', 'pi_1', 1, 0, 0, NULL)"
)
ODD = "tab\t, line\nbreak, back\\slash, \\N, quote ' \" and é 中 \N{GRINNING FACE}"


def seal(number: int) -> dict[str, object]:
    return {
        "account_id": "acct_1", "livemode": 0, "number": number, "last_id": "x", "transactions": 1, "hash": "h",
        "sealed_us": number,
    }  # fmt: skip


def seed(tx: Tx) -> None:
    for name in ("L:a", "L:b"):
        tx.run(ACCOUNT, account="acct_1", name=name, balance=1_000)
    tx.run(SECRET, id="v_1", text=ODD, wrapped=bytes(range(256)), sealed=b"")
    tx.run(SECRET, id="v_2", text="", wrapped=b"\\x", sealed=b"\n")
    tx.run(DUE)  # and a column that is NULL


def move(number: int) -> Callable[[Tx], None]:
    """Money moves, and a row of the same commit says so."""

    def op(tx: Tx) -> None:
        tx.run(MOVE, account="acct_1", name="L:a", by=-1)
        tx.run(MOVE, account="acct_1", name="L:b", by=1)
        tx.append("ledger_seals", seal(number))

    return op


def books(reader: Reader) -> tuple[int, int, int]:
    balances = {row["name"]: row["balance"] for row in reader.all("SELECT name, balance FROM ledger_accounts")}
    row = reader.one("SELECT COUNT(*) AS n FROM ledger_seals")
    assert row is not None
    return balances["L:a"], balances["L:b"], row["n"]


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if "partial" in path.name]


async def everything(url: str) -> dict[str, list[str]]:
    """Every row of every table."""
    database = open_database(url)
    tables = shape(url)

    def rows_of(reader: Reader, table: str) -> list[str]:
        rows = reader.all(f"SELECT * FROM {table}")  # noqa: S608  our own schema
        return sorted(str([row[column] for column in sorted(tables[table]["columns"])]) for row in rows)

    rows = await database.read(lambda reader: {table: rows_of(reader, table) for table in tables})
    await database.close()
    return rows


async def test_a_restored_database_is_the_same_in_shape_and_rows(
    database: Database, database_url: str, databases: Databases, tmp_path: Path
) -> None:
    await database.write(seed)
    target = tmp_path / "backup"
    report = backup(database_url, target)
    assert report.rows["vault"] == 2
    assert report.rows["ledger_accounts"] == 2
    assert set(report.rows) == set(shape(database_url))
    assert (report.schema, report.path, report.size) == ("0001_pre_initial", target, target.stat().st_size)
    assert "master keys are not in a backup" in report.omitted
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert not leftovers(tmp_path)

    restored = databases.empty()
    assert restore(target, restored) == report
    assert shape(restored) == shape(database_url)
    assert await everything(restored) == await everything(database_url)
    assert [state.applied_us for state in migrate.status(restored)] == [T0]
    again = open_database(restored)
    await again.write(move(1))  # and it works
    assert await again.read(books) == (999, 1001, 1)
    await again.close()


async def test_a_backup_under_load_is_one_state_of_the_database(
    database: Database, database_url: str, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.write(seed)
    going = True
    written = 0

    async def writer(first: int) -> None:
        nonlocal written
        while going:
            await database.write(move(first + written))
            written += 1

    def pad(tx: Tx) -> None:
        for number in range(1_000):
            tx.run(SECRET, id=f"pad_{number}", text="x" * 4_000, wrapped=b"", sealed=b"")

    monkeypatch.setattr("finsecure_server.storage.sqlite_admin.PAGES_A_STEP", 100)
    await database.write(pad)
    writers = [asyncio.ensure_future(writer(1_000_000 * n)) for n in range(1, 5)]
    before = written
    await asyncio.sleep(0.05)
    seen: list[tuple[int, int]] = []
    for number in range(3):
        await asyncio.to_thread(
            backup, database_url, tmp_path / f"backup{number}", progress=lambda done, total: seen.append((done, total))
        )
    going = False
    await asyncio.gather(*writers)
    assert written > before + 20  # the writers did not stand still
    assert seen[-1][0] == seen[-1][1] > 0

    states = []
    for number in range(3):
        url = databases.empty()
        restore(tmp_path / f"backup{number}", url)
        restored = open_database(url)
        states.append(await restored.read(books))
        await restored.close()
    for a, b, seals in states:
        assert a + b == 2_000
        assert b - 1_000 == seals
    assert [seals for _, _, seals in states] == sorted(seals for _, _, seals in states)


def test_a_backup_never_replaces_a_file(database_url: str, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    target.write_text("precious")
    with pytest.raises(Unfit, match="never replaces"):
        backup(database_url, target)
    assert target.read_text() == "precious"


def test_a_file_that_appears_meanwhile_is_not_replaced_either(database_url: str, tmp_path: Path) -> None:
    target = tmp_path / "backup"

    def appear(_done: int, _total: int) -> None:
        target.write_text("precious")

    with pytest.raises(Unfit, match="never replaces"):
        backup(database_url, target, progress=appear)
    assert target.read_text() == "precious"
    assert not leftovers(tmp_path)


def test_what_cannot_be_backed_up_is_refused(databases: Databases, tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="nothing to back up"):
        backup(databases.empty(), tmp_path / "backup")
    with pytest.raises(Unfit, match="no folder"):
        backup(databases.fresh(), tmp_path / "none" / "backup")
    assert not (tmp_path / "backup").exists()


def test_a_database_of_a_newer_program_is_not_backed_up(
    database_url: str, databases: Databases, tmp_path: Path
) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    first = migrate.FOLDER / "0001_pre_initial.sql"
    folder.joinpath(first.name).write_text(first.read_text())
    folder.joinpath("0002_pre_next.sql").write_text("ALTER TABLE accounts ADD COLUMN colour TEXT;")
    migrate.up(database_url, T0, folder=folder)
    with pytest.raises(Unfit, match="newer than this program"):
        backup(database_url, tmp_path / "backup")


async def test_nothing_is_restored_over_something(database_url: str, databases: Databases, tmp_path: Path) -> None:
    backup(database_url, tmp_path / "backup")
    full = databases.fresh()
    before = await everything(full)
    with pytest.raises(Unfit, match="not empty"):
        restore(tmp_path / "backup", full)
    assert await everything(full) == before


@pytest.mark.parametrize("spoil", [lambda content: content[: len(content) // 2], lambda _: b"Dear diary"])
async def test_a_damaged_backup_is_refused_and_leaves_nothing(
    spoil: Callable[[bytes], bytes], database: Database, database_url: str, databases: Databases, tmp_path: Path
) -> None:
    await database.write(seed)
    target = tmp_path / "backup"
    backup(database_url, target)
    target.write_bytes(spoil(target.read_bytes()))
    empty = databases.empty()
    with pytest.raises(Unfit):
        restore(target, empty)
    assert shape(empty) == {}


async def test_a_backup_whose_rows_are_not_those_it_speaks_of_is_refused(
    postgres_url: str, postgres_databases: Databases, tmp_path: Path
) -> None:
    database = open_database(postgres_url)
    await database.write(seed)
    await database.close()
    backup(postgres_url, tmp_path / "good")
    with zipfile.ZipFile(tmp_path / "good") as good:
        files = {name: good.read(name) for name in good.namelist()}
    manifest = json.loads(files["manifest.json"])
    changes: dict[str, tuple[dict[str, bytes], str]] = {
        "a row more": ({"ledger_accounts.copy": files["ledger_accounts.copy"] * 2}, "not what the manifest says"),
        "another balance": (
            {"ledger_accounts.copy": files["ledger_accounts.copy"].replace(b"1000", b"9000")},
            "not what the manifest says",
        ),
        "a newer format": ({"manifest.json": json.dumps({**manifest, "format": 2}).encode()}, "format 2"),
        "no manifest at all": ({"manifest.json": b"{}"}, "manifest cannot be read"),
        "another schema": (
            {"manifest.json": json.dumps({**manifest, "history": [[1, "0001_pre_other", "00", 1]]}).encode()},
            "another content",
        ),
    }
    for name, (change, why) in changes.items():
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as bad:
            for file, content in {**files, **change}.items():
                bad.writestr(file, content)
        empty = postgres_databases.empty()
        with pytest.raises(Unfit, match=why):
            restore(path, empty)
        assert shape(empty) == {}, name


async def test_a_damaged_page_is_found(sqlite_url: str, tmp_path: Path) -> None:
    database = open_database(sqlite_url)
    await database.write(seed)
    await database.close()
    backup(sqlite_url, tmp_path / "backup")
    content = bytearray((tmp_path / "backup").read_bytes())
    page = 4096 * (content.find(b"ledger_accounts") // 4096 + 5)
    content[page : page + 64] = b"\xff" * 64
    (tmp_path / "backup").write_bytes(content)
    with pytest.raises(Unfit, match="damaged"):
        restore(tmp_path / "backup", f"sqlite://{tmp_path}/new.db")


def test_a_backup_of_one_engine_is_not_for_the_other(sqlite_url: str, postgres_url: str, tmp_path: Path) -> None:
    backup(sqlite_url, tmp_path / "sqlite")
    backup(postgres_url, tmp_path / "postgres")
    with pytest.raises(Unfit, match="a backup of sqlite"):
        restore(tmp_path / "sqlite", postgres_url)
    with pytest.raises(Unfit, match="a backup of postgresql"):
        restore(tmp_path / "postgres", f"sqlite://{tmp_path}/new.db")
    with pytest.raises(Unfit, match="no backup at"):
        restore(tmp_path / "nothing", sqlite_url)


def test_a_sqlite_backup_is_one_file_that_any_program_opens(sqlite_url: str, tmp_path: Path) -> None:
    target = tmp_path / "folder" / "backup.db"
    target.parent.mkdir()
    backup(sqlite_url, target)
    with contextlib.closing(sqlite3.connect(f"{target.as_uri()}?mode=ro", uri=True)) as conn:
        assert conn.execute("SELECT COUNT(*) FROM schema_migrations").fetchone() == (1,)
    assert [path.name for path in target.parent.iterdir()] == ["backup.db"]


def test_a_restore_takes_the_place_of_an_empty_file(sqlite_url: str, tmp_path: Path) -> None:
    backup(sqlite_url, tmp_path / "backup")
    place = tmp_path / "place.db"
    place.touch()
    restore(tmp_path / "backup", f"sqlite://{place}")
    assert shape(f"sqlite://{place}") == shape(sqlite_url)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
