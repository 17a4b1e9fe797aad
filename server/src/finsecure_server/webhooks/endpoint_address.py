"""What a merchant should know of an endpoint's address: in test mode it need not be fit for the public network."""

from __future__ import annotations

import re
from typing import Final

#: What the guard leaves of an address: scheme, then host.
_HOST: Final = re.compile(r"(?P<scheme>https?)://(?P<host>\[[^\]]*\]|[^/:?]*)")
_LOOPBACK: Final = re.compile(r"(?:.*\.)?localhost|127(?:\.[0-9]+){3}|\[::1\]")

UNENCRYPTED: Final = "Events go to this address unencrypted (http). Live mode takes https only."
LOOPBACK: Final = "This address is on the machine that FinSecure runs on. Live mode takes public addresses only."


def warnings(url: str) -> list[str]:
    """Short sentences about a checked address; none in live mode."""
    match = _HOST.match(url)
    assert match is not None, "the guard lets no other address pass"
    found = [UNENCRYPTED] if match["scheme"] == "http" else []
    return [*found, LOOPBACK] if _LOOPBACK.fullmatch(match["host"]) else found
