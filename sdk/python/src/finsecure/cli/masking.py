"""Secrets in what is printed: cut to what names them. A key shows its kind and its last four characters."""

from __future__ import annotations

import re
from typing import Any, Final

_SECRET: Final = re.compile(
    r"\b(?P<key>(?:sk|rk)_(?:live|test)_)[A-Za-z0-9_]+"
    r"|\b(?P<hook>whsec_)[A-Za-z0-9+/=_-]+"
    r"|\b(?P<client>[a-z]{2,8}_[A-Za-z0-9]+_secret_)[A-Za-z0-9_]+"
)


def masked(text: str) -> str:
    """The text with every secret key, webhook secret and client secret cut: `sk_test_…4f2a`."""
    return _SECRET.sub(_cut, text)


def _cut(found: re.Match[str]) -> str:
    prefix = found["key"] or found["hook"] or found["client"]
    rest = found[0].removeprefix(prefix)
    return f"{prefix}…{rest[-4:] if len(rest) >= 16 else ''}"


def masked_in(value: Any) -> Any:
    """The same value with every text in it masked."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {name: masked_in(one) for name, one in value.items()}
    if isinstance(value, list):
        return [masked_in(one) for one in value]
    return value
