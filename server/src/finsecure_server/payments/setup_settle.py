"""Ask the processor whether a card may be charged later, and apply what it answers.

The same way as `settle.py` goes for money: decided at once where that needs no network, else asked with no transaction
open; an answer that never came is looked up, never asked for again.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from finsecure_server.core.attempt import (
    LOOKUP_WHILE_ASKED_US,
    ActionNeeded,
    Approved,
    Declined,
    Missing,
    Outcome,
    Pending,
    Unknown,
    lookup_in_us,
)
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.setup_intent import UNAUTHENTICATED, Move, Status
from finsecure_server.core.setup_intent import settle as decide
from finsecure_server.payment_methods import decline_ops
from finsecure_server.payment_methods import ops as method_ops
from finsecure_server.payment_methods import store as payment_methods
from finsecure_server.payment_methods.types import PaymentMethod
from finsecure_server.payments import challenges, failure, setup_store
from finsecure_server.payments.setup_store import AttemptRow, Setup
from finsecure_server.payments.types import LastPaymentError
from finsecure_server.storage import queue
from finsecure_server.storage.database import Tx
from finsecure_server.storage.drive import Ask
from finsecure_server.webhooks import store as events

LOOKUP: Final = "setup_lookup"


class Result(NamedTuple):
    """A setup intent after a call: its JSON, and why it failed if the call was refused by the bank."""

    intent: Setup
    doc: str
    failure: LastPaymentError | None = None


def ask(tx: Tx, env: Env, intent: Setup, attempt: AttemptRow) -> Result | Ask[Outcome, Result]:
    """Ask what `attempt.asked` says."""
    processor = env.processor
    if processor is None:
        raise Refused(Code.PROCESSOR_NOT_CONFIGURED)
    question = attempt.asked.attempt
    intent.wire.latest_attempt = attempt.wire.id
    outcome = processor.decide(question)
    if outcome is not None:
        return settle(tx, env, intent, attempt, outcome)
    attempt.asked.open = True
    attempt.asked.since_us = env.now
    intent.wire.status = Status.PROCESSING.value
    attempt.wire.status = "processing"
    _save(tx, env, intent, attempt)
    queue.schedule(tx, env, LOOKUP, attempt.wire.id, env.now + LOOKUP_WHILE_ASKED_US)
    return Ask(
        lambda: processor.ask(question),
        partial(resume, env=env, attempt_id=attempt.wire.id, question_id=question.id),
        about=intent.wire.id,
    )


def resume(tx: Tx, outcome: Outcome, *, env: Env, attempt_id: str, question_id: str) -> Result:
    """The answer to an open question has come; unless somebody was faster, apply it."""
    intent = setup_store.lock(tx, env, setup_store.intent_of(tx, env, attempt_id))
    attempt = setup_store.lock_attempt(tx, env, attempt_id)
    if not attempt.asked.open or attempt.asked.attempt.id != question_id:
        return Result(intent, _json(intent.wire), intent.wire.last_setup_error)
    return settle(tx, env, intent, attempt, outcome)


def settle(tx: Tx, env: Env, intent: Setup, attempt: AttemptRow, outcome: Outcome) -> Result:
    """Apply an answer to the question in `attempt.asked`."""
    asked = attempt.asked
    move = decide(outcome)
    again = asked.open and asked.outcome is not None
    asked.outcome = outcome
    if isinstance(outcome, Unknown | Pending):
        return _wait(tx, env, intent, attempt, move, outcome, again=again)
    if asked.open:
        queue.cancel(tx, env, LOOKUP, attempt.wire.id)
    asked.open = False
    if isinstance(outcome, ActionNeeded):
        intent.wire.next_action = challenges.open_for(tx, env, intent.wire.id, asked.return_url)
        return _finish(tx, env, intent, attempt, move)
    if isinstance(outcome, Declined | Missing):
        method = payment_methods.find(tx, env, attempt.wire.payment_method, "payment_method")
        decline_ops.note(tx, env, method, outcome)
        return _fail(tx, env, intent, attempt, move, failure.declined(env, outcome, method.wire))
    return _succeed(tx, env, intent, attempt, move, outcome)


def unauthenticated(tx: Tx, env: Env, intent: Setup, attempt: AttemptRow, method: PaymentMethod) -> Result:
    """The payer has failed to authenticate: the intent needs a payment method again."""
    why = failure.uncharged(env, Code.SETUP_INTENT_AUTHENTICATION_FAILURE, method)
    _authenticated(attempt, passed=False)
    return _fail(tx, env, intent, attempt, UNAUTHENTICATED, why)


def _wait(
    tx: Tx, env: Env, intent: Setup, attempt: AttemptRow, move: Move, outcome: Unknown | Pending, *, again: bool
) -> Result:
    """Nothing is known yet; the sweep will look the attempt up, ever more rarely."""
    asked = attempt.asked
    asked.open = True
    asked.since_us = asked.since_us or env.now
    if isinstance(outcome, Pending):
        wait = outcome.seconds * 1_000_000
    else:
        wait = lookup_in_us(env.now - asked.since_us, again=again)
    queue.schedule(tx, env, LOOKUP, attempt.wire.id, env.now + wait)
    return _finish(tx, env, intent, attempt, move)


def _succeed(tx: Tx, env: Env, intent: Setup, attempt: AttemptRow, move: Move, outcome: Approved) -> Result:
    """The card may be charged later: it is kept, and its customer's from now on."""
    wire = intent.wire
    set_up = wire.usage == "off_session"
    kept = method_ops.keep(tx, env, attempt.wire.payment_method, wire.customer, set_up=set_up)
    details = attempt.wire.payment_method_details["card"]
    if kept != attempt.wire.payment_method:
        card = payment_methods.find(tx, env, kept, "payment_method").wire.card
        assert card is not None, kept
        details["fingerprint"] = card.fingerprint
    wire.payment_method = attempt.wire.payment_method = kept
    wire.last_setup_error = None
    details["checks"] = {
        "address_line1_check": outcome.line1_check,
        "address_postal_code_check": outcome.postal_code_check,
        "cvc_check": outcome.cvc_check,
    }
    if attempt.asked.attempt.authenticated:
        _authenticated(attempt, passed=True)
    return _finish(tx, env, intent, attempt, move)


