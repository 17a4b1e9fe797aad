"""`--fix`: what can be put right on this machine without risk, in the user's own file of settings.

Nothing is deleted, nothing is sent, and no key is changed but for the white space and quotes around it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from finsecure.cli import config, places
from finsecure.doctor.context import Context

_AROUND: Final = "\"'`‘’“”"  # noqa: RUF001  because word processors write them


class Repair(NamedTuple):
    """One thing to do: what it will be, in words, and how."""

    check: str
    says: str
    do: Callable[[], object]


def repairs(context: Context) -> list[Repair]:
    """What may be done, in this order. The file is looked at anew, and not changed."""
    path = places.user_file()
    document = _document(path)
    if document is None:
        return []
    profiles = document.get("profiles", {})
    return [*_strays(path, profiles), *_missing(context, path, profiles), *_open(path)]


def _document(path: Path) -> dict[str, Any] | None:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        return None


def _strays(path: Path, profiles: dict[str, Any]) -> list[Repair]:
    found = []
    for name, values in profiles.items():
        key = values.get("secret_key") if isinstance(values, dict) else None
        clean = key.strip().strip(_AROUND).strip() if isinstance(key, str) else None
        if clean and clean != key:
            says = f"take the white space or quotes off the key of profile {name!r} in {path}"
            found.append(Repair("config.profile", says, _saving(name, {**values, "secret_key": clean})))
    return found


def _saving(name: str, values: dict[str, Any]) -> Callable[[], object]:
    return lambda: config.save_profile(name, {one: str(value) for one, value in values.items()})


def _missing(context: Context, path: Path, profiles: dict[str, Any]) -> list[Repair]:
    """A profile that is named and not there, if this run knows the key that it would hold."""
    name = context.asked.profile
    if not name or name == "default" or name in profiles or not context.facts.key:
        return []
    values = {"secret_key": context.facts.key}
    if context.facts.base and not context.official:
        values["api_base"] = context.facts.base
    says = f"write profile {name!r} into {path}, with the key and the address of this run"
    return [Repair("config.profile", says, _saving(name, values))]


def _open(path: Path) -> list[Repair]:
    if not path.exists() or not places.others_may_read(path):
        return []
    return [Repair("config.profile", f"let nobody but you read {path} (0600)", lambda: path.chmod(places.PRIVATE))]
