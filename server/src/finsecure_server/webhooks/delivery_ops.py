"""What an attempt's outcome does to its delivery, to the log, and to what is held of its endpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import msgspec

from finsecure_server.accounts import store as accounts
from finsecure_server.core import breaker as breakers
from finsecure_server.core import failing as failings
from finsecure_server.core import retry
from finsecure_server.core.breaker import Breaker
from finsecure_server.core.delivery import Cause, Message, Outcome, State
from finsecure_server.core.env import Env
from finsecure_server.core.failing import Failing, Word
from finsecure_server.storage import queue
from finsecure_server.storage.database import Tx
from finsecure_server.webhooks import delivery_store, endpoint_ops, endpoint_store
from finsecure_server.webhooks.attempts import Tried, attempt_of
from finsecure_server.webhooks.delivery_store import DueDelivery, LaneKey, LaneRow

#: Due row: the clock of an endpoint that fails goes on, whether or not anything is sent to it.
FAILING_CLOCK: Final = "webhook_failing"

#: An attempt that is due decides sooner than that, however long its endpoint is left alone.
LOOK_AGAIN_US: Final = 2 * breakers.WAITS_S[-1] * 1_000_000

EnvOf = Callable[[str, bool, int], Env]

_BREAKERS: Final = msgspec.json.Decoder(Breaker)
_FAILINGS: Final = msgspec.json.Decoder(Failing)


class Report(NamedTuple):
    """An attempt that is over. Times are wall clock."""

    key: LaneKey
    sequence: int  # of the endpoint's settings by which it was made
    delivery: DueDelivery  # as it was read before the attempt
    attempt: str  # wha_...
    message: Message
    outcome: Outcome
    sent_us: int
    ended_us: int
    chance: int  # 32 random bits
    fares: bool  # whether there is anything to note about the endpoint
    breaker: Breaker  # after the attempt


class Verdict(NamedTuple):
    """What follows from a report."""

    next_us: int | None  # the next attempt at this delivery
    failing: bool  # whether the endpoint has a failure to be forgotten


class _Next(NamedTuple):
    state: State
    next_us: int | None
    superseded: bool = False


def breaker_of(row: LaneRow) -> Breaker:
    """Whether an endpoint is left alone."""
    return _BREAKERS.decode(row.breaker)


def is_failing(row: LaneRow) -> bool:
    """Whether there is a failure that a success would forget."""
    return _FAILINGS.decode(row.failing) != failings.NEVER


def record(tx: Tx, env_of: EnvOf, reports: Sequence[Report], public_url: str, *, again: bool) -> list[Verdict]:
    """Write reports down. `again`: they may have been written before, in a commit of which we were not told."""
    verdicts = []
    for report in reports:
        if again and delivery_store.logged(tx, report.key, report.attempt):
            standing = delivery_store.standing(tx, report.key, report.delivery.id)
            verdicts.append(Verdict(None if standing is None else standing[1], failing=True))
            continue
        following = _deliver(tx, report)
        _log(tx, public_url, report, following)
        failing = _fares(tx, env_of, report) if report.fares else False
        verdicts.append(Verdict(following.next_us, failing))
    return verdicts


def _deliver(tx: Tx, report: Report) -> _Next:
    """Move the delivery on, unless somebody else has."""
    key, delivery, outcome = report.key, report.delivery, report.outcome
    failure = outcome.failure
    planned = _planned(report)
    moved = delivery_store.report(
        tx,
        key,
        delivery,
        state=planned.state,
        next_us=planned.next_us,
        tried=delivery.tried + 1,
        delivered_us=report.ended_us if failure is None else None,
        error=None if failure is None else failure.value,
    )
    if moved:
        return planned
    counted = delivery_store.report_late(
        tx,
        key,
        delivery,
        delivered_us=report.ended_us if failure is None else None,
        error=None if failure is None else failure.value,
    )
    standing = delivery_store.standing(tx, key, delivery.id)
    if standing is None:  # its retention ended, or its account is gone
        return planned._replace(next_us=None, superseded=True)
    return _Next(State(standing[0]), standing[1], superseded=not counted)


def _planned(report: Report) -> _Next:
    """What the schedule says."""
    delivery, outcome = report.delivery, report.outcome
    if outcome.failure is None:
        return _Next(State.DELIVERED, None)
    delay_us = retry.next_delay_us(
        report.key.livemode,
        delivery.tried + 1,
        outcome.failure,
        outcome.status,
        next((value for name, value in outcome.headers if name == "retry-after"), None),
        report.ended_us,
        report.chance,
    )
    return _Next(State.EXHAUSTED, None) if delay_us is None else _Next(State.PENDING, report.ended_us + delay_us)


def _log(tx: Tx, public_url: str, report: Report, following: _Next) -> None:
    delivery, failure = report.delivery, report.outcome.failure
    tried = Tried(
        endpoint=report.key.endpoint,
        delivery=delivery.id,
        event=delivery.event_id,
        event_type=delivery.type,
        related_object=delivery.object_id,
        number=delivery.attempts + 1,
        cause=Cause(delivery.cause),
        superseded=following.superseded,
        state=following.state,
        next_us=following.next_us,
    )
    shown = attempt_of(
        tried,
        report.message,
        report.outcome,
        attempt=report.attempt,
        created_us=report.sent_us,
        public_url=public_url,
    )
    delivery_store.log(
        tx,
        report.key,
        report.delivery,
        attempt=report.attempt,
        created_us=report.sent_us,
        error=None if failure is None else failure.value,
        status_code=report.outcome.status,
        doc=msgspec.json.encode(shown).decode(),
    )


# -- how an endpoint fares ---------------------------------------------------------------------------------------------


def _fares(tx: Tx, env_of: EnvOf, report: Report) -> bool:
    """Note what the outcome says of the endpoint; whether there is a failure to be forgotten."""
    row = delivery_store.lock_lane(tx, report.key)
    if row is None:
        return False
    stored = endpoint_store.settings_of(tx, *report.key)
    if stored is None or stored.sequence != report.sequence:  # it was another endpoint then, one may say
        return is_failing(row)
    env = _of_endpoint(tx, env_of, report.key)
    failing = _FAILINGS.decode(row.failing)
    ok = report.outcome.failure is None
    step = failings.after(failing, ok, report.delivery.event_id, report.delivery.attempts + 1, env.now)
    if step.failing != failing or breakers.worth_keeping(_BREAKERS.decode(row.breaker), report.breaker):
        _note(tx, report.key, step.failing, report.breaker)
    _follow(tx, env, report.key, failing, step)
    return step.failing != failings.NEVER


def failing_clock(tx: Tx, env: Env, endpoint_id: str) -> None:
    """The job of FAILING_CLOCK: warn, or disable, an endpoint that has gone on failing.

    What is due to it is tried first, for that may be what we owe it after a time in which we did not run.
    """
    key = LaneKey(env.account, env.livemode, endpoint_id)
    row = delivery_store.lock_lane(tx, key)
    if row is None:
        return
    failing = _FAILINGS.decode(row.failing)
    if failing.clock_us and delivery_store.has_due(tx, key, env.wall):
        queue.schedule(tx, env, FAILING_CLOCK, endpoint_id, env.now + LOOK_AGAIN_US)
        return
    step = failings.at(failing, env.now)
    if step.failing != failing:
        _note(tx, key, step.failing, _BREAKERS.decode(row.breaker))
    _follow(tx, env, key, failing, step)


def _follow(tx: Tx, env: Env, key: LaneKey, before: Failing, step: failings.Step) -> None:
    """Tell whom it concerns, and set the clock."""
    for word in step.happened:
        if word is Word.DISABLED:
            endpoint_ops.disable_failing(tx, env, key.endpoint)
        elif word is Word.RECOVERED:
            endpoint_ops.tell(tx, env, key.endpoint, "webhook_endpoint.recovered")
        else:
            endpoint_ops.tell(tx, env, key.endpoint, "webhook_endpoint.failing")
    if step.look_again_us is not None:
        queue.schedule(tx, env, FAILING_CLOCK, key.endpoint, step.look_again_us)
    elif before.clock_us:
        queue.cancel(tx, env, FAILING_CLOCK, key.endpoint)


def _note(tx: Tx, key: LaneKey, failing: Failing, breaker: Breaker) -> None:
    delivery_store.fares(tx, key, msgspec.json.encode(failing).decode(), msgspec.json.encode(breaker).decode())


def _of_endpoint(tx: Tx, env_of: EnvOf, key: LaneKey) -> Env:
    """The surroundings of an op about an endpoint, with its account's own clock."""
    return env_of(key.account, key.livemode, 0 if key.livemode else accounts.clock_offset(tx, key.account))


def close_lane(tx: Tx, env_of: EnvOf, key: LaneKey) -> None:
    """Something is due to an endpoint that is disabled or deleted: it was on its way in as that happened."""
    endpoint_ops.settle_later(tx, _of_endpoint(tx, env_of, key), key.endpoint)
