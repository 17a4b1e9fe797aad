"""What an application does wrong is said before anything is sent, and in words; what is right the same everywhere."""

from __future__ import annotations

import asyncio
import enum
import json
import logging
import math
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

import finsecure
from finsecure import errors
from finsecure._core import encode
from finsecure._core.proxies import authorization
from finsecure.testing import signed_event
from fixtures.scripted import Scripted, reply
from fixtures.worlds import Caller

DEEP: dict[str, Any] = {}
for _ in range(100_000):
    DEEP = {"a": DEEP}


class Currency(str, enum.Enum):  # noqa: UP042  because such are in use
    USD = "usd"


class Limit(int, enum.Enum):
    FEW = 3


@pytest.mark.parametrize(
    "params",
    [
        {"amount": Decimal(20)}, {"amount": math.nan}, {"name": b"x"}, {"names": {"a"}}, {"name": "\udcff"}, DEEP,
        {"api_key": "sk_test_2"}, {"idempotency_key": "order-1"}, {"max_retries": 1}, {("a", "b"): 1},
    ],
)  # fmt: skip
def test_parameters_that_cannot_be_sent(caller: Callable[..., Caller], scripted: Scripted, params: Any) -> None:
    one = caller()
    with pytest.raises((TypeError, ValueError)):
        one.run(one.client.customers.create(params))
    assert not scripted.seen


@pytest.mark.parametrize(
    "options",
    [
        "x", [("timeout", 5)], {"timeout": None}, {"timeout": math.nan}, {"timeout": math.inf}, {"timeout": "5"},
        {"timeout": [1, 2]}, {"timeout": True}, {"deadline": 0}, {"deadline": "x"}, {"deadline": math.nan},
        {"max_retries": -1}, {"max_retries": None}, {"max_retries": 1.5}, {"idempotency_key": ""},
        {"idempotency_key": 5}, {"idempotency_key": "x" * 256}, {"headers": {"a": "b\r\nc: d"}},
        {"headers": {"a b": "c"}}, {"headers": {"a": "é"}}, {"api_key": 5}, {"api_key": "sk test"}, {"tmeout": 5},
    ],
)  # fmt: skip
def test_options_that_cannot_be(caller: Callable[..., Caller], scripted: Scripted, options: Any) -> None:
    one = caller()
    with pytest.raises((TypeError, ValueError)):
        one.create(options=options)
    assert not scripted.seen


@pytest.mark.parametrize(
    "options",
    [{"api_base": 5}, {"api_base": "http://[::1"}, {"api_base": "http://a\nb"}, {"api_base": "http://x:99999"},
     {"proxy": "socks5://127.0.0.1:1"}, {"proxy": "::::"}, {"proxy": "http://x:99999"}],
)  # fmt: skip
def test_a_client_that_could_never_call(options: Any) -> None:
    options = {"api_base": "http://127.0.0.1:9", **options}
    for kind in (finsecure.Client, finsecure.AsyncClient):
        with pytest.raises(errors.ConfigurationError):
            kind("sk_test_1", **options)
    for wrong in ({"max_retries": -1}, {"deadline": 0}, {"timeout": "x"}):
        with pytest.raises(ValueError, match=r"above 0|0 or more"):
            finsecure.Client("sk_test_1", **wrong)


def test_an_empty_key_does_not_become_another(
    caller: Callable[..., Caller], scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINSECURE_SECRET_KEY", "sk_test_of_somebody_else")
    one = caller()
    with pytest.raises(errors.AuthenticationError):
        one.create(options={"api_key": ""})
    with finsecure.Client("", api_base=scripted.url) as client, pytest.raises(errors.AuthenticationError):
        client.balance.retrieve()
    assert not scripted.seen


@pytest.mark.parametrize("identifier", [None, 5, "", " ", ".", "..", "\udcff"])
def test_an_id_that_would_name_something_else(
    caller: Callable[..., Caller], scripted: Scripted, identifier: Any
) -> None:
    one = caller()
    with pytest.raises(ValueError, match=r"id|letter"):
        one.retrieve(identifier)
    assert not scripted.seen


def test_values_that_stand_for_others() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=1)))
    assert encode.query({"created": {"gte": noon}, "type": Currency.USD, "limit": Limit.FEW}) == (
        "created[gte]=1795431600&type=usd&limit=3"
    )
    local = datetime(2026, 11, 23, 12)  # noqa: DTZ001  because it is of the zone of this machine, as at Stripe
    assert encode.query({"at": local}) == f"at={int(local.timestamp())}"
    assert encode.body({"expires_at": noon, "currency": Currency.USD, "many": (1, 2)}) == (
        b'{"expires_at":1795431600,"currency":"usd","many":[1,2]}'
    )
    assert encode.body({"metadata": {"order": 6735, "gift": True, "old": None, "a": "b", "part": 1.5}}) == (
        b'{"metadata":{"order":"6735","gift":"true","old":null,"a":"b","part":1.5}}'
    )
    with pytest.raises(TypeError, match="not date"):
        encode.query({"at": datetime.now(UTC).date()})


