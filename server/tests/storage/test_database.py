"""The contract of a database, on both engines: what an op may rely on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from finsecure_server.storage.database import Database, Reader, Tx, Unavailable
from finsecure_server.storage.drive import assert_no_open_transaction

INSERT = (
    "INSERT INTO ledger_accounts (account_id, livemode, currency, name, balance)"
    " VALUES (:account, :livemode, :currency, :name, :balance)"
)
GET = "SELECT balance, name FROM ledger_accounts WHERE account_id = :account AND livemode = 0 AND name = :name"
ADD = "UPDATE ledger_accounts SET balance = balance + :by WHERE account_id = :account AND livemode = 0 AND name = :name"
TAKE = f"{ADD} AND balance + :by >= 0"
EVENTS = "SELECT id, sequence, object_id, doc FROM events WHERE account_id = :account ORDER BY id"


def opened(name: str, balance: int = 0) -> Callable[[Tx], int]:
    return lambda tx: tx.run(INSERT, account="acct_1", livemode=False, currency="usd", name=name, balance=balance)


def balance(name: str) -> Callable[[Reader], int | None]:
    def look(reader: Reader) -> int | None:
        row = reader.one(GET, account="acct_1", name=name)
        return row["balance"] if row else None

    return look


def event(number: int, object_id: str = "pi_1") -> dict[str, object]:
    return {
        "account_id": "acct_1", "livemode": 0, "id": f"evt_{number:05d}", "created_us": number,
        "type": "payment_intent.created", "object_id": object_id, "sequence": number, "sample": 0, "doc": "{}",
    }  # fmt: skip


async def test_what_an_op_returns_comes_back_and_what_it_wrote_stays(database: Database) -> None:
    assert await database.write(opened("L:a", 7)) == 1
    assert await database.read(balance("L:a")) == 7


async def test_an_op_reads_what_it_wrote(database: Database) -> None:
    def op(tx: Tx) -> list[int | None]:
        opened("L:a", 7)(tx)
        seen = [balance("L:a")(tx)]
        tx.run(ADD, account="acct_1", name="L:a", by=3)
        row = tx.lock(GET, account="acct_1", name="L:a")
        assert row is not None
        return [*seen, row["balance"], len(tx.all(GET, account="acct_1", name="L:a"))]

    assert await database.write(op) == [7, 10, 1]


async def test_an_op_that_raises_writes_nothing(database: Database) -> None:
    def op(tx: Tx) -> None:
        opened("L:a")(tx)
        tx.append("events", event(1))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(op)
    assert await database.read(balance("L:a")) is None
    assert await database.read(lambda reader: reader.all(EVENTS, account="acct_1")) == []


async def test_a_failed_op_does_not_disturb_those_beside_it(database: Database) -> None:
    def fails(tx: Tx) -> None:
        opened("L:bad")(tx)
        raise ZeroDivisionError

    work = [database.write(fails if n % 3 == 0 else opened(f"L:{n}")) for n in range(30)]
    results = await asyncio.gather(*work, return_exceptions=True)
    assert [isinstance(result, ZeroDivisionError) for result in results] == [n % 3 == 0 for n in range(30)]
    for n in range(30):
        assert await database.read(balance(f"L:{n}")) == (None if n % 3 == 0 else 0)
    assert await database.read(balance("L:bad")) is None


async def test_appended_rows_are_there_after_the_commit(database: Database) -> None:
    def op(tx: Tx) -> None:
        for number in range(1, 201):  # more than one statement's worth
            tx.append("events", event(number))
        tx.append("ledger_seals", {
            "account_id": "acct_1", "livemode": 0, "number": 1, "last_id": "x", "transactions": 0, "hash": "h",
            "sealed_us": 2**60,
        })  # fmt: skip

    await database.write(op)
    rows = await database.read(lambda reader: reader.all(EVENTS, account="acct_1"))
    assert [row["sequence"] for row in rows] == list(range(1, 201))


async def test_an_appended_row_that_cannot_be_written_takes_its_op_with_it_and_no_other(database: Database) -> None:
    await database.write(lambda tx: tx.append("events", event(1)))

    def clash(tx: Tx) -> None:
        opened("L:clash")(tx)
        tx.append("events", event(2))
        tx.append("events", event(1))

    results = await asyncio.gather(
        database.write(opened("L:before")), database.write(clash), database.write(opened("L:after")),
        return_exceptions=True,
    )  # fmt: skip
    assert [type(result) for result in (results[0], results[2])] == [int, int]
    assert isinstance(results[1], Exception)
    assert await database.read(balance("L:before")) == await database.read(balance("L:after")) == 0
    assert await database.read(balance("L:clash")) is None
    assert len(await database.read(lambda reader: reader.all(EVENTS, account="acct_1"))) == 1


async def test_what_was_put_off_is_done_with_the_commit_in_the_order_it_came(database: Database) -> None:
    def op(tx: Tx) -> list[int | None]:
        opened("L:a")(tx)
        for by in (1, 2, 3):
            tx.later(ADD, account="acct_1", name="L:a", by=by)
        tx.later("UPDATE ledger_accounts SET currency = :to WHERE name = :name AND balance = 6", to="eur", name="L:a")
        return [balance("L:a")(tx)]

    assert await database.write(op) == [0]
    row = await database.read(lambda reader: reader.one("SELECT currency, balance FROM ledger_accounts"))
    assert row is not None
    assert (row["currency"], row["balance"]) == ("eur", 6)


async def test_what_was_put_off_can_be_done_at_once(database: Database) -> None:
    def op(tx: Tx) -> tuple[int | None, int]:
        tx.flush()  # nothing yet
        opened("L:a")(tx)
        tx.later(ADD, account="acct_1", name="L:a", by=5)
        tx.append("events", event(1))
        tx.flush()
        tx.flush()
        tx.append("events", event(2))
        return balance("L:a")(tx), len(tx.all(EVENTS, account="acct_1"))

    assert await database.write(op) == (5, 1)
    assert await database.read(balance("L:a")) == 5
    assert len(await database.read(lambda reader: reader.all(EVENTS, account="acct_1"))) == 2


async def test_put_off_writes_are_enough_for_a_transaction_and_none_are_needed(database: Database) -> None:
    await database.write(opened("L:a"))
    await database.write(lambda tx: tx.later(ADD, account="acct_1", name="L:a", by=5))
    await database.write(lambda tx: tx.append("events", event(1)))
    assert await database.write(lambda _: "nothing to do") == "nothing to do"
    assert await database.read(lambda _: "nothing to see") == "nothing to see"
    assert await database.read(balance("L:a")) == 5
    assert len(await database.read(lambda reader: reader.all(EVENTS, account="acct_1"))) == 1


async def test_a_lock_sees_what_others_have_put_off(database: Database) -> None:
    await database.write(opened("L:sum"))

    def count(tx: Tx) -> None:
        row = tx.lock(GET, account="acct_1", name="L:sum")
        assert row is not None
        tx.later(
            "UPDATE ledger_accounts SET balance = :to WHERE account_id = :account AND name = :name",
            to=row["balance"] + 1, account="acct_1", name="L:sum",
        )  # fmt: skip

    await asyncio.gather(*(database.write(count) for _ in range(60)))
    assert await database.read(balance("L:sum")) == 60


async def test_twins_that_put_off_the_same_row_have_one_effect(database: Database) -> None:
    """The second one meets the first one's key at its commit, runs again, and finds it."""

    def once(number: int) -> Callable[[Tx], str]:
        def op(tx: Tx) -> str:
            if tx.all(EVENTS, account="acct_1"):
                return "found"
            opened(f"L:{number}")(tx)
            tx.append("events", event(1))
            return "made"

        return op

    results = await asyncio.gather(*(database.write(once(number)) for number in range(20)))
    assert sorted(results) == ["found"] * 19 + ["made"]
    assert len(await database.read(lambda reader: reader.all("SELECT name FROM ledger_accounts"))) == 1


