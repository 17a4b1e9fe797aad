"""Send an event to an address on this machine as the server would: the same body, signed in the same three ways."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import urllib3
from urllib3 import exceptions as faults

from finsecure._version import __version__
from finsecure.cli.failures import Stop

CONNECT_SECONDS: Final = 3.05
READ_SECONDS: Final = 30.0
_REPLY_MAX: Final = 16 * 1024  # bytes of a reply that are read


def address(text: str) -> str:
    """`localhost:8000/webhook`, `:8000/webhook`, `8000/webhook` and `8000` as an address. Stop if it is none."""
    if text.partition("/")[0].isdigit():
        text = f"localhost:{text}"
    if text.startswith((":", "/")):
        text = f"localhost{text}"
    whole = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(whole)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        raise Stop(f"{text!r} is no address to forward to.", "For instance: --forward-to localhost:8000/webhook")
    return whole if urlsplit(whole).path else f"{whole}/"


def signed(secret: str, event_id: str, body: bytes, now: int) -> dict[str, str]:
    """The five headers by which a body proves where it is from. `secret`: `whsec_` and base64."""
    text = secret.encode()
    mine = hmac.digest(text, b"%d.%b" % (now, body), "sha256").hex()
    bare = hmac.digest(text, body, "sha256").hex()
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    standard = base64.b64encode(hmac.digest(key, b"%b.%d.%b" % (event_id.encode(), now, body), "sha256")).decode()
    return {
        "FinSecure-Signature": f"t={now},v1={mine}",
        "FinSecure-Signature-256": f"sha256={bare}",
        "webhook-id": event_id,
        "webhook-timestamp": str(now),
        "webhook-signature": f"v1,{standard}",
    }


@dataclass(frozen=True)
class Outcome:
    """What came of one event. `status` None: no reply, for the reason in `error`."""

    event: Mapping[str, Any]
    status: int | None
    milliseconds: float
    reply: str = ""
    error: str = ""
    waits: bool = False  # nobody listens there yet

    @property
    def good(self) -> bool:
        """Whether it was taken."""
        return self.status is not None and 200 <= self.status < 300


class Forwarder:
    """One address, and one connection to it. No redirect is followed and no proxy asked, as the server does."""

    def __init__(
        self, url: str, secret: str, api_base: str, *, headers: Mapping[str, str] | None = None, insecure: bool = False
    ) -> None:
        """`insecure`: take any certificate; for addresses on this machine."""
        self.url = url
        self._secret = secret
        self._headers = {"User-Agent": f"FinSecure-CLI/{__version__} (+{api_base})", **(headers or {})}
        checks: dict[str, Any] = {"cert_reqs": "CERT_NONE"} if insecure and url.startswith("https:") else {}
        self._pool = urllib3.PoolManager(num_pools=1, maxsize=1, **checks)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.clear()

    def send(self, event: Mapping[str, Any]) -> Outcome:
        """Post one event."""
        body = json.dumps({**event, "pending_webhooks": 1}, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            **self._headers,
            "Content-Type": "application/json",
            **signed(self._secret, event["id"], body, int(time.time())),
        }
        began = time.monotonic()
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        try:
            reply = self._pool.request(
                "POST",
                self.url,
                body=body,
                headers=headers,
                retries=False,
                redirect=False,
                timeout=timeout,
                preload_content=False,
            )
            text = reply.read(_REPLY_MAX).decode(errors="replace")
            reply.drain_conn()
            reply.release_conn()
        except faults.HTTPError as error:
            waits = isinstance(
                error, (faults.NewConnectionError, faults.ConnectTimeoutError, faults.NameResolutionError)
            )
            return Outcome(event, None, _since(began), error=_words(error), waits=waits)
        return Outcome(event, reply.status, _since(began), reply=" ".join(text.split())[:200])


def _since(began: float) -> float:
    return (time.monotonic() - began) * 1000


def _words(error: faults.HTTPError) -> str:
    if isinstance(error, faults.NewConnectionError):
        return "nobody listens there"
    if isinstance(error, faults.ReadTimeoutError):
        return f"no reply within {READ_SECONDS:.0f} s"
    if isinstance(error, faults.SSLError):
        return f"TLS: {error.args[0] if error.args else error}"
    return type(error).__name__
