"""Headers that a merchant adds to what is delivered to an endpoint, for instance to pass a gateway: which are taken.

A name is a token and a value is visible ASCII (RFC 9110, 5.1 and 5.5), so nothing can break out of its line. What says
how the message is carried, what is in it or who it is from stays ours: a header of the merchant's must not be able to
forge a signature, to change where a request ends, or to address another host.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

HEADERS_MAX: Final = 20
NAME_LETTERS_MAX: Final = 100
VALUE_LETTERS_MAX: Final = 2000
BYTES_MAX: Final = 8192  # of all names and values: what every server takes, with our own beside them

_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE: Final = re.compile(r"[!-~](?:[ \t!-~]*[!-~])?")
#: Of one connection only (RFC 9110, 7.6.1), or about how the message travels.
_CARRIAGE: Final = frozenset(
    """
    accept-encoding connection expect host keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer
    transfer-encoding upgrade user-agent
    """.split()
)
_OURS: Final = ("content-", "finsecure-", "webhook-")


def problem(name: str, value: str) -> str | None:
    """Why a header is not taken, as the end of a sentence that begins with its name; None when it is."""
    lower = name.lower()
    if len(name) > NAME_LETTERS_MAX:
        return f"has a name of more than {NAME_LETTERS_MAX} characters"
    if _TOKEN.fullmatch(name) is None:
        return "has a name that no header can have: letters, digits and hyphens make one"
    if lower in _CARRIAGE or lower.startswith(_OURS):
        return "is set by FinSecure itself, and cannot be yours"
    if len(value) > VALUE_LETTERS_MAX:
        return f"has a value of more than {VALUE_LETTERS_MAX} characters"
    if _VALUE.fullmatch(value) is None:
        return "has a value that no header can have: visible ASCII characters, with spaces only between them"
    return None


def too_much(headers: Mapping[str, str]) -> str | None:
    """What is too much about all of an endpoint's headers together, as a sentence; None when nothing is."""
    if len(headers) > HEADERS_MAX:
        return f"An endpoint has at most {HEADERS_MAX} headers of its own."
    if sum(len(name) + len(value) for name, value in headers.items()) > BYTES_MAX:
        return f"The headers of an endpoint have at most {BYTES_MAX} characters in all, names and values."
    return None


def merged(old: Mapping[str, str], change: Mapping[str, str | None]) -> dict[str, str]:
    """Headers after an update: those given are set, those given empty are removed, the rest stay. Case is nothing."""
    given = {name.lower() for name in change}
    kept = {name: value for name, value in old.items() if name.lower() not in given}
    return kept | {name: value for name, value in change.items() if value}
