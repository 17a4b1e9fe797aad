"""Wire types of the balance."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from finsecure_server.web.params import Identifier, ListParams


class FeeDetail(Struct, kw_only=True):
    """One part of a fee."""

    amount: int
    currency: str
    description: str
    type: Literal["finsecure_fee"] = "finsecure_fee"
    application: str | None = None


class BalanceTransaction(Struct, kw_only=True):
    """A movement of the merchant's balance: net = amount - fee, in minor units."""

    id: str
    object: Literal["balance_transaction"] = "balance_transaction"
    amount: int
    available_on: int
    created: int
    currency: str
    description: str | None
    fee: int
    fee_details: list[FeeDetail]
    net: int
    reporting_category: str
    source: str
    status: Literal["pending", "available"]
    type: str
    exchange_rate: None = None


class Funds(Struct, kw_only=True):
    """An amount of one currency."""

    amount: int
    currency: str
    source_types: dict[str, int]


class Balance(Struct, kw_only=True):
    """What the merchant has, by currency. These are the ledger's own accounts, not a copy."""

    available: list[Funds]
    pending: list[Funds]
    debt: Annotated[list[Funds], Meta(description="What the merchant owes: debits that the balance did not cover.")]
    livemode: bool
    object: Literal["balance"] = "balance"


class ListBalanceTransactions(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Filters."""

    currency: str | UnsetType = UNSET
    payout: Identifier | UnsetType = UNSET
    source: Identifier | UnsetType = UNSET
    type: str | UnsetType = UNSET


#: What a balance transaction's `source` is depends on its id; see ledger/store.py.
EXPANDS: dict[str, dict[str, str]] = {"balance_transaction": {"source": "any"}}
