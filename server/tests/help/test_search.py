"""The search of a running server: its index is made beside other work, once."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import Any

import pytest

from finsecure_server import app
from finsecure_server.help import search
from finsecure_server.help.index import Index
from finsecure_server.help.library import Library, prepared
from finsecure_server.help.page import Page
from finsecure_server.help.search import Search

LIBRARY = Library(lambda: iter([Page("/help/refunds", "Refunds", "Money back.", "It takes days.\n")]))


async def test_the_index_is_made_before_anybody_asks_and_not_in_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[threading.Thread] = []

    class Noted(Index):
        def __init__(self, pages: list[Page], prepared: dict[str, Any] | None = None) -> None:
            made.append(threading.current_thread())
            super().__init__(pages, prepared)

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


def test_an_index_that_was_made_before_is_of_these_very_pages() -> None:
    pages = list(app.LIBRARY.pages.values())
    assert prepared(pages) is not None
    for change in ({"markdown": pages[0].markdown + "."}, {"words": ("more",)}, {"path": "/help/moved"}):
        assert prepared([replace(pages[0], **change), *pages[1:]]) is None, change
    assert prepared(pages[1:]) is None
