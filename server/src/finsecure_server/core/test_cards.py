"""Test cards: what the simulator is told to do, by number or by id.

Numbers and ids are Stripe's wherever Stripe has one (its testing page, August 2026), so that test suites written for it
run unchanged. What Stripe has no number for has one of ours, in the series 4000 0091 0000 NNNc: NNN says what (below)
and c is the check digit. 910 is no country, so the series belongs to no bank.

    001-050  decline codes, by their place in the table of declines
    101-199  sequences: declines, then an approval
    201-299  late answers
    301-399  answers that are lost
    401-499  captures, voids, increments and refunds that go wrong
    501-599  disputes
    601-699  cards that attach and then decline
"""

from __future__ import annotations

from typing import Final

from finsecure_server.core.test_card import Group, RefundBehaviour, TestCard, ThreeDSecure

__all__ = [
    "CARDS",
    "WRONG_CHECK_DIGIT",
    "Group",
    "RefundBehaviour",
    "TestCard",
    "ThreeDSecure",
    "by_name",
    "by_number",
    "lookup",
]

#: Refused before anybody is asked: its check digit is wrong. Stripe's number for `incorrect_number`.
WRONG_CHECK_DIGIT: Final = "4242424242424241"

_SERIES: Final = "400000910000"


def _ours(serial: int) -> str:
    """A number of our series, with its check digit."""
    digits = f"{_SERIES}{serial:03}"
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return digits + str(-sum(value - 9 * (value > 9) for value in doubled) % 10)


def _brand(name: str, number: str, brand: str, country: str = "US", funding: str = "credit", *aliases: str) -> TestCard:
    unsupported = brand == "amex"
    return TestCard(
        name=name,
        number=number,
        group=Group.BRANDS,
        aliases=aliases,
        brand=brand,
        country=country,
        funding=funding,
        three_d_secure=ThreeDSecure.UNSUPPORTED if unsupported else ThreeDSecure.NONE,
    )


_BRANDS: Final = (
    _brand("pm_card_visa", "4242424242424242", "visa", "US", "credit", "pm_card_us"),
    _brand("pm_card_visa_debit", "4000056655665556", "visa", "US", "debit"),
    _brand("pm_card_mastercard", "5555555555554444", "mastercard"),
    _brand("pm_card_mastercard_2series", "2223003122003222", "mastercard"),
    _brand("pm_card_mastercard_debit", "5200828282828210", "mastercard", "US", "debit"),
    _brand("pm_card_mastercard_prepaid", "5105105105105100", "mastercard", "US", "prepaid"),
    _brand("pm_card_amex", "378282246310005", "amex", "US", "credit", "pm_card_amex_threeDSecureNotSupported"),
    _brand("pm_card_amex_second", "371449635398431", "amex"),
    _brand("pm_card_discover", "6011111111111117", "discover"),
    _brand("pm_card_discover_second", "6011000990139424", "discover"),
    _brand("pm_card_discover_debit", "6011981111111113", "discover", "US", "debit"),
    _brand("pm_card_diners", "3056930009020004", "diners"),
    _brand("pm_card_diners_14digits", "36227206271667", "diners"),
    _brand("pm_card_jcb", "3566002020360505", "jcb", "JP"),
    _brand("pm_card_unionpay", "6200000000000005", "unionpay", "CN"),
    _brand("pm_card_unionpay_debit", "6200000000000047", "unionpay", "CN", "debit"),
    _brand("pm_card_unionpay_19digits", "6205500000000000004", "unionpay", "CN"),
    _brand("pm_card_visa_cartesBancaires", "4000002500001001", "visa", "FR"),
    _brand("pm_card_mastercard_cartesBancaires", "5555552500001001", "mastercard", "FR"),
    _brand("pm_card_visa_debit_eftposAuCoBranded", "4000050360000001", "visa", "AU", "debit"),
    _brand("pm_card_mastercard_debit_eftposAuCoBranded", "5555050360000080", "mastercard", "AU", "debit"),
)

