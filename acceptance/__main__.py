"""Runs every block of code of the help document, unchanged, against a real FinSecure; `make acceptance` calls it."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import Final

from acceptance import bash_blocks, namespace, packages

DOCUMENT: Final = Path("../shared/seed/help-content.md")
_TOOLS: Final = {**bash_blocks.TOOLS, "mount": "mount", "node": "nodejs", "npm": "npm"}


def main() -> int:
    """The exit code; does not return if the blocks are run."""
    parser = argparse.ArgumentParser(prog="python -m acceptance", description=__doc__)
    parser.add_argument("document", nargs="?", type=Path, default=packages.ROOT / DOCUMENT, help="a Markdown file")
    parser.add_argument("--facts", action="store_true", help="also list everything that was checked")
    given = parser.parse_args()
    document: Path = given.document.resolve()
    if not document.is_file():
        _loudly(f"SKIPPED: there is no document {given.document}, so none of its code was run.")
        return 0
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        wanted = " ".join(sorted({_TOOLS[tool] for tool in missing}))
        _loudly(f"FAILED: there is no {', '.join(missing)} here.", f"Fix: apt-get install -y {wanted}")
        return 1
    packages.prepare()
    facts = ["--facts"] if given.facts else []
    os.chdir(packages.ROOT)
    try:
        namespace.enter([sys.executable, "-m", "acceptance.inside", str(document), *facts])
    except namespace.NoNamespace as why:
        _loudly(
            "FAILED: no block was run.",
            f"api.finsecure.com must lead to this machine, in a namespace of its own. There is none to be had: {why}",
            "Fix: run it on Linux, as root or where users may make namespaces (in a container, --privileged).",
        )
        return 1


def _loudly(*lines: str) -> None:
    width = max(map(len, lines))
    print("\n".join(["=" * width, *lines, "=" * width]), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
