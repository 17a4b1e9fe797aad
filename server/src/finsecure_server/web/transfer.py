"""How a reply that anybody may keep travels: compressed where that is asked for, and not at all where it is known.

Only what says `cache-control: public` is compressed. Such a reply holds no secret, so its length can give none away
(BREACH); calls of the API, pages for payers and pages for a known reader go as they are.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Final

Headers = list[tuple[bytes, bytes]]

TYPES: Final = (b"text/", b"application/json", b"image/svg+xml")
SMALLEST: Final = 600  # bytes; below, the headers weigh more than what is saved
LEVEL: Final = 6


@lru_cache(maxsize=1024)
def compressed(body: bytes) -> bytes:
    """The body in gzip. Most are asked for again, and a page is the same bytes each time."""
    return gzip.compress(body, LEVEL, mtime=0)


@lru_cache(maxsize=1024)
def tag(body: bytes) -> bytes:
    """The entity tag: weak, for it is the same whether compressed or not."""
    return b'W/"%s"' % sha256(body).hexdigest()[:20].encode()


def fitted(
    asked: Mapping[bytes, bytes], status: int, body: bytes, headers: Headers, *, again: bool = True
) -> tuple[int, bytes, Headers]:
    """A reply as the reader takes it: whole, compressed, or only that nothing has changed.

    `again` says whether others will ask for the same bytes: answers to questions would push every page out of memory.
    """
    told = dict(headers)
    if not told.get(b"cache-control", b"").startswith(b"public") or not body:
        return status, body, headers
    vary = told.get(b"vary", b"")
    changed: dict[bytes, bytes] = {b"vary": vary + b", Accept-Encoding" if vary else b"Accept-Encoding"}
    if status == 200:
        changed[b"etag"] = (tag if again else tag.__wrapped__)(body)
        if _names(asked.get(b"if-none-match", b""), changed[b"etag"]):
            status, body = 304, b""
    if len(body) >= SMALLEST and told[b"content-type"].startswith(TYPES) and _takes_gzip(asked):
        body = (compressed if again else compressed.__wrapped__)(body)
        changed[b"content-encoding"] = b"gzip"
    changed[b"content-length"] = b"%d" % len(body)
    kept = [(name, value) for name, value in headers if name not in changed]
    return status, body, [*kept, *changed.items()]


def _names(condition: bytes, etag: bytes) -> bool:
    """Whether If-None-Match names it (RFC 9110, 13.1.2: weakly)."""
    return condition.strip() == b"*" or etag in (part.strip() for part in condition.split(b","))


def _takes_gzip(asked: Mapping[bytes, bytes]) -> bool:
    """Whether Accept-Encoding allows gzip (RFC 9110, 12.5.3): named, and not with a weight of nothing."""
    for part in asked.get(b"accept-encoding", b"").lower().split(b","):
        coding, _, weight = part.partition(b";")
        if coding.strip() in (b"gzip", b"x-gzip"):
            return weight.replace(b" ", b"").rstrip(b"0.") != b"q="
    return False
