"""Wire types of setup intents and their attempts, shaped like Stripe's."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from finsecure_server.payment_methods.types import PaymentMethodData
from finsecure_server.payments.types import AutomaticPaymentMethods, FutureUsage, LastPaymentError, NextAction
from finsecure_server.web.params import Expand, Identifier, ListParams, Metadata, SecurityCode, ShortText, Text

FlowDirection = Literal["inbound", "outbound"]
SetupStatus = Literal[
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "succeeded",
    "canceled",
]
AttemptStatus = Literal["requires_action", "processing", "succeeded", "failed", "abandoned"]


class SetupIntent(Struct, kw_only=True):
    """One intention to save a payment method for later, through however many attempts it takes."""

    id: str
    object: Literal["setup_intent"] = "setup_intent"
    automatic_payment_methods: AutomaticPaymentMethods | None
    cancellation_reason: str | None
    client_secret: str
    created: int
    customer: str | None
    description: str | None
    flow_directions: list[FlowDirection] | None
    last_setup_error: LastPaymentError | None
    latest_attempt: str | None
    livemode: bool
    metadata: dict[str, str]
    next_action: NextAction | None
    payment_method: str | None
    payment_method_options: dict[str, Any]
    payment_method_types: list[str]
    status: SetupStatus
    usage: FutureUsage
    application: None = None
    mandate: None = None
    on_behalf_of: None = None
    single_use_mandate: None = None


class SetupAttempt(Struct, kw_only=True):
    """One confirmation of a setup intent."""

    id: str
    object: Literal["setup_attempt"] = "setup_attempt"
    created: int
    customer: str | None
    flow_directions: list[FlowDirection] | None
    livemode: bool
    payment_method: str
    payment_method_details: dict[str, Any]
    setup_error: LastPaymentError | None
    setup_intent: str
    status: AttemptStatus
    usage: FutureUsage
    application: None = None
    attach_to_self: None = None
    on_behalf_of: None = None


# -- parameters --------------------------------------------------------------------------------------------------------


class SetupCardOptions(Struct, kw_only=True, forbid_unknown_fields=True):
    """Options of saving a card. The security code is never stored."""

    cvc: SecurityCode | UnsetType = UNSET
    request_three_d_secure: Literal["any", "automatic", "challenge"] | UnsetType = UNSET


class SetupMethodOptions(Struct, kw_only=True, forbid_unknown_fields=True):
    """Options by type of payment method."""

    card: SetupCardOptions | UnsetType = UNSET


class _Details(Struct, kw_only=True, forbid_unknown_fields=True):
    customer: Identifier | None | UnsetType = UNSET
    description: Text | None | UnsetType = UNSET
    flow_directions: list[FlowDirection] | None | UnsetType = UNSET
    metadata: Metadata | None | UnsetType = UNSET
    payment_method: Identifier | None | UnsetType = UNSET
    payment_method_data: PaymentMethodData | UnsetType = UNSET
    payment_method_options: SetupMethodOptions | UnsetType = UNSET
    payment_method_types: list[str] | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


class CreateSetupIntent(_Details, kw_only=True, forbid_unknown_fields=True):
    """A new intent; with `confirm`, the first attempt as well. `usage` says whether the payer will be there later."""

    automatic_payment_methods: AutomaticPaymentMethods | UnsetType = UNSET
    confirm: bool = False
    return_url: Text | UnsetType = UNSET
    usage: FutureUsage = "off_session"
    use_stripe_sdk: bool = False


class UpdateSetupIntent(_Details, kw_only=True, forbid_unknown_fields=True):
    """Changes before the payment method is saved; description and metadata at any time."""


class ConfirmSetupIntent(Struct, kw_only=True, forbid_unknown_fields=True):
    """Try to save the payment method."""

    client_secret: ShortText | UnsetType = UNSET
    payment_method: Identifier | UnsetType = UNSET
    payment_method_data: PaymentMethodData | UnsetType = UNSET
    payment_method_options: SetupMethodOptions | UnsetType = UNSET
    return_url: Text | UnsetType = UNSET
    use_stripe_sdk: bool = False
    expand: Expand | UnsetType = UNSET


class CancelSetupIntent(Struct, kw_only=True, forbid_unknown_fields=True):
    """Give up."""

    cancellation_reason: Literal["abandoned", "duplicate", "requested_by_customer"] | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


class RetrieveSetupIntent(Struct, kw_only=True, forbid_unknown_fields=True):
    """A publishable key must bring the intent's client secret."""

    client_secret: ShortText | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


class ListSetupIntents(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Filters."""

    customer: Identifier | UnsetType = UNSET
    payment_method: Identifier | UnsetType = UNSET


class ListSetupAttempts(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Whose attempts."""

    setup_intent: Identifier


EXPANDS: dict[str, dict[str, str]] = {
    "setup_attempt": {"customer": "customer", "payment_method": "payment_method", "setup_intent": "setup_intent"},
    "setup_intent": {"customer": "customer", "latest_attempt": "setup_attempt", "payment_method": "payment_method"},
}
