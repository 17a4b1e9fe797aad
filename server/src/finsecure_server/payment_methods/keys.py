"""Master keys: where they lie, how they are made, changed and put away.

They lie in a file of their own, outside the data directory, so that neither a copy of the database nor a backup of the
data directory opens a single card number (PCI DSS 3.5.1.2, 3.6.1). Test and live have keys of their own that have
nothing in common (3.6.1.1). A key's name ends in a check of its value, so that a wrong or damaged file is noticed when
it is read and not when a card is needed. Operators may hand over the same file in the environment instead, in base64.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import hmac
import os
import re
import secrets
import stat
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

FILE_VARIABLE: Final = "FINSECURE_MASTER_KEY_FILE"
VALUE_VARIABLE: Final = "FINSECURE_MASTER_KEY"
KEY_BYTES: Final = 32
MODES: Final = ("test", "live")

_FORMAT: Final = 1
_HEAD: Final = """\
# FinSecure's master keys. Whoever has this file and a copy of the database can read every stored card number;
# whoever loses this file has lost them. Keep a copy of it, away from the copies of the database.
"""
_NAME: Final = re.compile(r"(test|live)-([1-9][0-9]{0,8})-[0-9a-f]{8}", re.ASCII)


class KeysError(Exception):
    """The keys cannot be used as they are. The message tells the operator what to do, and never holds a key."""


class ModeKeys:
    """The keys of one mode: those that wrap data keys, by name, and the one under which fingerprints are made."""

    __slots__ = ("current", "fingerprint", "masters")

    def __init__(self, current: str, fingerprint: bytes, masters: Mapping[str, bytes]) -> None:
        self.current = current  # the name of the key that new rows use
        self.fingerprint = fingerprint
        self.masters = masters


class Keys:
    """Every key there is."""

    __slots__ = ("created", "live", "source", "test")

    def __init__(self, test: ModeKeys, live: ModeKeys, source: str, *, created: bool = False) -> None:
        _check_apart(test, live, source)
        self.test = test
        self.live = live
        self.source = source  # for messages: a path, or the name of a variable
        self.created = created

    def names(self) -> frozenset[str]:
        """The names of all master keys, of both modes."""
        return frozenset(self.test.masters) | frozenset(self.live.masters)

    def current(self) -> frozenset[str]:
        """The names of the keys that new rows use, one a mode."""
        return frozenset((self.test.current, self.live.current))


def obtain(value: str | None, path: Path, data_dir: Path | None) -> Keys:
    """The keys that this server runs with: from the environment if it has them (`value`), else from the key file."""
    return load_or_create(path, data_dir) if value is None else from_value(value)


def default_path(environ: Mapping[str, str]) -> Path:
    """Where the key file lies unless a setting says otherwise: in the user's directory for configuration."""
    config = environ.get("XDG_CONFIG_HOME")
    return (Path(config) if config else Path.home() / ".config") / "finsecure" / "keys.toml"


def load_or_create(path: Path, data_dir: Path | None) -> Keys:
    """Read the key file, or make one if there is none.

    `data_dir` is where the database lies; None if it is on another server.
    Raises KeysError when the file is unsafe where it lies, may be read by others, or does not hold what it should.
    """
    _check_place(path, data_dir)
    if path.exists():
        return load(path)
    text = _text({mode: _fresh(mode) for mode in MODES})
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_new(path, text)
    except FileExistsError:  # somebody else has just made one
        return load(path)
    except OSError as error:
        raise KeysError(f"The key file {path} cannot be made: {error.strerror}.") from None
    return _parse(text, str(path), created=True)


