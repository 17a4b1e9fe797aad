"""Wire types of payment intents and charges, shaped like Stripe's."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from finsecure_server.payment_methods.types import Address, BillingDetails, PaymentMethodData
from finsecure_server.web.params import (
    Amount,
    Expand,
    Identifier,
    ListParams,
    Metadata,
    SecurityCode,
    ShortText,
    Text,
)

CaptureMethod = Literal["automatic", "automatic_async", "manual"]
ConfirmationMethod = Literal["automatic", "manual"]
FutureUsage = Literal["off_session", "on_session"]
IntentStatus = Literal[
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "requires_capture",
    "succeeded",
    "canceled",
]


class Shipping(Struct, kw_only=True, forbid_unknown_fields=True):
    """Where goods go."""

    address: Address | None = None
    carrier: ShortText | None = None
    name: ShortText | None = None
    phone: ShortText | None = None
    tracking_number: ShortText | None = None


class AutomaticPaymentMethods(Struct, kw_only=True, forbid_unknown_fields=True):
    """Let the platform choose the types."""

    enabled: bool
    allow_redirects: Literal["always", "never"] = "always"


class LastPaymentError(Struct, kw_only=True, omit_defaults=True):
    """Why the last confirmation failed."""

    type: str
    code: str
    message: str
    doc_url: str
    decline_code: str | None = None
    advice_code: str | None = None
    network_decline_code: str | None = None
    network_advice_code: str | None = None
    charge: str | None = None
    payment_method: dict[str, Any] | None = None


class RedirectToUrl(Struct, kw_only=True):
    """The page on which the payer authenticates."""

    url: str
    return_url: str | None = None


class NextAction(Struct, kw_only=True):
    """What must happen before the payment can go on."""

    redirect_to_url: RedirectToUrl
    type: Literal["redirect_to_url"] = "redirect_to_url"


class PaymentIntent(Struct, kw_only=True):
    """One intention to be paid, through however many attempts it takes."""

    id: str
    object: Literal["payment_intent"] = "payment_intent"
    amount: int
    amount_capturable: int
    amount_received: int
    automatic_payment_methods: AutomaticPaymentMethods | None
    canceled_at: int | None
    cancellation_reason: str | None
    capture_method: CaptureMethod
    client_secret: str
    confirmation_method: ConfirmationMethod
    created: int
    currency: str
    customer: str | None
    description: str | None
    last_payment_error: LastPaymentError | None
    latest_charge: str | None
    livemode: bool
    metadata: dict[str, str]
    next_action: NextAction | None
    payment_method: str | None
    payment_method_options: dict[str, Any]
    payment_method_types: list[str]
    receipt_email: str | None
    setup_future_usage: FutureUsage | None
    shipping: Shipping | None
    statement_descriptor: str | None
    statement_descriptor_suffix: str | None
    status: IntentStatus
    transfer_group: str | None
    application: None = None
    invoice: None = None
    on_behalf_of: None = None
    processing: None = None
    review: None = None


class ChargeOutcome(Struct, kw_only=True):
    """What the network, or our own rules, said."""

    network_status: Literal[
        "approved_by_network", "declined_by_network", "not_sent_to_network", "reversed_after_approval"
    ]
    reason: str | None
    risk_level: str
    risk_score: int
    seller_message: str
    type: Literal["authorized", "manual_review", "issuer_declined", "blocked", "invalid"]
    advice_code: str | None = None
    network_advice_code: str | None = None
    network_decline_code: str | None = None


class FraudDetails(Struct, kw_only=True, omit_defaults=True):
    """Reports of fraud, ours and the merchant's."""

    user_report: Literal["fraudulent", "safe"] | None = None


class Charge(Struct, kw_only=True):
    """One attempt to be paid, and the money it moved."""

    id: str
    object: Literal["charge"] = "charge"
    amount: int
    amount_captured: int
    amount_refunded: int
    balance_transaction: str | None
    billing_details: BillingDetails
    calculated_statement_descriptor: str | None
    captured: bool
    created: int
    currency: str
    customer: str | None
    description: str | None
    dispute: str | None
    disputed: bool
    failure_code: str | None
    failure_message: str | None
    fraud_details: FraudDetails
    livemode: bool
    metadata: dict[str, str]
    outcome: ChargeOutcome | None
    paid: bool
    payment_intent: str
    payment_method: str | None
    payment_method_details: dict[str, Any] | None
    receipt_email: str | None
    refunded: bool
    shipping: Shipping | None
    statement_descriptor: str | None
    statement_descriptor_suffix: str | None
    status: Literal["succeeded", "pending", "failed"]
    transfer_group: str | None
    application: None = None
    failure_balance_transaction: None = None
    invoice: None = None
    receipt_number: None = None
    receipt_url: None = None
    review: None = None
    source: None = None


# -- parameters --------------------------------------------------------------------------------------------------------


class CardOptions(Struct, kw_only=True, forbid_unknown_fields=True):
    """Options of a card payment. `cvc_token` and the like come with hosted fields; the code itself is never stored."""

    capture_method: Literal["manual", ""] | UnsetType = UNSET
    cvc: SecurityCode | UnsetType = UNSET
    request_three_d_secure: Literal["any", "automatic", "challenge"] | UnsetType = UNSET
    request_incremental_authorization: Literal["if_available", "never"] | UnsetType = UNSET
    request_multicapture: Literal["if_available", "never"] | UnsetType = UNSET
    request_overcapture: Literal["if_available", "never"] | UnsetType = UNSET
    request_extended_authorization: Literal["if_available", "never"] | UnsetType = UNSET
    setup_future_usage: FutureUsage | Literal["none", ""] | UnsetType = UNSET


