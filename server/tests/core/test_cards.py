"""Card numbers: which are valid, and which text holds one."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from finsecure_server.core import cards, ids
from finsecure_server.core.cards import LENGTHS, Brand, find_pan, mask
from finsecure_server.core.errors import Code, Refused

#: Numbers that card schemes and processors publish for tests.
PUBLISHED = """
4242424242424242     visa
4000056655665556     visa
4111111111111111     visa
4222222222222        visa
4000000000000002     visa
4111111111111111110  visa
5555555555554444     mastercard
5105105105105100     mastercard
2223003122003222     mastercard
2720990000000007     mastercard
378282246310005      amex
341111111111111      amex
6011111111111117     discover
6445644564456445     discover
6500000000000002     discover
30569309025904       diners
3056930009020004     diners
36227206271667       diners
38520000023237       diners
3530111333300000     jcb
3566002020360505     jcb
6200000000000005     unionpay
6205500000000000004  unionpay
8171999900000000021  unionpay
"""
NUMBERS = [tuple(line.split()) for line in PUBLISHED.strip().splitlines()]


def with_check_digit(digits: str) -> str:
    """The number that these digits begin."""
    return next(digits + last for last in "0123456789" if cards.luhn(digits + last))


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Any card number of any brand, thirteen digits left out: they have exceptions of their own."""
    low, high, brand = draw(st.sampled_from(cards._RANGES))
    size = draw(st.sampled_from(sorted(LENGTHS[brand] - {13})))
    middle = draw(st.text("0123456789", min_size=size - 7, max_size=size - 7))
    return with_check_digit(f"{draw(st.integers(low, high))}{middle}")


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    """Microseconds of a moment in UTC."""
    return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()) * 1_000_000


def refused(code: Code, param: str, why: pytest.ExceptionInfo[Refused]) -> None:
    assert (why.value.code, why.value.param) == (code, param)


# -- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "brand"), NUMBERS)
def test_published_numbers(number: str, brand: str) -> None:
    assert cards.luhn(number)
    assert cards.brand_of(number) == brand
    assert cards.read_number(number) == number
    assert find_pan(number)


@pytest.mark.parametrize(
    ("start", "brand"),
    [
        ("222099", None), ("222100", "mastercard"), ("272099", "mastercard"), ("272100", None),
        ("299999", None), ("300000", "diners"), ("305999", "diners"), ("306000", None),
        ("309499", None), ("309500", "diners"), ("309599", "diners"), ("309600", None),
        ("339999", None), ("340000", "amex"), ("349999", "amex"), ("350000", None),
        ("352799", None), ("352800", "jcb"), ("358999", "jcb"), ("359000", None),
        ("360000", "diners"), ("369999", "diners"), ("370000", "amex"), ("379999", "amex"),
        ("380000", "diners"), ("399999", "diners"), ("400000", "visa"), ("499999", "visa"),
        ("500000", None), ("509999", None), ("510000", "mastercard"), ("559999", "mastercard"), ("560000", None),
        ("601099", None), ("601100", "discover"), ("601199", "discover"), ("601200", None),
        ("619999", None), ("620000", "unionpay"), ("629999", "unionpay"), ("630000", None),
        ("643999", None), ("644000", "discover"), ("659999", "discover"), ("660000", None),
        ("809999", None), ("810000", "unionpay"), ("817199", "unionpay"), ("817200", None),
    ],
)  # fmt: skip
def test_the_edges_of_every_issuer_range(start: str, brand: str | None) -> None:
    assert cards.brand_of(start + "0000000000") == brand


def test_ranges_do_not_overlap_and_every_brand_has_one() -> None:
    ordered = sorted(cards._RANGES)
    assert all(first[1] < second[0] for first, second in pairwise(ordered))
    assert {brand for _, _, brand in ordered} == set(Brand) == set(LENGTHS)
    assert all(cards.DIGITS_MIN <= size <= cards.DIGITS_MAX for sizes in LENGTHS.values() for size in sizes)


@given(number=numbers(), place=st.integers(0, 100), other=st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number: str, place: int, other: int) -> None:
    place %= len(number)
    wrong = number[:place] + str((int(number[place]) + other) % 10) + number[place + 1 :]
    assert cards.luhn(number)
    assert not cards.luhn(wrong)


