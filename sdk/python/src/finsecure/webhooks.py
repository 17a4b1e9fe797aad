"""Is this webhook from FinSecure? `Webhook.construct_event` answers with the event, or says exactly why not.

Two kinds of header prove it: `FinSecure-Signature: t=…,v1=…`, and the three of Standard Webhooks (`webhook-id`,
`webhook-timestamp`, `webhook-signature`). Both sign the body byte for byte, so give the body as it arrived.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from finsecure._view import view_of
from finsecure.errors import SignatureVerificationError

if TYPE_CHECKING:
    from finsecure._generated.objects import Event

__all__ = ["TOLERANCE", "Webhook", "verify_signature", "verify_standard"]

TOLERANCE: Final = 300  # seconds that a signature's time may differ from this clock, either way
HEADER_MAX: Final = 1024  # bytes
SIGNATURES_MAX: Final = 10

_SIGNATURE: Final = "finsecure-signature"
_BARE: Final = "finsecure-signature-256"
_STANDARD: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")
_DIAGNOSED_MAX: Final = 1 << 18  # bytes of a body that is looked into further when its signature is wrong

Secrets = str | bytes | Sequence[str] | None
#: The value of one header, or all headers: a mapping, or pairs as ASGI has them.
Headers = str | bytes | Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]] | None
#: What a signature must be, for one secret and one body: (secret, body) → text.
_Expected = Callable[[str, bytes], str]


class Webhook:
    """Called as Stripe's is."""

    @staticmethod
    def construct_event(
        payload: bytes | str,
        header: Headers,
        secret: Secrets,
        tolerance: int = TOLERANCE,
        *,
        now: float | None = None,
    ) -> Event:
        """The event, once it is proved. SignatureVerificationError if it is not; its `cause` names why.

        `payload` is the raw body. `header` is the value of `FinSecure-Signature`, or all headers of the request.
        `secret` is the endpoint's, or several while one is being rolled. `tolerance` is seconds, above 0.
        """
        body = _raw(payload)
        Webhook.verify(body, header, secret, tolerance, now=now)
        try:
            event = json.loads(body)
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict):
            raise SignatureVerificationError("The body is signed, and is not a JSON object.", cause="payload_not_json")
        return view_of(event, None)  # type: ignore[return-value]  # its `object` says what it is

    @staticmethod
    def verify(
        payload: bytes | str,
        header: Headers,
        secret: Secrets,
        tolerance: int = TOLERANCE,
        *,
        now: float | None = None,
    ) -> None:
        """Prove it by whichever header is there. SignatureVerificationError if that fails."""
        if header is None or isinstance(header, (str, bytes)):
            verify_signature(payload, None if header is None else _text(header), secret, tolerance, now=now)
            return
        found = _lowered(header)
        if found.get(_SIGNATURE):
            verify_signature(payload, found[_SIGNATURE], secret, tolerance, now=now)
        elif any(found.get(name) for name in _STANDARD):
            verify_standard(payload, found, secret, tolerance, now=now)
        else:
            raise _missing(found)


def verify_signature(
    payload: bytes | str, header: str | None, secret: Secrets, tolerance: int = TOLERANCE, *, now: float | None = None
) -> None:
    """Prove a body by the value of its `FinSecure-Signature`. SignatureVerificationError if that fails."""
    secrets = _usable(secret, tolerance)
    body = _raw(payload)
    if not header:
        raise _missing({})
    _within_limits(header)
    timestamp, signatures = _parse(header)

    def expected(secret: str, body: bytes) -> str:
        return hmac.digest(secret.encode(), b"%d.%b" % (timestamp, body), "sha256").hex()

    _prove(body, header, secrets, signatures, expected)
    _timely(header, timestamp, tolerance, now)


