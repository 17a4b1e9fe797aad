"""Numbers of banks and accounts in the United States."""

from __future__ import annotations

from typing import Final

from finsecure_server.core.errors import Code, Refused

ROUTING_DIGITS: Final = 9
ACCOUNT_DIGITS_MIN: Final = 4
ACCOUNT_DIGITS_MAX: Final = 17  # the field of an entry detail record (Nacha Operating Rules, appendix 3)

_WEIGHTS: Final = (3, 7, 1) * 3
#: What a routing number may begin with: government, the twelve Federal Reserve districts, thrifts, electronic use,
#: traveler's checks (ABA Routing Number Policy).
_BEGINS: Final = (*range(13), *range(21, 33), *range(61, 73), 80)


def is_routing_number(digits: str) -> bool:
    """Whether nine digits are an ABA routing number: a known beginning, and the check digit fits."""
    return (
        len(digits) == ROUTING_DIGITS
        and int(digits[:2]) in _BEGINS
        and sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 10 == 0
    )


def read_routing_number(text: str, param: str) -> str:
    """A routing number as entered, without spaces and dashes. Raises routing_number_invalid."""
    digits = _plain(text)
    if not (_all_digits(digits) and is_routing_number(digits)):
        raise Refused(Code.ROUTING_NUMBER_INVALID, param=param)
    return digits


def read_account_number(text: str, param: str) -> str:
    """An account number as entered, without spaces and dashes. No message repeats it. Raises account_number_invalid."""
    digits = _plain(text)
    if not (_all_digits(digits) and ACCOUNT_DIGITS_MIN <= len(digits) <= ACCOUNT_DIGITS_MAX):
        raise Refused(Code.ACCOUNT_NUMBER_INVALID, param=param)
    return digits


def _plain(text: str) -> str:
    return text.replace(" ", "").replace("-", "")


def _all_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
