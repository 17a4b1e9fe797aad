"""Replies as a command reads them: a member that is not there, or a list that is none, is said in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn

from finsecure.cli.failures import SERVER, Stop

_NEXT: Final = (
    "finsecure config show --origin  # which address is asked, and where that comes from",
    "finsecure doctor  # whether FinSecure answers there",
)


class Told(dict[str, Any]):
    """An object of a reply. What it lacks is an error of whoever answered, not of this command."""

    def __init__(self, data: dict[str, Any], lacks: Callable[[str], Stop]) -> None:
        super().__init__(data)
        self._lacks = lacks

    def __missing__(self, name: str) -> NoReturn:
        raise self._lacks(name)


def of_api(data: dict[str, Any], call: str) -> dict[str, Any]:
    """A reply of the API, all the way down. `call`: `GET /v1/balance`."""
    found: dict[str, Any] = _wrapped(data, lambda name: strange(call, f"has no {name!r}"))
    return found


def strange(call: str, what: str) -> Stop:
    """What to raise for a reply that is not as the API answers: `what` is wrong with it."""
    return Stop(
        f"The reply to {call} {what}: it is not FinSecure's, or of another version than this command's.",
        *_NEXT,
        code=SERVER,
    )


def page(data: dict[str, Any], call: str) -> dict[str, Any]:
    """The same, for a page of a list. Stop if it is none."""
    rows = data.get("data")
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        raise strange(call, "is not a list")
    return data


def _wrapped(value: Any, lacks: Callable[[str], Stop]) -> Any:
    if isinstance(value, dict):
        return Told({name: _wrapped(one, lacks) for name, one in value.items()}, lacks)
    return [_wrapped(one, lacks) for one in value] if isinstance(value, list) else value