#: Visa credit cards that succeed, one a country: pm_card_ and the country in lower case.
_BY_COUNTRY: Final = """
AR 4000000320000021  BR 4000000760000002  CA 4000001240000000  CL 4000001520000001  CO 4000001700000003
CR 4000001880000005  EC 4000002180000000  MX 4000004840008001  PA 4000005910000000  PY 4000006000000066
PE 4000006040000068  UY 4000008580000003  AE 4000007840000001  AT 4000000400000008  BE 4000000560000004
BG 4000001000000000  BY 4000001120000005  HR 4000001910000009  CY 4000001960000008  CZ 4000002030000002
DK 4000002080000001  EE 4000002330000009  FI 4000002460000001  FR 4000002500000003  DE 4000002760000016
GI 4000002920000005  GR 4000003000000030  HU 4000003480000005  IE 4000003720000005  IT 4000003800000008
LV 4000004280000005  LI 4000004380000004  LT 4000004400000000  LU 4000004420000006  MT 4000004700000007
NL 4000005280000002  NO 4000005780000007  PL 4000006160000005  PT 4000006200000007  RO 4000006420000001
SA 4000006820000007  SI 4000007050000006  SK 4000007030000001  ES 4000007240000007  SE 4000007520000008
CH 4000007560000009  GB 4000008260000000  AU 4000000360000006  CN 4000001560000002  HK 4000003440000004
IN 4000003560000008  JP 4000003920000003  MY 4000004580000002  NZ 4000005540000008  SG 4000007020000003
TW 4000001580000008
"""


def _country(name: str, number: str, brand: str, country: str, funding: str = "credit") -> TestCard:
    return TestCard(name=name, number=number, group=Group.COUNTRIES, brand=brand, country=country, funding=funding)


_PAIRS: Final = _BY_COUNTRY.split()
_COUNTRIES: Final = (
    *(
        _country(f"pm_card_{country.lower()}", number, "visa", country)
        for country, number in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)
    ),
    _country("pm_card_ae_mastercard", "5200007840000022", "mastercard", "AE"),
    _country("pm_card_gb_debit", "4000058260000005", "visa", "GB", "debit"),
    _country("pm_card_gb_mastercard", "5555558265554449", "mastercard", "GB"),
    _country("pm_card_jp_jcb", "3530111333300000", "jcb", "JP"),
    _country("pm_card_th_credit", "4000007640000003", "visa", "TH"),
    _country("pm_card_th_debit", "4000057640000008", "visa", "TH", "debit"),
)


def _stripes(code: str, number: str, name: str, *aliases: str) -> TestCard:
    """A decline that Stripe has a card for: it fails as soon as it is attached."""
    return TestCard(
        name=f"pm_card_{name}",
        number=number,
        group=Group.DECLINES,
        aliases=(f"pm_card_decline_{code}", *(f"pm_card_{alias}" for alias in aliases)),
        decline_code=code,
        declines_on_attach=True,
    )


def _declines(code: str, serial: int, *, blocked: bool = False) -> TestCard:
    """A decline that only we have a card for: it attaches, and every payment declines."""
    return TestCard(
        name=f"pm_card_decline_{code}",
        number=_ours(serial),
        group=Group.DECLINES,
        decline_code=code,
        blocked=blocked,
    )


