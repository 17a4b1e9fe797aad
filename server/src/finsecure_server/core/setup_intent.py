"""The life of a setup intent, as pure decisions: may this card be charged later? No money moves.

What a decision means for rows is `payments/setup_ops.py`'s to apply. States and events are Stripe's.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple, assert_never

from finsecure_server.core.attempt import ActionNeeded, Approved, Declined, Missing, Outcome, Pending, Unknown
from finsecure_server.core.errors import Code, Refused

ATTEMPTS_MAX: Final = 100  # questions to the processor about one intent; whoever needs more is trying out cards


class Status(StrEnum):
    """Stripe's six."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


class Wish(StrEnum):
    """What a caller may want of a setup intent."""

    UPDATE = "update"
    CONFIRM = "confirm"
    AUTHENTICATE = "authenticate"
    CANCEL = "cancel"


TERMINAL: Final = frozenset({Status.SUCCEEDED, Status.CANCELED})
_OPEN: Final = frozenset({Status.REQUIRES_PAYMENT_METHOD, Status.REQUIRES_CONFIRMATION, Status.REQUIRES_ACTION})

#: In which states each wish is granted. Everything else is refused with setup_intent_unexpected_state.
GRANTED: Final[dict[Wish, frozenset[Status]]] = {
    Wish.UPDATE: _OPEN,
    Wish.CONFIRM: _OPEN,
    Wish.AUTHENTICATE: frozenset({Status.REQUIRES_ACTION}),
    Wish.CANCEL: _OPEN,
}
_DONE: Final = {
    Wish.UPDATE: "updated",
    Wish.CONFIRM: "confirmed",
    Wish.AUTHENTICATE: "authenticated",
    Wish.CANCEL: "canceled",
}
assert set(GRANTED) == set(_DONE) == set(Wish)


def check(status: Status, wish: Wish) -> None:
    """Refuse a wish that this state does not grant."""
    if status in GRANTED[wish]:
        return
    granted = ", ".join(sorted(GRANTED[wish]))
    why = " Its outcome is not known yet; it is being looked up." if status is Status.PROCESSING else ""
    raise Refused(
        Code.SETUP_INTENT_UNEXPECTED_STATE,
        f"You cannot {wish.value} this SetupIntent because it has a status of {status.value}.{why} "
        f"Only a SetupIntent with one of the following statuses may be {_DONE[wish]}: {granted}.",
    )


def check_attempts(attempts: int) -> None:
    """Refuse to ask about cards without end."""
    if attempts >= ATTEMPTS_MAX:
        raise Refused(
            Code.SETUP_INTENT_UNEXPECTED_STATE,
            f"This SetupIntent was confirmed {ATTEMPTS_MAX} times, which is as often as it can be. Create a new one.",
        )


def open_status(*, has_method: bool) -> Status:
    """Of an intent that is not confirmed."""
    return Status.REQUIRES_CONFIRMATION if has_method else Status.REQUIRES_PAYMENT_METHOD


class Move(NamedTuple):
    """Where an answer takes the intent, and what is said about it."""

    status: Status
    event: str | None  # setup_intent.*
    attempt: str  # the status of the setup attempt


#: The payer came back from their bank and had failed to authenticate. Nobody was asked about the card.
UNAUTHENTICATED: Final = Move(Status.REQUIRES_PAYMENT_METHOD, "setup_intent.setup_failed", "failed")


def settle(outcome: Outcome) -> Move:
    """The processor has answered whether the card may be charged later."""
    match outcome:
        case Unknown() | Pending():
            return Move(Status.PROCESSING, None, "processing")
        case Approved():
            return Move(Status.SUCCEEDED, "setup_intent.succeeded", "succeeded")
        case ActionNeeded():
            return Move(Status.REQUIRES_ACTION, "setup_intent.requires_action", "requires_action")
        case Declined() | Missing():
            return Move(Status.REQUIRES_PAYMENT_METHOD, "setup_intent.setup_failed", "failed")
        case _:
            assert_never(outcome)
