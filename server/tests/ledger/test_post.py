"""Writing an entry: balanced, once, in one order, and never from what is not there, however many write at once."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from finsecure_server.core import ledger as book
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.ledger import DEBIT, Entry, Name, Posting, Taken, locking_order
from finsecure_server.ledger import store
from finsecure_server.storage.database import Tx
from tests.ledger.test_balance import accounts
from tests.world import World

POSTINGS = "SELECT name, side, amount FROM postings ORDER BY transaction_id, position"


async def post(world: World, entry: Entry, source: str, ordinal: int = 1) -> None:
    env = world.env()
    await world.db.write(lambda tx: store.post(tx, env, entry, source, ordinal))


async def test_an_entry_moves_its_accounts(world: World) -> None:
    await post(world, book.sale("usd", 2000, 88), "ch_1")
    rows = await world.db.read(lambda reader: reader.all(POSTINGS))
    assert [(row["name"], row["side"], row["amount"]) for row in rows] == [
        ("A:network_receivable", "D", 2000),
        ("L:merchant_pending", "C", 1912),
        ("I:fees", "C", 88),
    ]
    assert await accounts(world) == {
        ("usd", "A:network_receivable"): 2000,
        ("usd", "L:merchant_pending"): 1912,
        ("usd", "I:fees"): 88,
    }


async def test_the_same_entry_twice_is_a_bug_and_moves_nothing(world: World) -> None:
    await post(world, book.sale("usd", 2000, 88), "ch_1")
    before = await accounts(world)
    with pytest.raises(Exception, match=r"(?i)unique"):
        await post(world, book.sale("usd", 2000, 88), "ch_1")
    assert await accounts(world) == before
    await post(world, book.sale("usd", 2000, 88), "ch_1", 2)


async def test_what_is_not_balanced_is_not_written(world: World) -> None:
    wrong = Entry("sale", "usd", (Posting(Name.FEES, DEBIT, 5),))
    with pytest.raises(AssertionError):
        await post(world, wrong, "ch_1")


@pytest.mark.parametrize(
    "entry",
    [
        book.payout("usd", 1),
        book.available("usd", 1, 0),
        book.refund("usd", Taken(0, 1, 0)),
        book.refund("usd", Taken(1, 0, 0)),
        book.refund_done("usd", 1),
        book.payout_paid("usd", 1),
        book.release("usd", 1),
        book.dispute_won("usd", 1, 0, 1),
    ],
    ids=lambda entry: str(entry.kind),
)
async def test_invariant_15_nothing_is_taken_from_what_is_not_there(world: World, entry: Entry) -> None:
    with pytest.raises(Refused) as refused:
        await post(world, entry, "x_1")
    assert refused.value.code is Code.BALANCE_INSUFFICIENT
    assert await accounts(world) == {}


async def test_racing_debits_take_no_more_than_there_is(world: World) -> None:
    await post(world, book.dispute_won("usd", 1000, 0, 0), "dp_1")
    tried = [post(world, book.payout("usd", 30), f"po_{number}") for number in range(50)]
    outcomes = await asyncio.gather(*tried, return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 33
    assert all(isinstance(outcome, Refused) for outcome in outcomes if outcome is not None)
    assert (await accounts(world))["usd", "L:merchant_available"] == 1000 - 33 * 30


class Noted:
    """A transaction that notes the accounts it takes from, in their order."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.at_once: list[str] = []
        self.put_off: list[str] = []

    def run(self, _: str, /, **params: Any) -> int:
        self.taken.append(params["name"])
        self.at_once.append(params["name"])
        return 1

    def later(self, _: str, /, **params: Any) -> None:
        self.taken.append(params["name"])
        self.put_off.append(params["name"])

    def append(self, table: str, row: Any, /) -> None:
        """Rows of the ledger are nobody else's."""


def test_invariant_13_accounts_are_moved_in_one_order(world: World) -> None:
    entries = [
        book.authorization("usd", 20),
        book.release("usd", 5),
        book.capture("usd", 20, 3),
        book.refund_done("usd", 20),
        book.payout_failed("usd", 13, 4),
        book.refund("usd", Taken(5, 6, 9)),
        book.dispute("usd", Taken(5, 6, 24), 15),
        book.dispute_won("usd", 20, 15, 24),
        book.available("usd", 17, 4),
    ]
    for entry in entries:
        noted: Any = Noted()
        store.post(noted, world.env(), entry, "x_1")
        names = [Name(name) for name in noted.taken]
        assert names == sorted(names, key=locking_order)
        assert len(names) == len(entry.postings)
        # What is put off is locked by the commit, behind all that was locked at once.
        assert noted.at_once + noted.put_off == noted.taken


