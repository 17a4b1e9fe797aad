"""How often one card may be declined before it is not tried any more: a rule against guessing, and against fines.

Who tries codes and dates of somebody else's card leaves a row of declines behind; and card networks fine merchants who
ask again and again (Mastercard counts ten declines a day). Counted from the first decline, forgotten a day later.
Times are microseconds of the account's own clock.
"""

from __future__ import annotations

from typing import Final

from finsecure_server.core.errors import Code, Refused

DECLINES_MAX: Final = 10
WINDOW_US: Final = 86_400 * 1_000_000


def counted_since(now: int) -> int:
    """What began at this time or before it is forgotten."""
    return now - WINDOW_US


def check(declines: int, *, since: int, now: int) -> None:
    """Refuse a card that was declined so often since then."""
    if declines >= DECLINES_MAX and since > counted_since(now):
        raise Refused(Code.CARD_DECLINE_RATE_LIMIT_EXCEEDED, param="payment_method")
