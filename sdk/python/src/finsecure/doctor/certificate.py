"""Names and dates of a certificate that was refused: just enough DER (X.690, RFC 5280) to tell who presents it.

The standard library shows the contents only of a certificate that it trusts. Nothing here decides about trust.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_SEQUENCE: Final = 0x30
_VERSION: Final = 0xA0
_EXTENSIONS: Final = 0xA3
_DNS_NAME: Final = 0x82
_UTC_TIME: Final = 0x17
_UTF16: Final = 0x1E
_COMMON_NAME: Final = bytes((0x55, 0x04, 0x03))
_ORGANIZATION: Final = bytes((0x55, 0x04, 0x0A))
_ALT_NAMES: Final = bytes((0x55, 0x1D, 0x11))


@dataclass(frozen=True, slots=True)
class Certificate:
    """What it says of itself."""

    subject: str
    issuer: str
    begins: datetime
    ends: datetime
    names: tuple[str, ...]  # DNS names it is for
    self_signed: bool  # whether it names itself as its issuer


def read(der: bytes) -> Certificate | None:
    """The certificate, or None if this is none."""
    try:
        return _read(der)
    except (IndexError, StopIteration, ValueError):
        return None


def _read(der: bytes) -> Certificate:
    (_, whole) = next(_parts(der))
    (_, signed) = next(_parts(whole))
    fields = [part for part in _parts(signed) if part[0] != _VERSION]
    (_, issuer), (_, validity), (_, subject) = fields[2:5]
    begins, ends = (_time(tag, value) for tag, value in _parts(validity))
    names = [name for tag, value in fields if tag == _EXTENSIONS for name in _alternative_names(value)]
    who, by = _name(subject), _name(issuer)
    return Certificate(who, by, begins, ends, tuple(names) or ((who,) if who else ()), subject == issuer)


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and contents of each value. ValueError if it runs out."""
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size]), at + size
        if at + length > len(data):
            raise ValueError("a value is cut off")
        yield tag, data[at : at + length]
        at += length


def _name(data: bytes) -> str:
    """Common name, else organization."""
    found = {}
    for _, group in _parts(data):
        for _, pair in _parts(group):
            (_, oid), (tag, value) = _parts(pair)
            found[oid] = value.decode("utf-16-be" if tag == _UTF16 else "utf-8", "replace")
    return found.get(_COMMON_NAME) or found.get(_ORGANIZATION) or ""


def _time(tag: int, value: bytes) -> datetime:
    text = value.decode("ascii").rstrip("Z")
    if tag == _UTC_TIME:  # two digits of the year: 1950 to 2049
        text = ("19" if text[:2] >= "50" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _alternative_names(data: bytes) -> Iterator[str]:
    for _, extensions in _parts(data):
        for tag, extension in _parts(extensions):
            fields = list(_parts(extension)) if tag == _SEQUENCE else []
            if fields and fields[0][1] == _ALT_NAMES:
                for _, names in _parts(fields[-1][1]):
                    yield from (value.decode("ascii", "replace") for kind, value in _parts(names) if kind == _DNS_NAME)
