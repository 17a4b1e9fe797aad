"""A card that was declined too often is not tried for a while (core/decline_limit.py).

A card is its fingerprint, whoever entered it and how often. In test mode the numbers are everybody's, so there it is
the payment method; and the shared ones, which test suites decline all day, are not counted.
"""

from __future__ import annotations

from finsecure_server.core import decline_limit
from finsecure_server.core.attempt import Declined, Missing
from finsecure_server.core.env import Env
from finsecure_server.payment_methods import decline_store
from finsecure_server.payment_methods.method import Method
from finsecure_server.storage.database import Reader, Tx


def check(reader: Reader, env: Env, method: Method) -> None:
    """Refuse a card that was declined too often. Raises card_decline_rate_limit_exceeded."""
    card = _card(env, method)
    known = None if card is None else decline_store.get(reader, env, card)
    if known is not None:
        decline_limit.check(known.declines, since=known.since_us, now=env.now)


def note(tx: Tx, env: Env, method: Method, outcome: Declined | Missing) -> None:
    """Count a decline of the bank's. What our own rules blocked, or never arrived, told nobody anything."""
    card = _card(env, method)
    if card is not None and isinstance(outcome, Declined) and not outcome.blocked:
        decline_store.count(tx, env, card, decline_limit.counted_since(env.now))


def _card(env: Env, method: Method) -> str | None:
    """What declines are counted by; None if they are not."""
    if method.shared or method.wire.card is None:
        return None
    return method.wire.card.fingerprint if env.livemode else method.wire.id
