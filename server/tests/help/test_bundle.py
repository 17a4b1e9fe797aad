"""What the Python package carries of the help center is the server's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import help_bundle

FILES = help_bundle.files()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_is_what_the_server_says(path: Path) -> None:
    same = path.read_text("utf-8") == FILES[path]
    assert same, f"{path.name} has drifted: say `make generate`"


def test_nothing_else_is_there() -> None:
    there = {path for path in help_bundle.FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert there <= set(FILES)
