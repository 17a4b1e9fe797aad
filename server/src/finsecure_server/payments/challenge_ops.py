"""What is behind the link to a payer's authentication, and what an answer to it comes to.

Whoever opens the link has no key: the token says whose account it is. A second answer changes nothing and is told the
same as the first, so a double click does no harm.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Final, NamedTuple

import msgspec

from finsecure_server.accounts import store as accounts
from finsecure_server.core import web_address
from finsecure_server.core.env import Env
from finsecure_server.payment_methods import store as payment_methods
from finsecure_server.payment_methods.types import Card
from finsecure_server.payments import challenge_store, challenges, ops, setup_ops, setup_store, store
from finsecure_server.payments.challenge_store import Challenge
from finsecure_server.payments.setup_types import SetupIntent
from finsecure_server.payments.types import PaymentIntent
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.storage.drive import Ask

#: How a browser that comes back is told what became of it; in every other state it failed.
_REDIRECT_STATUS: Final = {
    "succeeded": "succeeded",
    "requires_capture": "succeeded",
    "requires_confirmation": "succeeded",  # authenticated; the server confirms
    "processing": "pending",
}


class State(Enum):
    """What can be done with a link."""

    OPEN = "open"
    ANSWERED = "answered"
    ENDED = "ended"  # its hour is over
    OVERTAKEN = "overtaken"  # the intent no longer waits for it: canceled, changed, or confirmed anew


class Seen(NamedTuple):
    """What is behind a link now."""

    state: State
    challenge: Challenge
    merchant: str | None
    intent: PaymentIntent | SetupIntent
    card: Card | None  # which one is asked about

    @property
    def outcome(self) -> str:
        """What became of the intent: `redirect_status`."""
        return _REDIRECT_STATUS.get(self.intent.status, "failed")

    @property
    def goes_on_to(self) -> str | None:
        """Where the payer goes on, with what Stripe adds to the address; None if the merchant named no place.

        The address tells the client secret, so a link whose hour is over leads there no more.
        """
        if self.challenge.return_url is None or self.state is State.ENDED:
            return None
        name = self.intent.object
        facts = {
            name: self.intent.id,
            f"{name}_client_secret": self.intent.client_secret,
            "redirect_status": self.outcome,
        }
        return web_address.with_query(self.challenge.return_url, facts)


def look(reader: Reader, env: Env, token: str) -> Seen | None:
    """What is behind a link; None if nothing is, and nothing ever was."""
    challenge = challenge_store.find(reader, challenges.digest(token))
    return None if challenge is None else _look(reader, env, token, challenge)


def answer(tx: Tx, env: Env, token: str, *, passed: bool) -> Seen | Ask[Any, Seen] | None:
    """The payer has answered. What was open goes on: the processor may be asked. Returns what the link shows then."""
    challenge = challenge_store.find(tx, challenges.digest(token))
    if challenge is None:
        return None
    theirs = _theirs(tx, env, challenge)
    setting_up = _is_setup(challenge)
    if setting_up:
        setup_store.lock(tx, theirs, challenge.object_id)
    else:
        store.lock_intent(tx, theirs, challenge.object_id)
    seen = _look(tx, env, token, challenge)
    if seen.state is not State.OPEN or not challenge_store.answer(tx, challenge, env.wall):
        return look(tx, env, token)
    go_on = setup_ops.authenticated if setting_up else ops.authenticated
    return _then(env, token, tx, go_on(tx, theirs, challenge.object_id, passed=passed))


def _then(env: Env, token: str, tx: Tx, result: Any) -> Seen | Ask[Any, Seen]:
    if isinstance(result, Ask):
        then = result.then
        return Ask(result.question, lambda tx, reply: _then(env, token, tx, then(tx, reply)), result.about)
    seen = look(tx, env, token)
    assert seen is not None, "a challenge that was just answered"
    return seen


def _is_setup(challenge: Challenge) -> bool:
    return challenge.object_id.startswith("seti_")


def _theirs(reader: Reader, env: Env, challenge: Challenge) -> Env:
    """The surroundings of the account that the link belongs to."""
    ahead = 0 if challenge.livemode else accounts.clock_offset(reader, challenge.account)
    return env.of(challenge.account, challenge.livemode, ahead)


def _look(reader: Reader, env: Env, token: str, challenge: Challenge) -> Seen:
    theirs = _theirs(reader, env, challenge)
    intent: PaymentIntent | SetupIntent
    if _is_setup(challenge):
        intent = msgspec.json.decode(setup_store.get(reader, theirs, challenge.object_id), type=SetupIntent)
    else:
        intent = msgspec.json.decode(store.get_intent(reader, theirs, challenge.object_id), type=PaymentIntent)
    account, _ = accounts.account(reader, theirs)
    card = None
    if intent.payment_method is not None:
        card = payment_methods.find(reader, theirs, intent.payment_method, "payment_method").wire.card
    return Seen(_state(challenge, intent, token, env.wall), challenge, account.business_profile.name, intent, card)


def _state(challenge: Challenge, intent: PaymentIntent | SetupIntent, token: str, wall_us: int) -> State:
    if challenge.expires_us <= wall_us:
        return State.ENDED
    if challenge.answered_us is not None:
        return State.ANSWERED
    return State.OPEN if challenges.leads_to(intent.next_action, token) else State.OVERTAKEN
