"""Objects with other objects in place of their ids, older shapes, and errors as one envelope."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.storage.database import Reader
from finsecure_server.web import render
from finsecure_server.web.render import EXPAND_DEPTH_MAX, Expansion

#: Every object there is: a family, and a ring.
OBJECTS: dict[str, dict[str, Any]] = {
    "pi_1": {"object": "payment_intent", "id": "pi_1", "customer": "cus_1", "latest_charge": "ch_1",
             "metadata": {"a": "b"}, "last_payment_error": None, "review": None},
    "pi_2": {"object": "payment_intent", "id": "pi_2", "customer": "cus_gone", "latest_charge": None, "review": None,
             "last_payment_error": {"payment_method": {"object": "payment_method", "id": "pm_1", "customer": "cus_1"}}},
    "ch_1": {"object": "charge", "id": "ch_1", "customer": "cus_1", "payment_intent": "pi_1",
             "refunds": {"object": "list", "data": [{"object": "refund", "id": "re_1", "charge": "ch_1"}]}},
    "cus_1": {"object": "customer", "id": "cus_1", "invoice_settings": {"default_payment_method": "pm_1"}},
    "pm_1": {"object": "payment_method", "id": "pm_1", "customer": "cus_1"},
}  # fmt: skip
FIELDS = {
    "payment_intent": {"customer": "customer", "latest_charge": "charge", "review": "review"},
    "charge": {"customer": "customer", "payment_intent": "payment_intent"},
    "refund": {"charge": "charge"},
    "payment_method": {"customer": "customer"},
    "": {"default_payment_method": "payment_method"},
}


def load(reader: Reader, env: Env, id: str) -> bytes | None:
    found = OBJECTS.get(id)
    return None if found is None else msgspec.json.encode(found)


EXPANSION = Expansion(
    FIELDS, dict.fromkeys(("customer", "charge", "payment_intent", "review", "refund", "payment_method"), load)
)


def expand(start: str | dict[str, Any], *paths: str) -> Any:
    doc = msgspec.json.encode(OBJECTS[start] if isinstance(start, str) else start)
    return msgspec.json.decode(EXPANSION.expand(cast("Reader", None), cast("Env", None), doc, paths))


def page(*ids: str) -> dict[str, Any]:
    return {"object": "list", "url": "/v1/x", "has_more": False, "data": [OBJECTS[id_] for id_ in ids]}


def test_an_id_becomes_its_object() -> None:
    assert expand("pi_1", "customer") == OBJECTS["pi_1"] | {"customer": OBJECTS["cus_1"]}
    assert expand("pi_1") == OBJECTS["pi_1"]


def test_several_and_twice_and_in_any_order() -> None:
    once = expand("pi_1", "customer", "latest_charge.customer")
    assert once["customer"] == once["latest_charge"]["customer"] == OBJECTS["cus_1"]
    assert expand("pi_1", "latest_charge.customer", "customer", "latest_charge", "customer") == once


def test_four_levels_and_no_fifth() -> None:
    ring = "latest_charge.payment_intent.latest_charge.payment_intent"
    deep = expand("pi_1", ring)
    assert deep["latest_charge"]["payment_intent"]["latest_charge"]["payment_intent"] == OBJECTS["pi_1"]
    assert ring.count(".") + 1 == EXPAND_DEPTH_MAX
    assert refused("pi_1", ring + ".latest_charge", said="more than 4 levels").param == "expand[0]"
    row = expand(page("pi_1"), "data.latest_charge.payment_intent.customer")["data"][0]
    assert row["latest_charge"]["payment_intent"]["customer"] == OBJECTS["cus_1"]
    refused(page("pi_1"), "data." + ring, said="more than 4 levels")


def test_inside_what_is_no_object_of_its_own() -> None:
    assert expand("cus_1", "invoice_settings.default_payment_method")["invoice_settings"] == {
        "default_payment_method": OBJECTS["pm_1"]
    }
    found = expand("pi_2", "last_payment_error.payment_method.customer")
    assert found["last_payment_error"]["payment_method"]["customer"] == OBJECTS["cus_1"]
    assert expand("ch_1", "refunds.data.charge")["refunds"]["data"][0]["charge"] == OBJECTS["ch_1"]


def test_what_is_not_there_stays_as_it_is() -> None:
    assert expand("pi_2", "customer")["customer"] == "cus_gone"
    assert expand("pi_2", "customer.invoice_settings.default_payment_method")["customer"] == "cus_gone"
    assert expand("pi_2", "latest_charge.customer")["latest_charge"] is None
    assert expand("pi_1", "review")["review"] is None
    assert expand("pi_1", "last_payment_error.payment_method")["last_payment_error"] is None


def test_every_row_of_a_list() -> None:
    rows = expand(page("pi_1", "pi_2"), "data.customer")["data"]
    assert [row["customer"] for row in rows] == [OBJECTS["cus_1"], "cus_gone"]
    assert expand(page(), "data.anything") == page()


def refused(start: str | dict[str, Any], *paths: str, said: str) -> Refused:
    with pytest.raises(Refused) as raised:
        expand(start, *paths)
    assert raised.value.code is Code.EXPAND_INVALID
    assert said in raised.value.message
    return raised.value


@pytest.mark.parametrize(
    ("start", "path", "said"),
    [
        ("pi_1", "amount", "(amount)"),
        ("pi_1", "id", "(id)"),
        ("pi_1", "metadata", "(metadata)"),
        ("pi_1", "metadata.a", "(metadata.a)"),
        ("pi_1", "metadata.zzz", "(metadata.zzz)"),
        ("pi_1", "", "()"),
        ("pi_1", ".", "(.)"),
        ("pi_1", "customer.", "(customer.)"),
        ("pi_1", "customer.email", "(customer.email)"),
        ("pi_1", "data.customer", "(data.customer)"),
        ("pi_1", "object.customer", "(object.customer)"),
        ("pi_1", "zzz.customer", "(zzz.customer)"),
        ("pi_1", "last_payment_error", "(last_payment_error)"),
    ],
)
def test_what_cannot_be_expanded(start: str, path: str, said: str) -> None:
    assert refused(start, path, said="cannot be expanded " + said).param == "expand[0]"


def test_a_list_hints_at_data() -> None:
    error = refused(page("pi_1"), "data.customer", "customer", said="Did you mean `data.customer`?")
    assert error.param == "expand[1]"


def test_a_page() -> None:
    assert render.listed(iter(['{"a":1}', '{"b":2}']), "/v1/x", more=True) == (
        b'{"object":"list","url":"/v1/x","has_more":true,"data":[{"a":1},{"b":2}]}'
    )


def test_an_error() -> None:
    refusal = Refused(
        Code.CARD_DECLINED, decline_code="expired_card", advice_code="do_not_try_again", param="card[number]",
        details={"charge": "ch_1", "payment_intent": b'{"id":"pi_1"}', "allow": "GET", "retry_after": 3},
    )  # fmt: skip
    status, body = render.refusal(refusal, "req_1", "https://pay.example")
    assert status == 402
    error = msgspec.json.decode(body)["error"]
    assert error.pop("next_steps")
    assert error == {
        "type": "card_error",
        "code": "card_declined",
        "decline_code": "expired_card",
        "advice_code": "do_not_try_again",
        "message": refusal.message,
        "param": "card[number]",
        "doc_url": "https://pay.example/help/errors/expired_card",
        "request_log_url": "https://pay.example/v1/request_logs/req_1",
        "charge": "ch_1",
        "payment_intent": {"id": "pi_1"},
    }


@pytest.mark.parametrize("code", Code)
def test_every_error_has_its_envelope(code: Code) -> None:
    status, body = render.refusal(Refused(code, param="p"), "req_1", "")
    error = msgspec.json.decode(body)["error"]
    assert 400 <= status < 600
    assert error["type"].endswith("_error")
    assert error["message"]
    assert error["next_steps"]
    assert error["doc_url"] == f"/help/errors/{code.value}"
    assert error.get("code") == (None if code is Code.IDEMPOTENCY_MISMATCH else code.value)
    assert not {"allow", "retry_after"} & set(error)
