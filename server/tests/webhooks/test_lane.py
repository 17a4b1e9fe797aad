"""What a lane lets begin."""

from __future__ import annotations

import pytest

from finsecure_server.core.delivery import IN_FLIGHT_MAX
from finsecure_server.webhooks.delivery_store import LaneKey
from finsecure_server.webhooks.lane import UNKNOWN_MAX, WIDTH_FIRST, Lane


@pytest.mark.parametrize(
    ("width", "in_flight", "unwritten", "full"),
    [
        (WIDTH_FIRST, WIDTH_FIRST - 1, 0, False),
        (WIDTH_FIRST, WIDTH_FIRST, 0, True),
        (IN_FLIGHT_MAX, IN_FLIGHT_MAX, 0, True),
        (IN_FLIGHT_MAX, 0, IN_FLIGHT_MAX, False),
        (IN_FLIGHT_MAX, IN_FLIGHT_MAX - 1, IN_FLIGHT_MAX, False),
        (IN_FLIGHT_MAX, IN_FLIGHT_MAX - 1, IN_FLIGHT_MAX + 1, True),
        (IN_FLIGHT_MAX, 0, UNKNOWN_MAX, True),
    ],
)
def test_what_a_death_would_send_again_is_bounded(width: int, in_flight: int, unwritten: int, full: bool) -> None:
    lane = Lane(LaneKey("acct_1", False, "we_1"))
    lane.width, lane.in_flight, lane.unwritten = width, in_flight, unwritten
    assert lane.full() is full