async def test_a_broken_rule_of_the_schema_is_refused(database: Database) -> None:
    def negative(tx: Tx) -> None:
        tx.append("postings", {
            "account_id": "acct_1", "livemode": 0, "transaction_id": "txn_1", "position": 0, "currency": "usd",
            "name": "L:a", "side": "D", "amount": 0,
        })  # fmt: skip

    with pytest.raises(Exception, match=r"(?i)check"):
        await database.write(negative)
    await database.write(opened("L:a"))  # and the database goes on
    with pytest.raises(Exception, match=r"(?i)unique"):
        await database.write(opened("L:a"))


async def test_a_hundred_ops_at_once_each_count_once(database: Database) -> None:
    await database.write(opened("L:sum"))
    done = await asyncio.gather(
        *(database.write(lambda tx: tx.run(ADD, account="acct_1", name="L:sum", by=1)) for _ in range(100))
    )
    assert done == [1] * 100
    assert await database.read(balance("L:sum")) == 100


async def test_a_guarded_counter_is_never_overdrawn(database: Database) -> None:
    await database.write(opened("L:sum", 100))
    taken = await asyncio.gather(
        *(database.write(lambda tx: tx.run(TAKE, account="acct_1", name="L:sum", by=-10)) for _ in range(50))
    )
    assert sum(taken) == 10
    assert await database.read(balance("L:sum")) == 0


