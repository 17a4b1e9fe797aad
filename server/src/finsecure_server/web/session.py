"""Who reads a page: a key, sealed into a cookie.

The browser keeps what it cannot read, and no script of a page sees it. What is sealed is the key itself, so that a key
that is revoked signs its reader out wherever they are. A cookie of this server is good on this server only: the key
that seals it is derived from the test mode's own (payment_methods/vault.py).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SECONDS: Final = 12 * 3600
COOKIE_LETTERS_MAX: Final = 1_000

_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12
_TIME_BYTES: Final = 8
_ABOUT: Final = b"finsecure/reader"
_MICROSECONDS: Final = 1_000_000


class Sessions:
    """Seals keys into cookies and opens them. `secure` where the pages are served with TLS."""

    def __init__(self, secret: bytes, chance: Callable[[int], bytes], *, secure: bool) -> None:
        self._cipher = AESGCM(secret)
        self._chance = chance
        self._secure = secure
        # With the prefix browsers take no such cookie from a neighbouring host or a page without TLS (RFC 6265bis).
        self.name = "__Host-finsecure_reader" if secure else "finsecure_reader"

    def set_cookie(self, key: str, wall_us: int) -> bytes:
        """The Set-Cookie header that has the browser bring this key along; with an empty key, that it forgets it."""
        secure = "; Secure" if self._secure else ""
        value, seconds = (self._sealed(key, wall_us), SECONDS) if key else ("", 0)
        return f"{self.name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}".encode()

    def key(self, cookies: str | None, wall_us: int) -> str | None:
        """The key that the Cookie header brings along; None without one, and for one that is not ours or is over."""
        sealed = self._in(cookies or "")
        if sealed is None or len(sealed) > COOKIE_LETTERS_MAX:
            return None
        try:
            blob = base64.urlsafe_b64decode(sealed.encode())
            start = len(_VERSION) + _NONCE_BYTES
            plain = self._cipher.decrypt(blob[len(_VERSION) : start], blob[start:], _ABOUT + blob[: len(_VERSION)])
        except (InvalidTag, ValueError, binascii.Error):  # ValueError: not base64, not ASCII, or too short
            return None
        until_us = int.from_bytes(plain[:_TIME_BYTES], "big")
        return plain[_TIME_BYTES:].decode() if wall_us < until_us else None

    def _in(self, cookies: str) -> str | None:
        for pair in cookies.split(";"):
            name, _, value = pair.strip().partition("=")
            if name == self.name:
                return value
        return None

    def _sealed(self, key: str, wall_us: int) -> str:
        nonce = self._chance(_NONCE_BYTES)
        plain = (wall_us + SECONDS * _MICROSECONDS).to_bytes(_TIME_BYTES, "big") + key.encode()
        return base64.urlsafe_b64encode(
            _VERSION + nonce + self._cipher.encrypt(nonce, plain, _ABOUT + _VERSION)
        ).decode()
