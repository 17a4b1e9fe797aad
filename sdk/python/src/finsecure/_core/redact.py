"""What must not be repeated: keys, webhook secrets, client secrets and card numbers, masked in any text."""

from __future__ import annotations

import re
from typing import Final

_SECRET: Final = re.compile(
    r"\b((?:sk|rk|pk)_(?:live|test)_)[A-Za-z0-9_]{3,}"
    r"|\b(whsec_)[A-Za-z0-9+/=_-]{3,}"
    r"|\b([A-Za-z]{2,8}_[A-Za-z0-9]+_secret_)[A-Za-z0-9_]+"
    r"|(\b(?:Bearer|Basic)\s+)[A-Za-z0-9+/=._~-]+"
)
_CARD: Final = re.compile(r"\b\d(?:[ -]?\d){12,18}\b")


def redact(text: str) -> str:
    """The text with every secret cut to its prefix, and of a card number only its last four digits."""
    masked = _SECRET.sub(lambda match: next(part for part in match.groups() if part) + "…", text)
    return _CARD.sub(lambda match: "…" + match[0][-4:], masked)
