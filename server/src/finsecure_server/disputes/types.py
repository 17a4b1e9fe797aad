"""Wire types of disputes, shaped like Stripe's."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from finsecure_server.ledger.types import BalanceTransaction
from finsecure_server.web.params import Expand, Identifier, ListParams, Metadata

DisputeStatus = Literal[
    "warning_needs_response",
    "warning_under_review",
    "warning_closed",
    "needs_response",
    "under_review",
    "won",
    "lost",
]
EvidenceText = Annotated[str, Meta(max_length=20_000)]
EVIDENCE_LETTERS_MAX: Final = 150_000  # of all of it together: what banks accept

#: Evidence that is a file. Files cannot be uploaded, so there is none to name.
FILES: Final = frozenset(
    {
        "cancellation_policy",
        "customer_communication",
        "customer_signature",
        "duplicate_charge_documentation",
        "receipt",
        "refund_policy",
        "service_documentation",
        "shipping_documentation",
        "uncategorized_file",
    }
)


class Evidence(Struct, kw_only=True):
    """What the merchant says for themselves."""

    access_activity_log: str | None = None
    billing_address: str | None = None
    cancellation_policy: str | None = None
    cancellation_policy_disclosure: str | None = None
    cancellation_rebuttal: str | None = None
    customer_communication: str | None = None
    customer_email_address: str | None = None
    customer_name: str | None = None
    customer_purchase_ip: str | None = None
    customer_signature: str | None = None
    duplicate_charge_documentation: str | None = None
    duplicate_charge_explanation: str | None = None
    duplicate_charge_id: str | None = None
    product_description: str | None = None
    receipt: str | None = None
    refund_policy: str | None = None
    refund_policy_disclosure: str | None = None
    refund_refusal_explanation: str | None = None
    service_date: str | None = None
    service_documentation: str | None = None
    shipping_address: str | None = None
    shipping_carrier: str | None = None
    shipping_date: str | None = None
    shipping_documentation: str | None = None
    shipping_tracking_number: str | None = None
    uncategorized_file: str | None = None
    uncategorized_text: str | None = None


class EvidenceDetails(Struct, kw_only=True):
    """How far the evidence has got. Times are in seconds."""

    due_by: int
    has_evidence: bool
    past_due: bool
    submission_count: int


class DisputedCard(Struct, kw_only=True):
    """The card whose owner disputes."""

    brand: str
    case_type: Literal["chargeback", "inquiry"]
    network_reason_code: str | None = None


class DisputedMethod(Struct, kw_only=True):
    """What was paid with."""

    card: DisputedCard
    type: Literal["card"] = "card"


class Dispute(Struct, kw_only=True):
    """A payer asks their bank for the money back. `amount` is in minor units of `currency`."""

    id: str
    amount: int
    balance_transactions: list[BalanceTransaction]
    charge: str
    created: int
    currency: str
    evidence: Evidence
    evidence_details: EvidenceDetails
    is_charge_refundable: bool
    livemode: bool
    metadata: dict[str, str]
    payment_intent: str
    payment_method_details: DisputedMethod
    reason: str
    status: DisputeStatus
    object: Literal["dispute"] = "dispute"
    enhanced_eligibility_types: list[Any] = []
    network_reason_code: None = None


class EarlyFraudWarning(Struct, kw_only=True):
    """The payer's bank suspects fraud, and nobody disputes anything yet: a refund in time saves the dispute."""

    id: str
    actionable: bool
    charge: str
    created: int
    fraud_type: Literal["unauthorized_use_of_card"]
    livemode: bool
    payment_intent: str
    object: Literal["radar.early_fraud_warning"] = "radar.early_fraud_warning"


# -- parameters --------------------------------------------------------------------------------------------------------


class EvidenceChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """New evidence; an empty value removes what was there."""

    access_activity_log: EvidenceText | None | UnsetType = UNSET
    billing_address: EvidenceText | None | UnsetType = UNSET
    cancellation_policy: Identifier | None | UnsetType = UNSET
    cancellation_policy_disclosure: EvidenceText | None | UnsetType = UNSET
    cancellation_rebuttal: EvidenceText | None | UnsetType = UNSET
    customer_communication: Identifier | None | UnsetType = UNSET
    customer_email_address: EvidenceText | None | UnsetType = UNSET
    customer_name: EvidenceText | None | UnsetType = UNSET
    customer_purchase_ip: EvidenceText | None | UnsetType = UNSET
    customer_signature: Identifier | None | UnsetType = UNSET
    duplicate_charge_documentation: Identifier | None | UnsetType = UNSET
    duplicate_charge_explanation: EvidenceText | None | UnsetType = UNSET
    duplicate_charge_id: EvidenceText | None | UnsetType = UNSET
    product_description: EvidenceText | None | UnsetType = UNSET
    receipt: Identifier | None | UnsetType = UNSET
    refund_policy: Identifier | None | UnsetType = UNSET
    refund_policy_disclosure: EvidenceText | None | UnsetType = UNSET
    refund_refusal_explanation: EvidenceText | None | UnsetType = UNSET
    service_date: EvidenceText | None | UnsetType = UNSET
    service_documentation: Identifier | None | UnsetType = UNSET
    shipping_address: EvidenceText | None | UnsetType = UNSET
    shipping_carrier: EvidenceText | None | UnsetType = UNSET
    shipping_date: EvidenceText | None | UnsetType = UNSET
    shipping_documentation: Identifier | None | UnsetType = UNSET
    shipping_tracking_number: EvidenceText | None | UnsetType = UNSET
    uncategorized_file: Identifier | None | UnsetType = UNSET
    uncategorized_text: EvidenceText | None | UnsetType = UNSET


class UpdateDispute(Struct, kw_only=True, forbid_unknown_fields=True):
    """Answer a dispute. Evidence is submitted at once unless `submit` is false, and only once."""

    evidence: EvidenceChanges | UnsetType = UNSET
    metadata: Metadata | None | UnsetType = UNSET
    submit: Annotated[bool, Meta(description="False keeps the evidence for a later submission.")] | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


class ListDisputes(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Filters."""

    charge: Identifier | UnsetType = UNSET
    payment_intent: Identifier | UnsetType = UNSET


EXPANDS: dict[str, dict[str, str]] = {
    "dispute": {"charge": "charge", "payment_intent": "payment_intent"},
    "radar.early_fraud_warning": {"charge": "charge", "payment_intent": "payment_intent"},
}
