"""When a card that was declined is tried again, and when not."""

from __future__ import annotations

import pytest

from finsecure_server.core.decline_limit import DECLINES_MAX, WINDOW_US, check, counted_since
from finsecure_server.core.errors import Code, Refused

SINCE = 1_700_000_000_000_000


@pytest.mark.parametrize(
    ("declines", "after", "refused"),
    [
        (0, 0, False),
        (DECLINES_MAX - 1, 0, False),
        (DECLINES_MAX - 1, WINDOW_US - 1, False),
        (DECLINES_MAX, 0, True),
        (DECLINES_MAX, WINDOW_US - 1, True),
        (DECLINES_MAX, WINDOW_US, False),
        (DECLINES_MAX + 5, WINDOW_US - 1, True),
        (DECLINES_MAX + 5, WINDOW_US + 1, False),
    ],
)
def test_ten_declines_a_day_and_no_more(declines: int, after: int, refused: bool) -> None:
    now = SINCE + after
    assert (counted_since(now) < SINCE) == (after < WINDOW_US)
    if not refused:
        check(declines, since=SINCE, now=now)
        return
    with pytest.raises(Refused) as caught:
        check(declines, since=SINCE, now=now)
    assert (caught.value.code, caught.value.rule.status) == (Code.CARD_DECLINE_RATE_LIMIT_EXCEEDED, 402)
