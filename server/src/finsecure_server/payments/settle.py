"""Ask the processor about a charge, and apply what it answers.

One function (`settle`) applies every answer, whether it came at once, over the network, or by looking up an attempt
whose answer was lost. What moves, moves in one transaction: rows, postings, events.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from finsecure_server.core import ledger as book
from finsecure_server.core.attempt import (
    LOOKUP_WHILE_ASKED_US,
    ActionNeeded,
    Approved,
    Declined,
    Kind,
    Missing,
    Outcome,
    Pending,
    Unknown,
    lookup_in_us,
)
from finsecure_server.core.declines import by_code
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.fees import DEFAULT_PLAN, charge_fee
from finsecure_server.core.payment_intent import HOLD_SECONDS, UNAUTHENTICATED, Move, Status
from finsecure_server.core.payment_intent import settle as decide
from finsecure_server.ledger import store as ledger
from finsecure_server.payment_methods import decline_ops
from finsecure_server.payment_methods import ops as method_ops
from finsecure_server.payment_methods import store as payment_methods
from finsecure_server.payment_methods.types import PaymentMethod
from finsecure_server.payments import challenges, failure, store
from finsecure_server.payments.store import ChargeRow, Intent
from finsecure_server.payments.types import ChargeOutcome, LastPaymentError, PaymentIntent
from finsecure_server.storage import queue
from finsecure_server.storage.database import Tx
from finsecure_server.storage.drive import Ask
from finsecure_server.webhooks import store as events

DISPUTE_AFTER_US: Final = 1_000_000


class Result(NamedTuple):
    """An intent after a call: its JSON, and why it failed if the call was refused by the bank."""

    intent: Intent
    doc: str
    failure: LastPaymentError | None = None


def ask(tx: Tx, env: Env, intent: Intent, charge: ChargeRow) -> Result | Ask[Outcome, Result]:
    """Ask what `charge.asked` says. A processor that answers without a network is settled at once, in one commit."""
    processor = env.processor
    if processor is None:
        raise Refused(Code.PROCESSOR_NOT_CONFIGURED)
    asked = charge.asked
    outcome = processor.decide(asked.attempt)
    if outcome is not None:
        return settle(tx, env, intent, charge, outcome)
    asked.open = True
    asked.since_us = env.now
    intent.wire.status = Status.PROCESSING.value
    intent.wire.latest_charge = charge.wire.id
    _save(tx, env, intent, charge)
    queue.schedule(tx, env, "payment_lookup", charge.wire.id, env.now + LOOKUP_WHILE_ASKED_US)
    attempt = asked.attempt
    return Ask(
        lambda: processor.ask(attempt),
        partial(resume, env=env, intent_id=intent.wire.id, charge_id=charge.wire.id, attempt_id=attempt.id),
        about=intent.wire.id,
    )


def resume(tx: Tx, outcome: Outcome, *, env: Env, intent_id: str, charge_id: str, attempt_id: str) -> Result:
    """The answer to an open question has come; unless somebody was faster, apply it."""
    intent = store.lock_intent(tx, env, intent_id)  # before its charge, as everybody locks them
    charge = store.lock_charge(tx, env, charge_id)
    if not charge.asked.open or charge.asked.attempt.id != attempt_id:
        return Result(intent, _json(intent.wire), intent.wire.last_payment_error)
    return settle(tx, env, intent, charge, outcome)


def settle(tx: Tx, env: Env, intent: Intent, charge: ChargeRow, outcome: Outcome) -> Result:
    """Apply an answer to the question in `charge.asked`."""
    asked = charge.asked
    kind = asked.attempt.kind
    if isinstance(outcome, ActionNeeded) and asked.no_action:
        outcome = Declined(decline_code=Code.AUTHENTICATION_REQUIRED.value)
    if kind is Kind.VOID and isinstance(outcome, Declined | Missing) and _is_over(env, charge):
        outcome = Approved()  # whatever the bank says of the void: it holds nothing any more
    move = decide(
        kind,
        outcome,
        capture_later=intent.wire.capture_method == "manual",
        before=asked.before,
        last=asked.final,
    )
    intent.wire.status = move.status.value
    again = asked.open and asked.outcome is not None
    asked.outcome = outcome
    if isinstance(outcome, Unknown | Pending):
        return _wait(tx, env, intent, charge, move, outcome, again=again)
    if asked.open:
        queue.cancel(tx, env, "payment_lookup", charge.wire.id)
        if move.status is Status.REQUIRES_CAPTURE and charge.capture_before_us is not None:
            # Its hour may have come while the question was open, and have found nothing that could be given up.
            queue.schedule(tx, env, "authorization_expiry", intent.wire.id, charge.capture_before_us)
    asked.open = False
    if isinstance(outcome, ActionNeeded):
        return _challenge(tx, env, intent, charge, move)
    if isinstance(outcome, Declined | Missing):
        return _decline(tx, env, intent, charge, move, outcome)
    return _APPROVED[kind](tx, env, intent, charge, move, outcome)


def _is_over(env: Env, charge: ChargeRow) -> bool:
    """Whether the time is over for which the bank holds the money."""
    return charge.capture_before_us is not None and env.now >= charge.capture_before_us


def _wait(
    tx: Tx, env: Env, intent: Intent, charge: ChargeRow, move: Move, outcome: Unknown | Pending, *, again: bool
) -> Result:
    """Nothing is known yet, so no money moves; the sweep will look the attempt up, ever more rarely.

    The time is that at which the question began: an answer that took longer than the first wait is looked up at once.
    """
    asked = charge.asked
    asked.open = True
    asked.since_us = asked.since_us or env.now
    if isinstance(outcome, Pending):
        wait = outcome.seconds * 1_000_000
    else:
        wait = lookup_in_us(env.now - asked.since_us, again=again)
    queue.schedule(tx, env, "payment_lookup", charge.wire.id, env.now + wait)
    return _finish(tx, env, intent, charge, move._replace(event=None) if again else move)


# -- yes ---------------------------------------------------------------------------------------------------------------


def _authorized(tx: Tx, env: Env, intent: Intent, charge: ChargeRow, move: Move, outcome: Approved) -> Result:
    wire, paid = intent.wire, charge.wire
    amount, currency = charge.asked.attempt.amount, wire.currency
    charge.asked.authorization = outcome
    charge.authorized = amount
    paid.paid = True
    paid.outcome = _authorized_outcome(outcome)
    _describe(charge, outcome)
    wire.last_payment_error = None
    if move.status is Status.REQUIRES_CAPTURE:
        charge.capture_before_us = env.now + HOLD_SECONDS * 1_000_000
        _card(charge)["capture_before"] = env.seconds + HOLD_SECONDS
        wire.amount_capturable = amount
        ledger.post(tx, env, book.authorization(currency, amount), paid.id)
        queue.schedule(tx, env, "authorization_expiry", wire.id, charge.capture_before_us)
    else:
        _take(tx, env, charge, amount, outcome, book.sale)
        paid.captured = True
        wire.amount_received = amount
    usage = _future_usage(wire) if wire.payment_method_options else wire.setup_future_usage
    if usage is not None:
        assert wire.payment_method is not None, wire.id
        there = not charge.asked.attempt.off_session
        set_up = there and usage == "off_session"
        wire.payment_method = method_ops.keep(tx, env, wire.payment_method, wire.customer, set_up=set_up)
        paid.payment_method = wire.payment_method
    return _finish(tx, env, intent, charge, move)


def _future_usage(wire: PaymentIntent) -> str | None:
    """`payment_method_options[card][setup_future_usage]` goes before the intent's own."""
    usage: str | None = wire.payment_method_options.get("card", {}).get("setup_future_usage", wire.setup_future_usage)
    return None if usage in ("", "none") else usage


