"""What the page about webhooks says is so: its code runs, its example verifies, its tables have every row."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from finsecure_server.core import signature
from finsecure_server.core.delivery import Failure
from finsecure_server.core.delivery_failures import variants
from finsecure_server.core.retry import LIVE_SCHEDULE_S, TEST_SCHEDULE_S
from tools import generate, webhooks_page
from tools.webhooks_page import BODY, EVENT_ID, SECRET, SIDES, TIMESTAMP, span

PAGE = webhooks_page.text()
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def run(program: str, secret: str = SECRET, *, at: int | None = None) -> dict[str, Any]:
    """What the program on the page makes of a delivery that was signed now."""
    headers = dict(signature.headers([SECRET], EVENT_ID, int(time.time()) if at is None else at, BODY))
    names: dict[str, Any] = {"body": BODY, "headers": headers, "secret": secret}
    exec(program, names)  # noqa: S102  because running what is printed is the test
    return names


def test_stripes_package_reads_a_delivery() -> None:
    assert run(PROGRAMS[0])["event"].id == EVENT_ID


def test_the_package_of_standard_webhooks_reads_a_delivery() -> None:
    assert run(PROGRAMS[1])["event"]["id"] == EVENT_ID


def test_the_verifier_on_the_page_takes_ours_and_nothing_else() -> None:
    names = run(PROGRAMS[2])
    verify, header = names["verify"], names["headers"][signature.SIGNATURE]
    assert verify(BODY, header, SECRET)
    assert verify(BODY, f"{header},v1=00,v2=x", SECRET)
    for body, given, secret in (
        (BODY + b" ", header, SECRET),
        (BODY, header, SECRET.removeprefix("whsec_")),
        (BODY, header.replace("v1", "v0"), SECRET),
        (BODY, f"{header},t=1", SECRET),
        (BODY, header.replace("t=", "t=-"), SECRET),
        (BODY, header.partition(",")[2], SECRET),
        (BODY, "", SECRET),
    ):
        assert not verify(body, given, secret), given


@pytest.mark.parametrize("off", [-301, 301])
def test_the_verifier_on_the_page_looks_at_the_time(off: int) -> None:
    names = run(PROGRAMS[2], at=int(time.time()) + off)
    assert not names["verify"](BODY, names["headers"][signature.SIGNATURE], SECRET)


def test_there_is_no_program_that_does_not_run() -> None:
    assert len(PROGRAMS) == 3


def test_the_example_is_a_delivery() -> None:
    for name, value in signature.headers([SECRET], EVENT_ID, TIMESTAMP, BODY):
        assert f"\n{name}: {value}\n" in PAGE
    assert f"\nsecret: {SECRET}\nbody: {BODY.decode()}\n" in PAGE


def test_every_attempt_has_its_row() -> None:
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", PAGE, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, len(LIVE_SCHEDULE_S) + 1))
    cells = [row.split(" | ") for _, row in rows]
    assert [row[0] for row in cells] == ["at once", *(span(wait) for wait in LIVE_SCHEDULE_S[1:])]
    assert cells[-1][1:3] == ["75 h 35 min 5 s", "90 h 42 min 6 s"]
    assert [row[3] for row in cells][:5] == ["at once", *(span(wait) for wait in TEST_SCHEDULE_S[1:]), ""]


def test_every_class_has_its_row_and_its_section() -> None:
    errors = generate.errors()
    for failure in Failure:
        assert f"| [`{failure}`](errors.md#{failure}) |" in PAGE
        section = errors.partition(f"\n### `{failure}`\n")[2].partition("\n### ")[0]
        found = re.findall(r"^#### If it failed (.*)$", section, re.MULTILINE)
        assert found == [variant.when for variant in variants(failure)]


def test_every_side_of_a_failure_is_named() -> None:
    assert all(f"{side} can put it right." in generate.errors() for side in SIDES.values())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "5 s"), (60, "1 min"), (3605, "1 h 5 s"), (86_400, "24 h"), (272_105, "75 h 35 min 5 s"), (604_800, "7 days")],
)
def test_a_time_in_words(seconds: int, words: str) -> None:
    assert span(seconds) == words
