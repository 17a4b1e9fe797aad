"""What happens to disputes when time passes."""

from __future__ import annotations

from typing import Final

from finsecure_server.core import dispute as core
from finsecure_server.core.attempt import Approved
from finsecure_server.core.dispute import Status
from finsecure_server.core.env import Env
from finsecure_server.disputes import ops
from finsecure_server.payments import store as payments
from finsecure_server.storage import queue
from finsecure_server.storage.database import Tx


def open_disputes(tx: Tx, env: Env, charge_id: str) -> None:
    """The payer of a test card does what the card is for. Once only; and nobody disputes what was not captured."""
    charge = payments.lock_charge(tx, env, charge_id)
    answer = charge.asked.authorization
    if not isinstance(answer, Approved) or answer.dispute is None or charge.wire.disputed:
        return
    if answer.dispute == core.EARLY_WARNING:
        ops.warn(tx, env, charge)
        return
    ops.open_all(tx, env, charge, core.openings(answer.dispute))


def expire(tx: Tx, env: Env, dispute_id: str) -> None:
    """The last day for evidence is over."""
    case = ops.locked(tx, env, dispute_id)
    if case.dispute.status not in core.AWAITING:
        return
    due_by = case.dispute.wire.evidence_details.due_by
    if env.seconds <= due_by:
        queue.schedule(tx, env, ops.DEADLINE, dispute_id, (due_by + 1) * 1_000_000)
        return
    ops.expire(tx, env, case)


def decide(tx: Tx, env: Env, dispute_id: str) -> None:
    """The simulated bank has read the evidence."""
    case = ops.locked(tx, env, dispute_id)
    if case.dispute.status in {Status.UNDER_REVIEW, Status.WARNING_UNDER_REVIEW}:
        ops.decide(tx, env, case)


JOBS: Final = {"dispute_open": open_disputes, ops.DEADLINE: expire, ops.DECISION: decide}
