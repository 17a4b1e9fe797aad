"""The package and a real server, over a socket: what a merchant's program does on its first day."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable

import pytest

import finsecure
from finsecure.testing import Server

DECLINED = "pm_card_visa_chargeDeclinedInsufficientFunds"


@pytest.fixture
async def aclient(finsecure_server: Server) -> AsyncIterator[finsecure.AsyncClient]:
    async with finsecure.AsyncClient(finsecure_server.secret_key, api_base=finsecure_server.url) as client:
        yield client


@pytest.fixture
def settled(finsecure_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a program that calls this server."""
    monkeypatch.setenv("FINSECURE_SECRET_KEY", finsecure_server.secret_key)
    monkeypatch.setenv("FINSECURE_API_BASE", finsecure_server.url)


def eventually(call: Callable[[], finsecure.RequestLog]) -> finsecure.RequestLog:
    """The log is written a moment after the reply."""
    until = time.monotonic() + 5
    while True:
        try:
            return call()
        except finsecure.InvalidRequestError:
            assert time.monotonic() < until
            time.sleep(0.02)


def test_the_module_level_style(settled: None) -> None:
    intent = finsecure.PaymentIntent.create({"amount": 2000, "currency": "usd"})
    assert intent.status == "requires_payment_method"
    same = finsecure.PaymentIntent.create(amount=2000, currency="usd")
    assert same.id != intent.id
    assert finsecure.PaymentIntent.retrieve(intent.id) == intent
    assert finsecure.PaymentIntent.modify(intent.id, {"metadata": {"order": "6735"}}).metadata == {"order": "6735"}
    paid = finsecure.PaymentIntent.confirm(intent.id, payment_method="pm_card_visa", expand=["latest_charge"])
    assert paid.status == "succeeded"
    assert isinstance(paid.latest_charge, finsecure.Charge)
    assert finsecure.Balance.retrieve().object == "balance"
    assert finsecure.Refund.create(payment_intent=intent.id, amount=500).amount == 500
    assert finsecure.PaymentIntent.list(limit=1).data[0].id == same.id


def test_the_module_can_be_set_up(finsecure_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finsecure, "api_key", finsecure_server.secret_key, raising=False)
    monkeypatch.setattr(finsecure, "api_base", f"{finsecure_server.url}/v1/", raising=False)
    assert finsecure.Account.retrieve().id == finsecure_server.keys.get("account", finsecure.Account.retrieve().id)
    monkeypatch.setattr(finsecure, "api_key", "sk_test_" + "0" * 48, raising=False)
    with pytest.raises(finsecure.AuthenticationError) as caught:
        finsecure.Account.retrieve()
    assert caught.value.code == "invalid_api_key"


def test_without_a_key() -> None:
    with pytest.raises(finsecure.AuthenticationError, match="FINSECURE_SECRET_KEY"):
        finsecure.PaymentIntent.create(amount=2000, currency="usd")


def test_a_decline_explains_itself(finsecure_client: finsecure.Client) -> None:
    with pytest.raises(finsecure.CardError) as caught:
        finsecure_client.payment_intents.create(amount=2000, currency="usd", payment_method=DECLINED, confirm=True)
    error = caught.value
    assert (error.code, error.decline_code, error.http_status) == ("card_declined", "insufficient_funds", 402)
    assert "Offer to pay by bank transfer instead." in error.recovery_options
    assert error.payment_intent is not None
    assert error.payment_intent["status"] == "requires_payment_method"
    assert error.request_id is not None
    assert eventually(lambda: finsecure_client.request_logs.retrieve(str(error.request_id)))["status"] == 402


def test_sending_it_again_takes_effect_once(finsecure_client: finsecure.Client) -> None:
    intent = finsecure_client.payment_intents.create(
        {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True},
        idempotency_key="order-1",
    )
    again = finsecure_client.payment_intents.create(
        {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True},
        idempotency_key="order-1",
    )
    assert again.id == intent.id
    assert again.last_response is not None
    assert again.last_response.replayed
    with pytest.raises(finsecure.IdempotencyError):
        finsecure_client.payment_intents.create(amount=2001, currency="usd", idempotency_key="order-1")
    assert finsecure_client.refunds.list(payment_intent=intent.id).data == []


