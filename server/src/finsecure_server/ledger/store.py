"""The ledger's rows: balanced entries, the balances they move, and the merchant's view of them."""

from __future__ import annotations

from typing import Final

import msgspec

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.funds import Bucket
from finsecure_server.core.ledger import NEVER_NEGATIVE, Entry, Name, Taken, change, locking_order
from finsecure_server.ledger import fund_store
from finsecure_server.ledger.types import BalanceTransaction, FeeDetail
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.storage.pages import Listing

DAY_S: Final = 86_400
SETTLEMENT_DAYS: Final = 2  # from a capture to available funds, to the next midnight UTC

LISTING: Final = Listing(
    table="balance_transactions",
    filters={"source": "source_id", "payout": "payout_id", "currency": "currency", "type": "type"},
)
GET: Final = "SELECT doc FROM balance_transactions WHERE account_id = :account AND livemode = :livemode AND id = :id"
ADD: Final = """
INSERT INTO ledger_accounts (account_id, livemode, currency, name, balance)
VALUES (:account, :livemode, :currency, :name, :change)
ON CONFLICT (account_id, livemode, currency, name) DO UPDATE SET balance = ledger_accounts.balance + excluded.balance"""
TAKE: Final = """
UPDATE ledger_accounts SET balance = balance + :change
WHERE account_id = :account AND livemode = :livemode AND currency = :currency AND name = :name
AND balance + :change >= 0"""
BALANCE: Final = """
SELECT balance FROM ledger_accounts
WHERE account_id = :account AND livemode = :livemode AND currency = :currency AND name = :name"""
BALANCES: Final = """
SELECT currency, name, balance FROM ledger_accounts WHERE account_id = :account AND livemode = :livemode"""


def post(tx: Tx, env: Env, entry: Entry, source_id: str, ordinal: int = 1) -> None:
    """Write a balanced entry and move its accounts.

    `ordinal` tells the repeats of one kind about one source apart (the second partial capture is 2); the same entry
    twice violates a unique key. Raises balance_insufficient when an account that may not go below zero would.
    """
    assert sum(p.amount if p.side == "D" else -p.amount for p in entry.postings) == 0, entry
    scope = {"account_id": env.account, "livemode": int(env.livemode)}
    transaction_id = env.new_id("ltx")
    tx.append(
        "ledger_transactions",
        {
            **scope,
            "id": transaction_id,
            "created_us": env.now,
            "kind": entry.kind,
            "source_id": source_id,
            "ordinal": ordinal,
            "currency": entry.currency,
        },
    )
    for position, posting in enumerate(entry.postings):
        tx.append(
            "postings",
            {
                **scope,
                "transaction_id": transaction_id,
                "position": position,
                "currency": entry.currency,
                "name": posting.name.value,
                "side": posting.side,
                "amount": posting.amount,
            },
        )
    _move(tx, env, entry)


def _move(tx: Tx, env: Env, entry: Entry) -> None:
    """What may run out is taken at once; what is only added waits for the commit, and holds its row for less time.

    Everybody locks accounts in the same order, so nobody waits in a ring: what comes before something that is taken is
    therefore added at once as well.
    """
    postings = sorted(entry.postings, key=lambda posting: locking_order(posting.name))
    taken = [change(posting) < 0 and posting.name in NEVER_NEGATIVE for posting in postings]
    for number, posting in enumerate(postings):
        where = {"account": env.account, "livemode": int(env.livemode), "currency": entry.currency}
        moved = {"name": posting.name.value, "change": change(posting), **where}
        if not taken[number]:
            add = tx.run if any(taken[number:]) else tx.later
            add(ADD, **moved)
        elif not tx.run(TAKE, **moved):
            raise Refused(Code.BALANCE_INSUFFICIENT)


def balance(tx: Tx, env: Env, currency: str, name: Name) -> int:
    """One account's balance, held until this transaction ends. An account without a row has none.

    The debt is what everybody holds first who adds to what is available, or takes it. So its row is made where there is
    none yet: two who saw nothing to hold would not wait for each other, and one would add what the other still misses.
    """
    where = {"account": env.account, "livemode": int(env.livemode), "currency": currency, "name": name.value}
    row = tx.lock(BALANCE, **where)
    if row is None and name is Name.MERCHANT_DEBT:
        tx.run(ADD, change=0, **where)
        row = tx.lock(BALANCE, **where)
    return 0 if row is None else int(row["balance"])


