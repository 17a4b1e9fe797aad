"""Which test card somebody means by `visa`, `insufficient_funds`, `3ds`, a number or an id."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from finsecure.cli.data_tables import table
from finsecure.cli.failures import Stop

_WORDS: Final = {
    "success": "pm_card_visa",
    "ok": "pm_card_visa",
    "declined": "pm_card_visa_chargeDeclined",
    "3ds": "pm_card_threeDSecure2Required",
    "dispute": "pm_card_createDispute",
}


def card(word: str) -> str:
    """The id of the test card's payment method. Stop, with the nearest, if nothing is called so."""
    if word.startswith("pm_") and not word.startswith("pm_card_"):
        return word
    known = words()
    plain = word.replace(" ", "").replace("-", "_") if not word.replace(" ", "").isdigit() else word.replace(" ", "")
    found = known.get(plain) or known.get(plain.lower())
    if found is None:
        near = get_close_matches(plain.lower(), known, n=3)
        raise Stop(
            f"There is no test card {word!r}.",
            f"Did you mean {' or '.join(near)}?" if near else "finsecure cards lists them.",
        )
    return found


def words() -> dict[str, str]:
    """Every word for a card. The first card of a brand, and the first that declines for a reason, has their name."""
    found: dict[str, str] = dict(_WORDS)
    for name, row in table("cards").items():
        for word in (name, row["number"], *row["aliases"]):
            found[word] = name
        for word in (row["decline_code"], row["brand"]):
            if word:
                found.setdefault(word, name)
    return found
