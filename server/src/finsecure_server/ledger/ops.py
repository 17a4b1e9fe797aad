"""Rules of the balance: what a merchant is shown, and pending funds that become available."""

from __future__ import annotations

from typing import Final

import msgspec

from finsecure_server.accounts import store as accounts
from finsecure_server.core import funds
from finsecure_server.core import ledger as book
from finsecure_server.core.env import Env
from finsecure_server.core.ledger import Name
from finsecure_server.ledger import fund_store, store
from finsecure_server.ledger.types import Balance, Funds
from finsecure_server.storage import queue
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.webhooks import store as events

_SHOWN: Final = (Name.MERCHANT_AVAILABLE, Name.MERCHANT_PENDING, Name.MERCHANT_DEBT)
#: The accounts a release moves, in the order in which everybody locks them: that of their names.
_MOVED: Final = (Name.MERCHANT_DEBT, Name.NETWORK_RECEIVABLE, Name.MERCHANT_AVAILABLE, Name.MERCHANT_PENDING)


def balance(reader: Reader, env: Env) -> Balance:
    """The ledger's accounts as they stand, the account's own currency first. One that is not there holds nothing."""
    account, _ = accounts.account(reader, env)
    held = store.balances(reader, env)
    default = account.default_currency
    currencies = [default, *sorted({currency for currency, name in held if name in _SHOWN} - {default})]

    def listed(name: Name) -> list[Funds]:
        amounts = [(currency, held.get((currency, name), 0)) for currency in currencies]
        return [Funds(amount=amount, currency=code, source_types={"card": amount}) for code, amount in amounts]

    return Balance(
        available=listed(Name.MERCHANT_AVAILABLE),
        pending=listed(Name.MERCHANT_PENDING),
        debt=listed(Name.MERCHANT_DEBT),
        livemode=env.livemode,
    )


def release(tx: Tx, env: Env, bucket_id: str) -> None:
    """A bucket's moment has come: its funds become available, debts first, and the network pays for its charges.

    What moves is what no later bucket has a claim to (core/funds.py). A bucket that has nothing left, because refunds
    took it, moves nothing and says nothing; a shortage is carried to the next one.

    Whoever adds to a bucket has added to merchant_pending before, and that account is held here before the buckets are
    read: so both are seen, or neither.
    """
    bucket = funds.bucket_of(bucket_id)
    if bucket.available_on > env.seconds:
        queue.schedule(tx, env, "funds_available", bucket_id, bucket.available_on * 1_000_000)
        return
    held = {name: store.balance(tx, env, bucket.currency, name) for name in _MOVED}
    waiting = fund_store.lock(tx, env, bucket)
    if waiting is None:
        return
    later = fund_store.later(tx, env, bucket)
    amount = funds.falls_due(held[Name.MERCHANT_PENDING], later.pending)
    paid = funds.falls_due(held[Name.NETWORK_RECEIVABLE], later.gross)
    number = waiting.releases + 1
    sequence = waiting.sequence + (amount > 0)
    fund_store.released(tx, env, bucket, fund_store.Waiting(number, sequence))
    if paid:
        store.post(tx, env, book.network_settled(bucket.currency, paid), bucket_id, number)
    if amount:
        store.post(tx, env, book.available(bucket.currency, amount, held[Name.MERCHANT_DEBT]), bucket_id, number)
        tx.flush()  # the balance is about to be read
        shown = msgspec.json.encode(balance(tx, env)).decode()
        events.emit(tx, env, "balance.available", bucket_id, sequence, shown)
        queue.wake(tx, env, "refund_retry")
