"""How checks are run: in parallel, in their order, each within its time, and none because of another."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from finsecure.doctor import context as contexts
from finsecure.doctor import runner
from finsecure.doctor.catalogue import Check, Probe
from finsecure.doctor.context import Asked, Context, World
from finsecure.doctor.finding import EXIT_UNKNOWN, Finding, Side, Status, failed, once, passed, skipped, verdict, warned
from fixtures.bench.net import TestNet


def _context() -> Context:
    return Context(World({}, time.time, TestNet(), Path("/nowhere")), Asked())


def _probe(name: str, run: object, needs: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> Probe:
    return Probe((Check(name, name, Side.SERVER),), run, needs, after)  # type: ignore[arg-type]  # each is a check


def _passes(name: str) -> Probe:
    return _probe(name, lambda _: passed(name, "fine"))


def _fails(name: str) -> Probe:
    return _probe(name, lambda _: failed(name, Side.SERVER, "broken", "why", "fix"))


def test_what_needs_a_failure_is_skipped_with_the_first_reason() -> None:
    probes = [
        _fails("one"),
        _probe("two", lambda _: passed("two", "fine"), ("one",)),
        _probe("three", lambda _: passed("three", "fine"), ("two",)),
        _probe("four", lambda _: passed("four", "fine"), (), ("one",)),
    ]
    found = {one.id: one for one in runner.run(_context(), probes)}
    assert (found["two"].status, found["two"].why) == (Status.SKIPPED, "needs one")
    assert (found["three"].status, found["three"].why) == (Status.SKIPPED, "needs one")
    assert found["four"].status is Status.PASS


def test_what_there_is_nothing_to_try_for_stops_nobody() -> None:
    probes = [
        _probe("one", lambda _: skipped("one", "there is no proxy", blocks=False)),
        _probe("two", lambda _: passed("two", "fine"), ("one",)),
    ]
    assert runner.run(_context(), probes)[1].status is Status.PASS


def test_checks_run_side_by_side() -> None:
    together = threading.Barrier(5, timeout=2)

    def meet(_: Context) -> Finding:
        together.wait()
        return passed("x", "met")

    probes = [_probe(f"x{number}", meet) for number in range(5)]
    with pytest.raises(KeyError):  # what they say they have found is not theirs
        runner.run(_context(), probes)


def test_they_are_told_in_the_order_of_the_catalogue() -> None:
    def slow(_: Context) -> Finding:
        time.sleep(0.1)
        return passed("slow", "at last")

    told: list[str] = []
    probes = [_probe("slow", slow), _passes("fast"), _passes("faster")]
    runner.run(_context(), probes, lambda one: told.append(one.id))
    assert told == ["slow", "fast", "faster"]


def test_a_check_that_breaks_says_so_and_stops_nothing_else() -> None:
    def broken(_: Context) -> Finding:
        raise ZeroDivisionError("sk_test_abcdefghijklmnop")

    found = runner.run(_context(), [_probe("broken", broken), _passes("other")])
    assert [one.status for one in found] == [Status.ERROR, Status.PASS]
    assert "ZeroDivisionError" in found[0].why
    assert "abcdefgh" not in found[0].why
    assert verdict(found).exit_code == EXIT_UNKNOWN


def test_a_check_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "CHECK_SECONDS", 0.2)
    over = threading.Event()

    def hangs(_: Context) -> Finding:
        over.wait(20)
        return passed("hangs", "too late")

    began = time.monotonic()
    found = runner.run(_context(), [_probe("hangs", hangs), _passes("other")])
    over.set()
    assert time.monotonic() - began < 2
    assert found[0].status is Status.ERROR
    assert found[1].status is Status.PASS


def test_all_of_them_are_over_when_the_time_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contexts, "TOTAL_SECONDS", 0.5)

    def slow(name: str) -> Probe:
        before = () if name == "s0" else (f"s{int(name[1:]) - 1}",)

        def run(_: Context) -> Finding:
            time.sleep(0.2)
            return passed(name, "fine")

        return _probe(name, run, before)

    began = time.monotonic()
    found = runner.run(_context(), [slow(f"s{number}") for number in range(8)])
    assert time.monotonic() - began < 1.5
    assert found[0].status is Status.PASS
    assert found[-1].why == "there was no time left"


def test_the_verdict_names_finsecure_if_anything_there_fails() -> None:
    mine = failed("a", Side.CONFIGURATION, "mine", "", "")
    theirs = failed("b", Side.FINSECURE, "theirs", "", "")
    mild = warned("c", Side.SERVER, "mild", "", "")
    good = passed("d", "good")
    assert (verdict([mine, theirs]).side, verdict([mine, theirs]).exit_code) == (Side.FINSECURE, 21)
    assert (verdict([good, mine]).side, verdict([good, mine]).exit_code) == (Side.CONFIGURATION, 20)
    assert (verdict([good, mild]).side, verdict([good, mild]).exit_code) == (None, 0)
    assert verdict([good, mild], strict=True).exit_code == 20
    assert verdict([good]).exit_code == 0
    assert verdict([skipped("e", "nothing")]).exit_code == 22
    assert verdict([]).exit_code == 22


def test_what_is_seen_from_both_sides_is_counted_once() -> None:
    here = failed("webhook.here.redirect", Side.CONFIGURATION, "it redirects", "", "finsecure webhooks update")
    there = failed("webhook.server.redirect", Side.CONFIGURATION, "it redirects", "", "Set the URL.")
    gone = failed("webhook.here.answer", Side.CONFIGURATION, "404", "", "")
    refused = failed("webhook.server.signature_accepted", Side.SERVER, "404", "", "")
    alone = warned("webhook.server.duplicate", Side.SERVER, "twice", "", "")
    assert once([there, here, alone]) == [here, alone]
    assert once([refused, gone]) == [gone]
    assert once([refused]) == [refused]
    assert "(1 problem)" in verdict([there, here]).sentence
    down = failed("api.health", Side.FINSECURE, "500", "", "--bundle")
    again = failed("api.auth", Side.FINSECURE, "500 again", "", "--bundle")
    refused_key = failed("api.auth", Side.CONFIGURATION, "401", "", "copy it anew")
    assert once([down, again]) == [down]
    assert once([down, refused_key]) == [down, refused_key]
    assert once([again]) == [again]
    mild = warned("webhook.here.redirect", Side.CONFIGURATION, "mild", "", "")
    assert once([there, mild]) == [there, mild]
