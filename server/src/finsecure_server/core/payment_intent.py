"""The life of a payment intent, as pure decisions. What a decision means for rows is `payments/ops.py`'s to apply."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple, assert_never

from finsecure_server.core.attempt import (
    ActionNeeded,
    Approved,
    Declined,
    Kind,
    Missing,
    Outcome,
    Pending,
    Unknown,
)
from finsecure_server.core.errors import Code, Refused

INCREMENTS_MAX: Final = 10
ATTEMPTS_MAX: Final = 100  # confirmations of one intent; past it the intent is given up
HOLD_SECONDS: Final = (
    7 * 86_400
)  # an authorization holds as long as the shortest window of the networks (one-off payments)


class Status(StrEnum):
    """Stripe's seven."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    REQUIRES_CAPTURE = "requires_capture"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


class Wish(StrEnum):
    """What a caller may want of an intent."""

    UPDATE = "update"
    CONFIRM = "confirm"
    AUTHENTICATE = "authenticate"
    CAPTURE = "capture"
    INCREMENT = "increment_authorization"
    CANCEL = "cancel"


TERMINAL: Final = frozenset({Status.SUCCEEDED, Status.CANCELED})
_OPEN: Final = frozenset({Status.REQUIRES_PAYMENT_METHOD, Status.REQUIRES_CONFIRMATION, Status.REQUIRES_ACTION})

#: In which states each wish is granted. Everything else is refused with payment_intent_unexpected_state.
GRANTED: Final[dict[Wish, frozenset[Status]]] = {
    Wish.UPDATE: _OPEN,
    Wish.CONFIRM: _OPEN,
    Wish.AUTHENTICATE: frozenset({Status.REQUIRES_ACTION}),
    Wish.CAPTURE: frozenset({Status.REQUIRES_CAPTURE}),
    Wish.INCREMENT: frozenset({Status.REQUIRES_CAPTURE}),
    Wish.CANCEL: _OPEN | {Status.REQUIRES_CAPTURE},
}
assert set(GRANTED) == set(Wish)


def check(status: Status, wish: Wish) -> None:
    """Refuse a wish that this state does not grant."""
    if status in GRANTED[wish]:
        return
    granted = ", ".join(sorted(GRANTED[wish]))
    why = " Its outcome is not known yet; it is being looked up." if status is Status.PROCESSING else ""
    raise Refused(
        Code.PAYMENT_INTENT_UNEXPECTED_STATE,
        f"You cannot {wish.value} this PaymentIntent because it has a status of {status.value}.{why} "
        f"Only a PaymentIntent with one of the following statuses may be {_DONE[wish]}: {granted}.",
    )


_DONE: Final = {
    Wish.UPDATE: "updated",
    Wish.CONFIRM: "confirmed",
    Wish.AUTHENTICATE: "authenticated",
    Wish.CAPTURE: "captured",
    Wish.INCREMENT: "incremented",
    Wish.CANCEL: "canceled",
}


def check_method(*, has_method: bool, failed_before: bool) -> None:
    """A confirmation needs a payment method: one that has failed was taken off the intent, and another one is asked."""
    if has_method:
        return
    if failed_before:
        raise Refused(
            Code.PAYMENT_INTENT_PAYMENT_ATTEMPT_FAILED,
            "You cannot confirm this PaymentIntent because its last payment attempt failed, and what it was paid with "
            "was taken off it. Send payment_method with this call, or attach one by an update.",
            param="payment_method",
        )
    raise Refused(
        Code.PAYMENT_INTENT_UNEXPECTED_STATE,
        "You cannot confirm this PaymentIntent because it's missing a payment method. Send payment_method with this"
        " call, or attach one by an update.",
        param="payment_method",
    )


def open_status(*, has_method: bool) -> Status:
    """Of an intent that is not confirmed."""
    return Status.REQUIRES_CONFIRMATION if has_method else Status.REQUIRES_PAYMENT_METHOD


