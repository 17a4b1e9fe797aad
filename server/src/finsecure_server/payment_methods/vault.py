"""The vault: card and bank account numbers, readable to nobody who has only the database.

Envelope encryption. Each row has a data key of its own (AES-256-GCM); the data key is wrapped by a master key
(AES-256-GCM as well), so a change of master keys rewraps 32 bytes a row and never touches a number. What is
authenticated along names the account, the mode and the row: bytes that were moved to another row do not open. A
fingerprint tells that two rows hold the same number; it is keyed (PCI DSS 3.5.1.1), and the key differs from account to
account and mode to mode.

Wrapping draws a random nonce, which NIST SP 800-38D allows 2³² times under one key: rotate before that.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from finsecure_server.core import ids
from finsecure_server.core.env import Sealed
from finsecure_server.payment_methods.keys import KEY_BYTES, Keys, ModeKeys

FINGERPRINT_LETTERS: Final = 24  # 120 bits

_VERSION: Final = b"\x01"  # of the two encrypted columns; the first byte of each
_NONCE_BYTES: Final = 12
_ACCOUNTS_CACHED: Final = 4096


class Unreadable(Exception):
    """A row does not open: it was changed or moved, or its key is not here. The message holds nothing of it."""


class SealedNumber(Struct):
    """An encrypted number: three columns of the table `vault`."""

    master_key: str
    wrapped_key: bytes
    sealed: bytes


class Vault:
    """The vault of one mode. It has no key of the other, so a request in test mode cannot open a live row."""

    def __init__(self, keys: ModeKeys, *, livemode: bool) -> None:
        self.livemode = livemode
        self.current = keys.current
        self._masters = {name: AESGCM(key) for name, key in keys.masters.items()}
        self._fingerprint_key = functools.lru_cache(_ACCOUNTS_CACHED)(functools.partial(_derive, keys.fingerprint))

    def fingerprint(self, account: str, number: str) -> str:
        digest = hmac.digest(self._fingerprint_key(account), number.encode(), hashlib.sha256)
        return ids.letters(digest[:FINGERPRINT_LETTERS])

    def derived(self, purpose: str) -> bytes:
        """A key for another use within this server, as good as the fingerprint key and unlike any account's."""
        return self._fingerprint_key("\0" + purpose)

    def seal(
        self, account: str, livemode: bool, vault_id: str, number: str, chance: Callable[[int], bytes]
    ) -> SealedNumber:
        about = self._about(account, livemode, vault_id)
        data_key = chance(KEY_BYTES)
        return SealedNumber(
            self.current,
            self._wrap(data_key, about, chance),
            _encrypt(AESGCM(data_key), number.encode(), about, chance),
        )

    def open(self, account: str, livemode: bool, vault_id: str, row: Sealed) -> str:
        """The number itself, for whoever sends it to a bank. Raises Unreadable."""
        about = self._about(account, livemode, vault_id)
        data_key = self._unwrap(row.master_key, row.wrapped_key, about)
        return _decrypt(AESGCM(data_key), row.sealed, about).decode()

    def rewrap(
        self,
        account: str,
        livemode: bool,
        vault_id: str,
        master_key: str,
        wrapped_key: bytes,
        *,
        chance: Callable[[int], bytes],
    ) -> bytes:
        """The same data key under the current master key. The number stays closed. Raises Unreadable."""
        about = self._about(account, livemode, vault_id)
        return self._wrap(self._unwrap(master_key, wrapped_key, about), about, chance)

    def _about(self, account: str, livemode: bool, vault_id: str) -> bytes:
        """What a row is bound to. No part can hold a NUL, so no two rows read the same."""
        assert livemode == self.livemode, "a row of the other mode"
        return b"\0".join((b"finsecure/vault", b"live" if livemode else b"test", account.encode(), vault_id.encode()))

    def _wrap(self, data_key: bytes, about: bytes, chance: Callable[[int], bytes]) -> bytes:
        return _encrypt(self._masters[self.current], data_key, about + b"\0" + self.current.encode(), chance)

    def _unwrap(self, master_key: str, wrapped_key: bytes, about: bytes) -> bytes:
        cipher = self._masters.get(master_key)
        if cipher is None:
            raise Unreadable(f"the master key {master_key} is not among the keys of this server")
        return _decrypt(cipher, wrapped_key, about + b"\0" + master_key.encode())


class Vaults:
    """Both vaults. Whoever makes an `Env` hands it the one of its mode."""

    def __init__(self, keys: Keys) -> None:
        self.test = Vault(keys.test, livemode=False)
        self.live = Vault(keys.live, livemode=True)

    def of(self, livemode: bool) -> Vault:
        """The vault of a mode."""
        return self.live if livemode else self.test


def _derive(master: bytes, account: str) -> bytes:
    """The account's own key for fingerprints (HKDF, RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"finsecure/fingerprint\0" + account.encode()).derive(master)


def _encrypt(cipher: AESGCM, plain: bytes, about: bytes, chance: Callable[[int], bytes]) -> bytes:
    nonce = chance(_NONCE_BYTES)
    return _VERSION + nonce + cipher.encrypt(nonce, plain, about)


def _decrypt(cipher: AESGCM, blob: bytes, about: bytes) -> bytes:
    if blob[:1] != _VERSION:
        raise Unreadable("a row of the vault is not in a form that this version knows")
    start = 1 + _NONCE_BYTES
    try:
        return cipher.decrypt(blob[1:start], blob[start:], about)
    except (InvalidTag, ValueError):  # ValueError: too short to be a nonce and a tag
        raise Unreadable("a row of the vault was changed, or belongs elsewhere") from None
