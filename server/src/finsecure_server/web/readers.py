"""Readers of public pages: who they are, what their forms may do, and what may be kept of a page that knew them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

Headers = list[tuple[bytes, bytes]]

#: A page that may say something about its reader differs by these.
VARY: Final = b"Origin, Authorization, Cookie"
FORGED: Final = (
    "You did not provide an API key: a page of another site sent this call, and Basic credentials that a browser adds "
    "by itself do not count. Send 'Authorization: Bearer <key>'."
)
FOREIGN: Final = b"This form was sent from a page of another site, and was not taken.\n"


def from_our_own_page(headers: Mapping[bytes, bytes], public_url: str) -> bool:
    """Whether a form comes from a page of this server. What says nothing about where it comes from is no browser.

    The server may be reached by more names than one, so an Origin is held against the host that was asked, too.
    """
    origin = headers.get(b"origin")
    if origin is None:
        return headers.get(b"sec-fetch-site", b"same-origin") in (b"same-origin", b"none")
    shown = origin.decode("latin-1").lower()
    host = headers.get(b"host", b"").decode("latin-1").lower()
    _, colon, rest = shown.partition("://")
    public = urlsplit(public_url.lower())
    return shown == f"{public.scheme}://{public.netloc}" or (bool(colon and host) and rest == host)


def as_seen_by(headers: Headers, *, known: bool) -> Headers:
    """The headers of a page that can know its reader. One that did is kept by nobody but the reader's own eyes."""
    if known:
        headers = [(name, value) for name, value in headers if name != b"cache-control"]
        headers.append((b"cache-control", b"private, no-store"))
    return [(name, VARY if name == b"vary" else value) for name, value in headers]
