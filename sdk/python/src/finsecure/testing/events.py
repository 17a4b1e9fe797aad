"""Events as FinSecure would send them, signed with a secret of your test."""

from __future__ import annotations

import base64
import hmac
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from finsecure._generated.version import API_VERSION

SECRET: Final = "whsec_" + base64.b64encode(b"a secret for tests of 32 bytes..").decode()


@dataclass(frozen=True, slots=True)
class SignedEvent:
    """One delivery: post `body` with `headers`."""

    body: bytes
    headers: Mapping[str, str]

    @property
    def signature(self) -> str:
        """The value of FinSecure-Signature."""
        return self.headers["FinSecure-Signature"]


def event(type: str, object: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """An event of that type about that object, decoded; `more` sets members of the event."""
    return {
        "id": f"evt_{os.urandom(13).hex()}",
        "object": "event",
        "account": "acct_test",
        "api_version": API_VERSION,
        "created": int(time.time()),
        "data": {"object": dict(object)},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "sequence": 1,
        "type": type,
        **more,
    }


def signed_event(
    type: str, object: Mapping[str, Any], *, secret: str = SECRET, timestamp: int | None = None, **more: Any
) -> SignedEvent:
    """An event with the five headers of a delivery. `timestamp`: seconds since 1970; now, unless you say."""
    made = event(type, object, **more)
    body = json.dumps(made, separators=(",", ":"), ensure_ascii=False).encode()
    return SignedEvent(body, sign(body, made["id"], secret, int(time.time()) if timestamp is None else timestamp))


def sign(body: bytes, event_id: str, secret: str, timestamp: int) -> dict[str, str]:
    """The headers of one delivery. ValueError if what follows `whsec_` in the secret is no base64."""
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    v1 = hmac.digest(secret.encode(), b"%d.%b" % (timestamp, body), "sha256").hex()
    standard = hmac.digest(key, b"%b.%d.%b" % (event_id.encode(), timestamp, body), "sha256")
    return {
        "Content-Type": "application/json",
        "FinSecure-Signature": f"t={timestamp},v1={v1}",
        "FinSecure-Signature-256": f"sha256={hmac.digest(secret.encode(), body, 'sha256').hex()}",
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(standard).decode()}",
    }
