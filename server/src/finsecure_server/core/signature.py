"""How a delivery proves that it is from here: three signatures on every attempt, each read by verifiers that exist.

- `FinSecure-Signature: t=<unix seconds>,v1=<64 hex digits>[,v1=…]`: HMAC-SHA-256 over `t.body`, as Stripe's packages
  check it. One `v1` per active secret, newest first.
- `FinSecure-Signature-256: sha256=<64 hex digits>`: HMAC-SHA-256 over the body alone, as GitHub does it. Only one value
  fits, so it is made with the newest secret. It names no time: prefer the other two.
- `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>[ v1,…]`: HMAC-SHA-256 over `id.t.body`, as Standard
  Webhooks 1.0.0 has it. One per active secret, newest first.

One secret, **two keys**: the first two use the whole secret as text, `whsec_` included (so does Stripe); Standard
Webhooks uses the bytes that the base64 behind `whsec_` stands for.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32
SECRETS_MAX: Final = 3  # active at once, the newest included
TOLERANCE_S: Final = 300  # how far a verifier lets `t` be from its own clock, either way

SIGNATURE: Final = "FinSecure-Signature"
SIGNATURE_256: Final = "FinSecure-Signature-256"
STANDARD_ID: Final = "webhook-id"
STANDARD_TIMESTAMP: Final = "webhook-timestamp"
STANDARD_SIGNATURE: Final = "webhook-signature"

_BLOCK_BYTES: Final = 64  # of SHA-256
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))
_KEYS_KEPT: Final = 1024


def new_secret(chance32: bytes) -> str:
    """`whsec_` and the base64 of 32 random bytes, which every verifier named above takes as it is."""
    assert len(chance32) == SECRET_BYTES
    return PREFIX + base64.b64encode(chance32).decode("ascii")


class _Mac:
    """HMAC-SHA-256 (RFC 2104) by one key, whose two pads are hashed once: `hmac.digest` takes twice the time."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        pad = (sha256(key).digest() if len(key) > _BLOCK_BYTES else key).ljust(_BLOCK_BYTES, b"\0")
        self._inner = sha256(pad.translate(_INNER))
        self._outer = sha256(pad.translate(_OUTER))

    def over(self, signed: bytes) -> bytes:
        """The 32 bytes of it."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(signed)
        outer.update(inner.digest())
        return outer.digest()


@lru_cache(_KEYS_KEPT)
def _by_text(secret: str) -> _Mac:
    return _Mac(secret.encode())


@lru_cache(_KEYS_KEPT)
def _by_bytes(secret: str) -> _Mac:
    return _Mac(base64.b64decode(secret.removeprefix(PREFIX), validate=True))


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The hex digits of one `v1`: over `timestamp` (Unix seconds), a dot and the body, byte for byte."""
    return _by_text(secret).over(b"%d.%b" % (timestamp, body)).hex()


def sign_body(secret: str, body: bytes) -> str:
    """The hex digits of `sha256`: over the body, byte for byte."""
    return _by_text(secret).over(body).hex()


def sign_standard(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """The base64 of one `v1` of Standard Webhooks. ValueError if what follows `whsec_` is no base64."""
    signed = b"%b.%d.%b" % (event_id.encode("ascii"), timestamp, body)
    return base64.b64encode(_by_bytes(secret).over(signed)).decode("ascii")


def headers(secrets: Sequence[str], event_id: str, timestamp: int, body: bytes) -> tuple[tuple[str, str], ...]:
    """The five headers of one attempt. `secrets` are the active ones, newest first; `timestamp` is that of the attempt.

    The id stays the same on every attempt. It holds no dot, or the signed bytes could be read in two ways.
    """
    assert 1 <= len(secrets) <= SECRETS_MAX
    assert "." not in event_id
    ours = "".join(f",v1={sign(secret, timestamp, body)}" for secret in secrets)
    standard = " ".join(f"v1,{sign_standard(secret, event_id, timestamp, body)}" for secret in secrets)
    return (
        (SIGNATURE, f"t={timestamp}{ours}"),
        (SIGNATURE_256, f"sha256={sign_body(secrets[0], body)}"),
        (STANDARD_ID, event_id),
        (STANDARD_TIMESTAMP, str(timestamp)),
        (STANDARD_SIGNATURE, standard),
    )