class Move(NamedTuple):
    """Where an answer takes the intent, and what is said about it."""

    status: Status
    event: str | None  # payment_intent.*
    charge: str | None  # the charge's status; None keeps no charge at all
    charge_event: str | None  # charge.*


#: The payer came back from their bank and had failed to authenticate. Nobody was asked for money: there is no charge.
UNAUTHENTICATED: Final = Move(Status.REQUIRES_PAYMENT_METHOD, "payment_intent.payment_failed", None, None)


def settle(kind: Kind, outcome: Outcome, *, capture_later: bool, before: Status, last: bool = True) -> Move:
    """The processor has answered a question of `kind`; `before` is the state to fall back to.

    `last` says of a capture that nothing more will be captured, which ends the intent.
    """
    assert before is not Status.PROCESSING, before
    match outcome:
        case Unknown() | Pending():
            return Move(Status.PROCESSING, "payment_intent.processing", "pending", None)
        case Approved():
            return _approved(kind, capture_later=capture_later, before=before, last=last)
        case ActionNeeded():
            assert kind is Kind.AUTHORIZE, kind
            return Move(Status.REQUIRES_ACTION, "payment_intent.requires_action", None, None)
        case Declined() | Missing():
            return _refused(kind, before)
        case _:
            assert_never(outcome)


def _approved(kind: Kind, *, capture_later: bool, before: Status, last: bool) -> Move:
    if kind is Kind.AUTHORIZE and capture_later:
        return Move(
            Status.REQUIRES_CAPTURE, "payment_intent.amount_capturable_updated", "succeeded", "charge.succeeded"
        )
    if kind is Kind.AUTHORIZE:
        return Move(Status.SUCCEEDED, "payment_intent.succeeded", "succeeded", "charge.succeeded")
    if kind is Kind.CAPTURE and last:
        return Move(Status.SUCCEEDED, "payment_intent.succeeded", "succeeded", "charge.captured")
    if kind is Kind.CAPTURE:
        return Move(before, "payment_intent.amount_capturable_updated", "succeeded", "charge.captured")
    if kind is Kind.INCREMENT:
        return Move(before, "payment_intent.amount_capturable_updated", "succeeded", "charge.updated")
    assert kind is Kind.VOID, kind
    return Move(Status.CANCELED, "payment_intent.canceled", "succeeded", "charge.updated")


def _refused(kind: Kind, before: Status) -> Move:
    """A refused authorization needs another method; a refused capture, increment or void leaves things as they were."""
    if kind is Kind.AUTHORIZE:
        return Move(Status.REQUIRES_PAYMENT_METHOD, "payment_intent.payment_failed", "failed", "charge.failed")
    return Move(before, None, "succeeded", None)


def has_expired(status: Status, *, canceled_by_time: bool, capture_before: int | None, now: int) -> bool:
    """Whether nobody captured in time. The sweep cancels the intent then; until it comes the time alone says so.

    Both times are in microseconds.
    """
    if status is Status.REQUIRES_CAPTURE:
        return capture_before is not None and now >= capture_before
    return status is Status.CANCELED and canceled_by_time


def check_capture(asked: int, *, capturable: int) -> None:
    """A capture takes something, and no more than is held."""
    if asked <= 0:
        message = "The amount to capture must be greater than zero."
        raise Refused(Code.AMOUNT_TOO_SMALL, message, param="amount_to_capture")
    if asked > capturable:
        raise Refused(
            Code.CAPTURE_EXCEEDS_AUTHORIZED,
            f"The amount to capture ({asked}) is more than what is capturable ({capturable}).",
            param="amount_to_capture",
        )


def check_increment(new_total: int, *, current: int, increments: int) -> None:
    """An increment raises the total, and not without end."""
    if increments >= INCREMENTS_MAX:
        raise Refused(Code.INCREMENT_LIMIT_EXCEEDED)
    if new_total <= current:
        raise Refused(
            Code.INCREMENT_NOT_ALLOWED,
            f"The new total ({new_total}) must be greater than what is authorized ({current}).",
            param="amount",
        )