def _fail(tx: Tx, env: Env, intent: Setup, attempt: AttemptRow, move: Move, why: LastPaymentError) -> Result:
    """A committed result, not an exception."""
    intent.wire.last_setup_error = why
    intent.wire.payment_method = None
    attempt.wire.setup_error = why
    return _finish(tx, env, intent, attempt, move)._replace(failure=why)


def _authenticated(attempt: AttemptRow, *, passed: bool) -> None:
    attempt.wire.payment_method_details["card"]["three_d_secure"] = {
        "authentication_flow": "challenge",
        "result": "authenticated" if passed else "failed",
        "result_reason": None,
        "version": "2.2.0",
    }


def _finish(tx: Tx, env: Env, intent: Setup, attempt: AttemptRow, move: Move) -> Result:
    """Save both rows and say what happened."""
    intent.wire.status = move.status.value
    attempt.wire.status = move.attempt  # type: ignore[assignment]  # core's words are the wire's
    if move.status is not Status.REQUIRES_ACTION:
        intent.wire.next_action = None
    intent.sequence += move.event is not None
    doc = _save(tx, env, intent, attempt)
    if move.event is not None:
        events.emit(tx, env, move.event, intent.wire.id, intent.sequence, doc)
    return Result(intent, doc)


def _save(tx: Tx, env: Env, intent: Setup, attempt: AttemptRow) -> str:
    setup_store.save_attempt(tx, env, attempt)
    doc = _json(intent.wire)
    setup_store.save(tx, env, intent, doc)
    return doc


def _json(wire: Any) -> str:
    return msgspec.json.encode(wire).decode()
