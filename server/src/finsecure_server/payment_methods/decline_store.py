"""The table `card_declines`: how often each card was declined lately."""

from __future__ import annotations

from typing import Final, NamedTuple

from finsecure_server.core.env import Env
from finsecure_server.storage.database import Reader, Tx

GET: Final = """
    SELECT since_us, declines FROM card_declines
    WHERE account_id = :account AND livemode = :livemode AND id = :id
"""

#: In one statement, so that of two declines at once none is lost.
COUNT: Final = """
    INSERT INTO card_declines (account_id, livemode, id, since_us, declines)
    VALUES (:account, :livemode, :id, :now, 1)
    ON CONFLICT (account_id, livemode, id) DO UPDATE SET
        declines = CASE WHEN card_declines.since_us > :counted_since THEN card_declines.declines + 1 ELSE 1 END,
        since_us = CASE WHEN card_declines.since_us > :counted_since THEN card_declines.since_us ELSE :now END
"""


class Declines(NamedTuple):
    """What is known of a card: so many declines, the first of them at `since_us`."""

    since_us: int
    declines: int


def get(reader: Reader, env: Env, card: str) -> Declines | None:
    """The declines of a card, if it was ever declined."""
    row = reader.one(GET, account=env.account, livemode=int(env.livemode), id=card)
    return None if row is None else Declines(row["since_us"], row["declines"])


def count(tx: Tx, env: Env, card: str, counted_since: int) -> None:
    """One more decline; earlier ones are forgotten if the first was at `counted_since` or before it."""
    tx.run(
        COUNT,
        account=env.account,
        livemode=int(env.livemode),
        id=card,
        now=env.now,
        counted_since=counted_since,
    )
