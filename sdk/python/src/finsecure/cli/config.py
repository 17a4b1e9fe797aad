"""Every setting of the command: its value, where that comes from, and what it overrode.

Flag, environment, the project's `finsecure.toml`, the profile, the user's file, the system's file, default: the first
that says something wins. A profile that is named by `--profile` comes before the environment. A key that does not come
from the profile is not sent to the profile's address, unless you named the profile: it may be another server's.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from finsecure._core.environment import API_BASE
from finsecure.cli import places
from finsecure.cli.failures import Stop
from finsecure.cli.flags import Flags

#: Setting → the variable that holds it.
VARIABLES: Final = {
    "profile": "FINSECURE_PROFILE",
    "secret_key": "FINSECURE_SECRET_KEY",
    "api_base": "FINSECURE_API_BASE",
    "ca_bundle": "FINSECURE_CA_BUNDLE",
    "timeout": "FINSECURE_TIMEOUT",
    "max_retries": "FINSECURE_MAX_RETRIES",
}
DEFAULTS: Final[Mapping[str, str]] = {"profile": "default", "api_base": API_BASE, "timeout": "10", "max_retries": "3"}
#: What a project may say. Whoever wrote the project must not be able to send your key to a server of theirs.
_OF_PROJECTS: Final = frozenset({"profile", "timeout", "max_retries"})
_OF_PROFILES: Final = ("secret_key", "api_base", "ca_bundle", "timeout", "max_retries")


@dataclass(frozen=True)
class Setting:
    """One setting. `value` None: nothing says it."""

    name: str
    value: str | None
    origin: str
    overrode: tuple[tuple[str, str], ...] = ()  # (value, origin), in order


@dataclass
class Layer:
    """One place that settings come from."""

    origin: str
    values: dict[str, str]
    origins: dict[str, str] = field(default_factory=dict)  # where a value's own differs

    def found(self, name: str) -> tuple[str, str] | None:
        """(value, origin) of a setting."""
        value = self.values.get(name)
        return None if value is None else (value, self.origins.get(name, self.origin))


def load(path: Path) -> dict[str, Any]:
    """A settings file; empty if there is none. Stop if it cannot be read."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise Stop(f"The settings file {path} cannot be read: {error}.", "Correct it, or move it away.") from error


def profiles() -> dict[str, dict[str, str]]:
    """The user's profiles, and those of the system that the user has not."""
    merged: dict[str, dict[str, str]] = {}
    for path in (places.system_file(), places.user_file()):
        found = _profiles(load(path), path)
        merged |= {name: _texts(values) for name, values in found.items() if isinstance(values, dict)}
    return merged


def _profiles(document: dict[str, Any], path: Path) -> dict[str, Any]:
    """The table of profiles in a settings file. Stop if it is none."""
    found = document.setdefault("profiles", {})
    if not isinstance(found, dict):
        raise Stop(f"In the settings file {path} profiles is no table.", "Correct it, or move it away.")
    return found


def resolve(flags: Flags) -> dict[str, Setting]:
    """Every setting. Stop for a project file that holds what it must not, or a profile that does not exist."""
    above = [_of_flags(flags), _of_environment(), _of_project()]
    below = [_of_file(places.user_file()), _of_file(places.system_file()), Layer("default", dict(DEFAULTS))]
    profile = _pick("profile", [*above, *below])
    assert profile.value is not None
    chosen = profile.origin != "default" and not profile.origin.startswith(("user file", "system file"))
    layer = _of_profile(profile.value, chosen=chosen)
    layers = [above[0], layer, *above[1:], *below] if flags.profile else [*above, layer, *below]
    key = _pick("secret_key", layers)
    if not chosen and key.origin != layer.origin:
        layer.values.pop("api_base", None)
        layer.values.pop("ca_bundle", None)
    return {"profile": profile} | {name: _pick(name, layers) for name in _OF_PROFILES}


def _pick(name: str, layers: list[Layer]) -> Setting:
    found = [one for layer in layers if (one := layer.found(name)) is not None]
    if not found:
        return Setting(name, None, "not set")
    (value, origin), *rest = found
    return Setting(name, value, origin, tuple(rest))


def _of_flags(flags: Flags) -> Layer:
    given = {"profile": flags.profile, "secret_key": flags.api_key, "api_base": flags.api_base}
    names = {"profile": "flag --profile", "secret_key": "flag --api-key", "api_base": "flag --api-base"}
    return Layer("flag", {name: value for name, value in given.items() if value}, names)


def _of_environment() -> Layer:
    values: dict[str, str] = {}
    origins: dict[str, str] = {}
    for name, variable in VARIABLES.items():
        if os.environ.get(variable):
            values[name] = os.environ[variable]
            origins[name] = f"variable {variable}"
    return Layer("environment", values, origins)


def _of_project() -> Layer:
    path = places.project_file()
    values = load(path)
    refused = sorted(values.keys() - _OF_PROJECTS)
    if refused:
        raise Stop(
            f"finsecure.toml of this directory says {', '.join(refused)}, which a project may not.",
            f"A project may say {', '.join(sorted(_OF_PROJECTS))}. Keys and addresses belong in a profile: "
            "finsecure login --profile NAME --api-base URL",
        )
    return Layer("project file finsecure.toml", _texts(values))


def _of_file(path: Path) -> Layer:
    kind = "user file" if path == places.user_file() else "system file"
    return Layer(f"{kind} {path}", _texts(load(path)))


def _of_profile(name: str, *, chosen: bool) -> Layer:
    known = profiles()
    if chosen and name not in known:
        there = ", ".join(sorted(known)) or "none yet"
        raise Stop(f"There is no profile {name!r}; there is: {there}.", f"finsecure login --profile {name}")
    return Layer(f"profile {name!r}", dict(known.get(name, {})))


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if isinstance(value, (str, int, float))}


# -- writing -----------------------------------------------------------------------------------------------------------


def save_profile(name: str, values: Mapping[str, str] | None, *, make_default: bool = False) -> Path:
    """Write a profile into the user's file, or take it out if `values` is None. Where it is."""
    path = places.user_file()
    document = load(path)
    known = _profiles(document, path)
    if values is None:
        known.pop(name, None)
        if document.get("profile") == name:
            del document["profile"]
    else:
        known[name] = dict(values)
        if make_default or "profile" not in document:
            document["profile"] = name
    places.write_private(path, "".join(_toml(document)))
    return path


def choose_profile(name: str) -> Path:
    """Make a profile the one that is used when none is named."""
    path = places.user_file()
    places.write_private(path, "".join(_toml({**load(path), "profile": name})))
    return path


def _toml(table: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """TOML of texts, numbers, truth values, lists of these, and tables. Comments of the old file are not kept."""
    for name, value in table.items():
        if not isinstance(value, Mapping):
            yield f"{_key(name)} = {_value(value)}\n"
    for name, value in table.items():
        if isinstance(value, Mapping):
            whole = f"{prefix}.{_key(name)}" if prefix else _key(name)
            if not value or any(not isinstance(one, Mapping) for one in value.values()):
                yield f"\n[{whole}]\n"
            yield from _toml(value, whole)


def _key(name: str) -> str:
    return (
        name
        if name and all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in name)
        else _value(name)
    )


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    escaped = "".join(one if one.isprintable() else f"\\U{ord(one):08X}" for one in text)
    return f'"{escaped}"'
