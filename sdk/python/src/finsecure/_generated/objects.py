"""What the API answers with: views of the decoded JSON.

Written by `python -m codegen` from contract/openapi.json. Change that, not this.
"""
# fmt: off

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Dict, List, Literal, Unpack, overload

from finsecure._view import REGISTRY, AnyObject, FinSecureObject, own_client

if TYPE_CHECKING:
    from finsecure._core.call import Options
    from finsecure._generated import params as p
    from finsecure._pages import Page

__all__ = [
    "Account",
    "AccountSettings",
    "Address",
    "ApiKey",
    "AttemptConnection",
    "AttemptError",
    "AttemptRequest",
    "AttemptResponse",
    "AttemptTiming",
    "AutomaticPaymentMethods",
    "Balance",
    "BalanceTransaction",
    "BankNetworks",
    "BillingDetails",
    "BusinessProfile",
    "Card",
    "CardDestination",
    "CardNetworks",
    "Charge",
    "ChargeOutcome",
    "Checks",
    "Customer",
    "CustomersShipping",
    "DashboardSettings",
    "DeletedCustomer",
    "DeletedWebhookEndpoint",
    "DeliveryError",
    "DestinationDetails",
    "Dispute",
    "DisputedCard",
    "DisputedMethod",
    "EndpointCheck",
    "EndpointHealth",
    "EndpointSecret",
    "Event",
    "EventData",
    "EventRequest",
    "EventType",
    "Evidence",
    "EvidenceDetails",
    "FeeDetail",
    "FraudDetails",
    "Funds",
    "Health",
    "InvoiceSettings",
    "LastPaymentError",
    "NextAction",
    "PaymentIntent",
    "PaymentMethod",
    "PaymentsSettings",
    "PaymentsShipping",
    "Payout",
    "RedirectToUrl",
    "Refund",
    "ReplayFilter",
    "ReplayProgress",
    "ReplayedTime",
    "RequestLog",
    "SetupAttempt",
    "SetupIntent",
    "TestClock",
    "ThreeDSecureUsage",
    "UsBankAccount",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEndpointTest",
    "WebhookReplay",
    "WebhookReplayPreview",
]


