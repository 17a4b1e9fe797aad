"""`metadata[simulate]`: words by which a test says what the bank shall answer, attempt by attempt.

    insufficient_funds,insufficient_funds,approved      two declines, then an approval
    approved,capture:lost                               the capture happens, and nobody hears of it
    slow:1500                                           an answer after a second and a half

Words stand for the attempts at one intent in their order, and the last one repeats. Without a kind before it a word
answers the question whether the card may be charged (authorize, verify); `capture:`, `void:`, `increment:` and
`refund:` answer the others. Test cards are written in the same words.
"""

from __future__ import annotations

import difflib
import functools
from typing import Final

from msgspec import Struct

from finsecure_server.core.attempt import Kind
from finsecure_server.core.declines import DECLINES
from finsecure_server.core.errors import Code, Refused

PARAM: Final = "metadata[simulate]"
WORDS_MAX: Final = 50
DELAY_MAX_MS: Final = 60_000

#: Every word but the decline codes, and what it does.
WORDS: Final[dict[str, str]] = {
    "approved": "Approve.",
    "lost": "Approve, and lose the answer: the outcome is unknown until it is looked up.",
    "lost_declined": "Decline with `generic_decline`, and lose the answer.",
    "missing": "Lose the question: a look-up finds nothing, and nothing has happened.",
    "unreachable": "Reach nobody: the question was never asked, and that is known at once.",
    "slow": "`slow:1500` answers as the card does, after so many milliseconds; 60000 at most.",
    "three_d_secure": "Ask the payer to authenticate, then answer as the card does.",
    "pending": "Refunds only: pending first, then succeeded.",
    "pending_fails": "Refunds only: pending first, then failed.",
}
_OF_REFUNDS: Final = frozenset({"pending", "pending_fails"})
_OF_CHARGES: Final = frozenset({"three_d_secure"})
_CHARGES: Final = frozenset({Kind.AUTHORIZE, Kind.VERIFY})
_KINDS: Final = {kind.value: frozenset({kind}) for kind in Kind}


class Word(Struct, frozen=True):
    """One step. `name` is a key of WORDS or of DECLINES."""

    name: str
    kinds: frozenset[Kind]  # the questions it answers
    delay_ms: int = 0


@functools.lru_cache(1024)
def parse_script(text: str) -> tuple[Word, ...]:
    """The words of a script. Raises Refused, with the nearest known word, at one that means nothing."""
    words = tuple(_word(part.strip()) for part in text.split(",", WORDS_MAX + 1))
    if len(words) > WORDS_MAX:
        raise _refused(f"A simulation has at most {WORDS_MAX} steps.")
    return words


def word_for(script: tuple[Word, ...], kind: Kind, number: int) -> Word | None:
    """What a script says to the attempt of this number, counted from 1; None if it does not speak of such questions."""
    of_kind = [word for word in script if kind in word.kinds]
    return of_kind[min(number, len(of_kind)) - 1] if of_kind else None


def _word(text: str) -> Word:
    first, _, rest = text.partition(":")
    kinds = _KINDS.get(first, _CHARGES)
    spoken = rest if first in _KINDS else text
    name, colon, argument = spoken.partition(":")
    if not name or name not in WORDS.keys() | DECLINES.keys() or bool(colon) != (name == "slow"):
        raise _refused(_unknown(spoken))
    if name in _OF_REFUNDS and kinds != {Kind.REFUND}:
        raise _refused(f"The word {name} answers a refund: write refund:{name}.")
    if name in _OF_CHARGES and not kinds <= _CHARGES:
        raise _refused(f"The word {name} does not answer a question of the kind {first}.")
    return Word(name, kinds, _delay(argument) if colon else 0)


def _delay(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= DELAY_MAX_MS):
        raise _refused(f"slow: takes whole milliseconds from 0 to {DELAY_MAX_MS}.")
    return int(text)


def _unknown(spoken: str) -> str:
    if spoken == "slow":
        return "The word slow takes milliseconds: slow:1500."
    near = difflib.get_close_matches(spoken[:60], [*WORDS, *DECLINES], n=1)
    hint = f" Did you mean {near[0]}?" if near else f" Use a decline code or one of {', '.join(WORDS)}."
    return f"The simulator does not know the word {spoken[:60]!r}.{hint}"


def _refused(message: str) -> Refused:
    return Refused(Code.SIMULATION_INVALID, message, param=PARAM)