@given(number=numbers())
def test_every_number_of_every_brand_is_read(number: str) -> None:
    assert cards.read_number(" ".join(re.findall(".{1,4}", number))) == number
    assert cards.read_number("-".join(number)) == number
    assert cards.first6(number) + number[6:-4] + cards.last4(number) == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4242424242424241", Code.INCORRECT_NUMBER),
        ("4242 4242 4242 4241", Code.INCORRECT_NUMBER),
        ("", Code.INVALID_NUMBER),
        ("4242", Code.INVALID_NUMBER),
        ("424242424242", Code.INVALID_NUMBER),  # twelve
        ("42424242424242424242", Code.INVALID_NUMBER),  # twenty
        ("4242x42424242424", Code.INVALID_NUMBER),
        ("４２４２４２４２４２４２４２４２", Code.INVALID_NUMBER),
        ("4242.4242.4242.4242", Code.INVALID_NUMBER),
        ("************4242", Code.INVALID_NUMBER),
        ("-4242424242424242\n", Code.INVALID_NUMBER),
        (with_check_digit("42424242424242"), Code.INVALID_NUMBER),  # fifteen digits of Visa
        (with_check_digit("37828224631000"[:13]), Code.INVALID_NUMBER),  # fourteen of American Express
        ("6759649826438453", Code.CARD_DECLINED),  # Maestro
        ("0000000000000000", Code.CARD_DECLINED),
    ],
)
def test_a_number_that_is_refused(text: str, code: Code) -> None:
    with pytest.raises(Refused) as why:
        cards.read_number(text)
    refused(code, "card[number]", why)
    assert why.value.decline_code == ("card_not_supported" if code is Code.CARD_DECLINED else None)
    assert not re.search(r"\d{3}", why.value.message)


def test_the_parameter_is_the_callers() -> None:
    with pytest.raises(Refused) as why:
        cards.read_number("1", "payment_method_data[card][number]")
    refused(Code.INVALID_NUMBER, "payment_method_data[card][number]", why)


# -- expiry date and security code ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "year", "now", "over"),
    [
        (11, 2026, at(2026, 11, 22), False),
        (11, 2026, at(2026, 11, 30, 23, 59, 59), False),
        (11, 2026, at(2026, 12, 1, 11, 59, 59), False),  # still November on Baker Island
        (11, 2026, at(2026, 12, 1, 12), True),
        (12, 2026, at(2026, 12, 31, 23), False),
        (12, 2026, at(2027, 1, 1, 12), True),
        (1, 2027, at(2026, 12, 31), False),
        (1, 2020, at(2026, 1, 1), True),
    ],
)
def test_a_card_is_good_until_the_month_is_over_everywhere(month: int, year: int, now: int, over: bool) -> None:
    assert cards.expired(month, year, now) is over


@pytest.mark.parametrize(
    ("month", "year", "full"),
    [(11, 2026, 2026), (12, 26, 2026), (1, 2027, 2027), (12, 2076, 2076), (12, 76, 2076)],
)
def test_an_expiry_date_that_is_taken(month: int, year: int, full: int) -> None:
    assert cards.check_expiry(month, year, at(2026, 11, 22)) == full


@pytest.mark.parametrize(
    ("month", "year", "code", "param"),
    [
        (0, 2030, Code.INVALID_EXPIRY_MONTH, "card[exp_month]"),
        (13, 2030, Code.INVALID_EXPIRY_MONTH, "card[exp_month]"),
        (-1, 2030, Code.INVALID_EXPIRY_MONTH, "card[exp_month]"),
        (10, 2026, Code.INVALID_EXPIRY_MONTH, "card[exp_month]"),  # this year, but over
        (12, 2025, Code.INVALID_EXPIRY_YEAR, "card[exp_year]"),
        (12, 25, Code.INVALID_EXPIRY_YEAR, "card[exp_year]"),
        (12, 0, Code.INVALID_EXPIRY_YEAR, "card[exp_year]"),
        (12, -1, Code.INVALID_EXPIRY_YEAR, "card[exp_year]"),
        (12, 100, Code.INVALID_EXPIRY_YEAR, "card[exp_year]"),
        (12, 2077, Code.INVALID_EXPIRY_YEAR, "card[exp_year]"),
        (12, 2**63, Code.INVALID_EXPIRY_YEAR, "card[exp_year]"),
    ],
)
def test_an_expiry_date_that_is_refused(month: int, year: int, code: Code, param: str) -> None:
    with pytest.raises(Refused) as why:
        cards.check_expiry(month, year, at(2026, 11, 22))
    refused(code, param, why)


