"""What strangers say is kept in bounds: how much of it there is, and what it may hold."""

from __future__ import annotations

import pytest

from finsecure_server.app import ROUTES
from finsecure_server.help import ops, store, unanswered
from finsecure_server.help.unanswered import Unanswered
from finsecure_server.storage.database import Database
from tests.edge import SECOND, T0, Edge, Got

DAY = store.DAY_US


@pytest.fixture
async def edge(database: Database) -> Edge:
    edge = Edge(database, ROUTES)
    await edge.open_account()
    return edge


async def said(edge: Edge, text: str, authorization: str = "none") -> Got:
    body = {"path": "/help/going-live", "solved": "no", "text": text}
    return await edge.post("/help/feedback", body, authorization=authorization)


async def owed(edge: Edge) -> ops.Debt:
    return await edge.db.read(lambda reader: ops.debt(reader, 0))


async def test_strangers_say_so_much_a_day_and_no_more(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "STRANGERS_SAY_MAX", 2)
    assert [(await said(edge, text)).status for text in ("one", "two", "three")] == [303, 303, 429]
    assert (await said(edge, "known", f"Bearer {edge.account.secret_test}")).status == 303
    edge.wall += DAY + SECOND
    assert (await said(edge, "tomorrow")).status == 303
    assert sorted((await owed(edge)).unsolved[0].texts) == ["known", "one", "tomorrow", "two"]


async def test_so_many_questions_are_kept_a_day_and_no_more(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unanswered, "QUESTIONS_A_DAY", 2)
    asked = Unanswered()
    for question, wall in (("a", T0), ("b", T0), (None, T0), ("c", T0), ("a", T0), ("d", T0 + DAY)):
        if question is None:
            await asked.flush_now(edge.db)
        else:
            asked.note(question, wall)
    await asked.flush_now(edge.db)
    assert {(row.question, row.searches) for row in (await owed(edge)).unanswered} == {("a", 1), ("b", 1), ("d", 1)}


async def test_what_a_stranger_writes_cannot_steer_the_terminal_that_shows_it(edge: Edge) -> None:
    hostile = "\x1b]0;root\x07\x1b[2Jgone\u202e\x9b31m"
    await said(edge, f"first\n{hostile}")
    asked = Unanswered()
    asked.note(hostile, T0)
    await asked.flush_now(edge.db)
    debt = await owed(edge)
    assert debt.unsolved[0].texts[0].startswith("first\n ]0;root")
    for text in (debt.unanswered[0].question, *debt.unsolved[0].texts):
        assert "gone" in text
        assert all(letter.isprintable() or letter == "\n" for letter in text)
