"""What happens to payments when time passes."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from finsecure_server.core.env import Env
from finsecure_server.core.payment_intent import Status
from finsecure_server.payments import ops, settle, setup_settle, setup_store, store
from finsecure_server.payments.settle import Result
from finsecure_server.payments.types import CancelPaymentIntent
from finsecure_server.storage.database import Tx
from finsecure_server.storage.drive import Ask


def look_up(tx: Tx, env: Env, charge_id: str) -> Ask[Any, Result] | None:
    """An attempt was asked and no answer is written down: find out what became of it. Never asked again blindly."""
    charge = store.lock_charge(tx, env, charge_id)
    processor = env.processor
    if not charge.asked.open or processor is None:
        return None
    attempt, intent_id = charge.asked.attempt, charge.wire.payment_intent
    return Ask(
        lambda: processor.lookup(attempt),
        partial(settle.resume, env=env, intent_id=intent_id, charge_id=charge_id, attempt_id=attempt.id),
        about=intent_id,
    )


def look_up_setup(tx: Tx, env: Env, attempt_id: str) -> Ask[Any, setup_settle.Result] | None:
    """As `look_up`, of a card that is being set up."""
    setup_store.lock(tx, env, setup_store.intent_of(tx, env, attempt_id))
    asked = setup_store.lock_attempt(tx, env, attempt_id).asked
    processor = env.processor
    if not asked.open or processor is None:
        return None
    question = asked.attempt
    return Ask(
        lambda: processor.lookup(question),
        partial(setup_settle.resume, env=env, attempt_id=attempt_id, question_id=question.id),
    )


def expire_authorization(tx: Tx, env: Env, intent_id: str) -> Any:
    """Nobody captured in time: the network lets the money go, so we do."""
    intent = store.lock_intent(tx, env, intent_id)
    if intent.status is not Status.REQUIRES_CAPTURE:
        return None
    return ops.cancel(tx, env, intent_id, CancelPaymentIntent(), reason="automatic")


JOBS: Final = {
    "payment_lookup": look_up,
    "authorization_expiry": expire_authorization,
    setup_settle.LOOKUP: look_up_setup,
}
