"""API keys as text: how they are made, recognised, stored and shown.

`sk_test_` + 40 letters of 5 random bits each: 200 bits, so a plain SHA-256 is enough to keep one (a slow hash protects
passwords, which people choose; nobody guesses 200 bits). The prefix says kind and mode, to people and to scanners.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final, NamedTuple

from finsecure_server.core import ids

SECRET: Final = "secret"  # noqa: S105  because this names a kind of key
PUBLISHABLE: Final = "publishable"
RESTRICTED: Final = "restricted"

#: How a key of each kind begins; `test_` or `live_` follows.
BEGINNINGS: Final = {SECRET: "sk_", PUBLISHABLE: "pk_", RESTRICTED: "rk_"}
PREFIXES: Final = {
    begin + mode: (kind, mode == "live_") for kind, begin in BEGINNINGS.items() for mode in ("test_", "live_")
}

CHANCE_BYTES: Final = 40  # one letter of 5 bits from each: 200 bits
LETTERS_MIN: Final = 24  # of a key that the operator brings along
LETTERS_MAX: Final = 200
_STARS_MAX: Final = 40
_SHOWN_FROM: Final = 12  # shorter texts are masked whole: their last four letters would be most of them
_KEY: Final = re.compile(r"((?:sk|pk|rk)_(?:test|live)_)([0-9A-Za-z]+)")
_PLAIN: Final = re.compile(r"[0-9A-Za-z_-]{4}")


class Parts(NamedTuple):
    """What a key says about itself."""

    prefix: str  # sk_test_
    kind: str  # secret | publishable | restricted
    livemode: bool
    letters: str


def prefix_of(kind: str, livemode: bool) -> str:
    """How keys of this kind and mode begin."""
    return BEGINNINGS[kind] + ("live_" if livemode else "test_")


def make(kind: str, livemode: bool, chance: bytes) -> str:
    """A new key, from CHANCE_BYTES random bytes."""
    assert len(chance) == CHANCE_BYTES, len(chance)
    return prefix_of(kind, livemode) + ids.letters(chance)


def parts(text: str) -> Parts | None:
    """A well-formed key taken apart; None if it is not one."""
    match = _KEY.fullmatch(text)
    if match is None or len(match[2]) > LETTERS_MAX:
        return None
    kind, livemode = PREFIXES[match[1]]
    return Parts(match[1], kind, livemode, match[2])


def in_other_mode(key: Parts) -> str:
    """The same letters behind the prefix of the other mode."""
    return prefix_of(key.kind, not key.livemode) + key.letters


def digest(key: str) -> str:
    """What is stored of a key: its SHA-256, hex."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def masked(text: str) -> str:
    """What an error may repeat of a would-be key: its prefix if we know it, stars, and its last four letters."""
    prefix = next((known for known in PREFIXES if text.startswith(known)), "")
    rest = text[len(prefix) :]
    if len(rest) < _SHOWN_FROM:
        return prefix + "*" * len(rest)
    last = rest[-4:] if _PLAIN.fullmatch(rest[-4:]) else "****"
    return prefix + "*" * min(len(rest) - 4, _STARS_MAX) + last


def require_own_test_key(text: str) -> None:
    """A secret key that the operator brings along must be a good one. Raises ValueError, which says what is wrong."""
    key = parts(text)
    if key is None or key.kind != SECRET or len(key.letters) < LETTERS_MIN:
        raise ValueError(
            f"a test key is sk_test_ and {LETTERS_MIN} to {LETTERS_MAX} letters or digits, not {masked(text)}"
        )
    if key.livemode:
        raise ValueError("only a test key may be brought along; live keys are always made here, at random")
