"""What a client is set up with, and the HTTP request that one call becomes: decided once, without I/O."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from finsecure import errors
from finsecure._core import address, encode, environment
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
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
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
    if not isinstance(given, (str, type(None))):
        raise errors.ConfigurationError(f"the address of the API is a text, not {type(given).__name__}")
    base = (given or environment.api_base()).rstrip("/").removesuffix("/v1")
    parts = address.web(base)
    if parts is None or parts.query or parts.fragment:
        raise errors.ConfigurationError(f"{base[:200]!r} is not an address of the API, such as {environment.API_BASE}")
    if parts.username or parts.password:
        raise errors.ConfigurationError("the address of the API holds a user or a password; a key is given as api_key")
    return base


def secret_key(given: str | None, base: str) -> str:
    """The key to call with: as given, or FINSECURE_SECRET_KEY. It must fit a header, and not travel in the open."""
    key = environment.api_key() if given is None else given
    if not key:
        raise errors.AuthenticationError(
            "No API key: nothing was sent.",
            next_steps=(f"Set {environment.SECRET_KEY}, or finsecure.api_key, or give Client(api_key=…).",),
        )
    if not isinstance(key, str):
        raise errors.ConfigurationError(f"the API key is a text, not {type(key).__name__}")
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
        "Authorization": f"Bearer {secret_key(_first(options.get('api_key'), settings.api_key), base)}",
        "FinSecure-Version": options.get("api_version") or settings.api_version,
        "User-Agent": USER_AGENT,
    }
    more = extra_headers(options.get("headers") or {})
    key = None
    body = None
    url = base + call.path
    if call.route.method in {"GET", "DELETE"}:
        query = encode.query(call.params)
        url = f"{url}?{query}" if query else url
    else:
        named = more.pop("idempotency-key", None)
        given = options.get("idempotency_key")
        given = named if given is None else given
        key = headers["Idempotency-Key"] = idempotency_key(new_key if given is None else given)
        body = encode.body(call.params)
        headers["Content-Type"] = "application/json"
    # Names differ in nothing but the size of letters: of ours and yours one is sent.
    headers = {name: value for name, value in headers.items() if name.lower() not in more} | more
    connect, read = timeouts(options.get("timeout", settings.timeout))
    return Request(call.route.method, url, headers, body, connect, read, None), key


def _first(one: str | None, other: str | None) -> str | None:
    return other if one is None else one


def extra_headers(given: Mapping[str, str]) -> dict[str, str]:
    """Headers of the caller's, names in small letters. ValueError for what does not fit a header."""
    found = {str(name).lower(): str(value) for name, value in given.items()}
    for name, value in found.items():
        if not _HEADER_NAME.fullmatch(name) or not value.isascii() or not value.isprintable():
            raise ValueError(f"{name[:60]!r}: a header is a name and printable ASCII characters")
    return found


def idempotency_key(key: str) -> str:
    """The key, if it fits a header. ValueError if not: nothing was sent."""
    if not isinstance(key, str) or not 0 < len(key) <= _KEY_MAX or not key.isascii() or not key.isprintable():
        raise ValueError(f"an idempotency key is 1 to {_KEY_MAX} printable ASCII characters")
    return key


def timeouts(given: float | tuple[float, float]) -> tuple[float, float]:
    """(seconds to connect, seconds between two reads); one number means both. ValueError if they are not above 0."""
    pair = given if isinstance(given, tuple) else (given, given)
    if len(pair) != 2 or not all(_is_span(one) for one in pair):
        raise ValueError("a timeout is seconds above 0, or two of them: to connect, and between two reads")
    return pair


def deadline(given: float | None) -> float | None:
    """Seconds for a whole call; None: no end but that of the retries. ValueError if they are not above 0."""
    if given is not None and not _is_span(given):
        raise ValueError("a deadline is seconds above 0 for the whole call, or None for none")
    return given


def retries(given: int) -> int:
    """How often a call is sent again. ValueError if it is no number of times."""
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise ValueError("max_retries is a whole number, 0 or more")
    return given


def _is_span(value: object) -> bool:
    """Whether it is some time, and not for ever: sockets do not know infinity."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < math.inf


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
