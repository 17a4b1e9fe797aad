"""Try a payment again where that can help, and say what else can be done where it cannot."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from finsecure.errors import FinSecureError

if TYPE_CHECKING:
    from finsecure._async_client import AsyncClient
    from finsecure._client import Client
    from finsecure._core.call import Options
    from finsecure._generated.params import CreatePaymentIntentParams

__all__ = ["AsyncPaymentErrorHandler", "PaymentErrorHandler"]

#: Codes and types after which the same card is not tried again by itself.
NON_RETRYABLE: Final = frozenset(
    {"card_declined", "expired_card", "incorrect_cvc", "authentication_error", "invalid_request_error"}
)
#: Declines in which nobody has decided: another attempt, under another idempotency key, may pass.
UNDECIDED: Final = frozenset({"processing_error"})

_LAST_RESORT: Final = ("Contact customer support",)


class _Handler:
    """What both handlers share: every decision."""

    def __init__(self, max_retries: int, retry_delay: float) -> None:
        if max_retries < 1 or retry_delay < 0:
            raise ValueError("at least one attempt, and no negative delay")
        self.max_retries = max_retries
        self.retry_delay = retry_delay

    def is_non_retryable_error(self, error: BaseException) -> bool:
        """Whether trying again would be in vain, or would harm: what nobody knows to be safe is not tried again."""
        if not isinstance(error, FinSecureError):
            return True
        if error.retryable:
            return False
        if error.advice_code == "do_not_try_again" or NON_RETRYABLE & {error.code, error.type}:
            return True
        return error.code not in UNDECIDED

    def get_recovery_options(self, error: BaseException) -> list[str]:
        """What the payer or the merchant can do, in order: the server's words for this very failure."""
        return list(error.recovery_options if isinstance(error, FinSecureError) else _LAST_RESORT)

    def _options(self, key: str) -> Options:
        # The handler is what tries again; two of them, one within the other, would multiply.
        return {"idempotency_key": key, "max_retries": 0}

    def _next_key(self, first: str, key: str, error: FinSecureError, attempt: int) -> str:
        """The same key while nobody knows what became of the attempt; another once the bank has answered."""
        return key if error.retryable else f"{first}~{attempt + 1}"

    def _delay(self, attempt: int, error: FinSecureError) -> float:
        """Seconds: `retry_delay` × attempt, or what the server asks for if that is longer."""
        return max(self.retry_delay * attempt, error.retry_after or 0.0)

    def _failed(self, error: BaseException) -> dict[str, Any]:
        return {"success": False, "error": error, "recovery_options": self.get_recovery_options(error)}


class PaymentErrorHandler(_Handler):
    """`process_payment_with_retry` makes a payment and answers with a dict, whatever happens."""

    def __init__(
        self,
        finsecure_client: Client,
        *,
        max_retries: int = 3,
        retry_delay: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`max_retries`: attempts in all. `retry_delay`: seconds before the second, twice that before the third."""
        super().__init__(max_retries, retry_delay)
        self.client = finsecure_client
        self._sleep = sleep

    def process_payment_with_retry(
        self, payment_data: Mapping[str, Any], *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """{"success": True, "result": PaymentIntent}, or {"success": False, "error", "recovery_options"}.

        However many attempts it takes, one payment is made: an attempt whose outcome is unknown keeps its key.
        """
        first = key = idempotency_key or _new_key()
        for attempt in range(1, self.max_retries + 1):
            try:
                result = self.client.payment_intents.create(_params(payment_data), options=self._options(key))
            except FinSecureError as error:
                if self.is_non_retryable_error(error) or attempt == self.max_retries:
                    return self._failed(error)
                key = self._next_key(first, key, error, attempt)
                self._sleep(self._delay(attempt, error))
            else:
                return {"success": True, "result": result}
        raise AssertionError("unreachable: the last attempt returns")


class AsyncPaymentErrorHandler(_Handler):
    """The same, for an `AsyncClient`."""

    def __init__(
        self,
        finsecure_client: AsyncClient,
        *,
        max_retries: int = 3,
        retry_delay: float = 1.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`max_retries`: attempts in all. `retry_delay`: seconds before the second, twice that before the third."""
        super().__init__(max_retries, retry_delay)
        self.client = finsecure_client
        self._sleep = sleep

    async def process_payment_with_retry(
        self, payment_data: Mapping[str, Any], *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """{"success": True, "result": PaymentIntent}, or {"success": False, "error", "recovery_options"}."""
        first = key = idempotency_key or _new_key()
        for attempt in range(1, self.max_retries + 1):
            try:
                result = await self.client.payment_intents.create(_params(payment_data), options=self._options(key))
            except FinSecureError as error:
                if self.is_non_retryable_error(error) or attempt == self.max_retries:
                    return self._failed(error)
                key = self._next_key(first, key, error, attempt)
                await self._sleep(self._delay(attempt, error))
            else:
                return {"success": True, "result": result}
        raise AssertionError("unreachable: the last attempt returns")


def _params(payment_data: Mapping[str, Any]) -> CreatePaymentIntentParams:
    return cast("CreatePaymentIntentParams", payment_data)


def _new_key() -> str:
    return f"pay_{os.urandom(18).hex()}"
