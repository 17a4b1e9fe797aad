"""Secrets that the API shows in one reply and never again: a call that brings one is made by whoever will see it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from finsecure.cli.failures import Stop
from finsecure.cli.session import Session

#: Paths whose POST is answered with such a secret.
_TELLS: Final = re.compile(r"/v1/(?:api_keys(?:/[^/]+/roll)?|webhook_endpoints(?:/[^/]+/roll_secret)?)/*")
_KINDS: Final = frozenset({"api_key", "webhook_endpoint"})


def stop_if_hidden(session: Session, method: str, path: str) -> None:
    """Stop before a call whose secret would be cut, and so be lost."""
    if method == "POST" and _TELLS.fullmatch(unquote(path)) and not session.flags.reveal:
        raise Stop("The reply shows a secret, this once, and secrets are not printed.", "Add --reveal to print it.")


def holds_one(data: Mapping[str, Any]) -> bool:
    """Whether a reply holds such a secret after all: of an operation that this command does not know yet."""
    return str(data.get("object")) in _KINDS and isinstance(data.get("secret"), str)
