"""What a test of an endpoint has shown: seven checks, from three messages and what came of them.

It is sent a signed event, the same event again, and an event whose signature is wrong. A receiver that says 2xx to
everything passes the first two and not the third: it would believe anybody. Ids of checks are for programs and do not
change; the command line's doctor has the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

from finsecure_server.core.delivery import Failure, Outcome, Phase
from finsecure_server.core.delivery_failures import explain


class CheckId(StrEnum):
    """What is looked at, in this order."""

    REACHABLE = "reachable"
    TLS = "tls"
    REDIRECT = "redirect"
    TIME = "time"
    SIGNATURE_ACCEPTED = "signature_accepted"
    DUPLICATE = "duplicate"
    SIGNATURE_REFUSED = "signature_refused"


class CheckStatus(StrEnum):
    """What came of it. A warning does not keep events from arriving."""

    PASS = "pass"  # noqa: S105  because it is no password
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


class Check(NamedTuple):
    """One check."""

    id: CheckId
    status: CheckStatus
    detail: str  # what was seen, in a sentence
    fix: str | None = None  # what to do about it; there for all that warns or fails
    timing_ms: int | None = None  # of the attempt; None when there was none


class Seen(NamedTuple):
    """What was sent, and what came of it. None: it was not sent."""

    encrypted: bool
    timeout_s: int
    signed: Outcome
    again: Outcome | None = None
    forged: Outcome | None = None


class _Stage(IntEnum):
    """How far the first message came."""

    NOWHERE = 0
    CONNECTED = 1
    SENT = 2
    ANSWERED = 3


_STAGES: Final = {
    Phase.DNS: _Stage.NOWHERE,
    Phase.CONNECT: _Stage.NOWHERE,
    Phase.TLS: _Stage.CONNECTED,
    Phase.HEADERS: _Stage.SENT,
    Phase.BODY: _Stage.SENT,
}
_NOT_SENT: Final = "It was not tried: what came before it failed."
_NO_TIME: Final = "It was not tried: there was no time left."
_VERIFY: Final = (
    "Verify the signature of every request before you read it, and answer 400 when it is wrong. Until then anybody who "
    "knows the address can make your shop believe what they like."
)


def checks(seen: Seen) -> tuple[Check, ...]:
    """Each check, once."""
    stage = _stage(seen.signed)
    return (
        _reachable(seen, stage),
        _tls(seen, stage),
        _redirect(seen, stage),
        _time(seen, stage),
        _accepted(seen, stage),
        _duplicate(seen),
        _refused(seen),
    )


def passed(found: Iterable[Check]) -> bool:
    """Whether events will arrive, and only ours."""
    return not any(check.status is CheckStatus.FAIL for check in found)


def verdict(found: Iterable[Check]) -> str:
    """All of it in a sentence: the first thing that is wrong, if anything is."""
    found = tuple(found)
    for status, words in ((CheckStatus.FAIL, "Failed"), (CheckStatus.WARN, "Works, with a warning")):
        those = [check for check in found if check.status is status]
        if those:
            more = f" ({len(those) - 1} more)" if len(those) > 1 else ""
            return f"{words}{more}: {those[0].detail}"
    return "All is well: events arrive, repeats do no harm, and a wrong signature is refused."


def _stage(outcome: Outcome) -> _Stage:
    match outcome.failure:
        case None | Failure.HTTP | Failure.REDIRECT:
            return _Stage.ANSWERED
        case Failure.PROTOCOL:
            return _Stage.SENT
        case Failure.DNS | Failure.BLOCKED:
            return _Stage.NOWHERE
    return _Stage.NOWHERE if outcome.phase is None else _STAGES[outcome.phase]


def _ms(outcome: Outcome) -> int:
    return outcome.timing.total_us // 1000


def _failed(id_: CheckId, outcome: Outcome) -> Check:
    """It failed as attempts fail; the table of failures knows what to do."""
    return Check(id_, CheckStatus.FAIL, outcome.detail, " ".join(explain(outcome).fix), _ms(outcome))


def _skipped(id_: CheckId, why: str = _NOT_SENT) -> Check:
    return Check(id_, CheckStatus.SKIPPED, why)


def _reachable(seen: Seen, stage: _Stage) -> Check:
    signed = seen.signed
    broken = stage is _Stage.SENT and signed.failure in (Failure.CONNECTION, Failure.PROTOCOL)
    if stage is _Stage.NOWHERE or broken:
        return _failed(CheckId.REACHABLE, signed)
    where = "" if signed.address is None else f" to {signed.address}"
    return Check(CheckId.REACHABLE, CheckStatus.PASS, f"A connection{where} came about.", None, _ms(signed))


def _tls(seen: Seen, stage: _Stage) -> Check:
    signed = seen.signed
    if not seen.encrypted:
        return Check(
            CheckId.TLS,
            CheckStatus.WARN,
            "Events go to this address unencrypted.",
            "Use an address that begins with https:// before you go live: live mode takes no other.",
        )
    if stage is _Stage.NOWHERE:
        return _skipped(CheckId.TLS)
    if stage is _Stage.CONNECTED:
        return _failed(CheckId.TLS, signed)
    version = "" if signed.tls_version is None else f" ({signed.tls_version})"
    detail = f"The connection is encrypted{version}, and the certificate is good."
    return Check(CheckId.TLS, CheckStatus.PASS, detail, None, _ms(signed))


def _redirect(seen: Seen, stage: _Stage) -> Check:
    if stage is not _Stage.ANSWERED:
        return _skipped(CheckId.REDIRECT)
    if seen.signed.failure is Failure.REDIRECT:
        return _failed(CheckId.REDIRECT, seen.signed)
    return Check(CheckId.REDIRECT, CheckStatus.PASS, "It answers itself, without a redirect.", None, _ms(seen.signed))


def _time(seen: Seen, stage: _Stage) -> Check:
    signed = seen.signed
    if stage is not _Stage.ANSWERED:
        late = stage is _Stage.SENT and signed.failure is Failure.TIMEOUT
        return _failed(CheckId.TIME, signed) if late else _skipped(CheckId.TIME)
    took = _ms(signed)
    detail = f"It answered within {took} ms of {seen.timeout_s} s."
    if 2 * took <= seen.timeout_s * 1000:
        return Check(CheckId.TIME, CheckStatus.PASS, detail, None, took)
    fix = "Store the event, answer 2xx at once, and do the work afterwards."
    return Check(CheckId.TIME, CheckStatus.WARN, detail, fix, took)


def _accepted(seen: Seen, stage: _Stage) -> Check:
    signed = seen.signed
    if stage is not _Stage.ANSWERED or signed.failure is Failure.REDIRECT:
        return _skipped(CheckId.SIGNATURE_ACCEPTED)
    if signed.failure is Failure.HTTP:
        detail = f"It answered {signed.status} to an event with a good signature."
        fix = " ".join(explain(signed).fix)
        return Check(CheckId.SIGNATURE_ACCEPTED, CheckStatus.FAIL, detail, fix, _ms(signed))
    detail = f"It answered {signed.status} to an event with a good signature."
    return Check(CheckId.SIGNATURE_ACCEPTED, CheckStatus.PASS, detail, None, _ms(signed))


def _duplicate(seen: Seen) -> Check:
    again = seen.again
    if seen.signed.failure is not None:
        return _skipped(CheckId.DUPLICATE)
    if again is None:
        return _skipped(CheckId.DUPLICATE, _NO_TIME)
    if again.failure is None:
        detail = f"It answered {again.status} to the same event once more."
        return Check(CheckId.DUPLICATE, CheckStatus.PASS, detail, None, _ms(again))
    return Check(
        CheckId.DUPLICATE,
        CheckStatus.FAIL,
        f"It took an event, and failed when the same event came again: {again.detail}",
        "An event may come more than once. Remember the ids of those that you have seen, answer 2xx, and do nothing.",
        _ms(again),
    )


def _refused(seen: Seen) -> Check:
    forged = seen.forged
    if seen.signed.failure is not None:
        return _skipped(CheckId.SIGNATURE_REFUSED)
    if forged is None:
        return _skipped(CheckId.SIGNATURE_REFUSED, _NO_TIME)
    if forged.failure is None:
        detail = f"It answered {forged.status} to an event whose signature is wrong: it believes anybody."
        return Check(CheckId.SIGNATURE_REFUSED, CheckStatus.FAIL, detail, _VERIFY, _ms(forged))
    if forged.status is not None and 400 <= forged.status < 500:
        detail = f"It answered {forged.status} to an event whose signature is wrong."
        return Check(CheckId.SIGNATURE_REFUSED, CheckStatus.PASS, detail, None, _ms(forged))
    return Check(
        CheckId.SIGNATURE_REFUSED,
        CheckStatus.WARN,
        f"It did not take an event whose signature is wrong, and did not say why: {forged.detail}",
        "Answer 400 when a signature is wrong, so that a crash can be told from a refusal.",
        _ms(forged),
    )