_DECLINES: Final = (
    _declines("authentication_required", 1),
    _declines("authentication_not_handled", 2),
    _declines("approve_with_id", 3),
    _declines("call_issuer", 4),
    _declines("card_not_supported", 5),
    _stripes("card_velocity_exceeded", "4000000000006975", "visa_chargeDeclinedVelocityLimitExceeded"),
    _declines("currency_not_supported", 7),
    _declines("do_not_honor", 8),
    _declines("do_not_try_again", 9),
    _declines("duplicate_transaction", 10),
    _stripes("expired_card", "4000000000000069", "chargeDeclinedExpiredCard"),
    TestCard(
        name="pm_card_radarBlock",
        number="4100000000000019",
        group=Group.DECLINES,
        aliases=("pm_card_decline_fraudulent", "pm_card_chargeDeclinedFraudulent"),
        decline_code="fraudulent",
        blocked=True,
        risk_level="highest",
        risk_score=95,
    ),
    _stripes("generic_decline", "4000000000000002", "visa_chargeDeclined", "chargeDeclined"),
    _declines("incorrect_address", 14),
    _stripes("incorrect_cvc", "4000000000000127", "chargeDeclinedIncorrectCvc"),
    _declines("incorrect_number", 16),
    _declines("incorrect_pin", 17),
    _declines("incorrect_zip", 18),
    _stripes(
        "insufficient_funds",
        "4000000000009995",
        "visa_chargeDeclinedInsufficientFunds",
        "chargeDeclinedInsufficientFunds",
    ),
    _declines("invalid_account", 20),
    _declines("invalid_amount", 21),
    _declines("invalid_cvc", 22),
    _declines("invalid_expiry_month", 23),
    _declines("invalid_expiry_year", 24),
    _declines("invalid_number", 25),
    _declines("invalid_pin", 26),
    _declines("issuer_not_available", 27),
    _stripes("lost_card", "4000000000009987", "visa_chargeDeclinedLostCard"),
    _declines("merchant_blacklist", 29, blocked=True),
    _declines("new_account_information_available", 30),
    _declines("no_action_taken", 31),
    _declines("not_permitted", 32),
    _declines("offline_pin_required", 33),
    _declines("online_or_offline_pin_required", 34),
    _declines("pickup_card", 35),
    _declines("pin_try_exceeded", 36),
    _stripes("processing_error", "4000000000000119", "chargeDeclinedProcessingError"),
    _declines("reenter_transaction", 38),
    _declines("restricted_card", 39),
    _declines("revocation_of_all_authorizations", 40),
    _declines("revocation_of_authorization", 41),
    _declines("security_violation", 42),
    _declines("service_not_allowed", 43),
    _stripes("stolen_card", "4000000000009979", "visa_chargeDeclinedStolenCard"),
    _declines("stop_payment_order", 45),
    _declines("testmode_decline", 46),
    _declines("transaction_not_allowed", 47),
    _declines("try_again_later", 48),
    _declines("withdrawal_count_limit_exceeded", 49),
    _declines("mobile_device_authentication_required", 50),
)


def _attached(name: str, number: str, code: str) -> TestCard:
    return TestCard(name=f"pm_card_{name}", number=number, group=Group.ATTACHED, decline_code=code)


_ATTACHED: Final = (
    _attached("chargeCustomerFail", "4000000000000341", "generic_decline"),
    _attached("visa_chargeCustomerFailLostCard", _ours(601), "lost_card"),
    _attached("visa_chargeCustomerFailStolenCard", _ours(602), "stolen_card"),
    _attached("chargeCustomerFailInsufficientFunds", _ours(603), "insufficient_funds"),
    _attached("chargeCustomerFailExpiredCard", _ours(604), "expired_card"),
    _attached("chargeCustomerFailProcessingError", _ours(605), "processing_error"),
)


def _scripted(group: Group, name: str, serial: int, script: str, note: str) -> TestCard:
    return TestCard(name=f"pm_card_{name}", number=_ours(serial), group=group, script=script, note=note)


_SEQUENCES: Final = tuple(
    _scripted(Group.SEQUENCES, name, serial, script, f"Answers in turn, by attempt at one intent: `{script}`.")
    for name, serial, script in (
        ("declineOnceThenApprove", 101, "generic_decline,approved"),
        ("declineTwiceThenApprove", 102, "insufficient_funds,insufficient_funds,approved"),
        ("issuerUnavailableThenApprove", 103, "issuer_not_available,approved"),
        ("processingErrorThenApprove", 104, "processing_error,approved"),
        ("doNotHonorTwiceThenApprove", 105, "do_not_honor,do_not_honor,approved"),
        ("incorrectCvcThenApprove", 106, "incorrect_cvc,approved"),
        ("declineThenChallengeThenApprove", 107, "authentication_required,three_d_secure"),
    )
)


