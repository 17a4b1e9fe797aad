"""What no route takes: refused by each with its own code, nothing written, and no mistake of ours among the replies."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec import inspect

from finsecure_server.app import API_ROUTES
from finsecure_server.web.intake import BODY_BYTES_MAX
from finsecure_server.web.openapi import FORM, JSON, operation_id
from finsecure_server.web.openapi_schemas import info_of
from finsecure_server.web.router import Route
from tests.contract.house import House

POSTS: Final = [route for route in API_ROUTES if route.method == "POST"]

BODIES: Final = [
    (FORM, b"zzz=1", "parameter_unknown"),
    (JSON, b'{"zzz": 1}', "parameter_unknown"),
    (FORM, b"expand[]=a&expand=b", "parameter_duplicate"),
    (JSON, b'{"expand": [], "expand": []}', "parameter_duplicate"),
    (FORM, b"expand[]=%00", "parameter_invalid_string"),
    (JSON, b'{"expand": ["\\u0000"]}', "parameter_invalid_string"),
    (JSON, b'{"expand": ["\\ud800"]}', "parameter_invalid_string"),
    (FORM, b"expand[]=%ff", "body_malformed"),
    (FORM, b"expand[", "body_malformed"),
    (FORM, b"expand" + b"[a]" * 50 + b"=1", "body_malformed"),
    (FORM, b"&".join(b"expand[]=a" for _ in range(1001)), "body_malformed"),
    (JSON, b"[]", "body_malformed"),
    (JSON, b'"text"', "body_malformed"),
    (JSON, b"{", "body_malformed"),
    (JSON, b'{"expand": NaN}', "body_malformed"),
    (JSON, b'{"a":' * 10_000, "body_malformed"),
    (JSON, b'{"expand": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "body_malformed"),
    (JSON, b"\xff\xfe", "body_malformed"),
    (FORM, b"expand[]=4242424242424242", "card_number_in_text"),
    (FORM, b'{"expand": []}', "body_and_form_both"),
    ("text/xml", b"<expand/>", "content_type_unsupported"),
    (FORM, b"expand[]=" + b"a" * BODY_BYTES_MAX, "body_too_large"),
]

#: What is no whole number, though some programs would read one out of it.
NO_INTEGERS: Final = ["10.5", "1e3", "1_000", " 1", "0x10", "１００", "NaN", "true", "--1", "9" * 5000]
NO_INTEGERS_IN_JSON: Final = ["10.5", "1e3", '"1"', "true", "[]", "{}", "1.0e400"]


@pytest.mark.parametrize("route", POSTS, ids=operation_id)
async def test_every_route_refuses_it(house: House, route: Route) -> None:
    path = route.path.replace("{", "").replace("}", "")
    for kind, body, code in BODIES:
        got = await house.call("POST", path, body, headers={"content-type": kind})
        assert got.code == code, (kind, body[:60], got.body[:300])
    both = await house.call("POST", path + "?expand[]=a", b"expand[]=a")
    assert both.code == "body_and_form_both"
    assert (await house.seen("/v1/events"))["data"] == []


@pytest.mark.parametrize("route", [route for route in POSTS if "amount" in route.shape.fields], ids=operation_id)
async def test_every_amount_is_a_whole_number_or_refused(house: House, route: Route) -> None:
    path = route.path.replace("{", "").replace("}", "")
    needed = [
        field.encode_name for field in info_of(route.params).fields if field.required and field.encode_name != "amount"
    ]
    form = "".join(f"&{name}=usd" for name in needed)
    json = "".join(f', "{name}": "usd"' for name in needed)
    for text in NO_INTEGERS:
        got = await house.call("POST", path, f"amount={text}{form}".encode())
        assert (got.status, got.code, got.error["param"]) == (400, "parameter_invalid_integer", "amount"), text
    for text in NO_INTEGERS_IN_JSON:
        body = f'{{"amount": {text}{json}}}'.encode()
        got = await house.call("POST", path, body, headers={"content-type": JSON})
        assert got.status == 400, text
        assert got.code in {"parameter_invalid_integer", "body_malformed"}, (text, got.body)
    for text in ("0", "-1", str(2**63), str(-(2**63)), str(2**63 - 1), "1" + "0" * 30):
        got = await house.call("POST", path, f"amount={text}{form}".encode())
        assert got.status in (400, 404), text  # too small, too large, or of nothing that is there
        body = f'{{"amount": {text}{json}}}'.encode()
        again = await house.call("POST", path, body, headers={"content-type": JSON})
        assert (again.status, again.code) == (got.status, got.code)
    assert (await house.seen("/v1/events"))["data"] == []


@pytest.mark.parametrize("route", POSTS, ids=operation_id)
async def test_what_has_members_is_not_taken_for_text_nor_text_for_it(house: House, route: Route) -> None:
    path = route.path.replace("{", "").replace("}", "")
    for field in info_of(route.params).fields:
        holds = any(
            isinstance(part, inspect.StructType | inspect.DictType | inspect.ListType)
            for part in getattr(field.type, "types", [getattr(field.type, "type", field.type)])
        )
        for body in (f'{{"{field.encode_name}": {"1" if holds else "[[1]]"}}}', f'{{"{field.encode_name}": 1.5}}'):
            got = await house.call("POST", path, body.encode(), headers={"content-type": JSON})
            assert got.status == 400, (body, got.body)
            assert got.code == "parameter_missing" or got.error["param"] == field.encode_name, (body, got.body)
    assert (await house.seen("/v1/events"))["data"] == []
