"""Settings: flags, then the environment, then `defaults.toml`, which explains each of them.

Nothing is read at import. `Settings.load` is handed the environment and the flags, and either returns every setting
with its right type or says which one is wrong and why.
"""

from __future__ import annotations

import difflib
import ipaddress
import ssl
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from finsecure_server.storage.urls import is_postgres, sqlite_path, sqlite_url

PREFIX: Final = "FINSECURE_"
RATE_LIMIT_MAX: Final = 100_000  # per second and key
SECRET_FILE_BYTES_MAX: Final = 64 << 10
RETENTION_DAYS_MAX: Final = 3_650
LOG_LEVELS: Final = ("debug", "info", "warning", "error")
SECRETS: Final = frozenset({"database_url", "redis_url", "master_key"})
#: Names that the SDK and the command line read; in the same environment they are nothing to warn of.
CLIENT_NAMES: Final = frozenset(
    PREFIX + name
    for name in "SECRET_KEY API_KEY API_BASE CA_BUNDLE WEBHOOK_SECRET PROFILE CONFIG TIMEOUT MAX_RETRIES".split()
)


class SettingsError(Exception):
    """A setting cannot be used. The message names it and says what it takes; it never repeats a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, checked. Secrets stay out of `repr`."""

    host: str
    port: int
    public_url: str  # without a slash at the end
    allowed_origins: tuple[str, ...]
    trusted_proxies: tuple[str, ...]  # networks in CIDR notation
    tls_cert: Path | None
    tls_key: Path | None
    data: Path
    database_url: str = field(repr=False)
    redis_url: str | None = field(repr=False)
    master_key: str | None = field(repr=False)
    master_key_file: Path | None  # where the vault's key file lies, if not in its usual place
    webhook_allowed_networks: tuple[str, ...]  # in CIDR notation
    webhook_test_loopback: bool  # whether test endpoints may be on this machine
    webhook_ca_file: Path | None  # authorities trusted beside the system's
    webhook_retention_days: int
    work: Literal["inside", "elsewhere"]  # whether `serve` does what is due itself
    rate_limit: int | None  # requests per second and key; None for no limit
    log: str
    warnings: tuple[str, ...] = ()  # sentences for whoever starts the server

    @classmethod
    def load(cls, environ: Mapping[str, str], flags: Mapping[str, object] | None = None) -> Settings:
        """The settings from flags (None for those not given) over the environment over the defaults.

        Raises SettingsError.
        """
        given = {name: _Given(value, f"defaults.toml: {name}") for name, value in defaults().items()}
        given |= _from_environ(environ)
        for name, flag in (flags or {}).items():
            if flag is not None:
                assert name in given, name
                given[name] = _Given(str(flag), "--" + name.replace("_", "-"))
        read: dict[str, Any] = {name: _read(_READERS[name], value) for name, value in given.items()}
        _complete(read, given, environ)
        return cls(**read, warnings=_warnings(environ))


@dataclass(frozen=True, slots=True)
class _Given:
    """A value as text, and where it was said."""

    text: str = field(repr=False)
    where: str


def defaults() -> dict[str, str]:
    """The values in defaults.toml, as text."""
    parsed = tomllib.loads(defaults_text())
    assert set(parsed) == set(_READERS), set(parsed) ^ set(_READERS)
    return {name: str(value) for name, value in parsed.items()}


def defaults_text() -> str:
    """defaults.toml as it stands, for people."""
    return resources.files("finsecure_server").joinpath("defaults.toml").read_text("utf-8")


def known_names() -> frozenset[str]:
    """Every variable that means something to us or to the SDK."""
    names = {PREFIX + name.upper() for name in _READERS}
    return frozenset(names | {PREFIX + name.upper() + "_FILE" for name in SECRETS} | CLIENT_NAMES)


# -- where values come from -------------------------------------------------------------------------------------------


def _from_environ(environ: Mapping[str, str]) -> dict[str, _Given]:
    found: dict[str, _Given] = {}
    for name in _READERS:
        variable = PREFIX + name.upper()
        file_variable = variable + "_FILE"
        has_file = name in SECRETS and bool(environ.get(file_variable))
        if variable in environ:
            if has_file:
                raise SettingsError(f"Both {variable} and {file_variable} are set. Keep one of them.")
            found[name] = _Given(environ[variable], variable)
        elif has_file and name != "master_key":  # there the variable names the key file itself
            found[name] = _Given(_content(environ[file_variable], file_variable), file_variable)
    return found


def _content(path: str, variable: str) -> str:
    try:
        with Path(path).open("rb") as file:
            content = file.read(SECRET_FILE_BYTES_MAX + 1)
        if len(content) > SECRET_FILE_BYTES_MAX:
            raise SettingsError(f"{variable}: {path} is too large to be a secret.")
        return content.decode().strip()
    except OSError as error:
        raise SettingsError(f"{variable}: {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{variable}: {path} is not UTF-8 text.") from None