def _captured(tx: Tx, env: Env, intent: Intent, charge: ChargeRow, move: Move, _: Approved) -> Result:
    wire, paid = intent.wire, charge.wire
    amount = charge.asked.attempt.amount
    authorization = charge.asked.authorization
    assert isinstance(authorization, Approved), charge.wire.id
    _take(tx, env, charge, amount, authorization, book.capture)
    wire.amount_received += amount
    rest = charge.authorized - paid.amount_captured
    if charge.asked.final:
        paid.captured = True
        wire.amount_capturable = 0
        _release(tx, env, charge, rest)
        queue.cancel(tx, env, "authorization_expiry", wire.id)
    else:
        wire.amount_capturable = rest
    return _finish(tx, env, intent, charge, move)


def _take(tx: Tx, env: Env, charge: ChargeRow, amount: int, authorization: Approved, entry: Any) -> None:
    """Money is captured: postings, a row of the merchant's balance, the fee of the price plan."""
    paid = charge.wire
    fee = charge_fee(amount, paid.currency, DEFAULT_PLAN)
    charge.captures += 1
    paid.amount_captured += amount
    on = env.seconds if authorization.available_now else ledger.available_on(env)
    ledger.post(tx, env, entry(paid.currency, amount, fee), paid.id, charge.captures)
    transaction = ledger.record(
        tx,
        env,
        type_="charge",
        source_id=paid.id,
        currency=paid.currency,
        amount=amount,
        fee=fee,
        pending=amount - fee,
        on=on,
        description=paid.description,
    )
    paid.balance_transaction = paid.balance_transaction or transaction
    if authorization.dispute is not None and charge.captures == 1:  # nobody disputes what was not taken
        queue.schedule(tx, env, "dispute_open", paid.id, env.now + DISPUTE_AFTER_US)