def balances(reader: Reader, env: Env) -> dict[tuple[str, str], int]:
    """Every account of the caller by currency and name."""
    rows = reader.all(BALANCES, account=env.account, livemode=int(env.livemode))
    return {(row["currency"], row["name"]): row["balance"] for row in rows}


def take(tx: Tx, env: Env, currency: str, amount: int, *, pending_first: bool, debt_up_to: int | None) -> Taken | None:
    """Where a debit of `amount` can come from: the pending or the available balance, and only then debt.

    `debt_up_to` bounds the debt (None: no bound, a forced debit). None when even that is not enough. Touches nothing.
    """
    available = balance(tx, env, currency, Name.MERCHANT_AVAILABLE)  # in the order of their names, as post() does
    pending = balance(tx, env, currency, Name.MERCHANT_PENDING) if pending_first else 0
    from_pending = min(pending, amount)
    from_available = min(available, amount - from_pending)
    debt = amount - from_pending - from_available
    if debt_up_to is not None and debt > debt_up_to:
        return None
    return Taken(from_pending, from_available, debt)


def available_on(env: Env) -> int:
    """When money captured now becomes available: a midnight UTC, in seconds."""
    return (env.seconds // DAY_S + SETTLEMENT_DAYS) * DAY_S


def record(
    tx: Tx,
    env: Env,
    *,
    type_: str,
    source_id: str,
    currency: str,
    amount: int,
    fee: int = 0,
    fee_description: str = "FinSecure processing fees",
    pending: int = 0,
    on: int | None = None,
    description: str | None = None,
    category: str | None = None,
    payout: str | None = None,
) -> str:
    """A row of the merchant's balance, and its id.

    `pending` is what it added to merchant_pending, to be released on `on`, in seconds; less than 0 is what it took
    there. It comes after the `post` of the same movement: ops/release relies on that order. `payout` is the payout
    whose own row this is.
    """
    transaction = BalanceTransaction(
        id=env.new_id("txn"),
        amount=amount,
        available_on=env.seconds if on is None else on,
        created=env.seconds,
        currency=currency,
        description=description,
        fee=fee,
        fee_details=[FeeDetail(amount=fee, currency=currency, description=fee_description)] if fee else [],
        net=amount - fee,
        reporting_category=category or type_,
        source=source_id,
        status="pending" if pending else "available",
        type=type_,
    )
    tx.append(
        "balance_transactions",
        {
            "account_id": env.account,
            "livemode": int(env.livemode),
            "id": transaction.id,
            "created_us": env.now,
            "type": type_,
            "source_id": source_id,
            "currency": currency,
            "amount": amount,
            "fee": fee,
            "net": transaction.net,
            "available_on": transaction.available_on,
            "pending": pending,
            "payout_id": payout,
            "doc": msgspec.json.encode(transaction).decode(),
        },
    )
    gross = amount if type_ == "charge" else 0
    if pending or gross:  # the network owes a charge even if its fee has left nothing of it
        fund_store.add(tx, env, Bucket(currency, transaction.available_on), pending, gross=gross)
    return transaction.id


def load(reader: Reader, env: Env, transaction_id: str) -> bytes | None:
    """A balance transaction's JSON; its status is what the clock says."""
    row = reader.one(GET, account=env.account, livemode=int(env.livemode), id=transaction_id)
    return None if row is None else shown(row["doc"], env).encode()


def shown(doc: str, env: Env) -> str:
    """A stored balance transaction as of now: pending funds become available by the clock, not by a rewrite."""
    if '"status":"pending"' not in doc:
        return doc
    transaction = msgspec.json.decode(doc, type=BalanceTransaction)
    if transaction.available_on > env.seconds:
        return doc
    transaction.status = "available"
    return msgspec.json.encode(transaction).decode()
