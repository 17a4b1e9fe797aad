"""Every card against every kind of question. The tables are complete: a card that is in none of them fails."""

import logging
import re

import msgspec
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from finsecure_server.core.attempt import (
    ActionNeeded,
    Approved,
    Attempt,
    Declined,
    Kind,
    Missing,
    Outcome,
    Pending,
    Processor,
    Unknown,
)
from finsecure_server.core.declines import DECLINES
from finsecure_server.core.test_cards import CARDS, Group, TestCard, ThreeDSecure, by_name
from finsecure_server.processors.simulator import PATIENCE_MS, Simulator, happens

MONEY = (Kind.AUTHORIZE, Kind.CAPTURE)


class Clock:
    """Sleeps without waiting, and remembers how long."""

    def __init__(self) -> None:
        self.slept = 0.0

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds


CLOCK = Clock()
SIMULATOR: Processor = Simulator(sleep=CLOCK.sleep)


def attempt(card: str, kind: Kind = Kind.AUTHORIZE, **changes: object) -> Attempt:
    return msgspec.structs.replace(
        Attempt(id="ch_1", kind=kind, amount=2000, currency="usd", card=f"pm_card_{card}"), **changes
    )


def word(outcome: Outcome | None) -> str:
    """An outcome in a word, as the tables have it."""
    match outcome:
        case Approved():
            return "approved"
        case Declined(decline_code=code):
            return code
        case ActionNeeded():
            return "action"
        case Pending(then_fails=None):
            return "pending"
        case Pending():
            return "pending_fails"
        case Missing():
            return "missing"
        case Unknown():
            return "unknown"
        case None:
            return "ask"


# -- may the card be charged? -----------------------------------------------------------------------------------------

#: What was tried, and with whom: the columns of the table.
COLUMNS: dict[str, dict[str, object]] = {
    "with the payer, untried": {},
    "with the payer, passed": {"authenticated": True},
    "without, not set up": {"off_session": True},
    "without, set up": {"off_session": True, "set_up": True},
}
VERIFY: dict[str, dict[str, object]] = {
    "verify": {"kind": Kind.VERIFY},
    "passed": {"kind": Kind.VERIFY, "authenticated": True},
}

#: Cards whose answer depends on authentication.
SECURE = """
card                                                   with: untried    passed             without: not set up      set up              verify: untried passed
authenticationRequiredOnSetup                          action           approved           authentication_required  approved            action          approved
authenticationRequired                                 action           approved           authentication_required  authentication_required action      approved
authenticationRequiredSetupForOffSession               action           approved           approved                 approved            approved        approved
authenticationRequiredChargeDeclinedInsufficientFunds  action           insufficient_funds authentication_required  insufficient_funds  action          approved
threeDSecure2Required                                  action           approved           authentication_required  approved            action          approved
threeDSecure2Required_us                               action           approved           authentication_required  approved            action          approved
threeDSecureRequired                                   action           approved           authentication_required  approved            action          approved
threeDSecureRequiredChargeDeclined                     action           generic_decline    authentication_required  generic_decline     action          generic_decline
threeDSecureRequiredProcessingError                    generic_decline  generic_decline    authentication_required  approved            generic_decline generic_decline
threeDSecureOptional                                   approved         approved           approved                 approved            approved        approved
threeDSecureOptionalProcessingError                    approved         processing_error   approved                 approved            approved        processing_error
threeDSecureFrictionless                               approved         approved           approved                 approved            approved        approved
"""  # noqa: E501  a table is as wide as it is
#: Cards whose answer depends on how often they were asked: the first four, and what a verification comes to.
IN_TURN = """
declineOnceThenApprove           generic_decline       approved              approved              approved
declineTwiceThenApprove          insufficient_funds    insufficient_funds    approved              approved
issuerUnavailableThenApprove     issuer_not_available  approved              approved              approved
processingErrorThenApprove       processing_error      approved              approved              approved
doNotHonorTwiceThenApprove       do_not_honor          do_not_honor          approved              approved
incorrectCvcThenApprove          incorrect_cvc         approved              approved              approved
declineThenChallengeThenApprove  authentication_required action              action                action
"""
#: Cards that are late or lost when charged: decided at once, heard, and what really happened.
LOST = """
slow2s             ask  approved  approved
slow12s            ask  unknown   approved
lostReplyApproved  ask  unknown   approved
lostReplyDeclined  ask  unknown   generic_decline
lostReplyMissing   ask  unknown   missing
processorUnreachable ask missing  missing
"""


