"""The official `stripe` package, unmodified, given only our address and key."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from finsecure_server.core.declines import DECLINES
from tests.flows.live import KEY, Live


def paid(client: stripe.StripeClient, amount: int = 2000, **params: object) -> stripe.PaymentIntent:
    """A confirmed payment."""
    wanted: Any = {"amount": amount, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True, **params}
    return client.v1.payment_intents.create(params=wanted)


def until(done: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait for later work."""
    give_up = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.05)


def test_one_payment_from_first_to_last(live: Live) -> None:
    client = live.stripe()
    created = client.v1.payment_intents.create(
        params={"amount": 2000, "currency": "usd", "capture_method": "manual", "metadata": {"order": "6735"}}
    )
    assert created.status == "requires_payment_method"

    held = client.v1.payment_intents.confirm(created.id, params={"payment_method": "pm_card_visa"})
    assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 2000, 0)

    taken = client.v1.payment_intents.capture(created.id, params={"amount_to_capture": 1500})
    assert (taken.status, taken.amount_capturable, taken.amount_received) == ("succeeded", 0, 1500)
    assert taken.metadata["order"] == "6735"

    part = client.v1.refunds.create(params={"payment_intent": created.id, "amount": 500})
    rest = client.v1.refunds.create(params={"payment_intent": created.id})
    assert [part.status, part.amount, rest.status, rest.amount] == ["succeeded", 500, "succeeded", 1000]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create(params={"payment_intent": created.id})
    assert refused.value.code == "charge_already_refunded"

    shown = client.v1.payment_intents.retrieve(created.id, params={"expand": ["latest_charge.balance_transaction"]})
    charge = shown.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert (charge.amount_captured, charge.amount_refunded, charge.refunded) == (1500, 1500, True)
    assert isinstance(charge.balance_transaction, stripe.BalanceTransaction)
    assert charge.balance_transaction.net == charge.balance_transaction.amount - charge.balance_transaction.fee
    types = [event.type for event in client.v1.events.list(params={"limit": 100}).auto_paging_iter()]
    assert types[-1] == "payment_intent.created"
    assert {"payment_intent.amount_capturable_updated", "payment_intent.succeeded", "charge.captured"} <= set(types)
    live.verify()


def test_the_older_way_to_call(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe, "api_key", KEY)
    monkeypatch.setattr(stripe, "api_base", live.url)
    intent = stripe.PaymentIntent.create(amount=1099, currency="eur", payment_method="pm_card_visa", confirm=True)
    assert intent.status == "succeeded"
    assert stripe.Balance.retrieve().pending
    customer = stripe.Customer.create(email="jenny@example.com", name="Jenny")
    method = stripe.PaymentMethod.attach("pm_card_mastercard", customer=customer.id)
    again = stripe.PaymentIntent.create(
        amount=1099, currency="eur", customer=customer.id, payment_method=method.id, off_session=True, confirm=True
    )
    assert again.status == "succeeded"
    assert again.payment_method == method.id
    assert [found.id for found in stripe.PaymentIntent.list(customer=customer.id)] == [again.id]


@pytest.mark.parametrize("code", sorted(DECLINES))
def test_every_decline_arrives_as_a_card_error(code: str, declining: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError) as declined:
        paid(declining, payment_method=f"pm_card_decline_{code}")
    row = DECLINES[code]
    error = declined.value.error
    assert error is not None
    assert declined.value.http_status == 402
    assert (error.code, error.decline_code) == (row.api_code.value, row.wire_code)
    assert error.payment_intent is not None
    assert error.payment_intent.status == "requires_payment_method"
    assert error.doc_url
    assert declined.value.request_id


@pytest.fixture(scope="module")
def declining(tmp_path_factory: pytest.TempPathFactory) -> object:
    """One server for all declines."""
    home = tmp_path_factory.mktemp("declines")
    server = Live(home, f"sqlite://{home}/declines.db")
    server.init()
    server.start()
    yield server.stripe()
    server.stop()


def test_a_decline_then_another_card(live: Live) -> None:
    client = live.stripe()
    intent = client.v1.payment_intents.create(params={"amount": 2000, "currency": "usd"})
    with pytest.raises(stripe.CardError) as declined:
        client.v1.payment_intents.confirm(
            intent.id, params={"payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds"}
        )
    assert declined.value.error is not None
    assert (declined.value.code, declined.value.error.decline_code) == ("card_declined", "insufficient_funds")
    failed = client.v1.payment_intents.retrieve(intent.id)
    assert failed.last_payment_error is not None
    assert failed.last_payment_error.decline_code == "insufficient_funds"
    assert client.v1.payment_intents.confirm(intent.id, params={"payment_method": "pm_card_visa"}).status == "succeeded"
    charges = client.v1.charges.list(params={"payment_intent": intent.id}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]
    live.verify()


