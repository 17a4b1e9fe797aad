"""Card numbers: what a valid one looks like, whose it is, and where one hides in text that must not hold any.

Issuer ranges and lengths are those in use (ISO/IEC 7812, 2026), not all that were ever reserved: the same table decides
whether a long number in a text is a card, and a wider one would refuse order numbers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from finsecure_server.core.errors import Code, Refused


class Brand(StrEnum):
    """Whose card it is, in the words of the API."""

    VISA = "visa"
    MASTERCARD = "mastercard"
    AMEX = "amex"
    DISCOVER = "discover"
    DINERS = "diners"
    JCB = "jcb"
    UNIONPAY = "unionpay"


#: First six digits, from and to.
_RANGES: Final = (
    (400000, 499999, Brand.VISA),
    (510000, 559999, Brand.MASTERCARD),
    (222100, 272099, Brand.MASTERCARD),
    (340000, 349999, Brand.AMEX),
    (370000, 379999, Brand.AMEX),
    (601100, 601199, Brand.DISCOVER),
    (644000, 659999, Brand.DISCOVER),
    (300000, 305999, Brand.DINERS),
    (309500, 309599, Brand.DINERS),
    (360000, 369999, Brand.DINERS),
    (380000, 399999, Brand.DINERS),
    (352800, 358999, Brand.JCB),
    (620000, 629999, Brand.UNIONPAY),
    (810000, 817199, Brand.UNIONPAY),
)

LENGTHS: Final[dict[Brand, frozenset[int]]] = {
    Brand.VISA: frozenset({13, 16, 19}),
    Brand.MASTERCARD: frozenset({16}),
    Brand.AMEX: frozenset({15}),
    Brand.DISCOVER: frozenset({16, 19}),
    Brand.DINERS: frozenset({14, 16}),
    Brand.JCB: frozenset({16, 19}),
    Brand.UNIONPAY: frozenset({16, 17, 18, 19}),
}

DIGITS_MIN: Final = 13
DIGITS_MAX: Final = 19

#: Cards are good for a few years; a date beyond this is a slip of the finger.
EXPIRY_YEARS_MAX: Final = 50

_TWICE: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)  # a doubled digit, less nine if it has two


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = sum(map(int, digits[-1::-2])) + sum(_TWICE[int(digit)] for digit in digits[-2::-2])
    return total % 10 == 0


def brand_of(digits: str) -> Brand | None:
    """The brand whose range the number begins in. Length and check digit are other questions."""
    start = int(digits[:6])
    return next((brand for low, high, brand in _RANGES if low <= start <= high), None)


def first6(digits: str) -> str:
    """The issuer's part. With `last4` all that PCI DSS 3.4.1 lets anybody see of a number."""
    return digits[:6]


def last4(digits: str) -> str:
    """What a payer recognizes a card by."""
    return digits[-4:]


def cvc_length(brand: Brand) -> int:
    """Digits of the security code."""
    return 4 if brand is Brand.AMEX else 3


# -- what a payer entered ---------------------------------------------------------------------------------------------


def read_number(text: str, param: str = "card[number]") -> str:
    """The digits of a number as entered, spaces and dashes taken out. No message repeats any of it.

    Raises invalid_number (its form), incorrect_number (its check digit) or card_declined with card_not_supported.
    """
    digits = text.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit() and DIGITS_MIN <= len(digits) <= DIGITS_MAX):
        raise Refused(Code.INVALID_NUMBER, param=param)
    if not luhn(digits):
        raise Refused(Code.INCORRECT_NUMBER, param=param)
    brand = brand_of(digits)
    if brand is None:
        message = "Your card is not supported."
        raise Refused(Code.CARD_DECLINED, message, param=param, decline_code="card_not_supported")
    if len(digits) not in LENGTHS[brand]:
        raise Refused(Code.INVALID_NUMBER, param=param)
    return digits


