"""Runs the blocks, inside the namespace; `python -m acceptance.inside DOCUMENT [--facts]`, called by __main__."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from acceptance import bash_blocks, node_blocks, packages, python_blocks, table, world
from acceptance.blocks import Block, extract
from acceptance.exercise import Exercise, Wrong
from acceptance.table import Row

EXERCISES: Final = (*python_blocks.EXERCISES, *node_blocks.EXERCISES, *bash_blocks.EXERCISES)
_ENDINGS: Final = {"python": "py", "javascript": "js", "bash": "sh"}


def main(document: Path, with_facts: bool) -> int:
    """The exit code: 0 if every block of code was run and does what the document says."""
    began = time.monotonic()
    blocks = extract(document.read_bytes().decode("utf-8"))
    with (
        tempfile.TemporaryDirectory(prefix="finsecure-acceptance-") as folder,
        world.furnished(Path(folder), packages.prepare()) as furnished,
    ):
        rows = [run(furnished, block) for block in blocks]
    print(table.shown(rows))
    if with_facts:
        print(f"\n{table.details(rows)}")
    failed = [row for row in rows if row.trouble]
    idle = [one for one in EXERCISES if not any(one.fits(block) for block in blocks)]
    print(table.troubles(rows))
    for one in idle:
        print(f"No {one.language} block has the line {one.line!r} any more: its exercise has nothing to run.")
    code = [row for row in rows if row.block.code]
    checks = sum(len(row.facts) for row in rows)
    seconds = time.monotonic() - began
    print(
        f"{len(code) - len(failed)} of {len(code)} blocks of code pass, unchanged; {checks} checks in {seconds:.0f} s."
    )
    return 1 if failed or idle or not code else 0


def run(furnished: world.World, block: Block) -> Row:
    """What comes of a block."""
    if block.code is None:
        return Row(block, f"part of the {block.inside} block" if block.inside else "", "not code")
    fitting: Sequence[Exercise] = [one for one in EXERCISES if one.fits(block)]
    if len(fitting) != 1:
        return Row(block, "", "NOT RUN", trouble=f"{len(fitting)} exercises know this block; there must be one.")
    (exercise,) = fitting
    file = furnished.folder / f"block-{block.number}.{_ENDINGS[exercise.language]}"
    file.write_bytes(block.text.encode())
    print(f"block {block.number}: {exercise.how} …", file=sys.stderr, flush=True)
    try:
        facts = exercise.run(furnished, file)
    except Wrong as wrong:
        return Row(block, exercise.how, "FAILED", trouble=str(wrong))
    except Exception:  # noqa: BLE001  because one block must not hide what comes of the others
        trouble = f"{traceback.format_exc()}\nThe server's log ends with:\n{furnished.server.log()}"
        return Row(block, exercise.how, "FAILED", trouble=trouble)
    return Row(block, exercise.how, f"passed, {len(facts)} checks", facts)


def _end(sign: int, _: FrameType | None) -> NoReturn:
    """Told to end: so that the servers are stopped and nothing is left behind."""
    sys.exit(128 + sign)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main(Path(sys.argv[1]), "--facts" in sys.argv[2:]))
