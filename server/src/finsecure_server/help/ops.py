"""What becomes of what readers say: kept without card numbers and keys, and read by whoever owes them an answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Final

from msgspec import Struct

from finsecure_server.core.disclosure import disclosed
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.help import store
from finsecure_server.help.types import TEXT_LETTERS_MAX, Feedback
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.web.forms import cleaned

#: What strangers may say within a day. Whoever says more fills a disk, and nobody reads it.
STRANGERS_SAY_MAX: Final = 1_000


class Unanswered(Struct, frozen=True):
    """A question to which no page is the answer."""

    question: str
    searches: int
    last_us: int  # the day on which it was last asked


class Unsolved(Struct, frozen=True):
    """A page that did not help everybody."""

    path: str
    unsolved: int
    solved: int
    texts: tuple[str, ...]  # of those whom it did not help; newest first


class Debt(Struct, frozen=True):
    """What the help center owes its readers; the worst first."""

    unanswered: tuple[Unanswered, ...]
    unsolved: tuple[Unsolved, ...]


def kept(text: str, letters_max: int) -> str:
    """A text as it may be kept: redacted before it is cut, so that no cut hides the half of a secret.

    Whoever reads it does so in a terminal, and strangers have written it: nothing in it can steer one.
    """
    shown = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in cleaned(text))
    return disclosed(shown)[:letters_max]


def note_feedback(tx: Tx, env: Env, said: Feedback) -> None:
    """Keep what a reader says of a page. Raises rate_limit when strangers have said too much today."""
    if not env.account and store.said_by_strangers(tx, env.wall - store.DAY_US) >= STRANGERS_SAY_MAX:
        raise Refused(
            Code.RATE_LIMIT,
            f"{STRANGERS_SAY_MAX} readers have said something of these pages within a day. Say it tomorrow.",
            details={"reason": "feedback", "retry_after": 3600},
        )
    tx.append(
        "help_feedback",
        {
            "id": env.new_id("hf"),
            "created_us": env.wall,
            "path": kept(said.path, 500),
            "solved": int(said.solved == "yes"),
            "text": kept(said.text, TEXT_LETTERS_MAX),
            "reader_account": env.account,
        },
    )


def debt(reader: Reader, since_us: int) -> Debt:
    """What was looked for in vain, and which pages did not help, since a moment."""
    counts, last = Counter[str](), defaultdict[str, int](int)
    for day_us, question, searches in store.searches(reader, since_us):
        counts[question] += searches
        last[question] = max(last[question], day_us)
    pages: dict[str, list[tuple[int, bool, str]]] = defaultdict(list)
    for created_us, path, solved, text in store.feedback(reader, since_us):
        pages[path].append((created_us, solved, text))
    unsolved = [_unsolved(path, rows) for path, rows in pages.items() if any(not solved for _, solved, _ in rows)]
    return Debt(
        tuple(
            Unanswered(question, count, last[question])
            for question, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ),
        tuple(sorted(unsolved, key=lambda page: (-page.unsolved, page.path))),
    )


def _unsolved(path: str, rows: list[tuple[int, bool, str]]) -> Unsolved:
    in_vain = [text for _, solved, text in sorted(rows, reverse=True) if not solved]
    return Unsolved(path, len(in_vain), len(rows) - len(in_vain), tuple(text for text in in_vain if text))
