"""Run a command to its end: the only place where the outside is awaited between two transactions.

An op that needs somebody else's answer does not call them. It commits what it knows and returns a question (`Ask`);
`drive` asks with no transaction open, then goes on with the answer in a transaction of its own. A crash in between
leaves a committed attempt behind, which a sweep looks up and settles by the same function.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from finsecure_server.storage.database import Database, Tx

Reply = TypeVar("Reply")
Result = TypeVar("Result")

_here = threading.local()


@dataclass(frozen=True, slots=True)
class Ask(Generic[Reply, Result]):
    """A question to the outside, and how to go on with what it answers."""

    question: Callable[[], Awaitable[Reply]]
    then: Callable[[Tx, Reply], Result | Ask[Any, Result]]
    about: str = ""  # the object whose fate it is; a crash in between is recovered by looking at it


async def drive(db: Database, op: Callable[[Tx], Result | Ask[Any, Result]]) -> Result:
    """Run `op`, ask what it asks, and return what it comes to."""
    step = op
    while True:
        answer = await db.write(step)
        if not isinstance(answer, Ask):
            return answer
        assert_no_open_transaction()
        step = _continue(answer, await answer.question())


def _continue(asked: Ask[Reply, Result], reply: Reply) -> Callable[[Tx], Result | Ask[Any, Result]]:
    return lambda tx: asked.then(tx, reply)


class transaction_open:  # noqa: N801 -- reads as a statement: `with transaction_open():`
    """Marks this thread as being inside a transaction; the engines hold it around every op."""

    def __enter__(self) -> None:
        _here.depth = getattr(_here, "depth", 0) + 1

    def __exit__(self, *_: object) -> None:
        _here.depth -= 1


def assert_no_open_transaction() -> None:
    """Everything that reaches for the network calls this first. A failure here is a bug of ours, never of a caller."""
    if getattr(_here, "depth", 0):
        raise AssertionError("the network was reached for inside a transaction")
