"""What is sent again, when, and what is not: over a socket, with time and chance in the test's hands."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.utils import formatdate

import pytest

import finsecure
from finsecure._core.backoff import RetryBudget
from fixtures.scripted import Answer, Scripted, refusal, reply
from fixtures.worlds import Caller, Clock

INTENT = {"id": "pi_1", "object": "payment_intent", "status": "succeeded"}
OK = reply(INTENT)


def test_a_call_that_succeeds_is_sent_once(scripted: Scripted, caller: Callable[..., Caller]) -> None:
    scripted.script(OK)
    intent = caller().create()
    assert intent == INTENT
    (seen,) = scripted.seen
    assert (seen.method, seen.path) == ("POST", "/v1/payment_intents")
    assert seen.headers["authorization"] == "Bearer sk_test_1"
    assert seen.headers["user-agent"] == f"FinSecure-Python/{finsecure.__version__}"
    assert seen.headers["finsecure-version"] == "2026-11-22"
    assert seen.headers["idempotency-key"].startswith("auto_")
    assert seen.json == {"amount": 2000, "currency": "usd"}
    assert intent.last_response.request_id == "req_scripted"
    assert intent.last_response.idempotency_key == seen.headers["idempotency-key"]


@pytest.mark.parametrize(
    "answer",
    [
        *(refusal(status) for status in (408, 429, 500, 502, 503, 504)),
        refusal(409, "idempotency_error", "idempotency_key_in_use"),
        refusal(429, "invalid_request_error", "lock_timeout"),
        refusal(409, "invalid_request_error", "lock_timeout"),
        Answer(reset=True),
        Answer(cut=True, body=json.dumps(INTENT).encode()),
        Answer(502, b"<html>Bad gateway</html>", {"content-type": "text/html"}),
    ],
    ids=lambda answer: "reset" if answer.reset else "cut" if answer.cut else f"{answer.status}",
)
def test_what_may_pass_is_sent_again_with_the_same_key(
    scripted: Scripted, caller: Callable[..., Caller], answer: Answer
) -> None:
    scripted.script(answer, answer, answer, OK)
    clock = Clock(chances=[0.5, 0.5, 0.5])
    intent = caller(clock=clock).create()
    assert intent == INTENT
    assert len(scripted.seen) == 4
    assert len({seen.headers["idempotency-key"] for seen in scripted.seen}) == 1
    assert len({seen.body for seen in scripted.seen}) == 1
    assert clock.slept == [0.5, 1.0, 2.0]
    assert len(intent.last_response.attempts) == 4


@pytest.mark.parametrize(
    "answer",
    [
        refusal(400, "invalid_request_error", "parameter_missing"),
        refusal(401, "authentication_error", "invalid_api_key"),
        refusal(402, "card_error", "card_declined"),
        refusal(403, "permission_error", "insufficient_scope"),
        refusal(404, "invalid_request_error", "resource_missing"),
        refusal(409, "invalid_request_error", "resource_already_exists"),
        refusal(501),
        refusal(500, finsecure_should_retry="false"),
        refusal(500, idempotent_replayed="true"),
    ],
    ids=lambda answer: f"{answer.status} {dict(answer.headers).get('finsecure-should-retry', '')}",
)
def test_what_would_come_again_is_not_sent_again(
    scripted: Scripted, caller: Callable[..., Caller], answer: Answer
) -> None:
    scripted.script(answer, OK)
    with pytest.raises(finsecure.FinSecureError) as caught:
        caller().create()
    assert len(scripted.seen) == 1
    assert not caught.value.retryable


def test_after_three_retries_the_last_refusal_is_raised(scripted: Scripted, caller: Callable[..., Caller]) -> None:
    scripted.script(refusal(503, code="overloaded"))
    with pytest.raises(finsecure.ServerError) as caught:
        caller().create(idempotency_key="order-6735")
    error = caught.value
    assert len(scripted.seen) == len(error.attempts) == 4
    assert [attempt.outcome for attempt in error.attempts] == ["HTTP 503"] * 4
    assert error.retryable
    assert error.idempotency_key == "order-6735"
    assert {seen.headers["idempotency-key"] for seen in scripted.seen} == {"order-6735"}


def test_retry_after_is_kept_to(scripted: Scripted, caller: Callable[..., Caller]) -> None:
    clock = Clock()
    date = formatdate(clock.wall + 7, usegmt=True)
    scripted.script(refusal(429, retry_after="3"), refusal(503, retry_after=date), refusal(429, retry_after="x"), OK)
    caller(clock=clock, chances=[0.0, 0.0, 0.25]).create()
    assert clock.slept[0] == 3.0
    assert 3 <= clock.slept[1] <= 5  # the date, less the 3 seconds that had gone by
    assert clock.slept[2] <= 4.0


def test_retry_after_is_capped(scripted: Scripted, caller: Callable[..., Caller]) -> None:
    clock = Clock()
    scripted.script(refusal(429, retry_after="86400"), OK)
    caller(clock=clock, deadline=None).create()
    assert clock.slept == [60.0]


def test_a_wait_beyond_the_deadline_is_not_begun(scripted: Scripted, caller: Callable[..., Caller]) -> None:
    clock = Clock()
    scripted.script(refusal(429, "rate_limit_error", "rate_limit", retry_after="30"), OK)
    with pytest.raises(finsecure.RateLimitError) as caught:
        caller(clock=clock, deadline=20.0).create()
    assert clock.slept == []
    assert caught.value.retry_after == 30.0
    assert caught.value.retryable


def test_a_slow_server_is_given_up_at_the_deadline(scripted: Scripted, caller: Callable[..., Caller]) -> None:
    scripted.script(Answer(delay=1.0))
    with pytest.raises(finsecure.APITimeoutError) as caught:
        caller(deadline=0.2).create()
    assert len(scripted.seen) == 1
    assert caught.value.sent


def test_a_body_that_trickles_is_given_up_at_the_deadline(scripted: Scripted, caller: Callable[..., Caller]) -> None:
    scripted.script(Answer(body=json.dumps(INTENT).encode(), drip=0.05))
    with pytest.raises(finsecure.APITimeoutError):
        caller(deadline=0.3).create()


def test_a_read_that_takes_too_long_is_tried_again(scripted: Scripted, caller: Callable[..., Caller]) -> None:
    scripted.script(Answer(delay=0.6), OK)
    clock = Clock(chances=[0.0])
    assert caller(clock=clock, timeout=(1.0, 0.2)).create() == INTENT
    assert len(scripted.seen) == 2


def test_the_budget_stops_a_storm(scripted: Scripted, caller: Callable[..., Caller]) -> None:
    budget = RetryBudget(burst=2.0)
    client = caller(budget=budget)
    scripted.script(refusal(500))
    for _ in range(3):
        with pytest.raises(finsecure.ServerError):
            client.create()
    assert len(scripted.seen) == 3 + 2
    scripted.script(OK)
    for _ in range(10):
        client.create()
    assert 0.99 < budget.tokens < 1.01


def test_no_retries_when_none_are_wanted(scripted: Scripted, caller: Callable[..., Caller]) -> None:
    scripted.script(refusal(500), OK)
    with pytest.raises(finsecure.ServerError):
        caller(max_retries=0).create()
    scripted.script(refusal(500), OK)
    with pytest.raises(finsecure.ServerError):
        caller().create(options={"max_retries": 0})


def test_nobody_listens(caller: Callable[..., Caller]) -> None:
    with pytest.raises(finsecure.APIConnectionError) as caught:
        caller(api_base="http://127.0.0.1:1").create()
    assert caught.value.kind == "connect"
    assert not caught.value.attempts[0].outcome.startswith("HTTP")
    assert len(caught.value.attempts) == 4


def test_connections_are_kept(scripted: Scripted, caller: Callable[..., Caller]) -> None:
    scripted.script(OK)
    client = caller()
    for _ in range(5):
        client.create()
    assert len(scripted.connections) == 1


def test_a_get_carries_no_key(scripted: Scripted, caller: Callable[..., Caller]) -> None:
    scripted.script(OK)
    caller().retrieve("pi/1")
    (seen,) = scripted.seen
    assert (seen.method, seen.path) == ("GET", "/v1/payment_intents/pi%2F1")
    assert "idempotency-key" not in seen.headers