def rows(table: str) -> dict[str, list[str]]:
    lines = [line.split() for line in table.strip().splitlines() if not line.startswith("card ")]
    return {f"pm_card_{name}": answers for name, *answers in lines}


DECLINING = [card for card in CARDS if card.group in {Group.DECLINES, Group.ATTACHED}]
SPECIAL = {*rows(SECURE), *rows(IN_TURN), *rows(LOST), *(card.name for card in DECLINING)}
#: Cards that are approved however they are asked.
PLAIN = [card for card in CARDS if card.name not in SPECIAL]


def test_every_card_is_in_one_table() -> None:
    tables = [
        rows(SECURE),
        rows(IN_TURN),
        rows(LOST),
        [card.name for card in DECLINING],
        [card.name for card in PLAIN],
    ]
    names = [name for table in tables for name in table]
    assert sorted(names) == sorted(card.name for card in CARDS)
    assert {card.group for card in PLAIN} == set(Group) - {
        Group.DECLINES,
        Group.ATTACHED,
        Group.SECURE,
        Group.SEQUENCES,
    }


def asked(name: str, **changes: object) -> Attempt:
    return attempt(name.removeprefix("pm_card_"), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("name,answers", rows(SECURE).items())  # noqa: PT006
def test_cards_that_authenticate(name: str, answers: list[str]) -> None:
    columns = [*COLUMNS.values(), *VERIFY.values()]
    assert [word(SIMULATOR.decide(asked(name, **column))) for column in columns] == answers


def test_whoever_has_just_answered_a_challenge_is_there_whatever_the_server_says() -> None:
    """With confirmation_method=manual the server confirms after the payer, and may call that off session."""
    for card in CARDS:
        for passed in (True, False):
            there = asked(card.name, authenticated=passed)
            confirmed = asked(card.name, authenticated=passed, off_session=True)
            assert SIMULATOR.decide(confirmed) == SIMULATOR.decide(there), card.name


def test_a_card_that_was_set_up_is_still_authenticated_when_its_owner_is_there() -> None:
    for card in CARDS:
        for kind in (Kind.AUTHORIZE, Kind.VERIFY):
            there = asked(card.name, kind=kind)
            assert SIMULATOR.decide(asked(card.name, kind=kind, set_up=True)) == SIMULATOR.decide(there), card.name


@pytest.mark.parametrize("card", DECLINING, ids=lambda card: card.name)
def test_cards_that_decline(card: TestCard) -> None:
    assert {word(SIMULATOR.decide(asked(card.name, **column))) for column in COLUMNS.values()} == {card.decline_code}
    attached = card.decline_code if card.declines_on_attach else "approved"
    assert {word(SIMULATOR.decide(asked(card.name, **column))) for column in VERIFY.values()} == {attached}


def test_cards_that_approve() -> None:
    for card in PLAIN:
        for column in (*COLUMNS.values(), *VERIFY.values()):
            assert word(SIMULATOR.decide(asked(card.name, **column))) == "approved", card.name


@pytest.mark.parametrize("name,answers", rows(IN_TURN).items())  # noqa: PT006
def test_cards_that_answer_in_turn(name: str, answers: list[str]) -> None:
    assert [word(SIMULATOR.decide(asked(name, number=number))) for number in range(1, 5)] == answers


@pytest.mark.parametrize("name,answers", rows(LOST).items())  # noqa: PT006
async def test_cards_that_are_late_or_lost(name: str, answers: list[str]) -> None:
    question = asked(name)
    heard = await SIMULATOR.ask(question)
    assert [word(SIMULATOR.decide(question)), word(heard), word(await SIMULATOR.lookup(question))] == answers


@pytest.mark.parametrize("code", DECLINES)
def test_every_decline_code_is_reached_by_number_and_by_id(code: str) -> None:
    by_id = by_name(f"pm_card_decline_{code}")
    assert by_id is not None
    outcome = SIMULATOR.decide(asked(f"pm_card_decline_{code}"))
    assert isinstance(outcome, Declined)
    assert outcome.decline_code == code
    assert SIMULATOR.decide(asked(by_id.name)) == outcome


@pytest.mark.parametrize("script", [None, "approved", "lost", "slow:1500", "three_d_secure", "stolen_card"])
def test_a_failed_authentication_is_never_approved(script: str | None) -> None:
    for card in CARDS:
        for kind in (Kind.AUTHORIZE, Kind.VERIFY):
            failed = asked(card.name, authenticated=False, kind=kind, script=script)
            assert word(SIMULATOR.decide(failed)) == "authentication_not_handled", card.name


def test_a_challenge_and_then_another_answer() -> None:
    """The payer's return is the next attempt at the intent."""
    script = "three_d_secure,insufficient_funds,approved"
    asks = [
        asked("pm_card_visa", script=script, number=number, authenticated=number > 1 or None) for number in (1, 2, 3)
    ]
    assert [word(SIMULATOR.decide(ask)) for ask in asks] == ["action", "insufficient_funds", "approved"]


# -- what becomes of the money ----------------------------------------------------------------------------------------

#: Cards that do anything but approve when captured, voided, incremented or refunded: heard, and what really happened.
LATER = """
pendingRefund      refund     pending             pending
refundFail         refund     pending_fails       pending_fails
refundDeclined     refund     generic_decline     generic_decline
captureLost        capture    unknown             approved
captureMissing     capture    unknown             missing
captureDeclined    capture    processing_error    processing_error
voidLost           void       unknown             approved
refundLost         refund     unknown             approved
refundMissing      refund     unknown             missing
incrementDeclined  increment  insufficient_funds  insufficient_funds
incrementLost      increment  unknown             approved
"""


@pytest.mark.parametrize("kind", [Kind.INCREMENT, Kind.CAPTURE, Kind.VOID, Kind.REFUND])
async def test_what_comes_after_an_approval(kind: Kind) -> None:
    table = {name: answers for name, [which, *answers] in rows(LATER).items() if which == kind.value}
    for card in CARDS:
        question = asked(card.name, kind=kind)
        answers = [word(await SIMULATOR.ask(question)), word(await SIMULATOR.lookup(question))]
        assert answers == table.pop(card.name, ["approved", "approved"]), card.name
    assert not table


def test_a_pending_refund_says_when_and_why() -> None:
    assert SIMULATOR.decide(asked("pendingRefund", kind=Kind.REFUND)) == Pending(seconds=5)
    assert SIMULATOR.decide(asked("refundFail", kind=Kind.REFUND)) == Pending(
        seconds=5, then_fails="expired_or_canceled_card"
    )


# -- the answer in full -----------------------------------------------------------------------------------------------

SENT: dict[str, object] = {"cvc": True, "postal_code": True, "line1": True}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("sent", [{}, {"cvc": True}, {"postal_code": True}, {"line1": True}, SENT], ids=" ".join)
def test_an_approval_in_full(kind: Kind, sent: dict[str, object]) -> None:
    for card in PLAIN:
        outcome = happens(asked(card.name, kind=kind, **sent)).truth
        if card.name in rows(LATER) and not isinstance(outcome, Approved):
            continue
        assert isinstance(outcome, Approved), card.name
        assert re.fullmatch("[0-9]{6}", outcome.authorization_code)
        assert re.fullmatch("[0-9]{15}", outcome.network_transaction_id)
        assert outcome == Approved(
            authorization_code=outcome.authorization_code,
            network_transaction_id=outcome.network_transaction_id,
            risk_level=card.risk_level,
            risk_score=card.risk_score,
            cvc_check=card.cvc_check if "cvc" in sent else None,
            postal_code_check=card.postal_code_check if "postal_code" in sent else None,
            line1_check=card.line1_check if "line1" in sent else None,
            dispute=card.dispute if kind in MONEY else None,
            available_now=card.available_now and kind in MONEY,
        ), card.name


@pytest.mark.parametrize("code", DECLINES)
def test_a_decline_in_full(code: str) -> None:
    ours = code in {"fraudulent", "merchant_blacklist"}
    failed = {
        "incorrect_cvc": "cvc",
        "invalid_cvc": "cvc",
        "incorrect_zip": "postal_code",
        "incorrect_address": "line1",
    }
    checks = {name: None if ours else "fail" if failed.get(code) == name else "pass" for name in SENT}
    advice = {
        "new_account_information_available": "01",
        "try_again_later": "02",
        "do_not_try_again": "03",
        "revocation_of_authorization": "21",
        "revocation_of_all_authorizations": "21",
    }
    assert SIMULATOR.decide(asked(f"pm_card_decline_{code}", **SENT)) == Declined(
        decline_code=code,
        blocked=ours,
        network_decline_code=None if ours else DECLINES[code].network_decline_code,
        network_advice_code=advice.get(code),
        risk_level="highest" if code == "fraudulent" else "normal",
        risk_score=95 if code == "fraudulent" else 20,
        cvc_check=checks["cvc"],
        postal_code_check=checks["postal_code"],
        line1_check=checks["line1"],
    )


def test_nothing_is_checked_that_was_not_sent() -> None:
    for code in DECLINES:
        outcome = SIMULATOR.decide(asked(f"pm_card_decline_{code}"))
        assert isinstance(outcome, Declined)
        assert {outcome.cvc_check, outcome.postal_code_check, outcome.line1_check} == {None}


def test_a_bank_may_suspect_fraud_too() -> None:
    outcome = SIMULATOR.decide(attempt("visa", script="fraudulent"))
    assert outcome == Declined(decline_code="fraudulent", network_decline_code="59")
    assert SIMULATOR.decide(attempt("visa", script="merchant_blacklist")) == Declined(
        decline_code="merchant_blacklist", blocked=True
    )


def test_codes_of_the_network_differ_from_attempt_to_attempt() -> None:
    seen = [SIMULATOR.decide(attempt("visa", id=f"ch_{number}")) for number in range(100)]
    assert len({outcome.network_transaction_id for outcome in seen if isinstance(outcome, Approved)}) == 100


# -- scripts ----------------------------------------------------------------------------------------------------------

SCRIPTS = """
visa                  approved                 approved                 approved                 approved
visa                  stolen_card              stolen_card              stolen_card              stolen_card
visa                  lost                     ask                      unknown                  approved
visa                  lost_declined            ask                      unknown                  generic_decline
visa                  missing                  ask                      unknown                  missing
visa                  unreachable              ask                      missing                  missing
visa                  slow:0                   approved                 approved                 approved
visa                  slow:1500                ask                      approved                 approved
visa                  slow:10000               ask                      approved                 approved
visa                  slow:10001               ask                      unknown                  approved
visa                  three_d_secure           action                   action                   action
visa                  capture:lost             approved                 approved                 approved
decline_do_not_honor  approved                 approved                 approved                 approved
decline_do_not_honor  slow:1500                ask                      do_not_honor             do_not_honor
decline_do_not_honor  capture:lost             do_not_honor             do_not_honor             do_not_honor
declineOnceThenApprove lost_card               lost_card                lost_card                lost_card
declineOnceThenApprove refund:lost             generic_decline          generic_decline          generic_decline
threeDSecureRequired  approved                 approved                 approved                 approved
radarBlock            approved                 approved                 approved                 approved
"""


@pytest.mark.parametrize("line", SCRIPTS.strip().splitlines())
async def test_a_script_goes_before_the_card(line: str) -> None:
    card, script, *expected = line.split()
    question = attempt(card, script=script)
    heard = await SIMULATOR.ask(question)
    assert [word(SIMULATOR.decide(question)), word(heard), word(await SIMULATOR.lookup(question))] == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("refund:pending", Pending(seconds=5)),
        ("refund:pending_fails", Pending(seconds=5, then_fails="expired_or_canceled_card")),
        ("refund:missing", Missing()),
    ],
)
def test_refunds_have_words_of_their_own(script: str, expected: Outcome) -> None:
    assert happens(attempt("visa", Kind.REFUND, script=script)).truth == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "action"),
        ({"authenticated": True}, "approved"),
        ({"authenticated": False}, "authentication_not_handled"),
        ({"off_session": True}, "authentication_required"),
        ({"off_session": True, "authenticated": True}, "approved"),
        ({"off_session": True, "set_up": True}, "approved"),
        ({"kind": Kind.VERIFY}, "action"),
        ({"kind": Kind.VERIFY, "off_session": True}, "action"),
    ],
)
def test_any_card_can_be_made_to_authenticate(changes: dict[str, object], expected: str) -> None:
    assert word(SIMULATOR.decide(asked("pm_card_visa", script="three_d_secure", **changes))) == expected


