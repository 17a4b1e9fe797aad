"""The tables that this package carries, read when they are needed. `python -m tools.cli_tables` writes them."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """`errors`, `cards`, `events`, `exponents` or `operations`."""
    text = resources.files("finsecure.cli").joinpath("data", f"{name}.json").read_text("utf-8")
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def money(amount: int, currency: str) -> str:
    """`20.00 USD` of 2000 and `usd`: an amount counts the minor unit as the API does."""
    exponent = table("exponents").get(currency, 2)
    sign, figures = ("-" if amount < 0 else ""), str(abs(amount)).rjust(exponent + 1, "0")
    whole = f"{int(figures[: len(figures) - exponent]):,}"
    rest = f".{figures[len(figures) - exponent :]}" if exponent else ""
    return f"{sign}{whole}{rest} {currency.upper()}"
