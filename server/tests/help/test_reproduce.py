"""Every line that is said to bring a code about does so: by curl and by the command, against a real server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from finsecure_server.core.declines import DECLINES
from finsecure_server.core.delivery import Failure
from finsecure_server.core.errors import RULES, Code
from finsecure_server.help import explained, explained_failures, reproduce
from finsecure_server.help.library import ADDRESS
from finsecure_server.help.reproduce import Reproduction
from finsecure_server.storage.urls import sqlite_url
from tests.flows.live import KEY, Live, free_port

SECONDS: Final = 60.0
RATE: Final = 200
#: The port of a listener that a reproduction starts.
LISTENER: Final = "4250"
LINES: Final = [
    (code, tool)
    for code, how in reproduce.table().items()
    for tool in ("curl", "finsecure")
    if getattr(how, tool) is not None
]
SAID: Final = re.compile(r'"(?:decline_)?code":\s*"(\w+)"|/help/errors/(\w+)|^  what  (\w+) ', re.MULTILINE)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    home = tmp_path_factory.mktemp("home")
    server = Live(home, sqlite_url(home / "finsecure.db"), {"FINSECURE_RATE_LIMIT": str(RATE)})
    server.init()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def without_endpoints(live: Live) -> None:
    """Every reproduction begins as on a fresh account: no endpoint is there."""
    client = live.stripe(KEY)
    for endpoint in client.v1.webhook_endpoints.list({"limit": 100}).auto_paging_iter():
        client.v1.webhook_endpoints.delete(endpoint.id)


@pytest.mark.usefixtures("without_endpoints")
@pytest.mark.parametrize(("code", "tool"), LINES)
def test_it_brings_the_code_about(code: str, tool: str, live: Live, tmp_path: Path) -> None:
    text = getattr(reproduce.table()[code].at(live.url), tool).replace(LISTENER, str(free_port()))
    environ = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "FINSECURE_SECRET_KEY": KEY,
        "FINSECURE_LIVE_KEY": live.keys["secret_live"],
        "FINSECURE_API_BASE": live.url,
    }
    done = subprocess.run(
        ["bash", "-u", "-o", "pipefail", "-c", text],
        env=environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    printed = done.stdout + done.stderr
    said = {word for found in SAID.findall(printed) for word in found if word}
    assert code in said, f"{text}\n---\n{printed[-2000:]}"


def test_every_code_says_how_or_why_not() -> None:
    for code in explained.all_codes():
        found = explained.explain(code, ADDRESS) or explained_failures.explain(code, ADDRESS)
        assert found is not None
        how = found.reproduce
        assert (how.curl is None) == (how.cannot is not None), code
        assert how.cannot is None or how.finsecure is how.note is None, code
        for sentence in filter(None, (how.cannot, how.note)):
            assert sentence.endswith("."), code


def test_the_table_has_codes_only_and_none_that_a_card_leads_to() -> None:
    table = set(reproduce.table())
    assert table <= {*Code, *Failure}
    assert not table & set(DECLINES)
    assert {*Code, *Failure} - table - set(DECLINES) == {Code.CARD_DECLINED}


def test_what_cannot_be_brought_about_is_emitted_nowhere_or_by_chance() -> None:
    """A code that a domain raises is brought about, or its sentence says what it takes."""
    by_chance = {"lock_timeout", "overloaded", "database_unavailable", "internal_error", "dispute_evidence_overdue"}
    by_chance |= {Failure.BLOCKED.value}
    never = {code for code, how in reproduce.table().items() if how.cannot is not None} - by_chance
    source = Path(reproduce.__file__).parents[1]
    text = "\n".join(
        path.read_text("utf-8")
        for path in source.rglob("*.py")
        if path.parent.name != "help" and not path.name.startswith(("error_", "errors", "openapi", "command"))
    )
    raised = {code for code in RULES if f"Code.{code.name}" in text}
    assert not {code.value for code in raised} & never


def test_an_address_is_replaced_everywhere() -> None:
    how = Reproduction(curl=f"curl {ADDRESS}/a {ADDRESS}/b", finsecure=f"x {ADDRESS}")
    assert how.at("https://pay.test") == Reproduction(
        curl="curl https://pay.test/a https://pay.test/b", finsecure="x https://pay.test"
    )


def test_the_lines_of_cards_are_those_of_the_declines() -> None:
    """test_explained.py runs the curl lines; the command's differ from them in form only."""
    for code in DECLINES:
        found = explained.explain(code, ADDRESS)
        assert found is not None
        how = found.reproduce
        assert how.curl is not None
        assert how.finsecure is not None
        assert found.cards[0].name in how.curl
        assert found.cards[0].name in how.finsecure


@pytest.mark.parametrize("code", ["insufficient_funds", "lost_card", "card_declined"])
def test_the_command_brings_a_decline_about(code: str, live: Live, tmp_path: Path) -> None:
    found = explained.explain(code, live.url)
    assert found is not None
    assert found.reproduce.finsecure is not None
    environ = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "FINSECURE_SECRET_KEY": KEY,
        "FINSECURE_API_BASE": live.url,
    }
    done = subprocess.run(
        ["bash", "-c", found.reproduce.finsecure],
        env=environ,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode != 0
    assert code in done.stderr
