"""What happens to refunds when time passes."""

from __future__ import annotations

from functools import partial
from typing import Final

from finsecure_server.core import refund as core
from finsecure_server.core.attempt import Outcome, Pending
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.refund import Failure, Status, Wait
from finsecure_server.refunds import settle, store
from finsecure_server.refunds.settle import Answer, Done
from finsecure_server.storage.database import Tx
from finsecure_server.storage.drive import Ask


def retry(tx: Tx, env: Env, refund_id: str) -> Answer | None:
    """Funds may have come for a refund that waits for them. A dispute that came first has taken the money already."""
    case = settle.locked(tx, env, refund_id)
    if case.refund.wire.pending_reason != Wait.INSUFFICIENT_FUNDS.value:
        return None
    if any(store.disputed(tx, env, case.charge.wire.id)):
        return settle.fail(tx, env, case, Status.FAILED, Failure.DISPUTED)
    return settle.begin(tx, env, case)


def look_up(tx: Tx, env: Env, refund_id: str) -> Ask[Outcome, Done] | Done | None:
    """The network has a refund, or was asked and nobody heard the answer: find out what became of it.

    It is never asked again blindly. The simulator keeps nothing, so what it said about a pending refund is carried out.
    """
    processor = env.processor
    if processor is None:
        raise Refused(Code.PROCESSOR_NOT_CONFIGURED)
    case = settle.locked(tx, env, refund_id)
    asked = case.refund.asked
    if not asked.open:
        return None
    if processor.simulated and isinstance(asked.outcome, Pending):
        return settle.apply(tx, env, case, core.end(asked.outcome))
    return Ask(
        lambda: processor.lookup(asked.attempt), partial(settle.resume, env=env, refund_id=refund_id), about=refund_id
    )


JOBS: Final = {settle.RETRY: retry, settle.LOOKUP: look_up}
