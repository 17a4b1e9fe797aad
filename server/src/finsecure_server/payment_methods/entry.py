"""What a payer entered, checked: a card or a bank account, before anything of it is kept."""

from __future__ import annotations

from typing import Final

from msgspec import UnsetType

from finsecure_server.core.bank_numbers import read_account_number, read_routing_number
from finsecure_server.core.cards import brand_of, check_cvc, check_expiry, read_number
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.test_card import TestCard
from finsecure_server.core.test_cards import by_name, by_number
from finsecure_server.payment_methods.types import BankAccountData, CardData, Unseen

_WITH_NUMBER: Final = ("number", "exp_month", "exp_year", "cvc")


class EnteredCard(Unseen):
    """A card that may be kept."""

    number: str  # digits only
    test_card: TestCard | None  # None in live mode
    exp_month: int
    exp_year: int  # four digits
    cvc_given: bool
    from_token: bool  # its number is public then, and need not be kept


def read_card(env: Env, data: CardData, param: str) -> EnteredCard:
    """A card, or a test token for one. `param` is what holds it: `card`, `payment_method_data[card]`.

    Raises parameter_missing, parameters_exclusive, invalid_number, incorrect_number, card_declined (a brand that is not
    supported), live_card_in_test_mode, test_card_in_live_mode, invalid_expiry_month, invalid_expiry_year, invalid_cvc;
    resource_missing for a token.
    """
    if isinstance(data.token, str):
        return _of_token(env, data, data.token, param)
    if isinstance(data.number, UnsetType):
        raise Refused(Code.PARAMETER_MISSING, param=f"{param}[number]")
    if isinstance(data.exp_month, UnsetType):
        raise Refused(Code.PARAMETER_MISSING, param=f"{param}[exp_month]")
    if isinstance(data.exp_year, UnsetType):
        raise Refused(Code.PARAMETER_MISSING, param=f"{param}[exp_year]")
    number = read_number(data.number, f"{param}[number]")
    test_card = by_number(number)
    if env.livemode and test_card is not None:
        raise Refused(Code.TEST_CARD_IN_LIVE_MODE, param=f"{param}[number]")
    if not env.livemode and test_card is None:
        raise Refused(Code.LIVE_CARD_IN_TEST_MODE, param=f"{param}[number]")
    exp_year = check_expiry(data.exp_month, data.exp_year, env.now, param)
    if isinstance(data.cvc, str):
        brand = brand_of(number)
        assert brand is not None, "a number that was read has a brand"
        check_cvc(data.cvc, brand, f"{param}[cvc]")
    return EnteredCard(number, test_card, data.exp_month, exp_year, isinstance(data.cvc, str), from_token=False)


def _of_token(env: Env, data: CardData, token: str, param: str) -> EnteredCard:
    for name in _WITH_NUMBER:
        if not isinstance(getattr(data, name), UnsetType):
            raise Refused(
                Code.PARAMETERS_EXCLUSIVE,
                f"You may only specify one of these: {param}[token], {param}[{name}].",
                param=f"{param}[{name}]",
            )
    test_card = by_name(token) if token.startswith("tok_") else None
    if test_card is None:
        raise Refused(Code.RESOURCE_MISSING, f"No such token: '{token}'", param=f"{param}[token]")
    if env.livemode:
        raise Refused(Code.TEST_CARD_IN_LIVE_MODE, param=f"{param}[token]")
    return EnteredCard(
        test_card.number, test_card, test_card.exp_month, test_card.exp_year, cvc_given=True, from_token=True
    )


class EnteredAccount(Unseen):
    """A bank account that may be kept."""

    routing_number: str
    account_number: str

    @property
    def sealed_as(self) -> str:
        """What the vault keeps."""
        return f"{self.routing_number}:{self.account_number}"


def read_account(data: BankAccountData, param: str) -> EnteredAccount:
    """A bank account. Raises routing_number_invalid, account_number_invalid."""
    return EnteredAccount(
        read_routing_number(data.routing_number, f"{param}[routing_number]"),
        read_account_number(data.account_number, f"{param}[account_number]"),
    )