def expired(month: int, year: int, now: int) -> bool:
    """Whether that month is over everywhere on earth. `now` is in microseconds, `year` has four digits."""
    # Twelve hours behind UTC the month lasts longest.
    there = datetime.fromtimestamp(now // 1_000_000, UTC) - timedelta(hours=12)
    return (year, month) < (there.year, there.month)


def check_expiry(month: int, year: int, now: int, param: str = "card") -> int:
    """The year with four digits; two are read as this century's. Raises invalid_expiry_month or invalid_expiry_year."""
    if not 1 <= month <= 12:
        raise Refused(Code.INVALID_EXPIRY_MONTH, param=f"{param}[exp_month]")
    full = year + 2000 if 0 <= year <= 99 else year
    this_year = datetime.fromtimestamp(now // 1_000_000, UTC).year
    over = expired(month, full, now)
    if over and full == this_year:
        raise Refused(Code.INVALID_EXPIRY_MONTH, param=f"{param}[exp_month]")
    if over or full > this_year + EXPIRY_YEARS_MAX:
        raise Refused(Code.INVALID_EXPIRY_YEAR, param=f"{param}[exp_year]")
    return full


def check_cvc(code: str, brand: Brand, param: str = "card[cvc]") -> None:
    """Raises invalid_cvc. Whether the code is the right one only the bank knows."""
    if not (code.isascii() and code.isdigit() and len(code) == cvc_length(brand)):
        raise Refused(Code.INVALID_CVC, param=param)


# -- numbers in text --------------------------------------------------------------------------------------------------

#: What may stand between two digits of a number that somebody typed or pasted: one space or dash, of whatever kind.
_GAP: Final = "[ \u00a0\u2002-\u200a\u202f\u3000\\-\u2010-\u2015\u2212\uff0d]"
#: The least that a card number has. Nearly all text stops here, so that this one search is what a parameter costs.
_MAYBE: Final = re.compile(rf"\d(?:{_GAP}?\d){{{DIGITS_MIN - 1}}}")
_CANDIDATE: Final = re.compile(
    # An id of ours (core/ids.py), a UUID, a digest in hexadecimal: one in 100,000 would hold a number by chance.
    r"(?P<token>[a-z]{2,8}_[0-9a-z]{28}(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])[0-9A-Fa-f]{24,128}(?![0-9A-Za-z]))"
    r"|(?P<iban>(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?:[0-9A-Z]{11,30}|(?: [0-9A-Z]{4}){2,7}(?: [0-9A-Z]{1,3})?)"
    r"(?![0-9A-Za-z]))"
    rf"|(?P<run>\d(?:{_GAP}?\d){{{DIGITS_MIN - 1},}})"
)
_GROUP: Final = re.compile(r"\d+")
#: Fewest digits in a group, when only some groups of a run are the number: 2026-11-22 is not the beginning of one.
_GROUP_MIN: Final = 3
_PHONE_DIGITS_MAX: Final = 15  # ITU-T E.164


def find_pan(text: str) -> bool:
    """Whether the text holds a card number: 13 to 19 digits in any script, with single spaces or dashes between them.

    It must have a known issuer range, a length of that brand and a right check digit. Our own ids, UUIDs, digests,
    times, IBANs, article numbers (EAN-13), telephone numbers with a plus and decimal fractions are not taken for one.
    """
    return _MAYBE.search(text) is not None and next(_places(text), None) is not None


def mask(text: str) -> str:
    """The text with each card number replaced by `[card ending 4242]`; `find_pan` finds nothing in what is left."""
    if _MAYBE.search(text) is None:
        return text
    kept, position = [], 0
    for start, end in _places(text):
        kept += [text[position:start], f"[card ending {last4(_digits(text[start:end]))}]"]
        position = end
    return "".join([*kept, text[position:]])


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each card number."""
    position = 0
    while (found := _CANDIDATE.search(text, position)) is not None:
        position = found.end()
        if found.lastgroup == "iban" and not _is_iban(found[0]):
            position = found.start() + 2  # look again behind the two letters
        elif found.lastgroup == "run":
            yield from _within(text, found)


def _within(text: str, run: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The numbers in a run of digits: all of it, or some of its groups (a number, then expiry and security code)."""
    groups = [group.span() for group in _GROUP.finditer(text, *run.span())]
    sizes = [end - start for start, end in groups]
    before = text[max(0, run.start() - 2) : run.start()]
    if before.endswith("+") and sum(sizes) <= _PHONE_DIGITS_MAX:
        return
    if before.endswith(".") and before[:1].isdigit() and sizes[0] >= DIGITS_MIN:
        del groups[0], sizes[0]  # the decimals of a fraction
    if groups and _is_card(text, groups):
        yield groups[0][0], groups[-1][1]
        return
    first = 0
    while first < len(groups):
        last, digits = first, 0
        end_at = None
        while last < len(groups) and sizes[last] >= _GROUP_MIN and (digits := digits + sizes[last]) <= DIGITS_MAX:
            last += 1
            if _is_card(text, groups[first:last]):
                end_at = last
        if end_at is not None:
            yield groups[first][0], groups[end_at - 1][1]
        first = first + 1 if end_at is None else end_at


def _is_card(text: str, groups: list[tuple[int, int]]) -> bool:
    size = sum(end - start for start, end in groups)
    if not DIGITS_MIN <= size <= DIGITS_MAX:
        return False
    number = "".join(_digits(text[start:end]) for start, end in groups)
    brand = brand_of(number)
    if brand is None or size not in LENGTHS[brand] or not luhn(number):
        return False
    if size > DIGITS_MIN:
        return True
    # Thirteen digits are more often something else: an article number, or a telephone number after its country's code.
    first_start, first_end = groups[0]
    return not _is_ean(number) and first_end - first_start >= 4


def _digits(text: str) -> str:
    """The digits in a text, in whatever script, as ASCII."""
    return "".join(str(unicodedata.decimal(letter)) for letter in text if letter.isdecimal())


def _is_ean(number: str) -> bool:
    """Whether the last of 13 digits is an article number's check digit (GS1, weights 1 and 3)."""
    return (sum(map(int, number[::2])) + 3 * sum(map(int, number[1::2]))) % 10 == 0


def _is_iban(text: str) -> bool:
    """Whether the check digits are those of an IBAN (ISO 13616: remainder 1 by 97)."""
    plain = text.replace(" ", "")
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1
