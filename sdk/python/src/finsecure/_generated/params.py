"""What each operation may be given.

Written by `python -m codegen` from contract/openapi.json. Change that, not this.
"""
# fmt: off

from __future__ import annotations

from typing import Any, List, Literal, Mapping, Required, TypedDict


class AddressParams(TypedDict, total=False):
    """A postal address; on the wire and as a parameter. Given in an update, it replaces the whole address."""

    city: str | None
    country: str | None
    """ISO 3166-1, two letters."""
    line1: str | None
    line2: str | None
    postal_code: str | None
    state: str | None


class AdvanceClockParams(TypedDict, total=False):
    """Where to move the test clock: to a time, or on by some seconds. One of the two."""

    advance_to: int
    by: int
    expand: List[str]


class AttachPaymentMethodParams(TypedDict, total=False):
    """To whom."""

    customer: Required[str]
    expand: List[str]


class AutomaticPaymentMethodsParams(TypedDict, total=False):
    """Let the platform choose the types."""

    enabled: Required[bool]
    allow_redirects: Literal["always", "never"]


class BankAccountDataParams(TypedDict, total=False):
    """A bank account as it is entered."""

    account_holder_type: Required[Literal["company", "individual"]]
    account_number: Required[str]
    account_type: Literal["checking", "savings"]
    routing_number: Required[str]


class BillingDetailsParams(TypedDict, total=False):
    """Who pays, as their bank knows them; on the wire and as a parameter."""

    address: AddressParams | None
    email: str | None
    """One address, without a display name."""
    name: str | None
    phone: str | None


class BillingUpdateParams(TypedDict, total=False):
    """What is given changes, the rest stays."""

    address: AddressParams | None
    email: str | None
    """One address, without a display name."""
    name: str | None
    phone: str | None


class CancelPaymentIntentParams(TypedDict, total=False):
    """Give up, and release what is held."""

    cancellation_reason: Literal["abandoned", "duplicate", "fraudulent", "requested_by_customer"]
    expand: List[str]


class CancelSetupIntentParams(TypedDict, total=False):
    """Give up."""

    cancellation_reason: Literal["abandoned", "duplicate", "requested_by_customer"]
    expand: List[str]


class CaptureChargeParams(TypedDict, total=False):
    """Capture by the charge; the same as capturing its intent."""

    amount: int
    """Minor units of the currency, for instance cents."""
    receipt_email: str
    statement_descriptor: str
    expand: List[str]


class CapturePaymentIntentParams(TypedDict, total=False):
    """Take what is held, or a part of it."""

    amount_to_capture: int
    """Minor units of the currency, for instance cents."""
    final_capture: bool
    """False keeps the rest held for another capture."""
    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    statement_descriptor: str
    statement_descriptor_suffix: str
    expand: List[str]


class CardDataParams(TypedDict, total=False):
    """A card as it is entered, or a test token that stands for one."""

    cvc: str
    exp_month: int
    exp_year: int
    number: str
    token: str


class CardOptionsParams(TypedDict, total=False):
    """Options of a card payment. `cvc_token` and the like come with hosted fields; the code itself is never stored."""

    capture_method: Literal["", "manual"]
    cvc: str
    request_three_d_secure: Literal["any", "automatic", "challenge"]
    request_incremental_authorization: Literal["if_available", "never"]
    request_multicapture: Literal["if_available", "never"]
    request_overcapture: Literal["if_available", "never"]
    request_extended_authorization: Literal["if_available", "never"]
    setup_future_usage: Literal["off_session", "on_session"] | Literal["", "none"]


class ConfirmPaymentIntentParams(TypedDict, total=False):
    """Try to be paid."""

    capture_method: Literal["automatic", "automatic_async", "manual"]
    client_secret: str
    error_on_requires_action: bool
    off_session: bool | Literal["one_off", "recurring"]
    payment_method: str
    payment_method_data: PaymentMethodDataParams
    payment_method_options: MethodOptionsParams
    payment_method_types: List[str]
    receipt_email: str | None
    return_url: str
    setup_future_usage: Literal["off_session", "on_session"] | None
    shipping: PaymentsShippingParams | None
    use_stripe_sdk: bool
    expand: List[str]