async def test_a_locked_row_stays_as_it_was_read(database: Database) -> None:
    await database.write(opened("L:sum"))

    def read_then_write(tx: Tx) -> None:
        row = tx.lock(GET, account="acct_1", name="L:sum")
        assert row is not None
        seen = row["balance"]
        tx.run("UPDATE ledger_accounts SET balance = :to WHERE account_id = :account AND name = :name",
               to=seen + 1, account="acct_1", name="L:sum")  # fmt: skip

    await asyncio.gather(*(database.write(read_then_write) for _ in range(50)))
    assert await database.read(balance("L:sum")) == 50


async def test_a_read_sees_one_state_throughout(database: Database) -> None:
    await database.write(lambda tx: (opened("L:a", 50)(tx), opened("L:b", 50)(tx)))

    def move(tx: Tx) -> None:
        tx.run(ADD, account="acct_1", name="L:a", by=-1)
        tx.run(ADD, account="acct_1", name="L:b", by=1)

    def total(reader: Reader) -> int:
        return (balance("L:a")(reader) or 0) + (balance("L:b")(reader) or 0)

    moves = [database.write(move) for _ in range(40)]
    totals = [await database.read(total) for _ in range(40)]
    await asyncio.gather(*moves)
    assert set(totals) == {100}


async def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)read-?\s?only"):
        await database.read(opened("L:a"))  # type: ignore[arg-type]
    assert await database.read(balance("L:a")) is None


async def test_values_mean_the_same_on_both_engines(database: Database) -> None:
    def op(tx: Tx) -> None:
        tx.run(
            "INSERT INTO vault (account_id, livemode, id, created_us, fingerprint, master_key, wrapped_key, sealed)"
            " VALUES (:a, :live, :id, :at, :print, 'it''s a :name, 100% $1', :key, :sealed)",
            a="acct_é", live=True, id="v_1", at=2**62, print="", key=b"\0\xff", sealed=b"",
        )  # fmt: skip

    await database.write(op)
    look = "SELECT livemode, created_us, fingerprint, master_key, wrapped_key, sealed FROM vault WHERE account_id = :a"
    row = await database.read(lambda reader: reader.one(look, a="acct_é"))
    assert row is not None
    columns = ("livemode", "created_us", "fingerprint", "master_key", "wrapped_key", "sealed")
    assert [row[column] for column in columns] == [1, 2**62, "", "it's a :name, 100% $1", b"\0\xff", b""]


async def test_sums_are_integers_and_ids_sort_by_byte(database: Database) -> None:
    names = ["Z", "a", "B", "é", "_", "0", "~"]

    def op(tx: Tx) -> None:
        for number, name in enumerate(names):
            opened(name, 2**40 + number)(tx)

    await database.write(op)
    row = await database.read(lambda reader: reader.one("SELECT SUM(balance) AS total FROM ledger_accounts"))
    assert row is not None
    assert (row["total"], type(row["total"])) == (7 * 2**40 + 21, int)
    rows = await database.read(lambda reader: reader.all("SELECT name FROM ledger_accounts ORDER BY name"))
    assert [row["name"] for row in rows] == sorted(names, key=str.encode)


async def test_an_op_is_inside_a_transaction_and_its_caller_is_not(database: Database) -> None:
    def reaches_out(_: Tx) -> None:
        assert_no_open_transaction()

    with pytest.raises(AssertionError, match="network"):
        await database.write(reaches_out)
    with pytest.raises(AssertionError, match="network"):
        await database.read(reaches_out)  # type: ignore[arg-type]
    assert_no_open_transaction()


async def test_a_caller_who_gives_up_does_not_stop_the_work(database: Database) -> None:
    work = asyncio.ensure_future(database.write(opened("L:a", 1)))
    await asyncio.sleep(0)
    work.cancel()
    await database.write(opened("L:b"))
    with pytest.raises(asyncio.CancelledError):
        await work
    assert await database.read(balance("L:b")) == 0


async def test_closing_finishes_what_was_asked_before_and_refuses_what_comes_after(database: Database) -> None:
    asked = [asyncio.ensure_future(database.write(opened(f"L:{n}"))) for n in range(50)]
    await asyncio.sleep(0)
    await database.close()
    assert await asyncio.gather(*asked) == [1] * 50
    with pytest.raises(Unavailable):
        await database.write(opened("L:late"))
    await database.close()  # twice is once
