"""What a payment costs the merchant: a percentage and a fixed part of each capture, and a fee for each dispute."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from finsecure_server.core.money import lookup


class PricePlan(NamedTuple):
    """The prices of one merchant. Amounts are in minor units as the API counts them, by currency code."""

    basis_points: int  # of the captured amount: 290 is 2.9 %
    fixed: Mapping[str, int]  # of each capture
    dispute: Mapping[str, int]  # of each dispute
    returned_on_refund: bool  # is the fee of a capture given back, in proportion, when it is refunded?


#: Fixed part and dispute fee: about 0.30 and 15.00 US dollars, in round figures. Every currency stands here whose
#: smallest charge is published; in the others both follow from the smallest charge, which is about 0.50 US dollars.
_ROUND_FIGURES: Final = {
    "usd": (30, 15_00),
    "aed": (1_00, 55_00),
    "ars": (400_00, 20_000_00),
    "aud": (30, 25_00),
    "brl": (1_50, 80_00),
    "cad": (30, 20_00),
    "chf": (30, 15_00),
    "cop": (1_200_00, 60_000_00),
    "czk": (6_50, 350_00),
    "dkk": (1_80, 110_00),
    "eur": (30, 15_00),
    "gbp": (20, 15_00),
    "hkd": (2_35, 120_00),
    "huf": (85_00, 5_500_00),
    "idr": (5_000_00, 250_000_00),
    "ils": (1_00, 55_00),
    "inr": (25_00, 1_300_00),
    "jpy": (40, 2_000),
    "krw": (400, 20_000),
    "mxn": (3_00, 300_00),
    "myr": (1_00, 65_00),
    "nok": (2_00, 150_00),
    "nzd": (30, 25_00),
    "php": (15_00, 850_00),
    "pln": (1_00, 60_00),
    "ron": (1_00, 65_00),
    "rub": (25_00, 1_200_00),
    "sek": (1_80, 150_00),
    "sgd": (50, 20_00),
    "thb": (10_00, 500_00),
    "zar": (5_00, 270_00),
}

DEFAULT_PLAN: Final = PricePlan(
    basis_points=290,
    fixed=MappingProxyType({code: fixed for code, (fixed, _) in _ROUND_FIGURES.items()}),
    dispute=MappingProxyType({code: dispute for code, (_, dispute) in _ROUND_FIGURES.items()}),
    returned_on_refund=False,
)


def fixed_fee(currency: str, plan: PricePlan = DEFAULT_PLAN) -> int:
    """The fixed part. Where the plan names none: 0.30 for each 0.50 of the smallest charge."""
    row = lookup(currency)
    named = plan.fixed.get(row.code)
    return row.minimum * 3 // 5 if named is None else named


def charge_fee(amount: int, currency: str, plan: PricePlan = DEFAULT_PLAN) -> int:
    """The fee of capturing `amount`: percentage and fixed part, rounded half up, never more than the amount.

    It is rounded to what can be charged in the currency (whole ISK, tens of fils), so that what is left is one too.
    """
    step = lookup(currency).charge_step
    exact = amount * plan.basis_points + fixed_fee(currency, plan) * 10_000  # ten-thousandths of a minor unit
    unit = 10_000 * step
    return min(amount, (2 * exact + unit) // (2 * unit) * step)


def dispute_fee(currency: str, plan: PricePlan = DEFAULT_PLAN) -> int:
    """The fee of a dispute. Where the plan names none: 15.00 for each 0.50 of the smallest charge."""
    row = lookup(currency)
    named = plan.dispute.get(row.code)
    return row.minimum * 30 if named is None else named


def returned_fee(fee: int, captured: int, refunded: int, plan: PricePlan = DEFAULT_PLAN) -> int:
    """How much of a capture's fee has been given back once `refunded` of `captured` is refunded, all refunds together.

    A refund gives back the difference between after and before, so that many small ones give back what one large would.
    """
    assert captured > 0, captured
    assert 0 <= refunded <= captured, (refunded, captured)
    return fee * refunded // captured if plan.returned_on_refund else 0
