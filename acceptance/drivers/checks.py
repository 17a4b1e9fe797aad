"""What an exercise of a block says: a line a fact, and the first that does not hold ends it."""

from __future__ import annotations

import sys


def expect(fact: str, found: object, wanted: object = True) -> None:
    """Says the fact, if it holds."""
    if found != wanted:
        sys.exit(f"not so  {fact}: found {found!r}, expected {wanted!r}")
    print(f"ok  {fact}", flush=True)
