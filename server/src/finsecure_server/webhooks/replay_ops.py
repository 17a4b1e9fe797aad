"""Replays: start, step, cancel.

A replay is a cursor over events. Each step looks at a bounded number of them, gives up to STEP_MAX deliveries a time to
be sent, a fixed distance apart, and moves the cursor, all in one transaction: a crash between two steps loses nothing
and does nothing twice. The steps keep a little ahead of what they have given a time, and no more, so that a replay that
is canceled has little to take back. At the end it waits until all of it has been tried once.
"""

from __future__ import annotations

from typing import Final, Literal

from msgspec import UnsetType
from msgspec.structs import replace

from finsecure_server.core import event_types, ids
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, NoSuch, Refused
from finsecure_server.storage import queue
from finsecure_server.storage.database import Tx
from finsecure_server.web.params import Range
from finsecure_server.webhooks import replay_store, resend_ops, resend_store
from finsecure_server.webhooks.replay_store import Kept, StoppedBy, Stored
from finsecure_server.webhooks.replay_types import (
    RATE_DEFAULT,
    CreateReplay,
    ReplayedTime,
    ReplayFilter,
    ReplayState,
    WebhookReplay,
    WebhookReplayPreview,
)

KIND: Final = "webhook_replay"  # due row: the next step of a replay
STEP_MAX: Final = 200  # deliveries that a transaction gives a time to be sent, or takes back
AHEAD_US: Final = 5_000_000  # how far ahead of what has a time the next step is made
#: Events of other servers' clocks count as past, up to this. Later ones are nobody's but the sender's: what happens
#: after the beginning is sent anyway.
MARGIN_US: Final = 60_000_000
WATCH_FIRST_US: Final = 2_000_000  # how often it is looked whether all has been tried, at first
WATCH_LAST_US: Final = 60_000_000
_SECOND: Final = 1_000_000
_TIME_MAX: Final = 1 << 39  # seconds; far beyond what an id can say

HELD: Final = ReplayFilter(
    created=ReplayedTime(gte=None, lt=None), related_object=None, states=["held"], types=[]
)  #: What an endpoint did not get while it was disabled.