def _secure(
    name: str,
    number: str,
    mode: ThreeDSecure,
    country: str = "US",
    decline: str | None = None,
    *,
    on_attach: bool = False,
) -> TestCard:
    return TestCard(
        name=f"pm_card_{name}",
        number=number,
        group=Group.SECURE,
        country=country,
        three_d_secure=mode,
        decline_code=decline,
        declines_on_attach=on_attach,
    )


_3DS = ThreeDSecure
_SECURE: Final = (
    _secure("authenticationRequiredOnSetup", "4000002500003155", _3DS.REQUIRED, "FR"),
    _secure("authenticationRequired", "4000002760003184", _3DS.ALWAYS, "DE"),
    _secure("authenticationRequiredSetupForOffSession", "4000003800000446", _3DS.ON_SESSION, "IT"),
    _secure(
        "authenticationRequiredChargeDeclinedInsufficientFunds",
        "4000008260003178",
        _3DS.REQUIRED,
        "GB",
        "insufficient_funds",
    ),
    _secure("threeDSecure2Required", "4000000000003220", _3DS.REQUIRED, "IE"),
    _secure("threeDSecure2Required_us", "4000008400000027", _3DS.REQUIRED),
    _secure("threeDSecureRequired", "4000000000003063", _3DS.REQUIRED),
    _secure(
        "threeDSecureRequiredChargeDeclined",
        "4000008400001629",
        _3DS.REQUIRED,
        decline="generic_decline",
        on_attach=True,
    ),
    _secure("threeDSecureRequiredProcessingError", "4000008400001280", _3DS.LOOKUP_ERROR),
    _secure("threeDSecureOptional", "4000000000003055", _3DS.OPTIONAL),
    _secure("threeDSecureOptionalProcessingError", "4000000000003097", _3DS.OPTIONAL_ERROR),
    _secure("threeDSecureFrictionless", "4000000032200000", _3DS.FRICTIONLESS),
)


def _risk(
    name: str,
    number: str,
    *,
    level: str = "normal",
    score: int = 20,
    cvc: str = "pass",
    postal_code: str = "pass",
    line1: str = "pass",
) -> TestCard:
    return TestCard(
        name=f"pm_card_{name}",
        number=number,
        group=Group.RISK,
        risk_level=level,
        risk_score=score,
        cvc_check=cvc,
        postal_code_check=postal_code,
        line1_check=line1,
    )


_RISK: Final = (
    _risk("riskLevelHighest", "4000000000004954", level="highest", score=90),
    _risk("riskLevelElevated", "4000000000009235", level="elevated", score=70),
    _risk("cvcCheckFail", "4000000000000101", cvc="fail"),
    _risk("avsZipFail", "4000000000000036", postal_code="fail"),
    _risk("avsLine1Fail", "4000000000000028", line1="fail"),
    _risk("avsFail", "4000000000000010", postal_code="fail", line1="fail"),
    _risk("avsUnchecked", "4000000000000044", postal_code="unavailable", line1="unavailable"),
    _risk("cvcCheckFailElevatedRisk", "4000058400307872", cvc="fail", level="elevated", score=70),
    _risk("avsZipFailElevatedRisk", "4000058400306072", postal_code="fail", level="elevated", score=70),
)


def _disputed(name: str, number: str, kind: str) -> TestCard:
    return TestCard(name=f"pm_card_{name}", number=number, group=Group.DISPUTES, dispute=kind)


_DISPUTES: Final = (
    _disputed("createDispute", "4000000000000259", "fraudulent"),
    _disputed("createDisputeProductNotReceived", "4000000000002685", "product_not_received"),
    _disputed("createDisputeInquiry", "4000000000001976", "inquiry"),
    _disputed("createIssuerFraudRecord", "4000000000005423", "early_fraud_warning"),
    _disputed("createMultipleDisputes", "4000000404000079", "multiple"),
    _disputed("createDisputeDuplicate", _ours(501), "duplicate"),
    _disputed("createDisputeSubscriptionCanceled", _ours(502), "subscription_canceled"),
    _disputed("createDisputeProductUnacceptable", _ours(503), "product_unacceptable"),
    _disputed("createDisputeCreditNotProcessed", _ours(504), "credit_not_processed"),
    _disputed("createDisputeUnrecognized", _ours(505), "unrecognized"),
    _disputed("createDisputeGeneral", _ours(506), "general"),
)


