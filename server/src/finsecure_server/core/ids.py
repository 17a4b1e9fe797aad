"""Identifiers: a prefix that says what it is, then time, then chance.

`pi_` + 12 characters of microseconds + 16 characters (80 bits) of randomness, in Crockford's base 32 in lower case (no
i, l, o, u: an id can be read over a telephone). Equal prefixes sort by time of creation, byte by byte, so the primary
key backwards is "newest first", and inserts go to the right edge of every tree.
"""

from __future__ import annotations

from typing import Final

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS: Final = tuple(a + b for a in ALPHABET for b in ALPHABET)
_BYTE_TO_LETTER: Final = bytes(ord(ALPHABET[byte & 31]) for byte in range(256))

TIME_LETTERS: Final = 12
CHANCE_BYTES: Final = 16


def letters(chance: bytes) -> str:
    """Random bytes as letters of the alphabet, 5 bits a byte."""
    return chance.translate(_BYTE_TO_LETTER).decode()


def moment(us: int) -> str:
    """A time in microseconds as 12 letters that sort as the times do."""
    assert 0 <= us < 1 << 60, us
    pairs = _PAIRS
    return (
        pairs[us >> 50]
        + pairs[us >> 40 & 1023]
        + pairs[us >> 30 & 1023]
        + pairs[us >> 20 & 1023]
        + pairs[us >> 10 & 1023]
        + pairs[us & 1023]
    )


def make(prefix: str, us: int, chance: bytes) -> str:
    """A new id, for instance `make("pi", now, urandom(16))`."""
    assert len(chance) == CHANCE_BYTES, len(chance)
    return f"{prefix}_{moment(us)}{letters(chance)}"


def when(identifier: str) -> int:
    """The microsecond that an id was made for; the inverse of `moment`."""
    start = identifier.index("_") + 1
    us = 0
    for letter in identifier[start : start + TIME_LETTERS]:
        us = us << 5 | ALPHABET.index(letter)
    return us