class ConfirmSetupIntentParams(TypedDict, total=False):
    """Try to save the payment method."""

    client_secret: str
    payment_method: str
    payment_method_data: PaymentMethodDataParams
    payment_method_options: SetupMethodOptionsParams
    return_url: str
    use_stripe_sdk: bool
    expand: List[str]


class CreateApiKeyParams(TypedDict, total=False):
    """A new key. Only restricted keys have scopes, and they need at least one."""

    kind: Literal["publishable", "restricted", "secret"]
    name: Required[str]
    scopes: List[str]
    expires_at: int | None
    expand: List[str]


class CreateCustomerParams(TypedDict, total=False):
    """A new customer, with a payment method to attach at once if there is one."""

    address: AddressParams | None
    description: str | None
    email: str | None
    """One address, without a display name."""
    invoice_settings: InvoiceSettingsDataParams
    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    name: str | None
    phone: str | None
    preferred_locales: List[str]
    shipping: CustomersShippingParams | None
    tax_exempt: Literal["exempt", "none", "reverse"] | None
    expand: List[str]
    payment_method: str


class CreatePaymentIntentParams(TypedDict, total=False):
    """A new intent; with `confirm`, the payment as well."""

    customer: str | None
    description: str | None
    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    payment_method: str | None
    payment_method_data: PaymentMethodDataParams
    payment_method_options: MethodOptionsParams
    payment_method_types: List[str]
    receipt_email: str | None
    setup_future_usage: Literal["off_session", "on_session"] | None
    shipping: PaymentsShippingParams | None
    statement_descriptor: str | None
    statement_descriptor_suffix: str | None
    transfer_group: str | None
    expand: List[str]
    amount: Required[int]
    """Minor units of the currency, for instance cents."""
    currency: Required[str]
    automatic_payment_methods: AutomaticPaymentMethodsParams
    capture_method: Literal["automatic", "automatic_async", "manual"]
    confirm: bool
    confirmation_method: Literal["automatic", "manual"]
    error_on_requires_action: bool
    off_session: bool | Literal["one_off", "recurring"]
    return_url: str
    use_stripe_sdk: bool


class CreatePaymentMethodParams(TypedDict, total=False):
    """A new payment method, not attached to anybody."""

    allow_redisplay: Literal["always", "limited", "unspecified"]
    billing_details: BillingDetailsParams
    card: CardDataParams
    metadata: Mapping[str, str | None]
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    type: Required[Literal["card", "us_bank_account"]]
    us_bank_account: BankAccountDataParams
    expand: List[str]


class CreatePayoutParams(TypedDict, total=False):
    """A payout from what is available. `metadata[simulate]` says how it ends: `paid`, or a failure code."""

    amount: Required[int]
    """Minor units of the currency, for instance cents."""
    currency: Required[str]
    description: str | None
    destination: str
    """A bank account of test mode. Unless you say: `ba_test_paid`. Others fail: `ba_test_no_account`."""
    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    method: Literal["instant", "standard"]
    source_type: Literal["card"]
    statement_descriptor: str | None
    expand: List[str]


class CreateRefundParams(TypedDict, total=False):
    """Give back a charge, or what is left of it; name the charge, or the intent whose latest charge it is."""

    amount: int
    """Minor units of the currency, for instance cents."""
    charge: str
    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    payment_intent: str
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None
    expand: List[str]


class CreateReplayParams(TypedDict, total=False):
    """Which deliveries to send again, and how fast."""

    webhook_endpoint: Required[str]
    created: RangeParams
    """When the events happened."""
    dry_run: bool
    """Count what matches, and send nothing."""
    rate: int
    """How many deliveries a second come due, at most. Retries come on top."""
    related_object: str
    """Events about this object only, for instance a payment intent's id."""
    states: List[Literal["canceled", "delivered", "exhausted", "held", "missing"]]
    """Where the deliveries stand now; `exhausted` and `held` unless you say. `missing` are events that the endpoint
    wants by now and that were never to be sent to it; it needs `created`, for what is past its retention counts
    as missing too.
    """
    types: List[str]
    """Types of events, such as `refund.created`; families, such as `refund.*`. All unless you say."""
    expand: List[str]


