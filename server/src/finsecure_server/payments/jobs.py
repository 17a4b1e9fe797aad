"""What happens to payments when time passes."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from finsecure_server.core.env import Env
from finsecure_server.core.payment_intent import Status
from finsecure_server.payments import ops, settle, store
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
    attempt = charge.asked.attempt
    return Ask(
        lambda: processor.lookup(attempt),
        partial(settle.resume, env=env, charge_id=charge_id, attempt_id=attempt.id),
        about=charge.wire.payment_intent,
    )


def expire_authorization(tx: Tx, env: Env, intent_id: str) -> Any:
    """Nobody captured in time: the network lets the money go, so we do."""
    intent = store.lock_intent(tx, env, intent_id)
    if intent.status is not Status.REQUIRES_CAPTURE:
        return None
    return ops.cancel(tx, env, intent_id, CancelPaymentIntent(), reason="automatic")


JOBS: Final = {"payment_lookup": look_up, "authorization_expiry": expire_authorization}
