"""Money: currencies with their three exponents, limits of an amount, amounts in words, and fair splits.

An amount is an integer of the currency's minor unit *as the API counts it*. That is not always ISO 4217's minor unit,
and a payout may have to be rounder still; so a currency has an exponent for each. Sources: ISO 4217 (active codes of
2026); Stripe's page "Supported currencies" (2026) for what can be charged, special cases, minimums and maximums.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from finsecure_server.core.errors import Code, Refused


class Currency(NamedTuple):
    """One currency. Steps and limits are in minor units as the API counts them."""

    code: str  # lower case, as on the wire
    iso_exponent: int  # decimals that people write
    api_exponent: int  # decimals that the API counts
    payout_step: int  # a payout is a multiple of this
    minimum: int  # of a charge
    maximum: int  # of a charge
    symbol: str  # before the figures; empty where the code alone is clearer

    @property
    def charge_step(self) -> int:
        """A charge is a multiple of this."""
        return _charge_step(self.iso_exponent, self.api_exponent)


def _charge_step(iso_exponent: int, api_exponent: int) -> int:
    if iso_exponent == 3:
        return 10  # card networks take two decimals, so the last digit must be 0
    # Whole units where the API counts hundredths that do not exist (ISK, UGX).
    return 100 if api_exponent > iso_exponent else 1


#: Every currency that can be charged, by order of magnitude: about 10^n of them buy a US dollar (2026). This tells a
#: small sum from a large one, and is never used to convert.
_BY_MAGNITUDE: Final = {
    0: "aud awg azn bam bbd bhd bmd bnd bsd bzd cad chf eur fjd fkp gbp gel gip jod kwd kyd nzd omr pab sgd shp tnd "
    "top usd wst xcd xcg",
    1: "aed bob brl bwp byn cny czk dkk gtq hkd hnl ils lsl mad mdl mop mvr mxn myr nad nok pen pgk pln qar ron sar "
    "sbd scr sek sle stn szl tjs ttd twd zar zmw",
    2: "afn all bdt cve djf dop dzd egp etb gmd gyd htg inr isk jmd jpy kes kgs lkr lrd mkd mur mzn nio npr php pkr "
    "rsd rub srd thb try uah uyu vuv xpf yer",
    3: "amd aoa ars bif cdf clp crc huf kmf krw kzt mmk mwk ngn rwf sos tzs xaf xof",
    4: "cop gnf idr khr lak mga mnt pyg ugx uzs vnd",
    5: "lbp",
}

_ISO_ZERO: Final = frozenset("bif clp djf gnf isk jpy kmf krw pyg rwf ugx vnd vuv xaf xof xpf".split())
_ISO_THREE: Final = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
#: Stripe counts these two in hundredths that do not exist any more...
_API_TWO: Final = frozenset(("isk", "ugx"))
#: ...and this one in whole units, although fifths of it exist.
_API_ZERO: Final = frozenset(("mga",))
#: Payouts in these are whole units, although hundredths can be charged.
_PAYOUT_WHOLE: Final = frozenset(("huf", "isk", "twd", "ugx"))

#: Least charge where Stripe publishes one.
_MINIMUM: Final = {
    "aed": 2_00, "ars": 50, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "cop": 50, "czk": 15_00, "dkk": 2_50,
    "eur": 50, "gbp": 30, "hkd": 4_00, "huf": 175_00, "idr": 50, "ils": 50, "inr": 50, "jpy": 50, "krw": 50,
    "mxn": 10_00, "myr": 2_00, "nok": 3_00, "nzd": 50, "php": 50, "pln": 2_00, "ron": 2_00, "rub": 50, "sek": 3_00,
    "sgd": 50, "thb": 10_00, "usd": 50, "zar": 50,
}  # fmt: skip

#: Digits of the largest charge where Stripe publishes more than the usual eight.
_DIGITS: Final = {"cop": 10, "idr": 12, "inr": 9}
_USUAL_DIGITS: Final = 8
_MOST_DIGITS: Final = 12  # of a card payment

_SYMBOLS: Final = {
    "$": "aud bbd bmd bnd bsd bzd cad clp cop dop fjd gyd hkd jmd kyd lrd mxn nad nzd sbd sgd srd ttd twd usd uyu xcd",
    "£": "egp fkp gbp gip shp",
    "¥": "cny jpy",
    "€": "eur",
    "R$": "brl",
    "₡": "crc",
    "₦": "ngn",
    "₩": "krw",
    "₪": "ils",
    "₫": "vnd",
    "₭": "lak",
    "₮": "mnt",
    "₱": "php",
    "₲": "pyg",
    "₴": "uah",
    "₸": "kzt",
    "₹": "inr",
    "₺": "try",
    "₼": "azn",
    "₽": "rub",
    "₾": "gel",
    "฿": "thb",
    "៛": "khr",
}  # fmt: skip
_SYMBOL_OF: Final = {code: symbol for symbol, codes in _SYMBOLS.items() for code in codes.split()}

#: Withdrawn codes that code still sends, and what replaced them.
_REPLACED: Final = {"ang": "xcg", "bgn": "eur", "hrk": "eur", "sll": "sle", "std": "stn"}


def _currency(code: str, magnitude: int) -> Currency:
    iso = 0 if code in _ISO_ZERO else 3 if code in _ISO_THREE else 2
    api = 2 if code in _API_TWO else 0 if code in _API_ZERO else iso
    # Half of the unit's own power of ten lies between 0.16 and 1.60 US dollars: about the 0.50 of the published ones.
    minimum = _MINIMUM.get(code) or 5 * 10 ** (magnitude + api - 1)
    # Eight digits are enough for 10,000 US dollars or more in most currencies; the others get as many as that takes.
    digits = _DIGITS.get(code) or min(_MOST_DIGITS, max(_USUAL_DIGITS, 4 + api + magnitude))
    maximum = 10**digits - 1
    return Currency(
        code=code,
        iso_exponent=iso,
        api_exponent=api,
        payout_step=100 if code in _PAYOUT_WHOLE else 10 if iso == 3 else 1,
        minimum=minimum,
        maximum=maximum - maximum % _charge_step(iso, api),
        symbol=_SYMBOL_OF.get(code, ""),
    )


CURRENCIES: Final[dict[str, Currency]] = {
    code: _currency(code, magnitude) for magnitude, codes in _BY_MAGNITUDE.items() for code in codes.split()
}
assert len(CURRENCIES) == sum(len(codes.split()) for codes in _BY_MAGNITUDE.values()), "a currency stands there twice"
assert all(row.minimum % row.charge_step == 0 for row in CURRENCIES.values())


def lookup(code: str) -> Currency:
    """The currency of a code in any case. Raises `currency_unknown`."""
    found = CURRENCIES.get(code.lower()) if len(code) == 3 else None
    if found is None:
        raise Refused(Code.CURRENCY_UNKNOWN, _unknown(code), param="currency")
    return found


def _unknown(code: str) -> str:
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        return (
            "Invalid currency: send a three-letter ISO 4217 code, for instance usd."  # and do not repeat what was sent
        )
    instead = _REPLACED.get(code.lower())
    if instead is not None:
        return f"Invalid currency: {code} was withdrawn. Use {instead}."
    return f"Invalid currency: {code} is not an ISO 4217 code that can be charged."


def display(amount: int, currency: str) -> str:
    """An amount for people: `$20.00 USD`, `-¥500 JPY`, `5.120 KWD`."""
    row = lookup(currency)
    whole, part = divmod(abs(amount), 10**row.api_exponent)
    # ISK and UGX have hundredths in the API only; they are shown if they should ever not be zero.
    decimals = row.api_exponent if row.iso_exponent or part else 0
    figures = f"{whole:,}.{part:0{decimals}d}" if decimals else f"{whole:,}"
    return f"{'-' if amount < 0 else ''}{row.symbol}{figures} {row.code.upper()}"


def check_charge_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Refuse an amount that cannot be charged: amount_too_small, amount_too_large or invalid_charge_amount."""
    row = lookup(currency)
    if amount < row.minimum:
        least = display(row.minimum, currency)
        raise Refused(Code.AMOUNT_TOO_SMALL, f"Amount must be at least {least} ({row.minimum}).", param=param)
    if amount > row.maximum:
        most = display(row.maximum, currency)
        raise Refused(Code.AMOUNT_TOO_LARGE, f"Amount must be no more than {most} ({row.maximum}).", param=param)
    check_step(amount, currency, param)


