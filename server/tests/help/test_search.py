"""The search of a running server: its index is made beside other work, once."""

from __future__ import annotations

import asyncio
import threading

import pytest

from finsecure_server.help import search
from finsecure_server.help.index import Index
from finsecure_server.help.library import Library
from finsecure_server.help.page import Page
from finsecure_server.help.search import Search

LIBRARY = Library(lambda: iter([Page("/help/refunds", "Refunds", "Money back.", "It takes days.\n")]))


async def test_the_index_is_made_before_anybody_asks_and_not_in_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[threading.Thread] = []

    class Noted(Index):
        def __init__(self, pages: list[Page]) -> None:
            made.append(threading.current_thread())
            super().__init__(pages)

    monkeypatch.setattr(search, "Index", Noted)
    monkeypatch.setattr(search, "PREPARED_AFTER_S", 0)
    asked = Search(LIBRARY, by_meaning=False)
    await asked.prepare()
    assert len(made) == 1
    assert made[0] is not threading.current_thread()
    assert asked.find("refunds").results[0].path == "/help/refunds"
    await asyncio.gather(asked.prepare(), asked.prepare())
    assert len(made) == 1


async def test_whoever_stops_before_it_began_waits_for_nothing() -> None:
    asked = Search(LIBRARY, by_meaning=False)
    preparing = asyncio.create_task(asked.prepare())
    await asyncio.sleep(0)
    preparing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await preparing
    assert asked._index is None
