"""How people are reached: whether a text can be an email address, or the code of a country."""

from __future__ import annotations

import re
from typing import Final

EMAIL_LETTERS_MAX: Final = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets
LOCAL_LETTERS_MAX: Final = 64  # RFC 5321 §4.5.3.1.1

#: Letters of an unquoted local part (RFC 5322 §3.2.3), and any above ASCII (RFC 6531 §3.3).
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_LOCAL: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL: Final = r"[A-Za-z0-9\u0080-\U0010ffff](?:[A-Za-z0-9\u0080-\U0010ffff-]{0,61}[A-Za-z0-9\u0080-\U0010ffff])?"
_DOMAIN: Final = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_COUNTRY: Final = re.compile(r"[A-Za-z]{2}")


def is_email(text: str) -> bool:
    """Whether mail can be addressed to it: one bare address at a domain with a dot.

    Quoted local parts, display names and addresses in square brackets are refused: they are legal, and in a form that
    payers fill in they are mistakes.
    """
    local, at, domain = text.rpartition("@")
    return (
        bool(at)
        and len(text) <= EMAIL_LETTERS_MAX
        and len(local) <= LOCAL_LETTERS_MAX
        and text.isprintable()
        and not any(letter.isspace() for letter in text)
        and _LOCAL.fullmatch(local) is not None
        and _DOMAIN.fullmatch(domain) is not None
        and not domain.rpartition(".")[2].isdigit()
    )


def is_country(text: str) -> bool:
    """Whether it has the form of an ISO 3166-1 code of two letters."""
    return _COUNTRY.fullmatch(text) is not None
