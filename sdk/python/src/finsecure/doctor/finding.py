"""What a check has found, and what all findings together say: whose side it is on, and the exit code.

The texts of a finding are redacted as it is made, so there is no form of it that holds a secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from finsecure.doctor.redact import redact

SCHEMA: Final = "finsecure.doctor/1"

EXIT_FINE: Final = 0
EXIT_YOURS: Final = 20
EXIT_FINSECURE: Final = 21
EXIT_UNKNOWN: Final = 22

_FROM_SERVER: Final = "webhook.server."
_FROM_HERE: Final = "webhook.here."
#: From FinSecure's side a handler that is not there, or hangs up, shows in these.
_TWINS: Final = {"signature_accepted": ("answer",), "reachable": ("answer",)}


class Status(StrEnum):
    """What came of a check. The first four are those of the server's test of an endpoint."""

    PASS = "pass"  # noqa: S105  because it is no password
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"
    ERROR = "error"  # the check itself broke


class Side(StrEnum):
    """Who can put it right."""

    NETWORK = "your_network"
    CONFIGURATION = "your_configuration"
    SERVER = "your_server"
    FINSECURE = "finsecure"


#: Each side in a sentence: "The fault is in …".
SIDES: Final = {
    Side.NETWORK: "your network",
    Side.CONFIGURATION: "your configuration",
    Side.SERVER: "your server",
    Side.FINSECURE: "FinSecure",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check has found. `side`, `why` and `fix` are there for what warns or fails; a skipped one says why."""

    id: str
    status: Status
    title: str  # what was seen, in a line
    side: Side | None = None
    why: str = ""  # what it means and what it mostly comes from
    fix: str = ""  # one command or one line to change
    ms: int = 0
    blocks: bool = True  # whether checks that need this one are skipped if it is, or fails; not printed

    def __post_init__(self) -> None:
        """Take out what is secret."""
        for name in ("title", "why", "fix"):
            object.__setattr__(self, name, redact(getattr(self, name)))

    @property
    def stops(self) -> bool:
        """Whether nothing can be learnt from checks that need this one."""
        return self.blocks and self.status in {Status.FAIL, Status.ERROR, Status.SKIPPED}

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "status": self.status.value,
            "side": self.side and self.side.value,
            "title": self.title,
            "why": self.why,
            "fix": self.fix,
            "ms": self.ms,
        }


def passed(id: str, title: str, more: str = "") -> Finding:
    """All is well. `more` has no room in a line, and is in the JSON as `why`."""
    return Finding(id, Status.PASS, title, why=more)


def failed(id: str, side: Side, title: str, why: str, fix: str, *, blocks: bool = True) -> Finding:
    """It does not work. `blocks` is false where the checks after it can do without."""
    return Finding(id, Status.FAIL, title, side, why, fix, blocks=blocks)


def warned(id: str, side: Side, title: str, why: str, fix: str) -> Finding:
    """It works, and there is something to do."""
    return Finding(id, Status.WARN, title, side, why, fix)


def skipped(id: str, why: str, *, blocks: bool = True) -> Finding:
    """It was not tried. `blocks` is false where there is nothing to try, and what comes after may go on."""
    return Finding(id, Status.SKIPPED, "not tried", why=why, blocks=blocks)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings in one."""

    side: Side | None
    exit_code: int
    sentence: str

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {"side": self.side and self.side.value, "exit_code": self.exit_code, "sentence": self.sentence}


def once(findings: Iterable[Finding]) -> list[Finding]:
    """Without what is said twice.

    What an endpoint's test from FinSecure's side says, the look from here mostly says better. A server that fails fails
    for whoever asks.
    """
    found = list(findings)
    seen = {one.id: one.status for one in found if one.status in {Status.FAIL, Status.WARN}}
    health = next((one for one in found if one.id == "api.health" and one.status is Status.FAIL), None)
    return [one for one in found if not _said_here(one, seen) and not _said_before(one, health)]


def _said_before(one: Finding, health: Finding | None) -> bool:
    return health is not None and one.id == "api.auth" and (one.side, one.fix) == (health.side, health.fix)


def _said_here(one: Finding, seen: Mapping[str, Status]) -> bool:
    if one.id not in seen or not one.id.startswith(_FROM_SERVER):
        return False
    name = one.id.removeprefix(_FROM_SERVER)
    twins = {seen.get(_FROM_HERE + twin) for twin in (name, *_TWINS.get(name, ()))}
    return Status.FAIL in twins or one.status in twins


def verdict(findings: Iterable[Finding], *, strict: bool = False) -> Verdict:
    """Whose side it is on: FinSecure's if anything there fails, else that of the first failure.

    With `strict` a warning counts as a failure.
    """
    found = once(findings)
    bad = [one for one in found if one.status is Status.FAIL]
    mild = [one for one in found if one.status is Status.WARN]
    broken = [one for one in found if one.status is Status.ERROR]
    if strict and not bad:
        bad, mild = mild, []
    more = f", {_counted(len(mild), 'warning')}" if mild else ""
    if bad:
        theirs = [one for one in bad if one.side is Side.FINSECURE]
        first = (theirs or bad)[0]
        side = first.side or Side.CONFIGURATION
        code = EXIT_FINSECURE if theirs else EXIT_YOURS
        count = f"{_counted(len(bad), 'problem')}{more}"
        return Verdict(side, code, f"The fault is in {SIDES[side]} ({count}): {first.title}.")
    if broken:
        return Verdict(None, EXIT_UNKNOWN, f"Doctor could not finish: {broken[0].title}.")
    if not any(one.status in {Status.PASS, Status.WARN} for one in found):
        return Verdict(None, EXIT_UNKNOWN, "Nothing could be tried.")
    if mild:
        return Verdict(None, EXIT_FINE, f"It works, with {_counted(len(mild), 'warning')}: {mild[0].title}.")
    return Verdict(None, EXIT_FINE, "All is well.")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
