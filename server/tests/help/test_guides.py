"""Every block of code of every guide does what the guide says, on a server as a newcomer starts it.

One guide alone: `python -m pytest server/tests/help/test_guides.py -k webhook-issues`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from finsecure_server.storage.urls import sqlite_url
from tests.flows.live import Live
from tests.help.fences import Malformed
from tests.help.walk import Failed, walk_guide
from tests.tidy import ROOT

HELP: Final = ROOT / "help"
#: Every page of the folder; only README.md is for those who write them.
GUIDES: Final = sorted(
    path.relative_to(HELP).with_suffix("").as_posix() for path in HELP.rglob("*.md") if path != HELP / "README.md"
)


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Live]:
    """A server that was just started for the first time, with every setting as it comes."""
    home = tmp_path / "home"
    home.mkdir()
    database = sqlite_url(home / "data" / "finsecure.db")  # where FINSECURE_DATA alone would put it
    live = Live(home, database, {"FINSECURE_RATE_LIMIT": "100"})
    live.start()
    yield live
    live.stop()


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_does_what_it_says(guide: str, newcomer: Live, tmp_path: Path) -> None:
    key = re.search(r"\bsk_test_\w+", newcomer.log())
    assert key, newcomer.log()
    environ = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(newcomer.home),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",  # so that what runs in the background is heard at once
        "PYTHONDONTWRITEBYTECODE": "1",
        "FINSECURE_SECRET_KEY": key[0],
        "FINSECURE_API_BASE": newcomer.url,
        "FINSECURE_DATA": str(newcomer.home / "data"),
    }
    said = ""
    try:
        walk_guide(HELP / f"{guide}.md", tmp_path, environ, newcomer.port)
    except Malformed as error:
        said = f"{guide}.md:{error}"
    except Failed as failed:
        said = f"{failed}\n--- the server\n{newcomer.log()[-2000:]}"
    if said:
        pytest.fail(said, pytrace=False)