def check_step(amount: int, currency: str, param: str = "amount") -> None:
    """Refuse a part that the currency does not have, a hundredth of a króna, with invalid_charge_amount."""
    row = lookup(currency)
    if amount % row.charge_step:
        raise Refused(Code.INVALID_CHARGE_AMOUNT, _not_a_multiple(amount, row, row.charge_step), param=param)


def check_payout_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Refuse an amount that cannot be paid out, with payout_amount_invalid. The balance is another question."""
    row = lookup(currency)
    if amount < row.payout_step:
        least = display(row.payout_step, currency)
        message = f"Payouts must be at least {least} ({row.payout_step})."
        raise Refused(Code.PAYOUT_AMOUNT_INVALID, message, param=param)
    if amount % row.payout_step:
        raise Refused(Code.PAYOUT_AMOUNT_INVALID, _not_a_multiple(amount, row, row.payout_step), param=param)


def _not_a_multiple(amount: int, row: Currency, step: int) -> str:
    below = amount - amount % step
    return f"Amount must be a multiple of {step} in {row.code.upper()}: {below} or {below + step}, not {amount}."


def split(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Divide an amount by weights without losing or making a unit: the parts sum to `total` exactly.

    Largest remainder (Hamilton): each part is its exact share rounded down, and the units left over go to the largest
    remainders, the earlier part first among equals. A weight of 0 gets 0.
    """
    whole = sum(weights)
    assert total >= 0, total
    assert whole > 0, "nobody to give it to"
    assert min(weights) >= 0, weights
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return tuple(parts)
