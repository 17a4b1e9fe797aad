"""The headers of every request to an endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from finsecure_server import __version__
from finsecure_server.core import signature
from finsecure_server.core.delivery import delivery_id

Headers = tuple[tuple[str, str], ...]


def headers(
    *,
    event_id: str,
    endpoint_id: str,
    attempt: int,
    secrets: Sequence[str],
    seconds: int,
    body: bytes,
    own: Iterable[tuple[str, str]],
    public_url: str,
) -> Headers:
    """What the body is, who sends it, its signatures as of `seconds` of the wall clock, and the endpoint's own."""
    return (
        ("content-type", "application/json; charset=utf-8"),
        ("user-agent", f"FinSecure/{__version__} (+{public_url})"),
        *signature.headers(secrets, event_id, seconds, body),
        ("FinSecure-Delivery", delivery_id(event_id, endpoint_id)),
        ("FinSecure-Attempt", str(attempt)),
        *own,
    )
