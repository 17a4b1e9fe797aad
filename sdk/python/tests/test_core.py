"""The parts of the core that decide by themselves: encoding, proxies, waits."""

from __future__ import annotations

import random

import pytest

from finsecure._core import encode
from finsecure._core.backoff import Backoff, retry_after
from finsecure._core.proxies import proxy_for


def test_a_query_has_brackets() -> None:
    params = {"limit": 3, "created": {"gte": 1, "lt": None}, "expand": ["data.customer", "x"], "live": True, "a": "ö &"}
    assert encode.query(params) == ("limit=3&created[gte]=1&expand[]=data.customer&expand[]=x&live=true&a=%C3%B6+%26")
    with pytest.raises(TypeError):
        encode.query({"amount": 1.5})


def test_a_body_is_json() -> None:
    assert encode.body({"amount": 2000, "name": "Zoë", "metadata": {"a": None}}) == (
        '{"amount":2000,"name":"Zoë","metadata":{"a":null}}'.encode()
    )
    with pytest.raises(ValueError, match="JSON compliant"):
        encode.body({"amount": float("nan")})


def test_ids_are_quoted() -> None:
    assert encode.path("/v1/customers/{}/x/{}", ["cus/1?", "é"]) == "/v1/customers/cus%2F1%3F/x/%C3%A9"
    for bad in ("", " ", None, 7):
        with pytest.raises(ValueError, match="not empty"):
            encode.path("/v1/customers/{}", [bad])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("url", "environ", "proxy"),
    [
        ("https://api.example", {}, None),
        ("https://api.example", {"HTTPS_PROXY": "http://p:3128"}, "http://p:3128"),
        ("https://api.example", {"https_proxy": "p:1", "HTTPS_PROXY": "p:2"}, "http://p:1"),
        ("https://api.example", {"HTTP_PROXY": "http://p"}, None),
        ("http://api.example", {"HTTP_PROXY": "http://p"}, "http://p"),
        ("https://api.example", {"ALL_PROXY": "http://p"}, "http://p"),
        ("https://api.example", {"HTTPS_PROXY": "http://p", "NO_PROXY": "*"}, None),
        ("https://api.example", {"HTTPS_PROXY": "http://p", "NO_PROXY": "other, api.example"}, None),
        ("https://api.example", {"HTTPS_PROXY": "http://p", "NO_PROXY": ".example"}, None),
        ("https://api.example", {"HTTPS_PROXY": "http://p", "NO_PROXY": "*.example"}, None),
        ("https://api.example", {"HTTPS_PROXY": "http://p", "no_proxy": "pi.example"}, "http://p"),
        ("https://api.example", {"HTTPS_PROXY": "http://p", "NO_PROXY": "api.example:443"}, None),
        ("https://api.example", {"HTTPS_PROXY": "http://p", "NO_PROXY": "api.example:8443"}, "http://p"),
        ("https://10.1.2.3", {"HTTPS_PROXY": "http://p", "NO_PROXY": "10.0.0.0/8"}, None),
        ("https://11.1.2.3", {"HTTPS_PROXY": "http://p", "NO_PROXY": "10.0.0.0/8"}, "http://p"),
        ("http://[::1]:4242", {"http_proxy": "http://p", "NO_PROXY": "::1"}, None),
        ("http://127.0.0.1:4242", {"http_proxy": "http://p", "NO_PROXY": ""}, "http://p"),
    ],
)
def test_proxies(url: str, environ: dict[str, str], proxy: str | None) -> None:
    assert proxy_for(url, environ) == proxy


def test_full_jitter() -> None:
    backoff = Backoff()
    for retry, most in ((1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (10, 8.0)):
        waits = [backoff.wait(retry, None, random.Random(seed).random()) for seed in range(200)]
        assert 0 <= min(waits) < most * 0.05
        assert most * 0.95 < max(waits) <= most


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("", None),
        ("3", 3.0),
        (" 0.5 ", 0.5),
        ("-1", None),
        ("soon", None),
        ("Tue, 14 Nov 2023 22:13:27 GMT", 7.0),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 0.0),
        ("1e9", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, 1_700_000_000.0) == seconds
