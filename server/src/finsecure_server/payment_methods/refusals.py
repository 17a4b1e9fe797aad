"""What can be wrong with a payment method: every route that takes one tells the same codes."""

from __future__ import annotations

from typing import Final

from finsecure_server.core.declines import DECLINES
from finsecure_server.core.errors import Code

#: How a bank's no arrives.
DECLINED: Final = tuple(dict.fromkeys(row.api_code for row in DECLINES.values()))

#: It is entered, here or inside a payment.
ENTERED: Final = (
    Code.ACCOUNT_NUMBER_INVALID,
    Code.CARD_DECLINED,
    Code.EMAIL_INVALID,
    Code.INCORRECT_NUMBER,
    Code.INVALID_CVC,
    Code.INVALID_EXPIRY_MONTH,
    Code.INVALID_EXPIRY_YEAR,
    Code.INVALID_NUMBER,
    Code.LIVE_CARD_IN_TEST_MODE,
    Code.PARAMETER_MISSING,
    Code.PARAMETERS_EXCLUSIVE,
    Code.PROCESSOR_NOT_CONFIGURED,
    Code.RESOURCE_MISSING,
    Code.ROUTING_NUMBER_INVALID,
    Code.TEST_CARD_IN_LIVE_MODE,
)

#: It is named, to be paid with.
USED: Final = (
    Code.PAYMENT_METHOD_CUSTOMER_MISMATCH,
    Code.PAYMENT_METHOD_UNEXPECTED_STATE,
    Code.RESOURCE_MISSING,
    Code.TEST_CARD_IN_LIVE_MODE,
)

#: It is given to a customer, which a bank may refuse.
ATTACHED: Final = (
    *DECLINED,
    Code.PAYMENT_METHOD_ALREADY_ATTACHED,
    Code.PAYMENT_METHOD_UNEXPECTED_STATE,
    Code.RESOURCE_MISSING,
    Code.TEST_CARD_IN_LIVE_MODE,
)
