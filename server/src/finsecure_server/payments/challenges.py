"""A payer's authentication (3-D Secure): the link to it, which is good once.

The token in the link is the whole authority to answer. It has 160 bits, is found by its digest, and ends after an hour.
With the simulator the page behind it is ours and says that no bank is asked. What an answer comes to is
`challenge_ops.py`'s.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from finsecure_server.core import ids
from finsecure_server.core.env import Env
from finsecure_server.payments import challenge_store
from finsecure_server.payments.types import NextAction, RedirectToUrl
from finsecure_server.storage.database import Tx

GOOD_FOR_US: Final = 3600 * 1_000_000
TOKEN_BYTES: Final = 32  # 160 bits in our alphabet


def open_for(tx: Tx, env: Env, object_id: str, return_url: str | None) -> NextAction:
    """A new link for an intent."""
    token = ids.letters(env.chance(TOKEN_BYTES))
    challenge_store.add(tx, env, digest(token), object_id, return_url, env.wall + GOOD_FOR_US)
    return NextAction(redirect_to_url=RedirectToUrl(url=f"{env.public_url}/challenge/{token}", return_url=return_url))


def digest(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


def leads_to(action: NextAction | None, token: str) -> bool:
    """Whether the link with this token is the one that the intent waits for. A later confirmation makes another one."""
    return action is not None and action.redirect_to_url.url.endswith(f"/{token}")
