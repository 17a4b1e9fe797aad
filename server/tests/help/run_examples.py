"""Run many examples in Python, or many command lines, in one process. A program of its own: `run_examples.py WAY FILE`.

FILE holds a JSON object, name → example. What is printed is one as well: name → what went wrong.
"""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import sys
import traceback
from pathlib import Path

from finsecure.cli.program import run


def python(text: str) -> str:
    """What went wrong with a program; empty if nothing did."""
    try:
        exec(compile(text, "example", "exec"), {"__name__": "__main__"})  # noqa: S102  because it is ours
    except Exception:  # noqa: BLE001  because whatever it is, it is told
        return traceback.format_exc()
    return ""


def command(line: str) -> str:
    """What went wrong with a command line; empty if nothing did."""
    words = shlex.split(line)
    assert words[0] == "finsecure"
    with contextlib.redirect_stderr(io.StringIO()) as complaints:
        code = run(words[1:])
    return f"exit code {code}: {complaints.getvalue()}" if code else ""


def main(way: str, path: str) -> None:
    """Run them all."""
    examples = json.loads(Path(path).read_text("utf-8"))
    say = {"python": python, "command": command}[way]
    failed = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for name, text in examples.items():
            if wrong := say(text):
                failed[name] = wrong
    sys.stdout.write(json.dumps(failed))


if __name__ == "__main__":
    main(*sys.argv[1:])