class CreateSetupIntentParams(TypedDict, total=False):
    """A new intent; with `confirm`, the first attempt as well. `usage` says whether the payer will be there later."""

    customer: str | None
    description: str | None
    flow_directions: List[Literal["inbound", "outbound"]] | None
    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    payment_method: str | None
    payment_method_data: PaymentMethodDataParams
    payment_method_options: SetupMethodOptionsParams
    payment_method_types: List[str]
    expand: List[str]
    automatic_payment_methods: AutomaticPaymentMethodsParams
    confirm: bool
    return_url: str
    usage: Literal["off_session", "on_session"]
    use_stripe_sdk: bool


class CreateWebhookEndpointParams(TypedDict, total=False):
    """A new endpoint. Its secret is in the reply, and nowhere afterwards."""

    url: Required[str]
    enabled_events: Required[List[str]]
    """Types of events, such as `refund.created`; families, such as `refund.*`; or `*` for all."""
    api_version: Literal["2018-11-08", "2026-11-22"] | None
    description: str | None
    disabled: bool
    headers: Mapping[str, str | None] | None
    """Up to 20 headers of your own that go with every attempt. Their values are kept encrypted and never shown. An
    empty value removes its header; `****` leaves its value as it is.
    """
    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    payload: Literal["snapshot", "thin"]
    rate_limit: int | None
    """How many attempts a second it gets at most."""
    timeout: int
    """Seconds for an attempt, from the look-up of its host to the reply."""
    expand: List[str]


class CustomersShippingParams(TypedDict, total=False):
    """Where a customer wants goods to go; on the wire and as a parameter."""

    address: Required[AddressParams]
    name: Required[str]
    phone: str | None


class EnableWebhookEndpointParams(TypedDict, total=False):
    """Deliver to it again, from now on or with what was held meanwhile."""

    replay_held: bool
    expand: List[str]


class EvidenceChangesParams(TypedDict, total=False):
    """New evidence; an empty value removes what was there."""

    access_activity_log: str | None
    billing_address: str | None
    cancellation_policy: str | None
    cancellation_policy_disclosure: str | None
    cancellation_rebuttal: str | None
    customer_communication: str | None
    customer_email_address: str | None
    customer_name: str | None
    customer_purchase_ip: str | None
    customer_signature: str | None
    duplicate_charge_documentation: str | None
    duplicate_charge_explanation: str | None
    duplicate_charge_id: str | None
    product_description: str | None
    receipt: str | None
    refund_policy: str | None
    refund_policy_disclosure: str | None
    refund_refusal_explanation: str | None
    service_date: str | None
    service_documentation: str | None
    shipping_address: str | None
    shipping_carrier: str | None
    shipping_date: str | None
    shipping_documentation: str | None
    shipping_tracking_number: str | None
    uncategorized_file: str | None
    uncategorized_text: str | None


class ExpiryUpdateParams(TypedDict, total=False):
    """A card that was renewed under the same number."""

    exp_month: int
    exp_year: int


class FraudDetailsParams(TypedDict, total=False):
    """Reports of fraud, ours and the merchant's."""

    user_report: Literal["fraudulent", "safe"] | None


class IncrementAuthorizationParams(TypedDict, total=False):
    """Hold more: `amount` is the new total."""

    amount: Required[int]
    """Minor units of the currency, for instance cents."""
    description: str
    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    statement_descriptor: str
    expand: List[str]


class InvoiceSettingsDataParams(TypedDict, total=False):
    """The default payment method must belong to the customer; empty removes it."""

    default_payment_method: str | None


class MethodOptionsParams(TypedDict, total=False):
    """Options by type of payment method."""

    card: CardOptionsParams


class NothingParams(TypedDict, total=False):
    """No parameters, but for `expand`."""

    expand: List[str]