def test_a_number_of_ones_own(live: Live) -> None:
    client = live.stripe()
    card: Any = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "314"}
    method = client.v1.payment_methods.create(params={"type": "card", "card": card})
    assert method.card is not None
    assert (method.card.brand, method.card.last4) == ("visa", "4242")
    assert paid(client, payment_method=method.id).status == "succeeded"
    assert "4242424242424242" not in live.log()


def test_lists_page_both_ways(live: Live) -> None:
    client = live.stripe()
    made = [paid(client, amount=100 + number).id for number in range(7)]
    page = client.v1.payment_intents.list(params={"limit": 3})
    assert [intent.id for intent in page.data] == made[:3:-1]
    assert page.has_more
    assert [intent.id for intent in page.auto_paging_iter()] == made[::-1]
    before = client.v1.payment_intents.list(params={"limit": 3, "ending_before": made[2]})
    assert [intent.id for intent in before.data] == [made[5], made[4], made[3]]


def test_keys_that_are_none(live: Live) -> None:
    with pytest.raises(stripe.AuthenticationError) as refused:
        live.stripe("sk_test_nothing").v1.balance.retrieve()
    assert str(refused.value.user_message).startswith("Invalid API Key provided")
    live_mode = live.stripe(live.keys["secret_live"])
    with pytest.raises(stripe.CardError) as test_card:
        paid(live_mode)
    assert test_card.value.code == "test_card_in_live_mode"
    card: Any = {"number": "4539148803436467", "exp_month": 12, "exp_year": 2034, "cvc": "314"}
    data: Any = {"type": "card", "card": card}
    with pytest.raises(stripe.InvalidRequestError) as unwanted:
        live_mode.v1.payment_methods.create(params=data)
    assert unwanted.value.code == "processor_not_configured"
    intent: Any = {"amount": 2000, "currency": "usd", "payment_method_data": data, "confirm": True}
    with pytest.raises(stripe.InvalidRequestError) as unconfigured:
        live_mode.v1.payment_intents.create(params=intent)
    assert unconfigured.value.code == "processor_not_configured"
    assert not live_mode.v1.payment_methods.list().data
    assert not live_mode.v1.payment_intents.list().data
    with pytest.raises(stripe.InvalidRequestError) as missing:
        live_mode.v1.payment_intents.retrieve(paid(live.stripe()).id)
    assert missing.value.code == "livemode_mismatch"
    assert "a similar object exists in test mode" in str(missing.value.user_message)
    with pytest.raises(stripe.InvalidRequestError) as nowhere:
        live_mode.v1.payment_intents.retrieve("pi_nobody_has_this_id")
    assert nowhere.value.code == "resource_missing"


def test_the_same_key_twice_is_one_payment(live: Live) -> None:
    client = live.stripe()
    params: Any = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    first = client.v1.payment_intents.create(params=params, options={"idempotency_key": "one"})
    second = client.v1.payment_intents.create(params=params, options={"idempotency_key": "one"})
    assert first.id == second.id
    assert second.last_response is not None
    assert second.last_response.headers["idempotent-replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError) as mismatch:
        client.v1.payment_intents.create(
            params=params | {"amount": 2001},
            options={"idempotency_key": "one"},
        )
    assert mismatch.value.error is not None
    assert mismatch.value.error.param == "amount"
    assert mismatch.value.error.code is None
    assert len(client.v1.payment_intents.list().data) == 1


def test_an_answer_that_was_lost_is_found(live: Live) -> None:
    client = live.stripe()
    intent = paid(client, metadata={"simulate": "lost"})
    assert intent.status == "processing"
    assert client.v1.balance.retrieve().pending[0].amount == 0
    until(lambda: client.v1.payment_intents.retrieve(intent.id).status == "succeeded")
    assert len(client.v1.charges.list(params={"payment_intent": intent.id}).data) == 1
    live.verify()


@pytest.mark.parametrize("capture_method", ["automatic", "manual"])
def test_a_disputed_payment_is_won(live: Live, capture_method: str) -> None:
    client = live.stripe()
    intent = paid(client, payment_method="pm_card_createDispute", capture_method=capture_method)
    if capture_method == "manual":
        client.v1.payment_intents.capture(intent.id)
    until(lambda: bool(client.v1.disputes.list().data))
    dispute = client.v1.disputes.list().data[0]
    assert dispute.status == "needs_response"
    evidence: Any = {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}
    client.v1.disputes.update(dispute.id, params=evidence)
    until(lambda: client.v1.disputes.retrieve(dispute.id).status == "won")
    live.verify()