def _incremented(tx: Tx, env: Env, intent: Intent, charge: ChargeRow, move: Move, _: Approved) -> Result:
    by = charge.asked.attempt.amount
    charge.authorized += by
    intent.wire.amount += by
    intent.wire.amount_capturable += by
    charge.wire.amount += by
    ledger.post(tx, env, book.increment(intent.wire.currency, by), charge.wire.id, intent.increments)
    return _finish(tx, env, intent, charge, move)


def _voided(tx: Tx, env: Env, intent: Intent, charge: ChargeRow, move: Move, _: Approved) -> Result:
    wire = intent.wire
    _release(tx, env, charge, charge.authorized - charge.wire.amount_captured)
    wire.amount_capturable = 0
    wire.canceled_at = env.seconds
    queue.cancel(tx, env, "authorization_expiry", wire.id)
    if wire.cancellation_reason == "automatic":
        move = move._replace(charge_event="charge.expired")
    if charge.wire.amount_captured:  # several captures, then the rest given up: what was taken stays taken
        move = move._replace(status=Status.SUCCEEDED, event="payment_intent.succeeded")
        charge.wire.captured = True
        charge.wire.refunded = charge.refunded == charge.wire.amount_captured
        wire.status, wire.canceled_at, wire.cancellation_reason = "succeeded", None, None
    return _finish(tx, env, intent, charge, move)


def _release(tx: Tx, env: Env, charge: ChargeRow, rest: int) -> None:
    if rest:
        ledger.post(tx, env, book.release(charge.wire.currency, rest), charge.wire.id)


_APPROVED: Final = {
    Kind.AUTHORIZE: _authorized,
    Kind.CAPTURE: _captured,
    Kind.INCREMENT: _incremented,
    Kind.VOID: _voided,
}


# -- not yet, and no ---------------------------------------------------------------------------------------------------


def _challenge(tx: Tx, env: Env, intent: Intent, charge: ChargeRow, move: Move) -> Result:
    """The payer must authenticate; until then there is no charge, unless its question was already written down."""
    wire = intent.wire
    wire.next_action = challenges.open_for(tx, env, wire.id, charge.asked.return_url)
    if charge.was is None:
        return _finish(tx, env, intent, None, move)
    charge.wire.status = "failed"
    charge.wire.failure_code = Code.AUTHENTICATION_REQUIRED.value
    charge.wire.failure_message = by_code("authentication_required").message
    return _finish(tx, env, intent, charge, move._replace(charge_event="charge.failed"))


def unpaid(tx: Tx, env: Env, intent: Intent, method: PaymentMethod, code: Code) -> Result:
    """The payer has come back in vain, as `code` says: a payment method is needed again, and there is no charge."""
    why = failure.uncharged(env, code, method)
    intent.wire.status = UNAUTHENTICATED.status.value
    intent.wire.last_payment_error = why
    intent.wire.payment_method = None
    return _finish(tx, env, intent, None, UNAUTHENTICATED)._replace(failure=why)