@pytest.mark.parametrize(
    ("script", "slept"), [("slow:1500", 1.5), ("slow:60000", 10.0), ("lost", 0.0), ("approved", 0.0)]
)
async def test_it_waits_as_long_as_it_says_and_no_longer_than_anybody_would(script: str, slept: float) -> None:
    clock = Clock()
    outcome = await Simulator(sleep=clock.sleep).ask(attempt("visa", script=script))
    assert clock.slept == slept
    if script == "slow:60000":
        assert outcome == Unknown(reason="the processor did not answer within 10 seconds")
        assert PATIENCE_MS == 10_000


async def test_it_really_sleeps() -> None:
    assert word(await Simulator().ask(attempt("visa", script="slow:1"))) == "approved"


def test_it_says_loudly_that_no_network_is_attached() -> None:
    with structlog.testing.capture_logs() as logs:
        simulator: Processor = Simulator()
    assert simulator.simulated
    assert simulator.name == "simulator"
    [line] = logs
    assert line["log_level"] == logging.getLevelName(logging.WARNING).lower()
    assert "no card network is attached" in line["event"]


def test_an_attempt_without_a_test_card_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError, match="ch_1 was made with no test card"):
        SIMULATOR.decide(attempt("nobody"))


# -- for every attempt ------------------------------------------------------------------------------------------------

