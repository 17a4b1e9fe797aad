"""Wire types of payouts, shaped like Stripe's."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from finsecure_server.web.params import Amount, Expand, Identifier, ListParams, Metadata, ShortText, Text

PayoutStatus = Literal["pending", "in_transit", "paid", "failed", "canceled"]
PayoutMethod = Literal["standard", "instant"]
Descriptor = Annotated[str, Meta(max_length=22)]
Destination = Annotated[
    Identifier,
    Meta(description="A bank account of test mode. Unless you say: `ba_test_paid`. Others fail: `ba_test_no_account`."),
]


class Payout(Struct, kw_only=True):
    """Money on its way from the available balance to the merchant's bank."""

    id: str
    object: Literal["payout"] = "payout"
    amount: int
    arrival_date: int
    balance_transaction: str
    created: int
    currency: str
    description: str | None
    destination: str
    failure_balance_transaction: str | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    livemode: bool
    metadata: dict[str, str]
    method: PayoutMethod
    statement_descriptor: str | None
    status: PayoutStatus
    application_fee: None = None
    application_fee_amount: None = None
    automatic: bool = False
    original_payout: None = None
    reconciliation_status: Literal["not_applicable"] = "not_applicable"
    reversed_by: None = None
    source_type: Literal["card"] = "card"
    trace_id: None = None
    type: Literal["bank_account"] = "bank_account"


class CreatePayout(Struct, kw_only=True, forbid_unknown_fields=True):
    """A payout from what is available. `metadata[simulate]` says how it ends: `paid`, or a failure code."""

    amount: Amount
    currency: ShortText
    description: Text | None | UnsetType = UNSET
    destination: Destination | UnsetType = UNSET
    metadata: Metadata | None | UnsetType = UNSET
    method: PayoutMethod = "standard"
    source_type: Literal["card"] = "card"
    statement_descriptor: Descriptor | None | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


class UpdatePayout(Struct, kw_only=True, forbid_unknown_fields=True):
    """What may still be said about a payout."""

    metadata: Metadata | None | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


class ListPayouts(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Filters."""

    status: PayoutStatus | UnsetType = UNSET


EXPANDS: Final[dict[str, dict[str, str]]] = {
    "payout": {
        "balance_transaction": "balance_transaction",
        "failure_balance_transaction": "balance_transaction",
    }
}
