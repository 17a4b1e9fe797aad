"""The life of a dispute, as pure decisions. What a decision means for rows is `disputes/ops.py`'s to apply.

A chargeback takes the money at once and gives it back if it is won. An inquiry only asks: it moves no money unless it
escalates into a chargeback. Of Stripe's statuses all but `prevented` occur.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from finsecure_server.core.errors import Code, Refused

DAY_SECONDS: Final = 86_400
EVIDENCE_DAYS: Final = 9  # for a merchant to answer; card networks give 20 to 30, acquirers pass on 7 to 21

#: Evidence that tells the simulated bank how to decide (Stripe's words), in evidence[uncategorized_text].
WINNING: Final = "winning_evidence"
LOSING: Final = "losing_evidence"
ESCALATING: Final = "escalate_inquiry_evidence"

EARLY_WARNING: Final = "early_fraud_warning"


class Status(StrEnum):
    """Where a dispute stands. The `warning_` ones are those of an inquiry."""

    WARNING_NEEDS_RESPONSE = "warning_needs_response"
    WARNING_UNDER_REVIEW = "warning_under_review"
    WARNING_CLOSED = "warning_closed"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"


class Reason(StrEnum):
    """Why a payer disputes a card payment."""

    CREDIT_NOT_PROCESSED = "credit_not_processed"
    DUPLICATE = "duplicate"
    FRAUDULENT = "fraudulent"
    GENERAL = "general"
    PRODUCT_NOT_RECEIVED = "product_not_received"
    PRODUCT_UNACCEPTABLE = "product_unacceptable"
    SUBSCRIPTION_CANCELED = "subscription_canceled"
    UNRECOGNIZED = "unrecognized"


class Opening(NamedTuple):
    """A dispute to be opened."""

    reason: Reason
    inquiry: bool = False


class Wish(StrEnum):
    """What may happen to a dispute."""

    RESPOND = "respond"  # the merchant submits evidence
    ACCEPT = "close"  # the merchant gives in
    EXPIRE = "expire"  # the merchant lets the time pass
    DECIDE = "decide"  # the bank has read the evidence


class Funds(StrEnum):
    """What becomes of the disputed amount."""

    STAY = "stay"
    WITHDRAWN = "withdrawn"
    REINSTATED = "reinstated"


class Move(NamedTuple):
    """Where a happening takes a dispute."""

    status: Status
    funds: Funds = Funds.STAY


OPEN: Final = frozenset({Status.NEEDS_RESPONSE, Status.UNDER_REVIEW})  # the bank has the money, and has not decided
INQUIRY: Final = frozenset({Status.WARNING_NEEDS_RESPONSE, Status.WARNING_UNDER_REVIEW})
CLOSED: Final = frozenset({Status.WARNING_CLOSED, Status.WON, Status.LOST})
AWAITING: Final = frozenset({Status.WARNING_NEEDS_RESPONSE, Status.NEEDS_RESPONSE})  # the merchant's answer
assert set(Status) == OPEN | INQUIRY | CLOSED

#: In which states each wish is granted. Everything else is refused with dispute_unexpected_state.
GRANTED: Final[dict[Wish, frozenset[Status]]] = {
    Wish.RESPOND: AWAITING,
    Wish.ACCEPT: AWAITING,
    Wish.EXPIRE: AWAITING,
    Wish.DECIDE: frozenset({Status.WARNING_UNDER_REVIEW, Status.UNDER_REVIEW}),
}
assert set(GRANTED) == set(Wish)


def openings(kind: str) -> tuple[Opening, ...]:
    """What the simulated payer's word for it (core/test_cards.py) opens. An early warning opens nothing."""
    match kind:
        case "early_fraud_warning":
            return ()
        case "inquiry":
            return (Opening(Reason.FRAUDULENT, inquiry=True),)
        case "multiple":
            return (Opening(Reason.FRAUDULENT), Opening(Reason.PRODUCT_NOT_RECEIVED))
        case reason:
            return (Opening(Reason(reason)),)


def opened(*, inquiry: bool) -> Move:
    """A dispute begins."""
    if inquiry:
        return Move(Status.WARNING_NEEDS_RESPONSE)
    return Move(Status.NEEDS_RESPONSE, Funds.WITHDRAWN)


def due_by(opened_at: int) -> int:
    """Until when evidence counts: the last second (UTC) of the last day, in seconds."""
    return (opened_at // DAY_SECONDS + EVIDENCE_DAYS + 1) * DAY_SECONDS - 1


def check(status: Status, wish: Wish) -> None:
    """Refuse a wish that this state does not grant."""
    if status in GRANTED[wish]:
        return
    why = "the bank has the evidence" if status not in CLOSED else "it is closed"
    raise Refused(
        Code.DISPUTE_UNEXPECTED_STATE,
        f"You cannot {wish.value} to this dispute because {why}: it has a status of {status.value}."
        if wish is Wish.RESPOND
        else f"You cannot {wish.value} this dispute because {why}: it has a status of {status.value}.",
    )


def respond(status: Status) -> Move:
    """The merchant submits evidence."""
    check(status, Wish.RESPOND)
    return Move(Status.UNDER_REVIEW if status is Status.NEEDS_RESPONSE else Status.WARNING_UNDER_REVIEW)


def give_in(status: Status, wish: Wish) -> Move:
    """The merchant accepts the dispute, or lets the time pass. An inquiry then just ends."""
    check(status, wish)
    return Move(Status.LOST if status is Status.NEEDS_RESPONSE else Status.WARNING_CLOSED)


def decide(status: Status, evidence: str | None, *, left: int) -> Move:
    """The simulated bank has read the evidence: WINNING wins, everything else loses.

    An inquiry ends without a word, unless ESCALATING turns it into a chargeback of what is left of the charge.
    """
    check(status, Wish.DECIDE)
    if status is Status.WARNING_UNDER_REVIEW:
        if evidence == ESCALATING and left > 0:
            return opened(inquiry=False)
        return Move(Status.WARNING_CLOSED)
    if evidence == WINNING:
        return Move(Status.WON, Funds.REINSTATED)
    return Move(Status.LOST)


def charge_refundable(status: Status) -> bool:
    """Whether this dispute lets its charge be refunded: unless it has the charge's money, or has lost it."""
    return status not in OPEN and status is not Status.LOST
