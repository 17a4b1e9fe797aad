"""What a client is set up with, and the HTTP request that one call becomes: decided once, without I/O."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from finsecure import errors
from finsecure._core import encode, environment
from finsecure._core.call import Call, Reply, Request, Response
from finsecure._generated.version import API_VERSION
from finsecure._version import __version__

TIMEOUT: Final = (3.05, 10.0)  # seconds to connect, seconds between two reads
DEADLINE: Final = 60.0  # seconds for a whole call
MAX_RETRIES: Final = 3
POOL_CONNECTIONS: Final = 10  # hosts that connections are kept for
POOL_MAXSIZE: Final = 20  # connections kept to each
USER_AGENT: Final = f"FinSecure-Python/{__version__}"

_KEY_MAX: Final = 255
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one client."""

    api_key: str | None
    api_base: str
    api_version: str = API_VERSION
    timeout: tuple[float, float] = TIMEOUT
    deadline: float | None = DEADLINE
    max_retries: int = MAX_RETRIES


def base_address(given: str | None) -> str:
    """Where the API is: as given, or FINSECURE_API_BASE, or the default. Without `/v1` and without a slash at its end.

    ConfigurationError if it is no address of a web server.
    """
    base = (given or environment.api_base()).rstrip("/").removesuffix("/v1")
    parts = urlsplit(base)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise errors.ConfigurationError(f"{base!r} is not an address of the API, such as {environment.API_BASE}")
    if parts.username or parts.password:
        raise errors.ConfigurationError("the address of the API holds a user or a password; a key is given as api_key")
    return base


def secret_key(given: str | None, base: str) -> str:
    """The key to call with: as given, or FINSECURE_SECRET_KEY. It must fit a header, and not travel in the open."""
    key = given or environment.api_key()
    if not key:
        raise errors.AuthenticationError(
            "No API key: nothing was sent.",
            next_steps=(f"Set {environment.SECRET_KEY}, or finsecure.api_key, or give Client(api_key=…).",),
        )
    if key != key.strip():
        raise errors.ConfigurationError("the API key begins or ends with white space, perhaps a newline from a file")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise errors.ConfigurationError("the API key holds characters that no key has; copy it again")
    if "_live_" in key and base.startswith("http:") and urlsplit(base).hostname not in _LOOPBACK:
        raise errors.ConfigurationError(f"a live key is not sent over plain http to {base}: use https")
    return key


def prepare(call: Call, settings: Settings, new_key: str) -> tuple[Request, str | None]:
    """The HTTP request of a call, and its idempotency key if it is a POST: the caller's, or `new_key`."""
    options = call.options
    base = settings.api_base
    headers = {
        "Accept": "application/json",
        "Authorization": f"Bearer {secret_key(options.get('api_key') or settings.api_key, base)}",
        "FinSecure-Version": options.get("api_version") or settings.api_version,
        "User-Agent": USER_AGENT,
    }
    key = None
    body = None
    url = base + call.path
    if call.route.method in {"GET", "DELETE"}:
        query = encode.query(call.params)
        url = f"{url}?{query}" if query else url
    else:
        key = headers["Idempotency-Key"] = idempotency_key(options.get("idempotency_key") or new_key)
        body = encode.body(call.params)
        headers["Content-Type"] = "application/json"
    headers.update(options.get("headers") or {})
    connect, read = timeouts(options.get("timeout", settings.timeout))
    return Request(call.route.method, url, headers, body, connect, read, None), key


def idempotency_key(key: str) -> str:
    """The key, if it fits a header. ValueError if not: nothing was sent."""
    if not 0 < len(key) <= _KEY_MAX or not key.isascii() or not key.isprintable():
        raise ValueError(f"an idempotency key is 1 to {_KEY_MAX} printable ASCII characters")
    return key


def timeouts(given: float | tuple[float, float]) -> tuple[float, float]:
    """(seconds to connect, seconds between two reads); one number means both. ValueError if they are not above 0."""
    pair = given if isinstance(given, tuple) else (given, given)
    if len(pair) != 2 or min(pair) <= 0:
        raise ValueError("a timeout is seconds above 0, or two of them: to connect, and between two reads")
    return pair


def decode(response: Response, reply: Reply) -> dict[str, Any]:
    """The object in a reply that is a success. APIError if it holds none."""
    if not response.body:
        return {}
    try:
        decoded = json.loads(response.body)
    except (ValueError, RecursionError):
        decoded = None
    if not isinstance(decoded, dict):
        raise errors.of_response(response, {}, idempotency_key=reply.idempotency_key, attempts=reply.attempts)
    return decoded
