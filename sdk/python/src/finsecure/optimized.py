"""The document's `OptimizedFinSecureClient`: what `Client` does anyway, under the names that it is known by there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from finsecure._client import Client

if TYPE_CHECKING:
    from finsecure._generated.objects import PaymentIntent
    from finsecure._generated.params import CreatePaymentIntentParams

__all__ = ["OptimizedFinSecureClient"]


class OptimizedFinSecureClient(Client):
    """Connections are kept: 10 hosts, 20 to each. Calls are tried again three times, POST too.

    3.05 s are allowed to connect and 10 s between two reads. Every `Client` does so; all of its resources are here.
    """

    def create_payment_intent(self, **kwargs: Unpack[CreatePaymentIntentParams]) -> PaymentIntent:
        """The intent, or a FinSecureError."""
        return self.payment_intents.create(**kwargs)
