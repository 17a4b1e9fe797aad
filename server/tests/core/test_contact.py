"""Which texts are taken for an email address or a country."""

import pytest

from finsecure_server.core.contact import EMAIL_LETTERS_MAX, LOCAL_LETTERS_MAX, is_country, is_email

LONGEST_LOCAL = "a" * LOCAL_LETTERS_MAX
LONGEST = f"{LONGEST_LOCAL}@{'b' * 63}.{'c' * 63}.{'d' * (EMAIL_LETTERS_MAX - 64 - 1 - 2 * 64 - 4)}.com"

GOOD = (
    "jenny@example.com",
    "jenny.rosen+shop@mail.example.co.uk",
    "o'neil@example.org",
    "!#$%&'*+-/=?^_`{|}~@example.com",
    "a@b.cd",
    "1@2.co",
    "jenny@xn--bcher-kva.example",
    "jürgen@bücher.example",
    "用户@例え.テスト",
    f"{LONGEST_LOCAL}@example.com",
    LONGEST,
)

BAD = (
    "",
    "jenny",
    "@",
    "jenny@",
    "@example.com",
    "jenny@example",
    "jenny@.com",
    "jenny@example.",
    "jenny@example..com",
    "jenny@-example.com",
    "jenny@example-.com",
    "jenny@exam_ple.com",
    "jenny@[192.0.2.1]",
    "jenny@192.0.2.1",
    "jenny@example.123",
    ".jenny@example.com",
    "jenny.@example.com",
    "jen..ny@example.com",
    "jenny@rosen@example.com",
    "jen ny@example.com",
    "jenny@exam ple.com",
    " jenny@example.com",
    "jenny@example.com ",
    "jenny@example.com\n",
    "jenny\r\nBcc: thief@example.com",
    "jenny\u00a0rosen@example.com",
    "jenny\u200b@example.com",
    "jenny\u202e@example.com",
    "jenny\x85@example.com",
    "jenny\ud800@example.com",
    '"jenny rosen"@example.com',
    "Jenny Rosen <jenny@example.com>",
    "jenny@example.com,other@example.com",
    "jenny@example.com;other@example.com",
    "mailto:jenny@example.com",
    f"{LONGEST_LOCAL}a@example.com",
    LONGEST.replace(".com", "d.com"),
    f"jenny@{'b' * 64}.com",
)


@pytest.mark.parametrize("text", GOOD)
def test_an_address(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize("text", BAD)
def test_no_address(text: str) -> None:
    assert not is_email(text)


def test_the_longest_is_as_long_as_may_be() -> None:
    assert len(LONGEST) == EMAIL_LETTERS_MAX


def test_hopeless_text_is_refused_at_once() -> None:
    assert not is_email("a." * 100_000 + "@")
    assert not is_email("a@" + "b-" * 100_000)


@pytest.mark.parametrize(("text", "good"), [("US", True), ("de", True), ("USA", False), ("U", False), ("", False)])
def test_a_country(text: str, good: bool) -> None:
    assert is_country(text) is good


@pytest.mark.parametrize("text", ["12", "ÄÖ", "US\n", "U "])
def test_no_country(text: str) -> None:
    assert not is_country(text)
