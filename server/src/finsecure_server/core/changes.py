"""What an update changed: the `previous_attributes` of an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, to_builtins


def previous(old: Struct, new: Struct) -> dict[str, Any]:
    """The old values of what differs between two states of one object, as the API shows them.

    Inside an object only the members that changed; a list counts as one value. A member that was not there before was
    null. Empty when nothing changed.
    """
    return _differing(to_builtins(old), to_builtins(new))


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in (*new, *(name for name in old if name not in new)):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            before = _differing(before, after)
        found[name] = before
    return found
