"""Types, as users have them: mypy and pyright pass a merchant's program, and find every mistake in another."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parent / "typing"
PYRIGHT = Path(__file__).parents[2] / "node" / "node_modules" / "pyright" / "index.js"
MISTAKES = PROGRAMS / "mistakes.py"


def run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True, check=False)


def mypy(program: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    cache = f"--cache-dir={folder / 'cache'}"
    return run("mypy", "--strict", "--config-file=", "--no-error-summary", cache, str(program), folder=folder)


def pyright(program: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """A Node program, locked with what the Node package is checked with."""
    words = ["node", str(PYRIGHT), f"--pythonpath={sys.executable}", str(program)]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("check", [mypy, pyright])
def test_a_program_passes(check: object, tmp_path: Path) -> None:
    assert callable(check)
    done = check(PROGRAMS / "program.py", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_mistakes_are_found(tmp_path: Path) -> None:
    wanted = {
        number: match[1]
        for number, line in enumerate(MISTAKES.read_text("utf-8").splitlines(), 1)
        if (match := re.search(r"# error: (\S+)$", line))
    }
    done = mypy(MISTAKES, tmp_path)
    found = re.findall(r"mistakes\.py:(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.MULTILINE)
    assert {int(number): code for number, code in found} == wanted, done.stdout
    lines = {
        int(number) for number in re.findall(r"mistakes\.py:(\d+):\d+ - error", pyright(MISTAKES, tmp_path).stdout)
    }
    assert lines == set(wanted)
