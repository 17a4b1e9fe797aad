"""What a test of an endpoint shows: a table of every way in which the first message can end, and of those after it."""

from __future__ import annotations

import itertools

import pytest

from finsecure_server.core.delivery import Failure, Outcome, Phase, Timing
from finsecure_server.core.endpoint_check import Check, CheckId, CheckStatus, Seen, checks, passed, verdict

OK = Outcome(None, "", status=204, timing=Timing(total_us=40_000), address="192.0.2.1", tls_version="TLSv1.3")
LETTERS = {CheckStatus.PASS: "p", CheckStatus.WARN: "w", CheckStatus.FAIL: "F", CheckStatus.SKIPPED: "-"}


def outcome(failure: Failure | None, phase: Phase | None = None, status: int | None = None) -> Outcome:
    return OK._replace(
        failure=failure, phase=phase, status=status, detail=f"What came of it: {failure} {phase} {status}."
    )


def letters(seen: Seen) -> str:
    """One letter a check, in their order."""
    return "".join(LETTERS[check.status] for check in checks(seen))


FIRST = {
    (None, None, 200): "pppppp",
    (Failure.HTTP, Phase.HEADERS, 401): "ppppF-",
    (Failure.HTTP, Phase.HEADERS, 500): "ppppF-",
    (Failure.REDIRECT, Phase.HEADERS, 301): "ppFp--",
    (Failure.DNS, Phase.DNS, None): "F-----",
    (Failure.BLOCKED, Phase.CONNECT, None): "F-----",
    (Failure.CONNECTION, Phase.CONNECT, None): "F-----",
    (Failure.CONNECTION, Phase.TLS, None): "pF----",
    (Failure.CONNECTION, Phase.HEADERS, None): "Fp----",
    (Failure.TLS, Phase.TLS, None): "pF----",
    (Failure.PROTOCOL, Phase.HEADERS, None): "Fp----",
    (Failure.PROTOCOL, None, None): "Fp----",
    (Failure.TIMEOUT, Phase.DNS, None): "F-----",
    (Failure.TIMEOUT, Phase.CONNECT, None): "F-----",
    (Failure.TIMEOUT, Phase.TLS, None): "pF----",
    (Failure.TIMEOUT, Phase.HEADERS, None): "pp-F--",
    (Failure.TIMEOUT, Phase.BODY, None): "pp-F--",
    (Failure.TIMEOUT, None, None): "F-----",
}


@pytest.mark.parametrize(("first", "shown"), FIRST.items())
def test_how_the_first_message_ended(first: tuple[Failure | None, Phase | None, int | None], shown: str) -> None:
    signed = outcome(*first)
    order = (
        CheckId.REACHABLE,
        CheckId.TLS,
        CheckId.REDIRECT,
        CheckId.TIME,
        CheckId.SIGNATURE_ACCEPTED,
        CheckId.DUPLICATE,
    )
    seen = Seen(True, 10, signed, OK if signed.failure is None else None)
    found = checks(seen)
    assert tuple(check.id for check in found) == (*order, CheckId.SIGNATURE_REFUSED)
    assert letters(seen)[:6] == shown
    assert passed(found) == (signed.failure is None)


def test_every_failure_has_its_row() -> None:
    assert {first[0] for first in FIRST} == {None, *Failure}


@pytest.mark.parametrize(
    ("again", "shown"),
    [
        (OK, "p"),
        (outcome(Failure.HTTP, Phase.HEADERS, 409), "F"),
        (outcome(Failure.TIMEOUT, Phase.HEADERS), "F"),
        (None, "-"),
    ],
)
def test_the_same_again(again: Outcome | None, shown: str) -> None:
    assert letters(Seen(True, 10, OK, again, None))[5] == shown


@pytest.mark.parametrize(
    ("forged", "shown"),
    [
        (OK, "F"),
        (outcome(Failure.HTTP, Phase.HEADERS, 400), "p"),
        (outcome(Failure.HTTP, Phase.HEADERS, 401), "p"),
        (outcome(Failure.HTTP, Phase.HEADERS, 499), "p"),
        (outcome(Failure.HTTP, Phase.HEADERS, 500), "w"),
        (outcome(Failure.REDIRECT, Phase.HEADERS, 302), "w"),
        (outcome(Failure.CONNECTION, Phase.HEADERS), "w"),
        (None, "-"),
    ],
)
def test_a_wrong_signature(forged: Outcome | None, shown: str) -> None:
    assert letters(Seen(True, 10, OK, OK, forged))[6] == shown


def test_who_says_yes_to_everything_is_told_to_verify() -> None:
    *_, refused = found = checks(Seen(True, 10, OK, OK, OK))
    assert (refused.id, refused.status) == (CheckId.SIGNATURE_REFUSED, CheckStatus.FAIL)
    assert (refused.fix or "").startswith("Verify the signature")
    assert not passed(found)
    assert verdict(found) == f"Failed: {refused.detail}"


@pytest.mark.parametrize(("total_us", "shown"), [(0, "p"), (5_000_999, "p"), (5_001_000, "w"), (9_900_000, "w")])
def test_who_is_slow_is_warned(total_us: int, shown: str) -> None:
    assert letters(Seen(True, 10, OK._replace(timing=Timing(total_us=total_us))))[3] == shown


def test_without_encryption_there_is_a_warning() -> None:
    plain = checks(Seen(False, 10, OK, OK, outcome(Failure.HTTP, Phase.HEADERS, 400)))
    assert plain[1].status is CheckStatus.WARN
    assert passed(plain)
    assert verdict(plain) == "Works, with a warning: Events go to this address unencrypted."
    nobody = outcome(Failure.CONNECTION, Phase.CONNECT)
    assert letters(Seen(False, 10, nobody)) == "Fw-----"


def test_all_is_well() -> None:
    found = checks(Seen(True, 10, OK, OK, outcome(Failure.HTTP, Phase.HEADERS, 400)))
    assert {check.status for check in found} == {CheckStatus.PASS}
    assert verdict(found).startswith("All is well")


def test_the_verdict_names_the_first_and_counts_the_rest() -> None:
    bad = outcome(Failure.HTTP, Phase.HEADERS, 500)
    found = checks(Seen(True, 10, OK, bad, OK))
    assert verdict(found) == f"Failed (1 more): {found[5].detail}"


def test_what_is_wrong_has_a_fix_and_what_is_not_has_none() -> None:
    every = [outcome(*first) for first in FIRST]
    for signed, again, forged, encrypted in itertools.product(every, [*every, None], [*every, None], (True, False)):
        for check in checks(Seen(encrypted, 10, signed, again, forged)):
            assert check.detail.endswith("."), check
            assert (check.fix is not None) == (check.status in (CheckStatus.WARN, CheckStatus.FAIL)), check


def test_what_was_not_seen_is_not_told() -> None:
    bare = OK._replace(address=None, tls_version=None)
    reachable, tls, *_ = checks(Seen(True, 10, bare))
    assert reachable == Check(CheckId.REACHABLE, CheckStatus.PASS, "A connection came about.", None, 40)
    assert tls.detail == "The connection is encrypted, and the certificate is good."
