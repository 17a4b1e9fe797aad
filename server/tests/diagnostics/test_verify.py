"""Whatever is wrong with the books, `verify` names the row; and it says so to people and to programs."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from finsecure_server.core.invariants import Invariant
from finsecure_server.diagnostics import columns, verify_store
from finsecure_server.diagnostics import verify as module
from finsecure_server.diagnostics.verify import Report, verify
from finsecure_server.storage import urls
from finsecure_server.storage.database import Tx
from finsecure_server.storage.engines import open_database
from tests.diagnostics.conftest import Busy, Spoilt, unguard
from tests.diagnostics.delivery_sins import DELIVERY_SINS
from tests.diagnostics.sins import SINS, Sin

#: Every column that is shown can differ from what is shown.
COLUMNS = {
    f"{column} of {table}": Sin(
        Invariant.DOC,
        table,
        f"SELECT id FROM {table} WHERE {column} IS NOT NULL ORDER BY id LIMIT 1",  # noqa: S608  our own names
        f"UPDATE {table} SET {column} = {value} WHERE id = :id",  # noqa: S608  our own names
    )
    for table, column, value in (
        ("customers", "email", "'x'"),
        ("customers", "created_us", "created_us + 1000000"),
        ("payment_methods", "type", "'us_bank_account'"),
        ("payment_intents", "status", "'processing'"),
        ("payment_intents", "amount", "amount + 1"),
        ("payment_intents", "currency", "'jpy'"),
        ("payment_intents", "customer_id", "NULL"),
        ("setup_intents", "status", "'processing'"),
        ("setup_intents", "customer_id", "NULL"),
        ("setup_attempts", "status", "'failed'"),
        ("charges", "status", "'pending'"),
        ("charges", "amount", "amount + 1"),
        ("charges", "disputed", "1 - disputed"),
        ("refunds", "status", "'canceled'"),
        ("refunds", "amount", "amount + 1"),
        ("disputes", "status", "'warning_closed'"),
        ("disputes", "amount", "amount + 1"),
        ("payouts", "status", "'canceled'"),
        ("payouts", "amount", "amount + 1"),
        ("balance_transactions", "type", "'x'"),
        ("balance_transactions", "available_on", "available_on + 1"),
        ("webhook_attempts", "object_id", "'x'"),
        ("webhook_attempts", "number", "number + 1"),
    )
}
ALL = {**SINS, **DELIVERY_SINS, **COLUMNS}
#: Their JSON is not what the API shows, and repeats no column.
OWN_JSON = {"webhook_replays", "webhook_lanes"}


class Undone(Exception):
    """Takes back what was planted."""


def plant(tx: Tx, sin: Sin) -> str:
    """Commit a sin; the id of the row that it was committed on."""
    row = tx.one(sin.which)
    assert row is not None, "there is no row to spoil"
    changed = 0
    for line in sin.plant.split("\n"):
        changed += tx.run(line, **({"id": row["id"]} if ":id" in line else {}))
    assert changed > 0, "nothing was spoilt"
    return str(row["id"])


@pytest.mark.parametrize("name", ALL)
async def test_the_row_is_named(spoilt: Spoilt, name: str) -> None:
    sin = ALL[name]
    if sin.only not in ("", spoilt.engine):
        return
    found: list[tuple[str, Report]] = []

    def op(tx: Tx) -> None:
        unguard(tx, spoilt.engine)
        planted = plant(tx, sin)
        found.append((planted, module.prove(tx, spoilt.db.url, spoilt.wall_us)))
        raise Undone

    with pytest.raises(Undone):
        await spoilt.db.write(op)
    ((planted, report),) = found
    rows = {f.row for f in report.findings if (f.invariant, f.table) == (sin.invariant, sin.table)}
    assert len(rows) == 1, report.text()
    assert rows.pop().startswith((sin.named or "{id}").replace("{id}", planted)), report.text()


async def test_the_busy_database_is_clean_before_it_is_spoilt(spoilt: Spoilt) -> None:
    report = await verify(spoilt.db, wall_us=spoilt.wall_us)
    assert report.clean, report.text()
    assert report.rows > 700


def test_every_invariant_is_broken_once() -> None:
    elsewhere = {Invariant.ENGINE}
    assert {sin.invariant for sin in ALL.values()} == set(Invariant) - elsewhere


def test_every_column_that_is_shown_can_differ() -> None:
    assert set(columns.COLUMNS) | OWN_JSON == {sin.table for sin in ALL.values() if sin.invariant is Invariant.DOC}


def test_every_table_is_looked_at(sqlite_busy: Busy) -> None:
    with closing(sqlite3.connect(urls.sqlite_path(sqlite_busy.url))) as conn:
        tables = {
            table: {row[1] for row in conn.execute(f"PRAGMA table_info({table})")}
            for (table,) in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        }
    assert {table for table, names in tables.items() if "account_id" in names} == set(verify_store.TABLES)
    counted = {table for table, names in tables.items() if "sequence" in names} - {"events"}
    assert counted == set(verify_store.VERIFY_OBJECTS) - {"setup_attempts"}
    shown = {table for table, names in tables.items() if "doc" in names} - {"accounts"}
    assert shown - OWN_JSON == set(columns.COLUMNS)


# -- what is said about it ---------------------------------------------------------------------------------------------


async def test_a_finding_is_one_readable_line(spoilt: Spoilt) -> None:
    reports: list[Report] = []

    def op(tx: Tx) -> None:
        plant(tx, SINS["a stored balance"])
        reports.append(module.prove(tx, spoilt.db.url, spoilt.wall_us))
        raise Undone

    with pytest.raises(Undone):
        await spoilt.db.write(op)
    (report,) = reports
    assert (report.clean, report.exit_code, report.found) == (False, 1, 2)
    first, second, total, sealed = report.text().splitlines()
    assert first.startswith("ledger_accounts eur I:fees acct_")
    assert first.endswith("[invariant 3: a stored balance is the sum of its postings]")
    assert "/test: expected 269, found 270 " in first
    assert "[invariant 2: " in second
    assert total.endswith("2 findings.")
    assert sealed.startswith("sealed: acct_")
    shown = report.as_dict()
    assert shown["clean"] is False
    assert shown["findings"][0] == {
        "invariant": "3",
        "table": "ledger_accounts",
        "row": shown["findings"][0]["row"],
        "expected": "269",
        "found": "270",
        "says": "a stored balance is the sum of its postings",
    }


async def test_the_end_of_each_chain_is_told(spoilt: Spoilt) -> None:
    report = await verify(spoilt.db, wall_us=spoilt.wall_us)
    ((book, seal),) = report.seals.items()
    assert book.endswith("/test")
    number, hash_ = seal.split()
    assert (number, len(hash_)) == ("2", 64)
    assert report.text().splitlines()[-1] == f"sealed: {book} up to {seal}"


async def test_progress_ends_where_it_said_it_would(spoilt: Spoilt) -> None:
    told: list[tuple[int, int]] = []
    report = await verify(spoilt.db, lambda done, total: told.append((done, total)), wall_us=spoilt.wall_us)
    assert told[-1][0] == told[-1][1] > report.rows // 2
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert all(done < total for done, total in told[:-1])


async def test_many_findings_are_counted_and_the_first_are_named(
    spoilt: Spoilt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FINDINGS_MAX", 3)
    reports: list[Report] = []

    def op(tx: Tx) -> None:
        tx.run("UPDATE events SET type = 'x'")
        reports.append(module.prove(tx, spoilt.db.url, spoilt.wall_us))
        raise Undone

    with pytest.raises(Undone):
        await spoilt.db.write(op)
    (report,) = reports
    assert len(report.findings) == 3
    assert report.found > 100
    assert f"... and {report.found - 3:,} more" in report.text()


async def test_pages_make_no_difference(spoilt: Spoilt, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = await verify(spoilt.db, wall_us=spoilt.wall_us)
    for size in (1, 7):
        monkeypatch.setattr("finsecure_server.storage.scan.PAGE", size)
        report = await verify(spoilt.db, wall_us=spoilt.wall_us)
        assert report.clean, report.text()
        assert report.rows == whole.rows


async def test_the_same_movement_twice_on_two_pages(spoilt: Spoilt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finsecure_server.storage.scan.PAGE", 1)
    reports: list[Report] = []

    def op(tx: Tx) -> None:
        plant(tx, SINS["the same movement twice"])
        reports.append(module.prove(tx, spoilt.db.url, spoilt.wall_us))
        raise Undone

    with pytest.raises(Undone):
        await spoilt.db.write(op)
    (finding,) = [finding for finding in reports[0].findings if finding.invariant is Invariant.ONCE]
    assert "of different source, kind and ordinal" in finding.expected


# -- the file itself ---------------------------------------------------------------------------------------------------


@pytest.fixture
def file(sqlite_busy: Busy, tmp_path: Path) -> Path:
    """A copy of the busy database, to be damaged."""
    path = tmp_path / "damaged.db"
    shutil.copyfile(urls.sqlite_path(sqlite_busy.url), path)
    return path


async def named(path: Path, wall_us: int) -> Report:
    db = open_database(urls.sqlite_url(path))
    try:
        return await verify(db, wall_us=wall_us)
    finally:
        await db.close()


async def test_an_index_that_is_lost(file: Path, sqlite_busy: Busy) -> None:
    with closing(sqlite3.connect(file)) as conn, conn:
        conn.execute("PRAGMA writable_schema = ON")
        conn.execute("DELETE FROM sqlite_schema WHERE name = 'charges_customer'")
    report = await named(file, sqlite_busy.wall_us)
    (finding,) = report.findings
    assert (finding.invariant, finding.row) == (Invariant.ENGINE, "file")
    assert "never used" in finding.found


async def test_a_row_that_points_to_nothing(file: Path, sqlite_busy: Busy) -> None:
    with closing(sqlite3.connect(file)) as conn, conn:
        conn.execute("CREATE TABLE notes (account_id TEXT REFERENCES accounts (id))")
        conn.execute("INSERT INTO notes VALUES ('acct_nobody')")
    report = await named(file, sqlite_busy.wall_us)
    (finding,) = report.findings
    assert finding.found == "row 1 of notes points to a row of accounts that is not there"


async def test_a_file_that_cannot_be_read(file: Path, sqlite_busy: Busy) -> None:
    with closing(sqlite3.connect(file)) as conn:
        (root,) = conn.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'ledger_transactions'").fetchone()
        (page,) = conn.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as damaged:
        damaged.seek((root - 1) * page)
        damaged.write(b"\xff" * page)
    report = await named(file, sqlite_busy.wall_us)
    assert {finding.invariant for finding in report.findings} == {Invariant.ENGINE}
    assert "it cannot be read" in report.findings[-1].found
    assert report.exit_code == 1


async def test_a_database_that_is_away_is_no_finding(tmp_path: Path) -> None:
    db = open_database(urls.sqlite_url(tmp_path / "empty.db"))
    with pytest.raises(Exception, match="no such table"):
        await verify(db)
    await db.close()
