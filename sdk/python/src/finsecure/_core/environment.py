"""What the environment says, read each time: a test, or a shell, may change it."""

from __future__ import annotations

import os
from typing import Final

API_BASE: Final = "https://api.finsecure.com"
SECRET_KEY: Final = "FINSECURE_SECRET_KEY"  # noqa: S105  because this names a variable


def variable(name: str) -> str | None:
    """A variable that is set and not empty."""
    return os.environ.get(name) or None


def api_key() -> str | None:
    """FINSECURE_SECRET_KEY."""
    return variable(SECRET_KEY)


def api_base() -> str:
    """FINSECURE_API_BASE, or where FinSecure is."""
    return variable("FINSECURE_API_BASE") or API_BASE
