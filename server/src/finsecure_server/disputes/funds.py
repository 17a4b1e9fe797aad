"""The money of a dispute: taken whether it is there or not, and given back if the dispute is won.

The network takes the disputed amount by force, so what the merchant's balance does not hold becomes a debt (decision
0008). The fee of the price plan comes on top; it is given back together with the amount when the dispute is won, and
kept otherwise.
"""

from __future__ import annotations

import msgspec

from finsecure_server.core import fees
from finsecure_server.core import ledger as book
from finsecure_server.core.env import Env
from finsecure_server.core.ledger import Name
from finsecure_server.disputes.types import Dispute
from finsecure_server.ledger import store as ledger
from finsecure_server.ledger.types import BalanceTransaction
from finsecure_server.refunds import debit, settle
from finsecure_server.refunds import store as refunds
from finsecure_server.storage import queue
from finsecure_server.storage.database import Tx


def withdraw(tx: Tx, env: Env, wire: Dispute) -> None:
    """The bank has taken the disputed amount; the fee goes with it."""
    fee = fees.dispute_fee(wire.currency)
    earned = refunds.earned(tx, env, wire.charge)
    found = debit.find(tx, env, wire.currency, wire.amount + fee, earned, debt_up_to=None)
    assert found is not None, wire.id
    ledger.post(tx, env, book.dispute(wire.currency, found.taken, fee), wire.id)
    transaction = ledger.record(
        tx,
        env,
        type_="adjustment",
        category="dispute",
        source_id=wire.id,
        currency=wire.currency,
        amount=-wire.amount,
        fee=fee,
        fee_description="Dispute fee",
        pending=-found.taken.pending,
        on=found.pending_until,
        description=f"Chargeback withdrawal for {wire.charge}",
    )
    _show(tx, env, wire, transaction)


def reinstate(tx: Tx, env: Env, wire: Dispute) -> None:
    """The dispute is won: the amount comes back, and the fee that was taken with it."""
    fee = sum(transaction.fee for transaction in wire.balance_transactions)
    debt = ledger.balance(tx, env, wire.currency, Name.MERCHANT_DEBT)
    ledger.post(tx, env, book.dispute_won(wire.currency, wire.amount, fee, debt), wire.id)
    transaction = ledger.record(
        tx,
        env,
        type_="adjustment",
        category="dispute_reversal",
        source_id=wire.id,
        currency=wire.currency,
        amount=wire.amount,
        fee=-fee,
        fee_description="Dispute fee returned",
        description=f"Chargeback reversal for {wire.charge}",
    )
    _show(tx, env, wire, transaction)
    queue.wake(tx, env, settle.RETRY)


def _show(tx: Tx, env: Env, wire: Dispute, transaction_id: str) -> None:
    """A dispute shows its balance transactions whole."""
    tx.flush()
    doc = ledger.load(tx, env, transaction_id)
    assert doc is not None, transaction_id
    wire.balance_transactions = [*wire.balance_transactions, msgspec.json.decode(doc, type=BalanceTransaction)]