def test_on_new_years_day_december_is_still_good_for_half_a_day() -> None:
    assert cards.check_expiry(12, 2026, at(2027, 1, 1, 11)) == 2026


@pytest.mark.parametrize("brand", Brand)
def test_security_codes(brand: Brand) -> None:
    length = 4 if brand is Brand.AMEX else 3
    assert cards.cvc_length(brand) == length
    cards.check_cvc("1234"[:length], brand)
    for wrong in ("", "12", "12345", "1234"[: 7 - length], "12x4"[:length], "１２３４"[:length], " 123"[:length]):
        with pytest.raises(Refused) as why:
            cards.check_cvc(wrong, brand, "cvc")
        refused(Code.INVALID_CVC, "cvc", why)


# -- numbers in text --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424242",
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "3782 822463 10005",
        "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2",
        "my card is 4242424242424242, thanks",
        "card:4242424242424242.",
        "card4242424242424242x",
        "PAN4242424242424242",
        "pan_4242424242424242",
        "%B4242424242424242^DOE/JANE^2612",
        ";4242424242424242=26121010000",
        "４２４２４２４２４２４２４２４２",
        "٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢",
        "4242\u00a04242\u00a04242\u00a04242",
        "4242\u20114242\u20114242\u20114242",
        "4242 4242 4242 4242 12 26 123",  # then expiry date and security code
        "4242424242424242 1226 123",
        "order 12345 4242424242424242",
        "2026-11-22 4242 4242 4242 4242",
        "4242 4242 4242 4242\n5555 5555 5555 4444",
        "0.5 4242424242424242",
        "0.12 4242 4242 4242 4242",
        "+1 4242424242424242",
        "4222 222 222 222",
        "DE00 4242 4242 4242 4242",  # looks like an IBAN, and is none
        "VISA4242424242424242",
        "0.4000000000000002 4242424242424242",
        "1.4242 4242 4242 4242",  # first of a list
    ],
)
def test_text_that_holds_a_number(text: str) -> None:
    assert find_pan(text)
    assert not find_pan(mask(text))
    assert not re.search(r"42424242|4242.4242|22463", mask(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4242",
        "4242424242424241",  # check digit
        "424242424242",  # too short
        "4242  4242  4242  4242",  # two spaces are two numbers
        "4242/4242/4242/4242",
        "42424242424242424242424",  # a longer number that holds one
        "9999999999999995",  # no issuer
        "1766361600000",  # milliseconds
        "1766361600000000",  # microseconds
        "1766361600000000000",  # nanoseconds
        "2026-11-22 21:34:05.123456",
        "20261122213405123",
        "+49 151 23456785",
        "+4915123456785",
        "49 151 23456783",
        "+491512345678906",
        "4006381333931",  # an article number
        "0.4242424242424242",
        "DE89 3704 0044 0532 0130 00",
        "DK5000400440116243",
        "GB29 NWBK 6016 1331 9268 19",
        "490154203237518",  # a telephone's serial number
        "8944500102198304826",  # a SIM card's
        "pi_0r5m3v2k1c9d4242424242424242",
        "ch_4242424242424242424242424242",
        "550e8400-e29b-4123-8123-123456789012",
        "9f86d081884c7d659a2feaa0c55ad0154242424242424242b0f00a08d5c3a2e1",
        "[card ending 4242]",
    ],
)
def test_text_that_holds_none(text: str) -> None:
    assert not find_pan(text)
    assert mask(text) == text