def test_what_was_deleted_is_told_apart(finsecure_client: finsecure.Client) -> None:
    customer = finsecure_client.customers.create(name="Jenny", address={"country": "US"})
    assert customer.address is not None
    assert customer.address.country == "US"
    assert finsecure_client.customers.delete(customer.id).deleted is True
    assert isinstance(finsecure_client.customers.retrieve(customer.id), finsecure.DeletedCustomer)


def test_null_removes(finsecure_client: finsecure.Client) -> None:
    customer = finsecure_client.customers.create(name="Jenny", description="a friend")
    assert finsecure_client.customers.update(customer.id, description=None).description is None
    assert finsecure_client.customers.update(customer.id).name == "Jenny"


def test_lists_page_through_everything(finsecure_client: finsecure.Client) -> None:
    made = [finsecure_client.customers.create(email="many@example.com").id for _ in range(7)]
    found = finsecure_client.customers.list(email="many@example.com", limit=3)
    assert [one.id for one in found.auto_paging_iter()] == made[::-1]
    back = finsecure_client.customers.list(email="many@example.com", limit=2, ending_before=made[2])
    assert [one.id for one in back.auto_paging_iter()] == made[3:]
    assert found.previous_page() is None


def test_nested_resources(finsecure_client: finsecure.Client) -> None:
    customer = finsecure_client.customers.create()
    method = finsecure_client.payment_methods.attach("pm_card_visa", customer=customer.id)
    assert [one.id for one in finsecure_client.customers.list_payment_methods(customer.id)] == [method.id]
    assert finsecure_client.customers.retrieve_payment_method(customer.id, method.id).id == method.id
    clock = finsecure_client.test_helpers.clock.retrieve()
    assert finsecure_client.test_helpers.clock.advance(by=60)["now"] >= clock["now"] + 60


def test_an_older_version_has_other_shapes(finsecure_client: finsecure.Client) -> None:
    intent = finsecure_client.payment_intents.create(
        {"amount": 100, "currency": "usd"}, options={"api_version": "2018-11-08"}
    )
    assert intent["status"] == "requires_source"


def test_any_operation_by_its_path(finsecure_client: finsecure.Client) -> None:
    assert isinstance(finsecure_client.request("get", "/v1/balance"), finsecure.Balance)
    made = finsecure_client.request("POST", "/v1/customers", {"name": "Jenny"}, idempotency_key="by-path")
    assert isinstance(made, finsecure.Customer)


def test_a_rate_limit_is_waited_for() -> None:
    def hammer(times: int, **options: int) -> None:
        with finsecure.Client(
            server.secret_key, api_base=server.url, max_retries=options.get("max_retries", 3)
        ) as client:
            for _ in range(times):
                client.balance.retrieve()

    with Server({"FINSECURE_RATE_LIMIT": "2"}) as server:
        hammer(5)
        with pytest.raises(finsecure.RateLimitError) as caught:
            hammer(5, max_retries=0)
    assert caught.value.retryable
    assert caught.value.retry_after is not None


async def test_awaited(aclient: finsecure.AsyncClient) -> None:
    intent = await aclient.payment_intents.create(
        amount=2000, currency="usd", payment_method="pm_card_visa", confirm=True
    )
    assert intent.status == "succeeded"
    with pytest.raises(finsecure.CardError):
        await aclient.payment_intents.create(amount=2000, currency="usd", payment_method=DECLINED, confirm=True)
    found = await aclient.payment_intents.list(limit=1)
    assert [one.amount async for one in found.auto_paging_iter()]
    assert isinstance(await aclient.request("get", "/v1/balance"), finsecure.Balance)