ATTEMPTS = st.builds(
    Attempt,
    id=st.uuids().map(str),
    kind=st.sampled_from(Kind),
    amount=st.integers(1, 10**12),
    currency=st.sampled_from(["usd", "jpy", "kwd"]),
    card=st.sampled_from([name for card in CARDS for name in (card.name, *card.aliases)]),
    vault_id=st.none() | st.just("vlt_1"),
    number=st.integers(1, 10),
    off_session=st.booleans(),
    set_up=st.booleans(),
    authenticated=st.sampled_from([None, True, False]),
    cvc=st.booleans(),
    postal_code=st.booleans(),
    line1=st.booleans(),
    script=st.sampled_from(
        [None, "approved,lost_card", "lost,capture:missing", "slow:20000", "refund:pending_fails", "unreachable"]
    ),
)


@given(ATTEMPTS)
async def test_it_answers_from_the_attempt_alone_and_a_look_up_agrees(question: Attempt) -> None:
    """Another simulator, and the attempt as it comes back from the database, give the same answers."""
    stored = msgspec.json.decode(msgspec.json.encode(question), type=Attempt)
    other = Simulator(sleep=CLOCK.sleep)
    decided, truth = SIMULATOR.decide(question), await SIMULATOR.lookup(question)
    heard = await SIMULATOR.ask(question)
    assert (other.decide(stored), await other.lookup(stored), await other.ask(stored)) == (decided, truth, heard)
    assert decided is None or decided == truth == heard
    assert heard == truth or isinstance(heard, Unknown)
    assert not isinstance(truth, Unknown)
    assert not isinstance(decided, Missing)


@given(ATTEMPTS, st.integers(1, 10**12), st.sampled_from(["eur", "gbp"]))
def test_no_amount_and_no_currency_changes_it(question: Attempt, amount: int, currency: str) -> None:
    assert happens(msgspec.structs.replace(question, amount=amount, currency=currency)) == happens(question)


@given(ATTEMPTS)
def test_without_the_payer_nobody_is_asked_to_authenticate(question: Attempt) -> None:
    if question.off_session and question.kind is not Kind.VERIFY:
        assert not isinstance(happens(question).truth, ActionNeeded)


def test_the_modes_of_3d_secure_are_all_in_the_table() -> None:
    modes = {card.three_d_secure for card in CARDS if card.name in rows(SECURE)}
    assert modes == set(ThreeDSecure) - {ThreeDSecure.NONE, ThreeDSecure.UNSUPPORTED}
