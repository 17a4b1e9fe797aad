"""Rows of challenges: the links by which payers authenticate."""

from __future__ import annotations

from typing import Final, NamedTuple

from finsecure_server.core.env import Env
from finsecure_server.storage.database import Reader, Tx

ADD: Final = """
INSERT INTO challenges (account_id, livemode, id, created_us, hash, object_id, return_url, expires_us)
VALUES (:account, :livemode, :id, :created, :hash, :object, :return_url, :expires)"""
FIND: Final = """
SELECT account_id, livemode, id, object_id, return_url, expires_us, answered_us FROM challenges WHERE hash = :hash"""
ANSWER: Final = """
UPDATE challenges SET answered_us = :now
WHERE account_id = :account AND livemode = :livemode AND id = :id AND answered_us IS NULL AND expires_us > :now"""


class Challenge(NamedTuple):
    """A link's row. Times are wall clock."""

    account: str
    livemode: bool
    id: str
    object_id: str  # the payment or setup intent
    return_url: str | None
    expires_us: int
    answered_us: int | None


def add(tx: Tx, env: Env, digest: str, object_id: str, return_url: str | None, expires_us: int) -> None:
    """A new link, of whose token only the digest is kept."""
    tx.run(
        ADD,
        account=env.account,
        livemode=int(env.livemode),
        id=env.new_id("chg"),
        created=env.now,
        hash=digest,
        object=object_id,
        return_url=return_url,
        expires=expires_us,
    )


def find(reader: Reader, digest: str) -> Challenge | None:
    """The challenge behind a link, of whatever account, if there is one."""
    row = reader.one(FIND, hash=digest)
    if row is None:
        return None
    return Challenge(
        row["account_id"],
        bool(row["livemode"]),
        row["id"],
        row["object_id"],
        row["return_url"],
        row["expires_us"],
        row["answered_us"],
    )


def answer(tx: Tx, challenge: Challenge, wall_us: int) -> bool:
    """Use the link up. False when it was used or has ended."""
    changed = tx.run(
        ANSWER,
        account=challenge.account,
        livemode=int(challenge.livemode),
        id=challenge.id,
        now=wall_us,
    )
    return changed == 1
