"""Wire types of refunds, shaped like Stripe's."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from finsecure_server.web.params import Amount, Expand, Identifier, ListParams, Metadata

RefundReason = Literal["duplicate", "fraudulent", "requested_by_customer"]
RefundStatus = Literal["pending", "succeeded", "failed", "canceled"]


class CardDestination(Struct, kw_only=True):
    """How the payer's bank finds the refund: the reference that it can be asked about."""

    reference: str | None
    reference_status: Literal["available", "pending", "unavailable"]
    reference_type: Literal["acquirer_reference_number"] = "acquirer_reference_number"
    type: Literal["pending", "refund"]


class DestinationDetails(Struct, kw_only=True):
    """Where the money went."""

    card: CardDestination
    type: Literal["card"] = "card"


class Refund(Struct, kw_only=True):
    """Money on its way back to the payer. `amount` is in minor units of `currency`."""

    id: str
    amount: int
    balance_transaction: str | None
    charge: str
    created: int
    currency: str
    destination_details: DestinationDetails
    failure_balance_transaction: str | None
    failure_reason: str | None
    metadata: dict[str, str]
    payment_intent: str
    pending_reason: Literal["processing", "insufficient_funds"] | None
    reason: RefundReason | None
    status: RefundStatus
    object: Literal["refund"] = "refund"
    receipt_number: None = None
    source_transfer_reversal: None = None
    transfer_reversal: None = None


# -- parameters --------------------------------------------------------------------------------------------------------


class CreateRefund(Struct, kw_only=True, forbid_unknown_fields=True):
    """Give back a charge, or what is left of it; name the charge, or the intent whose latest charge it is."""

    amount: Amount | UnsetType = UNSET
    charge: Identifier | UnsetType = UNSET
    metadata: Metadata | None | UnsetType = UNSET
    payment_intent: Identifier | UnsetType = UNSET
    reason: RefundReason | None | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


class UpdateRefund(Struct, kw_only=True, forbid_unknown_fields=True):
    """What may still be said about a refund."""

    metadata: Metadata | None | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


class ListRefunds(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Filters."""

    charge: Identifier | UnsetType = UNSET
    payment_intent: Identifier | UnsetType = UNSET


EXPANDS: dict[str, dict[str, str]] = {
    "refund": {
        "balance_transaction": "balance_transaction",
        "charge": "charge",
        "failure_balance_transaction": "balance_transaction",
        "payment_intent": "payment_intent",
    },
}
