"""A real event of every type, written by `make generate`: what test events are made from, and what the docs show."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

import msgspec
from msgspec import Raw

#: The server of the examples, in the links that they hold.
PUBLIC_URL: Final = "http://127.0.0.1:4242"


@cache
def examples() -> dict[str, bytes]:
    """Type -> an event of it, as it is stored: in test mode, of an account and of objects that do not exist."""
    text = resources.files("finsecure_server.webhooks").joinpath("examples.json").read_bytes()
    return {name: bytes(doc) for name, doc in msgspec.json.decode(text, type=dict[str, Raw]).items()}
