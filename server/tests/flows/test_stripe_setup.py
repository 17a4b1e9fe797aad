"""Cards saved for later with the official `stripe` package, and a payer who answers on our page."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import stripe

from tests.flows.live import Live


def test_a_card_is_set_up_by_its_owner_and_charged_without_them(live: Live) -> None:
    client = live.stripe()
    customer = client.v1.customers.create(params={"email": "jenny@example.com"})
    intent = client.v1.setup_intents.create(params={"customer": customer.id, "usage": "off_session"})
    assert (intent.status, intent.payment_method_types) == ("requires_payment_method", ["card"])

    confirm: Any = {
        "payment_method": "pm_card_authenticationRequiredOnSetup",
        "return_url": "https://shop.example/saved?order=7",
    }
    waiting = client.v1.setup_intents.confirm(intent.id, params=confirm)
    assert waiting.status == "requires_action"
    assert waiting.next_action is not None
    assert waiting.next_action.redirect_to_url is not None
    link = waiting.next_action.redirect_to_url.url
    assert link is not None

    page = requests.get(link, timeout=10)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    went = requests.post(link, data={"outcome": "complete"}, timeout=10, allow_redirects=False)
    assert went.status_code == 303
    told = parse_qs(urlsplit(went.headers["location"]).query)
    assert told == {
        "order": ["7"],
        "setup_intent": [intent.id],
        "setup_intent_client_secret": [intent.client_secret],
        "redirect_status": ["succeeded"],
    }
    assert requests.get(link, timeout=10).status_code == 410

    shown = client.v1.setup_intents.retrieve(intent.id, params={"expand": ["latest_attempt", "payment_method"]})
    assert shown.status == "succeeded"
    assert isinstance(shown.latest_attempt, stripe.SetupAttempt)
    assert shown.latest_attempt.status == "succeeded"
    assert isinstance(shown.payment_method, stripe.PaymentMethod)
    assert shown.payment_method.customer == customer.id

    charge: Any = {
        "amount": 2000,
        "currency": "usd",
        "customer": customer.id,
        "payment_method": shown.payment_method.id,
        "off_session": True,
        "confirm": True,
    }
    assert client.v1.payment_intents.create(params=charge).status == "succeeded"
    attempts = client.v1.setup_attempts.list(params={"setup_intent": intent.id})
    assert [attempt.status for attempt in attempts.data] == ["succeeded"]
    assert [found.id for found in client.v1.setup_intents.list(params={"customer": customer.id})] == [intent.id]
    live.verify()


def test_a_card_that_cannot_be_set_up_is_an_error_with_the_intent_in_it(live: Live) -> None:
    client = live.stripe()
    wanted: Any = {"payment_method": "pm_card_chargeDeclined", "confirm": True}
    with pytest.raises(stripe.CardError) as declined:
        client.v1.setup_intents.create(params=wanted)
    error = declined.value.error
    assert error is not None
    assert (declined.value.code, error.decline_code) == ("card_declined", "generic_decline")
    assert error.setup_intent is not None
    assert client.v1.setup_intents.cancel(error.setup_intent.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as late:
        client.v1.setup_intents.confirm(error.setup_intent.id, params={"payment_method": "pm_card_visa"})
    assert late.value.code == "setup_intent_unexpected_state"
