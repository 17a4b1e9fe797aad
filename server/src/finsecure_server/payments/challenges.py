"""A payer's authentication (3-D Secure): a link that is good once, and what its answer means.

The token in the link is the whole authority to answer, so it has 128 bits and more, is stored as a hash, and ends after an
hour. With the simulator the page behind it is ours and says that no bank is asked.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final, NamedTuple

from finsecure_server.core import ids
from finsecure_server.core.env import Env
from finsecure_server.payments import store
from finsecure_server.payments.types import NextAction, RedirectToUrl
from finsecure_server.storage.database import Reader, Tx

GOOD_FOR_US: Final = 3600 * 1_000_000
TOKEN_BYTES: Final = 32  # 160 bits in our alphabet


class Challenge(NamedTuple):
    """A link's row."""

    account: str
    livemode: bool
    id: str
    object_id: str
    open: bool


def open_for(tx: Tx, env: Env, object_id: str, return_url: str | None) -> NextAction:
    """A new link for an intent."""
    token = ids.letters(env.chance(TOKEN_BYTES))
    tx.run(
        store.ADD_CHALLENGE,
        account=env.account,
        livemode=int(env.livemode),
        id=env.new_id("chg"),
        created=env.now,
        hash=_hash(token),
        object=object_id,
        expires=env.wall + GOOD_FOR_US,
    )
    return NextAction(
        redirect_to_url=RedirectToUrl(url=f"{env.public_url}/challenge/{token}", return_url=return_url)
    )


def find(reader: Reader, token: str, wall_us: int) -> Challenge | None:
    """The challenge behind a link, if there is one."""
    row = reader.one(store.FIND_CHALLENGE, hash=_hash(token))
    if row is None:
        return None
    is_open = row["answered_us"] is None and row["expires_us"] > wall_us
    return Challenge(row["account_id"], bool(row["livemode"]), row["id"], row["object_id"], is_open)


def spend(tx: Tx, env: Env, challenge: Challenge) -> bool:
    """Use the link up. False when it was used or has ended."""
    changed = tx.run(
        store.ANSWER_CHALLENGE,
        account=challenge.account,
        livemode=int(challenge.livemode),
        id=challenge.id,
        now=env.wall,
    )
    return changed == 1


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