def verify_standard(
    payload: bytes | str,
    headers: Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]],
    secret: Secrets,
    tolerance: int = TOLERANCE,
    *,
    now: float | None = None,
) -> None:
    """Prove a body by the three headers of Standard Webhooks 1.0.0. SignatureVerificationError if that fails."""
    secrets = _usable(secret, tolerance)
    body = _raw(payload)
    found = _lowered(headers)
    for name in _STANDARD:
        if not found.get(name):
            raise SignatureVerificationError(f"The header {name} is missing.", cause="missing_header", header=name)
        _within_limits(found[name])
    event_id, time_text, header = (found[name] for name in _STANDARD)
    timestamp = _timestamp(time_text, time_text)
    signatures = [value for version, _, value in (one.partition(",") for one in header.split()) if version == "v1"]
    _counted(signatures, header, "v1,<base64>")
    keys = {one: _decoded(one) for one in secrets}

    def expected(secret: str, body: bytes) -> str:
        signed = b"%b.%d.%b" % (_bytes(event_id), timestamp, body)
        return base64.b64encode(hmac.digest(keys.get(secret) or _decoded(secret), signed, "sha256")).decode()

    _prove(body, header, secrets, signatures, expected)
    _timely(header, timestamp, tolerance, now)


def _usable(secret: Secrets, tolerance: int) -> list[str]:
    """The secrets to try. ValueError for a tolerance that would switch the check off."""
    if not isinstance(tolerance, (int, float)) or not 0 < tolerance < math.inf:
        raise ValueError("the tolerance is seconds above 0: without it an old webhook could be sent again by anybody")
    secrets = [_text(secret)] if isinstance(secret, (str, bytes)) else [one and _text(one) for one in secret or ()]
    if not secrets or not all(secrets):
        raise SignatureVerificationError(
            "There is no webhook secret: copy it from the endpoint; it begins with whsec_.", cause="secret_unusable"
        )
    return secrets


def _raw(payload: bytes | str) -> bytes:
    if isinstance(payload, str):
        return _bytes(payload)
    if isinstance(payload, (bytes, bytearray, memoryview)):
        return bytes(payload)
    raise TypeError(
        f"the payload is the raw body as bytes or text, not {type(payload).__name__}: decoded JSON was not signed"
    )


def _lowered(headers: Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]) -> dict[str, str]:
    """Headers by their names in small letters."""
    pairs = headers.items() if isinstance(headers, Mapping) or hasattr(headers, "items") else headers
    try:
        return {_text(name).lower(): _text(value) for name, value in pairs}
    except (TypeError, ValueError):
        raise TypeError("headers are a mapping, or pairs of a name and a value, in text or bytes") from None


