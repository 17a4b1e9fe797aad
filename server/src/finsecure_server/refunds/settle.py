"""Take a refund's money, ask the network to give it to the payer, and apply what it answers.

One function (`settle`) applies every answer, whether it came at once, over the network, or by looking up a question
whose answer was lost. What moves, moves in one transaction: rows, postings, balance transactions, events. The charge
counts a refund (`refunded`) from the moment it is made until it fails, so nobody can give the same money back twice.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from finsecure_server.core import ledger as book
from finsecure_server.core import refund as core
from finsecure_server.core.attempt import Approved, Outcome, Pending
from finsecure_server.core.changes import previous
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.ledger import Name
from finsecure_server.core.refund import Failure, Move, Status, Wait
from finsecure_server.ledger import store as ledger
from finsecure_server.payments import charge_ops
from finsecure_server.payments import store as payments
from finsecure_server.payments.store import ChargeRow
from finsecure_server.payments.types import Charge
from finsecure_server.refunds import debit, store
from finsecure_server.refunds.store import RefundRow
from finsecure_server.refunds.types import CardDestination, DestinationDetails, Refund
from finsecure_server.storage import queue
from finsecure_server.storage.database import Tx
from finsecure_server.storage.drive import Ask
from finsecure_server.webhooks import store as events

RETRY: Final = "refund_retry"
LOOKUP: Final = "refund_lookup"
_SECOND: Final = 1_000_000


class Case(NamedTuple):
    """A refund and its charge, both locked, and how both looked before this transaction."""

    charge: ChargeRow
    refund: RefundRow
    charge_was: Charge
    refund_was: Refund | None  # None: it is new


class Done(NamedTuple):
    """A refund after a call, and its JSON."""

    refund: Refund
    doc: str


Answer = Done | Ask[Outcome, Done]


def locked(tx: Tx, env: Env, refund_id: str) -> Case:
    """A refund that is stored, for a change. Raises resource_missing."""
    charge = payments.lock_charge(tx, env, store.charge_of(tx, env, refund_id))
    refund = store.lock(tx, env, refund_id)
    return Case(charge, refund, msgspec.structs.replace(charge.wire), msgspec.structs.replace(refund.wire))


def begin(tx: Tx, env: Env, case: Case) -> Answer:
    """Take the money from the merchant's balance and ask the network to give it to the payer; or wait for funds."""
    processor = env.processor
    if processor is None:
        raise Refused(Code.PROCESSOR_NOT_CONFIGURED)
    wire, asked = case.refund.wire, case.refund.asked
    earned = store.earned(tx, env, wire.charge)
    owed = core.debt_allowed(
        earned.fee,
        captured=case.charge.wire.amount_captured,
        refunded=case.charge.refunded,
        owed=store.of_charge(tx, env, wire.charge).owed,
    )
    found = debit.find(tx, env, wire.currency, wire.amount, earned, debt_up_to=owed)
    if found is None:
        return _wait_for_funds(tx, env, case)
    _take(tx, env, case.refund, found)
    outcome = processor.decide(asked.attempt)
    if outcome is not None:
        return settle(tx, env, case, outcome)
    asked.open = True
    wire.pending_reason = Wait.PROCESSING.value
    queue.schedule(tx, env, LOOKUP, wire.id, env.now + core.lookup_delay(0) * _SECOND)
    finish(tx, env, case)
    return Ask(lambda: processor.ask(asked.attempt), partial(resume, env=env, refund_id=wire.id), about=wire.id)


def resume(tx: Tx, outcome: Outcome, *, env: Env, refund_id: str) -> Done:
    """The answer to an open question has come; unless somebody was faster, apply it."""
    case = locked(tx, env, refund_id)
    if not case.refund.asked.open:
        return finish(tx, env, case)
    return settle(tx, env, case, outcome)


def settle(tx: Tx, env: Env, case: Case, outcome: Outcome) -> Done:
    """Apply an answer."""
    case.refund.asked.outcome = outcome
    return apply(tx, env, case, core.settle(outcome))


def apply(tx: Tx, env: Env, case: Case, move: Move) -> Done:
    """Take a refund whose money has left the balance to where `move` says."""
    wire, asked = case.refund.wire, case.refund.asked
    asked.open = move.status is Status.PENDING
    wire.status = move.status.value
    wire.pending_reason = None if move.waits_for is None else move.waits_for.value
    if asked.open:
        queue.schedule(tx, env, LOOKUP, wire.id, env.now + _look_up_in(case.refund) * _SECOND)
        return finish(tx, env, case)
    queue.cancel(tx, env, LOOKUP, wire.id)
    tx.flush()  # it may have been taken in this same transaction
    if move.failure is not None:
        _give_back(tx, env, case.refund)
        return fail(tx, env, case, Status.FAILED, move.failure)
    ledger.post(tx, env, book.refund_done(wire.currency, wire.amount), wire.id)
    outcome = asked.outcome
    wire.destination_details = destination(outcome.network_transaction_id if isinstance(outcome, Approved) else "")
    return finish(tx, env, case)


