"""Every operation of the API, awaited: `client.payment_intents.create(…)`.

Written by `python -m codegen` from contract/openapi.json. Change that, not this.
"""
# fmt: off

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack, overload

from finsecure._generated import routes as r
from finsecure._service import Service

if TYPE_CHECKING:
    from finsecure._core.call import Options
    from finsecure._generated import objects as o
    from finsecure._generated import params as p
    from finsecure._pages import AsyncPage
    from finsecure._view import AnyObject


class AsyncTestHelpersClock(Service):
    """`client.test_helpers.clock`."""

    async def retrieve(self, params: p.TestHelpersClockRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.TestHelpersClockRetrieveParams]) -> o.TestClock:
        """Read the test clock.

        GET /v1/test_helpers/clock
        """
        return await self._request(r.TEST_HELPERS_CLOCK_RETRIEVE, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def advance(self, params: p.AdvanceClockParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.AdvanceClockParams]) -> o.TestClock:
        """Advance the test clock.

        POST /v1/test_helpers/clock/advance
        """
        return await self._request(r.TEST_HELPERS_CLOCK_ADVANCE, (), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types


class AsyncAccount(Service):
    """`client.account`."""

    async def retrieve(self, params: p.AccountRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.AccountRetrieveParams]) -> o.Account:
        """Retrieve your account.

        GET /v1/account
        """
        return await self._request(r.ACCOUNT_RETRIEVE, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types


class AsyncApiKeys(Service):
    """`client.api_keys`."""

    async def list(self, params: p.ApiKeyListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.ApiKeyListParams]) -> AsyncPage[o.ApiKey]:
        """List API keys.

        GET /v1/api_keys
        """
        return await self._request(r.API_KEYS_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    @overload
    async def create(self, params: p.CreateApiKeyParams, /, *, options: Options | None = None, idempotency_key: str | None = None) -> o.ApiKey: ...
    @overload
    async def create(self, *, options: Options | None = None, idempotency_key: str | None = None, **params: Unpack[p.CreateApiKeyParams]) -> o.ApiKey: ...
    async def create(self, params: Any = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Any) -> Any:  # type: ignore[misc]  # mypy does not see that Any takes the keywords of a TypedDict
        """Create an API key.

        POST /v1/api_keys
        """
        return await self._request(r.API_KEYS_CREATE, (), params, more, options, idempotency_key)

    async def retrieve(self, id: str, params: p.ApiKeyRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.ApiKeyRetrieveParams]) -> o.ApiKey:
        """Retrieve an API key.

        GET /v1/api_keys/{id}
        """
        return await self._request(r.API_KEYS_RETRIEVE, (id,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def revoke(self, id: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> o.ApiKey:
        """Revoke an API key.

        POST /v1/api_keys/{id}/revoke
        """
        return await self._request(r.API_KEYS_REVOKE, (id,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def roll(self, id: str, params: p.RollApiKeyParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.RollApiKeyParams]) -> o.ApiKey:
        """Roll an API key.

        POST /v1/api_keys/{id}/roll
        """
        return await self._request(r.API_KEYS_ROLL, (id,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types


class AsyncBalance(Service):
    """`client.balance`."""

    async def retrieve(self, params: p.BalanceRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.BalanceRetrieveParams]) -> o.Balance:
        """Retrieve your balance.

        GET /v1/balance
        """
        return await self._request(r.BALANCE_RETRIEVE, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def list_history(self, params: p.BalanceListHistoryParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.BalanceListHistoryParams]) -> AsyncPage[o.BalanceTransaction]:
        """List balance transactions, newest first (the older address).

        GET /v1/balance/history
        """
        return await self._request(r.BALANCE_LIST_HISTORY, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def retrieve_history(self, transaction: str, params: p.BalanceRetrieveHistoryParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.BalanceRetrieveHistoryParams]) -> o.BalanceTransaction:
        """Retrieve a balance transaction (the older address).

        GET /v1/balance/history/{transaction}
        """
        return await self._request(r.BALANCE_RETRIEVE_HISTORY, (transaction,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types


class AsyncBalanceTransactions(Service):
    """`client.balance_transactions`."""

    async def list(self, params: p.BalanceTransactionListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.BalanceTransactionListParams]) -> AsyncPage[o.BalanceTransaction]:
        """List balance transactions, newest first.

        GET /v1/balance_transactions
        """
        return await self._request(r.BALANCE_TRANSACTIONS_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def retrieve(self, transaction: str, params: p.BalanceTransactionRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.BalanceTransactionRetrieveParams]) -> o.BalanceTransaction:
        """Retrieve a balance transaction.

        GET /v1/balance_transactions/{transaction}
        """
        return await self._request(r.BALANCE_TRANSACTIONS_RETRIEVE, (transaction,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types


class AsyncCharges(Service):
    """`client.charges`."""

    async def list(self, params: p.ChargeListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.ChargeListParams]) -> AsyncPage[o.Charge]:
        """List charges, newest first.

        GET /v1/charges
        """
        return await self._request(r.CHARGES_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def retrieve(self, charge: str, params: p.ChargeRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.ChargeRetrieveParams]) -> o.Charge:
        """Retrieve a charge.

        GET /v1/charges/{charge}
        """
        return await self._request(r.CHARGES_RETRIEVE, (charge,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def update(self, charge: str, params: p.UpdateChargeParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdateChargeParams]) -> o.Charge:
        """Update a charge's description, metadata and the like.

        POST /v1/charges/{charge}
        """
        return await self._request(r.CHARGES_UPDATE, (charge,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def capture(self, charge: str, params: p.CaptureChargeParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.CaptureChargeParams]) -> o.Charge:
        """Capture a charge.

        POST /v1/charges/{charge}/capture
        """
        return await self._request(r.CHARGES_CAPTURE, (charge,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types


class AsyncCustomers(Service):
    """`client.customers`."""

    async def list(self, params: p.CustomerListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.CustomerListParams]) -> AsyncPage[o.Customer]:
        """List customers.

        GET /v1/customers
        """
        return await self._request(r.CUSTOMERS_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def create(self, params: p.CreateCustomerParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.CreateCustomerParams]) -> o.Customer:
        """Create a customer.

        POST /v1/customers
        """
        return await self._request(r.CUSTOMERS_CREATE, (), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def delete(self, customer: str, /, *, options: Options | None = None) -> o.DeletedCustomer:
        """Delete a customer and detach their payment methods.

        DELETE /v1/customers/{customer}
        """
        return await self._request(r.CUSTOMERS_DELETE, (customer,), None, {}, options)  # type: ignore[no-any-return]  # the core knows no types

    async def retrieve(self, customer: str, params: p.CustomerRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.CustomerRetrieveParams]) -> o.Customer | o.DeletedCustomer:
        """Retrieve a customer.

        GET /v1/customers/{customer}
        """
        return await self._request(r.CUSTOMERS_RETRIEVE, (customer,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def update(self, customer: str, params: p.UpdateCustomerParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdateCustomerParams]) -> o.Customer:
        """Update a customer.

        POST /v1/customers/{customer}
        """
        return await self._request(r.CUSTOMERS_UPDATE, (customer,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def list_payment_methods(self, customer: str, params: p.CustomerListPaymentMethodsParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.CustomerListPaymentMethodsParams]) -> AsyncPage[o.PaymentMethod]:
        """List a customer's payment methods.

        GET /v1/customers/{customer}/payment_methods
        """
        return await self._request(r.CUSTOMERS_LIST_PAYMENT_METHODS, (customer,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def retrieve_payment_method(self, customer: str, payment_method: str, params: p.CustomerRetrievePaymentMethodParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.CustomerRetrievePaymentMethodParams]) -> o.PaymentMethod:
        """Retrieve a customer's payment method.

        GET /v1/customers/{customer}/payment_methods/{payment_method}
        """
        return await self._request(r.CUSTOMERS_RETRIEVE_PAYMENT_METHOD, (customer, payment_method,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types


class AsyncDisputes(Service):
    """`client.disputes`."""

    async def list(self, params: p.DisputeListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.DisputeListParams]) -> AsyncPage[o.Dispute]:
        """List disputes, newest first.

        GET /v1/disputes
        """
        return await self._request(r.DISPUTES_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def retrieve(self, dispute: str, params: p.DisputeRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.DisputeRetrieveParams]) -> o.Dispute:
        """Retrieve a dispute.

        GET /v1/disputes/{dispute}
        """
        return await self._request(r.DISPUTES_RETRIEVE, (dispute,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def update(self, dispute: str, params: p.UpdateDisputeParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdateDisputeParams]) -> o.Dispute:
        """Answer a dispute with evidence.

        POST /v1/disputes/{dispute}
        """
        return await self._request(r.DISPUTES_UPDATE, (dispute,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def close(self, dispute: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> o.Dispute:
        """Accept a dispute.

        POST /v1/disputes/{dispute}/close
        """
        return await self._request(r.DISPUTES_CLOSE, (dispute,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types


class AsyncEventTypes(Service):
    """`client.event_types`."""

    async def list(self, params: p.EventTypeListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.EventTypeListParams]) -> AsyncPage[o.EventType]:
        """List the types of events.

        GET /v1/event_types
        """
        return await self._request(r.EVENT_TYPES_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def retrieve(self, event_type: str, params: p.EventTypeRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.EventTypeRetrieveParams]) -> o.EventType:
        """Retrieve a type of event, with an example.

        GET /v1/event_types/{event_type}
        """
        return await self._request(r.EVENT_TYPES_RETRIEVE, (event_type,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types


class AsyncEvents(Service):
    """`client.events`."""

    async def list(self, params: p.EventListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.EventListParams]) -> AsyncPage[o.Event]:
        """List events, newest first.

        GET /v1/events
        """
        return await self._request(r.EVENTS_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def retrieve(self, event: str, params: p.EventRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.EventRetrieveParams]) -> o.Event:
        """Retrieve an event.

        GET /v1/events/{event}
        """
        return await self._request(r.EVENTS_RETRIEVE, (event,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def resend(self, event: str, params: p.ResendEventParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.ResendEventParams]) -> AsyncPage[o.WebhookDelivery]:
        """Send an event again, to one endpoint or to all that it concerns.

        POST /v1/events/{event}/resend
        """
        return await self._request(r.EVENTS_RESEND, (event,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types


class AsyncHealth(Service):
    """`client.health`."""

    async def retrieve(self, params: p.HealthRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.HealthRetrieveParams]) -> o.Health:
        """Liveness; with ready=1 readiness.

        GET /v1/health
        """
        return await self._request(r.HEALTH_RETRIEVE, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types


class AsyncPaymentIntents(Service):
    """`client.payment_intents`."""

    async def list(self, params: p.PaymentIntentListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.PaymentIntentListParams]) -> AsyncPage[o.PaymentIntent]:
        """List payment intents, newest first.

        GET /v1/payment_intents
        """
        return await self._request(r.PAYMENT_INTENTS_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    @overload
    async def create(self, params: p.CreatePaymentIntentParams, /, *, options: Options | None = None, idempotency_key: str | None = None) -> o.PaymentIntent: ...
    @overload
    async def create(self, *, options: Options | None = None, idempotency_key: str | None = None, **params: Unpack[p.CreatePaymentIntentParams]) -> o.PaymentIntent: ...
    async def create(self, params: Any = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Any) -> Any:  # type: ignore[misc]  # mypy does not see that Any takes the keywords of a TypedDict
        """Create a payment intent, and with confirm=true pay it.

        POST /v1/payment_intents
        """
        return await self._request(r.PAYMENT_INTENTS_CREATE, (), params, more, options, idempotency_key)

    async def retrieve(self, intent: str, params: p.PaymentIntentRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.PaymentIntentRetrieveParams]) -> o.PaymentIntent:
        """Retrieve a payment intent.

        GET /v1/payment_intents/{intent}
        """
        return await self._request(r.PAYMENT_INTENTS_RETRIEVE, (intent,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def update(self, intent: str, params: p.UpdatePaymentIntentParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdatePaymentIntentParams]) -> o.PaymentIntent:
        """Update a payment intent.

        POST /v1/payment_intents/{intent}
        """
        return await self._request(r.PAYMENT_INTENTS_UPDATE, (intent,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def cancel(self, intent: str, params: p.CancelPaymentIntentParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.CancelPaymentIntentParams]) -> o.PaymentIntent:
        """Cancel a payment intent and release what is held.

        POST /v1/payment_intents/{intent}/cancel
        """
        return await self._request(r.PAYMENT_INTENTS_CANCEL, (intent,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def capture(self, intent: str, params: p.CapturePaymentIntentParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.CapturePaymentIntentParams]) -> o.PaymentIntent:
        """Capture what is held, or a part of it.

        POST /v1/payment_intents/{intent}/capture
        """
        return await self._request(r.PAYMENT_INTENTS_CAPTURE, (intent,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def confirm(self, intent: str, params: p.ConfirmPaymentIntentParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.ConfirmPaymentIntentParams]) -> o.PaymentIntent:
        """Confirm a payment intent: try to be paid.

        POST /v1/payment_intents/{intent}/confirm
        """
        return await self._request(r.PAYMENT_INTENTS_CONFIRM, (intent,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    @overload
    async def increment_authorization(self, intent: str, params: p.IncrementAuthorizationParams, /, *, options: Options | None = None, idempotency_key: str | None = None) -> o.PaymentIntent: ...
    @overload
    async def increment_authorization(self, intent: str, /, *, options: Options | None = None, idempotency_key: str | None = None, **params: Unpack[p.IncrementAuthorizationParams]) -> o.PaymentIntent: ...
    async def increment_authorization(self, intent: str, params: Any = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Any) -> Any:
        """Raise what is held.

        POST /v1/payment_intents/{intent}/increment_authorization
        """
        return await self._request(r.PAYMENT_INTENTS_INCREMENT_AUTHORIZATION, (intent,), params, more, options, idempotency_key)


class AsyncPaymentMethods(Service):
    """`client.payment_methods`."""

    async def list(self, params: p.PaymentMethodListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.PaymentMethodListParams]) -> AsyncPage[o.PaymentMethod]:
        """List payment methods.

        GET /v1/payment_methods
        """
        return await self._request(r.PAYMENT_METHODS_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    @overload
    async def create(self, params: p.CreatePaymentMethodParams, /, *, options: Options | None = None, idempotency_key: str | None = None) -> o.PaymentMethod: ...
    @overload
    async def create(self, *, options: Options | None = None, idempotency_key: str | None = None, **params: Unpack[p.CreatePaymentMethodParams]) -> o.PaymentMethod: ...
    async def create(self, params: Any = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Any) -> Any:  # type: ignore[misc]  # mypy does not see that Any takes the keywords of a TypedDict
        """Create a payment method.

        POST /v1/payment_methods
        """
        return await self._request(r.PAYMENT_METHODS_CREATE, (), params, more, options, idempotency_key)

    async def retrieve(self, payment_method: str, params: p.PaymentMethodRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.PaymentMethodRetrieveParams]) -> o.PaymentMethod:
        """Retrieve a payment method.

        GET /v1/payment_methods/{payment_method}
        """
        return await self._request(r.PAYMENT_METHODS_RETRIEVE, (payment_method,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def update(self, payment_method: str, params: p.UpdatePaymentMethodParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdatePaymentMethodParams]) -> o.PaymentMethod:
        """Update a payment method.

        POST /v1/payment_methods/{payment_method}
        """
        return await self._request(r.PAYMENT_METHODS_UPDATE, (payment_method,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    @overload
    async def attach(self, payment_method: str, params: p.AttachPaymentMethodParams, /, *, options: Options | None = None, idempotency_key: str | None = None) -> o.PaymentMethod: ...
    @overload
    async def attach(self, payment_method: str, /, *, options: Options | None = None, idempotency_key: str | None = None, **params: Unpack[p.AttachPaymentMethodParams]) -> o.PaymentMethod: ...
    async def attach(self, payment_method: str, params: Any = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Any) -> Any:
        """Attach a payment method to a customer.

        POST /v1/payment_methods/{payment_method}/attach
        """
        return await self._request(r.PAYMENT_METHODS_ATTACH, (payment_method,), params, more, options, idempotency_key)

    async def detach(self, payment_method: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> o.PaymentMethod:
        """Detach a payment method from its customer.

        POST /v1/payment_methods/{payment_method}/detach
        """
        return await self._request(r.PAYMENT_METHODS_DETACH, (payment_method,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types


class AsyncPayouts(Service):
    """`client.payouts`."""

    async def list(self, params: p.PayoutListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.PayoutListParams]) -> AsyncPage[o.Payout]:
        """List payouts, newest first.

        GET /v1/payouts
        """
        return await self._request(r.PAYOUTS_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    @overload
    async def create(self, params: p.CreatePayoutParams, /, *, options: Options | None = None, idempotency_key: str | None = None) -> o.Payout: ...
    @overload
    async def create(self, *, options: Options | None = None, idempotency_key: str | None = None, **params: Unpack[p.CreatePayoutParams]) -> o.Payout: ...
    async def create(self, params: Any = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Any) -> Any:  # type: ignore[misc]  # mypy does not see that Any takes the keywords of a TypedDict
        """Pay out available funds.

        POST /v1/payouts
        """
        return await self._request(r.PAYOUTS_CREATE, (), params, more, options, idempotency_key)

    async def retrieve(self, payout: str, params: p.PayoutRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.PayoutRetrieveParams]) -> o.Payout:
        """Retrieve a payout.

        GET /v1/payouts/{payout}
        """
        return await self._request(r.PAYOUTS_RETRIEVE, (payout,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def update(self, payout: str, params: p.UpdatePayoutParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdatePayoutParams]) -> o.Payout:
        """Update a payout's metadata.

        POST /v1/payouts/{payout}
        """
        return await self._request(r.PAYOUTS_UPDATE, (payout,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def cancel(self, payout: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> o.Payout:
        """Cancel a payout that is still pending.

        POST /v1/payouts/{payout}/cancel
        """
        return await self._request(r.PAYOUTS_CANCEL, (payout,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types


class AsyncRefunds(Service):
    """`client.refunds`."""

    async def list(self, params: p.RefundListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.RefundListParams]) -> AsyncPage[o.Refund]:
        """List refunds, newest first.

        GET /v1/refunds
        """
        return await self._request(r.REFUNDS_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def create(self, params: p.CreateRefundParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.CreateRefundParams]) -> o.Refund:
        """Refund a charge, whole or in part.

        POST /v1/refunds
        """
        return await self._request(r.REFUNDS_CREATE, (), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def retrieve(self, refund: str, params: p.RefundRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.RefundRetrieveParams]) -> o.Refund:
        """Retrieve a refund.

        GET /v1/refunds/{refund}
        """
        return await self._request(r.REFUNDS_RETRIEVE, (refund,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def update(self, refund: str, params: p.UpdateRefundParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdateRefundParams]) -> o.Refund:
        """Update a refund's metadata.

        POST /v1/refunds/{refund}
        """
        return await self._request(r.REFUNDS_UPDATE, (refund,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def cancel(self, refund: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> o.Refund:
        """Cancel a refund that waits for funds.

        POST /v1/refunds/{refund}/cancel
        """
        return await self._request(r.REFUNDS_CANCEL, (refund,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types


class AsyncRequestLogs(Service):
    """`client.request_logs`."""

    async def list(self, params: p.RequestLogListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.RequestLogListParams]) -> AsyncPage[o.RequestLog]:
        """List requests.

        GET /v1/request_logs
        """
        return await self._request(r.REQUEST_LOGS_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def retrieve(self, id: str, params: p.RequestLogRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.RequestLogRetrieveParams]) -> o.RequestLog:
        """Retrieve a request.

        GET /v1/request_logs/{id}
        """
        return await self._request(r.REQUEST_LOGS_RETRIEVE, (id,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types


class AsyncSetupAttempts(Service):
    """`client.setup_attempts`."""

    @overload
    async def list(self, params: p.SetupAttemptListParams, /, *, options: Options | None = None) -> AsyncPage[o.SetupAttempt]: ...
    @overload
    async def list(self, *, options: Options | None = None, **params: Unpack[p.SetupAttemptListParams]) -> AsyncPage[o.SetupAttempt]: ...
    async def list(self, params: Any = None, /, *, options: Options | None = None, **more: Any) -> Any:  # type: ignore[misc]  # mypy does not see that Any takes the keywords of a TypedDict
        """List the attempts of a setup intent, newest first.

        GET /v1/setup_attempts
        """
        return await self._request(r.SETUP_ATTEMPTS_LIST, (), params, more, options)


class AsyncSetupIntents(Service):
    """`client.setup_intents`."""

    async def list(self, params: p.SetupIntentListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.SetupIntentListParams]) -> AsyncPage[o.SetupIntent]:
        """List setup intents, newest first.

        GET /v1/setup_intents
        """
        return await self._request(r.SETUP_INTENTS_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def create(self, params: p.CreateSetupIntentParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.CreateSetupIntentParams]) -> o.SetupIntent:
        """Create a setup intent, and with confirm=true save the payment method.

        POST /v1/setup_intents
        """
        return await self._request(r.SETUP_INTENTS_CREATE, (), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def retrieve(self, intent: str, params: p.SetupIntentRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.SetupIntentRetrieveParams]) -> o.SetupIntent:
        """Retrieve a setup intent.

        GET /v1/setup_intents/{intent}
        """
        return await self._request(r.SETUP_INTENTS_RETRIEVE, (intent,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def update(self, intent: str, params: p.UpdateSetupIntentParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdateSetupIntentParams]) -> o.SetupIntent:
        """Update a setup intent.

        POST /v1/setup_intents/{intent}
        """
        return await self._request(r.SETUP_INTENTS_UPDATE, (intent,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def cancel(self, intent: str, params: p.CancelSetupIntentParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.CancelSetupIntentParams]) -> o.SetupIntent:
        """Cancel a setup intent.

        POST /v1/setup_intents/{intent}/cancel
        """
        return await self._request(r.SETUP_INTENTS_CANCEL, (intent,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def confirm(self, intent: str, params: p.ConfirmSetupIntentParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.ConfirmSetupIntentParams]) -> o.SetupIntent:
        """Confirm a setup intent: try to save the payment method.

        POST /v1/setup_intents/{intent}/confirm
        """
        return await self._request(r.SETUP_INTENTS_CONFIRM, (intent,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types


class AsyncTestHelpers(Service):
    """`client.test_helpers`."""

    @cached_property
    def clock(self) -> AsyncTestHelpersClock:
        """`client.test_helpers.clock`."""
        return AsyncTestHelpersClock(self._client)


class AsyncWebhookAttempts(Service):
    """`client.webhook_attempts`."""

    async def list(self, params: p.WebhookAttemptListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.WebhookAttemptListParams]) -> AsyncPage[o.WebhookAttempt]:
        """List attempts to deliver, newest first.

        GET /v1/webhook_attempts
        """
        return await self._request(r.WEBHOOK_ATTEMPTS_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def retrieve(self, webhook_attempt: str, params: p.WebhookAttemptRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.WebhookAttemptRetrieveParams]) -> o.WebhookAttempt:
        """Retrieve an attempt.

        GET /v1/webhook_attempts/{webhook_attempt}
        """
        return await self._request(r.WEBHOOK_ATTEMPTS_RETRIEVE, (webhook_attempt,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types


class AsyncWebhookDeliveries(Service):
    """`client.webhook_deliveries`."""

    async def list(self, params: p.WebhookDeliveryListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.WebhookDeliveryListParams]) -> AsyncPage[o.WebhookDelivery]:
        """List deliveries, newest event first.

        GET /v1/webhook_deliveries
        """
        return await self._request(r.WEBHOOK_DELIVERIES_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def retrieve(self, webhook_delivery: str, params: p.WebhookDeliveryRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.WebhookDeliveryRetrieveParams]) -> o.WebhookDelivery:
        """Retrieve a delivery.

        GET /v1/webhook_deliveries/{webhook_delivery}
        """
        return await self._request(r.WEBHOOK_DELIVERIES_RETRIEVE, (webhook_delivery,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def resend(self, webhook_delivery: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> o.WebhookDelivery:
        """Send a delivery again, by the full schedule.

        POST /v1/webhook_deliveries/{webhook_delivery}/resend
        """
        return await self._request(r.WEBHOOK_DELIVERIES_RESEND, (webhook_delivery,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types


class AsyncWebhookEndpoints(Service):
    """`client.webhook_endpoints`."""

    async def list(self, params: p.WebhookEndpointListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.WebhookEndpointListParams]) -> AsyncPage[o.WebhookEndpoint]:
        """List webhook endpoints.

        GET /v1/webhook_endpoints
        """
        return await self._request(r.WEBHOOK_ENDPOINTS_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    @overload
    async def create(self, params: p.CreateWebhookEndpointParams, /, *, options: Options | None = None, idempotency_key: str | None = None) -> o.WebhookEndpoint: ...
    @overload
    async def create(self, *, options: Options | None = None, idempotency_key: str | None = None, **params: Unpack[p.CreateWebhookEndpointParams]) -> o.WebhookEndpoint: ...
    async def create(self, params: Any = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Any) -> Any:  # type: ignore[misc]  # mypy does not see that Any takes the keywords of a TypedDict
        """Create a webhook endpoint.

        POST /v1/webhook_endpoints
        """
        return await self._request(r.WEBHOOK_ENDPOINTS_CREATE, (), params, more, options, idempotency_key)

    async def delete(self, webhook_endpoint: str, /, *, options: Options | None = None) -> o.DeletedWebhookEndpoint:
        """Delete a webhook endpoint.

        DELETE /v1/webhook_endpoints/{webhook_endpoint}
        """
        return await self._request(r.WEBHOOK_ENDPOINTS_DELETE, (webhook_endpoint,), None, {}, options)  # type: ignore[no-any-return]  # the core knows no types

    async def retrieve(self, webhook_endpoint: str, params: p.WebhookEndpointRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.WebhookEndpointRetrieveParams]) -> o.WebhookEndpoint:
        """Retrieve a webhook endpoint.

        GET /v1/webhook_endpoints/{webhook_endpoint}
        """
        return await self._request(r.WEBHOOK_ENDPOINTS_RETRIEVE, (webhook_endpoint,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def update(self, webhook_endpoint: str, params: p.UpdateWebhookEndpointParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.UpdateWebhookEndpointParams]) -> o.WebhookEndpoint:
        """Update a webhook endpoint.

        POST /v1/webhook_endpoints/{webhook_endpoint}
        """
        return await self._request(r.WEBHOOK_ENDPOINTS_UPDATE, (webhook_endpoint,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def disable(self, webhook_endpoint: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> o.WebhookEndpoint:
        """Disable a webhook endpoint.

        POST /v1/webhook_endpoints/{webhook_endpoint}/disable
        """
        return await self._request(r.WEBHOOK_ENDPOINTS_DISABLE, (webhook_endpoint,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def enable(self, webhook_endpoint: str, params: p.EnableWebhookEndpointParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.EnableWebhookEndpointParams]) -> o.WebhookEndpoint:
        """Enable a webhook endpoint.

        POST /v1/webhook_endpoints/{webhook_endpoint}/enable
        """
        return await self._request(r.WEBHOOK_ENDPOINTS_ENABLE, (webhook_endpoint,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def roll_secret(self, webhook_endpoint: str, params: p.RollSecretParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.RollSecretParams]) -> o.WebhookEndpoint:
        """Roll a webhook endpoint's secret.

        POST /v1/webhook_endpoints/{webhook_endpoint}/roll_secret
        """
        return await self._request(r.WEBHOOK_ENDPOINTS_ROLL_SECRET, (webhook_endpoint,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def send_test_event(self, webhook_endpoint: str, params: p.SendTestEventParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.SendTestEventParams]) -> o.Event:
        """Send a webhook endpoint an event of any type, of which nothing has happened.

        POST /v1/webhook_endpoints/{webhook_endpoint}/send_test_event
        """
        return await self._request(r.WEBHOOK_ENDPOINTS_SEND_TEST_EVENT, (webhook_endpoint,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types

    async def test(self, webhook_endpoint: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> o.WebhookEndpointTest:
        """Test a webhook endpoint.

        POST /v1/webhook_endpoints/{webhook_endpoint}/test
        """
        return await self._request(r.WEBHOOK_ENDPOINTS_TEST, (webhook_endpoint,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types


class AsyncWebhookReplays(Service):
    """`client.webhook_replays`."""

    async def list(self, params: p.WebhookReplayListParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.WebhookReplayListParams]) -> AsyncPage[o.WebhookReplay]:
        """List replays, newest first.

        GET /v1/webhook_replays
        """
        return await self._request(r.WEBHOOK_REPLAYS_LIST, (), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    @overload
    async def create(self, params: p.CreateReplayParams, /, *, options: Options | None = None, idempotency_key: str | None = None) -> o.WebhookReplay | o.WebhookReplayPreview: ...
    @overload
    async def create(self, *, options: Options | None = None, idempotency_key: str | None = None, **params: Unpack[p.CreateReplayParams]) -> o.WebhookReplay | o.WebhookReplayPreview: ...
    async def create(self, params: Any = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Any) -> Any:  # type: ignore[misc]  # mypy does not see that Any takes the keywords of a TypedDict
        """Send an endpoint again what matches a filter.

        POST /v1/webhook_replays
        """
        return await self._request(r.WEBHOOK_REPLAYS_CREATE, (), params, more, options, idempotency_key)

    async def retrieve(self, webhook_replay: str, params: p.WebhookReplayRetrieveParams | None = None, /, *, options: Options | None = None, **more: Unpack[p.WebhookReplayRetrieveParams]) -> o.WebhookReplay:
        """Retrieve a replay, and how far it got.

        GET /v1/webhook_replays/{webhook_replay}
        """
        return await self._request(r.WEBHOOK_REPLAYS_RETRIEVE, (webhook_replay,), params, more, options)  # type: ignore[no-any-return]  # the core knows no types

    async def cancel(self, webhook_replay: str, params: p.NothingParams | None = None, /, *, options: Options | None = None, idempotency_key: str | None = None, **more: Unpack[p.NothingParams]) -> o.WebhookReplay:
        """Cancel a replay; what was not tried goes back to where it stood.

        POST /v1/webhook_replays/{webhook_replay}/cancel
        """
        return await self._request(r.WEBHOOK_REPLAYS_CANCEL, (webhook_replay,), params, more, options, idempotency_key)  # type: ignore[no-any-return]  # the core knows no types


class AsyncServices:
    """The resources of a client."""

    @cached_property
    def account(self) -> AsyncAccount:
        """`client.account`."""
        return AsyncAccount(self)

    @cached_property
    def api_keys(self) -> AsyncApiKeys:
        """`client.api_keys`."""
        return AsyncApiKeys(self)

    @cached_property
    def balance(self) -> AsyncBalance:
        """`client.balance`."""
        return AsyncBalance(self)

    @cached_property
    def balance_transactions(self) -> AsyncBalanceTransactions:
        """`client.balance_transactions`."""
        return AsyncBalanceTransactions(self)

    @cached_property
    def charges(self) -> AsyncCharges:
        """`client.charges`."""
        return AsyncCharges(self)

    @cached_property
    def customers(self) -> AsyncCustomers:
        """`client.customers`."""
        return AsyncCustomers(self)

    @cached_property
    def disputes(self) -> AsyncDisputes:
        """`client.disputes`."""
        return AsyncDisputes(self)

    @cached_property
    def event_types(self) -> AsyncEventTypes:
        """`client.event_types`."""
        return AsyncEventTypes(self)

    @cached_property
    def events(self) -> AsyncEvents:
        """`client.events`."""
        return AsyncEvents(self)

    @cached_property
    def health(self) -> AsyncHealth:
        """`client.health`."""
        return AsyncHealth(self)

    @cached_property
    def payment_intents(self) -> AsyncPaymentIntents:
        """`client.payment_intents`."""
        return AsyncPaymentIntents(self)

    @cached_property
    def payment_methods(self) -> AsyncPaymentMethods:
        """`client.payment_methods`."""
        return AsyncPaymentMethods(self)

    @cached_property
    def payouts(self) -> AsyncPayouts:
        """`client.payouts`."""
        return AsyncPayouts(self)

    @cached_property
    def refunds(self) -> AsyncRefunds:
        """`client.refunds`."""
        return AsyncRefunds(self)

    @cached_property
    def request_logs(self) -> AsyncRequestLogs:
        """`client.request_logs`."""
        return AsyncRequestLogs(self)

    @cached_property
    def setup_attempts(self) -> AsyncSetupAttempts:
        """`client.setup_attempts`."""
        return AsyncSetupAttempts(self)

    @cached_property
    def setup_intents(self) -> AsyncSetupIntents:
        """`client.setup_intents`."""
        return AsyncSetupIntents(self)

    @cached_property
    def test_helpers(self) -> AsyncTestHelpers:
        """`client.test_helpers`."""
        return AsyncTestHelpers(self)

    @cached_property
    def webhook_attempts(self) -> AsyncWebhookAttempts:
        """`client.webhook_attempts`."""
        return AsyncWebhookAttempts(self)

    @cached_property
    def webhook_deliveries(self) -> AsyncWebhookDeliveries:
        """`client.webhook_deliveries`."""
        return AsyncWebhookDeliveries(self)

    @cached_property
    def webhook_endpoints(self) -> AsyncWebhookEndpoints:
        """`client.webhook_endpoints`."""
        return AsyncWebhookEndpoints(self)

    @cached_property
    def webhook_replays(self) -> AsyncWebhookReplays:
        """`client.webhook_replays`."""
        return AsyncWebhookReplays(self)