def _text(value: str | bytes) -> str:
    """As it stands in a header, where a byte is a letter."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, str):
        return value
    raise TypeError(f"a text or bytes are needed here, not {type(value).__name__}")


def _bytes(text: str) -> bytes:
    """UTF-8; what a server could not decode stays as odd as it was, and fits no signature."""
    return text.encode(errors="surrogatepass")


def _within_limits(header: str) -> None:
    if len(_bytes(header)) > HEADER_MAX:
        raise SignatureVerificationError(
            f"A signature header is longer than {HEADER_MAX} bytes.", cause="header_too_long", header=header[:80]
        )


def _parse(header: str) -> tuple[int, list[str]]:
    """(seconds since 1970, signatures) of `t=…,v1=…[,v1=…]`; other versions are passed over."""
    times: list[str] = []
    signatures: list[str] = []
    for element in header.split(","):
        key, equals, value = element.strip().partition("=")
        if not equals:
            raise _malformed(header, f"{element.strip()[:20]!r} is no key=value")
        if key == "t":
            times.append(value)
        elif key == "v1":
            signatures.append(value)
    if len(times) != 1:
        raise _malformed(header, "it names no time (t=…)" if not times else "it names two times")
    _counted(signatures, header, "v1=<64 hex digits>")
    return _timestamp(times[0], header), signatures


def _timestamp(value: str, header: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 15):
        raise _malformed(header, "its time is no whole number of seconds")
    return int(value)


def _counted(signatures: Sequence[str], header: str, form: str) -> None:
    if not signatures:
        raise _malformed(header, f"it holds no signature ({form})")
    if len(signatures) > SIGNATURES_MAX:
        raise SignatureVerificationError(
            f"The header holds more than {SIGNATURES_MAX} signatures.", cause="too_many_signatures", header=header
        )


def _malformed(header: str, why: str) -> SignatureVerificationError:
    return SignatureVerificationError(
        f"The signature header cannot be read: {why}.", cause="malformed_header", header=header
    )


def _missing(found: Mapping[str, str]) -> SignatureVerificationError:
    more = ""
    if found.get(_BARE):
        more = " FinSecure-Signature-256 is there, but names no time, so it cannot tell a new webhook from an old one."
    return SignatureVerificationError(
        "The header FinSecure-Signature is missing: the call is not from FinSecure, or a proxy or the framework took "
        f"the header out.{more}",
        cause="missing_header",
        header="FinSecure-Signature",
    )


def _decoded(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.strip().removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise SignatureVerificationError(
            "The webhook secret is no base64, which Standard Webhooks needs: verify FinSecure-Signature instead, or "
            "roll the endpoint's secret.",
            cause="secret_unusable",
        ) from None


def _timely(header: str, timestamp: int, tolerance: int, now: float | None) -> None:
    """Checked last: the signature is right, so what is wrong is a clock, or the webhook is an old one sent again."""
    skew = timestamp - int(time.time() if now is None else now)
    if abs(skew) > tolerance:
        ahead = "ahead of" if skew > 0 else "behind"
        cause = "the clock here is slow" if skew > 0 else "the clock here is fast, or this is an old webhook sent again"
        raise SignatureVerificationError(
            f"The signature is right, and its time is {abs(skew)} s {ahead} this clock; {tolerance} s are allowed: "
            f"{cause}. Set the clock by NTP.",
            cause="timestamp_out_of_tolerance",
            header=header,
            skew=skew,
        )


def _prove(body: bytes, header: str, secrets: Sequence[str], signatures: Sequence[str], expected: _Expected) -> None:
    if not _matches(body, secrets, signatures, expected):
        raise _diagnosed(body, header, secrets, signatures, expected)


def _matches(body: bytes, secrets: Sequence[str], signatures: Sequence[str], expected: _Expected) -> bool:
    right = False
    for secret in secrets:
        wanted = expected(secret, body).encode()
        for signature in signatures:  # all of them, so that the time taken tells nothing
            right |= hmac.compare_digest(wanted, _bytes(signature))
    return right


def _diagnosed(
    body: bytes, header: str, secrets: Sequence[str], signatures: Sequence[str], expected: _Expected
) -> SignatureVerificationError:
    """Why no signature fits: is it the body, or the secret?"""
    if any(_matches(variant, secrets, signatures, expected) for variant in _as_it_may_have_been(body)):
        return SignatureVerificationError(
            "The body was re-encoded: its content is what was signed, its bytes are not. Give the raw body, before "
            "anything has decoded it (request.get_data(), request.body, await request.body()).",
            cause="body_reencoded",
            header=header,
        )
    stripped = [secret.strip() for secret in secrets if secret != secret.strip()]
    if stripped and _matches(body, stripped, signatures, expected):
        why = "It has white space at its ends, perhaps a newline from a file: take that away."
    elif any(secret.startswith(("sk_", "rk_", "pk_")) for secret in secrets):
        why = "It is an API key: copy the endpoint's secret, which begins with whsec_."
    else:
        why = (
            "Each endpoint has its own, and test and live mode differ; `finsecure listen` prints one of its own. "
            "If it is right, the body was changed on its way."
        )
    return SignatureVerificationError(
        f"No signature fits: the webhook secret is another one. {why}", cause="wrong_secret", header=header
    )


def _as_it_may_have_been(body: bytes) -> Iterator[bytes]:
    """The body in other words for the same JSON, and with other white space at its ends."""
    if len(body) > _DIAGNOSED_MAX:
        return
    yield from {body.strip(), body.replace(b"\r\n", b"\n"), body + b"\n"} - {body}
    try:
        decoded = json.loads(body)
    except (ValueError, RecursionError):  # anybody may have sent it
        return
    for separators in ((",", ":"), (", ", ": ")):
        for ascii_only in (False, True):
            text = json.dumps(decoded, separators=separators, ensure_ascii=ascii_only)
            yield text.encode(errors="surrogatepass")
