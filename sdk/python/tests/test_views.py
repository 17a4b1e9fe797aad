"""Views of what was decoded."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import finsecure
from finsecure import _view


def view_of(data: dict[str, Any], kinds: None) -> Any:
    """A view, of which a checker knows nothing."""
    return _view.view_of(data, kinds)


CHARGE = {
    "id": "ch_1",
    "object": "charge",
    "amount": 2000,
    "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
}
INTENT = {
    "id": "pi_1",
    "object": "payment_intent",
    "amount": 2000,
    "client_secret": "pi_1_secret_abc",
    "customer": "cus_1",
    "latest_charge": CHARGE,
    "metadata": {"order": "6735", "object": "mine"},
    "payment_method_types": ["card"],
    "status": "succeeded",
}


@pytest.fixture
def intent() -> Any:
    view = view_of(copy.deepcopy(INTENT), None)
    assert isinstance(view, finsecure.PaymentIntent)
    return view


def test_attributes_and_items_are_the_same(intent: Any) -> None:
    assert intent.amount == intent["amount"] == intent.get("amount") == 2000
    assert intent.payment_method_types == ["card"]
    assert "amount" in intent
    assert intent.get("nothing") is None
    assert dict(intent)["id"] == "pi_1"
    assert "status" in dir(intent)


def test_what_is_within_is_wrapped_as_what_it_is(intent: Any) -> None:
    assert isinstance(intent.latest_charge, finsecure.Charge)
    details = intent.latest_charge.payment_method_details
    assert isinstance(details, finsecure.AnyObject)
    assert details.card.last4 == "4242"
    assert intent.customer == "cus_1"


def test_a_map_of_your_own_is_left_as_it_is(intent: Any) -> None:
    assert type(intent.metadata) is dict
    assert intent.metadata == {"order": "6735", "object": "mine"}


def test_alternatives_are_told_apart() -> None:
    customer = {"object": "customer", "id": "cus_1"}
    deleted = {**customer, "deleted": True}
    assert type(view_of(deleted, None)) is finsecure.DeletedCustomer
    assert type(view_of({**INTENT, "customer": deleted}, None).customer) is finsecure.DeletedCustomer
    assert type(view_of({**INTENT, "customer": customer}, None).customer) is finsecure.Customer
    source = view_of({"object": "balance_transaction", "source": CHARGE}, None).source
    assert type(source) is finsecure.Charge


def test_what_is_new_on_the_server_is_there_all_the_same() -> None:
    view = view_of({"object": "spaceship", "engine": {"thrust": [{"n": 1}]}}, None)
    assert view.engine.thrust[0].n == 1
    assert view_of({**INTENT, "shiny": {"a": 1}}, None).shiny.a == 1


def test_a_missing_attribute_says_so(intent: Any) -> None:
    with pytest.raises(AttributeError, match="did you mean 'status'"):
        _ = intent.statsu
    with pytest.raises(AttributeError, match="this server is older"):
        _ = intent.receipt_email
    with pytest.raises(KeyError):
        intent["receipt_email"]
    assert not hasattr(intent, "__deepcopy__")
    assert getattr(intent, "nothing", 7) == 7


def test_views_cannot_be_written_to(intent: Any) -> None:
    with pytest.raises(AttributeError, match="cannot be written"):
        intent.amount = 1
    with pytest.raises(AttributeError):
        del intent.amount


def test_equality_copies_and_pickles(intent: Any) -> None:
    assert intent == INTENT
    assert intent == view_of(INTENT, None)
    assert intent != view_of({**INTENT, "amount": 1}, None)
    assert intent != "pi_1"
    thawed = pickle.loads(pickle.dumps(intent))  # noqa: S301  because we pickled it
    for twin in (copy.copy(intent), copy.deepcopy(intent), thawed):
        assert twin == intent
        assert type(twin) is finsecure.PaymentIntent
    plain = intent.to_dict()
    plain["latest_charge"]["amount"] = 1
    assert intent.latest_charge["amount"] == 2000
    with pytest.raises(TypeError):
        hash(intent)


def test_what_is_shown_holds_no_secret(intent: Any) -> None:
    assert repr(intent) == "<PaymentIntent id='pi_1' status='succeeded' amount=2000>"
    assert "secret" not in str(intent)
    assert "secret" not in f"{intent}"
