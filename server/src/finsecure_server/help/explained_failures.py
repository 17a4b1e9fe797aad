"""Why a delivery to a webhook endpoint fails: a page a class, made from core/delivery_failures.py.

No reply of the API carries these codes. They stand in the attempts of a delivery, with a link that leads here.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from finsecure_server.core.delivery import Failure
from finsecure_server.core.delivery_failures import FAILURES, Explanation, variants
from finsecure_server.core.errors import Side
from finsecure_server.core.retry import LIVE_SCHEDULE_S, TEST_SCHEDULE_S
from finsecure_server.help import reproduce
from finsecure_server.help.reproduce import Reproduction

TITLE: Final = "Deliveries to webhook endpoints"
MEANS: Final = "An event did not arrive. The attempt carries the code; it is tried again by itself."
CODES: Final = tuple(failure.value for failure in Failure)

SIDES: Final[dict[Side, str]] = {
    Side.DEVELOPER: "The endpoint's: whoever wrote the application behind it can put it right.",
    Side.MERCHANT: "The endpoint's: whoever runs its host, its domain and this server can put it right.",
}

AGAIN: Final = (
    f"The delivery is tried again by itself, {len(LIVE_SCHEDULE_S)} times in all in live mode and "
    f"{len(TEST_SCHEDULE_S)} times in test mode. After the last time it is exhausted, kept, and can be resent."
)


class Variant(Struct, frozen=True, kw_only=True):
    """What the class means under a condition."""

    when: str
    meaning: str
    cause: str
    side: str
    side_in_words: str
    next_steps: tuple[str, ...]


class ExplainedFailure(Struct, frozen=True, kw_only=True):
    """Everything that there is to say of a class of failure. The page shows it, and its JSON twin is it."""

    code: str
    kind: str = "delivery_failure"
    meaning: str
    cause: str
    side: str
    side_in_words: str
    again_in_words: str
    next_steps: tuple[str, ...]
    variants: tuple[Variant, ...]
    command: str
    reproduce: Reproduction
    guide: str  # the path of the guide that goes deeper
    related: tuple[str, ...]
    object: str = "error_explanation"


def explain(code: str, public_url: str) -> ExplainedFailure | None:
    """The explanation of a class of failure; None for a code that is none."""
    if code not in CODES:
        return None
    failure = Failure(code)
    general = FAILURES[failure]
    return ExplainedFailure(
        code=code,
        meaning=general.meaning,
        cause=general.cause,
        side=general.side.value,
        side_in_words=SIDES[general.side],
        again_in_words=AGAIN,
        next_steps=general.fix,
        variants=tuple(_variant(when, found) for when, found in variants(failure)),
        command=f'curl -G {public_url}/v1/webhook_attempts -u "$FINSECURE_SECRET_KEY:" -d error={code}',
        reproduce=reproduce.table()[code].at(public_url),
        guide="/help/" + general.guide,
        related=tuple(other for other in CODES if other != code),
    )


def _variant(when: str, found: Explanation) -> Variant:
    return Variant(
        when=when,
        meaning=found.meaning,
        cause=found.cause,
        side=found.side.value,
        side_in_words=SIDES[found.side],
        next_steps=found.fix,
    )