def _refunded(name: str, number: str, behaviour: RefundBehaviour) -> TestCard:
    return TestCard(name=f"pm_card_{name}", number=number, group=Group.REFUNDS, refund=behaviour)


_REFUNDS: Final = (
    _refunded("pendingRefund", "4000000000007726", RefundBehaviour.PENDING),
    _refunded("refundFail", "4000000000005126", RefundBehaviour.PENDING_FAILS),
    _scripted(Group.REFUNDS, "refundDeclined", 404, "refund:generic_decline", "Refunds are refused at once."),
)


def _available(name: str, number: str, country: str) -> TestCard:
    return TestCard(name=name, number=number, group=Group.BALANCE, country=country, available_now=True)


_BALANCE: Final = (
    _available("pm_card_bypassPending", "4000000000000077", "US"),
    _available("pm_card_bypassPendingInternational", "4000003720000278", "IE"),
)

_T = Group.TROUBLE
_TROUBLE: Final = (
    _scripted(_T, "slow2s", 201, "slow:2000", "Approved, after 2 seconds."),
    _scripted(
        _T, "slow12s", 202, "slow:12000", "Approved, after 12 seconds: later than we wait, so found by a look-up."
    ),
    _scripted(_T, "lostReplyApproved", 301, "lost", "Approved, and the answer is lost. Found by a look-up."),
    _scripted(_T, "lostReplyDeclined", 302, "lost_declined", "Declined, and the answer is lost. Found by a look-up."),
    _scripted(_T, "lostReplyMissing", 303, "missing", "The question never arrives. A look-up finds nothing."),
    _scripted(
        _T, "processorUnreachable", 304, "unreachable", "The processor is out of reach, and nothing has happened."
    ),
    _scripted(_T, "captureLost", 401, "capture:lost", "Approved; the capture happens, and its answer is lost."),
    _scripted(_T, "captureMissing", 402, "capture:missing", "Approved; the capture never arrives."),
    _scripted(_T, "captureDeclined", 403, "capture:processing_error", "Approved; the capture is refused."),
    _scripted(_T, "voidLost", 405, "void:lost", "Approved; the void happens, and its answer is lost."),
    _scripted(_T, "refundLost", 406, "refund:lost", "Approved; a refund happens, and its answer is lost."),
    _scripted(_T, "refundMissing", 407, "refund:missing", "Approved; a refund never arrives."),
    _scripted(_T, "incrementDeclined", 408, "increment:insufficient_funds", "Approved; increments are declined."),
    _scripted(_T, "incrementLost", 409, "increment:lost", "Approved; an increment happens, and its answer is lost."),
)

CARDS: Final = (
    *_BRANDS, *_COUNTRIES, *_DECLINES, *_ATTACHED, *_SEQUENCES, *_SECURE, *_RISK, *_DISPUTES, *_REFUNDS, *_BALANCE,
    *_TROUBLE,
)  # fmt: skip

_BY_NUMBER: Final = {card.number: card for card in CARDS}
_BY_NAME: Final = {name: card for card in CARDS for name in (card.name, *card.aliases)}
assert len(_BY_NUMBER) == len(CARDS)
assert len(_BY_NAME) == sum(1 + len(card.aliases) for card in CARDS)


def by_number(number: str) -> TestCard | None:
    """The test card of a number (digits only), if it is one."""
    return _BY_NUMBER.get(number)


def by_name(name: str) -> TestCard | None:
    """The test card of an id: `pm_card_visa`, one of its other ids, or Stripe's token for it, `tok_visa`."""
    return _BY_NAME.get("pm_card_" + name[4:] if name.startswith("tok_") else name)


def lookup(text: str) -> TestCard | None:
    """The test card of a number or an id."""
    return by_number(text) or by_name(text)