def load(path: Path) -> Keys:
    """Read the key file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise KeysError(f"The key file {path} cannot be read: {error.strerror}.") from None
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        mode = stat.S_IMODE(found.st_mode)
        if mode & 0o077:
            raise KeysError(f"Others may read the key file {path} (mode {mode:04o}). Run: chmod 600 {path}")
        if found.st_uid not in {0, os.geteuid()}:
            raise KeysError(f"The key file {path} belongs to another user. Run: chown {os.geteuid()} {path}")
        content = file.read()
    return _parse(_decoded(content, str(path)), str(path))


def from_value(value: str) -> Keys:
    """The keys from the environment: the text of a key file in base64, as `export` gives it."""
    try:
        content = base64.b64decode(value.strip(), validate=True)
    except ValueError:
        raise KeysError(f"{VALUE_VARIABLE} is not base64. It holds the output of `keys export`.") from None
    return _parse(_decoded(content, VALUE_VARIABLE), VALUE_VARIABLE)


def export(path: Path) -> str:
    """The key file as one line, for a variable of the environment."""
    load(path)
    return base64.b64encode(path.read_bytes()).decode()


def rotate(path: Path) -> frozenset[str]:
    """Add a key to each mode. New rows use it from the next start on; `rekey` moves the old rows. Returns the names."""
    with _locked(path):
        keys = load(path)
        modes = {"test": _with_new("test", keys.test), "live": _with_new("live", keys.live)}
        _replace(path, _text(modes))
    return frozenset(mode.current for mode in modes.values())


def remove(path: Path, name: str, in_use: Collection[str]) -> None:
    """Forget a key for ever. `in_use`: the names that rows of the database still need (`vault_ops.keys_in_use`)."""
    with _locked(path):
        keys = load(path)
        if name not in keys.names():
            raise KeysError(f"There is no key {name} in {path}. It has: {', '.join(sorted(keys.names()))}.")
        if name in keys.current():
            raise KeysError(f"The key {name} is the one that new rows use. Run `keys rotate` first.")
        if name in in_use:
            raise KeysError(f"Stored numbers or secrets still need the key {name}. Run `rekey` first.")
        modes = {"test": _without(keys.test, name), "live": _without(keys.live, name)}
        _replace(path, _text(modes))


# -- what is in the file ----------------------------------------------------------------------------------------------


def _name(mode: str, number: int, key: bytes) -> str:
    check = hmac.digest(key, f"finsecure/master-key/{mode}-{number}".encode(), hashlib.sha256).hex()[:8]
    return f"{mode}-{number}-{check}"


def _fresh(mode: str) -> ModeKeys:
    key = secrets.token_bytes(KEY_BYTES)
    name = _name(mode, 1, key)
    return ModeKeys(name, secrets.token_bytes(KEY_BYTES), {name: key})


def _with_new(mode: str, old: ModeKeys) -> ModeKeys:
    key = secrets.token_bytes(KEY_BYTES)
    name = _name(mode, 1 + max(int(name.split("-")[1]) for name in old.masters), key)
    return ModeKeys(name, old.fingerprint, {**old.masters, name: key})


def _without(old: ModeKeys, name: str) -> ModeKeys:
    return ModeKeys(old.current, old.fingerprint, {key: value for key, value in old.masters.items() if key != name})


def _text(modes: Mapping[str, ModeKeys]) -> str:
    lines = [f"{_HEAD}format = {_FORMAT}"]
    for mode, keys in modes.items():
        lines += ["", f"[{mode}]", f'current = "{keys.current}"', f'fingerprint = "{_b64(keys.fingerprint)}"']
        lines += ["", f"[{mode}.keys]", *(f'{name} = "{_b64(key)}"' for name, key in keys.masters.items())]
    return "\n".join(lines) + "\n"


def _b64(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _decoded(content: bytes, source: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise KeysError(f"{source} does not hold a key file.") from None


def _parse(text: str, source: str, *, created: bool = False) -> Keys:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # its message may quote the line, and the line may be a key
        raise KeysError(f"{source} does not hold a key file.") from None
    if document.get("format") != _FORMAT:
        raise KeysError(f"{source} is not a key file of a format that this version knows.")
    test, live = (_mode(mode, document.get(mode), source) for mode in MODES)
    return Keys(test, live, source, created=created)


def _mode(mode: str, section: Any, source: str) -> ModeKeys:
    masters = section.get("keys") if isinstance(section, dict) else None
    if not isinstance(masters, dict) or not masters:
        raise KeysError(f"{source} has no keys for {mode} mode.")
    read = {name: _key(value, f"{name} in {source}") for name, value in masters.items()}
    for name, key in read.items():
        match = _NAME.fullmatch(name)
        if match is None or match[1] != mode:
            raise KeysError(f"{source} names a key of {mode} mode {name!r}. Leave the names as they were made.")
        if not hmac.compare_digest(name, _name(mode, int(match[2]), key)):
            raise KeysError(f"The key {name} in {source} is not the key of that name: the file was damaged or edited.")
    if section.get("current") not in read:
        raise KeysError(f"{source} does not say which key of {mode} mode is the current one.")
    return ModeKeys(section["current"], _key(section.get("fingerprint"), f"fingerprint of {mode} in {source}"), read)


def _key(value: object, what: str) -> bytes:
    try:
        key = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeysError(f"The key {what} is not {KEY_BYTES} bytes in base64.")
    return key


def _check_apart(test: ModeKeys, live: ModeKeys, source: str) -> None:
    """No key may do the work of another: not across modes, not as wrapping key and fingerprint key."""
    every = [*test.masters.values(), test.fingerprint, *live.masters.values(), live.fingerprint]
    if len(set(every)) != len(every):
        raise KeysError(f"{source} has the same key twice. Test and live, and each purpose, need keys of their own.")


# -- the file itself --------------------------------------------------------------------------------------------------


def _check_place(path: Path, data_dir: Path | None) -> None:
    if data_dir is not None and path.resolve().is_relative_to(data_dir.resolve()):
        raise KeysError(
            f"The key file {path} lies in the data directory {data_dir}, where every backup would hold the keys beside "
            f"what they open. Move it elsewhere and name the place in {FILE_VARIABLE}."
        )


def _write_new(path: Path, text: str) -> None:
    """All of it or nothing, and never over another: raises FileExistsError."""
    draft = _draft(path, text)
    try:
        os.link(draft, path)
    finally:
        draft.unlink()
    _flush_directory(path)


def _replace(path: Path, text: str) -> None:
    """All of it or nothing. A symbolic link stays one; what it points to is replaced."""
    target = path.resolve()
    try:
        _draft(target, text).replace(target)
        _flush_directory(target)
    except OSError as error:
        raise KeysError(f"The key file {path} cannot be written: {error.strerror}.") from None


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
    return draft


def _flush_directory(path: Path) -> None:
    handle = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One change at a time: two rotations at once must not lose a key."""
    try:
        handle = os.open(path.resolve().parent, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise KeysError(f"The key file {path} cannot be read: {error.strerror}.") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
