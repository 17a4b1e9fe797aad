"""Whether what was printed is what a guide says: `…` stands for what differs each time."""

from __future__ import annotations

import json
import re
from typing import Any, Final

ANYTHING: Final = "…"


def text_differs(expected: str, printed: str) -> str:
    """Why a text is not the expected one; empty if it is.

    `…` stands for anything within a line, a line of `…` alone for any number of lines.
    """
    pattern = "".join(_line(line) for line in _lines(expected))
    if re.fullmatch(pattern, "".join(line + "\n" for line in _lines(printed))):
        return ""
    return "it printed something else than its output block says"


def json_differs(expected: str, printed: str) -> str:
    """Why the JSON that was printed does not contain the expected one; empty if it does."""
    try:
        wanted = json.loads(expected)
    except ValueError as error:
        return f"its output block is no JSON: {error}"
    try:
        found = json.loads(printed)
    except ValueError as error:
        return f"it printed no JSON: {error}"
    return _lacks(wanted, found, "the JSON")


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def _line(line: str) -> str:
    if line.strip() == ANYTHING:
        return r"(?:.*\n)*?"
    return _within(line) + r"\n"


def _within(text: str) -> str:
    return ".*?".join(re.escape(part) for part in text.split(ANYTHING))


def _lacks(wanted: Any, found: Any, where: str) -> str:
    """The first member that is missing or differs. Objects by subset; a list that ends with "…" may go on."""
    if isinstance(wanted, str) and ANYTHING in wanted:
        fits = wanted == ANYTHING or (isinstance(found, str) and re.fullmatch(_within(wanted), found, re.DOTALL))
        return "" if fits else f"{where} is {json.dumps(found)}, not {json.dumps(wanted, ensure_ascii=False)}"
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name, value in wanted.items():
            if name not in found:
                return f"{where} has no {name!r}"
            if why := _lacks(value, found[name], f"{where}.{name}"):
                return why
        return ""
    if isinstance(wanted, list) and isinstance(found, list):
        open_end = bool(wanted) and wanted[-1] == ANYTHING
        members = wanted[:-1] if open_end else wanted
        if len(found) < len(members) or (len(found) > len(members) and not open_end):
            return f"{where} has {len(found)} elements, not {len(members)}"
        whys = (_lacks(a, b, f"{where}[{i}]") for i, (a, b) in enumerate(zip(members, found, strict=False)))
        return next((why for why in whys if why), "")
    if type(wanted) is type(found) and wanted == found:
        return ""
    return f"{where} is {json.dumps(found)}, not {json.dumps(wanted)}"
