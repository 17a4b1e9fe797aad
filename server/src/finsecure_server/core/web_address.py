"""Web addresses that callers give and browsers follow: which are taken, and how a reply's facts are added to one.

An address ends in a `Location` header and in a link, so it is plain ASCII, `http` or `https`, and names a host.
`javascript:` and the like never pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from finsecure_server.core.errors import Code, Refused

LETTERS_MAX: Final = 2048  # what every browser and proxy takes
PORT_MAX: Final = 65_535

_HOST: Final = r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
#: Letters of RFC 3986 only. Nobody's name and password before the host: browsers hide or refuse them.
_ADDRESS: Final = re.compile(
    rf"(?P<origin>(?i:https?)://{_HOST}(?::(?P<port>[0-9]{{1,5}}))?)(?:[/?#][A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*)?"
)
_PLAIN: Final = re.compile(r"[A-Za-z0-9_]+")


def origin(text: str) -> str | None:
    """Scheme, host and port of an address that may be followed; None for any other text."""
    found = _ADDRESS.fullmatch(text) if len(text) <= LETTERS_MAX else None
    if found is None or not 0 < int(found["port"] or 80) <= PORT_MAX:
        return None
    return found["origin"].lower()


def check(text: str, param: str) -> None:
    """Refuse what is not an address that a browser can be sent to, with url_invalid."""
    if origin(text) is None:
        raise Refused(
            Code.URL_INVALID,
            f"{param} must be an address that begins with https:// or http://, of at most {LETTERS_MAX} characters. "
            "Write letters beyond ASCII and spaces percent-encoded.",
            param=param,
        )


def with_query(address: str, facts: Mapping[str, str]) -> str:
    """The address with more parameters; those that it has, and its fragment, stay."""
    assert all(_PLAIN.fullmatch(part) for pair in facts.items() for part in pair), facts
    before, mark, fragment = address.partition("#")
    added = "&".join(f"{name}={value}" for name, value in facts.items())
    joint = "" if before.endswith(("?", "&")) else "&" if "?" in before else "?"
    return f"{before}{joint}{added}{mark}{fragment}"
