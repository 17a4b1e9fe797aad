"""A merchant's program, as a type checker sees it. mypy and pyright must pass it; each line below has a type."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Literal, assert_type

import finsecure
from finsecure.adapters import Webhooks
from finsecure.params import CreatePaymentIntentParams

finsecure.api_key = "sk_test_1"
finsecure.api_base = "http://127.0.0.1:4242"


def module_level() -> None:
    intent = finsecure.PaymentIntent.create({"amount": 2000, "currency": "usd"})
    assert_type(intent, finsecure.PaymentIntent)
    assert_type(finsecure.PaymentIntent.create(amount=2000, currency="usd", confirm=True), finsecure.PaymentIntent)
    assert_type(intent.amount, int)
    assert_type(intent.capture_method, Literal["automatic", "automatic_async", "manual"])
    assert_type(intent.metadata, dict[str, str])
    assert_type(intent.canceled_at, int | None)
    assert_type(finsecure.PaymentIntent.list(limit=3), finsecure.Page[finsecure.PaymentIntent])
    assert_type(finsecure.Balance.retrieve(), finsecure.Balance)


def expanded(intent: finsecure.PaymentIntent) -> str:
    charge = intent.latest_charge
    if isinstance(charge, finsecure.Charge):
        return charge.id
    return charge or "not charged"


def instance() -> None:
    with finsecure.Client("sk_test_1", timeout=(3.05, 10), max_retries=5) as client:
        params: CreatePaymentIntentParams = {"amount": 2000, "currency": "usd", "metadata": {"order": "6735"}}
        intent = client.payment_intents.create(params, idempotency_key="order-6735")
        client.payment_intents.confirm(intent.id, payment_method="pm_card_visa", options={"timeout": 5})
        client.payment_intents.capture(intent.id, {"amount_to_capture": 500})
        assert_type(client.customers.retrieve("cus_1"), finsecure.Customer | finsecure.DeletedCustomer)
        assert_type(client.customers.list_payment_methods("cus_1"), finsecure.Page[finsecure.PaymentMethod])
        assert_type(client.test_helpers.clock.advance(by=60), finsecure.TestClock)
        page = client.customers.list(created={"gte": 1_700_000_000}, expand=["data.default_source"])
        assert_type(page.auto_paging_iter(), Iterator[finsecure.Customer])
        for customer in page:
            assert_type(customer.email, str | None)
        reply = intent.last_response
        if reply is not None:
            assert_type(reply.request_id, str | None)


async def awaited() -> None:
    async with finsecure.AsyncClient("sk_test_1") as client:
        intent = await client.payment_intents.create(amount=2000, currency="usd")
        assert_type(intent, finsecure.PaymentIntent)
        page = await client.payment_intents.list(limit=3)
        assert_type(page, finsecure.AsyncPage[finsecure.PaymentIntent])
        assert_type(page.auto_paging_iter(), AsyncIterator[finsecure.PaymentIntent])
        async for one in page.auto_paging_iter():
            assert_type(one.status in {"succeeded", "processing"}, bool)


def failing(client: finsecure.Client) -> list[str]:
    try:
        client.payment_intents.create(amount=2000, currency="usd", confirm=True)
    except finsecure.CardError as error:
        assert_type(error.decline_code, str | None)
        assert_type(error.recovery_options, tuple[str, ...])
        return list(error.recovery_options)
    except (finsecure.RateLimitError, finsecure.APIConnectionError) as error:
        assert_type(error.idempotency_key, str | None)
        assert_type(error.retryable, bool)
        return [f"attempt {attempt.number}: {attempt.outcome}" for attempt in error.attempts]
    return []


hooks = Webhooks()


@hooks.on("payment_intent.succeeded")
def fulfil(event: finsecure.Event) -> None:
    assert_type(event.type, str)


def webhook(body: bytes, header: str) -> str:
    event = finsecure.Webhook.construct_event(body, header, "whsec_1")
    assert_type(event, finsecure.Event)
    return event.id


def measured(client: finsecure.Client) -> None:
    monitor = finsecure.PerformanceMonitor()
    result, duration, success = monitor.measure_api_call("create", client.balance.retrieve)
    assert_type(result, finsecure.Balance | None)
    assert_type(duration, float)
    assert_type(success, bool)

    @monitor.measure("checkout")
    def checkout(amount: int) -> finsecure.PaymentIntent:
        return client.payment_intents.create(amount=amount, currency="usd")

    assert_type(checkout(5), finsecure.PaymentIntent)
