"""Dated versions of the API: what an older caller still sees.

Objects are stored and shown in the shape of `LATEST`. A caller that asks for an older date gets the same object after
the shims between that date and ours, newest first. A shim is a pure function of the decoded object; it may rename and
reshape, never look anything up. What a merchant keeps in `metadata` is theirs and goes through untouched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

LATEST: Final = "2026-11-22"
#: Shapes of Stripe's API before it renamed sources to payment methods (its version 2019-02-11).
SOURCES: Final = "2018-11-08"

Shim = Callable[[dict[str, Any]], dict[str, Any]]

_OLD_STATUS: Final = {"requires_payment_method": "requires_source", "requires_action": "requires_source_action"}


def _sources(shown: dict[str, Any]) -> dict[str, Any]:
    """Intents as they were before 2019-02-11: `requires_source`, `requires_source_action`, `next_source_action`.

    An event says so: `api_version` is the shape of what it holds.
    """
    if shown.get("object") == "event":
        return {**shown, "api_version": SOURCES}
    if shown.get("object") in ("payment_intent", "setup_intent"):
        status = shown["status"]
        shown = {("next_source_action" if name == "next_action" else name): value for name, value in shown.items()}
        shown["status"] = _OLD_STATUS.get(status, status)
    return shown


#: Oldest first: the date up to which a caller needs the shim.
SHIMS: Final[tuple[tuple[str, Shim], ...]] = ((SOURCES, _sources),)

VERSIONS: Final = (*(date for date, _ in SHIMS), LATEST)


def shown_at(version: str, shown: Any) -> Any:
    """An object, or anything that holds objects, as a caller of `version` sees it."""
    for date, shim in reversed(SHIMS):
        if version <= date:
            shown = _everywhere(shown, shim)
    return shown


def _everywhere(shown: Any, shim: Shim) -> Any:
    if isinstance(shown, dict):
        return shim({n: value if n == "metadata" else _everywhere(value, shim) for n, value in shown.items()})
    if isinstance(shown, list):
        return [_everywhere(value, shim) for value in shown]
    return shown
