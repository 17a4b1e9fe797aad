"""The fault bench: at least forty faults, one at a time, against a real server. All of them must be found."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from finsecure.doctor.catalogue import CHECKS
from finsecure.doctor.finding import Status
from fixtures.bench import faults_network, faults_server, faults_setting, faults_webhook
from fixtures.bench.advice import commands, readable
from fixtures.bench.cases import FAULTS, HOST, Case, Fault, Outcome, Shared, examine, examine_all
from fixtures.bench.net import PUBLIC
from fixtures.bench.proxy import proxy

MODULES = (faults_setting, faults_network, faults_server, faults_webhook)  # they enter their faults as they are loaded


class Bench:
    """Every fault examined, once for all tests."""

    def __init__(self, shared: Shared) -> None:
        began = time.monotonic()
        self.outcomes = examine_all(shared)
        self.seconds = time.monotonic() - began

    def of(self, broken: Fault) -> Outcome:
        outcome = self.outcomes[broken.name]
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    world = Shared(tmp_path_factory.mktemp("bench"))
    yield world
    world.close()


@pytest.fixture(scope="module")
def bench(shared: Shared) -> Bench:
    return Bench(shared)


@pytest.mark.parametrize("broken", FAULTS, ids=lambda broken: broken.name.replace(" ", "_"))
def test_a_fault_is_found(broken: Fault, bench: Bench, shared: Shared) -> None:
    _judge(broken, bench.of(broken), shared)


def _judge(broken: Fault, outcome: Outcome, shared: Shared) -> None:
    """What was found is what is broken: status, side, fix, verdict, exit code."""
    said = outcome.shown()
    finding = outcome.of(broken.id)
    assert finding.status == broken.status, said
    assert finding.side == broken.side, said
    assert broken.fix in finding.fix, finding
    assert broken.title in finding.title, finding
    assert outcome.verdict.exit_code == broken.exit_code, said
    if broken.exit_code:
        assert outcome.verdict.side == broken.blamed, said
    else:
        assert outcome.verdict.side is None, said
    _is_sound(outcome, shared)


def _is_sound(outcome: Outcome, shared: Shared) -> None:
    """What is true of every report."""
    assert [one.id for one in outcome.findings] == list(CHECKS)
    assert outcome.seconds < 10.5
    for one in outcome.findings:
        assert one.status is not Status.ERROR, one
        assert one.title
        if one.status is Status.SKIPPED:
            assert one.why, one
        if one.status in {Status.FAIL, Status.WARN}:
            assert one.side, one
            assert one.fix, one
            for words in commands(one.fix):
                readable(words)
    keys = shared.keys
    for secret in (keys.good, keys.live, keys.publishable, keys.revoked, keys.expired, "hunter2", "s3cr3tpass"):
        assert secret not in outcome.text
        assert secret[-12:] not in outcome.text


def test_the_score(bench: Bench, shared: Shared, capsys: pytest.CaptureFixture[str]) -> None:
    missed = []
    for broken in FAULTS:
        try:
            _judge(broken, bench.of(broken), shared)
        except Exception:  # noqa: BLE001  because the test of that fault says what is wrong
            missed.append(broken.name)
    with capsys.disabled():
        found = len(FAULTS) - len(missed)
        sys.stdout.write(f"\nfault bench: {found} of {len(FAULTS)} faults found, in {bench.seconds:.0f} s\n")
    assert len(FAULTS) >= 40
    assert not missed


@dataclass
class Watched:
    """A front that remembers what was asked."""

    seen: list[tuple[str, str]] = field(default_factory=list)

    def rule(self, method: str, path: str, _: Mapping[str, str]) -> None:
        self.seen.append((method, path))


@pytest.mark.parametrize("live", [False, True])
def test_with_a_live_key_nothing_is_written_and_nobody_is_sent_anything(live: bool, shared: Shared) -> None:
    watched = Watched()

    def arrange(case: Case) -> None:
        case.remote(rule=watched.rule)
        case.asked["key"] = shared.troubled.live if live else shared.keys.good

    outcome = examine(shared, arrange)
    methods = {method for method, _ in watched.seen}
    assert ("POST" in methods) is not live
    expected = Status.SKIPPED if live else Status.PASS
    assert outcome.of("payment.lifecycle").status is expected
    assert outcome.of("payment.idempotency").status is expected
    if live:
        assert "live key" in outcome.of("payment.lifecycle").why


def test_the_key_is_not_sent_in_the_open(shared: Shared) -> None:
    watched: list[Mapping[str, str]] = []

    def rule(_: str, __: str, headers: Mapping[str, str]) -> None:
        watched.append(headers)

    def arrange(case: Case) -> None:
        before = case.before(rule=rule)
        case.net.names[HOST] = [PUBLIC]
        case.net.ways[PUBLIC] = before.port
        case.asked["base"] = f"http://{HOST}"

    examine(shared, arrange)
    assert watched
    assert not any("authorization" in headers for headers in watched)


def test_a_certificate_that_is_not_trusted_is_looked_at_without_the_key(shared: Shared) -> None:
    watched: list[Mapping[str, str]] = []

    def rule(_: str, __: str, headers: Mapping[str, str]) -> None:
        watched.append(headers)

    def arrange(case: Case) -> None:
        case.remote(case.certificates.expired(HOST), rule=rule)

    examine(shared, arrange)
    assert len(watched) == 1  # the one look, for the time that the server says it is
    assert "authorization" not in watched[0]


def well_local(case: Case) -> None:
    case.endpoint()


def well_by_tls(case: Case) -> None:
    case.remote()
    case.asked["origin"] = None


def well_by_proxy(case: Case) -> None:
    before = case.official()
    made = case.keep(proxy(before.port))
    case.environ["HTTPS_PROXY"] = f"http://127.0.0.1:{made.port}"


def well_with_tls_endpoint(case: Case) -> None:
    case.endpoint(context=case.certificates.good("localhost"))


def well_though_not_reached_from_here(case: Case) -> None:
    """FinSecure comes to the endpoint, and this machine does not: that is how it is behind many a firewall."""
    case.endpoint()
    case.net.ways["127.0.0.1"] = "refuse"
    case.net.ways["127.0.0.2"] = case.server.port
    case.asked["base"] = f"http://127.0.0.2:{case.server.port}"


def well_restricted(case: Case) -> None:
    case.local()
    case.asked["key"] = case.shared.keys.restricted


WELL = (
    well_local,
    well_by_tls,
    well_by_proxy,
    well_with_tls_endpoint,
    well_though_not_reached_from_here,
    well_restricted,
)


@pytest.mark.parametrize("arrange", WELL)
def test_what_is_well_is_left_in_peace(arrange: Callable[[Case], None], shared: Shared) -> None:
    outcome = examine(shared, arrange)
    bad = [one for one in outcome.findings if one.status in {"fail", "warn", "error"}]
    assert not [one for one in bad if one.id != "account.errors"], bad  # other faults have left some there
    assert outcome.verdict.exit_code == 0
    _is_sound(outcome, shared)
