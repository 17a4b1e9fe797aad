"""A question to the outside stands between two transactions, never inside one."""

from __future__ import annotations

import pytest

from finsecure_server.storage.database import Database, Reader, Tx
from finsecure_server.storage.drive import Ask, assert_no_open_transaction, drive, transaction_open

SEED = "INSERT INTO accounts (id, created_us, clock_offset_us, clock_moved_us, doc) VALUES (:id, 0, 0, 0, '')"


def accounts(reader: Reader) -> set[str]:
    return {row["id"] for row in reader.all("SELECT id FROM accounts")}


async def test_an_op_that_asks_nothing_is_one_transaction(database: Database) -> None:
    assert await drive(database, lambda tx: tx.run(SEED, id="acct_1")) == 1


async def test_what_is_known_is_committed_before_the_question_and_the_answer_after(database: Database) -> None:
    asked: list[set[str]] = []

    def op(tx: Tx) -> str | Ask[str, str]:
        tx.run(SEED, id="acct_1")

        async def question() -> str:
            assert_no_open_transaction()
            asked.append(await database.read(accounts))
            return "yes"

        def then(tx: Tx, reply: str) -> str | Ask[str, str]:
            tx.run(SEED, id=f"acct_{reply}_{len(asked)}")
            return Ask(question, then) if len(asked) < 2 else reply

        return Ask(question, then)

    assert await drive(database, op) == "yes"
    assert asked == [{"acct_1"}, {"acct_1", "acct_yes_1"}]
    assert await database.read(accounts) == {"acct_1", "acct_yes_1", "acct_yes_2"}


async def test_a_question_that_fails_leaves_what_was_known(database: Database) -> None:
    def op(tx: Tx) -> Ask[None, None] | None:
        tx.run(SEED, id="acct_1")

        async def question() -> None:
            raise ZeroDivisionError

        return Ask(question, lambda tx, _: tx.flush())

    with pytest.raises(ZeroDivisionError):
        await drive(database, op)
    assert await database.read(accounts) == {"acct_1"}


def test_a_mark_is_lifted_when_the_transaction_ends() -> None:
    with transaction_open():
        with transaction_open():
            """One inside another."""
        with pytest.raises(AssertionError, match="inside a transaction"):
            assert_no_open_transaction()
    assert_no_open_transaction()
