"""`finsecure logs tail`: requests as they are answered, those that one wants."""

from __future__ import annotations

import json
import signal
from typing import Any

import pytest

from finsecure.cli import logs
from finsecure.cli.failures import Stop
from fixtures.shell import Shell, eventually

LOG = {
    "id": "req_1",
    "status": 402,
    "method": "POST",
    "path": "/v1/refunds",
    "duration_us": 51_000,
    "error_code": None,
    "request": {"amount": "500"},
}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("status=402", True),
        ("status = 402", True),
        ("status!=402", False),
        ("status>=400", True),
        ("status>402", False),
        ("duration_us<60000", True),
        ("duration_us<=51000", True),
        ("path~/REFUNDS", True),
        ("path=/v1/refund", False),
        ("error_code=", True),
        ("request.amount=500", True),
        ("request.missing=", True),
        ("error_code>1", False),
    ],
)
def test_conditions(text: str, fits: bool) -> None:
    assert logs._condition(text)(LOG) is fits


@pytest.mark.parametrize("text", ["", "status", "nothing=1", "status>many", "=1"])
def test_conditions_that_cannot_be_read(text: str) -> None:
    with pytest.raises(Stop):
        logs._condition(text)


def tail(shell: Shell, *words: str) -> list[Any]:
    out = shell.good("logs", "tail", "--no-follow", "--since", "1h", "--json", *words).out
    return [json.loads(line) for line in out.splitlines()]


def test_those_that_one_wants(shell: Shell) -> None:
    made = shell.good("customers", "create", "--name", "tail", "--id").out.strip()
    shell.run("customers", "get", "cus_missing")
    found = eventually(lambda: tail(shell, "--where", f"object_id={made}"))
    assert [(one["method"], one["path"], one["status"]) for one in found] == [("POST", "/v1/customers", 200)]
    missing = eventually(lambda: tail(shell, "--status", "4xx", "--where", "path~cus_missing"))
    assert {one["status"] for one in missing} == {404}
    assert tail(shell, "--status", "599") == []
    assert shell.run("logs", "tail", "--status", "bad", "--no-follow").code == 2


def test_it_follows(shell: Shell) -> None:
    process = shell.start("logs", "tail", "--interval", "0.1", "--where", "path=/v1/customers")
    eventually(lambda: "Following" in (shell.home / "err.log").read_text())
    made = {shell.good("customers", "create", "--id").out.strip() for _ in range(3)}
    eventually(lambda: all(one in (shell.home / "out.log").read_text() for one in made))
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    shown = (shell.home / "out.log").read_text().splitlines()
    assert len(shown) == 3
    assert all(" 200  POST   /v1/customers" in line and " ms" in line and "req_" in line for line in shown)
