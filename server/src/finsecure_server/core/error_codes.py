"""The names of everything that can go wrong, and the columns of the table that explains them.

Names are Stripe's wherever Stripe has one, so that its SDKs and the habits of its users work unchanged. The rows stand
in `error_rules_requests.py`, `error_rules_payments.py` and `error_rules_webhooks.py`; `errors.py` joins them and is
what everybody imports.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Code(StrEnum):
    """Every code that the API can emit. Clients switch on these, never on a message."""

    # Who calls
    API_KEY_MISSING = "api_key_missing"
    INVALID_API_KEY = "invalid_api_key"
    API_KEY_EXPIRED = "api_key_expired"
    API_KEY_REVOKED = "api_key_revoked"
    API_KEY_WRONG_MODE = "api_key_wrong_mode"
    API_KEY_UNEXPECTED_STATE = "api_key_unexpected_state"
    SECRET_KEY_REQUIRED = "secret_key_required"  # noqa: S105  because this names an error
    INSUFFICIENT_SCOPE = "insufficient_scope"
    CLIENT_SECRET_INVALID = "client_secret_invalid"  # noqa: S105  because this names an error
    # What is called
    URL_NOT_FOUND = "url_not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    VERSION_UNKNOWN = "version_unknown"
    RESOURCE_MISSING = "resource_missing"
    LIVEMODE_MISMATCH = "livemode_mismatch"
    # The body as a whole
    BODY_TOO_LARGE = "body_too_large"
    REQUEST_HEADER_TOO_LARGE = "request_header_too_large"
    CONTENT_TYPE_UNSUPPORTED = "content_type_unsupported"
    BODY_MALFORMED = "body_malformed"
    BODY_AND_FORM_BOTH = "body_and_form_both"
    # One parameter
    PARAMETER_MISSING = "parameter_missing"
    PARAMETER_UNKNOWN = "parameter_unknown"
    PARAMETER_DUPLICATE = "parameter_duplicate"
    PARAMETERS_EXCLUSIVE = "parameters_exclusive"
    PARAMETER_INVALID_EMPTY = "parameter_invalid_empty"
    PARAMETER_INVALID_INTEGER = "parameter_invalid_integer"
    PARAMETER_INVALID_STRING = "parameter_invalid_string"
    PARAMETER_INVALID_BOOLEAN = "parameter_invalid_boolean"
    PARAMETER_INVALID_ENUM = "parameter_invalid_enum"
    PARAMETER_INVALID_OBJECT = "parameter_invalid_object"
    PARAMETER_INVALID_ARRAY = "parameter_invalid_array"
    PARAMETER_INVALID_TIMESTAMP = "parameter_invalid_timestamp"
    PARAMETER_OUT_OF_RANGE = "parameter_out_of_range"
    PARAMETER_TOO_LONG = "parameter_too_long"
    EMAIL_INVALID = "email_invalid"
    URL_INVALID = "url_invalid"
    METADATA_TOO_MANY_KEYS = "metadata_too_many_keys"
    METADATA_KEY_INVALID = "metadata_key_invalid"
    METADATA_KEY_TOO_LONG = "metadata_key_too_long"
    METADATA_VALUE_TOO_LONG = "metadata_value_too_long"
    CARD_NUMBER_IN_TEXT = "card_number_in_text"
    EXPAND_INVALID = "expand_invalid"
    # Sending it again
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    IDEMPOTENCY_KEY_IN_USE = "idempotency_key_in_use"
    IDEMPOTENCY_KEY_TOO_LONG = "idempotency_key_too_long"
    IDEMPOTENCY_KEY_EMPTY = "idempotency_key_empty"
    RATE_LIMIT = "rate_limit"
    LOCK_TIMEOUT = "lock_timeout"
    # The platform
    OVERLOADED = "overloaded"
    DATABASE_UNAVAILABLE = "database_unavailable"
    DEADLINE_EXCEEDED = "deadline_exceeded"
    INTERNAL_ERROR = "internal_error"
    PROCESSOR_NOT_CONFIGURED = "processor_not_configured"
    PROCESSOR_UNREACHABLE = "processor_unreachable"
    # Test mode
    TESTMODE_ONLY = "testmode_only"
    TEST_CLOCK_BACKWARDS = "test_clock_backwards"
    TEST_CLOCK_TOO_FAR = "test_clock_too_far"
    SIMULATION_INVALID = "simulation_invalid"
    # Money
    CURRENCY_UNKNOWN = "currency_unknown"
    AMOUNT_TOO_SMALL = "amount_too_small"
    AMOUNT_TOO_LARGE = "amount_too_large"
    INVALID_CHARGE_AMOUNT = "invalid_charge_amount"
    BALANCE_INSUFFICIENT = "balance_insufficient"
    # Cards
    CARD_DECLINED = "card_declined"
    EXPIRED_CARD = "expired_card"
    INCORRECT_ADDRESS = "incorrect_address"
    INCORRECT_CVC = "incorrect_cvc"
    INCORRECT_NUMBER = "incorrect_number"
    INCORRECT_ZIP = "incorrect_zip"
    INVALID_CVC = "invalid_cvc"
    INVALID_EXPIRY_MONTH = "invalid_expiry_month"
    INVALID_EXPIRY_YEAR = "invalid_expiry_year"
    INVALID_NUMBER = "invalid_number"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    PROCESSING_ERROR = "processing_error"
    AUTHENTICATION_REQUIRED = "authentication_required"
    CARD_DECLINE_RATE_LIMIT_EXCEEDED = "card_decline_rate_limit_exceeded"
    LIVE_CARD_IN_TEST_MODE = "live_card_in_test_mode"
    TEST_CARD_IN_LIVE_MODE = "test_card_in_live_mode"
    # Payment methods
    PAYMENT_METHOD_UNEXPECTED_STATE = "payment_method_unexpected_state"
    PAYMENT_METHOD_ALREADY_ATTACHED = "payment_method_already_attached"
    PAYMENT_METHOD_CUSTOMER_MISMATCH = "payment_method_customer_mismatch"
    PAYMENT_METHOD_UNSUPPORTED_TYPE = "payment_method_unsupported_type"
    ACCOUNT_NUMBER_INVALID = "account_number_invalid"
    ROUTING_NUMBER_INVALID = "routing_number_invalid"
    PAYMENT_METHOD_BANK_ACCOUNT_ALREADY_VERIFIED = "payment_method_bank_account_already_verified"
    PAYMENT_METHOD_BANK_ACCOUNT_BLOCKED = "payment_method_bank_account_blocked"
    BANK_ACCOUNT_UNVERIFIED = "bank_account_unverified"
    BANK_ACCOUNT_VERIFICATION_FAILED = "bank_account_verification_failed"
    # Intents
    PAYMENT_INTENT_UNEXPECTED_STATE = "payment_intent_unexpected_state"
    PAYMENT_INTENT_AUTHENTICATION_FAILURE = "payment_intent_authentication_failure"
    PAYMENT_INTENT_INCOMPATIBLE_PAYMENT_METHOD = "payment_intent_incompatible_payment_method"
    PAYMENT_INTENT_PAYMENT_ATTEMPT_FAILED = "payment_intent_payment_attempt_failed"
    PAYMENT_INTENT_RATE_LIMIT_EXCEEDED = "payment_intent_rate_limit_exceeded"
    INCREMENT_NOT_ALLOWED = "increment_not_allowed"
    INCREMENT_LIMIT_EXCEEDED = "increment_limit_exceeded"
    SETUP_INTENT_UNEXPECTED_STATE = "setup_intent_unexpected_state"
    SETUP_INTENT_AUTHENTICATION_FAILURE = "setup_intent_authentication_failure"
    CHALLENGE_CLOSED = "challenge_closed"
    # Charges, refunds, disputes, payouts
    CAPTURE_EXCEEDS_AUTHORIZED = "capture_exceeds_authorized"
    CAPTURE_CHARGE_AUTHORIZATION_EXPIRED = "capture_charge_authorization_expired"
    CHARGE_ALREADY_CAPTURED = "charge_already_captured"
    CHARGE_EXPIRED_FOR_CAPTURE = "charge_expired_for_capture"
    CHARGE_ALREADY_REFUNDED = "charge_already_refunded"
    CHARGE_NOT_REFUNDABLE = "charge_not_refundable"
    CHARGE_DISPUTED = "charge_disputed"
    REFUND_DISPUTED_PAYMENT = "refund_disputed_payment"
    REFUND_EXCEEDS_CHARGE = "refund_exceeds_charge"
    REFUND_UNEXPECTED_STATE = "refund_unexpected_state"
    DISPUTE_UNEXPECTED_STATE = "dispute_unexpected_state"
    DISPUTE_EVIDENCE_OVERDUE = "dispute_evidence_overdue"
    PAYOUT_AMOUNT_INVALID = "payout_amount_invalid"
    PAYOUT_UNEXPECTED_STATE = "payout_unexpected_state"
    # Webhooks
    EVENT_TYPE_UNKNOWN = "event_type_unknown"
    EVENT_WITHOUT_ENDPOINT = "event_without_endpoint"
    WEBHOOK_ENDPOINT_LIMIT = "webhook_endpoint_limit"
    WEBHOOK_HEADER_INVALID = "webhook_header_invalid"
    WEBHOOK_SECRET_LIMIT = "webhook_secret_limit"  # noqa: S105  because this names an error
    WEBHOOK_ENDPOINT_UNEXPECTED_STATE = "webhook_endpoint_unexpected_state"
    WEBHOOK_REPLAY_UNEXPECTED_STATE = "webhook_replay_unexpected_state"


class Side(StrEnum):
    """Who can put it right."""

    DEVELOPER = "developer"  # whoever wrote the call
    MERCHANT = "merchant"  # whoever runs the shop, and with it this server's settings
    PAYER = "payer"
    ISSUER = "issuer"  # the payer's bank
    FINSECURE = "finsecure"


class Rule(NamedTuple):
    """What is true of a code wherever it turns up."""

    status: int  # of the HTTP reply
    type: str  # the family; one of TYPES
    transient: bool  # may the same request, sent again unchanged, succeed?
    side: Side
    message: str  # unless the place that refuses can be more precise; "{param}" stands for the parameter's name
    next_steps: tuple[str, ...]  # one to three short sentences that say what to do
    guide: str  # the page of the help center that goes deeper
    on_wire: bool = True  # is `code` in the reply? Stripe's idempotency mismatch has none


#: Families on the wire. An SDK makes one exception class of each.
TYPES: Final = frozenset(
    {
        "api_error",
        "authentication_error",
        "card_error",
        "idempotency_error",
        "invalid_request_error",
        "permission_error",
        "rate_limit_error",
    }
)

#: HTTP statuses that a refusal may have.
STATUSES: Final = frozenset({400, 401, 402, 403, 404, 405, 409, 413, 415, 429, 431, 500, 502, 503, 504})

AUTH_ERRORS: Final = "troubleshooting/auth-errors"
API_ISSUES: Final = "troubleshooting/api-issues"
PAYMENT_ISSUES: Final = "troubleshooting/payment-issues"
WEBHOOK_ISSUES: Final = "troubleshooting/webhook-issues"
ERROR_CODES: Final = "developer-support/error-codes"
DEBUGGING_TOOLS: Final = "developer-support/debugging-tools"
PERFORMANCE: Final = "developer-support/performance"
MIGRATION: Final = "developer-support/migration"
ACCOUNT_MANAGEMENT: Final = "platform-support/account-management"
BILLING: Final = "platform-support/billing"
COMPLIANCE: Final = "platform-support/compliance"
SERVICE_STATUS: Final = "platform-support/service-status"

#: Every page that a rule may point to.
GUIDES: Final = frozenset(
    {
        AUTH_ERRORS,
        API_ISSUES,
        PAYMENT_ISSUES,
        WEBHOOK_ISSUES,
        ERROR_CODES,
        DEBUGGING_TOOLS,
        PERFORMANCE,
        MIGRATION,
        ACCOUNT_MANAGEMENT,
        BILLING,
        COMPLIANCE,
        SERVICE_STATUS,
    }
)
