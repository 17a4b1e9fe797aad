"""The sender: takes what is due to each endpoint's door, and writes down what became of it.

It is told of new deliveries as they are committed, and looks for itself every few seconds, for a hint may be lost. One
task decides (`_round`); each attempt is a task of its own, with no transaction open; one task writes the reports, as
many to a transaction as there are. A delivery whose report is not written yet is not sent again, unless this process
dies: then the next one sends it again. At least once, never lost.

An endpoint that is slow or dead keeps at most eight attempts of its own busy, and one every half minute or less once it
has failed five times in a row. Nobody else waits for it.
"""

from __future__ import annotations

import asyncio
import functools
import heapq
import itertools
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import structlog

from finsecure_server.core import breaker as breakers
from finsecure_server.core import ids
from finsecure_server.core.delivery import Message, Poster
from finsecure_server.core.env import Env
from finsecure_server.storage.database import CommitUnknown, Database, Reader, Tx, Unavailable
from finsecure_server.storage.words import EVERYTHING
from finsecure_server.webhooks import delivery_ops, delivery_store, lane_settings, payload
from finsecure_server.webhooks.delivery_ops import Report, Verdict
from finsecure_server.webhooks.delivery_store import DueDelivery, LaneKey, LaneRow
from finsecure_server.webhooks.lane import LEASE_US, Lane, Settings
from finsecure_server.webhooks.request_headers import headers

log = structlog.get_logger()

SWEEP_US: Final = 5_000_000  # how late a delivery may be noticed that nobody told us of
SWEEP_STEP: Final = 200  # endpoints to a read, so that none of them holds the loop
READ_STEP: Final = 16  # endpoints whose deliveries are read at once
AWAY_S: Final = 0.5  # between two tries while the database is away
IN_FLIGHT_ALL: Final = 512  # attempts at once to all endpoints: bounds memory and sockets
QUEUED_BYTES_ALL: Final = 32 << 20  # of events that are read ahead
REPORTS_STEP: Final = 128  # to a transaction: some five milliseconds of the writer's time
LINGER_S: Final = 0.001  # how long a few reports wait for the company that the last ones had
UNWRITTEN_MAX: Final = 2_000  # reports in memory while the database is away; then nothing more is sent
AFTER_BUG_US: Final = 60_000_000
FREE: Final = "free"  # at the end of a word: a worker has let go of the account's endpoints

EnvOf = Callable[[str, bool, int], Env]


class _Read(NamedTuple):
    """What was found for an endpoint."""

    settings: Settings | None  # None: it is not to be sent to
    row: LaneRow | None  # how it fares; read with its settings when these had changed
    deliveries: list[DueDelivery]
    asked: int
    next_us: int | None  # when more is due; told when `deliveries` are all that is due now