class PaymentMethodDataParams(TypedDict, total=False):
    """A new payment method: alone, or inside a payment. `type` says which of the two it comes with."""

    allow_redisplay: Literal["always", "limited", "unspecified"]
    billing_details: BillingDetailsParams
    card: CardDataParams
    metadata: Mapping[str, str | None]
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    type: Required[Literal["card", "us_bank_account"]]
    us_bank_account: BankAccountDataParams


class PaymentsShippingParams(TypedDict, total=False):
    """Where goods go."""

    address: AddressParams | None
    carrier: str | None
    name: str | None
    phone: str | None
    tracking_number: str | None


class RangeParams(TypedDict, total=False):
    """A range of times, in seconds since 1970 UTC."""

    gt: int
    gte: int
    lt: int
    lte: int


class ResendEventParams(TypedDict, total=False):
    """To whom an event is sent once more."""

    webhook_endpoint: str
    """Unless you say: every endpoint that was to hear of the event, or wants its type by now."""
    expand: List[str]


class RollApiKeyParams(TypedDict, total=False):
    """A successor with the same kind, name and scopes. Both are good for `overlap_seconds`, a day unless you say."""

    overlap_seconds: int
    expires_at: int | None
    expand: List[str]


class RollSecretParams(TypedDict, total=False):
    """A new secret. Those before it sign along for `expires_in` seconds more, a day unless you say."""

    expires_in: int
    expand: List[str]


class SendTestEventParams(TypedDict, total=False):
    """Which event an endpoint is sent as a test. In live mode there is only `webhook_endpoint.test`."""

    type: str
    """Any type of event."""
    expand: List[str]


class SetupCardOptionsParams(TypedDict, total=False):
    """Options of saving a card. The security code is never stored."""

    cvc: str
    request_three_d_secure: Literal["any", "automatic", "challenge"]


class SetupMethodOptionsParams(TypedDict, total=False):
    """Options by type of payment method."""

    card: SetupCardOptionsParams


class UpdateChargeParams(TypedDict, total=False):
    """What may still be said about a charge."""

    customer: str
    description: str | None
    fraud_details: FraudDetailsParams
    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    receipt_email: str | None
    shipping: PaymentsShippingParams | None
    transfer_group: str | None
    expand: List[str]


class UpdateCustomerParams(TypedDict, total=False):
    """What is given changes, the rest stays. An empty value removes what was there."""

    address: AddressParams | None
    description: str | None
    email: str | None
    """One address, without a display name."""
    invoice_settings: InvoiceSettingsDataParams
    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    name: str | None
    phone: str | None
    preferred_locales: List[str]
    shipping: CustomersShippingParams | None
    tax_exempt: Literal["exempt", "none", "reverse"] | None
    expand: List[str]


class UpdateDisputeParams(TypedDict, total=False):
    """Answer a dispute. Evidence is submitted at once unless `submit` is false, and only once."""

    evidence: EvidenceChangesParams
    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    submit: bool
    """False keeps the evidence for a later submission."""
    expand: List[str]


class UpdatePaymentIntentParams(TypedDict, total=False):
    """Changes before the money moves; description, metadata and the like at any time."""

    customer: str | None
    description: str | None
    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    payment_method: str | None
    payment_method_data: PaymentMethodDataParams
    payment_method_options: MethodOptionsParams
    payment_method_types: List[str]
    receipt_email: str | None
    setup_future_usage: Literal["off_session", "on_session"] | None
    shipping: PaymentsShippingParams | None
    statement_descriptor: str | None
    statement_descriptor_suffix: str | None
    transfer_group: str | None
    expand: List[str]
    amount: int
    """Minor units of the currency, for instance cents."""
    capture_method: Literal["automatic", "automatic_async", "manual"]
    currency: str


class UpdatePaymentMethodParams(TypedDict, total=False):
    """What is given changes, the rest stays. The number never changes: that is a new payment method."""

    allow_redisplay: Literal["always", "limited", "unspecified"]
    billing_details: BillingUpdateParams
    card: ExpiryUpdateParams
    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    expand: List[str]


