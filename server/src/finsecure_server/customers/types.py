"""Wire types of customers, shaped like Stripe's, and of postal addresses, which others use as well."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from finsecure_server.web.params import Expand, Identifier, ListParams, Metadata, ShortText, Text

Email = Annotated[str, Meta(max_length=512, description="One address, without a display name.")]
Name = Annotated[str, Meta(max_length=256)]
Phone = Annotated[str, Meta(max_length=20)]
Country = Annotated[str, Meta(max_length=500, description="ISO 3166-1, two letters.")]
TaxExempt = Literal["exempt", "none", "reverse"]


class Address(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A postal address; on the wire and as a parameter. Given in an update, it replaces the whole address."""

    city: ShortText | None = None
    country: Country | None = None
    line1: ShortText | None = None
    line2: ShortText | None = None
    postal_code: ShortText | None = None
    state: ShortText | None = None


class Shipping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a customer wants goods to go; on the wire and as a parameter."""

    address: Address
    name: Name
    phone: Phone | None = None


class InvoiceSettings(Struct, frozen=True, kw_only=True):
    """How a customer pays unless told otherwise."""

    custom_fields: None = None
    default_payment_method: str | None = None
    footer: None = None
    rendering_options: None = None


class Customer(Struct, frozen=True, kw_only=True):
    """Somebody who pays, perhaps more than once."""

    id: str
    object: Literal["customer"] = "customer"
    address: Address | None = None
    balance: int = 0
    created: int  # seconds since 1970 UTC
    currency: None = None
    default_source: None = None
    delinquent: bool = False
    description: str | None = None
    discount: None = None
    email: str | None = None
    invoice_prefix: None = None
    invoice_settings: InvoiceSettings = InvoiceSettings()
    livemode: bool
    metadata: dict[str, str] = field(default_factory=dict)
    name: str | None = None
    phone: str | None = None
    preferred_locales: list[str] = field(default_factory=list)
    shipping: Shipping | None = None
    tax_exempt: TaxExempt = "none"
    test_clock: None = None


class DeletedCustomer(Struct, frozen=True, kw_only=True):
    """What is left of a customer: enough to tell that there was one."""

    id: str
    object: Literal["customer"] = "customer"
    deleted: Literal[True] = True


# -- parameters --------------------------------------------------------------------------------------------------------


class InvoiceSettingsData(Struct, kw_only=True, forbid_unknown_fields=True):
    """The default payment method must belong to the customer; empty removes it."""

    default_payment_method: Identifier | UnsetType | None = UNSET


class UpdateCustomer(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is given changes, the rest stays. An empty value removes what was there."""

    address: Address | UnsetType | None = UNSET
    description: Text | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    invoice_settings: InvoiceSettingsData | UnsetType = UNSET
    metadata: Metadata | UnsetType | None = UNSET
    name: Name | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    preferred_locales: Annotated[list[Annotated[str, Meta(max_length=35)]], Meta(max_length=20)] | UnsetType = UNSET
    shipping: Shipping | UnsetType | None = UNSET
    tax_exempt: TaxExempt | UnsetType | None = UNSET
    expand: Expand | UnsetType = UNSET


class CreateCustomer(UpdateCustomer, kw_only=True, forbid_unknown_fields=True):
    """A new customer, with a payment method to attach at once if there is one."""

    payment_method: Identifier | UnsetType = UNSET


class ListCustomers(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Filters. `email` is compared as it stands, capitals included."""

    email: Email | UnsetType = UNSET


#: The empty name stands for objects without a type of their own: here `invoice_settings` inside a customer.
EXPANDS: Final[dict[str, dict[str, str]]] = {"customer": {}, "": {"default_payment_method": "payment_method"}}
