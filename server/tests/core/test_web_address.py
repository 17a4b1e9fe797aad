"""Addresses that a browser is sent to: what passes, what never may, and how facts are added."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.web_address import LETTERS_MAX, check, origin, with_query

GOOD = {
    "https://shop.example": "https://shop.example",
    "https://shop.example/": "https://shop.example",
    "http://localhost:3000/done": "http://localhost:3000",
    "HTTPS://Shop.Example/Done": "https://shop.example",
    "https://shop.example?order=1": "https://shop.example",
    "https://shop.example#done": "https://shop.example",
    "https://shop.example/a/b?x=1&y=%20#top": "https://shop.example",
    "http://127.0.0.1:4242/x": "http://127.0.0.1:4242",
    "http://[::1]:8000/x": "http://[::1]:8000",
    "http://my_app:1/x": "http://my_app:1",
    "https://a:65535": "https://a:65535",
    "https://xn--bcher-kva.example/": "https://xn--bcher-kva.example",
}
BAD = [
    "",
    "shop.example",
    "/done",
    "//shop.example/done",
    "javascript:alert(1)",
    "JaVaScRiPt://shop.example/%0aalert(1)",
    "data:text/html,x",
    "ftp://shop.example",
    "myapp://done",
    "https:/shop.example",
    "https://",
    "https:///done",
    "https://-shop.example",
    "https://shop.example-",
    "https://user@shop.example",
    "https://user:password@shop.example",
    "https://shop.example@evil.example",
    "https://shop.example\\@evil.example",
    "https://shop.example:0",
    "https://shop.example:65536",
    "https://shop.example:",
    "https://shop.example:x",
    "https://shop.example:123456",
    "https://shop.example/a b",
    " https://shop.example",
    "https://shop.example\n",
    "https://shop.example/\r\nSet-Cookie: a=b",
    "https://shop.example/\"onclick='",
    "https://shop.example/<script>",
    "https://shop.example/größe",
    "https://bücher.example/",
    "https://shop.example/\x00",
    "https://shop.example/" + "a" * LETTERS_MAX,
]


@pytest.mark.parametrize("address", GOOD)
def test_what_a_browser_can_be_sent_to(address: str) -> None:
    assert origin(address) == GOOD[address]
    check(address, "return_url")


@pytest.mark.parametrize("text", BAD)
def test_what_it_never_is_sent_to(text: str) -> None:
    assert origin(text) is None
    with pytest.raises(Refused) as refused:
        check(text, "return_url")
    assert (refused.value.code, refused.value.param) == (Code.URL_INVALID, "return_url")


@given(st.text(max_size=40))
def test_whatever_follows_the_host_stays_on_one_line(tail: str) -> None:
    address = f"https://shop.example/{tail}"
    if origin(address) is not None:
        assert address.isascii()
        assert address.isprintable()
        assert " " not in address
        assert urlsplit(address).netloc == "shop.example"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://a.example", "https://a.example?x=1&y=2"),
        ("https://a.example/b", "https://a.example/b?x=1&y=2"),
        ("https://a.example/b?", "https://a.example/b?x=1&y=2"),
        ("https://a.example/b?c=3", "https://a.example/b?c=3&x=1&y=2"),
        ("https://a.example/b?c=3&", "https://a.example/b?c=3&x=1&y=2"),
        ("https://a.example/b#c", "https://a.example/b?x=1&y=2#c"),
        ("https://a.example/b?c=3#d?e", "https://a.example/b?c=3&x=1&y=2#d?e"),
    ],
)
def test_facts_are_added_before_the_fragment(address: str, expected: str) -> None:
    assert with_query(address, {"x": "1", "y": "2"}) == expected


@given(st.sampled_from(sorted(GOOD)))
def test_what_was_there_stays(address: str) -> None:
    before, after = urlsplit(address), urlsplit(with_query(address, {"redirect_status": "succeeded"}))
    assert after._replace(query="") == before._replace(query="")
    assert parse_qsl(after.query) == [*parse_qsl(before.query), ("redirect_status", "succeeded")]


def test_facts_need_no_quoting() -> None:
    with pytest.raises(AssertionError):
        with_query("https://a.example", {"x": "a b"})
