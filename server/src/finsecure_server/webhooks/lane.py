"""A lane: what the worker that delivers to an endpoint keeps in mind of it. The database knows all of it as well."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from finsecure_server.core import breaker as breakers
from finsecure_server.core.breaker import Breaker
from finsecure_server.core.delivery import IN_FLIGHT_MAX
from finsecure_server.webhooks.delivery_store import DueDelivery, LaneKey

WIDTH_FIRST: Final = 2  # attempts at once while nothing is known of an endpoint; each success allows one more
UNKNOWN_MAX: Final = 2 * IN_FLIGHT_MAX  # attempts that are made once more if this process dies now
FETCH_MAX: Final = 64  # deliveries that are read ahead for an endpoint
LEASE_US: Final = 6_000_000  # how long a lane stays a worker's that is not heard of any more
RENEW_US: Final = 4_000_000  # a lease that has less than this left is renewed
MARGIN_US: Final = 1_000_000  # nothing is sent on a lease that ends sooner
assert MARGIN_US < RENEW_US < LEASE_US


class Settings(NamedTuple):
    """What an attempt needs to know of its endpoint, as of one `sequence` of it."""

    sequence: int
    url: str
    timeout_s: int
    thin: bool
    api_version: str | None
    rate: int | None  # attempts a second
    own_headers: tuple[tuple[str, str], ...]
    secrets: tuple[str, ...]  # newest first
    good_until_us: int | None  # the first of the secrets ends then


class Lane:
    """One endpoint. Times are microseconds of the wall clock."""

    __slots__ = (
        "breaker", "busy", "failing", "in_flight", "key", "lease_us", "look_us", "next_send_us", "queue", "settings",
        "theirs_us", "timer_us", "unwritten", "width",
    )  # fmt: skip

    def __init__(self, key: LaneKey) -> None:
        self.key = key
        self.settings: Settings | None = None
        self.queue: deque[DueDelivery] = deque()
        self.busy: set[str] = set()  # deliveries that are queued, in flight, or not yet written down
        self.in_flight = 0
        self.unwritten = 0  # attempts that are over, and whose reports are not written yet
        self.width = WIDTH_FIRST
        self.breaker: Breaker = breakers.CLOSED
        self.failing = False  # whether there is a failure to be forgotten when an attempt succeeds
        self.lease_us = 0
        self.theirs_us = 0  # another worker has it until then
        self.timer_us: int | None = None  # the sender's next timer for it
        self.look_us: int | None = None  # when to read what is due; None: nothing waits that we know of
        self.next_send_us = 0  # its rate allows the next attempt then

    def due(self, us: int) -> None:
        """Something is due at `us`."""
        if self.look_us is None or us < self.look_us:
            self.look_us = us

    def ours(self, now_us: int) -> bool:
        """Whether an attempt may begin on our lease."""
        return now_us + MARGIN_US < self.lease_us

    def wants_lease(self, now_us: int) -> bool:
        """Whether it should be claimed, or its lease renewed."""
        if now_us + RENEW_US <= self.lease_us or now_us < self.theirs_us:
            return False
        return bool(self.busy) or (self.look_us is not None and self.look_us <= now_us)

    def hungry(self, now_us: int) -> bool:
        """Whether more should be read: something is due, little is left, and the endpoint may be sent to."""
        if self.look_us is None or self.look_us > now_us or len(self.queue) >= self.width:
            return False
        return self.may_send_us(now_us) <= now_us

    def appetite(self) -> int:
        """How many deliveries to read."""
        return 1 if breakers.free_at_us(self.breaker) else min(FETCH_MAX, 4 * self.width)

    def shut(self, now_us: int) -> bool:
        """Whether it is left alone, and not yet to be probed."""
        return breakers.free_at_us(self.breaker) > now_us

    def may_send_us(self, now_us: int) -> int:
        """From when on the endpoint may be sent to; not above `now_us`: at once."""
        probe_us = breakers.free_at_us(self.breaker)
        if probe_us and self.in_flight:
            return now_us + LEASE_US  # one probe at a time; its report will bring us back sooner
        return max(probe_us, self.next_send_us)

    def full(self) -> bool:
        """Whether as many attempts are under way as it may have.

        Reports that wait to be written count as well: should this process die, their attempts are made once more, like
        those under way.
        """
        return self.in_flight >= self.width or self.in_flight + self.unwritten >= UNKNOWN_MAX

    def next_us(self, now_us: int) -> int | None:
        """When somebody should look at it again, if no attempt ends before; not above `now_us`: at once."""
        times = []
        if self.busy and self.lease_us:
            times.append(self.lease_us - RENEW_US)
        if self.look_us is not None and len(self.queue) < self.width:
            times.append(max(self.look_us, self.theirs_us, self.may_send_us(now_us)))
        elif self.queue and not self.full():
            times.append(self.may_send_us(now_us))
        return min(times, default=None)

    def begin(self, now_us: int) -> DueDelivery:
        """Take the next delivery for an attempt."""
        delivery = self.queue.popleft()
        self.in_flight += 1
        assert self.settings is not None
        if self.settings.rate is not None:
            self.next_send_us = max(self.next_send_us, now_us) + 1_000_000 // self.settings.rate
        return delivery

    def end(self, settings: Settings, ok: bool, now_us: int, chance: Callable[[], int]) -> bool:
        """An attempt is over that was made by `settings`. Whether that changed until when the endpoint is left alone.

        What an endpoint did before it was changed says nothing about it now.
        """
        self.in_flight -= 1
        if settings is not self.settings:
            return False
        self.width = min(self.width + 1, IN_FLIGHT_MAX) if ok else WIDTH_FIRST
        before = self.breaker
        self.breaker = breakers.after(before, ok, now_us, 0 if ok else chance())
        return breakers.free_at_us(self.breaker) != breakers.free_at_us(before)

    def put_back(self) -> int:
        """Drop what was read and has not begun; the bytes that it took."""
        freed = 0
        for delivery in self.queue:
            self.busy.discard(delivery.id)
            freed += len(delivery.doc)
        self.queue.clear()
        return freed