class Sender:
    """Delivers until it is stopped. `name` is unlike that of any other process; `chance` answers random bytes."""

    def __init__(
        self,
        db: Database,
        poster: Poster,
        env_of: EnvOf,
        *,
        name: str,
        clock: Callable[[], int],
        chance: Callable[[int], bytes],
        public_url: str,
    ) -> None:
        self._db = db
        self._poster = poster
        self._env_of = env_of
        self._name = name
        self._clock = clock
        self._chance = chance
        self._public_url = public_url
        self._lanes: dict[LaneKey, Lane] = {}
        self._ready: dict[Lane, None] = {}  # those for which something may be done now, in the order to do it
        self._timers: list[tuple[int, int, Lane]] = []
        self._numbers = itertools.count()
        self._words: set[str] = set()
        self._sweep_us = 0
        self._stir = asyncio.Event()
        self._reports: list[tuple[Lane, Report]] = []
        self._unwritten = asyncio.Event()
        self._company = 1  # how many reports were written at once the last time
        self._attempts: set[asyncio.Task[None]] = set()
        self._queued_bytes = 0
        self._written: set[str] = set()  # deliveries of which a report was written since the last read began
        self._careful = False  # one of the reports cannot be written: they are written one by one
        self._stopping = False
        self._writing = asyncio.Lock()

    # -- for its owner ------------------------------------------------------------------------------------------------

    def hear(self, words: Iterable[str]) -> None:
        """New deliveries are committed. A word is an account's id and its mode, 1 for live and 0 for test."""
        self._words.update(words)
        self._stir.set()

    async def run(self) -> None:
        """Deliver for ever. The database being away for a while is no reason to stop."""
        writing = asyncio.create_task(self._write_forever())
        try:
            while not self._stopping:
                try:
                    await self._round()
                except (Unavailable, CommitUnknown) as error:
                    log.warning("deliveries wait for the database", reason=str(error))
                    await asyncio.sleep(AWAY_S)
                else:
                    await self._rest()
            await asyncio.Event().wait()  # `stop` has the rest in hand; its caller cancels us
        finally:
            writing.cancel()
            for attempt in self._attempts:
                attempt.cancel()
            await asyncio.gather(writing, *self._attempts, return_exceptions=True)

    async def stop(self, grace_s: int) -> None:
        """Begin no attempt any more, give those under way `grace_s` to end, and let others have our endpoints."""
        self._stopping = True
        self._stir.set()
        if self._attempts:
            await asyncio.wait(set(self._attempts), timeout=grace_s)
        try:
            async with asyncio.timeout(grace_s):
                await self._write_rest()
                await self._db.write(self._release)
        except (Unavailable, CommitUnknown, TimeoutError) as error:  # what is not written will be sent again
            log.warning("the last reports could not be written", reason=str(error), reports=len(self._reports))

    def _release(self, tx: Tx) -> None:
        for lane in self._lanes.values():
            if lane.lease_us:
                delivery_store.release(tx, lane.key, self._name)
                tx.tell(f"{lane.key.account} {int(lane.key.livemode)} {FREE}")

    async def settle(self) -> None:
        """Do all that can be done now, and return when nothing is under way. For tests, which own the clock."""
        while True:
            self._sweep_us = 0
            await self._round()
            if self._attempts:
                await asyncio.wait(set(self._attempts))
            if not self._reports and not self._attempts:
                return
            await self._write_rest()

    # -- one round ----------------------------------------------------------------------------------------------------

    async def _rest(self) -> None:
        """Until there is something to do."""
        until = min(self._sweep_us, self._timers[0][0]) if self._timers else self._sweep_us
        wait_us = min(max(until - self._clock(), 0), SWEEP_US)  # the clock may be set back meanwhile
        try:
            async with asyncio.timeout(wait_us / 1_000_000):
                await self._stir.wait()
        except TimeoutError:
            return

    async def _round(self) -> None:
        """See what is due, claim whose it is, read it, and begin."""
        self._stir.clear()
        now = self._clock()
        words, self._words = self._words, set()
        if EVERYTHING in words or any(word.endswith(FREE) for word in words):
            for lane in self._lanes.values():
                lane.theirs_us = 0
        if now >= self._sweep_us or self._sweep_us > now + SWEEP_US or EVERYTHING in words:
            await self._sweep(now)
        elif words:
            await self._look_at(words, now)
        self._ring(now)
        if self._stopping:
            return
        shut = [lane for lane in self._ready if lane.shut(now) and not lane.unwritten]  # else we know more than the row
        if shut:
            await self._look_whether_enabled_anew(shut)
        claims = [lane for lane in self._ready if lane.wants_lease(now)]
        if claims:
            await self._claim(claims, now)
        hungry = [lane for lane in self._ready if lane.hungry(now) and lane.ours(now)]
        if self._queued_bytes < QUEUED_BYTES_ALL:
            for start in range(0, len(hungry), READ_STEP):
                await self._read(hungry[start : start + READ_STEP], now)
        for lane in list(self._ready):
            self._advance(lane)

    async def _sweep(self, now: int) -> None:
        """Find every endpoint that something waits for. The others are forgotten once they are not ours."""
        after = LaneKey("", False, "")
        seen: set[LaneKey] = set()
        while found := await self._db.read(functools.partial(delivery_store.lanes_after, key=after, limit=SWEEP_STEP)):
            for key, next_us in found:
                seen.add(key)
                self._noticed(key, next_us, now)
            after = found[-1][0]
            if len(found) < SWEEP_STEP:
                break
        for key, lane in list(self._lanes.items()):
            if key not in seen and not lane.busy and lane.lease_us <= now:
                self._ready.pop(self._lanes.pop(key), None)
        self._sweep_us = self._clock() + SWEEP_US

    async def _look_at(self, words: set[str], now: int) -> None:
        """Find the endpoints of some accounts that something waits for."""
        places = {(account, mode == "1") for account, mode, *_ in map(str.split, words)}

        def look(reader: Reader) -> list[tuple[LaneKey, int]]:
            return [found for place in places for found in delivery_store.lanes_of(reader, *place)]

        for key, next_us in await self._db.read(look):
            self._noticed(key, next_us, now)

    def _noticed(self, key: LaneKey, next_us: int, now: int) -> None:
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane(key)
        lane.due(next_us)
        at = max(next_us, lane.theirs_us)
        if at <= now:
            self._ready[lane] = None
        else:
            self._at(at, lane)

    def _ring(self, now: int) -> None:
        """Make ready whose time has come."""
        while self._timers and self._timers[0][0] <= now:
            us, _, lane = heapq.heappop(self._timers)
            if us == lane.timer_us:  # else it was set anew since
                lane.timer_us = None
                self._ready[lane] = None

    def _at(self, us: int, lane: Lane) -> None:
        """Look at it by then: one timer an endpoint, the earliest that is asked for."""
        if lane.timer_us is None or us < lane.timer_us:
            lane.timer_us = us
            heapq.heappush(self._timers, (us, next(self._numbers), lane))

    async def _look_whether_enabled_anew(self, lanes: list[Lane]) -> None:
        """Something has happened to endpoints that are left alone: whoever changed one wants it tried at once."""
        rows = await self._db.read(lambda reader: [delivery_store.lane(reader, lane.key) for lane in lanes])
        for lane, row in zip(lanes, rows, strict=True):
            if row is not None and not breakers.free_at_us(delivery_ops.breaker_of(row)):
                self._fares(lane, row)

    async def _claim(self, lanes: list[Lane], now: int) -> None:
        """Make endpoints ours, or keep them ours."""
        until = now + LEASE_US

        def claim(tx: Tx) -> list[tuple[bool, LaneRow | None]]:
            claimed = [delivery_store.claim(tx, lane.key, self._name, now, until) for lane in lanes]
            return [
                (mine, None if mine and lane.ours(now) else delivery_store.lane(tx, lane.key))
                for lane, mine in zip(lanes, claimed, strict=True)
            ]

        for lane, (mine, row) in zip(lanes, await self._db.write(claim), strict=True):
            if mine:
                lane.lease_us = until
                self._fares(lane, row)
            else:  # another worker delivers here, or the endpoint is gone
                self._put_back(lane)
                lane.lease_us = 0
                lane.theirs_us = until if row is None else max(row.lease_us, now)
                self._ready.pop(lane, None)
                self._at(lane.theirs_us, lane)

    def _fares(self, lane: Lane, row: LaneRow | None) -> None:
        if row is not None:
            lane.breaker = delivery_ops.breaker_of(row)
            lane.failing = delivery_ops.is_failing(row)

    async def _read(self, lanes: list[Lane], now: int) -> None:
        """Read what is due to some endpoints."""
        wanted = [(lane, lane.key, lane.settings, lane.appetite() + len(lane.busy)) for lane in lanes]
        self._written.clear()

        def read(reader: Reader) -> list[_Read]:
            return [self._found(reader, key, had, limit, now) for _, key, had, limit in wanted]

        for (lane, _, had, _), found in zip(wanted, await self._db.read(read), strict=True):
            if found.settings is None:
                self._put_back(lane)
                lane.look_us = None
                lane.settings = None
                await self._db.write(functools.partial(delivery_ops.close_lane, env_of=self._env_of, key=lane.key))
                continue
            if found.settings is not had:
                lane.settings = found.settings
                self._fares(lane, found.row)
            for delivery in found.deliveries:
                if delivery.id not in lane.busy and delivery.id not in self._written:  # the read may be older
                    lane.busy.add(delivery.id)
                    lane.queue.append(delivery)
                    self._queued_bytes += len(delivery.doc)
            if len(found.deliveries) < found.asked:
                lane.look_us = found.next_us

    def _found(self, reader: Reader, key: LaneKey, had: Settings | None, limit: int, now: int) -> _Read:
        settings = lane_settings.current(reader, self._env_of(key.account, key.livemode, 0).vault, key, had, now)
        if settings is None:
            return _Read(None, None, [], limit, None)
        row = delivery_store.lane(reader, key) if settings is not had else None
        due = delivery_store.due(reader, key, now, limit)
        next_us = delivery_store.first_due_us(reader, key, now) if len(due) < limit else None
        return _Read(settings, row, due, limit, next_us)

    def _put_back(self, lane: Lane) -> None:
        self._queued_bytes -= lane.put_back()

    # -- attempts -----------------------------------------------------------------------------------------------------

    def _advance(self, lane: Lane) -> None:
        """Begin what may begin at an endpoint, and see to it that somebody looks at the rest."""
        now = self._clock()
        while lane.queue and not lane.full() and not self._stopping:
            if len(self._attempts) >= IN_FLIGHT_ALL or len(self._reports) >= UNWRITTEN_MAX:
                return  # it stays ready
            if lane.may_send_us(now) > now:
                if breakers.free_at_us(lane.breaker):  # it will be a while
                    self._put_back(lane)
                    lane.due(now)
                break
            if not lane.ours(now):
                self._stir.set()
                return  # it stays ready, and is claimed first
            self._begin(lane, now)
        self._ready.pop(lane, None)
        at = lane.next_us(now)
        if at is None:
            return
        if at > now:
            self._at(at, lane)
            return
        self._ready[lane] = None
        if self._queued_bytes < QUEUED_BYTES_ALL:  # else the end of an attempt brings us back
            self._stir.set()

    def _begin(self, lane: Lane, now: int) -> None:
        delivery = lane.begin(now)
        self._queued_bytes -= len(delivery.doc)
        attempt = asyncio.create_task(self._attempt(lane, delivery, now))
        self._attempts.add(attempt)
        attempt.add_done_callback(self._attempts.discard)

    async def _attempt(self, lane: Lane, delivery: DueDelivery, now: int) -> None:
        """One request, and its report."""
        settings = lane.settings
        assert settings is not None
        try:
            message = self._message(settings, lane.key, delivery, now)
            outcome = await self._poster.post(message)
        except Exception:  # a bug of ours; it must not stop the others, nor come back at once
            log.exception("an attempt failed on our side", delivery=delivery.id)
            lane.end(settings, ok=True, now_us=now, chance=self._number)
            lane.busy.discard(delivery.id)
            lane.due(now + AFTER_BUG_US)
            self._at(now + AFTER_BUG_US, lane)
            return
        ok = outcome.failure is None
        changed = lane.end(settings, ok, self._clock(), self._number)
        report = Report(
            key=lane.key,
            sequence=settings.sequence,
            delivery=delivery,
            attempt=ids.make("wha", now, self._chance(ids.CHANCE_BYTES)),
            message=message,
            outcome=outcome,
            sent_us=now,
            ended_us=self._clock(),
            chance=0 if ok else self._number(),
            fares=not ok or changed or lane.failing,
            breaker=lane.breaker,
        )
        lane.unwritten += 1
        self._reports.append((lane, report))
        self._unwritten.set()
        self._advance(lane)

    def _message(self, settings: Settings, key: LaneKey, delivery: DueDelivery, now: int) -> Message:
        body = payload.body(delivery.doc, settings.api_version, "thin" if settings.thin else "snapshot")
        sent = headers(
            event_id=delivery.event_id,
            endpoint_id=key.endpoint,
            attempt=delivery.attempts + 1,
            secrets=settings.secrets,
            seconds=now // 1_000_000,
            body=body,
            own=settings.own_headers,
            public_url=self._public_url,
        )
        return Message(settings.url, sent, body, settings.timeout_s, key.livemode)

    def _number(self) -> int:
        return int.from_bytes(self._chance(4), "big")

    # -- reports ------------------------------------------------------------------------------------------------------

    async def _write_forever(self) -> None:
        again = False
        while True:
            await self._unwritten.wait()
            if len(self._reports) * 2 < self._company and self._attempts:  # a commit costs more than the wait
                await asyncio.sleep(LINGER_S)
            try:
                await self._write_some(again=again)
                again = False
            except (Unavailable, CommitUnknown) as error:
                log.warning(
                    "reports of deliveries wait for the database", reason=str(error), reports=len(self._reports)
                )
                again = True
                await asyncio.sleep(AWAY_S)

    async def _write_rest(self) -> None:
        """Write every report there is."""
        while self._reports:
            await self._write_some(again=True)

    async def _write_some(self, *, again: bool) -> None:
        """Write some reports. `again`: the same ones may have been written, and we were not told."""
        async with self._writing:
            some = self._reports[: 1 if self._careful else REPORTS_STEP]
            reports = [report for _, report in some]
            if not some:
                self._unwritten.clear()
                self._careful = False
                return
            try:
                record = functools.partial(
                    delivery_ops.record, env_of=self._env_of, reports=reports, public_url=self._public_url, again=again
                )
                verdicts = await self._db.write(record)
            except (Unavailable, CommitUnknown):
                raise
            except Exception:  # a bug of ours: what is not written will be sent again, but not at once
                if len(reports) > 1:
                    self._careful = True
                    return
                log.exception("a report could not be written", delivery=reports[0].delivery.id)
                verdicts = [Verdict(reports[0].ended_us + AFTER_BUG_US, failing=True)]
            del self._reports[: len(some)]
            self._company = len(some)
        for (lane, report), verdict in zip(some, verdicts, strict=True):
            lane.unwritten -= 1
            lane.busy.discard(report.delivery.id)
            self._written.add(report.delivery.id)
            lane.failing = verdict.failing
            if verdict.next_us is not None:
                lane.due(verdict.next_us)
            self._ready[lane] = None
        self._stir.set()
