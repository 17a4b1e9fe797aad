"""What can happen to a dispute. Rules of a write: no clock, no randomness, no network, no transaction of its own.

A dispute takes part in what its charge can be refunded, so its charge is always locked first.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec
from msgspec import UNSET

from finsecure_server.core import dispute as core
from finsecure_server.core import money
from finsecure_server.core.changes import previous
from finsecure_server.core.dispute import Funds, Move, Opening, Wish
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.disputes import funds, store
from finsecure_server.disputes.store import DisputeRow
from finsecure_server.disputes.types import (
    EVIDENCE_LETTERS_MAX,
    FILES,
    Dispute,
    DisputedCard,
    DisputedMethod,
    EarlyFraudWarning,
    Evidence,
    EvidenceChanges,
    EvidenceDetails,
    UpdateDispute,
)
from finsecure_server.payments import charge_ops
from finsecure_server.payments import store as payments
from finsecure_server.payments.store import ChargeRow
from finsecure_server.refunds import store as refunds
from finsecure_server.storage import queue
from finsecure_server.storage.database import Tx
from finsecure_server.web.params import merged
from finsecure_server.webhooks import store as events

DEADLINE: Final = "dispute_deadline"
DECISION: Final = "dispute_decision"
DECISION_SECONDS: Final = 3  # how long the simulated bank reads evidence
_SECOND: Final = 1_000_000


class Case(NamedTuple):
    """A dispute and its charge, both locked, and how the dispute looked before this transaction."""

    charge: ChargeRow
    dispute: DisputeRow
    was: Dispute | None  # None: it is new


class Done(NamedTuple):
    """A dispute after a call, and its JSON."""

    dispute: Dispute
    doc: str


# -- how they begin ----------------------------------------------------------------------------------------------------


def open_all(tx: Tx, env: Env, charge: ChargeRow, openings: tuple[Opening, ...]) -> list[Dispute]:
    """The payer disputes what they have paid and not got back, divided over so many disputes."""
    step = money.lookup(charge.wire.currency).charge_step
    amounts = [part * step for part in money.split(left_of(tx, env, charge) // step, [1] * len(openings))]
    return [open_one(tx, env, charge, part, how) for part, how in zip(amounts, openings, strict=True) if part]


def open_one(tx: Tx, env: Env, charge: ChargeRow, amount: int, how: Opening) -> Dispute:
    """One dispute. Its amount may exceed the charge: the bank converts currencies at the rate of its own day."""
    move = core.opened(inquiry=how.inquiry)
    details = charge.wire.payment_method_details
    assert details is not None, charge.wire.id
    card = DisputedCard(brand=details[details["type"]]["brand"], case_type="inquiry" if how.inquiry else "chargeback")
    wire = Dispute(
        id=env.new_id("dp"),
        amount=amount,
        balance_transactions=[],
        charge=charge.wire.id,
        created=env.seconds,
        currency=charge.wire.currency,
        evidence=Evidence(),
        evidence_details=EvidenceDetails(due_by=0, has_evidence=False, past_due=False, submission_count=0),
        is_charge_refundable=core.charge_refundable(move.status),
        livemode=env.livemode,
        metadata={},
        payment_intent=charge.wire.payment_intent,
        payment_method_details=DisputedMethod(card=card),
        reason=how.reason.value,
        status=move.status.value,
    )
    _apply(tx, env, Case(charge, DisputeRow(wire=wire), None), move)
    before = msgspec.structs.replace(charge.wire)
    charge.wire.disputed = True
    charge.wire.dispute = wire.id
    charge_ops.save(tx, env, charge, "charge.updated", previous(before, charge.wire))
    return wire


def warn(tx: Tx, env: Env, charge: ChargeRow) -> EarlyFraudWarning | None:
    """The bank suspects fraud. Said once: the warning is an event, and is called after its charge."""
    warning = EarlyFraudWarning(
        id=f"issfr_{charge.wire.id.removeprefix('ch_')}",
        actionable=left_of(tx, env, charge) > 0,
        charge=charge.wire.id,
        created=env.seconds,
        fraud_type="unauthorized_use_of_card",
        livemode=env.livemode,
        payment_intent=charge.wire.payment_intent,
    )
    if store.warned(tx, env, warning.id):
        return None
    doc = msgspec.json.encode(warning).decode()
    events.emit(tx, env, "radar.early_fraud_warning.created", warning.id, 1, doc)
    return warning


def left_of(tx: Tx, env: Env, charge: ChargeRow) -> int:
    """What the payer has paid and neither refunds nor disputes have given back."""
    taken = refunds.disputed(tx, env, charge.wire.id)
    return max(0, charge.wire.amount_captured - charge.refunded - taken.contested - taken.lost)


# -- how they go on ----------------------------------------------------------------------------------------------------


def locked(tx: Tx, env: Env, dispute_id: str) -> Case:
    """A dispute that is stored, for a change. Raises resource_missing."""
    charge = payments.lock_charge(tx, env, store.charge_of(tx, env, dispute_id))
    dispute = store.lock(tx, env, dispute_id)
    return Case(charge, dispute, msgspec.convert(msgspec.to_builtins(dispute.wire), Dispute))


def update(tx: Tx, env: Env, dispute_id: str, params: UpdateDispute) -> Done:
    """Say something for oneself, and have the bank read it. Metadata may be changed at any time."""
    case = locked(tx, env, dispute_id)
    wire = case.dispute.wire
    wire.metadata = merged(wire.metadata, params.metadata)
    answers = isinstance(params.evidence, EvidenceChanges)
    submit = answers if params.submit is UNSET else bool(params.submit)
    if not answers and not submit:
        return _finish(tx, env, case)
    core.check(case.dispute.status, Wish.RESPOND)
    if env.seconds > wire.evidence_details.due_by:
        raise Refused(Code.DISPUTE_EVIDENCE_OVERDUE)
    if isinstance(params.evidence, EvidenceChanges):
        _change(wire, params.evidence)
    if not submit:
        return _finish(tx, env, case)
    if not wire.evidence_details.has_evidence:
        raise Refused(Code.PARAMETER_MISSING, "There is no evidence to submit: send some.", param="evidence")
    wire.evidence_details.submission_count += 1
    queue.cancel(tx, env, DEADLINE, wire.id)
    if env.processor is not None and env.processor.simulated:
        queue.schedule(tx, env, DECISION, wire.id, env.now + DECISION_SECONDS * _SECOND)
    return _apply(tx, env, case, core.respond(case.dispute.status))


def close(tx: Tx, env: Env, dispute_id: str) -> Done:
    """Accept the dispute: it is lost, an inquiry is over."""
    case = locked(tx, env, dispute_id)
    move = core.give_in(case.dispute.status, Wish.ACCEPT)
    queue.cancel(tx, env, DEADLINE, dispute_id)
    return _apply(tx, env, case, move)


def expire(tx: Tx, env: Env, case: Case) -> Done:
    """Nobody has answered in time."""
    case.dispute.wire.evidence_details.past_due = True
    return _apply(tx, env, case, core.give_in(case.dispute.status, Wish.EXPIRE))


def decide(tx: Tx, env: Env, case: Case) -> Done:
    """The simulated bank has read the evidence. An inquiry that escalates is about what is left of the charge."""
    wire = case.dispute.wire
    left = left_of(tx, env, case.charge)
    move = core.decide(case.dispute.status, wire.evidence.uncategorized_text, left=left)
    if move.funds is Funds.WITHDRAWN:
        wire.amount = min(wire.amount, left)
        wire.payment_method_details.card.case_type = "chargeback"
    return _apply(tx, env, case, move)


def _change(wire: Dispute, changes: EvidenceChanges) -> None:
    for name in changes.__struct_fields__:
        value = getattr(changes, name)
        if value is UNSET:
            continue
        if value and name in FILES:
            raise Refused(Code.RESOURCE_MISSING, f"No such file upload: '{value}'", param=f"evidence[{name}]")
        setattr(wire.evidence, name, value or None)
    said = [value for name in wire.evidence.__struct_fields__ if (value := getattr(wire.evidence, name))]
    if sum(len(value) for value in said) > EVIDENCE_LETTERS_MAX:
        raise Refused(
            Code.PARAMETER_TOO_LONG,
            f"Evidence may have up to {EVIDENCE_LETTERS_MAX:,} characters in all.",
            param="evidence",
        )
    wire.evidence_details.has_evidence = bool(said)


# -- writing it down ---------------------------------------------------------------------------------------------------


def _apply(tx: Tx, env: Env, case: Case, move: Move) -> Done:
    """Take a dispute to where `move` says, and its money with it."""
    wire = case.dispute.wire
    wire.status = move.status.value
    wire.is_charge_refundable = core.charge_refundable(move.status)
    if move.status in core.AWAITING:
        wire.evidence_details.due_by = core.due_by(env.seconds)
        queue.schedule(tx, env, DEADLINE, wire.id, (wire.evidence_details.due_by + 1) * _SECOND)
    if move.funds is Funds.WITHDRAWN:
        funds.withdraw(tx, env, wire)
    elif move.funds is Funds.REINSTATED:
        funds.reinstate(tx, env, wire)
    return _finish(tx, env, case, move.funds)


def _finish(tx: Tx, env: Env, case: Case, moved: Funds = Funds.STAY) -> Done:
    """Save the row and say what happened."""
    dispute = case.dispute
    doc = msgspec.json.encode(dispute.wire).decode()
    said = _said(case, moved)
    first = dispute.sequence + 1
    dispute.sequence += len(said)
    store.save(tx, env, dispute, doc)
    for number, (word, changed) in enumerate(said, first):
        events.emit(tx, env, f"charge.dispute.{word}", dispute.wire.id, number, doc, changed)
    return Done(dispute.wire, doc)


def _said(case: Case, moved: Funds) -> list[tuple[str, dict[str, Any] | None]]:
    """The events: what, and the values before."""
    changed = None if case.was is None else previous(case.was, case.dispute.wire)
    closed = changed is not None and "status" in changed and case.dispute.status in core.CLOSED
    said: list[tuple[str, dict[str, Any] | None]] = []
    if case.was is None:
        said.append(("created", None))
    elif changed and not closed:
        said.append(("updated", changed))
    if moved is not Funds.STAY:
        said.append((f"funds_{moved.value}", None))
    if closed:
        said.append(("closed", changed))
    return said
