"""A question to whoever decides about money, and the answers it can give.

The same words serve every kind of question: authorize, increment, capture, void, refund, verify. An answer that never
came is an answer too: `Unknown`. It moves no money and is settled later by looking the attempt up, never by asking
again.
"""

from __future__ import annotations

from collections.abc import Awaitable
from enum import StrEnum
from typing import Final, Protocol

from msgspec import Struct

#: While a processor is being asked nobody looks the attempt up: the asker waits up to ten seconds, and settles it then.
LOOKUP_WHILE_ASKED_US: Final = 15_000_000
LOOKUP_FIRST_US: Final = 1_000_000
LOOKUP_LAST_US: Final = 3_600_000_000


class Kind(StrEnum):
    """What is asked."""

    AUTHORIZE = "authorize"
    INCREMENT = "increment"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"
    VERIFY = "verify"  # a setup intent: may this card be charged later? No money is held


class Attempt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question. `id` is unique for ever and is the idempotency key at the processor."""

    id: str
    kind: Kind
    amount: int  # minor units
    currency: str
    card: str  # the simulator's name of a test card; empty for a live one
    vault_id: str | None = None  # where the number of a stored card lies
    number: int = 1  # the how-manieth attempt at the same intent, counted from 1
    off_session: bool = False
    set_up: bool = False  # when the card was saved its owner, being there, agreed to payments without them
    authenticated: bool | None = None  # 3-D Secure for this very payment: passed, failed, or not tried
    cvc: bool = False  # was one sent along (never the code itself)
    postal_code: bool = False
    line1: bool = False
    script: str | None = None  # metadata[simulate], test mode only


class Approved(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Yes."""

    authorization_code: str = ""
    network_transaction_id: str = ""
    risk_level: str = "normal"
    risk_score: int = 20
    cvc_check: str | None = None  # pass | fail | unavailable | unchecked
    postal_code_check: str | None = None
    line1_check: str | None = None
    dispute: str | None = None  # the simulator: this payer will dispute it, for this reason
    available_now: bool = False  # the simulator: straight to the available balance


class Declined(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """No, and why."""

    decline_code: str  # one of core.declines
    blocked: bool = False  # our own risk rules said no; the network was not asked
    network_decline_code: str | None = None
    network_advice_code: str | None = None
    risk_level: str = "normal"
    risk_score: int = 20
    cvc_check: str | None = None
    postal_code_check: str | None = None
    line1_check: str | None = None


class ActionNeeded(Struct, frozen=True, kw_only=True, tag=True):
    """The payer must authenticate (3-D Secure) before the bank will answer."""


class Pending(Struct, frozen=True, kw_only=True, tag=True):
    """Accepted; the answer comes within `seconds`."""

    seconds: int
    then_fails: str | None = None  # the simulator: a failure reason, or None for success


class Unknown(Struct, frozen=True, kw_only=True, tag=True):
    """No answer came. Whether money moved is not known."""

    reason: str


class Missing(Struct, frozen=True, kw_only=True, tag=True):
    """The processor never heard of this attempt: it was out of reach, or a look-up found nothing. No money moved."""


def lookup_in_us(age_us: int, *, again: bool) -> int:
    """How long to wait before an attempt of unknown outcome is looked up: a second, then half its age up to an hour."""
    return min(max(age_us // 2, LOOKUP_FIRST_US), LOOKUP_LAST_US) if again else LOOKUP_FIRST_US


Outcome = Approved | Declined | ActionNeeded | Pending | Unknown | Missing


class Processor(Protocol):
    """Whoever decides. `decide` answers at once where that needs no network; else `ask` does, in no transaction."""

    name: str
    simulated: bool

    def decide(self, attempt: Attempt, /) -> Outcome | None:
        """The answer, if it can be had without asking anybody; None means: call `ask`."""
        ...

    def ask(self, attempt: Attempt, /) -> Awaitable[Outcome]:
        """Ask. Never raises for the outside's sake: a timeout is `Unknown`."""
        ...

    def lookup(self, attempt: Attempt, /) -> Awaitable[Outcome]:
        """What became of an attempt that was asked before; `Missing` if it never arrived."""
        ...
