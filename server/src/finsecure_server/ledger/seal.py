"""Sealing: a minute behind the present, every book's new transactions are added to its hash chain.

Nobody waits for it, and writing the ledger takes no lock for it. A transaction gets its id before it is committed, so
the chain stays behind what may still be under way, by the account's own clock; and when that clock has been moved, by
the wall clock too, because calls that began before still write at the old time. What turns up behind a seal later, or
has changed, is found by `verify`.

`run_all` is called by the app once a minute. It needs no due row: that it ran late or twice makes no difference.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from finsecure_server.core import ids
from finsecure_server.core.invariants import Book
from finsecure_server.core.seal import canonical, genesis, seal
from finsecure_server.ledger import seal_store
from finsecure_server.ledger.seal_store import Clock, Link
from finsecure_server.storage.database import Database, Reader

BEHIND_US: Final = 60 * 1_000_000
TRANSACTIONS_MAX: Final = 250  # a seal: a few milliseconds of somebody's time
STEPS_MAX: Final = 400  # a book and call; what is left waits for the next one
ACCOUNTS_A_PAGE: Final = 100


async def run_all(db: Database, wall_us: int) -> int:
    """Seal what is due in every book; how many seals that made. `wall_us` is the wall clock."""
    made = 0
    after = ""
    while clocks := await db.read(partial(seal_store.clocks, after=after, limit=ACCOUNTS_A_PAGE)):
        for clock in clocks:
            for book, before in _due(clock, wall_us):
                made += await _run(db, book, before, wall_us)
        after = clocks[-1].account
    return made


async def _run(db: Database, book: Book, before: str, wall_us: int) -> int:
    """Seal one book up to an id. Hashing happens outside of the transaction that writes."""
    for made in range(STEPS_MAX):
        link = await db.read(partial(next_link, book=book, before=before))
        if link is None or not await db.write(partial(seal_store.add, book=book, link=link, wall_us=wall_us)):
            return made
    return STEPS_MAX


def _due(clock: Clock, wall_us: int) -> list[tuple[Book, str]]:
    """The books of an account that may be sealed now, each with the id before which."""
    live = (Book(clock.account, 1), _edge(wall_us))
    if wall_us - clock.moved_us < BEHIND_US:
        return [live]
    return [(Book(clock.account, 0), _edge(wall_us + clock.ahead_us)), live]


def _edge(now_us: int) -> str:
    """No transaction that is still to be committed has an id below this one."""
    return f"ltx_{ids.moment(now_us - BEHIND_US)}"


def next_link(reader: Reader, book: Book, before: str) -> Link | None:
    """The next link of a chain; None if there is nothing to seal."""
    end = seal_store.last(reader, book) or Link(0, "", genesis(book.account, bool(book.livemode)), 0)
    covered = seal_store.unsealed(reader, book, end.last_id, before, TRANSACTIONS_MAX)
    if not covered:
        return None
    texts = (canonical(transaction, postings) for transaction, postings in covered)
    return Link(end.number + 1, covered[-1][0]["id"], seal(end.hash, texts), len(covered))