class UpdatePayoutParams(TypedDict, total=False):
    """What may still be said about a payout."""

    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    expand: List[str]


class UpdateRefundParams(TypedDict, total=False):
    """What may still be said about a refund."""

    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    expand: List[str]


class UpdateSetupIntentParams(TypedDict, total=False):
    """Changes before the payment method is saved; description and metadata at any time."""

    customer: str | None
    description: str | None
    flow_directions: List[Literal["inbound", "outbound"]] | None
    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    payment_method: str | None
    payment_method_data: PaymentMethodDataParams
    payment_method_options: SetupMethodOptionsParams
    payment_method_types: List[str]
    expand: List[str]


class UpdateWebhookEndpointParams(TypedDict, total=False):
    """What is given changes, the rest stays. An empty value removes what was there."""

    url: str
    enabled_events: List[str]
    """Types of events, such as `refund.created`; families, such as `refund.*`; or `*` for all."""
    api_version: Literal["2018-11-08", "2026-11-22"] | None
    description: str | None
    disabled: bool
    headers: Mapping[str, str | None] | None
    """Up to 20 headers of your own that go with every attempt. Their values are kept encrypted and never shown. An
    empty value removes its header; `****` leaves its value as it is.
    """
    metadata: Mapping[str, str | None] | None
    """Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key."""
    payload: Literal["snapshot", "thin"]
    rate_limit: int | None
    """How many attempts a second it gets at most."""
    timeout: int
    """Seconds for an attempt, from the look-up of its host to the reply."""
    expand: List[str]


class AccountRetrieveParams(TypedDict, total=False):
    """Retrieve your account: what may be asked."""

    expand: List[str]


class ApiKeyListParams(TypedDict, total=False):
    """List API keys: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    kind: Literal["publishable", "restricted", "secret"]


class ApiKeyRetrieveParams(TypedDict, total=False):
    """Retrieve an API key: what may be asked."""

    expand: List[str]


class BalanceRetrieveParams(TypedDict, total=False):
    """Retrieve your balance: what may be asked."""

    expand: List[str]


class BalanceListHistoryParams(TypedDict, total=False):
    """List balance transactions, newest first (the older address): what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    currency: str
    payout: str
    source: str
    type: str


class BalanceRetrieveHistoryParams(TypedDict, total=False):
    """Retrieve a balance transaction (the older address): what may be asked."""

    expand: List[str]


class BalanceTransactionListParams(TypedDict, total=False):
    """List balance transactions, newest first: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    currency: str
    payout: str
    source: str
    type: str


class BalanceTransactionRetrieveParams(TypedDict, total=False):
    """Retrieve a balance transaction: what may be asked."""

    expand: List[str]


class ChargeListParams(TypedDict, total=False):
    """List charges, newest first: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    customer: str
    payment_intent: str


class ChargeRetrieveParams(TypedDict, total=False):
    """Retrieve a charge: what may be asked."""

    expand: List[str]


class CustomerListParams(TypedDict, total=False):
    """List customers: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    email: str
    """One address, without a display name."""


class CustomerRetrieveParams(TypedDict, total=False):
    """Retrieve a customer: what may be asked."""

    expand: List[str]


class CustomerListPaymentMethodsParams(TypedDict, total=False):
    """List a customer's payment methods: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    type: Literal["card", "us_bank_account"]


class CustomerRetrievePaymentMethodParams(TypedDict, total=False):
    """Retrieve a customer's payment method: what may be asked."""

    expand: List[str]


class DisputeListParams(TypedDict, total=False):
    """List disputes, newest first: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    charge: str
    payment_intent: str


class DisputeRetrieveParams(TypedDict, total=False):
    """Retrieve a dispute: what may be asked."""

    expand: List[str]


class EventTypeListParams(TypedDict, total=False):
    """List the types of events: what may be asked."""

    expand: List[str]


class EventTypeRetrieveParams(TypedDict, total=False):
    """Retrieve a type of event, with an example: what may be asked."""

    expand: List[str]


class EventListParams(TypedDict, total=False):
    """List events, newest first: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    type: str
    """Such as `refund.created`, or `refund.*` for all of a family."""
    types: List[str]
    """Several of them, in place of `type`."""
    related_object: str
    """Events about this object only, for instance a payment intent's id."""


