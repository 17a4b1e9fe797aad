"""Where the command keeps things, by the XDG rules: settings in one directory, what it remembers in another."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from finsecure.cli.failures import Stop

PRIVATE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700


def _home(variable: str, usual: str) -> Path:
    given = os.environ.get(variable)
    # A relative path in these variables is to be ignored, says the specification.
    return Path(given) if given and Path(given).is_absolute() else _homes() / usual


def _homes() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a user of a container: no HOME, and no line in the list of users
        return Path("/nonexistent")


def user_file() -> Path:
    """The user's settings and keys: FINSECURE_CONFIG, or `config.toml` in the XDG directory for settings."""
    given = os.environ.get("FINSECURE_CONFIG")
    return Path(given) if given else _home("XDG_CONFIG_HOME", ".config") / "finsecure" / "config.toml"


def system_file() -> Path:
    """Settings for every user of this machine."""
    return Path("/etc/xdg/finsecure/config.toml")


def project_file() -> Path:
    """Settings of the project in the working directory. Never keys, nor where keys are sent."""
    return Path("finsecure.toml")


def state() -> Path:
    """What the command remembers between two runs: cursors of `listen`."""
    return _home("XDG_STATE_HOME", ".local/state") / "finsecure"


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all, and on disk when this returns."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Stop, with what may be changed, for a file that cannot be written."""
    try:
        yield
    except OSError as error:
        raise Stop(
            f"{path} cannot be written: {error.strerror}.",
            "Make its folder writable, or name another: FINSECURE_CONFIG for settings, XDG_STATE_HOME for what listen "
            "remembers.",
        ) from error


def others_may_read(path: Path) -> bool:
    """Whether a file with secrets is open to more than its owner."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o077)