def test_of_two_headers_of_one_name_one_is_sent(caller: Callable[..., Caller], scripted: Scripted) -> None:
    scripted.script(reply({"id": "pi_1", "object": "payment_intent"}))
    made = caller().create(options={"headers": {"idempotency-key": "order-1", "user-agent": "Shop/1", "X-Shop": "1"}})
    (seen,) = scripted.seen
    assert (seen.headers["idempotency-key"], seen.headers["user-agent"]) == ("order-1", "Shop/1")
    assert seen.headers["x-shop"] == "1"
    assert made.last_response.idempotency_key == "order-1"


def test_a_call_has_not_failed_because_its_observer_did(
    caller: Callable[..., Caller], scripted: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the counter is full")

    scripted.script(reply({"id": "pi_1", "object": "payment_intent"}), reply({"error": {"type": "card_error"}}, 402))
    one = caller(observer=broken)
    with caplog.at_level(logging.ERROR, "finsecure"):
        assert one.create().id == "pi_1"
        with pytest.raises(errors.CardError):
            one.create()
    assert len(caplog.records) == 2


EVENT = signed_event("payment_intent.succeeded", {"id": "pi_1", "object": "payment_intent"}, secret="whsec_c2VjcmV0")


SHAPES: dict[str, Any] = {
    "a mapping": dict(EVENT.headers),
    "pairs": list(EVENT.headers.items()),
    "one header": EVENT.headers["FinSecure-Signature"],
    "one header in bytes": EVENT.headers["FinSecure-Signature"].encode(),
    "as ASGI has them": [(name.lower().encode(), value.encode()) for name, value in EVENT.headers.items()],
    "a mapping of bytes": {name.upper().encode(): value.encode() for name, value in EVENT.headers.items()},
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("secret", ["whsec_c2VjcmV0", b"whsec_c2VjcmV0", ["whsec_b2xk", "whsec_c2VjcmV0"]])
def test_headers_as_frameworks_have_them(shape: str, secret: Any) -> None:
    assert finsecure.Webhook.construct_event(EVENT.body, SHAPES[shape], secret).id == json.loads(EVENT.body)["id"]


@pytest.mark.parametrize("secret", [None, "", b"", [], [None], [""]])
def test_a_secret_that_was_not_set(secret: Any) -> None:
    with pytest.raises(errors.SignatureVerificationError) as caught:
        finsecure.Webhook.construct_event(EVENT.body, EVENT.headers, secret)
    assert caught.value.cause == "secret_unusable"


@pytest.mark.parametrize("tolerance", [None, 0, -1, "5", math.nan, math.inf])
def test_no_tolerance_switches_the_check_of_the_time_off(tolerance: Any) -> None:
    later = time.time() + 10_000
    with pytest.raises(ValueError, match="above 0"):
        finsecure.Webhook.construct_event(EVENT.body, EVENT.headers, "whsec_c2VjcmV0", tolerance, now=later)


@pytest.mark.parametrize(
    ("headers", "secret"),
    [(5, "whsec_x"), ([1], "whsec_x"), ({"a": ["b"]}, "whsec_x"), ("t=1,v1=ab", 5), ("t=1,v1=ab", [5])],
)
def test_what_is_neither_headers_nor_secret(headers: Any, secret: Any) -> None:
    with pytest.raises(TypeError):
        finsecure.Webhook.construct_event(EVENT.body, headers, secret)


def test_who_a_proxy_lets_through() -> None:
    assert authorization("http://ada:p%40ss@proxy.example:3128") == "ada:p@ss"
    assert authorization("http://proxy.example") is None


def test_a_proxy_hears_who_calls(scripted: Scripted) -> None:
    scripted.script(reply({"object": "balance"}))
    proxy = scripted.url.replace("http://", "http://ada:p%40ss@")
    with finsecure.Client("sk_test_1", api_base="http://api.example", proxy=proxy) as client:
        client.balance.retrieve()
    assert scripted.seen[0].path == "http://api.example/v1/balance"
    assert scripted.seen[0].headers["proxy-authorization"] == "Basic YWRhOnBAc3M="


def test_a_call_that_is_given_up_leaves_the_client_well(scripted: Scripted) -> None:
    async def run() -> None:
        async with finsecure.AsyncClient("sk_test_1", api_base=scripted.url, proxy="") as client:
            scripted.script(reply({"object": "balance"}))
            scripted.answers[0].delay = 0.5
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.balance.retrieve(), 0.05)
            scripted.script(reply({"object": "balance"}))
            found = await asyncio.gather(*(client.balance.retrieve() for _ in range(50)))
            assert len(found) == 50

    asyncio.run(run())
