import itertools

import pytest

from finsecure_server.core import test_cards as cards
from finsecure_server.core.cards import brand_of, check_expiry, luhn, read_number
from finsecure_server.core.declines import DECLINES
from finsecure_server.core.test_cards import CARDS, Group, RefundBehaviour, ThreeDSecure
from finsecure_server.core.test_cards_page import behaviour, markdown_table

T0 = 1_760_000_000_000_000


def test_every_card_is_whole() -> None:
    for card in CARDS:
        assert read_number(card.number) == card.number
        assert brand_of(card.number) == card.brand, card
        assert card.last4 == card.number[-4:], card
        assert card.name.startswith("pm_card_"), card
        assert card.decline_code is None or card.decline_code in DECLINES, card
        assert not card.declines_on_attach or card.decline_code, card
        assert not card.blocked or card.decline_code, card
        assert bool(card.script) == bool(card.note), card
        assert card.country.isupper(), card
        assert check_expiry(card.exp_month, card.exp_year, T0) == card.exp_year, card


def test_a_card_is_found_by_number_by_every_id_and_by_token() -> None:
    for card in CARDS:
        assert cards.by_number(card.number) is card
        for name in (card.name, *card.aliases):
            assert cards.by_name(name) is card
            assert cards.by_name("tok_" + name.removeprefix("pm_card_")) is card
        assert cards.lookup(card.number) is cards.lookup(card.name) is card


@pytest.mark.parametrize("text", ["", "4111111111111111", "pm_card_nobody", "tok_", "tok_nobody", "visa", "pm_card_"])
def test_what_is_no_test_card_is_not_found(text: str) -> None:
    assert cards.lookup(text) is None


def test_every_decline_code_has_a_card_and_an_id() -> None:
    by_code = {card.decline_code: card for card in CARDS if card.group is Group.DECLINES}
    assert set(by_code) == set(DECLINES)
    for code, card in by_code.items():
        assert cards.by_name(f"pm_card_decline_{code}") is card
        assert card.three_d_secure is ThreeDSecure.NONE


