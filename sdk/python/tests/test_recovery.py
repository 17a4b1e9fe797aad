"""PaymentErrorHandler: what is tried again, under which key, and what is said when it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

import finsecure
from finsecure.testing import AsyncMockTransport, MockTransport

INTENT = {"id": "pi_1", "object": "payment_intent", "status": "succeeded"}


@pytest.fixture(params=["sync", "async"])
def handler(request: pytest.FixtureRequest) -> Callable[[Callable[[Any], Any]], Any]:
    """(process, seconds slept, transport) of a handler whose API answers as the script says."""

    def make(script: Callable[[Any], Any]) -> Any:
        slept: list[float] = []
        if request.param == "sync":
            mock = script(MockTransport())
            client = finsecure.Client("sk_test_1", transport=mock)
            return finsecure.PaymentErrorHandler(client, sleep=slept.append).process_payment_with_retry, slept, mock

        async def doze(seconds: float) -> None:
            slept.append(seconds)

        amock = script(AsyncMockTransport())
        aclient = finsecure.AsyncClient("sk_test_1", transport=amock)
        process = finsecure.AsyncPaymentErrorHandler(aclient, sleep=doze).process_payment_with_retry
        return lambda *args, **more: asyncio.run(process(*args, **more)), slept, amock

    return make


def keys(mock: Any) -> list[str]:
    return [request.headers["Idempotency-Key"] for request in mock.requests]


def test_a_payment_that_succeeds(handler: Any) -> None:
    process, slept, mock = handler(lambda mock: mock.reply(INTENT))
    answer = process({"amount": 2000, "currency": "usd"})
    assert answer == {"success": True, "result": INTENT}
    assert (slept, len(mock.requests)) == ([], 1)


def test_an_outcome_that_nobody_knows_keeps_its_key(handler: Any) -> None:
    process, slept, mock = handler(lambda mock: mock.fail("timeout").refuse(503).reply(INTENT))
    assert process({"amount": 2000, "currency": "usd"}, idempotency_key="order-1~a")["success"]
    assert keys(mock) == ["order-1~a"] * 3
    assert slept == [1.0, 2.0]


def test_a_decline_in_which_nobody_decided_is_tried_under_another_key(handler: Any) -> None:
    def script(mock: Any) -> Any:
        error = {"type": "card_error", "code": "processing_error", "message": "Try again."}
        return mock.refuse(402, **error).fail("reset").refuse(402, **error)

    process, slept, mock = handler(script)
    answer = process({"amount": 2000, "currency": "usd"}, idempotency_key="order-1")
    assert not answer["success"]
    assert keys(mock) == ["order-1", "order-1~2", "order-1~2"]
    assert slept == [1.0, 2.0]
    assert answer["error"].code == "processing_error"
    assert answer["recovery_options"][0].startswith("Try the same card again")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (402, {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds"}),
        (402, {"type": "card_error", "code": "card_declined", "decline_code": "issuer_not_available"}),
        (402, {"type": "card_error", "code": "expired_card"}),
        (402, {"type": "card_error", "code": "incorrect_cvc"}),
        (402, {"type": "card_error", "code": "processing_error", "advice_code": "do_not_try_again"}),
        (401, {"type": "authentication_error", "code": "invalid_api_key"}),
        (400, {"type": "invalid_request_error", "code": "parameter_missing"}),
        (400, {"type": "idempotency_error"}),
    ],
    ids=lambda value: value.get("decline_code") or value.get("code") if isinstance(value, dict) else str(value),
)
def test_what_is_not_tried_again(handler: Any, status: int, error: dict[str, str]) -> None:
    process, slept, mock = handler(lambda mock: mock.refuse(status, **error).reply(INTENT))
    answer = process({"amount": 2000, "currency": "usd"})
    assert not answer["success"]
    assert (slept, len(mock.requests)) == ([], 1)
    assert answer["recovery_options"]


def test_the_servers_words_come_first(handler: Any) -> None:
    steps = ["Ask the payer for another card."]
    process, _, _ = handler(lambda mock: mock.refuse(402, type="card_error", code="expired_card", next_steps=steps))
    assert process({"amount": 1, "currency": "usd"})["recovery_options"] == steps


def test_the_table_speaks_where_the_server_does_not(handler: Any) -> None:
    error = {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds"}
    process, _, _ = handler(lambda mock: mock.refuse(402, **error))
    assert "Offer to pay by bank transfer instead." in process({"amount": 1, "currency": "usd"})["recovery_options"]


def test_retry_after_is_kept_to(handler: Any) -> None:
    process, slept, _ = handler(
        lambda mock: mock.refuse(429, {"Retry-After": "7"}, type="rate_limit_error", code="rate_limit").reply(INTENT)
    )
    assert process({"amount": 1, "currency": "usd"})["success"]
    assert slept == [7.0]


def test_a_strange_error_is_not_swallowed() -> None:
    client = finsecure.Client("sk_test_1", transport=MockTransport())
    handler = finsecure.PaymentErrorHandler(client)
    with pytest.raises(TypeError):
        handler.process_payment_with_retry({"amount": object(), "currency": "usd"})
    assert handler.is_non_retryable_error(KeyError("x"))
    assert handler.get_recovery_options(KeyError("x")) == ["Contact customer support"]
    with pytest.raises(ValueError, match="at least one"):
        finsecure.PaymentErrorHandler(client, max_retries=0)