def fail(tx: Tx, env: Env, case: Case, status: Status, failure: Failure) -> Done:
    """It comes to nothing, and what it took (if it did) is given back: the charge may be refunded again."""
    wire = case.refund.wire
    wire.status = status.value
    wire.pending_reason = None
    wire.failure_reason = failure.value
    wire.destination_details = destination("")
    case.charge.refunded -= wire.amount
    return finish(tx, env, case)


def destination(reference: str | None) -> DestinationDetails:
    """How the bank finds a refund; None while it is pending, empty when there is nothing to find it by."""
    if reference is None:
        return DestinationDetails(card=CardDestination(reference=None, reference_status="pending", type="pending"))
    status: Any = "available" if reference else "unavailable"
    return DestinationDetails(card=CardDestination(reference=reference or None, reference_status=status, type="refund"))


# -- money -------------------------------------------------------------------------------------------------------------


def _take(tx: Tx, env: Env, refund: RefundRow, found: debit.Debit) -> None:
    wire, taken = refund.wire, found.taken
    refund.debt = taken.debt
    ledger.post(tx, env, book.refund(wire.currency, taken), wire.id)
    wire.balance_transaction = ledger.record(
        tx,
        env,
        type_="refund",
        source_id=wire.id,
        currency=wire.currency,
        amount=-wire.amount,
        pending=-taken.pending,
        on=found.pending_until,
        description="REFUND FOR CHARGE",
    )


def _give_back(tx: Tx, env: Env, refund: RefundRow) -> None:
    """The money did not reach the payer: first it settles what the merchant owes, the rest is available at once."""
    wire = refund.wire
    debt = ledger.balance(tx, env, wire.currency, Name.MERCHANT_DEBT)
    ledger.post(tx, env, book.refund_failed(wire.currency, wire.amount, debt), wire.id)
    wire.failure_balance_transaction = ledger.record(
        tx,
        env,
        type_="refund_failure",
        source_id=wire.id,
        currency=wire.currency,
        amount=wire.amount,
        description="REFUND FAILURE",
    )
    refund.debt = 0
    queue.wake(tx, env, RETRY)


def _wait_for_funds(tx: Tx, env: Env, case: Case) -> Done:
    """Nothing moves. Whatever makes funds available wakes those that wait; they look again by themselves as well."""
    wire = case.refund.wire
    at = core.next_try(env.seconds, created=wire.created)
    if at is None:
        return fail(tx, env, case, Status.FAILED, Failure.INSUFFICIENT_FUNDS)
    wire.pending_reason = Wait.INSUFFICIENT_FUNDS.value
    queue.schedule(tx, env, RETRY, wire.id, at * _SECOND)
    return finish(tx, env, case)


def _look_up_in(refund: RefundRow) -> int:
    """Seconds until the next look-up of an open question."""
    asked = refund.asked
    if isinstance(asked.outcome, Pending):
        return asked.outcome.seconds
    asked.lookups += 1
    return core.lookup_delay(asked.lookups - 1)


# -- writing it down ---------------------------------------------------------------------------------------------------


def finish(tx: Tx, env: Env, case: Case) -> Done:
    """Save what has changed and say what happened."""
    refund = case.refund
    doc = msgspec.json.encode(refund.wire).decode()
    said = _said(case)
    first = refund.sequence + 1
    refund.sequence += len(said)
    store.save(tx, env, refund, doc)
    for number, (type_, changed) in enumerate(said, first):
        events.emit(tx, env, type_, refund.wire.id, number, doc, changed)
    _finish_charge(tx, env, case)
    return Done(refund.wire, doc)


def _said(case: Case) -> list[tuple[str, dict[str, Any] | None]]:
    """The events about the refund: what, and the values before."""
    wire, was = case.refund.wire, case.refund_was
    said: list[tuple[str, dict[str, Any] | None]] = []
    if was is None:
        said.append(("refund.created", None))
    elif changed := previous(was, wire):
        said.append(("refund.updated", changed))
    if _becomes(case, Status.FAILED):
        said.append(("refund.failed", None))
    return said


def _finish_charge(tx: Tx, env: Env, case: Case) -> None:
    charge = case.charge
    wire = charge.wire
    wire.amount_refunded = charge.refunded
    wire.refunded = wire.captured and charge.refunded == wire.amount_captured
    changed = previous(case.charge_was, wire)
    succeeded = _becomes(case, Status.SUCCEEDED)
    if succeeded or changed:
        charge_ops.save(tx, env, charge, "charge.refunded" if succeeded else "charge.updated", changed or None)


def _becomes(case: Case, status: Status) -> bool:
    """Whether the refund comes to `status` in this transaction."""
    was = case.refund_was
    return case.refund.wire.status == status.value and (was is None or was.status != status.value)
