"""The life of a refund, as pure decisions. What a decision means for rows is `refunds/settle.py`'s to apply.

A pending refund waits for the merchant's funds (`insufficient_funds`: nothing has moved, and it can be canceled) or for
the network (`processing`: the money has left the merchant's balance). It ends as succeeded, failed or canceled.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple, assert_never

from finsecure_server.core import money
from finsecure_server.core.attempt import (
    ActionNeeded,
    Approved,
    Declined,
    Missing,
    Outcome,
    Pending,
    Unknown,
)
from finsecure_server.core.errors import Code, Refused

WAIT_SECONDS_MAX: Final = 30 * 86_400  # for funds; then the refund has failed
RETRY_SECONDS: Final = 6 * 3600  # how often a refund that waits for funds looks again if nothing wakes it
LOOKUP_SECONDS: Final = (15, 60, 300, 3600, 6 * 3600)  # between look-ups of an unknown outcome; the last repeats


class Status(StrEnum):
    """Stripe's, without requires_action: no card refund needs the payer."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class Wait(StrEnum):
    """What a pending refund waits for."""

    PROCESSING = "processing"
    INSUFFICIENT_FUNDS = "insufficient_funds"


class Failure(StrEnum):
    """Why a refund came to nothing."""

    LOST_OR_STOLEN_CARD = "lost_or_stolen_card"
    EXPIRED_OR_CANCELED_CARD = "expired_or_canceled_card"
    DISPUTED = "charge_for_pending_refund_disputed"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    DECLINED = "declined"
    MERCHANT_REQUEST = "merchant_request"
    UNKNOWN = "unknown"


_BY_DECLINE: Final = {
    "lost_card": Failure.LOST_OR_STOLEN_CARD,
    "stolen_card": Failure.LOST_OR_STOLEN_CARD,
    "pickup_card": Failure.LOST_OR_STOLEN_CARD,
    "expired_card": Failure.EXPIRED_OR_CANCELED_CARD,
    "invalid_account": Failure.EXPIRED_OR_CANCELED_CARD,
    "new_account_information_available": Failure.EXPIRED_OR_CANCELED_CARD,
}


class Charged(NamedTuple):
    """What decides how much of a charge can be refunded. Amounts are in minor units of `currency`."""

    id: str
    intent: str
    status: str  # the charge's own
    currency: str
    captured: int
    refunded: int  # by refunds that did not fail, pending ones too
    contested: int  # taken back by disputes that are not decided
    lost: int  # by disputes that were lost


def amount_to_refund(asked: int | None, charged: Charged, param: str = "charge") -> int:
    """How much to refund: what was asked for, else all that is left. `param` is what named the charge."""
    if asked is not None and asked <= 0:
        raise Refused(Code.AMOUNT_TOO_SMALL, "The amount to refund must be greater than zero.", param="amount")
    _check_charge(charged, param)
    rest = charged.captured - charged.refunded - charged.lost
    if rest <= 0 and charged.lost:
        raise Refused(
            Code.REFUND_DISPUTED_PAYMENT,
            f"The dispute of the charge {charged.id} was lost: the bank has given the payer their money back.",
            param=param,
        )
    if rest <= 0:
        raise Refused(Code.CHARGE_ALREADY_REFUNDED, f"The charge {charged.id} has already been refunded.", param=param)
    if asked is None:
        return rest
    if asked > rest:
        raise Refused(
            Code.REFUND_EXCEEDS_CHARGE,
            f"The amount to refund ({money.display(asked, charged.currency)}) is more than what is left of the charge "
            f"{charged.id}: {money.display(rest, charged.currency)} ({rest}).",
            param="amount",
        )
    step = money.lookup(charged.currency).charge_step
    if asked % step:
        raise Refused(
            Code.INVALID_CHARGE_AMOUNT,
            f"The amount to refund must be a multiple of {step} in {charged.currency.upper()}, not {asked}.",
            param="amount",
        )
    return asked


def _check_charge(charged: Charged, param: str) -> None:
    if charged.status == "pending":
        raise Refused(
            Code.CHARGE_NOT_REFUNDABLE,
            f"The charge {charged.id} is pending: its outcome is not known yet. It is being looked up; refund it then.",
            param=param,
        )
    if charged.status == "failed":
        raise Refused(Code.CHARGE_NOT_REFUNDABLE, f"The charge {charged.id} failed: no money has moved.", param=param)
    if not charged.captured:
        raise Refused(
            Code.CHARGE_NOT_REFUNDABLE,
            f"The charge {charged.id} was never captured, so no money has moved. To release what the bank holds, "
            f"cancel the PaymentIntent {charged.intent} instead.",
            param=param,
        )
    if charged.contested:
        raise Refused(
            Code.CHARGE_DISPUTED,
            f"The charge {charged.id} is disputed and cannot be refunded: the bank has taken the money back already.",
            param=param,
        )


class Move(NamedTuple):
    """Where an answer takes a refund."""

    status: Status
    waits_for: Wait | None = None
    failure: Failure | None = None


def settle(outcome: Outcome) -> Move:
    """The processor has answered. What makes no sense of a refund (ActionNeeded) is as good as no answer."""
    match outcome:
        case Approved():
            return Move(Status.SUCCEEDED)
        case Pending() | Unknown() | ActionNeeded():
            return Move(Status.PENDING, waits_for=Wait.PROCESSING)
        case Declined():
            return Move(Status.FAILED, failure=_BY_DECLINE.get(outcome.decline_code, Failure.DECLINED))
        case Missing():
            return Move(Status.FAILED, failure=Failure.UNKNOWN)
        case _:
            assert_never(outcome)


def end(pending: Pending) -> Move:
    """The time is up that the simulator named for a pending refund."""
    if pending.then_fails is None:
        return Move(Status.SUCCEEDED)
    known = pending.then_fails in set(Failure)
    return Move(Status.FAILED, failure=Failure(pending.then_fails) if known else Failure.UNKNOWN)


def check_cancel(status: Status, waits_for: Wait | None) -> None:
    """Only a refund for which nothing has moved can be canceled."""
    if waits_for is Wait.INSUFFICIENT_FUNDS:
        return
    if status is Status.PENDING:
        why = "The refund is with the payer's bank already and cannot be called back."
    else:
        why = f"The refund cannot be canceled because it has a status of {status.value}."
    raise Refused(Code.REFUND_UNEXPECTED_STATE, f"{why} Only a pending refund that waits for funds can be canceled.")


def debt_allowed(fee: int, *, captured: int, refunded: int, owed: int) -> int:
    """How much more a merchant may owe for refunds of a charge: the fee that the platform kept of it, in proportion.

    `refunded` counts all refunds, the one in question too; `owed` is what earlier ones have left owing. So however a
    charge is refunded, what its own funds lack for it is never more than what may be owed.
    """
    assert 0 < refunded <= captured, (refunded, captured)
    return max(0, fee * refunded // captured - owed)


def next_try(now: int, *, created: int) -> int | None:
    """When a refund that waits for funds looks again by itself, in seconds; None when it has waited long enough."""
    last = created + WAIT_SECONDS_MAX
    return None if now >= last else min(now + RETRY_SECONDS, last)


def lookup_delay(lookups: int) -> int:
    """Seconds until an unknown outcome is looked up again, after so many look-ups."""
    return LOOKUP_SECONDS[min(lookups, len(LOOKUP_SECONDS) - 1)]
