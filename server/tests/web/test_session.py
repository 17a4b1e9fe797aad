"""A key sealed into a cookie: only this server opens it, only unchanged, and only for twelve hours."""

from __future__ import annotations

import base64
import os

import pytest

from finsecure_server.web.session import COOKIE_LETTERS_MAX, SECONDS, Sessions

T0 = 1_700_000_000_000_000
KEY = "sk_test_" + "letters0" * 5
SECRET = b"k" * 32


def sessions(secret: bytes = SECRET, *, secure: bool = False) -> Sessions:
    return Sessions(secret, os.urandom, secure=secure)


def cookie(made: bytes) -> str:
    """What a browser sends of what it was told to set."""
    return made.decode().partition(";")[0]


def test_a_cookie_brings_the_key_back_and_shows_nothing_of_it() -> None:
    made = sessions().set_cookie(KEY, T0)
    assert sessions().key(cookie(made), T0) == KEY
    assert sessions().key(f"theme=dark; {cookie(made)}; other=1", T0 + 1) == KEY
    sealed = cookie(made).partition("=")[2]
    assert b"letters0" not in base64.urlsafe_b64decode(sealed)
    assert len(sealed) < COOKIE_LETTERS_MAX
    assert sealed not in cookie(sessions().set_cookie(KEY, T0)), "the same key reads otherwise each time"


def test_its_attributes() -> None:
    made = sessions().set_cookie(KEY, T0).decode()
    assert made.startswith("finsecure_reader=")
    assert made.endswith(f"; Path=/; Max-Age={SECONDS}; HttpOnly; SameSite=Lax")
    made = sessions(secure=True).set_cookie(KEY, T0).decode()
    assert made.startswith("__Host-finsecure_reader=")
    assert made.endswith("; HttpOnly; SameSite=Lax; Secure")


def test_it_is_over_after_twelve_hours() -> None:
    made = cookie(sessions().set_cookie(KEY, T0))
    assert sessions().key(made, T0 + SECONDS * 1_000_000 - 1) == KEY
    assert sessions().key(made, T0 + SECONDS * 1_000_000) is None


def test_forgetting_sets_an_empty_cookie_that_is_over() -> None:
    made = sessions().set_cookie("", T0)
    assert made.startswith(b"finsecure_reader=; ")
    assert b"Max-Age=0" in made
    assert sessions().key(cookie(made), T0) is None


@pytest.mark.parametrize("at", [0, 1, 12, 13, 20, 40, -1])
def test_a_changed_cookie_does_not_open(at: int) -> None:
    name, _, sealed = cookie(sessions().set_cookie(KEY, T0)).partition("=")
    blob = bytearray(base64.urlsafe_b64decode(sealed))
    blob[at] ^= 1
    assert sessions().key(f"{name}={base64.urlsafe_b64encode(bytes(blob)).decode()}", T0) is None


def test_another_server_s_cookie_does_not_open() -> None:
    assert sessions(b"j" * 32).key(cookie(sessions().set_cookie(KEY, T0)), T0) is None


@pytest.mark.parametrize(
    "cookies",
    [None, "", ";", "=", "finsecure_reader", "finsecure_reader=", "finsecure_reader=AQ", "finsecure_reader=ü", "a=b"],
)
def test_what_is_no_cookie_of_ours_is_nobody(cookies: str | None) -> None:
    assert sessions().key(cookies, T0) is None
    assert sessions().key("finsecure_reader=" + "A" * (COOKIE_LETTERS_MAX + 1), T0) is None
