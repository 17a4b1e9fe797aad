"""A file appears under its name only when it is whole and on disk."""

from __future__ import annotations

import os
from pathlib import Path


def publish(partial: Path, target: Path) -> None:
    """Give a finished file its name. FileExistsError if that is taken."""
    _sync(partial)
    os.link(partial, target)  # unlike a rename, it never replaces
    partial.unlink()
    _sync(target.parent)


def publish_over(partial: Path, target: Path) -> None:
    """Give a finished file its name, in place of whatever bears it."""
    _sync(partial)
    partial.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