def _warnings(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Names that begin like ours and mean nothing: most likely a slip."""
    known = {name.removeprefix(PREFIX) for name in known_names()}
    warnings = []
    for name in sorted(environ):
        rest = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and rest not in known:
            near = difflib.get_close_matches(rest, known, n=1)  # the prefix would make all of them near
            hint = f" Did you mean {PREFIX}{near[0]}?" if near else ""
            warnings.append(f"{name} is set, but there is no such setting.{hint}")
    return tuple(warnings)


def _complete(read: dict[str, Any], given: Mapping[str, _Given], environ: Mapping[str, str]) -> None:
    """Fill in what is empty from the rest, and check what only makes sense together."""
    if (read["tls_cert"] is None) != (read["tls_key"] is None):
        there, missing = ("tls_cert", "tls_key") if read["tls_key"] is None else ("tls_key", "tls_cert")
        raise SettingsError(f"{given[there].where} is set without {PREFIX}{missing.upper()}. HTTPS needs both.")
    if read["data"] is None:
        home = environ.get("XDG_DATA_HOME")
        read["data"] = (Path(home) if home else Path.home() / ".local" / "share") / "finsecure"
    read["data"] = read["data"].absolute()
    if not read["database_url"]:
        read["database_url"] = sqlite_url(read["data"] / "finsecure.db")
    if read["work"] == "elsewhere" and not is_postgres(read["database_url"]):
        raise SettingsError(
            f"{given['work'].where}: elsewhere needs PostgreSQL. "
            "One process owns an embedded database, and does the work inside."
        )
    if not read["public_url"]:
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(read["host"], read["host"])  # noqa: S104  this is not bound to
        host = f"[{host}]" if ":" in host and not host.startswith("[") else host
        read["public_url"] = f"{'https' if read['tls_cert'] else 'http'}://{host}:{read['port']}"
    file = environ.get(PREFIX + "MASTER_KEY_FILE")
    read["master_key_file"] = Path(file) if file else None


# -- what values mean -------------------------------------------------------------------------------------------------


def _read(reader: Callable[[str], object], given: _Given) -> object:
    try:
        return reader(given.text.strip())
    except ValueError as error:
        raise SettingsError(f"{given.where}: {error}.") from None


def _host(text: str) -> str:
    if not text or any(letter.isspace() or letter in "/@" for letter in text):
        raise ValueError("an address or host name to listen on, for instance 127.0.0.1")
    return text.removeprefix("[").removesuffix("]")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 0 <= int(text) < 1 << 16):
        raise ValueError("a port is a number from 0 to 65535 (0: any that is free)")
    return int(text)


def _public_url(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("an address such as https://pay.example.com is expected")
    return text.rstrip("/")


def _origins(text: str) -> tuple[str, ...]:
    origins = _words(text)
    for origin in origins:
        parts = urlsplit(origin)
        whole = f"{parts.scheme}://{parts.netloc}"
        if origin != "*" and (
            parts.scheme not in ("http", "https") or not parts.hostname or whole != origin.rstrip("/")
        ):
            raise ValueError(f"an origin is scheme, host and port (https://shop.example), or *; not {origin[:80]!r}")
    return origins


def _networks(text: str) -> tuple[str, ...]:
    networks = []
    for word in _words(text):
        try:
            networks.append(str(ipaddress.ip_network(word)))
        except ValueError as error:
            raise ValueError(f"addresses or networks are expected (10.0.0.0/8): {error}") from None
    return tuple(networks)


def _file(text: str) -> Path | None:
    if not text:
        return None
    path = Path(text)
    if not path.is_file():
        raise ValueError(f"there is no file {text}")
    return path


def _certificates(text: str) -> Path | None:
    path = _file(text)
    if path is not None:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
        except ssl.SSLError:
            raise ValueError(f"{text} does not hold certificates in PEM") from None
        except OSError as error:
            raise ValueError(f"{text} cannot be read: {error.strerror}") from None
    return path


def _directory(text: str) -> Path | None:
    path = Path(text).expanduser() if text else None
    if path is not None and path.exists() and not path.is_dir():
        raise ValueError(f"{text} is not a directory")
    return path


def _database_url(text: str) -> str:
    if text and not is_postgres(text):
        sqlite_path(text)
    return text


def _redis_url(text: str) -> str | None:
    if not text:
        return None
    scheme, colon, rest = text.partition(":")
    scheme = {"valkey": "redis", "valkeys": "rediss"}.get(scheme, scheme)  # the client knows only the older names
    if scheme not in ("redis", "rediss", "unix") or not rest.startswith("//"):
        raise ValueError("a Valkey or Redis is named redis://:password@host:6379/0, or rediss:// with TLS")
    return scheme + colon + rest


def _on(text: str) -> bool:
    if text.lower() not in ("on", "off"):
        raise ValueError("on or off")
    return text.lower() == "on"


def _retention_days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= RETENTION_DAYS_MAX):
        raise ValueError(f"a number of days, from 1 to {RETENTION_DAYS_MAX}")
    return int(text)


def _work(text: str) -> str:
    if text.lower() not in ("inside", "elsewhere"):
        raise ValueError("inside or elsewhere")
    return text.lower()


def _rate_limit(text: str) -> int | None:
    if text.lower() == "off":
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= RATE_LIMIT_MAX):
        raise ValueError(f"requests per second, from 1 to {RATE_LIMIT_MAX}, or off")
    return int(text)


def _log(text: str) -> str:
    level = text.lower()
    if level not in LOG_LEVELS:
        raise ValueError(f"one of {', '.join(LOG_LEVELS)}")
    return level


def _text_or_none(text: str) -> str | None:
    return text or None


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


_READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "host": _host,
    "port": _port,
    "public_url": _public_url,
    "allowed_origins": _origins,
    "trusted_proxies": _networks,
    "tls_cert": _file,
    "tls_key": _file,
    "data": _directory,
    "database_url": _database_url,
    "redis_url": _redis_url,
    "master_key": _text_or_none,
    "webhook_allowed_networks": _networks,
    "webhook_test_loopback": _on,
    "webhook_ca_file": _certificates,
    "webhook_retention_days": _retention_days,
    "work": _work,
    "rate_limit": _rate_limit,
    "log": _log,
}
assert {f.name for f in fields(Settings)} == set(_READERS) | {"master_key_file", "warnings"}
