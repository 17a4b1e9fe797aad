"""Routing and account numbers, as payers enter them."""

import pytest

from finsecure_server.core.bank_numbers import is_routing_number, read_account_number, read_routing_number
from finsecure_server.core.errors import Code, Refused

#: The test bank's, and those that banks publish.
ROUTING = ("110000000", "021000021", "011401533", "091000019", "322271627", "061000104", "800000019")


@pytest.mark.parametrize("number", ROUTING)
def test_a_routing_number(number: str) -> None:
    assert read_routing_number(number, "p") == number
    assert read_routing_number(f" {number[:4]}-{number[4:]} ", "p") == number


@pytest.mark.parametrize("number", ROUTING)
def test_one_wrong_digit_never_passes(number: str) -> None:
    """The weights are prime to ten, so no single slip goes unnoticed."""
    for place, digit in enumerate(number):
        for other in set("0123456789") - {digit}:
            assert not is_routing_number(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize("start", [n for n in range(100) if n not in {*range(13), *range(21, 33), *range(61, 73), 80}])
def test_no_routing_number_begins_so(start: int) -> None:
    """Even with the right check digit."""
    assert not any(is_routing_number(f"{start:02}00000{check:02}") for check in range(100))


@pytest.mark.parametrize(
    "text", ["", "11000000", "1100000000", "11000000x", "１１０００００００", "110.00000", "000000001"]
)
def test_no_routing_number(text: str) -> None:
    with pytest.raises(Refused) as caught:
        read_routing_number(text, "us_bank_account[routing_number]")
    assert caught.value.code is Code.ROUTING_NUMBER_INVALID
    assert caught.value.param == "us_bank_account[routing_number]"


@pytest.mark.parametrize(
    ("text", "number"),
    [("000123456789", "000123456789"), ("0001", "0001"), ("0" * 17, "0" * 17), ("00 01-23", "000123")],
)
def test_an_account_number(text: str, number: str) -> None:
    assert read_account_number(text, "p") == number


@pytest.mark.parametrize("text", ["", "123", "0" * 18, "12345a", "１２３４５", "1234.5", "•••• 6789"])
def test_no_account_number(text: str) -> None:
    with pytest.raises(Refused) as caught:
        read_account_number(text, "us_bank_account[account_number]")
    assert caught.value.code is Code.ACCOUNT_NUMBER_INVALID
    assert caught.value.param == "us_bank_account[account_number]"
    assert not text or text not in caught.value.message