class EventRetrieveParams(TypedDict, total=False):
    """Retrieve an event: what may be asked."""

    expand: List[str]


class HealthRetrieveParams(TypedDict, total=False):
    """Liveness; with ready=1 readiness: what may be asked."""

    ready: bool | Literal[0, 1]
    """1: also ask the database; 503 if it does not answer or takes no writes, with the `reason`."""


class PaymentIntentListParams(TypedDict, total=False):
    """List payment intents, newest first: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    customer: str


class PaymentIntentRetrieveParams(TypedDict, total=False):
    """Retrieve a payment intent: what may be asked."""

    client_secret: str
    expand: List[str]


class PaymentMethodListParams(TypedDict, total=False):
    """List payment methods: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    customer: str
    type: Literal["card", "us_bank_account"]


class PaymentMethodRetrieveParams(TypedDict, total=False):
    """Retrieve a payment method: what may be asked."""

    expand: List[str]


class PayoutListParams(TypedDict, total=False):
    """List payouts, newest first: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    status: Literal["canceled", "failed", "in_transit", "paid", "pending"]


class PayoutRetrieveParams(TypedDict, total=False):
    """Retrieve a payout: what may be asked."""

    expand: List[str]


class RefundListParams(TypedDict, total=False):
    """List refunds, newest first: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    charge: str
    payment_intent: str


class RefundRetrieveParams(TypedDict, total=False):
    """Retrieve a refund: what may be asked."""

    expand: List[str]


class RequestLogListParams(TypedDict, total=False):
    """List requests: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    error_code: str
    object_id: str


class RequestLogRetrieveParams(TypedDict, total=False):
    """Retrieve a request: what may be asked."""

    expand: List[str]


class SetupAttemptListParams(TypedDict, total=False):
    """List the attempts of a setup intent, newest first: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    setup_intent: Required[str]


class SetupIntentListParams(TypedDict, total=False):
    """List setup intents, newest first: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    customer: str
    payment_method: str


class SetupIntentRetrieveParams(TypedDict, total=False):
    """Retrieve a setup intent: what may be asked."""

    client_secret: str
    expand: List[str]


class TestHelpersClockRetrieveParams(TypedDict, total=False):
    """Read the test clock: what may be asked."""

    expand: List[str]


class WebhookAttemptListParams(TypedDict, total=False):
    """List attempts to deliver, newest first: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    delivery: str
    error: Literal["webhook_blocked_address", "webhook_connection_error", "webhook_dns_error", "webhook_http_error", "webhook_protocol_error", "webhook_redirect_refused", "webhook_timeout", "webhook_tls_error"]
    event: str
    related_object: str
    """Attempts to tell of this object, for instance a payment intent's id."""
    status: Literal["failed", "succeeded"]
    webhook_endpoint: str


class WebhookAttemptRetrieveParams(TypedDict, total=False):
    """Retrieve an attempt: what may be asked."""

    expand: List[str]


class WebhookDeliveryListParams(TypedDict, total=False):
    """List deliveries, newest event first: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    event: str
    status: Literal["canceled", "delivered", "exhausted", "held", "pending"]
    webhook_endpoint: str


class WebhookDeliveryRetrieveParams(TypedDict, total=False):
    """Retrieve a delivery: what may be asked."""

    expand: List[str]


class WebhookEndpointListParams(TypedDict, total=False):
    """List webhook endpoints: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]


class WebhookEndpointRetrieveParams(TypedDict, total=False):
    """Retrieve a webhook endpoint: what may be asked."""

    expand: List[str]


class WebhookReplayListParams(TypedDict, total=False):
    """List replays, newest first: what may be asked."""

    limit: int
    starting_after: str
    ending_before: str
    created: RangeParams | int
    expand: List[str]
    webhook_endpoint: str


class WebhookReplayRetrieveParams(TypedDict, total=False):
    """Retrieve a replay, and how far it got: what may be asked."""

    expand: List[str]
