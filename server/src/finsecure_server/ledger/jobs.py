"""What happens to balances when time passes."""

from __future__ import annotations

from typing import Final

from finsecure_server.core.env import Env
from finsecure_server.ledger import ops
from finsecure_server.storage.database import Tx


def funds_available(tx: Tx, env: Env, bucket_id: str) -> None:
    """Pending funds have reached their day."""
    ops.release(tx, env, bucket_id)


JOBS: Final = {"funds_available": funds_available}
