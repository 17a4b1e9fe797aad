"""Write the tables that the `finsecure` command carries: what every code means, the test cards, types of events, money.

`python -m tools.cli_tables`. They are the server's own tables, so what the command says offline is what the help pages
say. `sdk/python/tests/cli/test_tables.py` compares the files with what these functions say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from finsecure_server.core.event_types import TYPES
from finsecure_server.core.money import CURRENCIES
from finsecure_server.core.test_cards import CARDS
from finsecure_server.core.test_cards_page import behaviour
from finsecure_server.help import explained, explained_failures

FOLDER: Final = Path(__file__).resolve().parents[1] / "sdk" / "python" / "src" / "finsecure" / "cli" / "data"

#: Stands for the server's address in commands and links; the command fills in its own.
BASE: Final = "{base}"

#: What the pages say and the command does not: how a reply looks, and the link that it makes itself.
_LEFT_OUT: Final = frozenset({"example", "object", "guide"})


def codes() -> str:
    """`errors.json`: code → what it means, whose side it is on, what to do next."""
    found: dict[str, Any] = {}
    for code in explained.all_codes():
        page = explained_failures.explain(code, BASE) or explained.explain(code, BASE)
        assert page is not None, code
        row = msgspec.to_builtins(page)
        found[code] = {name: value for name, value in row.items() if name not in _LEFT_OUT and value not in (None, [])}
    return _lines(found)


def cards() -> str:
    """`cards.json`: every test card in the order of the table."""
    rows = {
        card.name: {
            "number": card.number,
            "group": card.group.value,
            "brand": card.brand,
            "funding": card.funding,
            "country": card.country,
            "aliases": list(card.aliases),
            "decline_code": card.decline_code,
            "does": behaviour(card),
        }
        for card in CARDS
    }
    return _lines(rows)


def events() -> str:
    """`events.json`: type → when it is sent."""
    return _lines({row.name: row.says for row in TYPES.values()})


def currencies() -> str:
    """`exponents.json`: currency → decimals by which the API counts, where they are not two."""
    return _lines({row.code: row.api_exponent for row in CURRENCIES.values() if row.api_exponent != 2})


def _lines(rows: Mapping[str, Any]) -> str:
    """An object with a member to a line, so that a change is read in the diff."""
    lines = (f"{json.dumps(name)}: {json.dumps(row, ensure_ascii=False)}" for name, row in rows.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "errors.json": codes,
    "cards.json": cards,
    "events.json": events,
    "exponents.json": currencies,
}


def main() -> None:
    """Write every table that is not yet what the server says, and name it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, table in TABLES.items():
        path, text = FOLDER / name, table()
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"wrote {name}")


if __name__ == "__main__":
    main()
