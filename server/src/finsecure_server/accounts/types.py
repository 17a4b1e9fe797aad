"""Accounts, API keys and the test clock as they are on the wire."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from finsecure_server.web.params import Expand, Int64, ListParams, ShortText

#: What a restricted key may be let into. Every route names one of these, with `read` or `write`.
AREAS: Final = (
    "account",
    "api_keys",
    "balance",
    "charges",
    "customers",
    "disputes",
    "events",
    "payment_intents",
    "payment_methods",
    "payouts",
    "refunds",
    "request_logs",
    "setup_intents",
    "test_helpers",
    "webhook_endpoints",
)
READ_ALL: Final = "*:read"
#: The closed list of scopes. `area:write` includes `area:read`; `*:read` reads everything.
SCOPES: Final = (READ_ALL, *(f"{area}:{verb}" for area in AREAS for verb in ("read", "write")))

OVERLAP_SECONDS_MAX: Final = 7 * 86_400
STEP_SECONDS_MAX: Final = 2 * 366 * 86_400  # two years, leap day included

EXPANDS: Final[dict[str, dict[str, str]]] = {}

KeyKind = Literal["secret", "publishable", "restricted"]
KeyStatus = Literal["active", "expired", "revoked"]


class TestClock(Struct, kw_only=True):
    """The time in test mode of this account. It runs on by itself, ahead of the wall clock by `offset` seconds."""

    object: Literal["test_clock"] = "test_clock"
    livemode: bool = False
    now: int
    offset: int
    moved_at: int | None  # wall time of its last move


class BusinessProfile(Struct, kw_only=True):
    """How payers know the merchant."""

    name: str | None


class DashboardSettings(Struct, kw_only=True):
    """How the account is shown."""

    display_name: str | None
    timezone: str = "Etc/UTC"


class PaymentsSettings(Struct, kw_only=True):
    """What payers read on their statements unless a payment says otherwise."""

    statement_descriptor: str | None = None


class AccountSettings(Struct, kw_only=True):
    """Settings by area."""

    dashboard: DashboardSettings
    payments: PaymentsSettings


class Account(Struct, kw_only=True):
    """A merchant. `charges_enabled` is about the mode of the key that asks; live mode has no `test_clock`."""

    id: str
    object: Literal["account"] = "account"
    business_profile: BusinessProfile
    charges_enabled: bool = False
    country: str = "US"
    created: int
    default_currency: str = "usd"
    details_submitted: bool = True
    email: str | None = None
    metadata: dict[str, str] = {}
    payouts_enabled: bool = False
    settings: AccountSettings
    test_clock: TestClock | None = None
    type: Literal["standard"] = "standard"


class ApiKey(Struct, kw_only=True):
    """A key, without what makes it one: `secret` is there only in the reply that made it, and never again."""

    id: str
    object: Literal["api_key"] = "api_key"
    created: int
    expires_at: int | None
    kind: KeyKind
    last4: str
    last_used_at: int | None  # to the minute
    livemode: bool
    name: str
    prefix: str
    revoked_at: int | None
    scopes: list[str]
    status: KeyStatus
    secret: str | UnsetType = UNSET


class ListApiKeys(ListParams, kw_only=True, forbid_unknown_fields=True):
    """Which keys to list."""

    kind: KeyKind | UnsetType = UNSET


class CreateApiKey(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new key. Only restricted keys have scopes, and they need at least one."""

    kind: KeyKind = "restricted"
    name: Annotated[ShortText, Meta(min_length=1)]
    scopes: Annotated[list[ShortText], Meta(max_length=len(SCOPES))] | UnsetType = UNSET
    expires_at: Int64 | UnsetType | None = UNSET  # seconds; wall clock
    expand: Expand | UnsetType = UNSET


class RollApiKey(Struct, kw_only=True, forbid_unknown_fields=True):
    """A successor with the same kind, name and scopes. Both are good for `overlap_seconds`, a day unless you say."""

    overlap_seconds: Int64 = 86_400
    expires_at: Int64 | UnsetType | None = UNSET  # of the new key
    expand: Expand | UnsetType = UNSET


class AdvanceClock(Struct, kw_only=True, forbid_unknown_fields=True):
    """Where to move the test clock: to a time, or on by some seconds. One of the two."""

    advance_to: Int64 | UnsetType = UNSET
    by: Int64 | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET
