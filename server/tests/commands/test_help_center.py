"""`finsecure-server help`: what readers did not find, and the pages as files."""

from __future__ import annotations

import json

from tests.commands.newcomer import Newcomer


def test_nothing_is_owed_where_nobody_has_read(newcomer: Newcomer) -> None:
    newcomer.gets("init")
    assert json.loads(newcomer.gets("help", "debt", "--json")) == {
        "schema": 1,
        "days": 30,
        "unanswered": [],
        "unsolved": [],
    }
    text = newcomer.gets("help", "debt", "--days", "7")
    assert "Searches of the last 7 days that no page answers: 0" in text


def test_a_database_that_is_not_there_is_no_answer(newcomer: Newcomer) -> None:
    assert newcomer.types("help", "debt").code == 22


def test_the_pages_are_written_into_an_empty_folder_only(newcomer: Newcomer) -> None:
    (newcomer.home / "full").mkdir()
    (newcomer.home / "full" / "mine.txt").write_text("mine")
    said = newcomer.types("help", "export", "full")
    assert (said.code, "not empty" in said.err) == (1, True)
    written = json.loads(newcomer.gets("help", "export", "site", "--base-url", "https://pay.example/", "--json"))
    assert written["files"] > 100
    assert "https://pay.example/v1" in (newcomer.home / "site/help/getting-started.html").read_text("utf-8")
