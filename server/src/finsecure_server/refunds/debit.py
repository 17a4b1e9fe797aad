"""Where a refund or a dispute takes its money from (decision 0008)."""

from __future__ import annotations

from typing import NamedTuple

from finsecure_server.core.env import Env
from finsecure_server.core.ledger import Name, Taken
from finsecure_server.ledger import store as ledger
from finsecure_server.refunds.store import Earned
from finsecure_server.storage.database import Tx


class Debit(NamedTuple):
    """What is taken, and until when its part of the pending balance would have been pending (None: it has none)."""

    taken: Taken
    pending_until: int | None


def find(tx: Tx, env: Env, currency: str, amount: int, earned: Earned, *, debt_up_to: int | None) -> Debit | None:
    """Where `amount` can come from: pending funds while the charge's own are, available ones, and then debt.

    None when not even a debt of `debt_up_to` suffices; None as a bound means that there is none. Nothing moves yet.
    """
    for name in (Name.MERCHANT_DEBT, Name.NETWORK_RECEIVABLE):  # before take(), in the order in which everybody locks
        ledger.balance(tx, env, currency, name)
    pending_first = earned.available_on > env.seconds
    taken = ledger.take(tx, env, currency, amount, pending_first=pending_first, debt_up_to=debt_up_to)
    if taken is None:
        return None
    return Debit(taken, earned.available_on if taken.pending else None)
