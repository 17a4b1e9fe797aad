"""How each code is brought about in test mode: from the test card that leads to it, or from reproduce.toml.

The suite runs every line of it against a real server, by curl and by the `finsecure` command.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Final

import msgspec
from msgspec import Struct

from finsecure_server.help.library import ADDRESS

TABLE: Final = "reproduce.toml"


class Reproduction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lines for a shell, the last of which prints the code; or one sentence that says why there are none."""

    curl: str | None = None
    finsecure: str | None = None
    note: str | None = None  # what to know before, or where the code is seen
    cannot: str | None = None

    def at(self, public_url: str) -> Reproduction:
        """The same for a server at this address."""
        return msgspec.structs.replace(
            self,
            curl=None if self.curl is None else self.curl.replace(ADDRESS, public_url),
            finsecure=None if self.finsecure is None else self.finsecure.replace(ADDRESS, public_url),
        )


@cache
def table() -> dict[str, Reproduction]:
    """What reproduce.toml says, by code."""
    text = (resources.files("finsecure_server.help") / TABLE).read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Reproduction])


def with_card(name: str) -> Reproduction:
    """A payment with a test card. `name` is the id of its payment method."""
    return Reproduction(
        curl=f'curl -s {ADDRESS}/v1/payment_intents -u "$FINSECURE_SECRET_KEY:" \\\n'
        f"  -d amount=2000 -d currency=usd -d confirm=true \\\n  -d payment_method={name}",
        finsecure=f"finsecure payments create --amount 2000 --currency usd --confirm \\\n  --payment-method {name}",
    )
