"""Fees: never more than the amount, rounded one way, and the same however a refund is divided."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.fees import (
    DEFAULT_PLAN,
    PricePlan,
    charge_fee,
    dispute_fee,
    fixed_fee,
    returned_fee,
)
from finsecure_server.core.money import CURRENCIES

codes = st.sampled_from(sorted(CURRENCIES))
GENEROUS = DEFAULT_PLAN._replace(returned_on_refund=True)


@pytest.mark.parametrize(
    ("amount", "currency", "fee"),
    [
        (2000, "usd", 88),  # 58 + 30
        (2000, "USD", 88),
        (1000, "usd", 59),
        (100, "usd", 33),  # 2.9 + 30 = 32.9
        (50, "usd", 31),  # 1.45 + 30 = 31.45
        (1050, "usd", 60),  # 30.45 + 30 = 60.45
        (500, "usd", 45),  # 14.5 + 30 = 44.5, half up
        (1500, "usd", 74),  # 43.5 + 30 = 73.5, half up
        (30, "gbp", 21),
        (20, "usd", 20),  # never more than the amount
        (0, "usd", 0),
        (99_999_999, "usd", 2_900_030),
        (1000, "jpy", 69),
        (500_00, "isk", 45_00),  # 14.50 + 30 = 44.50 krónur, half up to whole ones
        (5000, "kwd", 450),  # 145 + 300 = 445, half up to tens
        (50, "cop", 50),
    ],
)
def test_charge_fee(amount: int, currency: str, fee: int) -> None:
    assert charge_fee(amount, currency) == fee


def test_a_plan_of_ones_own() -> None:
    plan = PricePlan(basis_points=140, fixed={"eur": 25}, dispute={"eur": 20_00}, returned_on_refund=False)
    assert charge_fee(10_00, "eur", plan) == 39
    assert dispute_fee("eur", plan) == 20_00
    assert fixed_fee("usd", plan) == 30  # not named: follows from the smallest charge
    assert dispute_fee("usd", plan) == 15_00
    free = PricePlan(basis_points=0, fixed={"usd": 0}, dispute={"usd": 0}, returned_on_refund=False)
    assert (charge_fee(2000, "usd", free), dispute_fee("usd", free)) == (0, 0)


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_every_currency_has_a_fixed_part_and_a_dispute_fee_of_its_size(currency: str) -> None:
    row = CURRENCIES[currency]
    fixed, dispute = fixed_fee(currency), dispute_fee(currency)
    assert fixed % row.charge_step == dispute % row.charge_step == 0
    assert 30 * fixed <= dispute <= 100 * fixed
    assert dispute <= row.maximum
    if currency not in DEFAULT_PLAN.fixed:
        assert fixed < row.minimum
        assert (fixed * 5, dispute) == (row.minimum * 3, row.minimum * 30)


def test_the_default_plan_is_the_published_one() -> None:
    assert (DEFAULT_PLAN.basis_points, DEFAULT_PLAN.returned_on_refund) == (290, False)
    assert (fixed_fee("usd"), dispute_fee("usd")) == (30, 15_00)
    assert DEFAULT_PLAN.fixed.keys() == DEFAULT_PLAN.dispute.keys()
    assert DEFAULT_PLAN.fixed.keys() <= CURRENCIES.keys()


@given(units=st.integers(0, 10**10), code=codes, basis_points=st.integers(0, 10_000))
def test_a_fee_is_rounded_half_up_and_leaves_something_chargeable(units: int, code: str, basis_points: int) -> None:
    step = CURRENCIES[code].charge_step
    amount = units * step
    plan = DEFAULT_PLAN._replace(basis_points=basis_points)
    fee = charge_fee(amount, code, plan)
    exact = Decimal(amount) * basis_points / 10_000 + fixed_fee(code, plan)
    rounded = int((exact / step).quantize(Decimal(1), ROUND_HALF_UP)) * step
    assert fee == min(amount, rounded)
    assert 0 <= fee <= amount
    assert fee % step == (amount - fee) % step == 0


@given(amount=st.integers(0, 10**10), code=codes)
def test_a_larger_capture_never_costs_less(amount: int, code: str) -> None:
    step = CURRENCIES[code].charge_step
    assert charge_fee(amount * step, code) <= charge_fee((amount + 1) * step, code)


def test_by_default_a_refund_gives_no_fee_back() -> None:
    assert returned_fee(88, 2000, 2000) == 0


@given(fee=st.integers(0, 10**8), parts=st.lists(st.integers(1, 10**8), min_size=1, max_size=8))
def test_many_small_refunds_give_back_what_one_large_does(fee: int, parts: list[int]) -> None:
    captured, refunded, back = sum(parts), 0, 0
    for part in parts:
        before = returned_fee(fee, captured, refunded, GENEROUS)
        refunded += part
        after = returned_fee(fee, captured, refunded, GENEROUS)
        assert 0 <= before <= after
        back += after - before
    assert back == returned_fee(fee, captured, captured, GENEROUS) == fee


@pytest.mark.parametrize(("captured", "refunded"), [(10, 11), (10, -1), (0, 0)])
def test_more_refunded_than_captured_is_our_own_mistake(captured: int, refunded: int) -> None:
    with pytest.raises(AssertionError):
        returned_fee(1, captured, refunded, GENEROUS)


def test_an_unknown_currency_has_no_price() -> None:
    for price in (fixed_fee, dispute_fee):
        with pytest.raises(Refused) as caught:
            price("zzz")
        assert caught.value.code is Code.CURRENCY_UNKNOWN
