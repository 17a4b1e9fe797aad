"""What was found, as JSON and for people: 80 columns, and a word for each colour."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from finsecure._version import __version__
from finsecure.cli.look import Look
from finsecure.doctor.context import Context
from finsecure.doctor.finding import SCHEMA, Finding, Status, Verdict, once
from finsecure.doctor.redact import redact

WIDTH: Final = 80
_NAME: Final = 19
_MARKS: Final = {
    Status.PASS: "ok  ",
    Status.WARN: "warn",
    Status.FAIL: "FAIL",
    Status.SKIPPED: "skip",
    Status.ERROR: "ERR ",
}
_SENTENCE: Final = re.compile(r"[A-Z][a-z]+ ")


def head(context: Context) -> str:
    """Which doctor, which mode, which server, when."""
    key = context.asked.key or ""
    mode = "live mode" if "_live_" in key else "test mode" if "_test_" in key else "no key"
    host = urlsplit(context.given_base).netloc.rpartition("@")[2] or "no address"
    when = datetime.fromtimestamp(context.world.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return redact(f"FinSecure doctor {__version__} · {mode} · {host} · {when}")


class Lines:
    """One check in one line, with its time. Checks that are skipped together, for one reason, share a line."""

    def __init__(self, look: Look, *, everything: bool) -> None:
        """`everything`: also what there was nothing to try for, and each in a line of its own."""
        self._look = look
        self._everything = everything
        self._told: set[tuple[str, str]] = set()

    def of(self, one: Finding) -> str:
        """The line, or nothing."""
        if one.status is not Status.SKIPPED:
            return _row(_MARKS[one.status], one.id, one.title, f"{one.ms} ms", one.status, self._look)
        if self._everything:
            return _row(_MARKS[one.status], one.id, one.why, "", one.status, self._look)
        family = f"{one.id.rpartition('.')[0]}.*" if one.id.count(".") > 1 else one.id
        if not one.blocks or (family, one.why) in self._told:
            return ""
        self._told.add((family, one.why))
        return _row(_MARKS[one.status], family, one.why, "", one.status, self._look)


def _row(mark: str, name: str, said: str, took: str, status: Status, look: Look) -> str:
    room = WIDTH - len(mark) - 1 - max(_NAME, len(name)) - 1 - 8
    shown = said if len(said) <= room else said[: room - 1].rstrip() + "…"
    rest = f"{name:<{_NAME}} {shown:<{room}} {took:>7}".rstrip()
    return look.dim(f"{mark} {rest}") if status is Status.SKIPPED else f"{_coloured(mark, status, look)} {rest}"


def summary(found: Sequence[Finding], said: Verdict, look: Look) -> Iterator[str]:
    """The verdict in a sentence, then what, why and fix of each finding, and at the end what to do with it."""
    worst = Status.PASS if said.exit_code == 0 else Status.FAIL
    yield ""
    yield from textwrap.wrap(f"{_coloured('Verdict:', worst, look)} {said.sentence}", WIDTH)
    bad = [one for one in once(found) if one.status in {Status.FAIL, Status.WARN, Status.ERROR}]
    bad.sort(key=lambda one: one.status is Status.WARN)
    for one in bad:
        yield ""
        yield from _wrapped(f"{_coloured(_MARKS[one.status].strip(), one.status, look)}  ", one.title, look, one)
        if one.why:
            yield from _wrapped("  why   ", one.why, look)
        if one.fix:
            yield from _fix(one.fix, look)
    if bad and said.exit_code:
        yield ""
        yield "Show it to somebody: finsecure doctor --bundle doctor.zip   (holds no secret)"


def _fix(text: str, look: Look) -> Iterator[str]:
    """A command in a line of its own, however long, so that it can be copied; sentences and remarks are wrapped."""
    line, _, more = text.partition("   ")
    if _SENTENCE.match(line):
        yield from _wrapped("  fix   ", text, look)
        return
    yield f"  fix   {look.strong(line)}"
    yield from textwrap.wrap(more, WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8)


def _wrapped(before: str, text: str, look: Look, one: Finding | None = None) -> Iterator[str]:
    label = before if one is None else before + look.strong(f"[{one.id}] ")
    indent = " " * 8
    first, *rest = (
        textwrap.wrap(text, WIDTH - 8) if one is None else textwrap.wrap(text, WIDTH - 9 - len(one.id)) or [""]
    )
    yield label + first
    for more in textwrap.wrap(" ".join(rest), WIDTH - 8):
        yield indent + more


def _coloured(text: str, status: Status, look: Look) -> str:
    if status is Status.PASS:
        return look.good(text)
    if status is Status.WARN:
        return look.warn(text)
    return text if status is Status.SKIPPED else look.bad(text)


def document(context: Context, found: Sequence[Finding], said: Verdict) -> dict[str, Any]:
    """The whole of it as JSON."""
    return {
        "schema": SCHEMA,
        "head": head(context),
        "verdict": said.shown(),
        "findings": [one.shown() for one in found],
    }