@pytest.mark.parametrize("what", ["a hold and a void", "a refund and the end of another"])
async def test_two_of_which_each_moves_what_the_other_does_do_not_wait_in_a_ring(world: World, what: str) -> None:
    """A ring is broken by the database, which has one of them run again; nobody runs twice here."""
    env, runs = world.env(), [0, 0]
    began, other_is_ready = threading.Event(), threading.Event()
    hold = what == "a hold and a void"

    def first(tx: Tx) -> None:
        runs[0] += 1
        store.post(tx, env, book.release("usd", 500) if hold else book.refund_done("usd", 500), "x_1")
        began.set()
        if other_is_ready.wait(0.5):  # where the other one need not wait for us, it locks what it has put off now
            time.sleep(0.3)

    def second(tx: Tx) -> None:
        runs[1] += 1
        assert began.wait(30)
        if hold:
            store.post(tx, env, book.authorization("usd", 700), "x_2")
        else:
            store.balance(tx, env, "usd", Name.NETWORK_RECEIVABLE)
            store.post(tx, env, book.refund("usd", Taken(700, 0, 0)), "x_2")
        other_is_ready.set()

    await post(world, book.sale("usd", 2000, 0), "ch_1")
    await post(world, book.authorization("usd", 500) if hold else book.refund("usd", Taken(500, 0, 0)), "x_0")
    await asyncio.gather(world.db.write(first), world.db.write(second))
    assert runs == [1, 1]


async def test_opposite_movements_at_once_do_not_wait_in_a_ring(world: World) -> None:
    await post(world, book.dispute_won("usd", 100_000, 0, 0), "dp_0")
    out = [post(world, book.payout("usd", 10), f"po_{number}") for number in range(40)]
    back = [post(world, book.dispute("usd", Taken(0, 10, 5), 0), f"dp_{number}") for number in range(1, 41)]
    await asyncio.gather(*out, *back)
    assert (await accounts(world))["usd", "L:merchant_available"] == 100_000 - 40 * 10 - 40 * 10


async def test_the_first_debt_is_seen_by_what_comes_in_at_the_same_moment(world: World) -> None:
    """One takes what is not there, another brings something; neither has a row of a debt to wait for."""
    env = world.env()
    taken, looked = threading.Event(), threading.Event()

    def dispute(tx: Tx) -> None:
        assert store.balance(tx, env, "usd", Name.MERCHANT_DEBT) == 0
        from_where = store.take(tx, env, "usd", 500, pending_first=False, debt_up_to=None)
        assert from_where == Taken(0, 0, 500)
        taken.set()
        looked.wait(0.5)  # where the other one need not wait for us, it has looked by then
        store.post(tx, env, book.dispute("usd", from_where, 0), "dp_1")

    def payout_comes_back(tx: Tx) -> None:
        assert taken.wait(30)
        owed = store.balance(tx, env, "usd", Name.MERCHANT_DEBT)
        looked.set()
        store.post(tx, env, book.payout_failed("usd", 300, owed), "po_1")

    await post(world, book.dispute_won("usd", 300, 0, 0), "dp_0")
    await post(world, book.payout("usd", 300), "po_1")
    await asyncio.gather(world.db.write(dispute), world.db.write(payout_comes_back))
    held = await accounts(world)
    assert (held["usd", "A:merchant_debt"], held["usd", "L:merchant_available"]) == (200, 0)


@pytest.mark.parametrize(
    ("amount", "pending_first", "debt_up_to", "taken"),
    [
        (100, True, 0, Taken(100, 0, 0)),
        (400, True, 0, Taken(300, 100, 0)),
        (400, False, 0, Taken(0, 400, 0)),
        (900, True, 0, Taken(300, 600, 0)),
        (901, True, 0, None),
        (901, True, 1, Taken(300, 600, 1)),
        (901, False, 300, None),
        (901, False, 301, Taken(0, 600, 301)),
        (5000, True, None, Taken(300, 600, 4100)),
    ],
)
async def test_where_a_debit_comes_from(
    world: World, amount: int, pending_first: bool, debt_up_to: int | None, taken: Taken | None
) -> None:
    await post(world, book.sale("usd", 300, 0), "ch_1")
    await post(world, book.dispute_won("usd", 600, 0, 0), "dp_1")
    before = await accounts(world)

    def look(tx: Tx) -> Taken | None:
        return store.take(tx, world.env(), "usd", amount, pending_first=pending_first, debt_up_to=debt_up_to)

    assert await world.db.write(look) == taken
    assert await accounts(world) == before
