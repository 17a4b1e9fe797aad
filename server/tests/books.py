"""The books of a test's account: its balances, once they are proven to be what was posted."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from finsecure_server.core.ledger import Name, Posting, change
from finsecure_server.storage.database import Reader
from tests.edge import Edge

_POSTINGS: Final = """
SELECT t.id, t.kind, p.name, p.side, p.amount FROM ledger_transactions t
JOIN postings p ON p.account_id = t.account_id AND p.livemode = t.livemode AND p.transaction_id = t.id
WHERE t.account_id = :account AND p.currency = :currency"""
_BALANCES: Final = "SELECT name, balance FROM ledger_accounts WHERE account_id = :account AND currency = :currency"
_NET: Final = """
SELECT COALESCE(SUM(net), 0) AS net FROM balance_transactions WHERE account_id = :account AND currency = :currency"""
_MERCHANTS: Final = (Name.MERCHANT_PENDING, Name.MERCHANT_AVAILABLE, Name.MERCHANT_RESERVED)


async def books(edge: Edge, currency: str = "usd") -> dict[str, int]:
    """Every balance that is not zero, by the account's name without its kind: `merchant_pending`.

    Proves on the way that each ledger transaction balances, that balances are the sums of their postings, that none is
    below zero that may not be, and that the merchant's own are the sum of the balance transactions, less debts.
    """
    of = {"account": edge.account.account, "currency": currency}

    def look(reader: Reader) -> dict[str, int]:
        sums: dict[str, int] = defaultdict(int)
        trial: dict[str, int] = defaultdict(int)
        for row in reader.all(_POSTINGS, **of):
            posting = Posting(Name(row["name"]), row["side"], row["amount"])
            sums[posting.name] += change(posting)
            trial[row["id"]] += posting.amount if posting.side == "D" else -posting.amount
        assert not any(trial.values()), trial
        stored = {row["name"]: row["balance"] for row in reader.all(_BALANCES, **of)}
        assert stored == {**dict.fromkeys(stored, 0), **sums}  # a debt's row is there before any debt is
        net = reader.one(_NET, **of)
        assert net is not None
        merchants = sum(stored.get(name, 0) for name in _MERCHANTS) - stored.get(Name.MERCHANT_DEBT, 0)
        assert merchants == net["net"], stored
        return stored

    stored = await edge.db.read(look)
    return {Name(name).partition(":")[2]: balance for name, balance in stored.items() if balance}
