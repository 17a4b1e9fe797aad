"""`python -m codegen` writes; `python -m codegen --check` says what would change and exits with 1 if anything would."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from codegen.contract import CONTRACT, Contract
from codegen.emit import Modules

OUT = Path(__file__).resolve().parents[1] / "src" / "finsecure" / "_generated"


def main(words: list[str]) -> int:
    """0 if all is written, or as it should be."""
    errors = json.loads((CONTRACT / "errors.json").read_text("utf-8"))
    texts = Modules(Contract.read(), errors).texts()
    drifted = [name for name, text in texts.items() if not _is(OUT / name, text)]
    if "--check" in words:
        print(
            "\n".join(f"{name} has drifted: say `python -m codegen` in sdk/python" for name in drifted) or "up to date"
        )
        return 1 if drifted else 0
    OUT.mkdir(exist_ok=True)
    for name in drifted:
        (OUT / name).write_text(texts[name], "utf-8")
    print(f"{len(drifted)} of {len(texts)} modules written")
    return 0


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


sys.exit(main(sys.argv[1:]))