def create(tx: Tx, env: Env, params: CreateReplay) -> WebhookReplay | WebhookReplayPreview:
    """Begin a replay, or say what it would send.

    Raises event_type_unknown, parameter_missing, resource_missing, webhook_endpoint_unexpected_state.
    """
    wanted = _filter(params)
    resend_ops.check_enabled(tx, env, params.webhook_endpoint, "webhook_endpoint")
    if not params.dry_run:
        return start(tx, env, params.webhook_endpoint, wanted, params.rate)
    cursor, until = _bounds(env, wanted)
    total, at_least = replay_store.count(tx, env, params.webhook_endpoint, wanted, cursor, until)
    return WebhookReplayPreview(
        filter=wanted,
        livemode=env.livemode,
        rate=params.rate,
        seconds=-(-total // params.rate),
        total=total,
        total_is_at_least=at_least,
        webhook_endpoint=params.webhook_endpoint,
    )


def _filter(params: CreateReplay) -> ReplayFilter:
    types: list[str] = [] if isinstance(params.types, UnsetType) else list(dict.fromkeys(params.types))
    for position, pattern in enumerate(types):
        if not event_types.valid_pattern(pattern):
            raise Refused(Code.EVENT_TYPE_UNKNOWN, f"No event has the type '{pattern}'.", param=f"types[{position}]")
    states: list[ReplayState] = ["exhausted", "held"]
    if not isinstance(params.states, UnsetType):
        states = list(dict.fromkeys(params.states))
    created = _created(params.created)
    if replay_store.MISSING in states and created.gte is None:
        raise Refused(
            Code.PARAMETER_MISSING,
            "Say with created[gte] from when on events may be missing: those whose deliveries are past their retention "
            "count as missing too.",
            param="created",
        )
    about = params.related_object
    return ReplayFilter(
        created=created, related_object=about if isinstance(about, str) else None, states=states, types=types
    )


def _created(asked: Range | UnsetType) -> ReplayedTime:
    """A range with its bounds as they are kept: from inclusive, to exclusive."""
    if isinstance(asked, UnsetType):
        return HELD.created
    low = [asked.gte] if isinstance(asked.gte, int) else []
    low += [asked.gt + 1] if isinstance(asked.gt, int) else []
    high = [asked.lt] if isinstance(asked.lt, int) else []
    high += [asked.lte + 1] if isinstance(asked.lte, int) else []
    return ReplayedTime(gte=max(low, default=None), lt=min(high, default=None))


def _bounds(env: Env, wanted: ReplayFilter) -> tuple[str, str]:
    """The range as ids of events, exclusive on both sides."""
    low, high = wanted.created.gte, wanted.created.lt
    after_us = min(max(low or 0, 0), _TIME_MAX) * _SECOND - 1
    until_us = env.now + MARGIN_US
    if high is not None:
        until_us = min(until_us, max(high, 0) * _SECOND)
    return f"evt_{ids.moment(max(after_us, 0))}", f"evt_{ids.moment(until_us)}"


def start(tx: Tx, env: Env, endpoint: str, wanted: ReplayFilter, rate: int = RATE_DEFAULT) -> WebhookReplay:
    """Begin to send an enabled endpoint again what matches. The caller holds its row."""
    cursor, until = _bounds(env, wanted)
    total, at_least = replay_store.count(tx, env, endpoint, wanted, cursor, until)
    replay = Stored(
        id=env.new_id("whr"),
        created_us=env.now,
        endpoint=endpoint,
        status="running",
        cursor=cursor,
        matched=0,
        next_us=env.wall,
        kept=Kept(filter=wanted, rate=rate, total=total, total_is_at_least=at_least, until=until),
    )
    replay_store.add(tx, env, replay)
    _go_on(tx, env, replay, env.wall)
    return _shown(tx, env, replay)


def cancel(tx: Tx, env: Env, replay_id: str) -> WebhookReplay:
    """Have it stop, and take back what was not tried. Raises resource_missing, webhook_replay_unexpected_state."""
    replay = replay_store.lock(tx, env, replay_id)
    if replay is None:
        raise NoSuch("webhook_replay", replay_id, param="id")
    if replay.status != "running":
        raise Refused(
            Code.WEBHOOK_REPLAY_UNEXPECTED_STATE, f"The replay is {replay.status}: it cannot be canceled.", param="id"
        )
    return _shown(tx, env, _stop(tx, env, replay, "request"))


def step(tx: Tx, env: Env, replay_id: str) -> None:
    """The job: schedule some, take some back, or see whether all has been tried."""
    replay = replay_store.lock(tx, env, replay_id)
    assert replay is not None, replay_id
    if replay.status == "canceling":
        _take_back(tx, env, replay)
    elif replay.status == "running":
        endpoint = resend_store.lock_endpoint(tx, env, replay.endpoint)
        if endpoint != "enabled":
            _stop(tx, env, replay, "endpoint_deleted" if endpoint == "deleted" else "endpoint_disabled")
        elif replay.cursor < replay.kept.until:
            _schedule(tx, env, replay)
        else:
            _watch(tx, env, replay)


def _schedule(tx: Tx, env: Env, replay: Stored) -> None:
    """Give the next ones a time. None is due in the past, should the steps have come late: that would be a burst."""
    looked = replay_store.look(tx, env, replay.endpoint, replay.kept.filter, replay.cursor, replay.kept.until)
    apart_us = -(-_SECOND // replay.kept.rate)
    next_us = max(replay.next_us, env.wall)
    scheduled = 0
    for found in looked.found[:STEP_MAX]:
        if replay_store.schedule(tx, env, replay, found, next_us):
            scheduled += 1
            next_us += apart_us
    cursor = looked.found[STEP_MAX - 1].event if len(looked.found) > STEP_MAX else looked.cursor
    replay = replace(replay, cursor=cursor, matched=replay.matched + scheduled, next_us=next_us)
    replay_store.save(tx, env, replay)
    if scheduled:
        resend_store.wake(tx, env)
    _go_on(tx, env, replay, max(env.wall, next_us - AHEAD_US))


def _watch(tx: Tx, env: Env, replay: Stored) -> None:
    """It is completed when all has been tried; an endpoint that is left alone for a while makes that late."""
    if not replay_store.untried(tx, env, replay, most=1):
        _end(tx, env, replay, "completed")
        return
    late_us = max(env.wall - replay.next_us, 0)
    _go_on(tx, env, replay, env.wall + min(max(late_us // 4, WATCH_FIRST_US), WATCH_LAST_US))


def _stop(tx: Tx, env: Env, replay: Stored, by: StoppedBy) -> Stored:
    replay = replace(replay, status="canceling", cursor="", kept=replace(replay.kept, stopped_by=by))
    replay_store.save(tx, env, replay)
    _go_on(tx, env, replay, env.wall)
    return replay


def _take_back(tx: Tx, env: Env, replay: Stored) -> None:
    cursor = replay_store.take_back(tx, env, replay, STEP_MAX)
    if cursor is None:
        _end(tx, env, replay, "canceled")
    else:
        replay_store.save(tx, env, replace(replay, cursor=cursor))
        _go_on(tx, env, replay, env.wall)


def _end(tx: Tx, env: Env, replay: Stored, status: Literal["completed", "canceled"]) -> None:
    replay_store.save(tx, env, replace(replay, status=status, kept=replace(replay.kept, ended=env.seconds)))


def _go_on(tx: Tx, env: Env, replay: Stored, wall_us: int) -> None:
    queue.schedule(tx, env, KIND, replay.id, wall_us + env.now - env.wall)


def _shown(tx: Tx, env: Env, replay: Stored) -> WebhookReplay:
    return replay_store.shown(replay, env.livemode, replay_store.progress(tx, env, replay))
