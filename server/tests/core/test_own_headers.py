"""Headers of an endpoint's own: what is taken, what would break out of its line, and what stays ours."""

from __future__ import annotations

import pytest

from finsecure_server.core.own_headers import (
    BYTES_MAX,
    HEADERS_MAX,
    NAME_LETTERS_MAX,
    VALUE_LETTERS_MAX,
    merged,
    problem,
    too_much,
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Shop-Token", "open sesame"),
        ("Authorization", "Bearer abc.def~+/="),
        ("x", "0"),
        ("!#$%&'*+-.^_`|~9aZ", "!"),
        ("Cookie", 'a="b"; c=d\te'),
        ("X" * NAME_LETTERS_MAX, "v" * VALUE_LETTERS_MAX),
        ("Stripe-Signature", "t=1"),
        ("Contents", "a"),
        ("Hosts", "a"),
    ],
)
def test_what_is_taken(name: str, value: str) -> None:
    assert problem(name, value) is None


@pytest.mark.parametrize(
    "name",
    """
    Connection keep-alive Proxy-Authenticate proxy-authorization Proxy-Connection TE Trailer Transfer-Encoding upgrade
    Host HOST User-Agent Expect Accept-Encoding Content-Type content-length Content-Encoding Content-x
    FinSecure-Signature finsecure-anything Webhook-Id webhook-signature
    """.split(),
)
def test_what_stays_ours(name: str) -> None:
    assert problem(name, "a") == "is set by FinSecure itself, and cannot be yours"


@pytest.mark.parametrize("name", ["", " ", "X Y", "X:", "X\r", "X\n", "X\0", "X(", "Xé", "X/", 'X"', "X,", "ſ"])
def test_what_is_no_name(name: str) -> None:
    assert "has a name that no header can have" in (problem(name, "a") or "")


@pytest.mark.parametrize(
    "value", ["", " a", "a ", "\ta", "a\r\nHost: b", "a\nb", "a\rb", "a\0b", "é", "a\x7fb", "a\u2028b"]
)
def test_what_is_no_value(value: str) -> None:
    assert "has a value that no header can have" in (problem("X-A", value) or "")


def test_what_is_too_long() -> None:
    assert problem("X" * (NAME_LETTERS_MAX + 1), "a") == "has a name of more than 100 characters"
    assert problem("X", "a" * (VALUE_LETTERS_MAX + 1)) == "has a value of more than 2000 characters"


def test_what_is_too_much() -> None:
    most = {f"X-{number}": "a" for number in range(HEADERS_MAX)}
    assert too_much(most) is None
    assert "at most 20 headers" in (too_much({**most, "Y": "a"}) or "")
    long = dict.fromkeys("ABCD", "v" * (BYTES_MAX // 4 - 1))
    assert too_much(long) is None
    assert "at most 8192 characters" in (too_much({**long, "A": "v" * (BYTES_MAX // 4)}) or "")


@pytest.mark.parametrize(
    ("change", "after"),
    [
        ({}, {"X-A": "1", "X-B": "2"}),
        ({"X-C": "3"}, {"X-A": "1", "X-B": "2", "X-C": "3"}),
        ({"x-a": "3"}, {"X-B": "2", "x-a": "3"}),
        ({"x-a": None}, {"X-B": "2"}),
        ({"X-B": ""}, {"X-A": "1"}),
        ({"X-C": None}, {"X-A": "1", "X-B": "2"}),
    ],
)
def test_an_update(change: dict[str, str | None], after: dict[str, str]) -> None:
    assert merged({"X-A": "1", "X-B": "2"}, change) == after
