"""The command `finsecure` beside a Typer app of 40 commands, in one run: how long until its help, or a word, is there.

    python -m bench.command        prints ratios, and fails if one is above its aim

Only ratios mean anything. The sides take turns in processes of their own (A B A B …) and the medians are compared.
Needs the packages `finsecure` and `typer`, installed.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 15
AIM = 0.5
COMMANDS = 40
FINSECURE = Path(sys.executable).with_name("finsecure")

APP = """
import typer

app = typer.Typer()


def add(number):
    @app.command(f"command{number}")
    def command(name: str, count: int = 1, loud: bool = False) -> None:
        "Do one of the forty things."


for number in range(COUNT):
    add(number)
app()
""".replace("COUNT", str(COMMANDS))

#: What is measured → (our words, theirs, the aim if there is one).
CASES: dict[str, tuple[list[str], list[str], float | None]] = {
    "--help": (["--help"], ["--help"], AIM),
    "one command's --help": (["payments", "create", "--help"], ["command7", "--help"], None),
    "one local command": (["explain", "lost_card"], ["command7", "x"], None),
}


def seconds(words: list[str]) -> float:
    """Wall time of one process."""
    began = time.perf_counter()
    subprocess.run(words, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def compare(ours: list[str], theirs: list[str]) -> tuple[float, float]:
    """The medians of both, measured in turns; the first turn warms the disk and does not count."""
    mine, other = [], []
    for _ in range(ROUNDS + 1):
        mine.append(seconds(ours))
        other.append(seconds(theirs))
    return statistics.median(mine[1:]), statistics.median(other[1:])


def main() -> int:
    bare = statistics.median(seconds([sys.executable, "-c", "pass"]) for _ in range(ROUNDS))
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores; the interpreter alone {bare * 1e3:.0f} ms")
    print(f"{'':24} {'finsecure':>12} {f'typer, {COMMANDS}':>12} {'ratio':>7}   aim")
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder) / "app.py"
        app.write_text(APP)
        for about, (ours, theirs, aim) in CASES.items():
            mine, other = compare([str(FINSECURE), *ours], [sys.executable, str(app), *theirs])
            shown = f"<= {aim}" if aim else "-"
            print(f"{about:24} {mine * 1e3:9.1f} ms {other * 1e3:9.1f} ms {mine / other:7.3f}   {shown}")
            if aim is not None and mine / other > aim:
                missed.append(about)
    print(f"missed: {', '.join(missed)}" if missed else "every aim is met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