def _decline(tx: Tx, env: Env, intent: Intent, charge: ChargeRow, move: Move, outcome: Declined | Missing) -> Result:
    """The bank said no, or the question never reached it. A committed result, not an exception."""
    wire, paid = intent.wire, charge.wire
    assert paid.payment_method is not None, paid.id
    method = payment_methods.find(tx, env, paid.payment_method, "payment_method")
    why = failure.declined(env, outcome, method.wire, paid.id)
    if charge.asked.attempt.kind is not Kind.AUTHORIZE:
        wire.cancellation_reason = None  # it was not given up after all
        return _finish(tx, env, intent, charge, move)._replace(failure=why)
    decline_ops.note(tx, env, method, outcome)
    paid.status = "failed"
    paid.failure_code = why.decline_code or why.code
    paid.failure_message = why.message
    if isinstance(outcome, Declined):
        paid.outcome = _declined_outcome(outcome, why)
        _describe(charge, outcome)
    wire.last_payment_error = why
    wire.payment_method = None
    wire.next_action = None
    return _finish(tx, env, intent, charge, move)._replace(failure=why)


# -- writing it down ---------------------------------------------------------------------------------------------------


def _finish(tx: Tx, env: Env, intent: Intent, charge: ChargeRow | None, move: Move) -> Result:
    """Save both rows and say what happened."""
    if charge is not None and move.charge is not None:
        if charge.asked.attempt.kind is Kind.AUTHORIZE:
            charge.wire.status = move.charge  # type: ignore[assignment]  # core's words are the wire's
        intent.wire.latest_charge = charge.wire.id
    if move.status is not Status.REQUIRES_ACTION:
        intent.wire.next_action = None
    intent.sequence += move.event is not None
    doc = _save(tx, env, intent, charge, move.charge_event)
    if move.event is not None:
        events.emit(tx, env, move.event, intent.wire.id, intent.sequence, doc)
    return Result(intent, doc)


def _save(tx: Tx, env: Env, intent: Intent, charge: ChargeRow | None, charge_event: str | None = None) -> str:
    if charge is not None:
        charge.sequence += charge_event is not None
        charge_doc = _json(charge.wire)
        store.save_charge(tx, env, charge, charge_doc)
        if charge_event is not None:
            events.emit(tx, env, charge_event, charge.wire.id, charge.sequence, charge_doc)
    doc = _json(intent.wire)
    store.save_intent(tx, env, intent, doc)
    return doc


def _json(wire: Any) -> str:
    return msgspec.json.encode(wire).decode()


def _authorized_outcome(outcome: Approved) -> ChargeOutcome:
    return ChargeOutcome(
        network_status="approved_by_network",
        reason="elevated_risk_level" if outcome.risk_level == "elevated" else None,
        risk_level=outcome.risk_level,
        risk_score=outcome.risk_score,
        seller_message="Payment complete.",
        type="authorized",
    )


def _declined_outcome(outcome: Declined, why: LastPaymentError) -> ChargeOutcome:
    return ChargeOutcome(
        network_status="not_sent_to_network" if outcome.blocked else "declined_by_network",
        reason="highest_risk_level" if outcome.blocked else outcome.decline_code,
        risk_level=outcome.risk_level,
        risk_score=outcome.risk_score,
        seller_message=by_code(outcome.decline_code).meaning,
        type="blocked" if outcome.blocked else "issuer_declined",
        advice_code=why.advice_code,
        network_advice_code=outcome.network_advice_code,
        network_decline_code=outcome.network_decline_code,
    )


def _card(charge: ChargeRow) -> dict[str, Any]:
    details = charge.wire.payment_method_details
    assert details is not None, charge.wire.id
    card: dict[str, Any] = details[details["type"]]
    return card


def _describe(charge: ChargeRow, outcome: Approved | Declined) -> None:
    """What the answer tells about the card."""
    card = _card(charge)
    card["checks"] = {
        "address_line1_check": outcome.line1_check,
        "address_postal_code_check": outcome.postal_code_check,
        "cvc_check": outcome.cvc_check,
    }
    if isinstance(outcome, Approved):
        card["amount_authorized"] = charge.asked.attempt.amount
        card["authorization_code"] = outcome.authorization_code
        card["network_transaction_id"] = outcome.network_transaction_id
    if charge.asked.attempt.authenticated is not None:
        card["three_d_secure"] = {
            "authentication_flow": "challenge",
            "result": "authenticated" if charge.asked.attempt.authenticated else "failed",
            "result_reason": None,
            "version": "2.2.0",
        }
