"""What readers looked for in vain, and what they said of pages: rows that whoever writes the pages reads."""

from __future__ import annotations

from typing import Final

from finsecure_server.storage.database import Reader, Tx

DAY_US: Final = 86_400 * 1_000_000
KEPT_DAYS: Final = 180

ADD_SEARCHES: Final = """
INSERT INTO help_searches (day_us, question, searches) VALUES (:day_us, :question, :searches)
ON CONFLICT (day_us, question) DO UPDATE SET searches = help_searches.searches + excluded.searches"""
QUESTIONS: Final = "SELECT COUNT(*) AS questions FROM help_searches WHERE day_us = :day_us"
SEARCHES: Final = "SELECT day_us, question, searches FROM help_searches WHERE day_us >= :since_us"
FEEDBACK: Final = "SELECT created_us, path, solved, text FROM help_feedback WHERE created_us >= :since_us"
SAID_BY_STRANGERS: Final = """
SELECT COUNT(*) AS said FROM help_feedback WHERE created_us >= :since_us AND reader_account = ''"""
PRUNE_SEARCHES: Final = "DELETE FROM help_searches WHERE day_us < :before_us"
PRUNE_FEEDBACK: Final = "DELETE FROM help_feedback WHERE created_us < :before_us"


def add_searches(tx: Tx, day_us: int, question: str, searches: int) -> None:
    """So many more searches of a day, for a question that no page answers."""
    tx.run(ADD_SEARCHES, day_us=day_us, question=question, searches=searches)


def questions(reader: Reader, day_us: int) -> int:
    """How many different questions of a day are kept."""
    return int(reader.all(QUESTIONS, day_us=day_us)[0]["questions"])


def said_by_strangers(reader: Reader, since_us: int) -> int:
    """How much readers who are not known have said since a moment."""
    return int(reader.all(SAID_BY_STRANGERS, since_us=since_us)[0]["said"])


def searches(reader: Reader, since_us: int) -> list[tuple[int, str, int]]:
    """Day, question and how often it was asked, since a moment."""
    return [(row["day_us"], row["question"], row["searches"]) for row in reader.all(SEARCHES, since_us=since_us)]


def feedback(reader: Reader, since_us: int) -> list[tuple[int, str, bool, str]]:
    """When, of which page, whether it was solved, and what was said, since a moment."""
    rows = reader.all(FEEDBACK, since_us=since_us)
    return [(row["created_us"], row["path"], bool(row["solved"]), row["text"]) for row in rows]


def prune(tx: Tx, wall_us: int) -> None:
    """Forget what is older than KEPT_DAYS."""
    before_us = wall_us - KEPT_DAYS * DAY_US
    tx.run(PRUNE_SEARCHES, before_us=before_us)
    tx.run(PRUNE_FEEDBACK, before_us=before_us)
