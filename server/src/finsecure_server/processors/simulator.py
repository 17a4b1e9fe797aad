"""The simulator: a bank that does what the test card says, and keeps nothing.

What happens follows from the attempt alone, so a look-up tells what really happened without a record of it, and the
same attempt comes to the same end on every machine. It answers inside the caller's transaction wherever the card does
not say that the answer is late or lost.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

import structlog

from finsecure_server.core.attempt import (
    ActionNeeded,
    Approved,
    Attempt,
    Declined,
    Kind,
    Missing,
    Outcome,
    Pending,
    Unknown,
)
from finsecure_server.core.declines import DECLINES, Class
from finsecure_server.core.test_card import RefundBehaviour, TestCard, ThreeDSecure
from finsecure_server.core.test_cards import by_name
from finsecure_server.processors.script import Word, parse_script, word_for

PATIENCE_MS: Final = 10_000  # how long anybody waits for a bank; later than that the outcome is unknown
PENDING_SECONDS: Final = 5  # how long a refund is pending
REFUND_FAILURE: Final = "expired_or_canceled_card"

#: Mastercard's merchant advice codes, for the declines that come with one.
_NETWORK_ADVICE: Final = {
    "new_account_information_available": "01",
    "try_again_later": "02",
    "do_not_try_again": "03",
    "revocation_of_authorization": "21",
    "revocation_of_all_authorizations": "21",
}
#: The check that fails when a decline is about it.
_FAILED_CHECK: Final = {
    "incorrect_cvc": "cvc",
    "invalid_cvc": "cvc",
    "incorrect_zip": "postal_code",
    "incorrect_address": "line1",
}

log = structlog.get_logger(__name__)


class Happening(NamedTuple):
    """What really happens, and what is heard of it."""

    truth: Outcome
    delay_ms: int = 0
    heard: bool = True


class Simulator:
    """Implements core.attempt.Processor for test mode."""

    def __init__(self, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self.name = "simulator"
        self.simulated = True
        self._sleep = sleep
        log.warning("no card network is attached: payments in test mode are simulated, and no money moves")

    def decide(self, attempt: Attempt, /) -> Outcome | None:
        happening = happens(attempt)
        outside = happening.delay_ms or isinstance(happening.truth, Missing)  # who is out of reach, only a call tells
        return happening.truth if happening.heard and not outside else None

    async def ask(self, attempt: Attempt, /) -> Outcome:
        happening = happens(attempt)
        await self._sleep(min(happening.delay_ms, PATIENCE_MS) / 1000)
        if happening.delay_ms > PATIENCE_MS:
            return Unknown(reason=f"the processor did not answer within {PATIENCE_MS // 1000} seconds")
        if not happening.heard:
            return Unknown(reason="the connection to the processor was lost before its answer came")
        return happening.truth

    async def lookup(self, attempt: Attempt, /) -> Outcome:
        return happens(attempt).truth


def happens(attempt: Attempt) -> Happening:
    """The whole of the simulator: the script of the call says, else the script of the card, else the card itself.

    Only a payer who has just failed to authenticate is declined whatever anybody says.
    """
    card = by_name(attempt.card)
    assert card is not None, f"{attempt.id} was made with no test card"
    if attempt.authenticated is False and _payer_is_there(attempt):
        return Happening(_no("authentication_not_handled", card, attempt))
    for script in (attempt.script, card.script):
        word = word_for(parse_script(script), attempt.kind, attempt.number) if script else None
        if word is not None:
            return _spoken(word, card, attempt)
    return Happening(_natural(card, attempt))


def _spoken(word: Word, card: TestCard, attempt: Attempt) -> Happening:
    match word.name:
        case "approved" | "lost":
            return Happening(_yes(card, attempt), heard=word.name == "approved")
        case "lost_declined":
            return Happening(_no("generic_decline", card, attempt), heard=False)
        case "missing" | "unreachable":
            return Happening(Missing(), heard=word.name == "unreachable")
        case "slow":
            return Happening(_natural(card, attempt), delay_ms=word.delay_ms)
        case "three_d_secure":
            return Happening(_challenge(ThreeDSecure.REQUIRED, card, attempt) or _natural(card, attempt))
        case "pending":
            return Happening(Pending(seconds=PENDING_SECONDS))
        case "pending_fails":
            return Happening(Pending(seconds=PENDING_SECONDS, then_fails=REFUND_FAILURE))
        case decline_code:
            return Happening(_no(decline_code, card, attempt))


def _natural(card: TestCard, attempt: Attempt) -> Outcome:
    """What the card does when no script speaks."""
    match attempt.kind:
        case Kind.AUTHORIZE:
            return _authorize(card, attempt)
        case Kind.VERIFY:
            return _verify(card, attempt)
        case Kind.REFUND:
            return _refund(card, attempt)
        case Kind.INCREMENT | Kind.CAPTURE | Kind.VOID:
            return _yes(card, attempt)


def _authorize(card: TestCard, attempt: Attempt) -> Outcome:
    if card.blocked and card.decline_code is not None:
        return _no(card.decline_code, card, attempt)
    challenge = _challenge(card.three_d_secure, card, attempt)
    if challenge is not None:
        return challenge
    return _yes(card, attempt) if card.decline_code is None else _no(card.decline_code, card, attempt)


def _verify(card: TestCard, attempt: Attempt) -> Outcome:
    """The answer to: may this card be charged later."""
    set_up = card.three_d_secure is ThreeDSecure.ON_SESSION
    challenge = _challenge(ThreeDSecure.NONE if set_up else card.three_d_secure, card, attempt)
    if challenge is not None:
        return challenge
    if card.decline_code is not None and card.declines_on_attach:
        return _no(card.decline_code, card, attempt)
    return _yes(card, attempt)


def _refund(card: TestCard, attempt: Attempt) -> Outcome:
    match card.refund:
        case RefundBehaviour.AT_ONCE:
            return _yes(card, attempt)
        case RefundBehaviour.PENDING:
            return Pending(seconds=PENDING_SECONDS)
        case RefundBehaviour.PENDING_FAILS:
            return Pending(seconds=PENDING_SECONDS, then_fails=REFUND_FAILURE)


def _challenge(mode: ThreeDSecure, card: TestCard, attempt: Attempt) -> Outcome | None:
    """What authentication does to the attempt: nothing (None), or an end to it for now."""
    if _payer_is_there(attempt):
        return _on_session(mode, card, attempt)
    if mode is ThreeDSecure.ALWAYS or (
        mode in {ThreeDSecure.REQUIRED, ThreeDSecure.LOOKUP_ERROR} and not attempt.set_up
    ):
        return _no("authentication_required", card, attempt)
    return None


def _payer_is_there(attempt: Attempt) -> bool:
    """Whoever sets a card up is there, though it be for payments without them; so is whoever has just been asked."""
    if attempt.kind is Kind.VERIFY:
        return True
    return attempt.kind is Kind.AUTHORIZE and (not attempt.off_session or attempt.authenticated is not None)


def _on_session(mode: ThreeDSecure, card: TestCard, attempt: Attempt) -> Outcome | None:
    match mode:
        case ThreeDSecure.REQUIRED | ThreeDSecure.ALWAYS | ThreeDSecure.ON_SESSION:
            return None if attempt.authenticated else ActionNeeded()
        case ThreeDSecure.LOOKUP_ERROR:
            return _no("generic_decline", card, attempt)
        case ThreeDSecure.OPTIONAL_ERROR:
            return _no("processing_error", card, attempt) if attempt.authenticated else None
        case _:
            return None


def _yes(card: TestCard, attempt: Attempt) -> Approved:
    digest = _digest(attempt)
    moves_money = attempt.kind in {Kind.AUTHORIZE, Kind.CAPTURE}
    return Approved(
        authorization_code=f"{digest % 10**6:06}",
        network_transaction_id=f"{digest // 10**6 % 10**15:015}",
        risk_level=card.risk_level,
        risk_score=card.risk_score,
        cvc_check=card.cvc_check if attempt.cvc else None,
        postal_code_check=card.postal_code_check if attempt.postal_code else None,
        line1_check=card.line1_check if attempt.line1 else None,
        dispute=card.dispute if moves_money else None,
        available_now=card.available_now and moves_money,
    )


def _no(code: str, card: TestCard, attempt: Attempt) -> Declined:
    row = DECLINES[code]
    blocked = (card.blocked and code == card.decline_code) or (
        row.cls is Class.FRAUD and row.network_decline_code is None
    )
    failed = _FAILED_CHECK.get(code)
    return Declined(
        decline_code=code,
        blocked=blocked,
        network_decline_code=None if blocked else row.network_decline_code,
        network_advice_code=_NETWORK_ADVICE.get(code),
        risk_level=card.risk_level,
        risk_score=card.risk_score,
        cvc_check=_check(attempt.cvc and not blocked, card.cvc_check, failed == "cvc"),
        postal_code_check=_check(attempt.postal_code and not blocked, card.postal_code_check, failed == "postal_code"),
        line1_check=_check(attempt.line1 and not blocked, card.line1_check, failed == "line1"),
    )


def _check(asked: bool, result: str, failed: bool) -> str | None:
    if not asked:
        return None
    return "fail" if failed else result


def _digest(attempt: Attempt) -> int:
    """A large number that is the attempt's own."""
    return int.from_bytes(hashlib.sha256(attempt.id.encode()).digest()[:16])
