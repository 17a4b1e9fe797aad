"""The table of checks: other programs rely on it, so it may only change on purpose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from finsecure.doctor import catalogue
from finsecure.doctor.checks.endpoints import SERVER_CHECKS
from finsecure.doctor.checks.receiver import CHECKS as SEEN_FROM_HERE
from finsecure.doctor.finding import SIDES, Status
from fixtures.bench import faults_network, faults_server, faults_setting, faults_webhook
from fixtures.bench.cases import FAULTS

CONTRACT = Path(__file__).resolve().parents[4] / "contract"
MODULES = (faults_setting, faults_network, faults_server, faults_webhook)  # they enter their faults as they are loaded


def _schemas() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CONTRACT / "openapi.json").read_text())["components"]["schemas"]
    return found


def test_the_contract_is_this_table() -> None:
    """`finsecure doctor --list --json > contract/checks.json` writes it."""
    assert json.loads((CONTRACT / "checks.json").read_text()) == catalogue.document()


def test_the_checks_from_the_server_are_those_of_the_server() -> None:
    check = _schemas()["EndpointCheck"]["properties"]
    assert set(SERVER_CHECKS) == set(check["id"]["enum"])
    assert {status.value for status in Status} == {*check["status"]["enum"], "error"}


def test_an_endpoint_is_looked_at_from_both_sides_in_the_same_words() -> None:
    assert set(SEEN_FROM_HERE) - {"answer"} == set(SERVER_CHECKS) - {"duplicate"}


def test_what_a_check_needs_stands_before_it() -> None:
    known: set[str] = set()
    for probe in catalogue.PROBES:
        assert {*probe.needs, *probe.after, *probe.behind} <= known, probe
        known |= {check.id for check in probe.checks}


def test_every_check_has_a_fault_that_it_finds() -> None:
    assert {broken.id for broken in FAULTS} == set(catalogue.CHECKS)


def test_a_word_means_a_check_or_all_that_begin_with_it() -> None:
    assert catalogue.chosen(("api.auth",)) == ["api.auth"]
    assert catalogue.chosen(("network.tls", "network.dns")) == ["network.dns", "network.tls"]
    assert {name.split(".")[1] for name in catalogue.chosen(("webhook",))} == {
        "server",
        "here",
        "endpoints",
        "deliveries",
    }
    with pytest.raises(KeyError):
        catalogue.chosen(("web",))


def test_a_check_brings_along_what_it_needs() -> None:
    probes = catalogue.probes_for(["api.auth"])
    names = {check.id for probe in probes for check in probe.checks}
    assert {"config.key", "config.base", "network.dns", "network.tls", "api.auth"} <= names
    assert "payment.lifecycle" not in names


def test_no_payment_is_made_for_the_sake_of_another_check() -> None:
    others = [name for name in catalogue.CHECKS if not name.startswith("payment.")]
    probes = catalogue.probes_for(others)
    assert [check.id for probe in probes for check in probe.checks] == others


def test_the_page_has_every_check() -> None:
    """The table at the end of docs/doctor.md."""
    rows = [f"| `{check.id}` | {check.title} | {SIDES[check.side]} |" for check in catalogue.CHECKS.values()]
    page = (CONTRACT.parent / "docs" / "doctor.md").read_text()
    assert page.rpartition("| mostly |\n|---|---|---|\n")[2].splitlines() == rows
