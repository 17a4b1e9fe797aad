"""Runs a block as it is written, with the names prepared that it takes for granted."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def run(path: str, **prepared: Any) -> dict[str, Any]:
    """The block's own names after it ran, as a program would: `__name__` is "__main__"."""
    names: dict[str, Any] = {"__name__": "__main__", **prepared}
    exec(compile(Path(path).read_bytes(), path, "exec"), names)  # noqa: S102  because to run the document is the point
    return names