def test_our_own_numbers_stay_what_they_are() -> None:
    """They are published: NNN and the card it belongs to never change."""
    ours = {int(card.number[12:15]): card for card in CARDS if card.number.startswith("400000910000")}
    codes = list(DECLINES)
    assert {serial: card.decline_code for serial, card in ours.items() if serial <= 50} == {
        serial: codes[serial - 1] for serial in range(1, 51) if serial in ours
    }
    groups = {
        serials: {ours[serial].group for serial in ours if serial // 100 == serials} for serials in (1, 2, 3, 4, 5, 6)
    }
    assert groups == {
        1: {Group.SEQUENCES},
        2: {Group.TROUBLE},
        3: {Group.TROUBLE},
        4: {Group.TROUBLE, Group.REFUNDS},
        5: {Group.DISPUTES},
        6: {Group.ATTACHED},
    }


#: Stripe's testing page: number, id, and the fields that are not as in any other card. Order as on the page.
STRIPE = """
4242424242424242 visa                        country=US
4000056655665556 visa_debit                  funding=debit
5555555555554444 mastercard                  brand=mastercard
5200828282828210 mastercard_debit            funding=debit
5105105105105100 mastercard_prepaid          funding=prepaid
378282246310005  amex                        three_d_secure=unsupported
6011111111111117 discover                    brand=discover
3056930009020004 diners                      brand=diners
3566002020360505 jcb                         brand=jcb
6200000000000005 unionpay                    brand=unionpay
4000000000000002 visa_chargeDeclined         decline_code=generic_decline declines_on_attach=True
4000000000009995 visa_chargeDeclinedInsufficientFunds decline_code=insufficient_funds declines_on_attach=True
4000000000009987 visa_chargeDeclinedLostCard decline_code=lost_card declines_on_attach=True
4000000000009979 visa_chargeDeclinedStolenCard decline_code=stolen_card declines_on_attach=True
4000000000000069 chargeDeclinedExpiredCard   decline_code=expired_card declines_on_attach=True
4000000000000127 chargeDeclinedIncorrectCvc  decline_code=incorrect_cvc declines_on_attach=True
4000000000000119 chargeDeclinedProcessingError decline_code=processing_error declines_on_attach=True
4000000000006975 visa_chargeDeclinedVelocityLimitExceeded decline_code=card_velocity_exceeded declines_on_attach=True
4000000000000341 chargeCustomerFail          decline_code=generic_decline declines_on_attach=False
4100000000000019 radarBlock                  decline_code=fraudulent blocked=True risk_level=highest
4000000000004954 riskLevelHighest            blocked=False risk_level=highest
4000000000009235 riskLevelElevated           risk_level=elevated
4000000000000101 cvcCheckFail                cvc_check=fail
4000000000000036 avsZipFail                  postal_code_check=fail line1_check=pass
4000000000000028 avsLine1Fail                postal_code_check=pass line1_check=fail
4000000000000010 avsFail                     postal_code_check=fail line1_check=fail
4000000000000044 avsUnchecked                postal_code_check=unavailable line1_check=unavailable
4000000000000259 createDispute               dispute=fraudulent
4000000000002685 createDisputeProductNotReceived dispute=product_not_received
4000000000001976 createDisputeInquiry        dispute=inquiry
4000000000005423 createIssuerFraudRecord     dispute=early_fraud_warning
4000000404000079 createMultipleDisputes      dispute=multiple
4000000000007726 pendingRefund               refund=pending
4000000000005126 refundFail                  refund=pending_fails
4000000000000077 bypassPending               available_now=True
4000003720000278 bypassPendingInternational  available_now=True country=IE
4000002500003155 authenticationRequiredOnSetup three_d_secure=required
4000002760003184 authenticationRequired      three_d_secure=always
4000003800000446 authenticationRequiredSetupForOffSession three_d_secure=on_session
4000008260003178 authenticationRequiredChargeDeclinedInsufficientFunds decline_code=insufficient_funds
4000000000003220 threeDSecure2Required       three_d_secure=required country=IE
4000008400001629 threeDSecureRequiredChargeDeclined three_d_secure=required decline_code=generic_decline
4000008400001280 threeDSecureRequiredProcessingError three_d_secure=lookup_error
4000000000003055 threeDSecureOptional        three_d_secure=optional
4000000000003097 threeDSecureOptionalProcessingError three_d_secure=optional_error
378282246310005  amex_threeDSecureNotSupported three_d_secure=unsupported
"""
#: On the page by number only.
NUMBERS = """
2223003122003222 371449635398431 6011000990139424 36227206271667 6200000000000047 6205500000000000004
4000008400000027 4000000032200000
"""


@pytest.mark.parametrize("line", STRIPE.strip().splitlines())
def test_stripes_cards_are_here(line: str) -> None:
    number, name, *fields = line.split()
    card = cards.by_number(number)
    assert card is not None
    assert card is cards.by_name(f"pm_card_{name}")
    for field in fields:
        key, value = field.split("=")
        assert str(getattr(card, key)) == value, key


@pytest.mark.parametrize("number", NUMBERS.split())
def test_stripes_numbers_without_an_id_are_here(number: str) -> None:
    assert cards.by_number(number) is not None


def test_the_wrong_check_digit_is_wrong_and_no_card() -> None:
    assert not luhn(cards.WRONG_CHECK_DIGIT)
    assert cards.by_number(cards.WRONG_CHECK_DIGIT) is None


def test_each_value_is_used_by_some_card() -> None:
    assert {card.three_d_secure for card in CARDS} == set(ThreeDSecure)
    assert {card.refund for card in CARDS} == set(RefundBehaviour)
    assert {card.group for card in CARDS} == set(Group)


# -- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_has_every_card_under_its_heading() -> None:
    page = markdown_table()
    sections = page.split("### ")[1:]
    assert [section.split("\n", 1)[0] for section in sections] == [*(group.value for group in Group), "Invalid data"]
    for group, section in zip(Group, sections, strict=False):
        assert section.count("\n| `") == sum(card.group is group for card in CARDS)
    for card in CARDS:
        assert f"| `{card.number}` | `{card.name}`" in page
        assert all(f", `{alias}`" in page for alias in card.aliases)
    assert page.endswith("| security code `99` | `invalid_cvc` |\n")


def test_the_page_can_be_read_by_a_table() -> None:
    for line in markdown_table().splitlines():
        assert line.count("|") in {0, 3, 5}
        assert not line.endswith(" ")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("visa", "Approved."),
        ("decline_do_not_honor", "Declined with `do_not_honor`, though it attaches."),
        ("decline_lost_card", "Declined with `lost_card`, also when it is attached."),
        ("radarBlock", "Blocked by the risk rules (level `highest`) with `fraudulent`; no bank is asked."),
        ("riskLevelElevated", "Approved, with risk level `elevated` and score 70."),
        ("avsFail", "The postal code check is `fail`, if one was sent. The line1 check is `fail`, if one was sent."),
        ("createDispute", "The payment succeeds, and is disputed as `fraudulent`."),
        ("createDisputeInquiry", "The payment succeeds, and the bank opens an inquiry."),
        ("pendingRefund", "A refund is `pending` first and `succeeded` later."),
        ("bypassPending", "The money is available at once."),
        ("slow2s", "Approved, after 2 seconds."),
        ("threeDSecureFrictionless", "Authenticated without a challenge."),
    ],
)
def test_what_is_said_of_a_card(name: str, says: str) -> None:
    card = cards.by_name(f"pm_card_{name}")
    assert card is not None
    assert behaviour(card) == says


def test_no_two_kinds_of_card_read_alike() -> None:
    """Within a heading, cards that behave differently are described differently."""
    for one, other in itertools.combinations(CARDS, 2):
        if one.group is other.group and behaviour(one) == behaviour(other):
            assert (one.three_d_secure, one.decline_code) == (other.three_d_secure, other.decline_code) or (
                one.group is Group.BRANDS
            )