class MethodOptions(Struct, kw_only=True, forbid_unknown_fields=True):
    """Options by type of payment method."""

    card: CardOptions | UnsetType = UNSET


class _Details(Struct, kw_only=True, forbid_unknown_fields=True):
    customer: Identifier | None | UnsetType = UNSET
    description: Text | None | UnsetType = UNSET
    metadata: Metadata | None | UnsetType = UNSET
    payment_method: Identifier | None | UnsetType = UNSET
    payment_method_data: PaymentMethodData | UnsetType = UNSET
    payment_method_options: MethodOptions | UnsetType = UNSET
    payment_method_types: list[str] | UnsetType = UNSET
    receipt_email: ShortText | None | UnsetType = UNSET
    setup_future_usage: FutureUsage | None | UnsetType = UNSET
    shipping: Shipping | None | UnsetType = UNSET
    statement_descriptor: Annotated[str, Meta(max_length=22)] | None | UnsetType = UNSET
    statement_descriptor_suffix: Annotated[str, Meta(max_length=22)] | None | UnsetType = UNSET
    transfer_group: ShortText | None | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


class CreatePaymentIntent(_Details, kw_only=True, forbid_unknown_fields=True):
    """A new intent; with `confirm`, the payment as well."""

    amount: Amount
    currency: ShortText
    automatic_payment_methods: AutomaticPaymentMethods | UnsetType = UNSET
    capture_method: CaptureMethod | UnsetType = UNSET
    confirm: bool = False
    confirmation_method: ConfirmationMethod = "automatic"
    error_on_requires_action: bool = False
    off_session: bool | Literal["one_off", "recurring"] = False
    return_url: Text | UnsetType = UNSET
    use_stripe_sdk: bool = False


class UpdatePaymentIntent(_Details, kw_only=True, forbid_unknown_fields=True):
    """Changes before the money moves; description, metadata and the like at any time."""

    amount: Amount | UnsetType = UNSET
    capture_method: CaptureMethod | UnsetType = UNSET
    currency: ShortText | UnsetType = UNSET


class ConfirmPaymentIntent(Struct, kw_only=True, forbid_unknown_fields=True):
    """Try to be paid."""

    capture_method: CaptureMethod | UnsetType = UNSET
    client_secret: ShortText | UnsetType = UNSET
    error_on_requires_action: bool = False
    off_session: bool | Literal["one_off", "recurring"] = False
    payment_method: Identifier | UnsetType = UNSET
    payment_method_data: PaymentMethodData | UnsetType = UNSET
    payment_method_options: MethodOptions | UnsetType = UNSET
    payment_method_types: list[str] | UnsetType = UNSET
    receipt_email: ShortText | None | UnsetType = UNSET
    return_url: Text | UnsetType = UNSET
    setup_future_usage: FutureUsage | None | UnsetType = UNSET
    shipping: Shipping | None | UnsetType = UNSET
    use_stripe_sdk: bool = False
    expand: Expand | UnsetType = UNSET


class CapturePaymentIntent(Struct, kw_only=True, forbid_unknown_fields=True):
    """Take what is held, or a part of it."""

    amount_to_capture: Amount | UnsetType = UNSET
    final_capture: Annotated[bool, Meta(description="False keeps the rest held for another capture.")] = True
    metadata: Metadata | None | UnsetType = UNSET
    statement_descriptor: Annotated[str, Meta(max_length=22)] | UnsetType = UNSET
    statement_descriptor_suffix: Annotated[str, Meta(max_length=22)] | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


class IncrementAuthorization(Struct, kw_only=True, forbid_unknown_fields=True):
    """Hold more: `amount` is the new total."""

    amount: Amount
    description: Text | UnsetType = UNSET
    metadata: Metadata | None | UnsetType = UNSET
    statement_descriptor: Annotated[str, Meta(max_length=22)] | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


class CancelPaymentIntent(Struct, kw_only=True, forbid_unknown_fields=True):
    """Give up, and release what is held."""

    cancellation_reason: Literal["abandoned", "duplicate", "fraudulent", "requested_by_customer"] | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


class RetrievePaymentIntent(Struct, kw_only=True, forbid_unknown_fields=True):
    """A publishable key must bring the intent's client secret."""

    client_secret: ShortText | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


class ListPaymentIntents(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Filters."""

    customer: Identifier | UnsetType = UNSET


class ListCharges(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Filters."""

    customer: Identifier | UnsetType = UNSET
    payment_intent: Identifier | UnsetType = UNSET


class UpdateCharge(Struct, kw_only=True, forbid_unknown_fields=True):
    """What may still be said about a charge."""

    customer: Identifier | UnsetType = UNSET
    description: Text | None | UnsetType = UNSET
    fraud_details: FraudDetails | UnsetType = UNSET
    metadata: Metadata | None | UnsetType = UNSET
    receipt_email: ShortText | None | UnsetType = UNSET
    shipping: Shipping | None | UnsetType = UNSET
    transfer_group: ShortText | None | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


class CaptureCharge(Struct, kw_only=True, forbid_unknown_fields=True):
    """Capture by the charge; the same as capturing its intent."""

    amount: Amount | UnsetType = UNSET
    receipt_email: ShortText | UnsetType = UNSET
    statement_descriptor: Annotated[str, Meta(max_length=22)] | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


EXPANDS: dict[str, dict[str, str]] = {
    "payment_intent": {"customer": "customer", "latest_charge": "charge", "payment_method": "payment_method"},
    "charge": {
        "balance_transaction": "balance_transaction",
        "customer": "customer",
        "dispute": "dispute",
        "payment_intent": "payment_intent",
        "payment_method": "payment_method",
    },
}