class Account(FinSecureObject):
    """A merchant. `charges_enabled` is about the mode of the key that asks; live mode has no `test_clock`."""

    __slots__ = ()
    _object: ClassVar[str | None] = "account"
    _required = frozenset({"id", "business_profile", "charges_enabled", "country", "created", "default_currency", "details_submitted", "email", "metadata", "payouts_enabled", "settings", "test_clock", "type"})
    id: str
    object: Literal["account"]
    business_profile: BusinessProfile
    charges_enabled: bool
    country: str
    created: int
    default_currency: str
    details_submitted: bool
    email: str | None
    metadata: Dict[str, str]
    payouts_enabled: bool
    settings: AccountSettings
    test_clock: TestClock | None
    type: Literal["standard"]

    @classmethod
    def retrieve(cls, params: p.AccountRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.AccountRetrieveParams]) -> Account:
        """Retrieve your account.

        GET /v1/account
        """
        return own_client().account.retrieve(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types


class AccountSettings(FinSecureObject):
    """Settings by area."""

    __slots__ = ()
    _required = frozenset({"dashboard", "payments"})
    dashboard: DashboardSettings
    payments: PaymentsSettings


class Address(FinSecureObject):
    """A postal address; on the wire and as a parameter. Given in an update, it replaces the whole address."""

    __slots__ = ()
    _required = frozenset({"city", "country", "line1", "line2", "postal_code", "state"})
    city: str | None
    country: str | None
    """ISO 3166-1, two letters."""
    line1: str | None
    line2: str | None
    postal_code: str | None
    state: str | None


class ApiKey(FinSecureObject):
    """A key, without what makes it one: `secret` is there only in the reply that made it, and never again."""

    __slots__ = ()
    _object: ClassVar[str | None] = "api_key"
    _required = frozenset({"id", "created", "expires_at", "kind", "last4", "last_used_at", "livemode", "name", "prefix", "revoked_at", "scopes", "status"})
    id: str
    object: Literal["api_key"]
    created: int
    expires_at: int | None
    kind: Literal["publishable", "restricted", "secret"]
    last4: str
    last_used_at: int | None
    livemode: bool
    name: str
    prefix: str
    revoked_at: int | None
    scopes: List[str]
    status: Literal["active", "expired", "revoked"]
    secret: str

    @classmethod
    def list(cls, params: p.ApiKeyListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.ApiKeyListParams]) -> Page[ApiKey]:
        """List API keys.

        GET /v1/api_keys
        """
        return own_client().api_keys.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @overload
    @classmethod
    def create(cls, params: p.CreateApiKeyParams, /, *, options: Options | None = None, idempotency_key: str | None = None) -> ApiKey: ...
    @overload
    @classmethod
    def create(cls, *, options: Options | None = None, idempotency_key: str | None = None, **params: Unpack[p.CreateApiKeyParams]) -> ApiKey: ...
    @classmethod  # type: ignore[misc]  # mypy does not see that Any takes the keywords of a TypedDict
    def create(cls, params: Any = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Any) -> Any:
        """Create an API key.

        POST /v1/api_keys
        """
        return own_client().api_keys.create(params, options=options, idempotency_key=idempotency_key, **more)

    @classmethod
    def retrieve(cls, id: str, params: p.ApiKeyRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.ApiKeyRetrieveParams]) -> ApiKey:
        """Retrieve an API key.

        GET /v1/api_keys/{id}
        """
        return own_client().api_keys.retrieve(id, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def revoke(cls, id: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> ApiKey:
        """Revoke an API key.

        POST /v1/api_keys/{id}/revoke
        """
        return own_client().api_keys.revoke(id, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def roll(cls, id: str, params: p.RollApiKeyParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.RollApiKeyParams]) -> ApiKey:
        """Roll an API key.

        POST /v1/api_keys/{id}/roll
        """
        return own_client().api_keys.roll(id, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types


class AttemptConnection(FinSecureObject):
    """Over what it went."""

    __slots__ = ()
    _required = frozenset({"address", "reused", "tls_version", "redialed"})
    address: str | None
    """The address that was dialed."""
    reused: bool
    """Over a connection that was open already."""
    tls_version: str | None
    redialed: bool
    """The first connection broke at once and was dialed again."""


class AttemptError(FinSecureObject):
    """Why an attempt failed, and who can put it right."""

    __slots__ = ()
    _required = frozenset({"code", "phase", "message", "side", "cause", "fix", "doc_url"})
    code: Literal["webhook_blocked_address", "webhook_connection_error", "webhook_dns_error", "webhook_http_error", "webhook_protocol_error", "webhook_redirect_refused", "webhook_timeout", "webhook_tls_error"]
    phase: Literal["body", "connect", "dns", "headers", "tls"] | None
    """How far the attempt came."""
    message: str
    """What happened."""
    side: str
    """Who can put it right."""
    cause: str
    """What is the likely reason."""
    fix: List[str]
    """What to do, step by step."""
    doc_url: str


class AttemptRequest(FinSecureObject):
    """What was sent. The body is the event's; the values of the endpoint's own headers are not shown."""

    __slots__ = ()
    _required = frozenset({"url", "headers", "body_bytes"})
    url: str
    headers: Dict[str, str]
    body_bytes: int


class AttemptResponse(FinSecureObject):
    """What came back: the headers that help to find a fault, and the first 16 KiB of the body as text."""

    __slots__ = ()
    _required = frozenset({"status", "headers", "body", "truncated"})
    status: int
    headers: Dict[str, str]
    body: str
    truncated: bool
    """Whether the body went on."""


class AttemptTiming(FinSecureObject):
    """How long each phase took. Null: it was not needed, or not reached."""

    __slots__ = ()
    _required = frozenset({"dns_us", "connect_us", "tls_us", "first_byte_us", "total_us"})
    dns_us: int | None
    """Microseconds."""
    connect_us: int | None
    """Microseconds."""
    tls_us: int | None
    """Microseconds."""
    first_byte_us: int | None
    """Microseconds from the request on an open connection to the first byte."""
    total_us: int
    """Microseconds."""


class AutomaticPaymentMethods(FinSecureObject):
    """Let the platform choose the types."""

    __slots__ = ()
    _required = frozenset({"enabled", "allow_redirects"})
    enabled: bool
    allow_redirects: Literal["always", "never"]


class Balance(FinSecureObject):
    """What the merchant has, by currency. These are the ledger's own accounts, not a copy."""

    __slots__ = ()
    _object: ClassVar[str | None] = "balance"
    _required = frozenset({"available", "pending", "debt", "livemode"})
    available: List[Funds]
    pending: List[Funds]
    debt: List[Funds]
    """What the merchant owes: debits that the balance did not cover."""
    livemode: bool
    object: Literal["balance"]

    @classmethod
    def retrieve(cls, params: p.BalanceRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.BalanceRetrieveParams]) -> Balance:
        """Retrieve your balance.

        GET /v1/balance
        """
        return own_client().balance.retrieve(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def list_history(cls, params: p.BalanceListHistoryParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.BalanceListHistoryParams]) -> Page[BalanceTransaction]:
        """List balance transactions, newest first (the older address).

        GET /v1/balance/history
        """
        return own_client().balance.list_history(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def retrieve_history(cls, transaction: str, params: p.BalanceRetrieveHistoryParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.BalanceRetrieveHistoryParams]) -> BalanceTransaction:
        """Retrieve a balance transaction (the older address).

        GET /v1/balance/history/{transaction}
        """
        return own_client().balance.retrieve_history(transaction, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types


class BalanceTransaction(FinSecureObject):
    """A movement of the merchant's balance: net = amount - fee, in minor units."""

    __slots__ = ()
    _object: ClassVar[str | None] = "balance_transaction"
    _required = frozenset({"id", "amount", "available_on", "created", "currency", "description", "fee", "fee_details", "net", "reporting_category", "source", "status", "type", "exchange_rate"})
    id: str
    object: Literal["balance_transaction"]
    amount: int
    available_on: int
    created: int
    currency: str
    description: str | None
    fee: int
    fee_details: List[FeeDetail]
    net: int
    reporting_category: str
    source: str | AnyObject
    """Can be expanded: `source`."""
    status: Literal["available", "pending"]
    type: str
    exchange_rate: None

    @classmethod
    def list(cls, params: p.BalanceTransactionListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.BalanceTransactionListParams]) -> Page[BalanceTransaction]:
        """List balance transactions, newest first.

        GET /v1/balance_transactions
        """
        return own_client().balance_transactions.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def retrieve(cls, transaction: str, params: p.BalanceTransactionRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.BalanceTransactionRetrieveParams]) -> BalanceTransaction:
        """Retrieve a balance transaction.

        GET /v1/balance_transactions/{transaction}
        """
        return own_client().balance_transactions.retrieve(transaction, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types


class BankNetworks(FinSecureObject):
    """Networks that the account can be debited through."""

    __slots__ = ()
    _required = frozenset({"preferred", "supported"})
    preferred: str | None
    supported: List[str]


class BillingDetails(FinSecureObject):
    """Who pays, as their bank knows them; on the wire and as a parameter."""

    __slots__ = ()
    _required = frozenset({"address", "email", "name", "phone"})
    address: Address | None
    email: str | None
    """One address, without a display name."""
    name: str | None
    phone: str | None


class BusinessProfile(FinSecureObject):
    """How payers know the merchant."""

    __slots__ = ()
    _required = frozenset({"name"})
    name: str | None


class Card(FinSecureObject):
    """A card, without what it takes to pay with it."""

    __slots__ = ()
    _required = frozenset({"brand", "checks", "country", "display_brand", "exp_month", "exp_year", "fingerprint", "funding", "generated_from", "last4", "networks", "three_d_secure_usage", "wallet"})
    brand: Literal["amex", "diners", "discover", "jcb", "mastercard", "unionpay", "unknown", "visa"]
    checks: Checks
    country: str | None
    display_brand: Literal["american_express", "diners_club", "discover", "jcb", "mastercard", "other", "union_pay", "visa"]
    exp_month: int
    exp_year: int
    fingerprint: str | None
    funding: Literal["credit", "debit", "prepaid", "unknown"]
    generated_from: None
    last4: str
    networks: CardNetworks
    three_d_secure_usage: ThreeDSecureUsage
    wallet: None


class CardDestination(FinSecureObject):
    """How the payer's bank finds the refund: the reference that it can be asked about."""

    __slots__ = ()
    _required = frozenset({"reference", "reference_status", "reference_type", "type"})
    reference: str | None
    reference_status: Literal["available", "pending", "unavailable"]
    reference_type: Literal["acquirer_reference_number"]
    type: Literal["pending", "refund"]


class CardNetworks(FinSecureObject):
    """Networks that the card can be charged through."""

    __slots__ = ()
    _required = frozenset({"available", "preferred"})
    available: List[str]
    preferred: str | None


class Charge(FinSecureObject):
    """One attempt to be paid, and the money it moved."""

    __slots__ = ()
    _object: ClassVar[str | None] = "charge"
    _required = frozenset({"id", "amount", "amount_captured", "amount_refunded", "balance_transaction", "billing_details", "calculated_statement_descriptor", "captured", "created", "currency", "customer", "description", "dispute", "disputed", "failure_code", "failure_message", "fraud_details", "livemode", "metadata", "outcome", "paid", "payment_intent", "payment_method", "payment_method_details", "receipt_email", "refunded", "shipping", "statement_descriptor", "statement_descriptor_suffix", "status", "transfer_group", "application", "failure_balance_transaction", "invoice", "receipt_number", "receipt_url", "review", "source"})
    id: str
    object: Literal["charge"]
    amount: int
    amount_captured: int
    amount_refunded: int
    balance_transaction: str | BalanceTransaction | None
    """Can be expanded: `balance_transaction`."""
    billing_details: BillingDetails
    calculated_statement_descriptor: str | None
    captured: bool
    created: int
    currency: str
    customer: str | Customer | DeletedCustomer | None
    """Can be expanded: `customer`."""
    description: str | None
    dispute: str | Dispute | None
    """Can be expanded: `dispute`."""
    disputed: bool
    failure_code: str | None
    failure_message: str | None
    fraud_details: FraudDetails
    livemode: bool
    metadata: Dict[str, str]
    outcome: ChargeOutcome | None
    paid: bool
    payment_intent: str | PaymentIntent
    """Can be expanded: `payment_intent`."""
    payment_method: str | PaymentMethod | None
    """Can be expanded: `payment_method`."""
    payment_method_details: AnyObject | None
    receipt_email: str | None
    refunded: bool
    shipping: PaymentsShipping | None
    statement_descriptor: str | None
    statement_descriptor_suffix: str | None
    status: Literal["failed", "pending", "succeeded"]
    transfer_group: str | None
    application: None
    failure_balance_transaction: None
    invoice: None
    receipt_number: None
    receipt_url: None
    review: None
    source: None

    @classmethod
    def list(cls, params: p.ChargeListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.ChargeListParams]) -> Page[Charge]:
        """List charges, newest first.

        GET /v1/charges
        """
        return own_client().charges.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def retrieve(cls, charge: str, params: p.ChargeRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.ChargeRetrieveParams]) -> Charge:
        """Retrieve a charge.

        GET /v1/charges/{charge}
        """
        return own_client().charges.retrieve(charge, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def update(cls, charge: str, params: p.UpdateChargeParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdateChargeParams]) -> Charge:
        """Update a charge's description, metadata and the like.

        POST /v1/charges/{charge}
        """
        return own_client().charges.update(charge, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    modify = update  # as Stripe calls it

    @classmethod
    def capture(cls, charge: str, params: p.CaptureChargeParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.CaptureChargeParams]) -> Charge:
        """Capture a charge.

        POST /v1/charges/{charge}/capture
        """
        return own_client().charges.capture(charge, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types


class ChargeOutcome(FinSecureObject):
    """What the network, or our own rules, said."""

    __slots__ = ()
    _required = frozenset({"network_status", "reason", "risk_level", "risk_score", "seller_message", "type", "advice_code", "network_advice_code", "network_decline_code"})
    network_status: Literal["approved_by_network", "declined_by_network", "not_sent_to_network", "reversed_after_approval"]
    reason: str | None
    risk_level: str
    risk_score: int
    seller_message: str
    type: Literal["authorized", "blocked", "invalid", "issuer_declined", "manual_review"]
    advice_code: str | None
    network_advice_code: str | None
    network_decline_code: str | None


class Checks(FinSecureObject):
    """What the bank said to what was entered with the number; null for what was not entered."""

    __slots__ = ()
    _required = frozenset({"address_line1_check", "address_postal_code_check", "cvc_check"})
    address_line1_check: Literal["fail", "pass", "unavailable", "unchecked"] | None
    address_postal_code_check: Literal["fail", "pass", "unavailable", "unchecked"] | None
    cvc_check: Literal["fail", "pass", "unavailable", "unchecked"] | None


class Customer(FinSecureObject):
    """Somebody who pays, perhaps more than once."""

    __slots__ = ()
    _object: ClassVar[str | None] = "customer"
    _required = frozenset({"id", "address", "balance", "created", "currency", "default_source", "delinquent", "description", "discount", "email", "invoice_prefix", "invoice_settings", "livemode", "metadata", "name", "phone", "preferred_locales", "shipping", "tax_exempt", "test_clock"})
    id: str
    object: Literal["customer"]
    address: Address | None
    balance: int
    created: int
    currency: None
    default_source: None
    delinquent: bool
    description: str | None
    discount: None
    email: str | None
    invoice_prefix: None
    invoice_settings: InvoiceSettings
    livemode: bool
    metadata: Dict[str, str]
    name: str | None
    phone: str | None
    preferred_locales: List[str]
    shipping: CustomersShipping | None
    tax_exempt: Literal["exempt", "none", "reverse"]
    test_clock: None

    @classmethod
    def list(cls, params: p.CustomerListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.CustomerListParams]) -> Page[Customer]:
        """List customers.

        GET /v1/customers
        """
        return own_client().customers.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def create(cls, params: p.CreateCustomerParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.CreateCustomerParams]) -> Customer:
        """Create a customer.

        POST /v1/customers
        """
        return own_client().customers.create(params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def delete(cls, customer: str, /, *, options: Options | None = None) -> DeletedCustomer:
        """Delete a customer and detach their payment methods.

        DELETE /v1/customers/{customer}
        """
        return own_client().customers.delete(customer, options=options)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def retrieve(cls, customer: str, params: p.CustomerRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.CustomerRetrieveParams]) -> Customer | DeletedCustomer:
        """Retrieve a customer.

        GET /v1/customers/{customer}
        """
        return own_client().customers.retrieve(customer, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def update(cls, customer: str, params: p.UpdateCustomerParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdateCustomerParams]) -> Customer:
        """Update a customer.

        POST /v1/customers/{customer}
        """
        return own_client().customers.update(customer, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    modify = update  # as Stripe calls it

    @classmethod
    def list_payment_methods(cls, customer: str, params: p.CustomerListPaymentMethodsParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.CustomerListPaymentMethodsParams]) -> Page[PaymentMethod]:
        """List a customer's payment methods.

        GET /v1/customers/{customer}/payment_methods
        """
        return own_client().customers.list_payment_methods(customer, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def retrieve_payment_method(cls, customer: str, payment_method: str, params: p.CustomerRetrievePaymentMethodParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.CustomerRetrievePaymentMethodParams]) -> PaymentMethod:
        """Retrieve a customer's payment method.

        GET /v1/customers/{customer}/payment_methods/{payment_method}
        """
        return own_client().customers.retrieve_payment_method(customer, payment_method, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types


class CustomersShipping(FinSecureObject):
    """Where a customer wants goods to go; on the wire and as a parameter."""

    __slots__ = ()
    _required = frozenset({"address", "name", "phone"})
    address: Address
    name: str
    phone: str | None


class DashboardSettings(FinSecureObject):
    """How the account is shown."""

    __slots__ = ()
    _required = frozenset({"display_name", "timezone"})
    display_name: str | None
    timezone: str


class DeletedCustomer(FinSecureObject):
    """What is left of a customer: enough to tell that there was one."""

    __slots__ = ()
    _object: ClassVar[str | None] = "customer"
    _required = frozenset({"id", "deleted"})
    id: str
    object: Literal["customer"]
    deleted: Literal[True]


class DeletedWebhookEndpoint(FinSecureObject):
    """What is left of an endpoint."""

    __slots__ = ()
    _object: ClassVar[str | None] = "webhook_endpoint"
    _required = frozenset({"id", "deleted"})
    id: str
    object: Literal["webhook_endpoint"]
    deleted: Literal[True]


class DeliveryError(FinSecureObject):
    """Why the last attempt that failed did so; the attempt itself says more."""

    __slots__ = ()
    _required = frozenset({"code", "side", "fix"})
    code: Literal["webhook_blocked_address", "webhook_connection_error", "webhook_dns_error", "webhook_http_error", "webhook_protocol_error", "webhook_redirect_refused", "webhook_timeout", "webhook_tls_error"]
    side: str
    fix: List[str]


class DestinationDetails(FinSecureObject):
    """Where the money went."""

    __slots__ = ()
    _required = frozenset({"card", "type"})
    card: CardDestination
    type: Literal["card"]


class Dispute(FinSecureObject):
    """A payer asks their bank for the money back. `amount` is in minor units of `currency`."""

    __slots__ = ()
    _object: ClassVar[str | None] = "dispute"
    _required = frozenset({"id", "amount", "balance_transactions", "charge", "created", "currency", "evidence", "evidence_details", "is_charge_refundable", "livemode", "metadata", "payment_intent", "payment_method_details", "reason", "status", "enhanced_eligibility_types", "network_reason_code"})
    id: str
    amount: int
    balance_transactions: List[BalanceTransaction]
    charge: str | Charge
    """Can be expanded: `charge`."""
    created: int
    currency: str
    evidence: Evidence
    evidence_details: EvidenceDetails
    is_charge_refundable: bool
    livemode: bool
    metadata: Dict[str, str]
    payment_intent: str | PaymentIntent
    """Can be expanded: `payment_intent`."""
    payment_method_details: DisputedMethod
    reason: str
    status: Literal["lost", "needs_response", "under_review", "warning_closed", "warning_needs_response", "warning_under_review", "won"]
    object: Literal["dispute"]
    enhanced_eligibility_types: List[Any]
    network_reason_code: None

    @classmethod
    def list(cls, params: p.DisputeListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.DisputeListParams]) -> Page[Dispute]:
        """List disputes, newest first.

        GET /v1/disputes
        """
        return own_client().disputes.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def retrieve(cls, dispute: str, params: p.DisputeRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.DisputeRetrieveParams]) -> Dispute:
        """Retrieve a dispute.

        GET /v1/disputes/{dispute}
        """
        return own_client().disputes.retrieve(dispute, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def update(cls, dispute: str, params: p.UpdateDisputeParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdateDisputeParams]) -> Dispute:
        """Answer a dispute with evidence.

        POST /v1/disputes/{dispute}
        """
        return own_client().disputes.update(dispute, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    modify = update  # as Stripe calls it

    @classmethod
    def close(cls, dispute: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> Dispute:
        """Accept a dispute.

        POST /v1/disputes/{dispute}/close
        """
        return own_client().disputes.close(dispute, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types


class DisputedCard(FinSecureObject):
    """The card whose owner disputes."""

    __slots__ = ()
    _required = frozenset({"brand", "case_type", "network_reason_code"})
    brand: str
    case_type: Literal["chargeback", "inquiry"]
    network_reason_code: str | None


class DisputedMethod(FinSecureObject):
    """What was paid with."""

    __slots__ = ()
    _required = frozenset({"card", "type"})
    card: DisputedCard
    type: Literal["card"]


class EndpointCheck(FinSecureObject):
    """One thing that a test has looked at."""

    __slots__ = ()
    _required = frozenset({"id", "status", "detail", "fix", "timing_ms"})
    id: Literal["duplicate", "reachable", "redirect", "signature_accepted", "signature_refused", "time", "tls"]
    status: Literal["fail", "pass", "skipped", "warn"]
    detail: str
    """What was seen."""
    fix: str | None
    """What to do about it."""
    timing_ms: int | None
    """How long the attempt took; null when there was none."""


class EndpointHealth(FinSecureObject):
    """How an endpoint fares at this moment."""

    __slots__ = ()
    _required = frozenset({"state", "failing_since", "will_be_disabled_at", "retry_at", "pending", "held"})
    state: Literal["disabled", "failing", "healthy", "unreachable"]
    """Unreachable: so much failed in a row that it is left alone until `retry_at`."""
    failing_since: int | None
    """When it began to accept nothing."""
    will_be_disabled_at: int | None
    """When it is disabled if it still accepts nothing."""
    retry_at: int | None
    """When it is tried again."""
    pending: int
    """Deliveries that wait to be sent. 1000 stands for that many or more."""
    held: int
    """Deliveries held while it was disabled. 1000 stands for that many or more."""


class EndpointSecret(FinSecureObject):
    """A signing secret without what makes it one. Secrets live by the wall clock, whatever the test clock says."""

    __slots__ = ()
    _required = frozenset({"id", "created", "expires_at", "last4"})
    id: str
    created: int
    expires_at: int | None
    """When it signs nothing any more; null for the newest."""
    last4: str


class Event(FinSecureObject):
    """Something happened to an object."""

    __slots__ = ()
    _object: ClassVar[str | None] = "event"
    _required = frozenset({"id", "account", "api_version", "created", "data", "livemode", "pending_webhooks", "request", "sequence", "type"})
    id: str
    object: Literal["event"]
    account: str
    api_version: str
    created: int
    data: EventData
    livemode: bool
    pending_webhooks: int
    request: EventRequest
    sequence: int
    """Counts the events about this object from 1, without a gap."""
    type: str

    @classmethod
    def list(cls, params: p.EventListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.EventListParams]) -> Page[Event]:
        """List events, newest first.

        GET /v1/events
        """
        return own_client().events.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def retrieve(cls, event: str, params: p.EventRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.EventRetrieveParams]) -> Event:
        """Retrieve an event.

        GET /v1/events/{event}
        """
        return own_client().events.retrieve(event, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def resend(cls, event: str, params: p.ResendEventParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.ResendEventParams]) -> Page[WebhookDelivery]:
        """Send an event again, to one endpoint or to all that it concerns.

        POST /v1/events/{event}/resend
        """
        return own_client().events.resend(event, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types


class EventData(FinSecureObject):
    """The object as it was right after the event, and the old values of what an update changed."""

    __slots__ = ()

    object: AnyObject
    previous_attributes: AnyObject | None


class EventRequest(FinSecureObject):
    """The call that caused it; both null when time did."""

    __slots__ = ()
    _required = frozenset({"id", "idempotency_key"})
    id: str | None
    idempotency_key: str | None


class EventType(FinSecureObject):
    """A type of event."""

    __slots__ = ()
    _object: ClassVar[str | None] = "event_type"
    _required = frozenset({"id", "description", "filters", "previous_attributes", "related_type"})
    id: str
    """What `type` says in such an event, and what a filter may name."""
    object: Literal["event_type"]
    description: str
    """When it happens."""
    example: Event
    """Such an event, of objects that do not exist. Only when one type is retrieved."""
    filters: List[str]
    """What lets it through to an endpoint, widest first."""
    previous_attributes: Literal["always", "never", "sometimes"]
    """Whether it shows the old values of what changed."""
    related_type: str
    """What `data.object.object` says."""

    @classmethod
    def list(cls, params: p.EventTypeListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.EventTypeListParams]) -> Page[EventType]:
        """List the types of events.

        GET /v1/event_types
        """
        return own_client().event_types.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def retrieve(cls, event_type: str, params: p.EventTypeRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.EventTypeRetrieveParams]) -> EventType:
        """Retrieve a type of event, with an example.

        GET /v1/event_types/{event_type}
        """
        return own_client().event_types.retrieve(event_type, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types


class Evidence(FinSecureObject):
    """What the merchant says for themselves."""

    __slots__ = ()
    _required = frozenset({"access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure", "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name", "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id", "product_description", "receipt", "refund_policy", "refund_policy_disclosure", "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address", "shipping_carrier", "shipping_date", "shipping_documentation", "shipping_tracking_number", "uncategorized_file", "uncategorized_text"})
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


class EvidenceDetails(FinSecureObject):
    """How far the evidence has got. Times are in seconds."""

    __slots__ = ()
    _required = frozenset({"due_by", "has_evidence", "past_due", "submission_count"})
    due_by: int
    has_evidence: bool
    past_due: bool
    submission_count: int


class FeeDetail(FinSecureObject):
    """One part of a fee."""

    __slots__ = ()
    _required = frozenset({"amount", "currency", "description", "type", "application"})
    amount: int
    currency: str
    description: str
    type: Literal["finsecure_fee"]
    application: str | None


class FraudDetails(FinSecureObject):
    """Reports of fraud, ours and the merchant's."""

    __slots__ = ()

    user_report: Literal["fraudulent", "safe"] | None


class Funds(FinSecureObject):
    """An amount of one currency."""

    __slots__ = ()
    _required = frozenset({"amount", "currency", "source_types"})
    amount: int
    currency: str
    source_types: Dict[str, int]


class Health(FinSecureObject):
    """`ok`: the process answers. `ready`: the database does as well, and takes writes."""

    __slots__ = ()
    _object: ClassVar[str | None] = "health"
    _required = frozenset({"status", "version", "work_late_seconds"})
    status: Literal["ok", "ready"]
    version: str
    work_late_seconds: int | None
    """How late the oldest due work is; 0 when none waits."""
    object: Literal["health"]

    @classmethod
    def retrieve(cls, params: p.HealthRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.HealthRetrieveParams]) -> Health:
        """Liveness; with ready=1 readiness.

        GET /v1/health
        """
        return own_client().health.retrieve(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types


class InvoiceSettings(FinSecureObject):
    """How a customer pays unless told otherwise."""

    __slots__ = ()
    _required = frozenset({"custom_fields", "default_payment_method", "footer", "rendering_options"})
    custom_fields: None
    default_payment_method: str | PaymentMethod | None
    """Can be expanded: `default_payment_method`."""
    footer: None
    rendering_options: None


class LastPaymentError(FinSecureObject):
    """Why the last confirmation failed."""

    __slots__ = ()
    _required = frozenset({"type", "code", "message", "doc_url"})
    type: str
    code: str
    message: str
    doc_url: str
    decline_code: str | None
    advice_code: str | None
    network_decline_code: str | None
    network_advice_code: str | None
    charge: str | None
    payment_method: AnyObject | None


class NextAction(FinSecureObject):
    """What must happen before the payment can go on."""

    __slots__ = ()
    _required = frozenset({"redirect_to_url", "type"})
    redirect_to_url: RedirectToUrl
    type: Literal["redirect_to_url"]


class PaymentIntent(FinSecureObject):
    """One intention to be paid, through however many attempts it takes."""

    __slots__ = ()
    _object: ClassVar[str | None] = "payment_intent"
    _required = frozenset({"id", "amount", "amount_capturable", "amount_received", "automatic_payment_methods", "canceled_at", "cancellation_reason", "capture_method", "client_secret", "confirmation_method", "created", "currency", "customer", "description", "last_payment_error", "latest_charge", "livemode", "metadata", "next_action", "payment_method", "payment_method_options", "payment_method_types", "receipt_email", "setup_future_usage", "shipping", "statement_descriptor", "statement_descriptor_suffix", "status", "transfer_group", "application", "invoice", "on_behalf_of", "processing", "review"})
    id: str
    object: Literal["payment_intent"]
    amount: int
    amount_capturable: int
    amount_received: int
    automatic_payment_methods: AutomaticPaymentMethods | None
    canceled_at: int | None
    cancellation_reason: str | None
    capture_method: Literal["automatic", "automatic_async", "manual"]
    client_secret: str
    confirmation_method: Literal["automatic", "manual"]
    created: int
    currency: str
    customer: str | Customer | DeletedCustomer | None
    """Can be expanded: `customer`."""
    description: str | None
    last_payment_error: LastPaymentError | None
    latest_charge: str | Charge | None
    """Can be expanded: `latest_charge`."""
    livemode: bool
    metadata: Dict[str, str]
    next_action: NextAction | None
    payment_method: str | PaymentMethod | None
    """Can be expanded: `payment_method`."""
    payment_method_options: AnyObject
    payment_method_types: List[str]
    receipt_email: str | None
    setup_future_usage: Literal["off_session", "on_session"] | None
    shipping: PaymentsShipping | None
    statement_descriptor: str | None
    statement_descriptor_suffix: str | None
    status: Literal["canceled", "processing", "requires_action", "requires_capture", "requires_confirmation", "requires_payment_method", "succeeded"]
    transfer_group: str | None
    application: None
    invoice: None
    on_behalf_of: None
    processing: None
    review: None

    @classmethod
    def list(cls, params: p.PaymentIntentListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.PaymentIntentListParams]) -> Page[PaymentIntent]:
        """List payment intents, newest first.

        GET /v1/payment_intents
        """
        return own_client().payment_intents.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @overload
    @classmethod
    def create(cls, params: p.CreatePaymentIntentParams, /, *, options: Options | None = None, idempotency_key: str | None = None) -> PaymentIntent: ...
    @overload
    @classmethod
    def create(cls, *, options: Options | None = None, idempotency_key: str | None = None, **params: Unpack[p.CreatePaymentIntentParams]) -> PaymentIntent: ...
    @classmethod  # type: ignore[misc]  # mypy does not see that Any takes the keywords of a TypedDict
    def create(cls, params: Any = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Any) -> Any:
        """Create a payment intent, and with confirm=true pay it.

        POST /v1/payment_intents
        """
        return own_client().payment_intents.create(params, options=options, idempotency_key=idempotency_key, **more)

    @classmethod
    def retrieve(cls, intent: str, params: p.PaymentIntentRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.PaymentIntentRetrieveParams]) -> PaymentIntent:
        """Retrieve a payment intent.

        GET /v1/payment_intents/{intent}
        """
        return own_client().payment_intents.retrieve(intent, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def update(cls, intent: str, params: p.UpdatePaymentIntentParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdatePaymentIntentParams]) -> PaymentIntent:
        """Update a payment intent.

        POST /v1/payment_intents/{intent}
        """
        return own_client().payment_intents.update(intent, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    modify = update  # as Stripe calls it

    @classmethod
    def cancel(cls, intent: str, params: p.CancelPaymentIntentParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.CancelPaymentIntentParams]) -> PaymentIntent:
        """Cancel a payment intent and release what is held.

        POST /v1/payment_intents/{intent}/cancel
        """
        return own_client().payment_intents.cancel(intent, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def capture(cls, intent: str, params: p.CapturePaymentIntentParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.CapturePaymentIntentParams]) -> PaymentIntent:
        """Capture what is held, or a part of it.

        POST /v1/payment_intents/{intent}/capture
        """
        return own_client().payment_intents.capture(intent, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def confirm(cls, intent: str, params: p.ConfirmPaymentIntentParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.ConfirmPaymentIntentParams]) -> PaymentIntent:
        """Confirm a payment intent: try to be paid.

        POST /v1/payment_intents/{intent}/confirm
        """
        return own_client().payment_intents.confirm(intent, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    @overload
    @classmethod
    def increment_authorization(cls, intent: str, params: p.IncrementAuthorizationParams, /, *, options: Options | None = None, idempotency_key: str | None = None) -> PaymentIntent: ...
    @overload
    @classmethod
    def increment_authorization(cls, intent: str, /, *, options: Options | None = None, idempotency_key: str | None = None, **params: Unpack[p.IncrementAuthorizationParams]) -> PaymentIntent: ...
    @classmethod
    def increment_authorization(cls, intent: str, params: Any = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Any) -> Any:
        """Raise what is held.

        POST /v1/payment_intents/{intent}/increment_authorization
        """
        return own_client().payment_intents.increment_authorization(intent, params, options=options, idempotency_key=idempotency_key, **more)


class PaymentMethod(FinSecureObject):
    """Something to pay with."""

    __slots__ = ()
    _object: ClassVar[str | None] = "payment_method"
    _required = frozenset({"id", "allow_redisplay", "billing_details", "card", "created", "customer", "livemode", "metadata", "type", "us_bank_account"})
    id: str
    object: Literal["payment_method"]
    allow_redisplay: Literal["always", "limited", "unspecified"]
    billing_details: BillingDetails
    card: Card | None
    created: int
    customer: str | Customer | DeletedCustomer | None
    """Can be expanded: `customer`."""
    livemode: bool
    metadata: Dict[str, str]
    type: Literal["card", "us_bank_account"]
    us_bank_account: UsBankAccount | None

    @classmethod
    def list(cls, params: p.PaymentMethodListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.PaymentMethodListParams]) -> Page[PaymentMethod]:
        """List payment methods.

        GET /v1/payment_methods
        """
        return own_client().payment_methods.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @overload
    @classmethod
    def create(cls, params: p.CreatePaymentMethodParams, /, *, options: Options | None = None, idempotency_key: str | None = None) -> PaymentMethod: ...
    @overload
    @classmethod
    def create(cls, *, options: Options | None = None, idempotency_key: str | None = None, **params: Unpack[p.CreatePaymentMethodParams]) -> PaymentMethod: ...
    @classmethod  # type: ignore[misc]  # mypy does not see that Any takes the keywords of a TypedDict
    def create(cls, params: Any = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Any) -> Any:
        """Create a payment method.

        POST /v1/payment_methods
        """
        return own_client().payment_methods.create(params, options=options, idempotency_key=idempotency_key, **more)

    @classmethod
    def retrieve(cls, payment_method: str, params: p.PaymentMethodRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.PaymentMethodRetrieveParams]) -> PaymentMethod:
        """Retrieve a payment method.

        GET /v1/payment_methods/{payment_method}
        """
        return own_client().payment_methods.retrieve(payment_method, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def update(cls, payment_method: str, params: p.UpdatePaymentMethodParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdatePaymentMethodParams]) -> PaymentMethod:
        """Update a payment method.

        POST /v1/payment_methods/{payment_method}
        """
        return own_client().payment_methods.update(payment_method, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    modify = update  # as Stripe calls it

    @overload
    @classmethod
    def attach(cls, payment_method: str, params: p.AttachPaymentMethodParams, /, *, options: Options | None = None, idempotency_key: str | None = None) -> PaymentMethod: ...
    @overload
    @classmethod
    def attach(cls, payment_method: str, /, *, options: Options | None = None, idempotency_key: str | None = None, **params: Unpack[p.AttachPaymentMethodParams]) -> PaymentMethod: ...
    @classmethod
    def attach(cls, payment_method: str, params: Any = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Any) -> Any:
        """Attach a payment method to a customer.

        POST /v1/payment_methods/{payment_method}/attach
        """
        return own_client().payment_methods.attach(payment_method, params, options=options, idempotency_key=idempotency_key, **more)

    @classmethod
    def detach(cls, payment_method: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> PaymentMethod:
        """Detach a payment method from its customer.

        POST /v1/payment_methods/{payment_method}/detach
        """
        return own_client().payment_methods.detach(payment_method, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types


class PaymentsSettings(FinSecureObject):
    """What payers read on their statements unless a payment says otherwise."""

    __slots__ = ()
    _required = frozenset({"statement_descriptor"})
    statement_descriptor: str | None


class PaymentsShipping(FinSecureObject):
    """Where goods go."""

    __slots__ = ()
    _required = frozenset({"address", "carrier", "name", "phone", "tracking_number"})
    address: Address | None
    carrier: str | None
    name: str | None
    phone: str | None
    tracking_number: str | None


class Payout(FinSecureObject):
    """Money on its way from the available balance to the merchant's bank."""

    __slots__ = ()
    _object: ClassVar[str | None] = "payout"
    _required = frozenset({"id", "amount", "arrival_date", "balance_transaction", "created", "currency", "description", "destination", "failure_balance_transaction", "failure_code", "failure_message", "livemode", "metadata", "method", "statement_descriptor", "status", "application_fee", "application_fee_amount", "automatic", "original_payout", "reconciliation_status", "reversed_by", "source_type", "trace_id", "type"})
    id: str
    object: Literal["payout"]
    amount: int
    arrival_date: int
    balance_transaction: str | BalanceTransaction
    """Can be expanded: `balance_transaction`."""
    created: int
    currency: str
    description: str | None
    destination: str
    failure_balance_transaction: str | BalanceTransaction | None
    """Can be expanded: `failure_balance_transaction`."""
    failure_code: str | None
    failure_message: str | None
    livemode: bool
    metadata: Dict[str, str]
    method: Literal["instant", "standard"]
    statement_descriptor: str | None
    status: Literal["canceled", "failed", "in_transit", "paid", "pending"]
    application_fee: None
    application_fee_amount: None
    automatic: bool
    original_payout: None
    reconciliation_status: Literal["not_applicable"]
    reversed_by: None
    source_type: Literal["card"]
    trace_id: None
    type: Literal["bank_account"]

    @classmethod
    def list(cls, params: p.PayoutListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.PayoutListParams]) -> Page[Payout]:
        """List payouts, newest first.

        GET /v1/payouts
        """
        return own_client().payouts.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @overload
    @classmethod
    def create(cls, params: p.CreatePayoutParams, /, *, options: Options | None = None, idempotency_key: str | None = None) -> Payout: ...
    @overload
    @classmethod
    def create(cls, *, options: Options | None = None, idempotency_key: str | None = None, **params: Unpack[p.CreatePayoutParams]) -> Payout: ...
    @classmethod  # type: ignore[misc]  # mypy does not see that Any takes the keywords of a TypedDict
    def create(cls, params: Any = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Any) -> Any:
        """Pay out available funds.

        POST /v1/payouts
        """
        return own_client().payouts.create(params, options=options, idempotency_key=idempotency_key, **more)

    @classmethod
    def retrieve(cls, payout: str, params: p.PayoutRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.PayoutRetrieveParams]) -> Payout:
        """Retrieve a payout.

        GET /v1/payouts/{payout}
        """
        return own_client().payouts.retrieve(payout, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def update(cls, payout: str, params: p.UpdatePayoutParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdatePayoutParams]) -> Payout:
        """Update a payout's metadata.

        POST /v1/payouts/{payout}
        """
        return own_client().payouts.update(payout, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    modify = update  # as Stripe calls it

    @classmethod
    def cancel(cls, payout: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> Payout:
        """Cancel a payout that is still pending.

        POST /v1/payouts/{payout}/cancel
        """
        return own_client().payouts.cancel(payout, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types


class RedirectToUrl(FinSecureObject):
    """The page on which the payer authenticates."""

    __slots__ = ()
    _required = frozenset({"url", "return_url"})
    url: str
    return_url: str | None


class Refund(FinSecureObject):
    """Money on its way back to the payer. `amount` is in minor units of `currency`."""

    __slots__ = ()
    _object: ClassVar[str | None] = "refund"
    _required = frozenset({"id", "amount", "balance_transaction", "charge", "created", "currency", "destination_details", "failure_balance_transaction", "failure_reason", "metadata", "payment_intent", "pending_reason", "reason", "status", "receipt_number", "source_transfer_reversal", "transfer_reversal"})
    id: str
    amount: int
    balance_transaction: str | BalanceTransaction | None
    """Can be expanded: `balance_transaction`."""
    charge: str | Charge
    """Can be expanded: `charge`."""
    created: int
    currency: str
    destination_details: DestinationDetails
    failure_balance_transaction: str | BalanceTransaction | None
    """Can be expanded: `failure_balance_transaction`."""
    failure_reason: str | None
    metadata: Dict[str, str]
    payment_intent: str | PaymentIntent
    """Can be expanded: `payment_intent`."""
    pending_reason: Literal["insufficient_funds", "processing"] | None
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None
    status: Literal["canceled", "failed", "pending", "succeeded"]
    object: Literal["refund"]
    receipt_number: None
    source_transfer_reversal: None
    transfer_reversal: None

    @classmethod
    def list(cls, params: p.RefundListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.RefundListParams]) -> Page[Refund]:
        """List refunds, newest first.

        GET /v1/refunds
        """
        return own_client().refunds.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def create(cls, params: p.CreateRefundParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.CreateRefundParams]) -> Refund:
        """Refund a charge, whole or in part.

        POST /v1/refunds
        """
        return own_client().refunds.create(params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def retrieve(cls, refund: str, params: p.RefundRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.RefundRetrieveParams]) -> Refund:
        """Retrieve a refund.

        GET /v1/refunds/{refund}
        """
        return own_client().refunds.retrieve(refund, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def update(cls, refund: str, params: p.UpdateRefundParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdateRefundParams]) -> Refund:
        """Update a refund's metadata.

        POST /v1/refunds/{refund}
        """
        return own_client().refunds.update(refund, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    modify = update  # as Stripe calls it

    @classmethod
    def cancel(cls, refund: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> Refund:
        """Cancel a refund that waits for funds.

        POST /v1/refunds/{refund}/cancel
        """
        return own_client().refunds.cancel(refund, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types


class ReplayFilter(FinSecureObject):
    """Which deliveries are sent again."""

    __slots__ = ()
    _required = frozenset({"created", "related_object", "states", "types"})
    created: ReplayedTime
    related_object: str | None
    states: List[Literal["canceled", "delivered", "exhausted", "held", "missing"]]
    types: List[str]
    """Empty: of all types."""


class ReplayProgress(FinSecureObject):
    """How far it got. What the endpoint was sent again since, by a resend or another replay, is only in `scheduled`."""

    __slots__ = ()
    _required = frozenset({"total", "total_is_at_least", "scheduled", "pending", "untried", "delivered", "exhausted", "held", "canceled"})
    total: int
    """How many matched as it began."""
    total_is_at_least: bool
    """Whether counting them was given up at that number."""
    scheduled: int
    """How many it has given a time to be sent."""
    pending: int
    """How many of those are to be tried, once more or for the first time."""
    untried: int
    """How many of the pending ones are to be tried for the first time."""
    delivered: int
    exhausted: int
    held: int
    canceled: int


class ReplayedTime(FinSecureObject):
    """From when (inclusive) to when (exclusive) the events happened. Null: no bound."""

    __slots__ = ()
    _required = frozenset({"gte", "lt"})
    gte: int | None
    lt: int | None


class RequestLog(FinSecureObject):
    """One request and what became of it. Card data is never in it; what else is secret reads `[redacted]`."""

    __slots__ = ()
    _object: ClassVar[str | None] = "request_log"
    _required = frozenset({"id", "api_key", "api_version", "created", "duration_us", "error_code", "idempotency_key", "ip", "livemode", "method", "object_id", "path", "request", "response", "status", "user_agent"})
    id: str
    object: Literal["request_log"]
    api_key: str | None
    api_version: str
    created: int
    duration_us: int
    """Microseconds from the arrival of the request to its reply."""
    error_code: str | None
    idempotency_key: str | None
    ip: str
    livemode: bool
    method: str
    object_id: str | None
    path: str
    request: AnyObject
    response: AnyObject | None
    status: int
    user_agent: str

    @classmethod
    def list(cls, params: p.RequestLogListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.RequestLogListParams]) -> Page[RequestLog]:
        """List requests.

        GET /v1/request_logs
        """
        return own_client().request_logs.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def retrieve(cls, id: str, params: p.RequestLogRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.RequestLogRetrieveParams]) -> RequestLog:
        """Retrieve a request.

        GET /v1/request_logs/{id}
        """
        return own_client().request_logs.retrieve(id, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types


class SetupAttempt(FinSecureObject):
    """One confirmation of a setup intent."""

    __slots__ = ()
    _object: ClassVar[str | None] = "setup_attempt"
    _required = frozenset({"id", "created", "customer", "flow_directions", "livemode", "payment_method", "payment_method_details", "setup_error", "setup_intent", "status", "usage", "application", "attach_to_self", "on_behalf_of"})
    id: str
    object: Literal["setup_attempt"]
    created: int
    customer: str | Customer | DeletedCustomer | None
    """Can be expanded: `customer`."""
    flow_directions: List[Literal["inbound", "outbound"]] | None
    livemode: bool
    payment_method: str | PaymentMethod
    """Can be expanded: `payment_method`."""
    payment_method_details: AnyObject
    setup_error: LastPaymentError | None
    setup_intent: str | SetupIntent
    """Can be expanded: `setup_intent`."""
    status: Literal["abandoned", "failed", "processing", "requires_action", "succeeded"]
    usage: Literal["off_session", "on_session"]
    application: None
    attach_to_self: None
    on_behalf_of: None

    @overload
    @classmethod
    def list(cls, params: p.SetupAttemptListParams, /, *, options: Options | None = None) -> Page[SetupAttempt]: ...
    @overload
    @classmethod
    def list(cls, *, options: Options | None = None, **params: Unpack[p.SetupAttemptListParams]) -> Page[SetupAttempt]: ...
    @classmethod  # type: ignore[misc]  # mypy does not see that Any takes the keywords of a TypedDict
    def list(cls, params: Any = None, /, *, options: Options | None = None, **more: Any) -> Any:
        """List the attempts of a setup intent, newest first.

        GET /v1/setup_attempts
        """
        return own_client().setup_attempts.list(params, options=options, **more)


class SetupIntent(FinSecureObject):
    """One intention to save a payment method for later, through however many attempts it takes."""

    __slots__ = ()
    _object: ClassVar[str | None] = "setup_intent"
    _required = frozenset({"id", "automatic_payment_methods", "cancellation_reason", "client_secret", "created", "customer", "description", "flow_directions", "last_setup_error", "latest_attempt", "livemode", "metadata", "next_action", "payment_method", "payment_method_options", "payment_method_types", "status", "usage", "application", "mandate", "on_behalf_of", "single_use_mandate"})
    id: str
    object: Literal["setup_intent"]
    automatic_payment_methods: AutomaticPaymentMethods | None
    cancellation_reason: str | None
    client_secret: str
    created: int
    customer: str | Customer | DeletedCustomer | None
    """Can be expanded: `customer`."""
    description: str | None
    flow_directions: List[Literal["inbound", "outbound"]] | None
    last_setup_error: LastPaymentError | None
    latest_attempt: str | SetupAttempt | None
    """Can be expanded: `latest_attempt`."""
    livemode: bool
    metadata: Dict[str, str]
    next_action: NextAction | None
    payment_method: str | PaymentMethod | None
    """Can be expanded: `payment_method`."""
    payment_method_options: AnyObject
    payment_method_types: List[str]
    status: Literal["canceled", "processing", "requires_action", "requires_confirmation", "requires_payment_method", "succeeded"]
    usage: Literal["off_session", "on_session"]
    application: None
    mandate: None
    on_behalf_of: None
    single_use_mandate: None

    @classmethod
    def list(cls, params: p.SetupIntentListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.SetupIntentListParams]) -> Page[SetupIntent]:
        """List setup intents, newest first.

        GET /v1/setup_intents
        """
        return own_client().setup_intents.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def create(cls, params: p.CreateSetupIntentParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.CreateSetupIntentParams]) -> SetupIntent:
        """Create a setup intent, and with confirm=true save the payment method.

        POST /v1/setup_intents
        """
        return own_client().setup_intents.create(params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def retrieve(cls, intent: str, params: p.SetupIntentRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.SetupIntentRetrieveParams]) -> SetupIntent:
        """Retrieve a setup intent.

        GET /v1/setup_intents/{intent}
        """
        return own_client().setup_intents.retrieve(intent, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def update(cls, intent: str, params: p.UpdateSetupIntentParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdateSetupIntentParams]) -> SetupIntent:
        """Update a setup intent.

        POST /v1/setup_intents/{intent}
        """
        return own_client().setup_intents.update(intent, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    modify = update  # as Stripe calls it

    @classmethod
    def cancel(cls, intent: str, params: p.CancelSetupIntentParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.CancelSetupIntentParams]) -> SetupIntent:
        """Cancel a setup intent.

        POST /v1/setup_intents/{intent}/cancel
        """
        return own_client().setup_intents.cancel(intent, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def confirm(cls, intent: str, params: p.ConfirmSetupIntentParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.ConfirmSetupIntentParams]) -> SetupIntent:
        """Confirm a setup intent: try to save the payment method.

        POST /v1/setup_intents/{intent}/confirm
        """
        return own_client().setup_intents.confirm(intent, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types


class TestClock(FinSecureObject):
    """The time in test mode of this account. It runs on by itself, ahead of the wall clock by `offset` seconds."""

    __slots__ = ()
    _object: ClassVar[str | None] = "test_clock"
    _required = frozenset({"livemode", "now", "offset", "moved_at"})
    object: Literal["test_clock"]
    livemode: bool
    now: int
    offset: int
    moved_at: int | None

    @classmethod
    def retrieve(cls, params: p.TestHelpersClockRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.TestHelpersClockRetrieveParams]) -> TestClock:
        """Read the test clock.

        GET /v1/test_helpers/clock
        """
        return own_client().test_helpers.clock.retrieve(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def advance(cls, params: p.AdvanceClockParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.AdvanceClockParams]) -> TestClock:
        """Advance the test clock.

        POST /v1/test_helpers/clock/advance
        """
        return own_client().test_helpers.clock.advance(params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types


class ThreeDSecureUsage(FinSecureObject):
    """Whether the card can be authenticated."""

    __slots__ = ()
    _required = frozenset({"supported"})
    supported: bool


class UsBankAccount(FinSecureObject):
    """An account at a bank in the United States."""

    __slots__ = ()
    _required = frozenset({"account_holder_type", "account_type", "bank_name", "financial_connections_account", "fingerprint", "last4", "networks", "routing_number", "status_details"})
    account_holder_type: Literal["company", "individual"]
    account_type: Literal["checking", "savings"]
    bank_name: None
    financial_connections_account: None
    fingerprint: str | None
    last4: str
    networks: BankNetworks
    routing_number: str
    status_details: None


class WebhookAttempt(FinSecureObject):
    """One request to an endpoint, and what came back."""

    __slots__ = ()
    _object: ClassVar[str | None] = "webhook_attempt"
    _required = frozenset({"id", "cause", "connection", "created", "delivery", "delivery_state", "error", "event", "event_type", "livemode", "next_attempt_at", "number", "related_object", "request", "response", "status", "superseded", "timing", "webhook_endpoint"})
    id: str
    object: Literal["webhook_attempt"]
    cause: Literal["automatic", "replay", "resend", "test"]
    """What it was due to."""
    connection: AttemptConnection
    created: int
    delivery: str | WebhookDelivery
    """Can be expanded: `delivery`."""
    delivery_state: Literal["canceled", "delivered", "exhausted", "held", "pending"]
    """Where it left the delivery."""
    error: AttemptError | None
    event: str | Event
    """Can be expanded: `event`."""
    event_type: str
    livemode: bool
    next_attempt_at: int | None
    """When the next one was planned, as it left the delivery."""
    number: int
    """Counts the attempts of its delivery from 1."""
    related_object: str
    """What the event is about."""
    request: AttemptRequest
    response: AttemptResponse | None
    status: Literal["failed", "succeeded"]
    superseded: bool
    """Its report came too late to count: by then somebody else had moved the delivery on."""
    timing: AttemptTiming
    webhook_endpoint: str | DeletedWebhookEndpoint | WebhookEndpoint
    """Can be expanded: `webhook_endpoint`."""

    @classmethod
    def list(cls, params: p.WebhookAttemptListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.WebhookAttemptListParams]) -> Page[WebhookAttempt]:
        """List attempts to deliver, newest first.

        GET /v1/webhook_attempts
        """
        return own_client().webhook_attempts.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def retrieve(cls, webhook_attempt: str, params: p.WebhookAttemptRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.WebhookAttemptRetrieveParams]) -> WebhookAttempt:
        """Retrieve an attempt.

        GET /v1/webhook_attempts/{webhook_attempt}
        """
        return own_client().webhook_attempts.retrieve(webhook_attempt, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types


class WebhookDelivery(FinSecureObject):
    """One event for one endpoint, tried until it arrives."""

    __slots__ = ()
    _object: ClassVar[str | None] = "webhook_delivery"
    _required = frozenset({"id", "attempts", "cause", "created", "delivered_at", "event", "event_type", "last_error", "livemode", "next_attempt_at", "related_object", "replay", "schedule_length", "schedule_used", "status", "webhook_endpoint"})
    id: str
    object: Literal["webhook_delivery"]
    attempts: int
    """How many were made in all."""
    cause: Literal["automatic", "replay", "resend", "test"]
    """What its next attempts are due to, or its last ones were."""
    created: int
    """When its event happened."""
    delivered_at: int | None
    """When it first arrived."""
    event: str | Event
    """Can be expanded: `event`."""
    event_type: str
    last_error: DeliveryError | None
    livemode: bool
    next_attempt_at: int | None
    """Not null exactly while it is pending."""
    related_object: str
    """What the event is about."""
    replay: str | WebhookReplay | None
    """Can be expanded: `replay`."""
    schedule_length: int
    """How many attempts it gets before it is exhausted."""
    schedule_used: int
    """How many of these are used up."""
    status: Literal["canceled", "delivered", "exhausted", "held", "pending"]
    webhook_endpoint: str | DeletedWebhookEndpoint | WebhookEndpoint
    """Can be expanded: `webhook_endpoint`."""

    @classmethod
    def list(cls, params: p.WebhookDeliveryListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.WebhookDeliveryListParams]) -> Page[WebhookDelivery]:
        """List deliveries, newest event first.

        GET /v1/webhook_deliveries
        """
        return own_client().webhook_deliveries.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def retrieve(cls, webhook_delivery: str, params: p.WebhookDeliveryRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.WebhookDeliveryRetrieveParams]) -> WebhookDelivery:
        """Retrieve a delivery.

        GET /v1/webhook_deliveries/{webhook_delivery}
        """
        return own_client().webhook_deliveries.retrieve(webhook_delivery, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def resend(cls, webhook_delivery: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> WebhookDelivery:
        """Send a delivery again, by the full schedule.

        POST /v1/webhook_deliveries/{webhook_delivery}/resend
        """
        return own_client().webhook_deliveries.resend(webhook_delivery, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types


class WebhookEndpoint(FinSecureObject):
    """An address that hears of events. `secret` is there only in the replies to its creation and to a roll."""

    __slots__ = ()
    _object: ClassVar[str | None] = "webhook_endpoint"
    _required = frozenset({"id", "api_version", "application", "created", "description", "disabled_at", "disabled_reason", "enabled_events", "headers", "livemode", "metadata", "payload", "rate_limit", "secrets", "status", "timeout", "url", "warnings", "health"})
    id: str
    object: Literal["webhook_endpoint"]
    api_version: Literal["2018-11-08", "2026-11-22"] | None
    """Shape of the events; null for the current one."""
    application: None
    created: int
    description: str | None
    disabled_at: int | None
    disabled_reason: Literal["failing", "requested"] | None
    """Whether you disabled it, or nothing had arrived for five days."""
    enabled_events: List[str]
    headers: Dict[str, str]
    """Headers of its own; the values are not shown."""
    livemode: bool
    metadata: Dict[str, str]
    payload: Literal["snapshot", "thin"]
    """Whether events bring the object along, or only say where it is."""
    rate_limit: int | None
    """How many attempts a second it gets at most."""
    secrets: List[EndpointSecret]
    """What its events are signed with, newest first."""
    status: Literal["deleted", "disabled", "enabled"]
    """A deleted endpoint is shown only where others refer to it."""
    timeout: int
    """Seconds for an attempt."""
    url: str
    warnings: List[str]
    """What you should know about its address."""
    health: EndpointHealth
    replay: str
    """In the reply to enable: the replay of what was held, if you asked for it."""
    secret: str

    @classmethod
    def list(cls, params: p.WebhookEndpointListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.WebhookEndpointListParams]) -> Page[WebhookEndpoint]:
        """List webhook endpoints.

        GET /v1/webhook_endpoints
        """
        return own_client().webhook_endpoints.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @overload
    @classmethod
    def create(cls, params: p.CreateWebhookEndpointParams, /, *, options: Options | None = None, idempotency_key: str | None = None) -> WebhookEndpoint: ...
    @overload
    @classmethod
    def create(cls, *, options: Options | None = None, idempotency_key: str | None = None, **params: Unpack[p.CreateWebhookEndpointParams]) -> WebhookEndpoint: ...
    @classmethod  # type: ignore[misc]  # mypy does not see that Any takes the keywords of a TypedDict
    def create(cls, params: Any = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Any) -> Any:
        """Create a webhook endpoint.

        POST /v1/webhook_endpoints
        """
        return own_client().webhook_endpoints.create(params, options=options, idempotency_key=idempotency_key, **more)

    @classmethod
    def delete(cls, webhook_endpoint: str, /, *, options: Options | None = None) -> DeletedWebhookEndpoint:
        """Delete a webhook endpoint.

        DELETE /v1/webhook_endpoints/{webhook_endpoint}
        """
        return own_client().webhook_endpoints.delete(webhook_endpoint, options=options)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def retrieve(cls, webhook_endpoint: str, params: p.WebhookEndpointRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.WebhookEndpointRetrieveParams]) -> WebhookEndpoint:
        """Retrieve a webhook endpoint.

        GET /v1/webhook_endpoints/{webhook_endpoint}
        """
        return own_client().webhook_endpoints.retrieve(webhook_endpoint, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def update(cls, webhook_endpoint: str, params: p.UpdateWebhookEndpointParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdateWebhookEndpointParams]) -> WebhookEndpoint:
        """Update a webhook endpoint.

        POST /v1/webhook_endpoints/{webhook_endpoint}
        """
        return own_client().webhook_endpoints.update(webhook_endpoint, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    modify = update  # as Stripe calls it

    @classmethod
    def disable(cls, webhook_endpoint: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> WebhookEndpoint:
        """Disable a webhook endpoint.

        POST /v1/webhook_endpoints/{webhook_endpoint}/disable
        """
        return own_client().webhook_endpoints.disable(webhook_endpoint, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def enable(cls, webhook_endpoint: str, params: p.EnableWebhookEndpointParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.EnableWebhookEndpointParams]) -> WebhookEndpoint:
        """Enable a webhook endpoint.

        POST /v1/webhook_endpoints/{webhook_endpoint}/enable
        """
        return own_client().webhook_endpoints.enable(webhook_endpoint, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def roll_secret(cls, webhook_endpoint: str, params: p.RollSecretParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.RollSecretParams]) -> WebhookEndpoint:
        """Roll a webhook endpoint's secret.

        POST /v1/webhook_endpoints/{webhook_endpoint}/roll_secret
        """
        return own_client().webhook_endpoints.roll_secret(webhook_endpoint, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def send_test_event(cls, webhook_endpoint: str, params: p.SendTestEventParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.SendTestEventParams]) -> Event:
        """Send a webhook endpoint an event of any type, of which nothing has happened.

        POST /v1/webhook_endpoints/{webhook_endpoint}/send_test_event
        """
        return own_client().webhook_endpoints.send_test_event(webhook_endpoint, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def test(cls, webhook_endpoint: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> WebhookEndpointTest:
        """Test a webhook endpoint.

        POST /v1/webhook_endpoints/{webhook_endpoint}/test
        """
        return own_client().webhook_endpoints.test(webhook_endpoint, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types


class WebhookEndpointTest(FinSecureObject):
    """What came of sending an endpoint a signed event, the same again, and one with a wrong signature."""

    __slots__ = ()
    _object: ClassVar[str | None] = "webhook_endpoint_test"
    _required = frozenset({"checks", "livemode", "passed", "url", "verdict", "webhook_endpoint"})
    object: Literal["webhook_endpoint_test"]
    checks: List[EndpointCheck]
    livemode: bool
    passed: bool
    """Whether nothing failed."""
    url: str
    verdict: str
    """All of it in a sentence."""
    webhook_endpoint: str | DeletedWebhookEndpoint | WebhookEndpoint
    """Can be expanded: `webhook_endpoint`."""


class WebhookReplay(FinSecureObject):
    """Sends an endpoint again what matches a filter, at a steady rate, each by the full schedule."""

    __slots__ = ()
    _object: ClassVar[str | None] = "webhook_replay"
    _required = frozenset({"id", "created", "ended_at", "filter", "livemode", "percent", "progress", "rate", "status", "stopped_by", "webhook_endpoint"})
    id: str
    object: Literal["webhook_replay"]
    created: int
    ended_at: int | None
    """When it was completed or canceled."""
    filter: ReplayFilter
    livemode: bool
    percent: int
    """How much of what matched has been tried at least once."""
    progress: ReplayProgress
    rate: int
    status: Literal["canceled", "canceling", "completed", "running"]
    """It is `completed` once everything it sends has been tried: what failed is tried again by its own schedule. While
    it is `canceling`, what was not tried goes back to where it stood.
    """
    stopped_by: Literal["endpoint_deleted", "endpoint_disabled", "request"] | None
    """Why it was canceled."""
    webhook_endpoint: str | DeletedWebhookEndpoint | WebhookEndpoint
    """Can be expanded: `webhook_endpoint`."""

    @classmethod
    def list(cls, params: p.WebhookReplayListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.WebhookReplayListParams]) -> Page[WebhookReplay]:
        """List replays, newest first.

        GET /v1/webhook_replays
        """
        return own_client().webhook_replays.list(params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @overload
    @classmethod
    def create(cls, params: p.CreateReplayParams, /, *, options: Options | None = None, idempotency_key: str | None = None) -> WebhookReplay | WebhookReplayPreview: ...
    @overload
    @classmethod
    def create(cls, *, options: Options | None = None, idempotency_key: str | None = None, **params: Unpack[p.CreateReplayParams]) -> WebhookReplay | WebhookReplayPreview: ...
    @classmethod  # type: ignore[misc]  # mypy does not see that Any takes the keywords of a TypedDict
    def create(cls, params: Any = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Any) -> Any:
        """Send an endpoint again what matches a filter.

        POST /v1/webhook_replays
        """
        return own_client().webhook_replays.create(params, options=options, idempotency_key=idempotency_key, **more)

    @classmethod
    def retrieve(cls, webhook_replay: str, params: p.WebhookReplayRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.WebhookReplayRetrieveParams]) -> WebhookReplay:
        """Retrieve a replay, and how far it got.

        GET /v1/webhook_replays/{webhook_replay}
        """
        return own_client().webhook_replays.retrieve(webhook_replay, params, options=options, **more)  # type: ignore[no-any-return]  # the core knows no types

    @classmethod
    def cancel(cls, webhook_replay: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> WebhookReplay:
        """Cancel a replay; what was not tried goes back to where it stood.

        POST /v1/webhook_replays/{webhook_replay}/cancel
        """
        return own_client().webhook_replays.cancel(webhook_replay, params, options=options, idempotency_key=idempotency_key, **more)  # type: ignore[no-any-return]  # the core knows no types


class WebhookReplayPreview(FinSecureObject):
    """What a replay would send, had it not been a dry run."""

    __slots__ = ()
    _object: ClassVar[str | None] = "webhook_replay_preview"
    _required = frozenset({"filter", "livemode", "rate", "seconds", "total", "total_is_at_least", "webhook_endpoint"})
    object: Literal["webhook_replay_preview"]
    filter: ReplayFilter
    livemode: bool
    rate: int
    seconds: int
    """How long that takes at this rate."""
    total: int
    total_is_at_least: bool
    """Whether counting them was given up at that number."""
    webhook_endpoint: str

Account._members = {
    "business_profile": (BusinessProfile,),
    "metadata": (),
    "settings": (AccountSettings,),
    "test_clock": (TestClock,),
}
AccountSettings._members = {
    "dashboard": (DashboardSettings,),
    "payments": (PaymentsSettings,),
}
AttemptRequest._members = {
    "headers": (),
}
AttemptResponse._members = {
    "headers": (),
}
Balance._members = {
    "available": (Funds,),
    "pending": (Funds,),
    "debt": (Funds,),
}
BalanceTransaction._members = {
    "fee_details": (FeeDetail,),
}
BillingDetails._members = {
    "address": (Address,),
}
Card._members = {
    "checks": (Checks,),
    "networks": (CardNetworks,),
    "three_d_secure_usage": (ThreeDSecureUsage,),
}
Charge._members = {
    "balance_transaction": (BalanceTransaction,),
    "billing_details": (BillingDetails,),
    "customer": (Customer, DeletedCustomer,),
    "dispute": (Dispute,),
    "fraud_details": (FraudDetails,),
    "metadata": (),
    "outcome": (ChargeOutcome,),
    "payment_intent": (PaymentIntent,),
    "payment_method": (PaymentMethod,),
    "shipping": (PaymentsShipping,),
}
Customer._members = {
    "address": (Address,),
    "invoice_settings": (InvoiceSettings,),
    "metadata": (),
    "shipping": (CustomersShipping,),
}
CustomersShipping._members = {
    "address": (Address,),
}
DestinationDetails._members = {
    "card": (CardDestination,),
}
Dispute._members = {
    "balance_transactions": (BalanceTransaction,),
    "charge": (Charge,),
    "evidence": (Evidence,),
    "evidence_details": (EvidenceDetails,),
    "metadata": (),
    "payment_intent": (PaymentIntent,),
    "payment_method_details": (DisputedMethod,),
}
DisputedMethod._members = {
    "card": (DisputedCard,),
}
Event._members = {
    "data": (EventData,),
    "request": (EventRequest,),
}
EventType._members = {
    "example": (Event,),
}
Funds._members = {
    "source_types": (),
}
InvoiceSettings._members = {
    "default_payment_method": (PaymentMethod,),
}
NextAction._members = {
    "redirect_to_url": (RedirectToUrl,),
}
PaymentIntent._members = {
    "automatic_payment_methods": (AutomaticPaymentMethods,),
    "customer": (Customer, DeletedCustomer,),
    "last_payment_error": (LastPaymentError,),
    "latest_charge": (Charge,),
    "metadata": (),
    "next_action": (NextAction,),
    "payment_method": (PaymentMethod,),
    "shipping": (PaymentsShipping,),
}
PaymentMethod._members = {
    "billing_details": (BillingDetails,),
    "card": (Card,),
    "customer": (Customer, DeletedCustomer,),
    "metadata": (),
    "us_bank_account": (UsBankAccount,),
}
PaymentsShipping._members = {
    "address": (Address,),
}
Payout._members = {
    "balance_transaction": (BalanceTransaction,),
    "failure_balance_transaction": (BalanceTransaction,),
    "metadata": (),
}
Refund._members = {
    "balance_transaction": (BalanceTransaction,),
    "charge": (Charge,),
    "destination_details": (DestinationDetails,),
    "failure_balance_transaction": (BalanceTransaction,),
    "metadata": (),
    "payment_intent": (PaymentIntent,),
}
ReplayFilter._members = {
    "created": (ReplayedTime,),
}
SetupAttempt._members = {
    "customer": (Customer, DeletedCustomer,),
    "payment_method": (PaymentMethod,),
    "setup_error": (LastPaymentError,),
    "setup_intent": (SetupIntent,),
}
SetupIntent._members = {
    "automatic_payment_methods": (AutomaticPaymentMethods,),
    "customer": (Customer, DeletedCustomer,),
    "last_setup_error": (LastPaymentError,),
    "latest_attempt": (SetupAttempt,),
    "metadata": (),
    "next_action": (NextAction,),
    "payment_method": (PaymentMethod,),
}
UsBankAccount._members = {
    "networks": (BankNetworks,),
}
WebhookAttempt._members = {
    "connection": (AttemptConnection,),
    "delivery": (WebhookDelivery,),
    "error": (AttemptError,),
    "event": (Event,),
    "request": (AttemptRequest,),
    "response": (AttemptResponse,),
    "timing": (AttemptTiming,),
    "webhook_endpoint": (DeletedWebhookEndpoint, WebhookEndpoint,),
}
WebhookDelivery._members = {
    "event": (Event,),
    "last_error": (DeliveryError,),
    "replay": (WebhookReplay,),
    "webhook_endpoint": (DeletedWebhookEndpoint, WebhookEndpoint,),
}
WebhookEndpoint._members = {
    "headers": (),
    "metadata": (),
    "secrets": (EndpointSecret,),
    "health": (EndpointHealth,),
}
WebhookEndpointTest._members = {
    "checks": (EndpointCheck,),
    "webhook_endpoint": (DeletedWebhookEndpoint, WebhookEndpoint,),
}
WebhookReplay._members = {
    "filter": (ReplayFilter,),
    "progress": (ReplayProgress,),
    "webhook_endpoint": (DeletedWebhookEndpoint, WebhookEndpoint,),
}
WebhookReplayPreview._members = {
    "filter": (ReplayFilter,),
}

REGISTRY.update({
    "account": (Account,),
    "api_key": (ApiKey,),
    "balance": (Balance,),
    "balance_transaction": (BalanceTransaction,),
    "charge": (Charge,),
    "customer": (Customer, DeletedCustomer,),
    "webhook_endpoint": (DeletedWebhookEndpoint, WebhookEndpoint,),
    "dispute": (Dispute,),
    "event": (Event,),
    "event_type": (EventType,),
    "health": (Health,),
    "payment_intent": (PaymentIntent,),
    "payment_method": (PaymentMethod,),
    "payout": (Payout,),
    "refund": (Refund,),
    "request_log": (RequestLog,),
    "setup_attempt": (SetupAttempt,),
    "setup_intent": (SetupIntent,),
    "test_clock": (TestClock,),
    "webhook_attempt": (WebhookAttempt,),
    "webhook_delivery": (WebhookDelivery,),
    "webhook_endpoint_test": (WebhookEndpointTest,),
    "webhook_replay": (WebhookReplay,),
    "webhook_replay_preview": (WebhookReplayPreview,),
})
