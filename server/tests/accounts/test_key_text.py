from __future__ import annotations

import os
import re

import pytest

from finsecure_server.accounts import key_text
from finsecure_server.accounts.key_text import PREFIXES


@pytest.mark.parametrize(("prefix", "kind", "livemode"), [(p, *what) for p, what in PREFIXES.items()])
def test_a_key_says_what_it_is(prefix: str, kind: str, livemode: bool) -> None:
    text = key_text.make(kind, livemode, os.urandom(key_text.CHANCE_BYTES))
    assert re.fullmatch(prefix + "[0-9a-hjkmnp-tv-z]{40}", text)
    assert key_text.parts(text) == (prefix, kind, livemode, text.removeprefix(prefix))


def test_the_prefixes_are_those_that_the_world_knows() -> None:
    assert list(PREFIXES) == ["sk_test_", "sk_live_", "pk_test_", "pk_live_", "rk_test_", "rk_live_"]


def test_a_key_has_at_least_192_random_bits() -> None:
    assert key_text.CHANCE_BYTES * 5 >= 192
    made = {key_text.make("secret", False, os.urandom(key_text.CHANCE_BYTES)) for _ in range(1000)}
    assert len(made) == 1000


def test_every_random_byte_matters() -> None:
    zero = bytes(key_text.CHANCE_BYTES)
    others = {key_text.make("secret", False, zero[:n] + b"\x01" + zero[n + 1 :]) for n in range(len(zero))}
    assert len(others) == key_text.CHANCE_BYTES


@pytest.mark.parametrize(
    "text",
    [
        "", "sk_test_", "sk_test", "sk_prod_abc", "ak_test_abc", "SK_TEST_abc", "sk_test_ab c", "sk_test_abc\n",
        "sk_test_ab_c", "sk_test_äbc", " sk_test_abc", "sk_test_" + "a" * (key_text.LETTERS_MAX + 1), "sk_test_a\x00b",
        "sk_test_１２３",
    ],
)  # fmt: skip
def test_what_is_no_key(text: str) -> None:
    assert key_text.parts(text) is None


def test_the_other_mode() -> None:
    parts = key_text.parts("rk_live_abc")
    assert parts is not None
    assert key_text.in_other_mode(parts) == "rk_test_abc"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("sk_test_" + "a" * 36 + "wxyz", "sk_test_" + "*" * 36 + "wxyz"),
        ("pk_live_" + "a" * 8 + "wxyz", "pk_live_" + "*" * 8 + "wxyz"),
        ("sk_test_abcdefghijk", "sk_test_" + "*" * 11),
        ("whsec_0123456789abcdef", "*" * 18 + "cdef"),
        ("hunter2", "*" * 7),
        ("sk_test_" + "a" * 900, "sk_test_" + "*" * 40 + "aaaa"),
        ("sk_test_" + "a" * 30 + "bc\n", "sk_test_" + "*" * 33),
        ("<script>alert(1)</script>", "*" * 25),
        ("", ""),
    ],
)
def test_never_more_than_prefix_and_last_four_is_repeated(sent: str, shown: str) -> None:
    assert key_text.masked(sent) == shown


def test_a_key_is_kept_as_its_sha_256() -> None:
    assert key_text.digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("text", ["sk_test_" + "a" * 24, "sk_test_" + "Z9" * 100])
def test_an_operator_may_bring_a_good_test_key(text: str) -> None:
    key_text.require_own_test_key(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sk_test_" + "a" * 23, "24 to 200 letters"),
        ("pk_test_" + "a" * 30, "24 to 200 letters"),
        ("rk_test_" + "a" * 30, "24 to 200 letters"),
        ("test", "24 to 200 letters"),
        ("sk_test_" + "a" * 30 + "\n", "24 to 200 letters"),
        ("sk_live_" + "a" * 30, "only a test key"),
    ],
)
def test_but_no_other(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as raised:
        key_text.require_own_test_key(text)
    assert "a" * 23 not in str(raised.value)
