"""Money: every currency, every limit, and splits that lose nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsecure_server.core import money
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.money import CURRENCIES, Currency

ALL = sorted(CURRENCIES.values())
codes = st.sampled_from(sorted(CURRENCIES))

#: What Stripe takes, of the codes that ISO 4217 still lists at the end of 2026. STD became STN, ANG became XCG; BGN and
#: HRK became EUR; SLL became SLE.
CHARGEABLE = """
aed afn all amd aoa ars aud awg azn bam bbd bdt bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny cop crc cve
czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs
khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd
omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd stn szl thb tjs tnd top try ttd
twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw
"""

#: ISO decimals, API decimals, charge step, payout step: all that is not 2 2 1 1.
EXPONENTS = """
bif 0 0   1   1
clp 0 0   1   1
djf 0 0   1   1
gnf 0 0   1   1
jpy 0 0   1   1
kmf 0 0   1   1
krw 0 0   1   1
pyg 0 0   1   1
rwf 0 0   1   1
vnd 0 0   1   1
vuv 0 0   1   1
xaf 0 0   1   1
xof 0 0   1   1
xpf 0 0   1   1
mga 2 0   1   1
isk 0 2 100 100
ugx 0 2 100 100
huf 2 2   1 100
twd 2 2   1 100
bhd 3 3  10  10
jod 3 3  10  10
kwd 3 3  10  10
omr 3 3  10  10
tnd 3 3  10  10
"""

#: As published, in units that people write.
MINIMUMS = """
usd 0.50 | aed 2.00 | ars 0.50 | aud 0.50 | brl 0.50 | cad 0.50 | chf 0.50 | cop 0.50 | czk 15.00 | dkk 2.50 | eur 0.50
gbp 0.30 | hkd 4.00 | huf 175.00 | idr 0.50 | ils 0.50 | inr 0.50 | jpy 50 | krw 50 | mxn 10.00 | myr 2.00 | nok 3.00
nzd 0.50 | php 0.50 | pln 2.00 | ron 2.00 | rub 0.50 | sek 3.00 | sgd 0.50 | thb 10.00 | zar 0.50
"""


def refusal(code: Code, amount: int, currency: str) -> Refused:
    with pytest.raises(Refused) as caught:
        money.check_charge_amount(amount, currency)
    assert caught.value.code is code
    assert caught.value.param == "amount"
    return caught.value


def test_every_currency_that_can_be_charged() -> None:
    assert sorted(CURRENCIES) == CHARGEABLE.split()


def test_three_exponents_of_every_currency() -> None:
    special = {line.split()[0]: tuple(map(int, line.split()[1:])) for line in EXPONENTS.strip().splitlines()}
    for row in ALL:
        found = (row.iso_exponent, row.api_exponent, row.charge_step, row.payout_step)
        assert found == special.get(row.code, (2, 2, 1, 1)), row.code


def test_published_minimums() -> None:
    for entry in MINIMUMS.replace("\n", "|").strip("|").split("|"):
        code, least = entry.split()
        assert money.display(CURRENCIES[code].minimum, code).lstrip("$£¥€₪₱₹₩₽฿R") == f"{least} {code.upper()}"


@pytest.mark.parametrize(
    ("code", "minimum"),
    [("cny", 5_00), ("uah", 50_00), ("bhd", 500), ("isk", 50_00), ("ugx", 5000_00), ("mga", 5000), ("lbp", 50_000_00)],
)
def test_derived_minimums(code: str, minimum: int) -> None:
    assert CURRENCIES[code].minimum == minimum


@pytest.mark.parametrize(
    ("code", "maximum"),
    [
        ("usd", 99_999_999),
        ("jpy", 99_999_999),
        ("kwd", 99_999_990),
        ("isk", 99_999_900),
        ("inr", 999_999_999),
        ("ngn", 999_999_999),
        ("cop", 9_999_999_999),
        ("khr", 9_999_999_999),
        ("lbp", 99_999_999_999),
        ("idr", 999_999_999_999),
    ],
)
def test_maximums(code: str, maximum: int) -> None:
    assert CURRENCIES[code].maximum == maximum


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.code)
def test_limits_can_be_charged_and_their_neighbours_cannot(row: Currency) -> None:
    assert 0 < row.minimum < row.maximum < 10**12
    money.check_charge_amount(row.minimum, row.code)
    money.check_charge_amount(row.maximum, row.code)
    refusal(Code.AMOUNT_TOO_SMALL, row.minimum - row.charge_step, row.code)
    refusal(Code.AMOUNT_TOO_LARGE, row.maximum + row.charge_step, row.code)
    if row.charge_step > 1:
        refusal(Code.INVALID_CHARGE_AMOUNT, row.minimum + 1, row.code)


@pytest.mark.parametrize(
    ("code", "amount", "currency", "message"),
    [
        (Code.AMOUNT_TOO_SMALL, 49, "usd", "Amount must be at least $0.50 USD (50)."),
        (Code.AMOUNT_TOO_SMALL, 0, "gbp", "Amount must be at least £0.30 GBP (30)."),
        (Code.AMOUNT_TOO_SMALL, -1, "jpy", "Amount must be at least ¥50 JPY (50)."),
        (Code.AMOUNT_TOO_LARGE, 2**63, "usd", "Amount must be no more than $999,999.99 USD (99999999)."),
        (Code.INVALID_CHARGE_AMOUNT, 5124, "kwd", "Amount must be a multiple of 10 in KWD: 5120 or 5130, not 5124."),
        (Code.INVALID_CHARGE_AMOUNT, 5050, "isk", "Amount must be a multiple of 100 in ISK: 5000 or 5100, not 5050."),
    ],
)
def test_a_refused_amount_says_what_would_do(code: Code, amount: int, currency: str, message: str) -> None:
    assert refusal(code, amount, currency).message == message


def test_the_parameter_is_the_callers() -> None:
    with pytest.raises(Refused) as caught:
        money.check_charge_amount(1, "usd", "amount_to_capture")
    assert caught.value.param == "amount_to_capture"


@pytest.mark.parametrize(
    ("amount", "currency", "message"),
    [
        (0, "usd", "Payouts must be at least $0.01 USD (1)."),
        (99, "huf", "Payouts must be at least 1.00 HUF (100)."),
        (1045, "huf", "Amount must be a multiple of 100 in HUF: 1000 or 1100, not 1045."),
        (80045, "twd", "Amount must be a multiple of 100 in TWD: 80000 or 80100, not 80045."),
        (15, "kwd", "Amount must be a multiple of 10 in KWD: 10 or 20, not 15."),
    ],
)
def test_a_refused_payout(amount: int, currency: str, message: str) -> None:
    with pytest.raises(Refused) as caught:
        money.check_payout_amount(amount, currency)
    assert (caught.value.code, caught.value.param) == (Code.PAYOUT_AMOUNT_INVALID, "amount")
    assert caught.value.message == message


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.code)
def test_a_payout_of_one_step_is_possible(row: Currency) -> None:
    money.check_payout_amount(row.payout_step, row.code)
    assert row.payout_step % row.charge_step == 0


@pytest.mark.parametrize("code", ["usd", "USD", "Usd"])
def test_lookup_in_any_case(code: str) -> None:
    assert money.lookup(code) is CURRENCIES["usd"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("zzz", "Invalid currency: zzz is not an ISO 4217 code that can be charged."),
        ("XAU", "Invalid currency: XAU is not an ISO 4217 code that can be charged."),
        ("BGN", "Invalid currency: BGN was withdrawn. Use eur."),
        ("", "Invalid currency: send a three-letter ISO 4217 code, for instance usd."),
        ("usd ", "Invalid currency: send a three-letter ISO 4217 code, for instance usd."),
        ("$$$", "Invalid currency: send a three-letter ISO 4217 code, for instance usd."),
        ("u\x00d", "Invalid currency: send a three-letter ISO 4217 code, for instance usd."),
        ("ｕｓｄ", "Invalid currency: send a three-letter ISO 4217 code, for instance usd."),
        ("4242424242424242", "Invalid currency: send a three-letter ISO 4217 code, for instance usd."),
    ],
)
def test_an_unknown_currency(code: str, message: str) -> None:
    with pytest.raises(Refused) as caught:
        money.lookup(code)
    assert (caught.value.code, caught.value.param, caught.value.message) == (
        Code.CURRENCY_UNKNOWN,
        "currency",
        message,
    )


@pytest.mark.parametrize("old", ["ang", "bgn", "hrk", "sll", "std"])
def test_a_withdrawn_currency_names_one_that_can_be_charged(old: str) -> None:
    with pytest.raises(Refused) as caught:
        money.lookup(old)
    assert caught.value.message.removesuffix(".").split()[-1] in CURRENCIES


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (2000, "usd", "$20.00 USD"),
        (2000, "USD", "$20.00 USD"),
        (5, "usd", "$0.05 USD"),
        (0, "eur", "€0.00 EUR"),
        (-2000, "usd", "-$20.00 USD"),
        (123456789, "usd", "$1,234,567.89 USD"),
        (500, "jpy", "¥500 JPY"),
        (-500, "jpy", "-¥500 JPY"),
        (5120, "kwd", "5.120 KWD"),
        (500, "isk", "5 ISK"),
        (550, "isk", "5.50 ISK"),
        (500, "mga", "500 MGA"),
        (100, "chf", "1.00 CHF"),
        (100, "brl", "R$1.00 BRL"),
    ],
)
def test_display(amount: int, currency: str, text: str) -> None:
    assert money.display(amount, currency) == text


@given(amount=st.integers(-(10**14), 10**14), code=codes)
def test_what_is_displayed_is_the_amount(amount: int, code: str) -> None:
    row = CURRENCIES[code]
    figures, shown = money.display(amount, code).replace(row.symbol, "").replace(",", "").split()
    assert shown == code.upper()
    whole, _, part = figures.partition(".")
    assert int(whole + part.ljust(row.api_exponent, "0")) == amount


@given(amount=st.one_of(st.integers(), st.integers(0, 10**8)), code=codes)
def test_an_amount_is_refused_or_within_every_limit(amount: int, code: str) -> None:
    row = CURRENCIES[code]
    if amount < row.minimum:
        refusal(Code.AMOUNT_TOO_SMALL, amount, code)
    elif amount > row.maximum:
        refusal(Code.AMOUNT_TOO_LARGE, amount, code)
    elif amount % row.charge_step:
        refusal(Code.INVALID_CHARGE_AMOUNT, amount, code)
    else:
        money.check_charge_amount(amount, code)


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, (1, 1, 1), (34, 33, 33)),
        (1, (1, 1), (1, 0)),
        (0, (1, 2), (0, 0)),
        (1000, (1,), (1000,)),
        (10, (0, 1, 0), (0, 10, 0)),
        (5, (50, 30, 20), (3, 1, 1)),
        (101, (60, 40), (61, 40)),
        (7, (3, 3, 1), (3, 3, 1)),
    ],
)
def test_split(total: int, weights: tuple[int, ...], parts: tuple[int, ...]) -> None:
    assert money.split(total, weights) == parts


@given(
    total=st.integers(0, 10**15),
    weights=st.lists(st.integers(0, 10**12), min_size=1, max_size=12).filter(any),
)
def test_a_split_sums_to_the_whole_and_is_fair(total: int, weights: list[int]) -> None:
    parts = money.split(total, weights)
    whole = sum(weights)
    assert sum(parts) == total
    assert len(parts) == len(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * whole - total * weight) < whole  # less than one unit from its exact share
        assert weight or not part


@pytest.mark.parametrize(("total", "weights"), [(1, ()), (1, (0, 0)), (-1, (1,)), (1, (2, -1))])
def test_a_split_that_makes_no_sense_is_our_own_mistake(total: int, weights: tuple[int, ...]) -> None:
    with pytest.raises(AssertionError):
        money.split(total, weights)