def test_telephone_and_article_numbers_are_let_through_for_what_they_are() -> None:
    """Not for a wrong check digit: each of these is a Visa number by range, length and check digit."""
    phones = [with_check_digit(f"49151{serial:07}") for serial in range(100)]
    assert any(map(find_pan, phones))
    for phone in phones:
        assert not find_pan(f"+{phone}")
        assert not find_pan(f"{phone[:2]} {phone[2:5]} {phone[5:]}")
    articles = [number for serial in range(1000) if cards._is_ean(number := with_check_digit(f"400638{serial:06}"))]
    assert articles
    assert not any(map(find_pan, articles))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("no number", "no number"),
        ("4242424242424242", "[card ending 4242]"),
        ("a 3782-822463-10005 b", "a [card ending 0005] b"),
        (
            "4242424242424242 and 5555555555554444.",
            "[card ending 4242] and [card ending 4444].",
        ),
        ("4242 4242 4242 4242 12 26 123", "[card ending 4242] 12 26 123"),
        ("4242424242424242 5555555555554444", "[card ending 4242] [card ending 4444]"),
        ("４２４２４２４２４２４２４２４２", "[card ending 4242]"),
        ("order 12345 4242424242424242 4111111111111111 9", "order 12345 [card ending 4242] [card ending 1111] 9"),
    ],
)
def test_mask(text: str, masked: str) -> None:
    assert mask(text) == masked


@given(
    number=numbers(),
    gaps=st.lists(st.sampled_from(["", "", " ", "-", "\u2011"]), min_size=19, max_size=19),
    before=st.sampled_from(["", "card ", "x", "№", "(", "n\u00ba:"]),
    after=st.sampled_from(["", " ", ".", ", thanks", "x", ")"]),
)
def test_every_number_is_found_however_it_is_divided(number: str, gaps: list[str], before: str, after: str) -> None:
    spaced = "".join(digit + gap for digit, gap in zip(number, gaps, strict=False)).rstrip(" -\u2011")
    assert find_pan(before + spaced + after)
    assert mask(before + spaced + after) == f"{before}[card ending {number[-4:]}]{after}"


@given(st.text("0123456789 -.+Aa_", max_size=80))
@example("4242424242424242 111111111116")
@example("4242424242424242-4242424242424242")
def test_what_is_masked_holds_no_number(text: str) -> None:
    assert not find_pan(mask(text))
    assert (mask(text) == text) is (not find_pan(text))


@given(
    prefix=st.sampled_from(["pi", "ch", "evt", "req", "acct"]),
    us=st.integers(0, 2**60 - 1),
    chance=st.binary(min_size=16, max_size=16),
)
@example(prefix="pi", us=0, chance=bytes([4, 2] * 8))
def test_our_own_ids_are_never_taken_for_one(prefix: str, us: int, chance: bytes) -> None:
    assert not find_pan(ids.make(prefix, us, chance))


def test_an_id_that_would_look_like_one_if_it_were_not_an_id() -> None:
    made = ids.make("pi", 0, bytes([4, 2] * 8))
    assert made == "pi_0000000000004242424242424242"
    inside = "pi_abcdefghjkmn4242424242424242"
    assert not find_pan(inside)
    assert find_pan(inside.replace("pi_", ""))


@given(st.integers(at(2000, 1, 1), at(2040, 1, 1)))
def test_times_are_never_taken_for_one(us: int) -> None:
    moment = datetime.fromtimestamp(us // 1_000_000, UTC)
    for text in (str(us // 1000), str(us), str(us * 1000), moment.isoformat(), f"{moment:%Y%m%d%H%M%S}"):
        assert not find_pan(text), text


@given(st.uuids())
@example(uuid.UUID("44444444-4444-4444-8123-123456789012"))
def test_uuids_are_never_taken_for_one(made: uuid.UUID) -> None:
    assert not find_pan(str(made))
    assert not find_pan(made.hex)


@pytest.mark.parametrize("letter", ["4", "4 ", "42-", "a4", "A", "DE89 ", "f", "\u0664"])
def test_a_long_text_of_anything_is_read_once(letter: str) -> None:
    """No repetition makes the search quadratic: that would take minutes."""
    text = letter * (200_000 // len(letter))
    assert not find_pan(text)
    assert mask(text) == text
