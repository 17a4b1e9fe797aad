"""What is written on a command line, as parameters: `-d key=value`, times such as `2h`, and the curl of a call."""

from __future__ import annotations

import re
import shlex
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from finsecure._core import encode
from finsecure.cli.failures import Stop

_SPAN: Final = re.compile(r"([0-9]{1,9})\s*(s|m|min|h|d|w)")
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")
_SECONDS: Final = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}


def pairs(given: Iterable[str]) -> dict[str, Any]:
    """`key=value` texts as flat parameters, the names as in a form: `card[number]`, `expand[]`.

    `key=@file` takes the value from a file, `key=@-` from standard input, `key=@@x` is the text `@x`. A name that ends
    in `[]`, or comes twice, is a list.
    """
    found: dict[str, Any] = {}
    for one in given:
        name, equals, text = one.partition("=")
        if not equals or not name:
            raise Stop(
                f"-d takes key=value, and {one[:60]!r} is not that.",
                "For instance: -d amount=2000 -d metadata[order]=7",
            )
        value = _value(text)
        if name.endswith("[]"):
            found.setdefault(name[:-2], [])
            name = name[:-2]
        if name in found:
            before = found[name]
            found[name] = [*(before if isinstance(before, list) else [before]), value]
        else:
            found[name] = value
    return found


def _value(text: str) -> str:
    if text.startswith("@@"):
        return text[1:]
    if not text.startswith("@"):
        return text
    if text == "@-":
        return _given()
    try:
        return Path(text[1:]).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"{text[1:]} cannot be read: {error}.", f"To send the text itself: @{text}") from error


def whole(text: str) -> int | None:
    """A whole number that a computer counts with, or None."""
    return int(text) if _WHOLE.fullmatch(text) else None


def _given() -> str:
    """What stands on standard input. Stop if that is no text: a byte of it would be lost."""
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise Stop(f"What stands on standard input is not UTF-8: {error.reason} at byte {error.start}.") from error


def counts_back(text: str) -> bool:
    """Whether a word for a time is relative to now: `now`, `10m`."""
    return text == "now" or _SPAN.fullmatch(text.strip()) is not None


def moment(text: str, now: float | None = None) -> int:
    """Seconds since 1970 of `10m` (ago), `2026-11-22`, `2026-11-22T14:00`, `1795348800`, `now`. Stop if it is none."""
    present = time.time() if now is None else now
    if text == "now":
        return int(present)
    seconds = whole(text)
    if seconds is not None and len(text) >= 9:
        return seconds
    span = _SPAN.fullmatch(text.strip())
    if span is not None:
        return int(present) - int(span[1]) * _SECONDS[span[2]]
    try:
        return int(datetime.fromisoformat(text).timestamp())  # without a zone it is that of this machine
    except (OverflowError, ValueError):
        raise Stop(
            f"{text[:60]!r} is no time.", "Say 10m, 2h, 3d (ago), 2026-11-22, 2026-11-22T14:00, or seconds since 1970."
        ) from None


def utc(seconds: int) -> str:
    """RFC 3339."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def curl(method: str, url: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """The same call for curl. The key is the shell's `$FINSECURE_SECRET_KEY`, and never in the line itself."""
    words = ["curl"]
    if method == "GET" and params:
        words.append("-G")
    elif method not in {"GET", "POST"} or (method == "POST" and not params):
        words += ["-X", method]
    line = " ".join([*words, shlex.quote(url), '-H "Authorization: Bearer $FINSECURE_SECRET_KEY"'])
    for name, value in headers.items():
        line += f" -H {shlex.quote(f'{name}: {value}')}"
    if method == "DELETE" and params:
        return line.replace(shlex.quote(url), shlex.quote(f"{url}?{encode.query(params)}"))
    for name, value in params.items():
        for one in value if isinstance(value, list) else [value]:
            field = f"{name}[]" if isinstance(value, list) else name
            line += f" --data-urlencode {shlex.quote(f'{field}={one}')}"
    return line
