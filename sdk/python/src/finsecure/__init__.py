"""FinSecure for Python.

    import finsecure

    finsecure.api_key = "sk_test_…"  # or set FINSECURE_SECRET_KEY
    intent = finsecure.PaymentIntent.create({"amount": 2000, "currency": "usd"})

`finsecure.Client()` and `finsecure.AsyncClient()` have every operation of the API: `client.payment_intents.create(…)`.
Nothing is loaded before it is used (PEP 562): importing this costs a few milliseconds.
"""

from __future__ import annotations

from finsecure._version import __version__ as __version__

TYPE_CHECKING = False  # checkers take the name for what it is; to import `typing` would cost more than all of this

if TYPE_CHECKING:
    from finsecure._async_client import AsyncClient as AsyncClient
    from finsecure._client import Client as Client
    from finsecure._core.call import Options as Options
    from finsecure._generated.objects import *  # noqa: F403  because the contract says which these are
    from finsecure._pages import AsyncPage as AsyncPage
    from finsecure._pages import Page as Page
    from finsecure._view import AnyObject as AnyObject
    from finsecure._view import FinSecureObject as FinSecureObject
    from finsecure.cached import CachedFinSecureClient as CachedFinSecureClient
    from finsecure.errors import *  # noqa: F403  because its `__all__` is the tree
    from finsecure.health import FinSecureHealthCheck as FinSecureHealthCheck
    from finsecure.monitor import PerformanceMonitor as PerformanceMonitor
    from finsecure.optimized import OptimizedFinSecureClient as OptimizedFinSecureClient
    from finsecure.recovery import AsyncPaymentErrorHandler as AsyncPaymentErrorHandler
    from finsecure.recovery import PaymentErrorHandler as PaymentErrorHandler
    from finsecure.webhooks import Webhook as Webhook

    #: The key of `finsecure.PaymentIntent.create` and its like; FINSECURE_SECRET_KEY unless you set it.
    api_key: str | None
    #: Where the API is; FINSECURE_API_BASE, or https://api.finsecure.com, unless you set it.
    api_base: str

#: How often a call is tried again, where the client is the module's own.
max_retries: int = 3


def __getattr__(name: str) -> object:
    """Load what is asked for, once. The two settings are read from the environment until they are set."""
    if name in {"api_key", "api_base"}:
        from finsecure._core import environment  # noqa: PLC0415  because nothing is loaded before it is used

        return environment.api_key() if name == "api_key" else environment.api_base()
    if name.startswith("__"):
        raise AttributeError(f"module 'finsecure' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  because nothing is loaded before it is used

    from finsecure._lazy import where  # noqa: PLC0415

    module = where(name)
    if module is None:
        raise AttributeError(f"module 'finsecure' has no attribute {name!r}")
    found: object = getattr(import_module(module), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    from finsecure._lazy import names  # noqa: PLC0415

    return sorted({*globals(), *names(), "api_base", "api_key"})
