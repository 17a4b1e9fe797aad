"""Which module each public name of the package is in."""

from __future__ import annotations

from finsecure._generated.names import NAMES

_ERRORS = (
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "AuthenticationError",
    "CardError",
    "ConfigurationError",
    "ConflictError",
    "FinSecureError",
    "IdempotencyError",
    "InvalidRequestError",
    "PermissionError",
    "RateLimitError",
    "ServerError",
    "SignatureVerificationError",
)
_MODULES = {
    "AnyObject": "finsecure._view",
    "AsyncClient": "finsecure._async_client",
    "AsyncPage": "finsecure._pages",
    "Client": "finsecure._client",
    "FinSecureObject": "finsecure._view",
    "Options": "finsecure._core.call",
    "Page": "finsecure._pages",
    "AsyncPaymentErrorHandler": "finsecure.recovery",
    "CachedFinSecureClient": "finsecure.cached",
    "FinSecureHealthCheck": "finsecure.health",
    "OptimizedFinSecureClient": "finsecure.optimized",
    "PaymentErrorHandler": "finsecure.recovery",
    "PerformanceMonitor": "finsecure.monitor",
    "Webhook": "finsecure.webhooks",
    **dict.fromkeys(_ERRORS, "finsecure.errors"),
}


def where(name: str) -> str | None:
    """The module of a public name; None if there is no such name."""
    return _MODULES.get(name) or ("finsecure._generated.objects" if name in NAMES else None)


def names() -> set[str]:
    """Every public name."""
    return {*_MODULES, *NAMES}
