"""Wire types of payment methods, shaped like Stripe's. A number comes in and never goes out again."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from finsecure_server.customers.types import Address, Email, Name, Phone
from finsecure_server.web.params import (
    CardNumber,
    Expand,
    Identifier,
    Int64,
    ListParams,
    Metadata,
    Secret,
    SecurityCode,
    ShortText,
)

__all__ = ["Address", "BillingDetails", "PaymentMethod", "PaymentMethodData"]  # what other domains take from here

MethodType = Literal["card", "us_bank_account"]
AllowRedisplay = Literal["always", "limited", "unspecified"]
Check = Literal["pass", "fail", "unavailable", "unchecked"]
Brand = Literal["amex", "diners", "discover", "jcb", "mastercard", "unionpay", "unknown", "visa"]
DisplayBrand = Literal["american_express", "diners_club", "discover", "jcb", "mastercard", "other", "union_pay", "visa"]
Funding = Literal["credit", "debit", "prepaid", "unknown"]
AccountNumber = Annotated[str, Meta(max_length=64), Secret]
HolderType = Literal["company", "individual"]
AccountType = Literal["checking", "savings"]


class BillingDetails(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who pays, as their bank knows them; on the wire and as a parameter."""

    address: Address | None = Address()
    email: Email | None = None
    name: Name | None = None
    phone: Phone | None = None


class Checks(Struct, frozen=True, kw_only=True):
    """What the bank said to what was entered with the number; null for what was not entered."""

    address_line1_check: Check | None = None
    address_postal_code_check: Check | None = None
    cvc_check: Check | None = None


class CardNetworks(Struct, frozen=True, kw_only=True):
    """Networks that the card can be charged through."""

    available: list[str]
    preferred: str | None = None


class ThreeDSecureUsage(Struct, frozen=True, kw_only=True):
    """Whether the card can be authenticated."""

    supported: bool


class Card(Struct, frozen=True, kw_only=True):
    """A card, without what it takes to pay with it."""

    brand: Brand
    checks: Checks
    country: str | None
    display_brand: DisplayBrand
    exp_month: int
    exp_year: int
    fingerprint: str | None  # the same for the same number within an account and mode; null for publishable keys
    funding: Funding
    generated_from: None = None
    last4: str
    networks: CardNetworks
    three_d_secure_usage: ThreeDSecureUsage
    wallet: None = None


class BankNetworks(Struct, frozen=True, kw_only=True):
    """Networks that the account can be debited through."""

    preferred: str | None = "ach"
    supported: list[str] = field(default_factory=lambda: ["ach"])


class UsBankAccount(Struct, frozen=True, kw_only=True):
    """An account at a bank in the United States."""

    account_holder_type: HolderType
    account_type: AccountType
    bank_name: None = None
    financial_connections_account: None = None
    fingerprint: str | None
    last4: str
    networks: BankNetworks = BankNetworks()
    routing_number: str
    status_details: None = None


class PaymentMethod(Struct, frozen=True, kw_only=True):
    """Something to pay with."""

    id: str
    object: Literal["payment_method"] = "payment_method"
    allow_redisplay: AllowRedisplay = "unspecified"
    billing_details: BillingDetails = BillingDetails()
    card: Card | None = None
    created: int  # seconds since 1970 UTC
    customer: str | None = None
    livemode: bool
    metadata: dict[str, str] = field(default_factory=dict)
    type: MethodType
    us_bank_account: UsBankAccount | None = None


# -- parameters --------------------------------------------------------------------------------------------------------


class Unseen(Struct):
    """Something that holds a number. A traceback or a log line shows that it was there, and nothing of it."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(•••)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


class CardData(Unseen, kw_only=True, forbid_unknown_fields=True):
    """A card as it is entered, or a test token that stands for one."""

    cvc: SecurityCode | UnsetType = UNSET
    exp_month: Int64 | UnsetType = UNSET
    exp_year: Int64 | UnsetType = UNSET
    number: CardNumber | UnsetType = UNSET
    token: Identifier | UnsetType = UNSET


class BankAccountData(Unseen, kw_only=True, forbid_unknown_fields=True):
    """A bank account as it is entered."""

    account_holder_type: HolderType
    account_number: AccountNumber
    account_type: AccountType = "checking"
    routing_number: ShortText


class PaymentMethodData(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new payment method: alone, or inside a payment. `type` says which of the two it comes with."""

    allow_redisplay: AllowRedisplay = "unspecified"
    billing_details: BillingDetails | UnsetType = UNSET
    card: CardData | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET
    type: MethodType
    us_bank_account: BankAccountData | UnsetType = UNSET


class CreatePaymentMethod(PaymentMethodData, kw_only=True, forbid_unknown_fields=True):
    """A new payment method, not attached to anybody."""

    expand: Expand | UnsetType = UNSET


class BillingUpdate(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is given changes, the rest stays."""

    address: Address | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    name: Name | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET


class ExpiryUpdate(Struct, kw_only=True, forbid_unknown_fields=True):
    """A card that was renewed under the same number."""

    exp_month: Int64 | UnsetType = UNSET
    exp_year: Int64 | UnsetType = UNSET


class UpdatePaymentMethod(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is given changes, the rest stays. The number never changes: that is a new payment method."""

    allow_redisplay: AllowRedisplay | UnsetType = UNSET
    billing_details: BillingUpdate | UnsetType = UNSET
    card: ExpiryUpdate | UnsetType = UNSET
    metadata: Metadata | UnsetType | None = UNSET
    expand: Expand | UnsetType = UNSET


class AttachPaymentMethod(Struct, kw_only=True, forbid_unknown_fields=True):
    """To whom."""

    customer: Identifier
    expand: Expand | UnsetType = UNSET


class ListPaymentMethods(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Filters."""

    customer: Identifier | UnsetType = UNSET
    type: MethodType | UnsetType = UNSET


class ListOfCustomer(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Filters of one customer's list."""

    type: MethodType | UnsetType = UNSET


EXPANDS: Final[dict[str, dict[str, str]]] = {"payment_method": {"customer": "customer"}}
